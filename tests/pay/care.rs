//! Exclusions, limits, identity checks and the cap on bonuses, where money comes and goes.

use std::time::Duration;

use majibu::{
    core::{
        care::DepositLimits,
        ids::SmsId,
        money::Cents,
        operator::{Actor, By, Why},
        sms::SmsClass,
    },
    store::{Sms, Status},
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::Phone;
use serde_json::Value;

use crate::{
    help::{
        MINUTE, PUSH, SECOND, calls, confirm, payment, post_paybill, registered_sw, request,
        sms_of, texts,
    },
    inbound::{say, world},
    payouts::{ask, house_with, pays_out, send, standing},
    support::{Answer, World, dial, msisdn, press},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn by(why: &str) -> By {
    By {
        actor: Actor::admin("wanjiru"),
        why: Why::new(why).expect("a reason"),
    }
}

async fn validation(world: &World, amount: &str) -> Value {
    let body = payment("UKM1A2B3C9", "0712345678", amount).to_string();
    let (_, answer) = post_paybill(world, "validation", body).await;
    answer["ResultCode"].clone()
}

async fn leads(phone: &Phone, keys: &[&str]) -> String {
    phone.drop_session();
    dial(phone).await;
    let screen = press(phone, keys).await;
    screen.name.unwrap_or_default()
}

#[tokio::test]
async fn an_sms_excludes_at_once_and_in_both_languages() {
    let world = world().await;
    let english = world.registered("0712345678").await;
    let swahili = registered_sw(&world, "0712345679").await;
    let how = "To be out of play, send EXCLUDE and for how many days: 1, 7, 30, 180, 365, 1825. It \
               holds at once and cannot be ended early.";
    for text in [
        "EXCLUDE",
        "exclude me",
        "EXCLUDE 0",
        "EXCLUDE 8",
        "Break for 99999 days",
    ] {
        assert_eq!(say(&world, &english, text).await, [how], "{text}");
    }
    assert_eq!(
        world.report(&english).await.player.status,
        Status::Unverified
    );
    let until = |days: u32| {
        let until = world.now().after(SECOND + DAY * days).in_nairobi();
        until.format("%d/%m/%Y %H:%M").to_string()
    };
    let week = until(7);
    assert_eq!(
        say(&world, &english, "majibu exclude 7 days please").await,
        [format!(
            "You are out of play until {week}: no games, deposits and offers. You can withdraw at \
             any time."
        )]
    );
    assert_eq!(leads(&english, &[]).await, "excluded");
    // The same once more costs no second text about the same day, and shortens nothing.
    assert_eq!(say(&world, &english, "EXCLUDE 7").await, [""; 0]);
    assert_eq!(say(&world, &english, "EXCLUDE 1").await, [""; 0]);
    let report = world.report(&english).await;
    assert_eq!(report.player.status, Status::Excluded);
    assert!(report.player.excluded_until >= Some(world.now().after(7 * DAY - MINUTE)));
    // Even above the limit of the hour.
    for _ in 0..20 {
        say(&world, &swahili, "SALIO").await;
    }
    let year = until(365);
    assert_eq!(
        say(&world, &swahili, "JIZUIE siku 365").await,
        [format!(
            "Uko nje ya michezo hadi {year}: bila michezo, kuweka pesa na matangazo. Unaweza kutoa \
             pesa wakati wote."
        )]
    );
    assert_eq!(leads(&swahili, &[]).await, "excluded");
    // Who is no player has nothing to be excluded from.
    let nobody = world.phone("0712345670");
    let told = say(&world, &nobody, "EXCLUDE 7").await;
    assert!(told[0].starts_with("To play Majibu dial"), "{told:?}");
    world.check().await;
}

/// A promotion, of a kind that exists for this test; gives its state and why.
async fn promote(world: &World, phone: &Phone, cause: &str) -> String {
    let report = world.report(phone).await;
    let now = world.now();
    let sms = Sms {
        id: SmsId::new(
            now,
            &mut StdRng::seed_from_u64(u64::try_from(now.ms()).expect("fits")),
        ),
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
    let sms = sms_of(world, phone, "test_offer").await;
    sms[0].state.replace("delivered", "sent")
}

#[tokio::test]
async fn who_is_excluded_withdraws_and_neither_deposits_nor_hears_of_offers() {
    let (world, phone) = house_with(500).await;
    assert_eq!(promote(&world, &phone, "one").await, "sent");
    assert_eq!(validation(&world, "100").await, "0");
    let number = msisdn(&phone);
    let excluded = world
        .app()
        .exclude(&number, 30, &by("asked by phone"))
        .await;
    excluded.expect("excluded");
    world.turn(SECOND);
    assert_eq!(promote(&world, &phone, "two").await, "failed");
    assert_eq!(validation(&world, "100").await, "C2B00016");
    assert_eq!(leads(&phone, &["00", "3", "0"]).await, "excluded");
    // What is paid by hand in spite of it is the player's money.
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "50")).await;
    assert_eq!(world.balance(&phone).await, 55_000);
    // Receipts come on.
    let told = texts(&phone);
    assert!(
        told.last().is_some_and(|text| text.contains("UKM1A2B3C4")),
        "{told:?}"
    );
    phone.drop_session();
    ask(&phone, 100).await;
    send(&world).await;
    assert_eq!(standing(&world, &phone).await, ("paid".into(), 45_000));
    world.check().await;
}

#[tokio::test]
async fn who_is_excluded_before_the_prompt_is_asked_for_no_pin() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    say(&world, &phone, "EXCLUDE 1").await;
    world.turn(SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 0);
    let report = world.report(&phone).await;
    assert_eq!(report.deposits[0].failure.as_deref(), Some("cancelled"));
    let told = sms_of(&world, &phone, "deposit_failed").await;
    assert!(told[0].body.contains("it was cancelled."), "{told:?}");
    world.check().await;
}

