//! The pages that move money: parked payments, unsure withdrawals, corrections. Only by who may, with
//! what came of it told on the page, and twice is once.

use majibu::core::{ids::DepositId, operator::Role};
use reqwest::Client;
use serde_json::json;

use crate::{
    browser::{Browser, logged_in, with_console},
    late::pays_out,
    support::{World, msisdn},
};

const RECEIPT: &str = "UKM1A2B3C4";

/// A payment of KES 150 for a deposit that nobody knows.
async fn parked(world: &World) -> String {
    let url = format!("{}/pay/development/stk/{}", world.base(), "0".repeat(32));
    let items = json!([
        {"Name": "Amount", "Value": 150},
        {"Name": "MpesaReceiptNumber", "Value": RECEIPT},
    ]);
    let body = json!({"Body": {"stkCallback": {
        "MerchantRequestID": "1", "CheckoutRequestID": "ws_CO_1", "ResultCode": 0,
        "ResultDesc": "done", "CallbackMetadata": {"Item": items},
    }}});
    let request = Client::new().post(url).body(body.to_string());
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    world.run_due().await;
    let parked = world.app().parked().await.expect("parked");
    parked.first().expect("a parked payment").id.to_string()
}

async fn has_fault(browser: &mut Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> u16 {
    let token = browser.token(page).await;
    let mut form = vec![("token", token.as_str()), ("back", page), ("reason", "x")];
    form.extend(fields);
    browser.post(path, &form).await.status.as_u16()
}

#[tokio::test]
async fn a_parked_payment_is_assigned_from_the_page_and_the_player_page_shows_it() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    let id = parked(&world).await;
    let path = format!("/admin/parked/{id}/assign");
    let mut viewer = logged_in(&world, Role::Viewer).await;
    let page = viewer.get("/admin/parked").await;
    assert!(page.has(RECEIPT) && !page.has("/assign"), "{}", page.body);
    let status = has_fault(
        &mut viewer,
        "/admin/parked",
        &path,
        &[("msisdn", "0712345678")],
    )
    .await;
    assert_eq!(status, 403);
    let mut support = logged_in(&world, Role::Support).await;
    let status = has_fault(
        &mut support,
        "/admin/parked",
        &path,
        &[("msisdn", "0712345678")],
    )
    .await;
    assert_eq!(status, 403);
    assert_eq!(world.balance(&amina).await, 0);

    let mut finance = logged_in(&world, Role::Finance).await;
    let fields = |number| [("msisdn", number), ("reason", "she sent the receipt")];
    let page = finance.act("/admin/parked", &path, &fields("abc")).await;
    assert!(
        page.has("That is no Kenyan mobile number."),
        "{}",
        page.body
    );
    let page = finance
        .act("/admin/parked", &path, &fields("0799 999 999"))
        .await;
    assert!(page.has("No player with this number."), "{}", page.body);
    let page = finance
        .act("/admin/parked", &path, &fields("0712 345 678"))
        .await;
    assert!(page.has("KES 150 of UKM1A2B3C4 is in the wallet of +254712345678."));
    assert!(page.has("No payment waits."), "{}", page.body);
    let page = finance
        .act("/admin/parked", &path, &fields("0712 345 678"))
        .await;
    assert!(page.has("No parked payment with this id."), "{}", page.body);
    assert_eq!(world.balance(&amina).await, 15_000);

    let found = finance.get("/admin/players?q=0712345678").await;
    assert_eq!(found.status, 303, "{}", found.body);
    let to = found.to().to_owned();
    let story = finance.get(&to).await;
    for text in [
        "+254712345678",
        "she sent the receipt",
        "assign",
        "150",
        RECEIPT,
    ] {
        assert!(story.has(text), "{text}: {}", story.body);
    }
    let log = finance.get("/admin/audit?action=assign").await;
    assert!(log.has("finance-1") && log.has("she sent the receipt"));
    world.check().await;
}

#[tokio::test]
async fn a_parked_payment_that_went_back_is_booked_with_the_receipt_of_the_reversal() {
    let world = World::with(with_console).await;
    let id = parked(&world).await;
    let path = format!("/admin/parked/{id}/give-back");
    let mut finance = logged_in(&world, Role::Finance).await;
    let reason = ("reason", "wrong paybill");
    let page = finance
        .act("/admin/parked", &path, &[("reversal", "none"), reason])
        .await;
    assert!(page.has("is no M-Pesa receipt."), "{}", page.body);
    let page = finance
        .act(
            "/admin/parked",
            &path,
            &[("reversal", "ukm9z9z9z9"), reason],
        )
        .await;
    assert!(
        page.has("KES 150 of UKM1A2B3C4 is booked as given back."),
        "{}",
        page.body
    );
    assert_eq!(world.account("suspense").await, 0);
    world.check().await;
}

