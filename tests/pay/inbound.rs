//! SMS from players: BAL, GAMES, HELP, STOP and START in both languages, answered by SMS, each once.

use std::time::Duration;

use majibu::{
    core::{
        ids::SmsId,
        sms::{Consent, ConsentSource, SmsClass},
    },
    store::Sms,
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::{Fault, FaultPoint, Phone};

use crate::{
    help::{MINUTE, SECOND, SMS, calls, registered_sw, sms_of, texts},
    support::{Answer, CODE, PATIENCE, World, dial, msisdn},
};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A world whose players know what to dial.
pub(crate) async fn world() -> World {
    World::with(|config| config.ussd.service_codes.0 = vec![CODE.into()]).await
}

/// Sends an SMS to the service, which acts on it; gives what came back.
pub(crate) async fn say(world: &World, phone: &Phone, text: &str) -> Vec<String> {
    let before = phone.inbox().len();
    world.turn(SECOND);
    let told = phone.send_sms(text).await.expect("sent");
    assert!(told.iter().all(|status| *status == Some(200)), "{told:?}");
    world.run_due().await;
    texts(phone).split_off(before)
}

/// A promotion, which this house does not have: of a kind that exists for this test.
async fn promote(world: &World, phone: &Phone, cause: &str) {
    let report = world.report(phone).await;
    let now = world.now();
    let sms = Sms {
        id: SmsId::new(now, &mut StdRng::seed_from_u64(77)),
        cause: cause.into(),
        player: Some(report.player.id),
        msisdn: msisdn(phone),
        kind: "test_offer",
        class: SmsClass::Promotion,
        body: "Double or nothing".into(),
    };
    let mut tx = world.app().store().write().await.expect("write");
    tx.add_sms(&sms, now).await.expect("added");
    tx.commit().await.expect("committed");
    world.run_due().await;
}

/// The states of the promotions to a player, newest first; one that was delivered was sent.
async fn promotions(world: &World, phone: &Phone) -> Vec<String> {
    let sms = sms_of(world, phone, "test_offer").await;
    sms.into_iter()
        .map(|sms| sms.state.replace("delivered", "sent"))
        .collect()
}

#[tokio::test]
async fn the_balance_is_told_in_the_players_language() {
    let world = world().await;
    let english = world.funded("0712345678", 150).await;
    let swahili = registered_sw(&world, "0712345679").await;
    let told = "Your balance is KES 150. Dial *384*55# to play or deposit.";
    for text in [
        "BAL",
        "bal",
        " Bal. ",
        "MAJIBU BAL",
        "majibu: bal!",
        "SALIO",
    ] {
        assert_eq!(say(&world, &english, text).await, [told], "{text:?}");
    }
    let told = "Una KES 0 kwenye Majibu. Piga *384*55# ucheze au uweke pesa.";
    for text in ["SALIO", "salio?", "BAL"] {
        assert_eq!(say(&world, &swahili, text).await, [told], "{text:?}");
    }
    // `player show` has them as any other SMS.
    let shown = sms_of(&world, &swahili, "balance").await;
    assert_eq!((shown.len(), shown[0].body.as_str()), (3, told));
    assert_eq!(world.balance(&english).await, 15_000, "asking is free");
    world.check().await;
}

#[tokio::test]
async fn games_are_told_as_many_as_one_sms_holds() {
    let world = world().await;
    let phone = world.funded("0712345678", 1_000).await;
    let none = "You have not played yet. Dial *384*55# to play. Balance KES 1,000.";
    assert_eq!(say(&world, &phone, "GAMES").await, [none]);
    for _ in 0..6 {
        world.stake(&phone, "1").await;
        world.answer(&phone, &[Answer::Right; 5], SECOND).await;
        world.turn(31 * MINUTE);
        world.run_due().await;
    }
    let told = say(&world, &phone, "michezo").await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("Your games: ") && told[0].ends_with(". Balance KES 1,006."),
        "{told:?}"
    );
    assert!(told[0].matches("20 refunded").count() >= 3, "{told:?}");
    assert!(told[0].len() <= 160, "{told:?}");
    world.check().await;
}

