//! Callbacks that the operator runs again: what was not done is done, what was done is not done
//! twice.

use majibu::{
    app::{AppError, ReplayError, Replayed},
    core::ids::CallbackId,
    store::{CallbackState, InboxRow, Tx},
};
use reqwest::Client;
use sandbox::Phone;
use serde_json::json;

use crate::{
    help::{MINUTE, failure, last_deposit, outcomes, post, pushed, success, tell, texts},
    support::{World, by, msisdn},
};

const RECEIPT: &str = "UKM1A2B3C4";

/// The callbacks of a kind, newest first.
async fn inbox(world: &World, kind: &str) -> Vec<InboxRow> {
    let rows = world.app().inbox(Some(kind), None, None, 100).await;
    rows.expect("the inbox")
}

fn id(row: &InboxRow) -> CallbackId {
    row.id.parse().expect("an id")
}

async fn replay(world: &World, row: &InboxRow) -> Replayed {
    world
        .app()
        .replay(id(row), &by("asked for"))
        .await
        .expect("run again")
}

/// The newest STK callback, which no job came to: dead, as after ten tries in vain.
async fn died(world: &World) -> InboxRow {
    let row = inbox(world, "stk").await.remove(0);
    let callback = id(&row);
    let die = |mut tx: Tx| async move {
        tx.callback_failed(callback, "in vain", None).await?;
        Ok::<_, AppError>((tx, ()))
    };
    world.app().store().transact(die).await.expect("dead");
    world.run_due().await;
    row
}

/// Everything that a replay could change for a player.
async fn everything(world: &World, phone: &Phone) -> String {
    let report = world.report(phone).await;
    let ledger = world.app().ledger_report().await.expect("report");
    let parked = world.app().parked().await.expect("parked");
    let all = format!("{report:?} {ledger:?} {parked:?} {:?}", texts(phone));
    // The report of an SMS comes in when it comes.
    all.replace("\"delivered\"", "\"sent\"")
}

#[tokio::test]
async fn a_dead_callback_that_is_run_again_credits_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, RECEIPT, &json!(100)).to_string();
    assert_eq!(post(&world, &deposit, body).await, 200);
    let dead = died(&world).await;
    assert_eq!(world.balance(&phone).await, 0);
    let of_state = Some(CallbackState::Dead);
    let listed = world.app().inbox(None, of_state, None, 100).await;
    assert_eq!(listed.expect("the inbox").len(), 1);
    assert_eq!(
        world.app().dead_callbacks(None).await.expect("ids"),
        [id(&dead)]
    );

    let replayed = replay(&world, &dead).await;
    assert_eq!(replayed.before.outcome.as_deref(), Some("in vain"));
    assert_eq!(replayed.after.outcome.as_deref(), Some("credited"));
    assert!(replayed.after.is_done());
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);

    let replayed = replay(&world, &dead).await;
    assert_eq!(replayed.after.outcome.as_deref(), Some("repeated"));
    assert_eq!(replayed.after.first_outcome.as_deref(), Some("in vain"));
    assert_eq!(replayed.after.replays, 2);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_callback_that_is_run_again_by_many_at_once_credits_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, RECEIPT, &json!(100)).to_string();
    assert_eq!(post(&world, &deposit, body).await, 200);
    let dead = id(&died(&world).await);
    let again = by("asked for");
    let replays = (0..4).map(|_| world.app().replay(dead, &again));
    let jobs = (0..2).map(|_| world.run_due());
    let (replayed, _) = tokio::join!(
        futures::future::join_all(replays),
        futures::future::join_all(jobs)
    );
    assert!(replayed.iter().any(Result::is_ok), "{replayed:?}");
    for error in replayed.into_iter().filter_map(Result::err) {
        assert!(matches!(error, ReplayError::New), "{error:?}");
    }
    world.turn(MINUTE);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn callbacks_that_are_done_change_nothing_when_they_are_run_again() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    // Failed, then paid; paid once more; and a payment of nobody, which was given to the player.
    tell(&world, &deposit, &failure(&checkout, &json!(1037))).await;
    let paid = success(&checkout, RECEIPT, &json!(100));
    tell(&world, &deposit, &paid).await;
    let second = success(&checkout, "UKM5E6F7G8", &json!(40));
    tell(&world, &deposit, &second).await;
    let nobodys = success("ws_CO_1", "UKM9H1J2K3", &json!(25));
    tell(&world, "nobody", &nobodys).await;
    let parked = world.app().parked().await.expect("parked");
    let nobodys = parked.iter().find(|row| row.receipt == "UKM9H1J2K3");
    let nobodys = nobodys.expect("parked").id;
    let assigned = world
        .app()
        .assign(nobodys, &msisdn(&phone), &by("statement"))
        .await;
    assigned.expect("assigned");
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 12_500);

    let before = everything(&world, &phone).await;
    let rows = inbox(&world, "stk").await;
    assert_eq!(rows.len(), 4);
    for _ in 0..2 {
        for row in &rows {
            assert!(replay(&world, row).await.after.is_done());
            world.run_due().await;
        }
    }
    assert_eq!(everything(&world, &phone).await, before);
    assert!(
        outcomes(&world)
            .await
            .iter()
            .all(|(state, _)| state == "done")
    );
    assert_eq!(last_deposit(&world, &phone).await.state, "paid");
    world.check().await;
}

