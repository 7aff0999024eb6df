//! Late payouts: M-Pesa paid after the money had gone back. Finance closes each once, at the player's cost
//! as far as the wallet holds, or at the house's; above the limit two people do.

use std::time::Duration;

use majibu::core::operator::Role;
use sandbox::Phone;

use crate::{
    browser::{self, Browser, logged_in, with_console},
    late::{late_payout, pays_out},
    support::World,
};

const RECEIPT: &str = "SKELATE001";

/// A house that pays out, with a player.
async fn house(shillings: i64) -> (World, Phone) {
    let world = World::with(|config| {
        with_console(config);
        pays_out(config);
    })
    .await;
    let amina = world.funded("0712345678", shillings).await;
    (world, amina)
}

/// The id in the form that closes.
async fn form_id(browser: &mut Browser, page: &str) -> String {
    let shown = browser.get(page).await;
    let (_, rest) = shown
        .body
        .split_once("name=\"id\" value=\"")
        .expect("an id");
    rest.split('"').next().expect("a value").to_owned()
}

async fn close(browser: &mut Browser, page: &str, id: &str, kind: &str) -> browser::Answer {
    let fields = [("id", id), ("kind", kind), ("reason", "agreed by phone")];
    browser.act(page, &format!("{page}/close"), &fields).await
}

#[tokio::test]
async fn the_player_pays_as_far_as_the_wallet_holds_and_the_house_the_rest_once() {
    let (world, amina) = house(600).await;
    let id = late_payout(&world, &amina, 500, RECEIPT).await;
    assert_eq!(world.account("suspense").await, -50_000);
    // She plays for some of it meanwhile.
    world.stake(&amina, "4").await;
    amina.drop_session();
    assert_eq!(world.balance(&amina).await, 40_000);
    let page = format!("/admin/withdrawals/{id}");
    let mut support = logged_in(&world, Role::Support).await;
    let shown = support.get(&page).await;
    assert!(
        shown.has("Paid late") && !shown.has("/close\""),
        "{}",
        shown.body
    );
    let today = support.get("/admin").await;
    assert!(
        today.has("/admin/withdrawals#ended") && today.has("KES 500 together: who pays?"),
        "{}",
        today.body
    );
    let list = support.get("/admin/withdrawals").await;
    assert!(list.has("paid late") && list.has(&page), "{}", list.body);

    let mut finance = logged_in(&world, Role::Finance).await;
    let form = form_id(&mut finance, &page).await;
    let odd = close(&mut finance, &page, &form, "from_house").await;
    assert!(odd.has("notice refused"), "{}", odd.body);
    let done = close(&mut finance, &page, &form, "late_from_wallet").await;
    assert!(done.has("Booked: KES 500."), "{}", done.body);
    assert!(
        done.has("agreed by phone") && done.has("finance-1"),
        "{}",
        done.body
    );
    assert_eq!(world.balance(&amina).await, 0);
    assert_eq!(world.account("suspense").await, 0);
    assert_eq!(world.account("house").await, -10_000);
    // The same form again, and another one, book nothing more.
    let again = close(&mut finance, &page, &form, "late_from_wallet").await;
    assert!(again.has("Booked: KES 500."), "{}", again.body);
    let other = world.app().adjustment_id().to_string();
    let twice = close(&mut finance, &page, &other, "late_from_house").await;
    assert!(twice.has("It is closed already"), "{}", twice.body);
    assert_eq!(world.account("suspense").await, 0);
    world.run_due().await;
    assert!(world.last_sms(&amina).contains("as a correction"));
    let log = finance.get("/admin/audit?action=adjust").await;
    assert!(log.has("late_from_wallet") && log.has(&id), "{}", log.body);
    let today = finance.get("/admin").await;
    assert!(!today.has("who pays?"), "{}", today.body);
    world.turn(Duration::from_secs(31 * 60));
    world.run_due().await;
    world.check().await;
}

#[tokio::test]
async fn above_the_limit_a_second_person_approves_what_the_house_pays() {
    let (world, amina) = house(2_500).await;
    let id = late_payout(&world, &amina, 2_000, RECEIPT).await;
    let page = format!("/admin/withdrawals/{id}");
    let mut finance = logged_in(&world, Role::Finance).await;
    let form = form_id(&mut finance, &page).await;
    let shown = close(&mut finance, &page, &form, "late_from_house").await;
    assert!(shown.has("Proposed: KES 2,000"), "{}", shown.body);
    assert!(shown.has("proposed") && !shown.has("/close\""));
    assert_eq!(world.account("suspense").await, -200_000);
    let other = world.app().adjustment_id().to_string();
    let twice = close(&mut finance, &page, &other, "late_from_house").await;
    assert!(twice.has("waits for a second person"), "{}", twice.body);
    let decide = |act: &str| format!("/admin/adjustments/{form}/{act}");
    let reason = [("reason", "looked at the statement")];
    // Rejected, it can be proposed anew.
    let shown = finance
        .act("/admin/adjustments", &decide("reject"), &reason)
        .await;
    assert!(shown.has("Rejected; nothing moved."), "{}", shown.body);
    let form = form_id(&mut finance, &page).await;
    close(&mut finance, &page, &form, "late_from_house").await;
    let approve = format!("/admin/adjustments/{form}/approve");
    let own = finance.act("/admin/adjustments", &approve, &reason).await;
    assert!(own.has("Somebody else has to approve it."), "{}", own.body);
    let mut second = Browser::new(&world);
    second.log_in("admin", browser::PASSWORD).await;
    let shown = second.act("/admin/adjustments", &approve, &reason).await;
    assert!(
        shown.has("Approved and booked: KES 2,000."),
        "{}",
        shown.body
    );
    assert_eq!(world.account("suspense").await, 0);
    assert_eq!(world.account("house").await, -200_000);
    assert_eq!(world.balance(&amina).await, 250_000, "the house pays");
    world.check().await;
}

#[tokio::test]
async fn what_is_no_late_payout_is_not_closed() {
    let (world, amina) = house(1_000).await;
    crate::support::dial(&amina).await;
    crate::support::press(&amina, &["6", "500", "1"]).await;
    world.run_due().await;
    let id = world.report(&amina).await.withdrawals[0].id.clone();
    let page = format!("/admin/withdrawals/{id}");
    let mut finance = logged_in(&world, Role::Finance).await;
    let form = world.app().adjustment_id().to_string();
    for (form, kind) in [
        (form.as_str(), "late_from_house"),
        ("x", "late_from_house"),
        (form.as_str(), "<script>"),
    ] {
        let shown = close(&mut finance, &page, form, kind).await;
        assert!(shown.has("notice refused"), "{kind}: {}", shown.body);
        assert!(!shown.has("<script>"));
    }
    assert_eq!(world.account("suspense").await, 0);
}