#[tokio::test]
async fn help_names_the_words_of_the_language() {
    let world = world().await;
    let english = world.registered("0712345678").await;
    let swahili = registered_sw(&world, "0712345679").await;
    for (phone, text, words) in [
        (
            &english,
            "HELP",
            ["*384*55#", "BAL", "GAMES", "STOP", "START"],
        ),
        (
            &english,
            "majibu",
            ["*384*55#", "BAL", "GAMES", "STOP", "START"],
        ),
        (
            &swahili,
            "MSAADA",
            ["*384*55#", "SALIO", "MICHEZO", "ACHA", "ANZA"],
        ),
    ] {
        let told = say(&world, phone, text).await;
        assert_eq!(told.len(), 1);
        for word in words {
            assert!(told[0].contains(word), "{told:?} names {word}");
        }
    }
    world.check().await;
}

#[tokio::test]
async fn unknown_words_are_answered_with_help_once_in_24_hours() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    let help = say(&world, &phone, "help").await;
    assert_eq!(say(&world, &phone, "Habari yako").await, help);
    for text in ["Nani?", "", "...", "BALL", "*384*55#", "\u{1f600}"] {
        assert!(say(&world, &phone, text).await.is_empty(), "{text:?}");
    }
    // Whoever asks is answered all the same.
    assert_eq!(say(&world, &phone, "help").await, help);
    assert_eq!(say(&world, &phone, "bal").await.len(), 1);
    // From the answer, not from midnight: that is in nine hours.
    world.turn(23 * HOUR);
    assert!(say(&world, &phone, "Nani?").await.is_empty());
    world.turn(HOUR);
    assert_eq!(say(&world, &phone, "Nani?").await, help);
    world.check().await;
}

#[tokio::test]
async fn a_number_that_is_no_player_hears_once_a_day_how_to_become_one() {
    let world = world().await;
    let phone = world.phone("0712345678");
    let told = say(&world, &phone, "SALIO").await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("piga *384*55#"),
        "in the language of the word: {told:?}"
    );
    for text in ["BAL", "GAMES", "HELP", "START", "what is this"] {
        assert!(say(&world, &phone, text).await.is_empty(), "{text}");
    }
    world.turn(24 * HOUR);
    let told = say(&world, &phone, "who are you").await;
    assert!(told[0].contains("dial *384*55#"), "{told:?}");
    // Nobody became a player by this: the first dial still asks for the language.
    let report = world.app().player_report(&msisdn(&phone)).await;
    assert!(report.expect("read").is_none());
    assert_eq!(dial(&phone).await.name.as_deref(), Some("language"));
    world.check().await;
}

