//! The pictures of the documentation: `SCREENSHOTS=1 tests/run --test browser pictures`.

use crate::{
    everybody::every_page,
    house::{a_day, at_desk, house},
    webdriver::Window,
};

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_every_page_wide_and_small() {
    if std::env::var_os("SCREENSHOTS").is_none() {
        return;
    }
    for (window, size) in [
        (Window::Desktop(1280, 1100), "wide"),
        (Window::Mobile(360), "phone"),
    ] {
        let world = house().await;
        a_day(&world).await;
        at_desk(window, world, move |page, world| async move {
            for (name, path) in every_page(&page).await {
                page.go(&path).await;
                page.until("a page", "document.querySelector('main h1') !== null")
                    .await;
                page.picture(&format!("{name}-{size}")).await;
            }
            page.click(".who button").await;
            page.until("the login", "location.pathname === '/admin/login'")
                .await;
            page.picture(&format!("login-{size}")).await;
            world
        })
        .await;
    }
}
