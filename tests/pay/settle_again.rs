//! Jobs that run twice, late, at once or after a crash, and the edge of the pairing window: every
//! game ends once.

use std::time::Duration;

use majibu::{app::Work, store::Claim};
use sandbox::Phone;

use crate::{
    help::{MINUTE, SECOND, beside_sqlite, run_sql, texts},
    support::{Answer, World},
};

/// Two players with a finished round each, in one set that is to be settled.
async fn to_settle(world: &World) -> [Phone; 2] {
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    for (phone, answer) in [(&amina, Answer::Right), (&brian, Answer::Wrong)] {
        world.stake(phone, "2").await;
        world.answer(phone, &[answer; 5], SECOND).await;
    }
    [amina, brian]
}

/// The state of a player's last entry.
async fn ended(world: &World, phone: &Phone) -> String {
    world.report(phone).await.entries[0].state.clone()
}

async fn claim(world: &World, what: Claim) -> Vec<Work> {
    let claimed = world.app().claim(what, 100).await.expect("claimed");
    assert_eq!(claimed.len(), 1, "{what:?}");
    claimed
}

/// Everything that players and operators could see of money and entries.
async fn seen(world: &World, phones: &[&Phone]) -> String {
    let report = world.app().ledger_report().await.expect("report");
    let mut seen = format!("{report:?}");
    for phone in phones {
        let report = world.report(phone).await;
        seen = format!("{seen}\n{:?} {:?}", report.player.balance, report.entries);
        seen = format!("{seen} {:?}", texts(phone));
    }
    seen
}

/// Works claimed rows off three times, with other jobs in between: only the first time does
/// anything.
async fn again(world: &World, what: Claim, phones: &[&Phone]) {
    let claimed = claim(world, what).await;
    world.app().work(&claimed[0]).await;
    world.run_due().await;
    let before = seen(world, phones).await;
    for _ in 0..2 {
        world.app().work(&claimed[0]).await;
        world.run_due().await;
        assert_eq!(seen(world, phones).await, before, "{what:?}");
    }
    let both = [world.app().work(&claimed[0]), world.app().work(&claimed[0])];
    futures::future::join_all(both).await;
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(seen(world, phones).await, before, "{what:?}");
}

#[tokio::test]
async fn a_settlement_that_is_carried_out_again_does_nothing() {
    let world = World::new().await;
    let [amina, brian] = to_settle(&world).await;
    again(&world, Claim::Sets, &[&amina, &brian]).await;
    assert_eq!(world.balance(&amina).await, 13_000);
    assert_eq!(world.account("house").await, 2_000);
    assert_eq!(texts(&amina).len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_refund_that_is_carried_out_again_does_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    world.turn(30 * MINUTE);
    again(&world, Claim::Unpaired, &[&phone]).await;
    assert_eq!(world.balance(&phone).await, 10_250);
    assert_eq!(texts(&phone).len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_round_that_is_ended_again_stays_as_it_is() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Answer::Right; 3], SECOND).await;
    world.turn(MINUTE);
    again(&world, Claim::Rounds, &[&phone]).await;
    assert_eq!(ended(&world, &phone).await, "waiting");
    let entry = &world.report(&phone).await.entries[0];
    assert_eq!((entry.correct, entry.answering_ms), (3, 3_000));
    world.check().await;
}

