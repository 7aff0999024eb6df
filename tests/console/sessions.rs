//! How long somebody stays logged in, and what ends it.

use std::time::Duration;

use majibu::core::operator::Role;

use crate::{
    browser::{Browser, PASSWORD, logged_in, with_console},
    support::{World, by},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Whether the browser is shown the console rather than the login.
async fn is_in(browser: &mut Browser) -> bool {
    let page = browser.get("/admin/audit").await;
    let is_in = page.status.as_u16() == 200;
    assert!(
        is_in
            || page
                .to()
                .starts_with("/admin/login?to=%2Fadmin%2Faudit&ended=1"),
        "{page:?}"
    );
    is_in
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_and_one_that_is_used_goes_on() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    for _ in 0..4 {
        world.turn(29 * MINUTE);
        assert!(is_in(&mut browser).await);
    }
    world.turn(30 * MINUTE);
    assert!(!is_in(&mut browser).await);
    let login = browser.get("/admin/login?to=/admin/audit&ended=1").await;
    assert!(login.has("your session ended"), "{}", login.body);
    world.check().await;
}

#[tokio::test]
async fn a_session_ends_after_half_a_day_however_much_it_is_used() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    for _ in 0..35 {
        world.turn(20 * MINUTE);
        assert!(is_in(&mut browser).await);
    }
    world.turn(20 * MINUTE);
    assert!(!is_in(&mut browser).await);
    world.check().await;
}

#[tokio::test]
async fn who_logs_out_is_out_also_with_the_cookie_of_before() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Viewer).await;
    let cookies = browser.cookies.clone();
    let token = browser.token("/admin/audit").await;
    let left = browser.post("/admin/logout", &[("token", &token)]).await;
    assert_eq!((left.status.as_u16(), left.to()), (303, "/admin/login"));
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    browser.cookies = cookies;
    assert!(!is_in(&mut browser).await);
    let mut again = Browser::new(&world);
    again.log_in("viewer-1", PASSWORD).await;
    let log = again.get("/admin/audit?action=logout").await;
    assert!(log.has("viewer-1"), "{}", log.body);
    world.check().await;
}

#[tokio::test]
async fn who_is_disabled_or_gets_another_password_is_out_at_once() {
    let world = World::with(with_console).await;
    let mut browser = logged_in(&world, Role::Support).await;
    assert!(is_in(&mut browser).await);
    world
        .app()
        .set_admin_password("support-1", &"another password".into(), &by("test"))
        .await
        .expect("given");
    assert!(!is_in(&mut browser).await);
    let mut browser = Browser::new(&world);
    assert_eq!(
        browser.log_in("support-1", PASSWORD).await.status.as_u16(),
        403
    );
    browser.log_in("support-1", "another password").await;
    assert!(is_in(&mut browser).await);
    world
        .app()
        .disable_admin("support-1", &by("left the house"))
        .await
        .expect("disabled");
    assert!(!is_in(&mut browser).await);
    assert_eq!(
        browser
            .log_in("support-1", "another password")
            .await
            .status
            .as_u16(),
        403
    );
    world.check().await;
}

#[tokio::test]
async fn another_password_in_the_configuration_ends_the_sessions_of_before() {
    let mut world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    browser.log_in("admin", PASSWORD).await;
    world.restart().await;
    browser = browser.moved_to(&world.base());
    assert!(is_in(&mut browser).await, "sessions outlive the process");
    let hash = majibu::app::hash_password(
        &"quite another one".into(),
        &mut <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(2),
    );
    world.config.admin.password_hash = Some(hash.expect("a hash").into());
    world.restart().await;
    browser = browser.moved_to(&world.base());
    assert!(!is_in(&mut browser).await);
    world.check().await;
}

#[tokio::test]
async fn a_made_up_cookie_is_nobody() {
    let world = World::with(with_console).await;
    for value in ["", "x", "' or 1=1 --", &"A".repeat(3_000)] {
        let mut browser = Browser::new(&world);
        browser.cookies.insert("majibu_admin".into(), value.into());
        assert!(!is_in(&mut browser).await, "{value}");
    }
    world.check().await;
}
