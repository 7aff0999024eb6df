//! Where nobody could log in there is no console, and nothing tells that there could be one.

use majibu::core::operator::Role;
use reqwest::Method;

use crate::{
    browser::{Answer, Browser, PASSWORD, with_console},
    support::{World, by},
};

/// What can be told of an answer, less what differs from one to the next.
fn told(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let headers = answer.headers.iter();
    let headers = headers.filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}")));
    (
        answer.status.as_u16(),
        answer.body.clone(),
        headers.collect(),
    )
}

#[tokio::test]
async fn a_console_that_is_off_is_not_there() {
    let world = World::with(|config| config.http.tries_per_source = 0).await;
    let mut browser = Browser::new(&world);
    let nothing = told(&browser.get("/nothing/here").await);
    assert_eq!(nothing.0, 404);
    for path in [
        "/admin",
        "/admin/",
        "/admin/login",
        "/admin/style.css",
        "/admin/audit?before=1",
        "/admin/players/1",
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let request = browser.request(method.clone(), path);
            let answer = browser.send(request).await;
            assert_eq!(told(&answer), nothing, "{method} {path}");
        }
    }
    world.check().await;
}

#[tokio::test]
async fn strangers_at_a_console_that_is_off_are_limited_like_any_others() {
    let world = World::with(|config| config.http.tries_per_source = 2).await;
    let mut browser = Browser::new(&world);
    for status in [404, 404, 429] {
        assert_eq!(browser.get("/admin").await.status.as_u16(), status);
    }
    world.check().await;
}

#[tokio::test]
async fn the_first_administrator_turns_it_on_and_so_does_the_configuration() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.get("/admin/login").await.status.as_u16(), 404);
    let role = Role::Viewer;
    world
        .app()
        .add_admin("wanjiru", role, &PASSWORD.into(), &by("test"))
        .await
        .expect("added");
    assert_eq!(browser.get("/admin/login").await.status.as_u16(), 200);
    // The name of the configuration's is nobody's here.
    assert_eq!(browser.log_in("admin", PASSWORD).await.status.as_u16(), 403);
    assert_eq!(browser.log_in("wanjiru", PASSWORD).await.to(), "/admin");
    world.check().await;

    let world = World::with(with_console).await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.log_in("admin", PASSWORD).await.to(), "/admin");
    let page = browser.get("/admin/admins").await;
    assert!(page.has("by the configuration"), "{}", page.body);
    world.check().await;
}
