//! The timeline and the fault panel.

use fantoccini::key::Key;

use crate::driver::{Window, on_page};
use crate::game::join;

/// Rows of the timeline with this label, newest first, as they can be read.
const ROWS: &str = "[...document.querySelectorAll('.timeline .exchange-row')]";

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_broken_from_the_panel_and_the_timeline_tells_it() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        page.click("#tab-faults").await;
        page.until("the points", "document.querySelectorAll('#fault-point option').length > 10").await;
        page.choose("#fault-point", "stk_callback").await;
        page.choose("#fault-kind", "twice").await;
        page.choose("#fault-phone", "+254712345678").await;
        page.click("#fault-form button[type=submit]").await;
        page.until("it waits", "document.querySelector('#fault-list').textContent.includes('twice, for 0712345678')").await;
        page.click("#tab-wire").await;

        join(&phone).await;
        let twice = format!("{ROWS}.filter((row) => row.querySelector('b').textContent === 'STK callback' && row.textContent.includes('fault twice')).length === 2");
        page.until("two callbacks with the fault", &twice).await;
        // It was credited once all the same, and the fault does not wait any more.
        assert_eq!(phone.text("[data-balance]").await, "KES 4,900.00");
        page.until("nothing waits", "document.querySelector('#faults-badge').hidden").await;

        // Only faults; only of Daraja; of a phone that did nothing.
        page.click("#wire-odd").await;
        page.until("only the odd", &format!("{ROWS}.length === 2")).await;
        page.click("#wire-odd").await;
        page.until("all again", &format!("{ROWS}.length > 5")).await;
        page.choose("#wire-provider", "daraja").await;
        page.until("only Daraja", &format!("{ROWS}.length > 2 && {ROWS}.every((row) => row.textContent.includes('Daraja'))")).await;
        page.fill("#wire-text", "CheckoutRequestID").await;
        page.until("by text", &format!("{ROWS}.length === 3")).await;
        let har = page.script("return document.querySelector('#wire-har').getAttribute('href')").await;
        assert_eq!(har, "/api/wire.har?provider=daraja&text=checkoutrequestid");

        // One in full.
        page.script(&format!("{ROWS}.find((row) => row.textContent.includes('STK callback')).click()")).await;
        page.until("the exchange", "document.querySelector('#exchange').open").await;
        let body = page.text("#request-body").await;
        assert!(body.contains("\n    \"stkCallback\": {") && body.contains("MpesaReceiptNumber"), "{body}");
        assert!(page.text("#exchange-findings").await.contains("Fault played: twice"));
        page.click("#exchange-form").await;
        assert!(page.text("#request-body").await.starts_with("{\"Body\":{\"stkCallback\":{"));
        // As a command for the terminal: what is copied can be pasted.
        page.click("#exchange-curl").await;
        page.until("it is copied", "document.querySelector('#exchange-state').textContent !== ''").await;
        assert_eq!(page.text("#exchange-state").await, "Copied.");
        page.escape().await;
        page.until("closed", "!document.querySelector('#exchange').open").await;
        page.fill("#wire-text", "").await;
        page.click("#wire-text").await;
        page.keys(&format!("{}v", char::from(Key::Control))).await;
        page.until("it is pasted", "document.querySelector('#wire-text').value !== ''").await;
        let pasted = page.script("return document.querySelector('#wire-text').value").await;
        let pasted = pasted.as_str().unwrap();
        assert!(pasted.starts_with("curl ") && pasted.contains("MpesaReceiptNumber"), "{pasted}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_is_paused_and_cleared() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        page.until("the token", &format!("{ROWS}.length > 0")).await;
        page.click("#wire-pause").await;
        let before = page.script(&format!("return {ROWS}.length")).await;
        phone.dial().await;
        page.until(
            "it is held back",
            "document.querySelector('#wire-count').textContent.includes('1 held back')",
        )
        .await;
        assert_eq!(page.script(&format!("return {ROWS}.length")).await, before);
        page.click("#wire-pause").await;
        page.until(
            "it is shown",
            &format!("{ROWS}[0].textContent.includes('USSD hop')"),
        )
        .await;
        page.click("#wire-clear").await;
        page.until("nothing", &format!("{ROWS}.length === 0")).await;
        phone.click("[data-do=end]").await;
        page.until(
            "the next",
            &format!("{ROWS}.some((row) => row.textContent.includes('end event'))"),
        )
        .await;
    })
    .await;
}
