//! A page of the console as its user handles it: by clicks, keys, and what can be read on it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use fantoccini::{Client, Locator, elements::Element};
use serde_json::{Value, json};

use crate::webdriver::PATIENCE;

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(40);

/// What has no name for those who cannot see it, and what is too faint for those who see little.
const AUDIT: &str = include_str!("../../sandbox/tests/browser/audit.js");

/// A window of the browser.
#[derive(Clone)]
pub(crate) struct Page {
    client: Client,
    base: String,
}

impl Page {
    pub(crate) fn new(client: Client, base: &str) -> Self {
        Self {
            client,
            base: base.to_owned(),
        }
    }

    pub(crate) async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.client.goto(&url).await.expect("a page");
    }

    /// Logs in by the keyboard alone.
    pub(crate) async fn log_in(&self, name: &str, password: &str) {
        self.go("/admin").await;
        self.until(
            "the login",
            "document.querySelector('input[name=name]') !== null",
        )
        .await;
        let focused = self.client.active_element().await.expect("a focus");
        focused
            .send_keys(&format!("{name}\t{password}\n"))
            .await
            .expect("typed");
        self.until_says("Log out").await;
    }

    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("a script")
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) async fn until(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression})");
        let start = Instant::now();
        // While another page loads, no script runs.
        while self.client.execute(&script, vec![]).await.ok() != Some(json!(true)) {
            if start.elapsed() > PATIENCE {
                let text = self.script("return document.body.innerText").await;
                panic!("waited in vain for {what}; the page says:\n{text}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until the page has these words, folded up or not.
    pub(crate) async fn until_says(&self, words: &str) {
        let expression = format!("document.body.textContent.includes({})", json!(words));
        self.until(words, &expression).await;
    }

    /// The first element of a selector.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        let clicked = self.find(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Follows the link with this text.
    pub(crate) async fn follow(&self, text: &str) {
        let link = self.client.find(Locator::LinkText(text)).await;
        let link = link.unwrap_or_else(|error| panic!("{text}: {error}"));
        link.click().await.expect("followed");
    }

    /// Types into a field, in place of what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.expect("text")
    }

    /// Unfolds the form whose address ends like this, fills it in, sends it; gives what came of it.
    pub(crate) async fn act(&self, ending: &str, fields: &[(&str, &str)], reason: &str) -> String {
        let form = format!("form[action$='{ending}']");
        self.until(ending, &format!("document.querySelector(\"{form}\")"))
            .await;
        let unfold = format!("document.querySelector(\"{form}\").closest('details').open = true");
        self.script(&unfold).await;
        for (name, value) in fields {
            let field = format!("{form} [name={name}]");
            let element = self.find(&field).await;
            if element.tag_name().await.expect("a name") == "select" {
                element.select_by_value(value).await.expect("chosen");
            } else {
                self.fill(&field, value).await;
            }
        }
        self.fill(&format!("{form} textarea[name=reason]"), reason)
            .await;
        self.click(&format!("{form} button")).await;
        self.until("what came of it", "document.querySelector('.notice')")
            .await;
        self.text(".notice").await
    }

    /// Everything has a name and can be read, in the light and in the dark, and nothing hangs over.
    pub(crate) async fn is_for_everybody(&self, path: &str) {
        self.go(path).await;
        let nothing = json!({ "nameless": [], "faint": [], "duplicates": [] });
        for scheme in ["light", "dark"] {
            // The style sheet's own rules for the dark, whatever the machine's taste.
            self.prefer(scheme).await;
            assert_eq!(self.script(AUDIT).await, nothing, "{path} in the {scheme}");
        }
        self.prefer("light").await;
        let over = "return document.documentElement.scrollWidth - innerWidth";
        let over = self.script(over).await.as_i64();
        assert!(
            over.is_some_and(|over| over <= 0),
            "{path}: {over:?} pixels hang over"
        );
    }

    /// Makes the page look as for somebody who prefers the dark, or not.
    async fn prefer(&self, scheme: &str) {
        let command = format!(
            "for (const rule of document.styleSheets[0].cssRules) \
             if (rule.media && (rule.media.mediaText.includes('color-scheme') || rule.media.mediaText === 'all' || rule.media.mediaText === 'not all')) \
             rule.media.mediaText = '{}';",
            if scheme == "dark" { "all" } else { "not all" }
        );
        self.script(&command).await;
    }

    /// Writes a picture of the whole page into `docs/console/` when asked to.
    pub(crate) async fn picture(&self, name: &str) {
        if std::env::var_os("SCREENSHOTS").is_none() {
            return;
        }
        let png = self.client.screenshot().await.expect("a picture");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/console");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("written");
    }
}
