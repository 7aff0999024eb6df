//! Logging in: who may, who may not, and how often it may be tried.

use std::time::Duration;

use majibu::{core::operator::Role, store::AuditFilter};
use reqwest::Method;

use crate::{
    browser::{Browser, PASSWORD, logged_in, with_console},
    support::{World, by},
};

/// Lines of the audit log, oldest first: who, did what, to whom, detail.
async fn written(world: &World, action: &str) -> Vec<(String, String, String)> {
    let filter = AuditFilter {
        action: Some(action.into()),
        ..AuditFilter::default()
    };
    let rows = world.app().audit_log(&filter, 100).await.expect("the log");
    let rows = rows.into_iter().rev();
    rows.map(|row| (row.actor, row.subject_id, row.detail))
        .collect()
}

#[tokio::test]
async fn a_session_is_a_cookie_that_only_the_console_gets() {
    let world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    let asked = browser.get("/admin/audit?actor=wanjiru").await;
    assert_eq!(asked.status.as_u16(), 303);
    assert_eq!(
        asked.to(),
        "/admin/login?to=%2Fadmin%2Faudit%3Factor%3Dwanjiru"
    );
    let form = [
        ("name", "admin"),
        ("password", PASSWORD),
        ("to", "/admin/audit?actor=wanjiru"),
    ];
    let entered = browser.post("/admin/login", &form).await;
    assert_eq!(
        (entered.status.as_u16(), entered.to()),
        (303, "/admin/audit?actor=wanjiru")
    );
    let cookie = entered.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/admin"] {
        assert!(
            cookie.split("; ").any(|part| part == attribute),
            "{attribute}: {cookie}"
        );
    }
    assert!(
        !cookie.contains("Secure"),
        "over plain HTTP it would be lost: {cookie}"
    );
    assert!(
        !cookie.contains("Expires"),
        "it ends with the browser: {cookie}"
    );
    let page = browser.get("/admin").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.has("Log out"));
    let lines = [("admin".into(), "admin".into(), "from 127.0.0.1".into())];
    assert_eq!(written(&world, "login").await, lines);
    world.check().await;
}

#[tokio::test]
async fn behind_https_the_cookie_goes_no_other_way() {
    let world = World::with(with_console).await;
    // The address that players and providers have, behind a proxy.
    let mut config = world.config.clone();
    config.http.public_url = "https://majibu.example".into();
    config.http.listen.set_port(0);
    let other = world.another_with(config).await;
    let base = format!("http://{}", other.address().expect("an address"));
    let mut browser = Browser::at(&base);
    let cookie = browser.log_in("admin", PASSWORD).await;
    assert!(
        cookie.header("set-cookie").contains("; Secure"),
        "{cookie:?}"
    );
    other.stop().await;
    world.check().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let world = World::with(with_console).await;
    let role = Role::Viewer;
    world
        .app()
        .add_admin("wanjiru", role, &PASSWORD.into(), &by("test"))
        .await
        .expect("added");
    world
        .app()
        .disable_admin("wanjiru", &by("left the house"))
        .await
        .expect("disabled");
    let mut browser = Browser::new(&world);
    let wrong = browser.log_in("admin", "not the password").await;
    assert_eq!(wrong.status.as_u16(), 403);
    assert!(wrong.has("Name or password is wrong."), "{}", wrong.body);
    assert!(browser.cookies.is_empty());
    for (name, password) in [
        ("nobody", PASSWORD),
        ("wanjiru", PASSWORD),
        ("", ""),
        ("admin' or '1'='1", PASSWORD),
        ("my secret password", "admin"),
        ("(command line)", PASSWORD),
        ("admin", ""),
    ] {
        let answer = browser.log_in(name, password).await;
        assert_eq!(
            (answer.status, &answer.body),
            (wrong.status, &wrong.body),
            "{name}"
        );
    }
    // What was typed as a name may be a password: only names that exist are written down.
    let failed = written(&world, "login_failed").await;
    let mut names: Vec<&str> = failed.iter().map(|(_, name, _)| name.as_str()).collect();
    names.sort_unstable();
    let unknown = "(unknown)";
    // Tries of one instant have no order.
    assert_eq!(
        names,
        [
            unknown, unknown, unknown, unknown, unknown, unknown, "admin", "admin"
        ]
    );
    assert!(
        failed
            .iter()
            .all(|(actor, _, from)| actor == "(service)" && from == "from 127.0.0.1")
    );
    world.check().await;
}

#[tokio::test]
async fn tries_under_a_name_are_limited_over_all_processes() {
    let world = World::with(|config| {
        with_console(config);
        config.http.trusted_proxies.0 = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await;
    let other = world.another().await;
    let bases = [
        world.base(),
        format!("http://{}", other.address().expect("an address")),
    ];
    let try_from = async |at: usize, source: &str, password: &str| {
        let mut browser = Browser::at(&bases[at % 2]);
        let form = [("name", "admin"), ("password", password)];
        let request = browser.request(Method::POST, "/admin/login").form(&form);
        let request = request.header("x-forwarded-for", source);
        browser.send(request).await.status.as_u16()
    };
    // Each from another place, in turn with both processes.
    for at in 0..10 {
        let source = format!("10.0.0.{at}");
        assert_eq!(try_from(at, &source, "a wrong password").await, 403, "{at}");
    }
    for at in 0..2 {
        assert_eq!(
            try_from(at, "10.0.1.1", PASSWORD).await,
            429,
            "right, and too late"
        );
    }
    // What was turned away does not count: it ends a quarter of an hour after the tries.
    world.turn(Duration::from_secs(15 * 60 + 1));
    assert_eq!(try_from(1, "10.0.1.1", PASSWORD).await, 303);
    other.stop().await;
    world.check().await;
}

#[tokio::test]
async fn tries_from_one_source_are_limited_whatever_the_names() {
    let world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    for at in 0..20 {
        let answer = browser
            .log_in(&format!("name-{at}"), "a wrong password")
            .await;
        assert_eq!(answer.status.as_u16(), 403, "{at}");
    }
    let answer = browser.log_in("admin", PASSWORD).await;
    assert_eq!(answer.status.as_u16(), 429);
    assert!(answer.has("Too many tries"), "{}", answer.body);
    world.check().await;
}

#[tokio::test]
async fn tries_at_the_same_instant_see_each_other() {
    let world = World::with(with_console).await;
    let tries = (0..15).map(|_| async {
        let mut browser = Browser::new(&world);
        browser
            .log_in("admin", "a wrong password")
            .await
            .status
            .as_u16()
    });
    let answers = futures::future::join_all(tries).await;
    let refused = answers.iter().filter(|status| **status == 403).count();
    assert_eq!(refused, 10, "{answers:?}");
    world.check().await;
}

#[tokio::test]
async fn who_gets_in_has_its_tries_forgotten_and_a_new_password_does_so_too() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Support).await;
    for _ in 0..3 {
        for _ in 0..9 {
            browser.log_in("support-1", "a wrong password").await;
        }
        world.turn(Duration::from_secs(60));
        assert_eq!(
            browser.log_in("support-1", PASSWORD).await.status.as_u16(),
            303
        );
    }
    for _ in 0..10 {
        browser.log_in("support-1", "a wrong password").await;
    }
    assert_eq!(
        browser.log_in("support-1", PASSWORD).await.status.as_u16(),
        429
    );
    world
        .app()
        .set_admin_password("support-1", &"another password".into(), &by("locked out"))
        .await
        .expect("given");
    assert_eq!(
        browser
            .log_in("support-1", "another password")
            .await
            .status
            .as_u16(),
        303
    );
    world.check().await;
}
