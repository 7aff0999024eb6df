//! The page for everybody: names, contrast, focus, a small screen, little motion.

use serde_json::{Value, json};

use crate::driver::{Window, on_page};

/// What has no name for those who cannot see it, what is too faint for those who see little, and
/// what moves or has no frame when it has the focus. (WCAG 2: 4.1.2, 1.4.3, 2.4.7.)
const AUDIT: &str = include_str!("audit.js");

async fn audit(page: &crate::page::Page) {
    let found = page.script(AUDIT).await;
    assert_eq!(
        found,
        json!({ "nameless": [], "faint": [], "duplicates": [] })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_has_a_name_and_can_be_read() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        page.add_phone("0733000111").await;
        phone.dial().await;
        page.until(
            "rows",
            "document.querySelectorAll('.exchange-row').length > 2",
        )
        .await;
        audit(&page).await;
        page.click("#tab-faults").await;
        audit(&page).await;
        page.click("#tab-help").await;
        audit(&page).await;
        phone.click("[data-do=sim]").await;
        audit(&page).await;
        page.escape().await;
        page.click("#tab-wire").await;
        page.click(".exchange-row").await;
        audit(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_is_spoken_and_the_focus_is_seen() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        phone.dial().await;
        let live = page.script("return document.querySelector('.lcd-text').getAttribute('aria-live')").await;
        assert_eq!(live, "polite");
        // By Tab from the top, each stop has a frame.
        page.script("document.activeElement.blur()").await;
        for _ in 0..30 {
            page.keys("\u{e004}").await;
            let frame: Value = page
                .script(
                    "const at = document.activeElement; const style = getComputedStyle(at); \
                     return [at.tagName, at.id || at.className, style.outlineStyle, parseFloat(style.outlineWidth)]",
                )
                .await;
            if frame[0] == "BODY" {
                continue;
            }
            assert_ne!(frame[2], "none", "{frame}");
            assert!(frame[3].as_f64().unwrap() >= 2.0, "{frame}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_screen_shows_a_whole_phone_and_nothing_hangs_over() {
    on_page(Window::Mobile(390), |page| async move {
        let phone = page.phone("0712345678");
        phone.dial().await;
        phone.pick("English").await;
        phone.until_shows("18 or older").await;
        let over = page.script("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(over.as_i64().unwrap() <= 0, "{over} pixels hang over");
        let phone_box = page
            .script("const r = document.querySelector('.phone').getBoundingClientRect(); return [r.left, r.right, innerWidth]")
            .await;
        assert!(phone_box[0].as_f64() >= Some(0.0) && phone_box[1].as_f64() <= phone_box[2].as_f64(), "{phone_box}");
        // Keys are large enough for a thumb.
        let key = page
            .script("const r = document.querySelector('[data-key=\"5\"]').getBoundingClientRect(); return Math.min(r.width, r.height)")
            .await;
        assert!(key.as_f64().unwrap() >= 36.0, "{key}");
        page.add_phone("0733000111").await;
        let over = page.script("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(over.as_i64().unwrap() <= 0, "{over} pixels hang over with two phones");
        audit(&page).await;
    })
    .await;
}