#[tokio::test]
async fn withdrawals_stay_possible_in_maintenance_and_out_of_hours() {
    let world = World::with(|config| {
        pays_out(config);
        config.hours.closes = Some("12:30".into());
    })
    .await;
    let phone = world.funded("0712345678", 500).await;
    let switched = world.app().set_maintenance(true, &by("new database")).await;
    assert!(switched.expect("switched"));
    assert_eq!(validation(&world, "100").await, "C2B00016");
    ask(&phone, 100).await;
    send(&world).await;
    assert_eq!(standing(&world, &phone).await, ("paid".into(), 40_000));
    let switched = world.app().set_maintenance(false, &by("done")).await;
    assert!(switched.expect("switched"));
    world.turn(60 * MINUTE);
    assert_eq!(leads(&phone, &["1", "1", "1", "1"]).await, "closed");
    phone.drop_session();
    ask(&phone, 100).await;
    send(&world).await;
    assert_eq!(standing(&world, &phone).await, ("paid".into(), 30_000));
    assert_eq!(
        validation(&world, "100").await,
        "0",
        "deposits have no hours"
    );
    world.check().await;
}

#[tokio::test]
async fn the_stricter_of_the_houses_and_the_players_limits_counts() {
    let world = World::with(|config| {
        config.players.daily_deposit_limit = 1_000;
        config.players.weekly_deposit_limit = 1_500;
    })
    .await;
    let phone = world.registered("0712345678").await;
    let number = msisdn(&phone);
    let app = world.app();
    // Sunday, 22 November 2026: the last day of its week.
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "900")).await;
    assert_eq!(validation(&world, "101").await, "C2B00013");
    assert_eq!(validation(&world, "100").await, "0");
    let shillings = Cents::from_shillings;
    let limits = |daily, weekly| DepositLimits { daily, weekly };
    let set = app
        .set_deposit_limits(&number, limits(shillings(950), None), &by("asked"))
        .await;
    assert_eq!(set.expect("set").daily.in_force, shillings(950));
    assert_eq!(validation(&world, "51").await, "C2B00013");
    assert_eq!(validation(&world, "50").await, "0");
    world.turn(SECOND);
    assert_eq!(leads(&phone, &["2", "51"]).await, "deposit_over_limit");
    // A new day, and a new week.
    world.turn(DAY);
    confirm(&world, &payment("UKM1A2B3C5", "0712345678", "900")).await;
    world.turn(DAY);
    assert_eq!(validation(&world, "601").await, "C2B00013");
    assert_eq!(validation(&world, "600").await, "0");
    let set = app
        .set_deposit_limits(
            &number,
            limits(shillings(950), shillings(1_000)),
            &by("asked"),
        )
        .await;
    assert_eq!(set.expect("set").weekly.in_force, shillings(1_000));
    assert_eq!(validation(&world, "101").await, "C2B00013");
    assert_eq!(validation(&world, "100").await, "0");
    let refused = leads(&phone, &["2", "101"]).await;
    assert_eq!(refused, "deposit_over_week_limit");
    // What was paid in spite of it is credited.
    confirm(&world, &payment("UKM1A2B3C6", "0712345678", "500")).await;
    assert_eq!(world.balance(&phone).await, 230_000);
    // A player's own limit is never above the house's.
    let raise = app
        .set_deposit_limits(&number, limits(None, None), &by("asked"))
        .await;
    let kept = raise.expect("set");
    assert_eq!(kept.daily.in_force, shillings(950), "higher a day later");
    world.turn(7 * DAY);
    assert_eq!(validation(&world, "1001").await, "C2B00013");
    assert_eq!(validation(&world, "1000").await, "0");
    let told = sms_of(&world, &phone, "limit_coming").await;
    assert_eq!(told.len(), 2, "{told:?}");
    for limit in [Cents::new(-100), Cents::new(50), Cents::new(i64::MAX)] {
        let set = app
            .set_deposit_limits(&number, limits(Some(limit), None), &by("asked"))
            .await;
        set.expect_err("no limit");
    }
    world.check().await;
}

