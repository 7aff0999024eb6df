//! Delivery reports: of any status, out of order, repeated, before our own answer, of nobody's SMS. All
//! are taken, kept as they came, and undo nothing that is final.

use std::time::Duration;

use reqwest::Client;

use crate::{
    gateway::Gateway,
    help::{SECOND, beside, sms_of, texts},
    sms::{DAY, payer, state},
    support::{PATIENCE, World},
};

/// Posts a delivery report and acts on it.
async fn report(world: &World, body: &str) {
    let url = format!("{}/sms/development/delivery", world.base());
    let request = Client::new().post(url).body(body.to_owned());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        request.send().await.expect("an answer").status().as_u16(),
        200
    );
    world.run_due().await;
}

/// What became of the delivery reports, oldest first.
async fn reports(world: &World) -> Vec<String> {
    let mut db = beside(world).await;
    let sql = "select state, coalesce(outcome, '') from callback where kind = 'sms_delivery'
        order by received_at_ms, id";
    let rows = db.pairs(sql).await;
    rows.into_iter()
        .map(|(_, outcome)| outcome.unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_delivered_sms_is_known_as_delivered() {
    let world = World::new().await;
    let phone = payer(&world).await;
    let reported = |exchange: &sandbox::Exchange| {
        exchange.what == "delivery report" && exchange.status == Some(200)
    };
    world
        .sim
        .wait_for_exchange(reported, PATIENCE)
        .await
        .expect("a report");
    world.run_due().await;
    // The report may have been faster than our own answer: then it is looked at again.
    world.turn(5 * SECOND);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "delivered");
    world.check().await;
}

#[tokio::test]
async fn a_report_before_the_answer_that_brings_its_id_is_kept_until_then() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    report(
        &world,
        "id=ATXid_1&status=Success&phoneNumber=%2B254712345678",
    )
    .await;
    let phone = payer(&world).await;
    assert_eq!(state(&world, &phone).await, "sent");
    world.turn(5 * SECOND);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "delivered");
    world.check().await;
}

#[tokio::test]
async fn reports_that_are_late_repeated_or_unknown_do_not_undo_a_delivery() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    let phone = payer(&world).await;
    let all = [
        ("Submitted", "sent", "status Submitted"),
        ("Expecting%20Rain", "sent", "status Expecting Rain"),
        ("", "sent", "status "),
        ("Success", "delivered", "delivered"),
        ("Success", "delivered", "delivered"),
        ("Sent", "delivered", "status Sent"),
        ("Buffered", "delivered", "status Buffered"),
        (
            "Failed&failureReason=DeliveryFailure",
            "delivered",
            "failed",
        ),
        ("Expired", "delivered", "failed"),
    ];
    for (status, expected, _) in all {
        world.turn(SECOND);
        report(&world, &format!("id=ATXid_1&status={status}")).await;
        assert_eq!(state(&world, &phone).await, expected, "{status}");
    }
    let kept: Vec<String> = all
        .iter()
        .map(|(_, _, outcome)| (*outcome).to_owned())
        .collect();
    assert_eq!(reports(&world).await, kept);
    world.turn(DAY);
    world.run_due().await;
    assert_eq!(gateway.requests(), 1, "and nothing is sent again");
    world.check().await;
}

#[tokio::test]
async fn a_report_of_failure_is_final_and_sends_nothing_again() {
    for status in ["Failed", "Rejected", "AbsentSubscriber", "Expired"] {
        let gateway = Gateway::start().await;
        let base = gateway.base_url.clone();
        let world = World::with(|config| config.africastalking.base_url = base).await;
        let phone = payer(&world).await;
        report(
            &world,
            &format!("id=ATXid_1&status={status}&failureReason=UserIsInactive"),
        )
        .await;
        assert_eq!(state(&world, &phone).await, "failed", "{status}");
        world.turn(DAY);
        world.run_due().await;
        assert_eq!(gateway.requests(), 1, "{status}");
        world.check().await;
    }
}

