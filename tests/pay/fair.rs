//! The fair play watch over whole games, deposits and withdrawals: what it flags, what it does not, and that
//! nothing follows from a flag.

use std::time::Duration;

use majibu::{
    app::ReviewError,
    core::{
        fair::{Kind, Verdict},
        ids::FlagId,
    },
    store::{AuditFilter, Flag},
};
use sandbox::Phone;

use crate::{
    help::{MINUTE, confirm, payment},
    payouts::{ask, pays_out, send},
    support::{Answer, World, by, msisdn},
};

/// Looks at everything that has happened until now.
async fn look(world: &World) -> Vec<Flag> {
    world.turn(MINUTE * 2);
    while world.app().look_for_unfair_play().await.expect("looked") {}
    let flags = world.app().fair_flags(false, None, 100).await;
    flags.expect("flags")
}

fn of(flags: &[Flag], kind: Kind) -> Vec<Flag> {
    let of_kind = flags.iter().filter(|flag| flag.kind == kind);
    of_kind.cloned().collect()
}

/// A match for KES 500 that the first one wins, after so long for each question.
async fn lose_to(world: &World, winner: &Phone, loser: &Phone, thinking: Duration) {
    for (phone, answer) in [(winner, Answer::Right), (loser, Answer::Wrong)] {
        world.stake(phone, "5").await;
        world.answer(phone, &[answer; 5], thinking).await;
        world.run_due().await;
    }
}

#[tokio::test]
async fn money_that_one_deposits_and_another_wins_and_withdraws_is_flagged_with_its_evidence() {
    let world = World::with(|config| {
        pays_out(config);
        config.game.rematch_cooldown = Duration::ZERO;
    })
    .await;
    let giver = world.funded("0712345678", 3_000).await;
    let taker = world.funded("0110234567", 500).await;
    for _ in 0..5 {
        lose_to(&world, &taker, &giver, Duration::from_secs(2)).await;
    }
    let flags = look(&world).await;
    let [case] = &of(&flags, Kind::OneSided)[..] else {
        panic!("{flags:?}")
    };
    assert_eq!(
        case.summary,
        "the first won 5 of 5 matches, and KES 1,500 of the second"
    );
    assert_eq!(case.score, 150);
    let [giver_id, taker_id] = [
        world.report(&giver).await.player.id,
        world.report(&taker).await.player.id,
    ];
    let gains = ("who gains".to_owned(), taker_id.to_string());
    assert!(case.evidence.contains(&gains), "{:?}", case.evidence);
    // Two who are alone in a house meet by chance, and nothing was taken out yet.
    assert_eq!(of(&flags, Kind::MeetOften), []);
    assert_eq!(of(&flags, Kind::PassedOn), []);
    assert_eq!(
        of(&flags, Kind::FastAnswers),
        [],
        "two seconds are enough to read"
    );

    ask(&taker, 1_400).await;
    send(&world).await;
    let flags = look(&world).await;
    let [passed] = &of(&flags, Kind::PassedOn)[..] else {
        panic!("{flags:?}")
    };
    assert_eq!(passed.players.len(), 2);
    for (name, value) in [
        ("KES deposited", "3,000".to_owned()),
        ("KES passed through games", "1,500".to_owned()),
        ("who took out", taker_id.to_string()),
        ("who deposited", giver_id.to_string()),
    ] {
        let evidence = (name.to_owned(), value);
        assert!(passed.evidence.contains(&evidence), "{:?}", passed.evidence);
    }
    let shown = world
        .app()
        .fair_case(passed.id)
        .await
        .expect("read")
        .expect("a case");
    assert_eq!(shown.matches.len(), 5);
    assert!(
        shown
            .matches
            .iter()
            .all(|(.., winner)| *winner == Some(taker_id))
    );

    // Nobody is kept from anything.
    world.deposit(&giver, 600).await;
    lose_to(&world, &giver, &taker, Duration::from_secs(2)).await;
    let flags = look(&world).await;
    assert_eq!(of(&flags, Kind::OneSided).len(), 1, "one case, seen again");
    let text = format!("{flags:?}");
    assert!(
        !text.contains("712345678") && !text.contains("110234567"),
        "{text}"
    );
    world.check().await;
}

#[tokio::test]
async fn right_answers_that_nobody_can_have_read_are_flagged() {
    let world = World::new().await;
    let machine = world.funded("0712345678", 2_000).await;
    let person = world.funded("0110234567", 2_000).await;
    let other = world.funded("0722345678", 2_000).await;
    for opponent in [&person, &other] {
        world.stake(&machine, "1").await;
        world
            .answer(&machine, &[Answer::Right; 5], Duration::from_millis(900))
            .await;
        world.stake(opponent, "1").await;
        world
            .answer(opponent, &[Answer::Right; 5], Duration::from_millis(2_600))
            .await;
        world.run_due().await;
    }
    let flags = look(&world).await;
    let [case] = flags.as_slice() else {
        panic!("{flags:?}")
    };
    assert_eq!((case.kind, case.score), (Kind::FastAnswers, 100));
    assert_eq!(case.players, [world.report(&machine).await.player.id]);
    assert_eq!(
        case.summary,
        "10 of 10 answers within 1400 ms of the question were right"
    );
    let number = msisdn(&person);
    let of_person = world.app().fair_flags(true, Some(&number), 10).await;
    assert_eq!(of_person.expect("flags"), []);
    world.check().await;
}

