//! The page as its user handles it: by clicks, keys, and what can be read on it.

use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::PATIENCE;

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(40);

/// Keeps what goes wrong in scripts.
const WATCH: &str = "window.pageErrors = []; \
    addEventListener('error', (e) => pageErrors.push(String(e.message))); \
    addEventListener('unhandledrejection', (e) => pageErrors.push(String(e.reason)));";

/// The page in a browser.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) client: Client,
    pub(crate) base: String,
}

impl Page {
    pub(crate) async fn open(client: Client, base: &str) -> Self {
        let page = Self {
            client,
            base: base.to_owned(),
        };
        page.go("/?phone=0712345678").await;
        page
    }

    /// Opens a path of the page and waits for its first phone.
    pub(crate) async fn go(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.base))
            .await
            .unwrap();
        self.script(WATCH).await;
        self.until("a phone", "document.querySelector('.slot') !== null")
            .await;
    }

    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) async fn until(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression})");
        let start = Instant::now();
        while self.script(&script).await != json!(true) {
            if start.elapsed() > PATIENCE {
                let text = self.script("return document.body.innerText").await;
                panic!(
                    "waited in vain for {what}; the page says:\n{}",
                    text.as_str().unwrap()
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The one element of a selector.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        let clicked = self.find(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The text of an element, as it is rendered.
    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    /// Sends keys to whatever has the focus.
    pub(crate) async fn keys(&self, keys: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    pub(crate) async fn enter(&self) {
        self.keys(&Key::Enter.to_string()).await;
    }

    pub(crate) async fn escape(&self) {
        self.keys(&Key::Escape.to_string()).await;
    }

    /// Types into a field, in place of what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses in a list by value.
    pub(crate) async fn choose(&self, selector: &str, value: &str) {
        let list = self.find(selector).await;
        list.select_by_value(value).await.unwrap();
        let chosen = format!("document.querySelector('{selector}').value === '{value}'");
        self.until(&format!("{value} in {selector}"), &chosen).await;
    }

    /// Puts one more phone on the desk.
    pub(crate) async fn add_phone(&self, number: &str) -> Handset {
        self.click("#add-phone").await;
        self.fill("#adding input[name=number]", number).await;
        self.click("#adding button[type=submit]").await;
        let handset = self.phone(number);
        self.until(
            number,
            &format!("document.querySelector('{}')", handset.slot),
        )
        .await;
        handset
    }

    /// A phone on the desk, by its number as people write it.
    pub(crate) fn phone(&self, number: &str) -> Handset {
        Handset {
            page: self.clone(),
            slot: format!(".slot[data-number=\"{number}\"]"),
        }
    }

    /// Writes a picture of the window into `docs/` when asked to.
    pub(crate) async fn picture(&self, name: &str) {
        if std::env::var_os("SCREENSHOTS").is_none() {
            return;
        }
        let png = self.client.screenshot().await.unwrap();
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
        std::fs::write(format!("{docs}/{name}.png"), png).unwrap();
    }
}

/// A phone on the page.
#[derive(Clone)]
pub(crate) struct Handset {
    page: Page,
    pub(crate) slot: String,
}

impl Handset {
    fn at(&self, selector: &str) -> String {
        format!("{} {selector}", self.slot)
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.page.click(&self.at(selector)).await;
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.page.text(&self.at(selector)).await
    }

    /// What stands on the display, its lines as they are wrapped.
    pub(crate) async fn display(&self) -> String {
        let script = format!(
            "return document.querySelector('{}').textContent",
            self.at("[data-text]")
        );
        self.page.script(&script).await.as_str().unwrap().to_owned()
    }

    /// Waits until the display has these words, whatever its line breaks.
    pub(crate) async fn until_shows(&self, words: &str) {
        let text = format!(
            "document.querySelector('{}').textContent",
            self.at("[data-text]")
        );
        let expression = format!("{text}.replaceAll('\\n', ' ').includes({})", json!(words));
        self.page.until(words, &expression).await;
    }

    /// Waits until the phone does this: `idle`, `ussd`, `pin`, `ended` and so on.
    pub(crate) async fn until_mode(&self, mode: &str) {
        let expression = format!(
            "document.querySelector('{}').dataset.mode === '{mode}'",
            self.slot
        );
        self.page.until(mode, &expression).await;
    }

    /// Presses keys of the keypad, one after the other.
    pub(crate) async fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.click(&format!("[data-key=\"{key}\"]")).await;
        }
    }

    /// Types on the keypad and presses the green key.
    pub(crate) async fn send(&self, keys: &str) {
        self.press(keys).await;
        self.click("[data-do=call]").await;
    }

    /// Dials the service and waits for its first screen.
    pub(crate) async fn dial(&self) {
        self.send("*384*55#").await;
        self.until_mode("ussd").await;
    }

    /// Replies with the number in front of these words, and waits until the screen is another.
    pub(crate) async fn pick(&self, words: &str) {
        let display = self.display().await;
        let line = display.lines().find(|line| line.contains(words));
        let number: String = line
            .unwrap_or_else(|| panic!("no {words:?} in:\n{display}"))
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        self.reply(&number).await;
    }

    /// Replies, and waits until the screen is another.
    pub(crate) async fn reply(&self, keys: &str) {
        let before = self.display().await;
        self.send(keys).await;
        let text = format!(
            "document.querySelector('{}').textContent",
            self.at("[data-text]")
        );
        let mode = format!("document.querySelector('{}').dataset.mode", self.slot);
        let expression = format!("{text} !== {} && {mode} !== 'waiting'", json!(before));
        self.page.until("the next screen", &expression).await;
    }

    /// How many messages are unread.
    pub(crate) async fn until_unread(&self, count: usize) {
        let expression = format!(
            "document.querySelector('{}').textContent === '\u{2709}{count}'",
            self.at("[data-envelope]")
        );
        self.page
            .until(&format!("{count} unread messages"), &expression)
            .await;
    }
}
