//! What the pages show: the figures of the day, the settings, the menu.

use secrecy::ExposeSecret as _;
use std::{collections::BTreeSet, time::Duration};

use majibu::core::operator::Role;
use reqwest::Method;
use sandbox::Exchange;
use serde_json::json;

use crate::{
    browser::{logged_in, with_console},
    support::{Answer, PATIENCE, World},
};

/// The figure on the card of a name.
fn card<'a>(page: &'a str, name: &str) -> &'a str {
    let head = format!("<span class=\"name\">{name}</span><span class=\"figure\">");
    let (_, rest) = page
        .split_once(&head)
        .unwrap_or_else(|| panic!("no card {name}: {page}"));
    rest.split('<').next().expect("a figure")
}

#[tokio::test]
async fn today_shows_what_moved_and_who_waits() {
    let world = World::with(with_console).await;
    let [amina, brian, carol] = ["0712345678", "0722000002", "0733000003"];
    let amina = world.funded(amina, 1_000).await;
    let brian = world.funded(brian, 700).await;
    let carol = world.funded(carol, 50).await;
    let right = [Answer::Right; 5];
    world.stake(&amina, "5").await;
    world.answer(&amina, &right, Duration::from_secs(1)).await;
    amina.drop_session();
    world.turn(Duration::from_secs(85));
    world.stake(&brian, "5").await;
    world
        .answer(&brian, &[Answer::Wrong; 5], Duration::from_secs(1))
        .await;
    brian.drop_session();
    world.run_due().await;
    world.stake(&carol, "1").await;
    world.answer(&carol, &right, Duration::from_secs(1)).await;
    carol.drop_session();

    let mut browser = logged_in(&world, Role::Viewer).await;
    let page = browser.get("/admin").await;
    assert_eq!(page.status.as_u16(), 200);
    for (name, figure) in [
        ("Deposits", "1,750"),
        ("Withdrawals paid", "0"),
        ("Stakes", "1,020"),
        ("Bounties", "800"),
        ("Given back", "0"),
        ("Fees to the house", "200"),
        ("Registered", "3"),
        ("Paired within", "1 min 30 s"),
        ("Playing now", "0"),
        ("Waiting now", "1"),
    ] {
        assert_eq!(card(&page.body, name), figure, "{name}");
    }
    assert!(page.has("Nothing waits for you."), "{}", page.body);
    assert!(page.has("<svg") && page.has("fill=\"#0A6847\""), "charts");
    assert!(
        !page.has("712345678") && !page.has("722000002"),
        "no numbers"
    );

    // The next day begins with nothing, and yesterday is still to be seen.
    world.turn(Duration::from_secs(24 * 60 * 60));
    world.run_due().await;
    let mut browser = logged_in_again(&world).await;
    let page = browser.get("/admin").await;
    assert_eq!(card(&page.body, "Deposits"), "0");
    assert_eq!(
        card(&page.body, "Given back"),
        "21",
        "carol's stake and its bonus"
    );
    let page = browser.get("/admin?day=2026-11-22").await;
    assert_eq!(card(&page.body, "Deposits"), "1,750");
    assert_eq!(card(&page.body, "Registered"), "3");
    assert!(!page.has("Waiting now"), "how it stands is of now");
    let page = browser.get("/admin?day=2026-11-21").await;
    assert_eq!(card(&page.body, "Deposits"), "0");
    world.check().await;
}

async fn logged_in_again(world: &World) -> crate::browser::Browser {
    let mut browser = crate::browser::Browser::new(world);
    browser.log_in("viewer-1", crate::browser::PASSWORD).await;
    browser
}

#[tokio::test]
async fn what_needs_somebody_leads_to_where_it_is_worked_off() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    // A payment for a deposit that nobody asked for.
    let body = json!({"Body": {"stkCallback": {
        "MerchantRequestID": "29115-34620561-1", "CheckoutRequestID": "ws_CO_1",
        "ResultCode": 0, "ResultDesc": "done",
        "CallbackMetadata": {"Item": [
            {"Name": "Amount", "Value": 150.00},
            {"Name": "MpesaReceiptNumber", "Value": "UKM1A2B3C4"},
        ]},
    }}});
    let path = "/pay/development/stk/0123456789abcdef0123456789abcdef";
    let request = browser.request(Method::POST, path).json(&body);
    assert_eq!(browser.send(request).await.status.as_u16(), 200);
    world.run_due().await;
    let page = browser.get("/admin").await;
    assert!(
        page.has("payments are parked, KES 150 together"),
        "{}",
        page.body
    );
    assert!(page.has("href=\"/admin/parked\""));
    assert_eq!(world.balance(&amina).await, 0);
    world.check().await;
}

#[tokio::test]
async fn settings_are_shown_and_secrets_are_not() {
    let world = World::with(|config| {
        with_console(config);
        config.game.pairing_window = Duration::from_secs(20 * 60);
        config.daraja.consumer_secret = "quite-secret".into();
    })
    .await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    let page = browser.get("/admin/settings").await;
    assert!(
        page.has("game.pairing_window") && page.has("<code>20m</code>"),
        "{}",
        page.body
    );
    assert!(page.has("set, not shown"));
    let database = world.config.database.url.expose_secret();
    for secret in ["quite-secret", "$argon2", database] {
        assert!(!page.has(secret), "{secret}");
    }
    assert!(
        page.has("what the winner gets, in per cent of one stake"),
        "with what they mean"
    );
    world.check().await;
}

#[tokio::test]
async fn the_menu_is_drawn_with_where_it_is_left() {
    let world = World::with(with_console).await;
    let phone = world.registered("0712345678").await;
    crate::support::dial(&phone).await;
    phone.drop_session();
    // Two sessions were left, and the gateway tells of both.
    let mut seen = BTreeSet::new();
    while seen.len() < 2 {
        let is_end = |exchange: &Exchange| {
            exchange.what == "end event"
                && exchange.status.is_some()
                && !seen.contains(&exchange.id)
        };
        let told = world.sim.wait_for_exchange(is_end, PATIENCE).await;
        seen.insert(told.expect("an end").id);
    }
    world.run_due().await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    let page = browser.get("/admin/menu?days=7&locale=sw").await;
    assert!(page.has("/admin/menu.svg?locale=sw"), "{}", page.body);
    assert!(page.has("<code>home</code>"), "{}", page.body);
    let picture = browser.get("/admin/menu.svg?locale=sw").await;
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(
        picture
            .header("content-security-policy")
            .contains("style-src 'unsafe-inline'")
    );
    assert!(picture.has("</svg>"));
    let missing = browser.get("/admin/menu.svg?locale=xx").await;
    assert_eq!(missing.status.as_u16(), 404);
    let odd = browser.get("/admin/menu?days=4000&locale=xx").await;
    assert_eq!(odd.status.as_u16(), 200);
    world.check().await;
}