#[tokio::test]
async fn accounts_that_share_a_payer_are_flagged_and_a_family_phone_weighs_less() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let baraka = world.registered("0110234567").await;
    let carol = world.registered("0722345678").await;
    // From her own phone, masked: it is hers.
    let mut own = payment("UKM1A2B3C1", "0712345678", "50");
    own["MSISDN"] = "25471****678".into();
    confirm(&world, &own).await;
    assert_eq!(look(&world).await, []);
    // Amina's phone pays for Baraka, told as a hash; somebody's phone, masked, for Baraka and Carol.
    let mut paid = payment("UKM1A2B3C2", "0110234567", "50");
    let hash = majibu::core::fair::payer::hash_of(&msisdn(&amina));
    paid["MSISDN"] = hash.to_uppercase().into();
    confirm(&world, &paid).await;
    for (receipt, account) in [("UKM1A2B3C3", "0110234567"), ("UKM1A2B3C4", "0722345678")] {
        let mut paid = payment(receipt, account, "50");
        paid["MSISDN"] = "2547 ***** 126".into();
        paid["FirstName"] = "Dan".into();
        confirm(&world, &paid).await;
    }
    let flags = look(&world).await;
    let shared = of(&flags, Kind::SharedPayer);
    let [certain, probable] = shared.as_slice() else {
        panic!("{flags:?}")
    };
    let mut players = Vec::new();
    for phone in [&amina, &baraka, &carol] {
        players.push(world.report(phone).await.player.id);
    }
    let sorted = |a: usize, b: usize| {
        let mut pair = vec![players[a], players[b]];
        pair.sort();
        pair
    };
    assert_eq!((certain.score, &certain.players), (100, &sorted(0, 1)));
    assert_eq!((probable.score, &probable.players), (50, &sorted(1, 2)));
    assert!(
        certain
            .summary
            .starts_with("one phone paid the deposits of 2 accounts")
    );
    assert!(
        probable.summary.contains("may be several people"),
        "{}",
        probable.summary
    );
    world.check().await;
}

#[tokio::test]
async fn a_case_is_judged_by_an_operator_with_a_reason_once_for_each_id() {
    let world = World::new().await;
    world.funded("0712345678", 100).await;
    world.registered("0110234567").await;
    let mut paid = payment("UKM1A2B3C2", "0110234567", "50");
    paid["MSISDN"] = "254712345678".into();
    confirm(&world, &paid).await;
    let flags = look(&world).await;
    let id = flags[0].id;
    let app = world.app();
    let nobody: FlagId = "01KJ0000000000000000000000".parse().expect("an id");
    let unknown = app.review_flag(nobody, Verdict::Dismissed, &by("x")).await;
    assert!(matches!(unknown, Err(ReviewError::NoCase)), "{unknown:?}");
    let reviewed = app
        .review_flag(id, Verdict::Dismissed, &by("she pays for her brother"))
        .await;
    reviewed.expect("reviewed");
    assert_eq!(look(&world).await, [], "it waits no more");
    let all = app.fair_flags(true, None, 10).await.expect("flags");
    assert_eq!(all[0].verdict, Some(Verdict::Dismissed));
    let log = app
        .audit_log(&AuditFilter::default(), 10)
        .await
        .expect("the log");
    let line = log
        .iter()
        .find(|line| line.action == "review")
        .expect("a line");
    assert_eq!(
        (line.subject.as_str(), &line.subject_id),
        ("flag", &id.to_string())
    );
    assert_eq!(
        (line.reason.as_str(), line.detail.as_str()),
        ("she pays for her brother", "dismissed")
    );
    world.check().await;
}

#[tokio::test]
async fn the_watch_runs_by_itself_and_not_where_it_is_off() {
    for every in [MINUTE * 10, Duration::ZERO] {
        let world = World::with(|config| config.fair.every = every).await;
        world.funded("0712345678", 100).await;
        world.registered("0110234567").await;
        let mut paid = payment("UKM1A2B3C2", "0110234567", "50");
        paid["MSISDN"] = "254712345678".into();
        confirm(&world, &paid).await;
        world.turn(MINUTE * 10);
        world.run_due().await;
        let flags = world.app().fair_flags(true, None, 10).await.expect("flags");
        assert_eq!(flags.len(), usize::from(!every.is_zero()), "{every:?}");
        world.check().await;
    }
}