/// The id in the form for a correction on a page.
async fn form_id(browser: &mut Browser, page: &str) -> String {
    let body = browser.get(page).await.body;
    let (_, rest) = body.split_once("name=\"id\" value=\"").expect("a form");
    rest.split('"').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a_large_correction_is_proposed_by_one_and_approved_by_another() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    let page = format!("/admin/players/{}", world.report(&amina).await.player.id);
    let mut first = logged_in(&world, Role::Finance).await;
    let id = form_id(&mut first, &page).await;
    let fields = [
        ("id", id.as_str()),
        ("kind", "from_house"),
        ("amount", "1,500"),
        ("reason", "the broken game of Sunday"),
    ];
    let path = format!("{page}/adjust");
    for _ in 0..2 {
        let shown = first.act(&page, &path, &fields).await;
        assert!(
            shown.has("somebody else has to approve it"),
            "{}",
            shown.body
        );
    }
    let approve = format!("/admin/adjustments/{id}/approve");
    let reason = [("reason", "I looked at the game")];
    let shown = first.get("/admin/adjustments").await;
    assert!(shown.has("You proposed it") && !shown.has("/approve"));
    let shown = first.act("/admin/adjustments", &approve, &reason).await;
    assert!(
        shown.has("Somebody else has to approve it."),
        "{}",
        shown.body
    );
    assert_eq!(world.balance(&amina).await, 0);
    let mut second = Browser::new(&world);
    // The administrator of the configuration.
    second.log_in("admin", crate::browser::PASSWORD).await;
    let shown = second.act("/admin/adjustments", &approve, &reason).await;
    assert!(
        shown.has("Approved and booked: KES 1,500."),
        "{}",
        shown.body
    );
    assert!(shown.has("approved by admin: I looked at the game"));
    assert_eq!(world.balance(&amina).await, 150_000);
    let shown = second.act("/admin/adjustments", &approve, &reason).await;
    assert!(shown.has("decided it before"), "{}", shown.body);
    world.check().await;
}

#[tokio::test]
async fn odd_amounts_and_ids_are_refused_politely() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    let page = format!("/admin/players/{}", world.report(&amina).await.player.id);
    let path = format!("{page}/adjust");
    let mut finance = logged_in(&world, Role::Finance).await;
    let id = form_id(&mut finance, &page).await;
    for (kind, amount) in [
        ("from_house", "0"),
        ("from_house", "-5"),
        ("from_house", "1e9"),
        ("from_house", "99999999999999"),
        ("from_house", "<script>"),
        ("to_house", "5"),
        ("cash_short", "5"),
        ("nothing", "5"),
    ] {
        let fields = [
            ("id", id.as_str()),
            ("kind", kind),
            ("amount", amount),
            ("reason", "x"),
        ];
        let shown = finance.act(&page, &path, &fields).await;
        assert!(
            shown.has("notice refused"),
            "{kind} {amount}: {}",
            shown.body
        );
        assert!(!shown.has("<script>"));
    }
    assert_eq!(world.balance(&amina).await, 0);
    for path in [
        "/admin/players/x",
        "/admin/players/00000000000000000000000000",
        "/admin/withdrawals/x",
        "/admin/withdrawals/00000000000000000000000000000000",
        "/admin/match/00000000000000000000000000",
        "/admin/questions/x",
    ] {
        assert_eq!(finance.get(path).await.status, 404, "{path}");
    }
    world.check().await;
}

