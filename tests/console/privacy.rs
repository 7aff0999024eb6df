//! Data-protection requests at the console: giving out and erasing, by whom, with what is refused told.

use majibu::core::operator::Role;
use serde_json::Value;

use crate::{
    browser::{Answer, Browser, logged_in, with_console},
    support::World,
};

async fn ask(browser: &mut Browser, page: &str, act: &str, reason: &str) -> Answer {
    let token = browser.token(page).await;
    let form = [
        ("token", token.as_str()),
        ("back", page),
        ("reason", reason),
    ];
    browser.post(&format!("{page}/{act}"), &form).await
}

#[tokio::test]
async fn support_gives_out_all_that_is_kept_as_a_file_and_the_log_says_why() {
    let world = World::with(with_console).await;
    let amina = world.funded("0712345678", 100).await;
    let id = world.report(&amina).await.player.id;
    let page = format!("/admin/players/{id}");
    let mut viewer = logged_in(&world, Role::Viewer).await;
    let shown = viewer.get(&page).await;
    assert!(!shown.has("/export\""), "{}", shown.body);
    let token = viewer.token("/admin/players").await;
    let form = [("token", token.as_str()), ("reason", "curious")];
    let refused = viewer.post(&format!("{page}/export"), &form).await;
    assert_eq!(refused.status, 403);

    let mut support = logged_in(&world, Role::Support).await;
    let shown = support.get(&page).await;
    assert!(
        shown.has("/export\"") && !shown.has("/erase\""),
        "{}",
        shown.body
    );
    let without = ask(&mut support, &page, "export", " ").await;
    assert_eq!(without.status, 303, "{}", without.body);
    assert!(support.get(&page).await.has("A reason is needed"));
    let file = ask(&mut support, &page, "export", "asked by letter").await;
    assert_eq!(file.status, 200, "{}", file.body);
    assert_eq!(file.header("content-type"), "application/json");
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename=\"player-{id}.json\"")
    );
    let export: Value = serde_json::from_str(&file.body).expect("JSON");
    assert_eq!(export["player"]["msisdn"], "+254712345678");
    assert_eq!(export["deposits"].as_array().map(Vec::len), Some(1));
    let log = support.get("/admin/audit?action=export").await;
    assert!(
        log.has("support-1") && log.has("asked by letter") && !log.has("curious"),
        "{}",
        log.body
    );
    world.check().await;
}

#[tokio::test]
async fn finance_erases_a_player_for_whom_nothing_is_under_way_and_nobody_else_does() {
    let world = World::with(with_console).await;
    let amina = world.funded("0712345678", 100).await;
    world.ends_are_told(&amina).await;
    let page = format!("/admin/players/{}", world.report(&amina).await.player.id);
    let mut support = logged_in(&world, Role::Support).await;
    let refused = ask(&mut support, &page, "erase", "asked by letter").await;
    assert_eq!(refused.status, 403);
    let mut finance = logged_in(&world, Role::Finance).await;
    let path = format!("{page}/erase");
    let why = [("reason", "asked by letter")];
    let shown = finance.act(&page, &path, &why).await;
    assert!(shown.has("The wallet holds KES 100"), "{}", shown.body);
    let number = [("reason", "0712 345 678 asked")];
    let shown = finance.act(&page, &path, &number).await;
    assert!(
        shown.has("The reason has the number in it"),
        "{}",
        shown.body
    );
    world.stake(&amina, "3").await;
    amina.drop_session();
    let shown = finance.act(&page, &path, &why).await;
    assert!(shown.has("1 game of theirs"), "{}", shown.body);
    // It ends, and she is paid out: a correction stands for that here.
    world.turn(std::time::Duration::from_secs(31 * 60));
    world.run_due().await;
    let mut finance = Browser::new(&world);
    finance.log_in("finance-1", crate::browser::PASSWORD).await;
    let form = world.app().adjustment_id().to_string();
    let out = [
        ("id", form.as_str()),
        ("kind", "to_house"),
        ("amount", "100"),
        ("reason", "paid out by hand"),
    ];
    finance.act(&page, &format!("{page}/adjust"), &out).await;
    world.run_due().await;
    let days = [("days", "1"), ("reason", "asked for it")];
    finance.act(&page, &format!("{page}/exclude"), &days).await;
    let shown = finance.act(&page, &path, &why).await;
    assert!(shown.has("The player is excluded"), "{}", shown.body);
    assert!(shown.has("+254712345678"), "nothing is erased yet");

    world.turn(std::time::Duration::from_secs(25 * 60 * 60));
    world.run_due().await;
    world.ends_are_told(&amina).await;
    let mut finance = Browser::new(&world);
    finance.log_in("finance-1", crate::browser::PASSWORD).await;
    let shown = finance.act(&page, &path, &why).await;
    assert!(
        shown.has("notice done") && shown.has("The books stay."),
        "{}",
        shown.body
    );
    assert!(shown.has("A player who was erased"), "{}", shown.body);
    for gone in ["712345678", "/exclude\"", "/erase\"", "/adjust\""] {
        assert!(!shown.has(gone), "{gone}: {}", shown.body);
    }
    let log = finance.get("/admin/audit?action=erase").await;
    assert!(
        log.has("finance-1") && log.has("asked by letter"),
        "{}",
        log.body
    );
    let found = finance.get("/admin/players?q=0712345678").await;
    assert!(found.has("Nothing has that number"), "{}", found.body);
    // There is nothing that could be done to them any more.
    let token = finance.token("/admin/parked").await;
    for act in ["erase", "export", "block", "unblock", "adjust"] {
        let form = [("token", token.as_str()), ("reason", "x"), ("days", "1")];
        let answer = finance.post(&format!("{page}/{act}"), &form).await;
        assert_eq!(answer.status, 404, "{act}: {}", answer.body);
    }
    world.check().await;
}
