//! Cases of the fair play watch: listed, shown with their evidence, judged by support with a reason.

use std::time::Duration;

use majibu::core::operator::Role;
use serde_json::json;

use crate::{
    browser::{logged_in, with_console},
    support::World,
};

/// A house in which one phone paid for two accounts; gives the address of the case.
async fn shared() -> (World, String) {
    let world = World::with(with_console).await;
    for (receipt, number) in [("UKM1A2B3C1", "0722345678"), ("UKM1A2B3C2", "0110234567")] {
        world.registered(number).await;
        let body = json!({
            "TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261122120000",
            "TransAmount": "50", "BusinessShortCode": "174379", "BillRefNumber": number,
            "MSISDN": "254799123456", "FirstName": "Dan",
        });
        let url = format!("{}/pay/development/c2b/confirmation", world.base());
        let answer = reqwest::Client::new()
            .post(url)
            .body(body.to_string())
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status().as_u16(), 200);
    }
    world.run_due().await;
    world.turn(Duration::from_secs(120));
    let has_more = world.app().look_for_unfair_play().await;
    assert!(!has_more.expect("looked"));
    let flags = world
        .app()
        .fair_flags(false, None, 10)
        .await
        .expect("flags");
    let address = format!("/admin/fair/{}", flags[0].id);
    (world, address)
}

#[tokio::test]
async fn support_judges_a_case_by_its_evidence_and_the_log_says_why() {
    let (world, address) = shared().await;
    let mut browser = logged_in(&world, Role::Support).await;
    let list = browser.get("/admin/fair").await;
    assert!(
        list.has(&address) && list.has("One phone pays for several"),
        "{}",
        list.body
    );
    assert!(!list.has("722345678"), "a list has no numbers");
    let case = browser.get(&address).await;
    for words in [
        "+254722345678",
        "+254110234567",
        "deposits by account",
        "certain",
    ] {
        assert!(case.has(words), "{words}: {}", case.body);
    }
    let review = format!("{address}/review");
    let fields = [
        ("verdict", "dismissed"),
        ("reason", "a <b>shop</b> pays for both"),
    ];
    let odd = browser
        .act(&address, &review, &[("verdict", "maybe"), ("reason", "x")])
        .await;
    assert!(odd.has("no such verdict"), "{}", odd.body);
    let done = browser.act(&address, &review, &fields).await;
    assert!(done.has("The case is dismissed."), "{}", done.body);
    assert!(
        done.has("a &lt;b&gt;shop&lt;/b&gt; pays for both"),
        "{}",
        done.body
    );
    assert!(
        browser
            .get("/admin/fair")
            .await
            .has("Nothing waits for you.")
    );
    assert!(browser.get("/admin/fair?all=1").await.has(&address));
    let log = browser.get("/admin/audit?action=review").await;
    assert!(log.has("dismissed") && log.has("support-1"), "{}", log.body);
    world.check().await;
}

#[tokio::test]
async fn today_counts_open_cases_and_the_pages_of_their_players_lead_to_them() {
    let (world, address) = shared().await;
    let mut browser = logged_in(&world, Role::Support).await;
    let today = browser.get("/admin").await;
    assert!(today.has("href=\"/admin/fair\"><b>1</b>"), "{}", today.body);
    let case = browser.get(&address).await;
    for number in ["0722345678", "0110234567"] {
        let found = browser.get(&format!("/admin/players?q={number}")).await;
        let player = found.to().to_owned();
        assert!(case.has(&player), "{player}: {}", case.body);
        let story = browser.get(&player).await;
        assert!(
            story.has(&address) && story.has("One phone pays for several"),
            "{}",
            story.body
        );
    }
    // Somebody else's page has none, and a judged case is nobody's any more.
    world.registered("0733345678").await;
    let other = browser.get("/admin/players?q=0733345678").await;
    let other = other.to().to_owned();
    assert!(!browser.get(&other).await.has("/admin/fair/"));
    let review = format!("{address}/review");
    let fields = [("verdict", "confirmed"), ("reason", "they say so")];
    browser.act(&address, &review, &fields).await;
    let found = browser.get("/admin/players?q=0722345678").await;
    let player = found.to().to_owned();
    assert!(!browser.get(&player).await.has(&address));
    let today = browser.get("/admin").await;
    assert!(!today.has("fair play watch are open"), "{}", today.body);
    world.check().await;
}

#[tokio::test]
async fn a_viewer_looks_and_judges_nothing_and_odd_ids_are_not_found() {
    let (world, address) = shared().await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    let case = browser.get(&address).await;
    assert!(
        case.has("deposits by account") && !case.has("/review"),
        "{}",
        case.body
    );
    let token = browser.token("/admin/fair").await;
    let form = [
        ("token", token.as_str()),
        ("verdict", "dismissed"),
        ("reason", "x"),
    ];
    let refused = browser.post(&format!("{address}/review"), &form).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    for odd in ["nothing", "01KJ0000000000000000000000", "%3Cscript%3E"] {
        assert_eq!(
            browser.get(&format!("/admin/fair/{odd}")).await.status,
            404,
            "{odd}"
        );
    }
    let open = world
        .app()
        .fair_flags(false, None, 10)
        .await
        .expect("flags");
    assert_eq!(open.len(), 1);
    world.check().await;
}