#[tokio::test]
async fn an_unsure_withdrawal_is_asked_about_by_support_and_ended_by_finance() {
    let world = World::with(|config| {
        with_console(config);
        pays_out(config);
    })
    .await;
    let amina = world.funded("0712345678", 1_000).await;
    for (point, fault) in [
        (sandbox::FaultPoint::B2cRequest, sandbox::Fault::Fail(500)),
        (sandbox::FaultPoint::B2cResult, sandbox::Fault::Lost),
    ] {
        world.sim.inject(point, fault, 1).expect("possible");
    }
    crate::support::dial(&amina).await;
    crate::support::press(&amina, &["6", "500", "1"]).await;
    world.run_due().await;
    let id = world.report(&amina).await.withdrawals[0].id.clone();
    let page = format!("/admin/withdrawals/{id}");
    let mut support = logged_in(&world, Role::Support).await;
    let listed = support.get("/admin/withdrawals").await;
    assert!(listed.has(&id) && listed.has("unknown"), "{}", listed.body);
    let shown = support.get(&page).await;
    assert!(
        shown.has("Ask M-Pesa now") && !shown.has("/failed\""),
        "{}",
        shown.body
    );
    let failed = format!("{page}/failed");
    assert_eq!(has_fault(&mut support, &page, &failed, &[]).await, 403);
    let mut finance = logged_in(&world, Role::Finance).await;
    let reason = [("reason", "the portal does not have it")];
    let early = finance.act(&page, &failed, &reason).await;
    assert!(early.has("notice refused"), "{}", early.body);
    world.turn(world.config.jobs.payout_query_after);
    let ended = finance.act(&page, &failed, &reason).await;
    assert!(ended.has("It is failed now."), "{}", ended.body);
    assert!(ended.has("the portal does not have it"), "its log");
    let again = finance.act(&page, &failed, &reason).await;
    assert!(again.has("It is failed already."), "{}", again.body);
    assert_eq!(world.balance(&amina).await, 100_000);
    world.check().await;
}

/// A deposit's id is no id of a parked payment.
#[tokio::test]
async fn ids_of_other_things_do_nothing() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    parked(&world).await;
    let other = "0".repeat(32);
    assert!(other.parse::<DepositId>().is_ok());
    let mut finance = logged_in(&world, Role::Finance).await;
    for path in [
        format!("/admin/parked/{other}/assign"),
        format!("/admin/parked/{other}/give-back"),
        format!("/admin/withdrawals/{other}/ask"),
        format!("/admin/withdrawals/{other}/failed"),
        format!("/admin/adjustments/{other}/approve"),
    ] {
        let fields = [
            ("msisdn", "0712345678"),
            ("reversal", "UKM9Z9Z9Z9"),
            ("reason", "x"),
        ];
        let shown = finance.act("/admin/parked", &path, &fields).await;
        assert!(shown.has("notice refused"), "{path}: {}", shown.body);
    }
    assert_eq!(world.balance(&amina).await, 0);
    let _ = msisdn(&amina);
    world.check().await;
}

#[tokio::test]
async fn a_flag_is_taken_off_by_who_has_looked_and_says_what_it_was() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    world.ask_deposit(&amina, 100).await;
    let id = world.report(&amina).await.deposits[0].id.clone();
    let pushes = world.sim.pushes();
    let checkout = &pushes.last().expect("a push").checkout_request_id;
    // M-Pesa states less than was asked for.
    let body = json!({"Body": {"stkCallback": {
        "MerchantRequestID": "1", "CheckoutRequestID": checkout, "ResultCode": 0,
        "ResultDesc": "done", "CallbackMetadata": {"Item": [
            {"Name": "Amount", "Value": 60},
            {"Name": "MpesaReceiptNumber", "Value": RECEIPT},
        ]},
    }}});
    let url = format!("{}/pay/development/stk/{id}", world.base());
    let told = Client::new().post(url).body(body.to_string()).send().await;
    assert_eq!(told.expect("an answer").status(), 200);
    world.run_due().await;
    let path = format!("/admin/deposits/{id}/looked");
    let mut viewer = logged_in(&world, Role::Viewer).await;
    let today = viewer.get("/admin").await;
    assert!(
        today.has("href=\"/admin/players#flagged\"><b>1</b>"),
        "{}",
        today.body
    );
    let listed = viewer.get("/admin/players").await;
    assert!(
        listed.has("id=\"flagged\"") && listed.has(RECEIPT) && !listed.has(&path),
        "{}",
        listed.body
    );
    assert_eq!(
        has_fault(&mut viewer, "/admin/players", &path, &[]).await,
        403
    );
    let mut support = logged_in(&world, Role::Support).await;
    let reason = [("reason", "the statement says 60, too")];
    let shown = support.act("/admin/players", &path, &reason).await;
    assert!(shown.has("The flag is taken off."), "{}", shown.body);
    assert!(!shown.has("id=\"flagged\""), "{}", shown.body);
    let again = support.act("/admin/players", &path, &reason).await;
    assert!(again.has("It is not flagged any more"), "{}", again.body);
    let log = support.get("/admin/audit?action=looked_at").await;
    assert!(
        log.has("the statement says 60, too") && log.has("support-1"),
        "{}",
        log.body
    );
    assert_eq!(world.balance(&amina).await, 6_000);
    world.check().await;
}
