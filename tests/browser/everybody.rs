//! The pages for everybody: names, contrast in the light and in the dark, focus, a small screen.

use crate::{
    house::{a_day, at_desk, house},
    page::Page,
    webdriver::Window,
};

/// Every page that needs no id.
pub(crate) const PAGES: [(&str, &str); 13] = [
    ("today", "/admin"),
    ("player", "/admin/players?q=0712345678"),
    ("matches", "/admin/match"),
    ("fair", "/admin/fair"),
    ("questions", "/admin/questions"),
    ("parked", "/admin/parked"),
    ("withdrawals", "/admin/withdrawals"),
    ("adjustments", "/admin/adjustments"),
    ("jobs", "/admin/jobs"),
    ("menu", "/admin/menu"),
    ("settings", "/admin/settings"),
    ("admins", "/admin/admins"),
    ("audit", "/admin/audit"),
];

/// The pages of one thing: their name, the page that leads to one, and how its address begins.
const ONES: [(&str, &str, &str); 4] = [
    ("match", "/admin/players?q=0712345678", "/admin/match/"),
    ("case", "/admin/fair", "/admin/fair/"),
    ("question", "/admin/questions", "/admin/questions/"),
    (
        "withdrawal",
        "/admin/withdrawals#ended",
        "/admin/withdrawals/",
    ),
];

/// Every page, with its address; those of one thing are the last that another page leads to.
pub(crate) async fn every_page(page: &Page) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&str, String)> = PAGES
        .iter()
        .map(|(name, path)| (*name, (*path).to_owned()))
        .collect();
    for (name, from, begins) in ONES {
        page.go(from).await;
        let links = format!("[...document.querySelectorAll('main a[href^=\"{begins}\"]')]");
        page.until(name, &format!("{links}.length > 0")).await;
        let path = page
            .script(&format!("return {links}.at(-1).getAttribute('href')"))
            .await;
        all.push((name, path.as_str().expect("an address").to_owned()));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_has_a_name_and_can_be_read_wide_and_small() {
    for window in [Window::Desktop(1280, 900), Window::Mobile(360)] {
        let world = house().await;
        a_day(&world).await;
        at_desk(window, world, |page, world| async move {
            for (_, path) in every_page(&page).await {
                page.is_for_everybody(&path).await;
            }
            page.go("/admin/no/such/page").await;
            page.until_says("There is nothing at this address.").await;
            page.is_for_everybody("/admin/no/such/page").await;
            page.is_for_everybody("/admin/login").await;
            world
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_is_seen_and_pages_are_found_on_a_phone() {
    let window = Window::Mobile(360);
    at_desk(window, house().await, |page, world| async move {
        for _ in 0..12 {
            page.script(
                "const all = [...document.querySelectorAll('a[href], button, input, summary')] \
                 .filter((at) => at.offsetParent); \
                 const next = all[all.indexOf(document.activeElement) + 1]; next?.focus({ focusVisible: true })",
            )
            .await;
            let frame = page
                .script(
                    "const style = getComputedStyle(document.activeElement); \
                     return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2",
                )
                .await;
            assert_eq!(frame, true);
        }
        page.click(".menu summary").await;
        page.click(".menu nav a[href='/admin/audit']").await;
        page.until("the log", "document.querySelector('h1').textContent === 'Audit log'").await;
        world
    })
    .await;
}
