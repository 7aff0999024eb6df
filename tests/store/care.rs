//! How players stand, their own limits, checks, bonuses of a day, and switches of the house.

use std::time::Duration;

use majibu::{
    core::{
        care::{Coming, Limit, Period, Standing, Status},
        ids::PlayerId,
        money::Cents,
        operator::{Actor, By, Why},
    },
    store::{Checks, Switch},
};

use crate::{
    bench::Bench,
    given::{NOW, is_corrupt},
};

on_each_engine!(
    a_standing_is_kept_and_over_when_its_time_has_come,
    limits_are_kept_for_each_period,
    who_waits_for_a_check_waits_since_they_asked,
    a_reality_check_is_remembered,
    a_switch_is_turned_once,
    care_for_nobody_is_corrupt,
    the_database_refuses_what_is_no_standing,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn by(actor: &Actor, why: &str) -> By {
    By {
        actor: actor.clone(),
        why: Why::new(why).expect("a reason"),
    }
}

async fn a_standing_is_kept_and_over_when_its_time_has_come(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let until = NOW.after(DAY);
    let excluded = Standing {
        status: Status::Excluded,
        before: Status::Verified,
        excluded_until: Some(until),
    };
    let mut tx = bench.write().await;
    tx.keep_standing(ann, excluded).await.expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let kept = tx.player_by_id(ann).await.expect("read");
    assert_eq!(
        (kept.status, kept.excluded_until),
        (Status::Excluded, Some(until))
    );
    assert_eq!(kept.standing(NOW), excluded);
    assert_eq!(kept.standing(until).status, Status::Verified);
    let other = tx.player_by_id(ben).await.expect("read");
    assert_eq!(other.standing(NOW).status, Status::Unverified);
    let almost = until.before(Duration::from_millis(1));
    assert_eq!(tx.exclusions_over(almost, 10).await.expect("read"), []);
    assert_eq!(tx.exclusions_over(until, 10).await.expect("read"), [ann]);
}

async fn limits_are_kept_for_each_period(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let limit = |in_force: Option<i64>, coming: Option<Option<i64>>| Limit {
        in_force: in_force.map(Cents::new),
        coming: coming.map(|to| Coming {
            to: to.map(Cents::new),
            from: NOW.after(DAY),
        }),
    };
    let mut tx = bench.write().await;
    let (day, week) = (
        limit(Some(50_000), Some(None)),
        limit(None, Some(Some(70_000))),
    );
    for (period, limit) in [
        (Period::Day, limit(Some(1), None)),
        (Period::Day, day),
        (Period::Week, week),
    ] {
        tx.keep_deposit_limit(ann, period, limit)
            .await
            .expect("kept");
    }
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let kept = tx.deposit_limits(ann).await.expect("read");
    assert_eq!((kept.daily, kept.weekly), (day, week));
    let others = tx.deposit_limits(ben).await.expect("read");
    assert_eq!(
        (others.daily, others.weekly),
        (Limit::default(), Limit::default())
    );
}

async fn who_waits_for_a_check_waits_since_they_asked(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let later = NOW.after(DAY);
    let mut tx = bench.write().await;
    assert!(tx.ask_verification(ben, NOW).await.expect("asked"));
    assert!(tx.ask_verification(ann, later).await.expect("asked"));
    assert!(!tx.ask_verification(ben, later).await.expect("asked"));
    tx.commit().await.expect("committed");
    let waiting = async || {
        let waiting = bench.read().await.waiting_checks(10).await.expect("read");
        let rows = waiting.into_iter().map(|row| (row.player.id, row.asked_at));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, [(ben, NOW), (ann, later)]);
    let mut tx = bench.write().await;
    tx.keep_verified(ben, &Actor::admin("wanjiru"), later)
        .await
        .expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(waiting().await, [(ann, later)]);
    let checks = bench.read().await.checks(ben).await.expect("read");
    assert_eq!(checks.verified, Some((later, "wanjiru".into())));
    assert_eq!(checks.verification_asked_at, None);
}

async fn a_reality_check_is_remembered(bench: &Bench) {
    let ann = bench.player(1).await;
    let mut tx = bench.write().await;
    assert_eq!(tx.checks(ann).await.expect("read"), Checks::default());
    tx.keep_reality_check(ann, NOW).await.expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let checks = tx.checks(ann).await.expect("read");
    assert_eq!(checks.reality_check_at, Some(NOW));
    assert_eq!(
        tx.played_since(ann, NOW.before(DAY)).await.expect("read"),
        []
    );
    assert_eq!(tx.bonuses_on(&[]).await.expect("read").len(), 0);
}

async fn a_switch_is_turned_once(bench: &Bench) {
    let (one, other) = (Actor::admin("wanjiru"), Actor::admin("otieno"));
    let mut tx = bench.write().await;
    assert_eq!(tx.switch(Switch::Maintenance).await.expect("read"), None);
    for (is_on, actor, why, changes) in [
        (false, &other, "it is off", false),
        (true, &one, "new database", true),
        (true, &other, "me too", false),
    ] {
        let by = by(actor, why);
        let turned = tx.turn_switch(Switch::Maintenance, is_on, &by, NOW);
        assert_eq!(turned.await.expect("turned"), changes, "{why}");
    }
    let turned = tx
        .switch(Switch::Maintenance)
        .await
        .expect("read")
        .expect("turned");
    assert_eq!(
        (turned.is_on, &*turned.actor, &*turned.reason),
        (true, "wanjiru", "new database")
    );
    let done = by(&other, "done");
    let off = tx.turn_switch(Switch::Maintenance, false, &done, NOW.after(DAY));
    assert!(off.await.expect("turned"));
    tx.commit().await.expect("committed");
    let turned = bench
        .read()
        .await
        .switch(Switch::Maintenance)
        .await
        .expect("read");
    assert!(turned.is_some_and(|turned| !turned.is_on && turned.at == NOW.after(DAY)));
}

async fn care_for_nobody_is_corrupt(bench: &Bench) {
    let nobody = bench.random(|rng| PlayerId::new(NOW, rng));
    let standing = Standing {
        status: Status::Blocked,
        before: Status::Unverified,
        excluded_until: None,
    };
    let mut tx = bench.write().await;
    assert!(is_corrupt(&tx.keep_standing(nobody, standing).await));
    assert!(is_corrupt(&tx.checks(nobody).await));
    assert!(is_corrupt(&tx.keep_reality_check(nobody, NOW).await));
    let actor = Actor::admin("wanjiru");
    assert!(is_corrupt(&tx.keep_verified(nobody, &actor, NOW).await));
}

async fn the_database_refuses_what_is_no_standing(bench: &Bench) {
    bench.player(1).await;
    for change in [
        "update player set status_before = 'blocked'",
        "insert into house_switch (name, is_on, actor, reason, at_ms) values ('x', 1, 'a', 'b', 1)",
        "insert into deposit_limit (player_id, period) select id, 'year' from player",
    ] {
        bench.raw(change).await.expect_err("refused");
    }
}
