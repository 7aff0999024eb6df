//! A whole game on two phones: registered, paid in with the PIN prompt, played, told by SMS.

use crate::driver::{Window, on_page};
use crate::page::Handset;

/// Registers and pays KES 100 in.
pub(crate) async fn join(phone: &Handset) {
    phone.dial().await;
    phone.pick("English").await;
    phone.pick("Yes").await;
    deposit(phone).await;
    phone.until_unread(1).await;
    phone.until_mode("idle").await;
}

/// From the home screen: pays KES 100 in, with the PIN on the prompt.
async fn deposit(phone: &Handset) {
    phone.pick("Deposit").await;
    phone.pick("KES 100").await;
    // The prompt waits until no screen of the session is open; then it covers the closing one, which
    // may be too soon to be seen here.
    phone.until_mode("pin").await;
    phone
        .until_shows("Do you want to pay KES 100.00 to PAYBILL 174379 Majibu")
        .await;
    phone.send("1234").await;
}

/// Goes to the first question of a game for KES 20.
pub(crate) async fn begin(phone: &Handset) {
    phone.dial().await;
    phone.pick("Play").await;
    phone.pick("Football").await;
    phone.pick("KES 20").await;
    phone.pick("Confirm").await;
    phone.until_shows("Q1/5").await;
}

/// Answers every question with its first choice.
async fn answer(phone: &Handset) {
    for question in 1..=5 {
        phone.until_shows(&format!("Q{question}/5")).await;
        phone.reply("1").await;
    }
    phone.until_mode("ended").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_play_a_game_and_both_hear_how_it_ended() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let (one, two) = (page.phone("0712345678"), page.add_phone("0110000001").await);
        for phone in [&one, &two] {
            join(phone).await;
            assert_eq!(phone.text("[data-balance]").await, "KES 4,900.00");
        }
        begin(&one).await;
        begin(&two).await;
        answer(&one).await;
        answer(&two).await;
        for phone in [&one, &two] {
            phone.until_unread(2).await;
            phone.click("[data-do=ok]").await;
            phone.click("[data-soft=left]").await; // Read
            phone.click("[data-soft=left]").await; // Open
            phone.until_mode("message").await;
            let message = phone.display().await;
            assert!(message.contains("MAJIBU"), "{message}");
            // One of the two was opened and the other was not.
            phone.until_unread(1).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_is_played_with_the_keyboard_alone() {
    on_page(Window::Desktop(1400, 1000), |page| async move {
        let phone = page.phone("0712345678");
        // No click from here on: the keys of a page that was just opened go to its phone.
        page.keys("*384*55#").await;
        page.enter().await;
        phone.until_shows("1. English").await;
        for (keys, shows) in [
            ("1", "18 or older"),
            ("1", "2. Deposit"),
            ("2", "type 10 to 70,000"),
            ("20", "M-Pesa asks for your PIN"),
        ] {
            page.keys(keys).await;
            page.enter().await;
            phone.until_shows(shows).await;
        }
        phone.until_mode("pin").await;
        page.keys("1234").await;
        page.enter().await;
        phone.until_unread(1).await;
        page.escape().await;
        phone.until_mode("idle").await;
        page.enter().await; // the code that was dialled last
        page.enter().await;
        for shows in [
            "Balance KES 20",
            "Choose a category",
            "Choose your stake",
            "1. Confirm",
        ] {
            phone.until_shows(shows).await;
            page.keys("1").await;
            page.enter().await;
        }
        for question in 1..=5 {
            phone.until_shows(&format!("Q{question}/5")).await;
            page.keys("1").await;
            page.enter().await;
        }
        phone.until_mode("ended").await;
        page.escape().await;
        phone.until_mode("idle").await;
    })
    .await;
}