#[tokio::test]
async fn reports_that_are_none_change_nothing() {
    let world = World::new().await;
    let phone = payer(&world).await;
    for body in [
        "",
        "{}",
        "id=&status=Success",
        "status=Success",
        "%ff=%fe",
        "id=nobody",
    ] {
        report(&world, body).await;
    }
    assert_eq!(texts(&phone).len(), 1);
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

/// Every status and every reason of the contract's table (section 4.1), and one of each that is not
/// in it.
#[tokio::test]
async fn every_status_and_reason_of_the_table_is_taken_and_kept_verbatim() {
    let reasons = [
        "InsufficientCredit",
        "InvalidLinkId",
        "UserIsInactive",
        "UserInBlackList",
        "UserAccountSuspended",
        "NotNetworkSubcriber",
        "NotNetworkSubscriber",
        "UserNotSubscribedToProduct",
        "UserDoesNotExist",
        "DeliveryFailure",
        "DoNotDisturbRejection",
        "NobodyKnows",
    ];
    let under_way = ["Sent", "Submitted", "Buffered", "NobodyKnows"];
    let failed = ["Rejected", "Failed", "AbsentSubscriber", "Expired"];
    let mut all: Vec<(String, &str)> = Vec::new();
    for status in under_way {
        all.push((format!("status={status}"), "sent"));
    }
    for status in failed {
        all.push((format!("status={status}"), "failed"));
    }
    for reason in reasons {
        all.push((format!("status=Failed&failureReason={reason}"), "failed"));
        all.push((format!("status=Rejected&failureReason={reason}"), "failed"));
    }
    all.push(("status=Success".into(), "delivered"));
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    let phone = world.registered("0712345678").await;
    for (place, (report_of, expected)) in all.iter().enumerate() {
        let cause = format!("{place:03}");
        crate::sms_help::receipt(&world, &cause, "+254712345678", "Text").await;
        world.run_due().await;
        let id = format!("ATXid_{}", place + 1);
        let body = format!(
            "phoneNumber=%2B254712345678&retryCount=0&id={id}&{report_of}&networkCode=63902"
        );
        world.turn(Duration::from_millis(1));
        report(&world, &body).await;
        let fate = crate::sms_help::fate(&world, &cause).await;
        assert_eq!(fate, format!("{expected} first 1"), "{report_of}");
        if *expected == "failed" {
            let status = report_of
                .replace("status=", "")
                .replace("&failureReason=", " ");
            assert_eq!(crate::sms_help::failure(&world, &cause).await, status);
        }
        // What is final stays, whatever comes late.
        for late in ["Sent", "Submitted", "Buffered", "Success", "Failed"] {
            report(&world, &format!("id={id}&status={late}")).await;
            let after = crate::sms_help::fate(&world, &cause).await;
            let is_final = *expected != "sent" || late == "Success" || late == "Failed";
            if *expected != "sent" {
                assert_eq!(after, fate, "{report_of}, then {late}");
            } else if !is_final {
                assert_eq!(after, "sent first 1", "{report_of}, then {late}");
            }
        }
    }
    let mut db = beside(&world).await;
    let sql = "select kind, cast(count(*) as text) from callback
        where kind = 'sms_delivery' and state = 'done' group by kind";
    let kept = db.pairs(sql).await;
    let count = (all.len() * 6).to_string();
    assert_eq!(kept, [("sms_delivery".to_owned(), Some(count))]);
    assert!(sms_of(&world, &phone, "deposit_paid").await.is_empty());
    assert_eq!(gateway.requests(), all.len(), "no report sends anything");
    world.check().await;
}

#[tokio::test]
async fn a_report_of_nobodys_sms_is_taken_and_left_to_the_operator() {
    let world = World::new().await;
    report(&world, "id=ATXid_unknown&status=Success").await;
    for _ in 0..12 {
        world.turn(5 * SECOND);
        world.run_due().await;
    }
    let mut db = beside(&world).await;
    let sql = "select state, outcome from callback where kind = 'sms_delivery'";
    let kept = db.pairs(sql).await;
    assert_eq!(
        kept,
        [("dead".to_owned(), Some("its SMS is not known".to_owned()))]
    );
    world.check().await;
}