#[tokio::test]
async fn without_a_configured_code_the_answers_still_read() {
    let world = World::new().await;
    let told = say(&world, &world.phone("0712345678"), "BAL").await;
    assert!(
        told[0].contains("dial the Majibu code on this phone"),
        "{told:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn a_message_that_is_told_of_twice_is_answered_once() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    let twice = world.sim.inject(FaultPoint::InboundSms, Fault::Twice, 1);
    twice.expect("a fault");
    assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
    // Another message with the same text is another question.
    assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn above_the_limit_nothing_is_sent_until_the_hour_is_over() {
    let world = World::with(|config| config.sms.inbound_per_hour = 3).await;
    let phone = world.registered("0712345678").await;
    let other = world.registered("0712345679").await;
    for _ in 0..3 {
        assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
        world.turn(MINUTE);
    }
    for text in ["BAL", "HELP", "hm", "GAMES"] {
        assert!(say(&world, &phone, text).await.is_empty(), "{text}");
    }
    assert_eq!(
        say(&world, &other, "BAL").await.len(),
        1,
        "each number alone"
    );
    // STOP takes effect, though nobody says so.
    assert!(say(&world, &phone, "STOP").await.is_empty());
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["failed"]);
    // An hour after the first answer there is room for one.
    world.turn(HOUR - 3 * MINUTE);
    assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
    assert!(say(&world, &phone, "BAL").await.is_empty());
    world.check().await;
}

#[tokio::test]
async fn a_limit_of_nothing_answers_nothing() {
    let world = World::with(|config| config.sms.inbound_per_hour = 0).await;
    let phone = world.registered("0712345678").await;
    for text in ["BAL", "STOP", "hm"] {
        assert!(say(&world, &phone, text).await.is_empty(), "{text}");
    }
    world.check().await;
}

#[tokio::test]
async fn stop_ends_promotions_and_never_receipts_and_start_brings_them_back() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["sent"]);
    // M-Pesa refuses the same amount twice within minutes.
    for (stop, start, shillings) in [
        ("STOP", "START", 100),
        ("acha", "anza", 110),
        ("Sitisha.", "START", 120),
    ] {
        let told = say(&world, &phone, stop).await;
        assert_eq!(told.len(), 1, "{stop} is confirmed");
        assert!(told[0].contains("no offers"), "{told:?}");
        let sent = calls(&world, SMS).len();
        promote(&world, &phone, &format!("offer:{stop}")).await;
        assert_eq!(promotions(&world, &phone).await[0], "failed");
        world.turn(24 * HOUR);
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), sent, "and never goes out");
        // Money and answers go on.
        world.deposit(&phone, shillings).await;
        assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
        let told = say(&world, &phone, start).await;
        assert_eq!(told.len(), 1, "{start} is confirmed");
        promote(&world, &phone, &format!("offer:{start}:{shillings}")).await;
        assert_eq!(promotions(&world, &phone).await[0], "sent");
    }
    world.check().await;
}

#[tokio::test]
async fn a_promotion_that_waits_when_stop_comes_is_not_sent() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    let refuse = world.sim.inject(FaultPoint::Sms, Fault::Refuse(500), 1);
    refuse.expect("a fault");
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["pending"]);
    say(&world, &phone, "STOP").await;
    world.turn(HOUR);
    world.run_due().await;
    assert_eq!(promotions(&world, &phone).await, ["failed"]);
    assert!(!texts(&phone).contains(&"Double or nothing".to_owned()));
    world.check().await;
}

#[tokio::test]
async fn stop_again_and_again_is_confirmed_once_a_day() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    assert_eq!(say(&world, &phone, "STOP").await.len(), 1);
    assert!(say(&world, &phone, "stop!").await.is_empty());
    assert!(say(&world, &phone, "STOP").await.is_empty());
    world.turn(24 * HOUR);
    assert_eq!(say(&world, &phone, "STOP").await.len(), 1);
    assert_eq!(say(&world, &phone, "START").await.len(), 1);
    assert!(say(&world, &phone, "START").await.is_empty());
    world.check().await;
}

#[tokio::test]
async fn a_number_may_opt_out_before_it_is_a_player() {
    let world = world().await;
    let phone = world.phone("0712345678");
    let told = say(&world, &phone, "STOP").await;
    assert!(told[0].contains("no offers"), "{told:?}");
    let phone = world.registered("0712345678").await;
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["failed"]);
    world.check().await;
}

#[tokio::test]
async fn an_opt_out_at_the_gateway_counts_as_much_as_stop() {
    let world = world().await;
    let phone = world.funded("0712345678", 100).await;
    let twice = world.sim.inject(FaultPoint::OptOut, Fault::Twice, 1);
    twice.expect("a fault");
    let told = phone.opt_out().await.expect("told");
    assert_eq!(told, [Some(200), Some(200)]);
    let before = texts(&phone).len();
    world.run_due().await;
    assert_eq!(
        texts(&phone).len(),
        before,
        "the network confirms its own menu"
    );
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["failed"]);
    world.turn(MINUTE);
    world.deposit(&phone, 50).await;
    assert_eq!(say(&world, &phone, "BAL").await.len(), 1);
    assert_eq!(say(&world, &phone, "ANZA").await.len(), 1);
    promote(&world, &phone, "offer:2").await;
    assert_eq!(promotions(&world, &phone).await, ["sent", "failed"]);
    world.check().await;
}

