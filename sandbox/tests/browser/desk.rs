//! Phones come and go, and each can be set, switched off, and taken out of reach.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::DarajaConfig;
use serde_json::{Value, json};

use crate::driver::{Window, on_page};
use crate::game::join;
use crate::page::Page;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_added_set_and_taken_away() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        page.click("#add-phone").await;
        page.fill("#adding input[name=number]", "0202345678").await;
        page.click("#adding button[type=submit]").await;
        page.until("the reason", "document.querySelector('#adding [data-error]').textContent.includes('not a Kenyan mobile')").await;
        page.click("#adding [data-close]").await;

        let phone = page.add_phone("0733000111").await;
        assert_eq!(page.phone("0712345678").text("[data-network]").await, "Safaricom");
        phone.click("[data-do=sim]").await;
        page.choose("#sim-settings select[name=network]", "airtel").await;
        page.fill("#sim-settings input[name=balance]", "12.50").await;
        page.fill("#sim-settings input[name=pin]", "9876").await;
        page.click("#sim-settings button[type=submit]").await;
        page.until("saved", "document.querySelector('#sim [data-done]').textContent === 'Saved.'").await;
        page.click("#sim [data-close]").await;
        assert_eq!(phone.text("[data-balance]").await, "KES 12.50");
        assert_eq!(phone.text("[data-network]").await, "Airtel");
        // Airtel has longer screens, and gives a minute for a reply.
        phone.dial().await;
        assert!(phone.text("[data-meter-count]").await.ends_with("/184"));
        let idle = phone.text("[data-idle-clock]").await;
        assert!(idle.starts_with("reply in 0:5") || idle == "reply in 1:00", "{idle}");
        let session = phone.text("[data-session-clock]").await;
        assert!(session.starts_with("session 2:5") || session == "session 3:00", "{session}");

        phone.click("[data-do=remove]").await;
        page.until("one phone", "document.querySelectorAll('.slot').length === 1").await;
        // Another page shows the same desk.
        page.add_phone("0733000222").await;
        page.go("/").await;
        page.until("the same desk", "document.querySelectorAll('.slot').length === 2").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_to_a_phone_that_is_off_waits_until_it_is_back() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        join(&phone).await;
        phone.dial().await;
        phone.click("[data-do=signal]").await;
        phone.until_shows("Connection lost.").await;
        phone.click("[data-do=ok]").await;
        phone.until_shows("No network").await;
        phone.send("*384*55#").await;
        phone.until_shows("no signal").await;
        phone.click("[data-do=signal]").await;
        phone.until_mode("refusal").await;
        phone.click("[data-do=ok]").await;

        // A message comes while it is off, and is told of when it is on again.
        phone.click("[data-do=power]").await;
        phone.until_mode("off").await;
        assert_eq!(phone.display().await, "");
        let told = page.script(
            "return fetch('/version1/messaging', { method: 'POST', headers: { apiKey: 'k' }, \
             body: new URLSearchParams({ username: 'sandbox', to: '+254712345678', message: 'Hello there', from: 'DEMO' }) }) \
             .then((answer) => answer.status)",
        )
        .await;
        assert_eq!(told, 201);
        page.until("the hint", "document.querySelector('#hint').textContent.includes('1 message wait')").await;
        phone.click("[data-do=power]").await;
        phone.until_unread(2).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_forgets_everything_once_it_was_confirmed() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        join(&phone).await;
        page.add_phone("0733000111").await;
        let paid = "document.querySelector('[data-balance]').textContent === 'KES 4,900.00'";
        page.until("paid", paid).await;

        // Thought better of.
        page.click("#reset").await;
        let question = page.client.get_alert_text().await.unwrap();
        assert!(question.starts_with("Forget all phones"), "{question}");
        page.client.dismiss_alert().await.unwrap();
        page.until("nothing is forgotten", &format!("{paid} && document.querySelectorAll('.slot').length === 2")).await;

        page.click("#reset").await;
        page.client.accept_alert().await.unwrap();
        page.until("a new phone", "document.querySelector('[data-balance]')?.textContent === 'KES 5,000.00'").await;
        assert_eq!(page.script("return document.querySelectorAll('.slot').length").await, 1);
        // Nothing was called before but the paybill's registration, which Majibu makes anew.
        let old = "[...document.querySelectorAll('.timeline b')].some((b) => b.textContent === 'STK callback')";
        page.until("the record is new", &format!("!{old}")).await;
        // Majibu still knows the player, and M-Pesa has none of the old payments.
        phone.dial().await;
        phone.until_shows("Majibu").await;
        let books = page.script("return fetch('/api/books').then((answer) => answer.json())").await;
        assert_eq!(books["paid_in_cents"], 0);
    })
    .await;
}

/// Asks for KES 10 by a push, as a service does.
async fn push(page: &Page) -> Value {
    let config = DarajaConfig::default();
    let timestamp = "20261122214800";
    let password = STANDARD.encode(format!("{}{}{timestamp}", config.shortcode, config.passkey));
    let body = json!({
        "BusinessShortCode": config.shortcode, "Password": password, "Timestamp": timestamp,
        "TransactionType": "CustomerPayBillOnline", "Amount": 10, "PartyA": 254_712_345_678_u64,
        "PartyB": config.shortcode, "PhoneNumber": 254_712_345_678_u64,
        "CallBackURL": "http://127.0.0.1:1/told", "AccountReference": "A1", "TransactionDesc": "Test",
    });
    page.script(&format!(
        "return (async () => {{ \
         const token = await fetch('/oauth/v1/generate?grant_type=client_credentials', {{ headers: {{ authorization: 'Basic a2V5OnNlY3JldA==' }} }}).then((answer) => answer.json()); \
         const answer = await fetch('/mpesa/stkpush/v1/processrequest', {{ method: 'POST', \
         headers: {{ authorization: `Bearer ${{token.access_token}}`, 'content-type': 'application/json' }}, body: JSON.stringify({body}) }}); \
         return answer.status; }})()"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_prompt_for_the_pin_waits_until_no_screen_is_open() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        phone.dial().await;
        assert_eq!(push(&page).await, 200);
        page.until(
            "the push was accepted",
            "[...document.querySelectorAll('.timeline b')].some((b) => b.textContent === 'STK push')",
        )
        .await;
        // The session goes on under it.
        phone.pick("English").await;
        phone.until_shows("18 or older").await;
        phone.click("[data-do=end]").await;
        phone.until_mode("pin").await;
        phone.until_shows("Do you want to pay KES 10.00").await;
        phone.send("1234").await;
        page.until("paid", "document.querySelector('[data-balance]').textContent === 'KES 4,990.00'").await;
        // A callback that nobody takes is told of.
        page.until("the callback", "document.querySelector('.timeline').textContent.includes('could not be reached')").await;
    })
    .await;
}