#[tokio::test]
async fn who_was_not_checked_waits_and_deposits_once_an_operator_has() {
    let world = World::with(|config| config.players.require_verification = true).await;
    let phone = world.registered("0712345678").await;
    let other = world.registered("0712345679").await;
    let waiting = async || {
        let waiting = world.app().verifications_waiting().await.expect("read");
        let numbers = waiting.into_iter().map(|row| row.player.msisdn);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, []);
    dial(&other).await;
    let asked = press(&other, &["2", "100"]).await;
    assert_eq!(asked.name.as_deref(), Some("unverified"));
    assert!(
        asked.text.contains("It is being checked."),
        "{}",
        asked.text
    );
    world.turn(SECOND);
    assert_eq!(leads(&phone, &["2", "100"]).await, "unverified");
    assert_eq!(leads(&other, &["2", "200"]).await, "unverified");
    assert_eq!(
        waiting().await,
        [msisdn(&other), msisdn(&phone)],
        "since they asked first"
    );
    assert_eq!(validation(&world, "100").await, "C2B00014");
    let number = msisdn(&phone);
    world
        .app()
        .verify(&number, &by("saw the card"))
        .await
        .expect("verified");
    world.run_due().await;
    assert_eq!(
        world.last_sms(&phone),
        "Your identity is checked. You can deposit to Majibu now."
    );
    assert_eq!(waiting().await, [msisdn(&other)]);
    let report = world.report(&phone).await;
    let (_, verified_by) = report.care.verified.expect("kept");
    assert_eq!(
        (report.player.status, &*verified_by),
        (Status::Verified, "wanjiru")
    );
    assert_eq!(validation(&world, "100").await, "0");
    phone.drop_session();
    request(&phone, 100).await;
    world.run_due().await;
    world.check().await;
}

#[tokio::test]
async fn above_the_cap_of_the_day_a_refund_has_no_bonus_and_its_sms_says_so() {
    let world = World::with(|config| {
        config.game.bonus_refunds_per_day = 2;
        config.players.reality_check = Duration::ZERO;
    })
    .await;
    let phone = world.funded("0712345678", 1_000).await;
    let play = async || {
        world.stake(&phone, "3").await;
        world.answer(&phone, &[Answer::Right; 1], SECOND).await;
        phone.drop_session();
        world.turn(40 * MINUTE);
        world.run_due().await;
        world.last_sms(&phone)
    };
    let refunded = "You get 105% back: KES 105.";
    for _ in 0..2 {
        let told = play().await;
        assert!(told.contains(refunded), "{told}");
    }
    let told = play().await;
    assert!(
        told.contains(
            "Your stake of KES 100 is back; 2 refunds a day have a bonus. Balance KES 1,010."
        ),
        "{told}"
    );
    assert_eq!(world.account("promo").await, -1_000);
    assert_eq!(world.report(&phone).await.entries[0].state, "refunded");
    // A new day in Nairobi: it was noon.
    world.turn(12 * 60 * MINUTE);
    let told = play().await;
    assert!(told.contains(refunded), "{told}");
    world.check().await;
}