#[tokio::test]
async fn players_who_may_not_play_are_still_told_their_balance() {
    let world = world().await;
    let phone = world.funded("0712345678", 100).await;
    let mut db = crate::help::beside(&world).await;
    db.pairs("update player set status = 'blocked' where 1 = 1 returning id, status")
        .await;
    assert_eq!(dial(&phone).await.name.as_deref(), Some("barred"));
    let told = say(&world, &phone, "BAL").await;
    assert!(told[0].contains("KES 100"), "{told:?}");
    world.check().await;
}

#[tokio::test]
async fn an_answer_is_reported_as_delivered() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    say(&world, &phone, "BAL").await;
    // To a number that is no player, too.
    let stranger = world.phone("0712345679");
    assert_eq!(say(&world, &stranger, "BAL").await.len(), 1);
    for number in [phone.number(), stranger.number()] {
        let reported = |exchange: &sandbox::Exchange| {
            exchange.what == "delivery report"
                && exchange.phone == Some(number)
                && exchange.status == Some(200)
        };
        let reported = world.sim.wait_for_exchange(reported, PATIENCE).await;
        reported.expect("a report");
    }
    world.run_due().await;
    // A report may have been faster than our own answer: then it is looked at again.
    world.turn(5 * SECOND);
    world.run_due().await;
    assert_eq!(
        sms_of(&world, &phone, "balance").await[0].state,
        "delivered"
    );
    let mut db = crate::help::beside(&world).await;
    let states = db.pairs("select kind, state from outbox where player_id is null");
    let expected = ("register".to_owned(), Some("delivered".to_owned()));
    assert_eq!(states.await, [expected]);
    world.check().await;
}

#[tokio::test]
async fn an_answer_is_given_up_within_hours_and_a_receipt_is_not() {
    let mut world = World::with(|config| {
        // Nobody listens on the discard port.
        config.africastalking.base_url = "http://127.0.0.1:9".into();
    })
    .await;
    let phone = world.registered("0712345678").await;
    crate::help::pushed(&world, &phone, 100).await;
    phone.enter_pin("1234").await.expect("paid");
    crate::help::told(&world, 1).await;
    say(&world, &phone, "BAL").await;
    for _ in 0..20 {
        world.turn(HOUR);
        world.run_due().await;
    }
    let report = world.report(&phone).await;
    let state = |kind: &str| {
        let sms = report.sms.iter().find(|sms| sms.kind == kind);
        sms.expect("written").state.clone()
    };
    assert_eq!(state("balance"), "failed");
    assert_eq!(state("deposit_paid"), "pending");
    world.config.africastalking.base_url = world.sim.base_url();
    world.restart().await;
    world.turn(HOUR);
    world.run_due().await;
    assert_eq!(texts(&phone).len(), 1, "the receipt");
    world.check().await;
}

#[tokio::test]
async fn a_late_word_does_not_undo_a_later_one() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    let number = msisdn(&phone);
    let earlier = world.now();
    say(&world, &phone, "START").await;
    let mut tx = world.app().store().write().await.expect("write");
    let source = ConsentSource::Gateway;
    let kept = tx
        .keep_consent(&number, Consent::Refused, source, earlier)
        .await;
    assert!(!kept.expect("kept"));
    tx.commit().await.expect("committed");
    promote(&world, &phone, "offer:1").await;
    assert_eq!(promotions(&world, &phone).await, ["sent"]);
    world.check().await;
}
