//! What a person at the desk does.

use crate::{
    house::{NAME, PASSWORD, at_desk, house},
    webdriver::Window,
};

const WIDE: Window = Window::Desktop(1280, 900);

#[tokio::test(flavor = "multi_thread")]
async fn somebody_logs_in_looks_around_acts_and_finds_it_in_the_log() {
    at_desk(WIDE, house().await, |page, world| async move {
        page.until_says("Nothing waits for you.").await;
        page.follow("Administrators").await;
        page.until_says("by the configuration").await;
        page.act("/admin/admins/otieno/disable", &[], "left the house")
            .await;
        assert_eq!(page.text(".notice").await, "otieno is shut out.");
        page.follow("Audit log").await;
        page.until_says("disable_admin").await;
        let first = page.text("tbody tr").await;
        for word in [NAME, "disable_admin", "otieno", "left the house"] {
            assert!(first.contains(word), "{word}: {first}");
        }
        page.fill("input[name=actor]", "(service)").await;
        page.click(".search button").await;
        page.until_says("No line fits.").await;
        page.click(".who button").await;
        page.until("the login", "location.pathname === '/admin/login'")
            .await;
        // Back shows nothing of what was there.
        page.go("/admin/audit").await;
        page.until("the login", "location.pathname === '/admin/login'")
            .await;
        page.log_in("njeri", PASSWORD).await;
        page.go("/admin/admins").await;
        page.until_says("may log in").await;
        let forms = page
            .script("return document.querySelectorAll('.act').length")
            .await;
        assert_eq!(forms, 0, "a viewer is offered nothing");
        world
    })
    .await;
}