#[tokio::test]
async fn many_workers_at_once_settle_and_refund_once() {
    let world = World::new().await;
    let carol = world.funded("0722222222", 100).await;
    let [amina, brian] = to_settle(&world).await;
    world.stake(&carol, "1").await;
    world.answer(&carol, &[Answer::Right; 5], SECOND).await;
    world.turn(31 * MINUTE);
    let runs = (0..6).map(|_| world.run_due());
    let done: usize = futures::future::join_all(runs).await.into_iter().sum();
    assert!(done > 0);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 13_000);
    assert_eq!(world.balance(&brian).await, 5_000);
    assert_eq!(world.balance(&carol).await, 10_100);
    assert_eq!(world.account("house").await, 2_000);
    for phone in [&amina, &brian, &carol] {
        assert_eq!(
            texts(phone).len(),
            2,
            "one about the deposit, one about the game"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn what_a_dead_worker_held_is_taken_over_when_its_lease_ends() {
    let world = World::new().await;
    let carol = world.funded("0722222222", 100).await;
    let [amina, _brian] = to_settle(&world).await;
    world.stake(&carol, "1").await;
    carol.drop_session();
    world.turn(MINUTE);
    let dead = [Claim::Sets, Claim::Rounds];
    for what in dead {
        claim(&world, what).await;
    }
    world.turn(world.config.jobs.lease - Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "waiting", "leased");
    assert_eq!(ended(&world, &carol).await, "playing", "leased");
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(ended(&world, &carol).await, "waiting");
    world.turn(30 * MINUTE);
    claim(&world, Claim::Unpaired).await;
    world.run_due().await;
    assert_eq!(ended(&world, &carol).await, "waiting", "leased");
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(ended(&world, &carol).await, "returned");
    assert_eq!(world.balance(&carol).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn what_is_due_when_the_process_dies_is_done_after_a_restart() {
    let mut world = World::new().await;
    let [amina, brian] = to_settle(&world).await;
    world.restart().await;
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(ended(&world, &brian).await, "lost");
    assert_eq!(texts(&amina).len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_settlement_that_fails_leaves_nothing_half_done_and_does_not_hold_up_others() {
    let world = World::new().await;
    let carol = world.funded("0722222222", 100).await;
    let david = world.funded("0733333333", 100).await;
    let [amina, brian] = to_settle(&world).await;
    for (phone, answer) in [(&carol, Answer::Right), (&david, Answer::Wrong)] {
        world.stake(phone, "1").await;
        world.answer(phone, &[answer; 5], SECOND).await;
    }
    // The loser's SMS is the last thing that a settlement writes.
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let trigger = "create trigger broken before insert on outbox
        when new.kind = 'lost' and new.msisdn = '+254110234567'
        begin select raise(abort, 'broken'); end";
    run_sql(&mut db, trigger).await.expect("a trigger");
    world.run_due().await;
    assert_eq!(ended(&world, &carol).await, "won");
    assert_eq!(ended(&world, &david).await, "lost");
    assert_eq!(ended(&world, &amina).await, "waiting");
    assert_eq!(world.balance(&amina).await, 5_000);
    assert_eq!(world.account("stakes").await, 10_000);
    let report = world.app().ledger_report().await.expect("report");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    run_sql(&mut db, "drop trigger broken").await.expect("gone");
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(ended(&world, &brian).await, "lost");
    assert_eq!(world.balance(&amina).await, 13_000);
    world.check().await;
}

/// Sets the clock to this long after the first player's stake, whose round is finished.
async fn waiting_since(world: &World, how_long: Duration) -> [Phone; 2] {
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    world.turn(how_long - 5 * SECOND);
    [amina, brian]
}

/// 30 minutes less the longest that one game can take.
const OFFERED: Duration = Duration::from_secs(30 * 60 - 35);

#[tokio::test]
async fn the_last_who_can_join_is_paired_though_jobs_run_at_the_same_time() {
    let world = World::new().await;
    let [amina, brian] = waiting_since(&world, OFFERED).await;
    let runs = (0..4).map(|_| world.run_due());
    tokio::join!(futures::future::join_all(runs), world.stake(&brian, "2"));
    // The slowest game that the clock allows ends just within the window.
    world.answer(&brian, &[Answer::Right; 5], 7 * SECOND).await;
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(ended(&world, &brian).await, "lost");
    assert_eq!(world.account("promo").await, 0);
    world.check().await;
}

#[tokio::test]
async fn one_instant_later_nobody_joins_and_the_refund_comes() {
    let world = World::new().await;
    let [amina, brian] = waiting_since(&world, OFFERED + Duration::from_millis(1)).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Right; 5], SECOND).await;
    world.turn(35 * SECOND);
    let runs = (0..4).map(|_| world.run_due());
    futures::future::join_all(runs).await;
    assert_eq!(ended(&world, &amina).await, "refunded");
    assert_eq!(
        ended(&world, &brian).await,
        "waiting",
        "in a set of their own"
    );
    world.turn(30 * MINUTE);
    world.run_due().await;
    assert_eq!(ended(&world, &brian).await, "refunded");
    world.check().await;
}

#[tokio::test]
async fn a_refund_that_was_claimed_before_somebody_joined_is_not_paid() {
    let world = World::new().await;
    let [amina, brian] = waiting_since(&world, 30 * MINUTE).await;
    // One server's clock is ahead of the other's: it claims the refund, the other seats a player.
    let claimed = claim(&world, Claim::Unpaired).await;
    world.turn_back(MINUTE);
    world.stake(&brian, "2").await;
    world.turn(MINUTE);
    world.app().work(&claimed[0]).await;
    assert_eq!(ended(&world, &amina).await, "waiting");
    assert_eq!(world.account("promo").await, 0);
    world.turn(MINUTE);
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(texts(&amina).len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_refund_that_was_paid_keeps_the_seat_closed() {
    let world = World::new().await;
    let [amina, brian] = waiting_since(&world, 30 * MINUTE).await;
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "refunded");
    // A server whose clock is behind would still offer the seat.
    world.turn_back(5 * MINUTE);
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.turn(31 * MINUTE);
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "refunded");
    assert_eq!(ended(&world, &brian).await, "refunded");
    world.check().await;
}