#[tokio::test]
async fn an_sms_that_is_run_again_is_not_answered_again() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    phone.send_sms("BALANCE").await.expect("taken");
    world.run_due().await;
    for word in ["STOP", "START"] {
        world.turn(MINUTE);
        phone.send_sms(word).await.expect("taken");
        world.run_due().await;
    }
    let texts_before = texts(&phone);
    assert_eq!(texts_before.len(), 3, "{texts_before:?}");
    let rows = inbox(&world, "sms_inbound").await;
    assert_eq!(rows.len(), 3);
    for row in rows {
        let after = replay(&world, &row).await.after;
        assert_eq!(after.outcome.as_deref(), Some("known already"));
    }
    // The old STOP does not undo the START after it.
    assert!(!world.report(&phone).await.refuses_promotions);
    world.turn(MINUTE);
    world.run_due().await;
    assert_eq!(texts(&phone), texts_before);
    world.check().await;
}

#[tokio::test]
async fn what_a_job_has_or_nobody_knows_is_not_run_again() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, RECEIPT, &json!(100)).to_string();
    assert_eq!(post(&world, &deposit, body).await, 200);
    let new = id(&inbox(&world, "stk").await[0]);
    let refused = world.app().replay(new, &by("asked for")).await;
    assert!(matches!(refused, Err(ReplayError::New)), "{refused:?}");
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);

    world.turn(world.config.inbox.keep + MINUTE);
    world.app().sweep().await.expect("swept");
    let refused = world.app().replay(new, &by("asked for")).await;
    assert!(matches!(refused, Err(ReplayError::Unknown)), "{refused:?}");
    assert_eq!(inbox(&world, "stk").await, []);
    world.check().await;
}

#[tokio::test]
async fn a_callback_is_kept_with_the_headers_that_matter() {
    let world = World::new().await;
    let url = format!("{}/pay/development/stk/nobody", world.base());
    let long = "x".repeat(5_000);
    let sent = Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", long)
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-for", "10.0.0.1, 10.0.0.2")
        .header("authorization", "Bearer of-something")
        .body("{}")
        .send();
    assert_eq!(sent.await.expect("an answer").status().as_u16(), 200);
    let row = inbox(&world, "stk").await.remove(0);
    let kept = world.app().inbox_callback(id(&row)).await.expect("read");
    let (row, raw) = kept.expect("known");
    let headers: Vec<&str> = raw.headers.lines().collect();
    assert_eq!(
        headers,
        [
            "content-type: application/json",
            &format!("user-agent: {}", "x".repeat(500)),
            "x-forwarded-for: 203.0.113.9",
            "x-forwarded-for: 10.0.0.1, 10.0.0.2",
        ]
    );
    // The peer itself: no proxy is trusted here.
    assert_eq!((row.source.as_str(), row.bytes), ("127.0.0.1", 2));
    world.check().await;
}
