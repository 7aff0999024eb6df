//! What the configuration says of sending SMS.

use std::{collections::BTreeMap, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Config, ConfigError, List, check::refuse_unless, settings::clock};
use crate::{
    app::SmsRules,
    core::sms::QuietHours,
    provider::sms_template::{Api, BadTemplate, Content, Success, TemplateSettings},
};

/// The most numbers in one request. The provider names no limit and asks for modest batches
/// (Africa's Talking contract, section 3.3).
const MAX_BATCH: usize = 100;

/// The most requests at the same time that make sense.
const MAX_CONCURRENCY: usize = 256;

/// The longest pause: a day.
const MAX_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// How a second sender is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum FallbackMethod {
    /// With a body.
    #[default]
    #[serde(rename = "POST", alias = "post")]
    Post,
    /// With everything in the URL.
    #[serde(rename = "GET", alias = "get")]
    Get,
}

/// How its body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FallbackContent {
    /// A form.
    #[default]
    Form,
    /// JSON.
    Json,
    /// No body: the fields go into the URL.
    Query,
}

/// `sms.fallback`: any HTTP SMS API, by template. The placeholders are `{to}`, `{text}`, `{id}` and
/// `{sender}`; each is encoded for its place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsFallback {
    /// The URL.
    pub url: SecretString,
    /// `POST` or `GET`.
    #[serde(default)]
    pub method: FallbackMethod,
    /// `form`, `json` or `query`.
    #[serde(default)]
    pub content_type: FallbackContent,
    /// The body, or the fields of the query.
    #[serde(default = "nothing")]
    pub body: SecretString,
    /// Headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretString>,
    /// As whom SMS are sent.
    #[serde(default)]
    pub sender: Option<String>,
    /// HTTP statuses of success; empty: any 2xx.
    #[serde(default)]
    pub success_status: List<u16>,
    /// A JSON pointer at which something must stand.
    #[serde(default)]
    pub success_pointer: Option<String>,
    /// What must stand there; empty: anything.
    #[serde(default)]
    pub success_values: List<String>,
    /// What the answer must contain.
    #[serde(default)]
    pub success_contains: Option<String>,
    /// A JSON pointer to the message's id.
    #[serde(default)]
    pub id_pointer: Option<String>,
    /// How long one request may take.
    #[serde(default = "ten_seconds", with = "humantime_serde")]
    pub timeout: Duration,
    /// After how many failed tries by the first sender it has a text; 1 or more.
    #[serde(default = "three")]
    pub after: u32,
    /// Whether it sends promotions, too.
    #[serde(default)]
    pub promotions: bool,
}

fn nothing() -> SecretString {
    "".into()
}

const fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

const fn three() -> u32 {
    3
}

/// The key of a part of the template.
fn key(part: &str) -> &'static str {
    match part {
        "url" => "sms.fallback.url",
        "headers" => "sms.fallback.headers",
        "content_type" => "sms.fallback.content_type",
        "sender" => "sms.fallback.sender",
        "success_pointer" => "sms.fallback.success_pointer",
        "success_values" => "sms.fallback.success_values",
        "id_pointer" => "sms.fallback.id_pointer",
        _ => "sms.fallback.body",
    }
}

impl Config {
    pub(super) fn check_sms(&self) -> Result<(), ConfigError> {
        let sms = &self.sms;
        let fits = (1..=MAX_BATCH).contains(&sms.batch);
        refuse_unless(fits, "sms.batch", "must be from 1 to 100 numbers")?;
        let fits = (1..=MAX_CONCURRENCY).contains(&sms.concurrency);
        refuse_unless(fits, "sms.concurrency", "must be from 1 to 256 requests")?;
        let fits = sms.pause > Duration::ZERO && sms.pause <= MAX_PAUSE;
        refuse_unless(
            fits,
            "sms.pause",
            "must be more than nothing and at most a day",
        )?;
        self.sms_rules()?;
        self.second_sender()?;
        let Some(fallback) = &sms.fallback else {
            return Ok(());
        };
        let fits = fallback.timeout > Duration::ZERO && fallback.timeout <= self.jobs.lease;
        let what = "must be more than nothing and at most jobs.lease";
        refuse_unless(fits, "sms.fallback.timeout", what)?;
        refuse_unless(
            fallback.after >= 1,
            "sms.fallback.after",
            "must be 1 or more",
        )
    }

    /// Texts to players are nobody's business on the way.
    pub(super) fn check_fallback_is_private(&self) -> Result<(), ConfigError> {
        let fallback = self.sms.fallback.as_ref();
        let is_https = fallback.is_none_or(|f| f.url.expose_secret().starts_with("https://"));
        refuse_unless(is_https, "sms.fallback.url", "production needs https")
    }

    pub(super) fn sms_rules(&self) -> Result<SmsRules, ConfigError> {
        let sms = &self.sms;
        let minutes = |key, text: &str| Ok(clock(key, Some(text))?.unwrap_or_default());
        let from = minutes("sms.quiet_from", &sms.quiet_from)?;
        let until = minutes("sms.quiet_until", &sms.quiet_until)?;
        let fallback = sms.fallback.as_ref();
        Ok(SmsRules {
            batch: sms.batch,
            concurrency: sms.concurrency,
            pause: sms.pause,
            quiet: QuietHours::new(from, until),
            fallback_after: fallback.map_or(0, |fallback| i64::from(fallback.after)),
            fallback_promotions: fallback.is_some_and(|fallback| fallback.promotions),
        })
    }

    /// The API of the second sender, where one is set up.
    ///
    /// # Errors
    /// Names the key whose value cannot be used.
    pub fn second_sender(&self) -> Result<Option<Api>, ConfigError> {
        let Some(fallback) = &self.sms.fallback else {
            return Ok(None);
        };
        let settings = TemplateSettings {
            url: fallback.url.clone(),
            is_get: fallback.method == FallbackMethod::Get,
            content: match fallback.content_type {
                FallbackContent::Form => Content::Form,
                FallbackContent::Json => Content::Json,
                FallbackContent::Query => Content::Query,
            },
            body: fallback.body.clone(),
            headers: fallback.headers.clone().into_iter().collect(),
            sender: fallback.sender.clone(),
            success: Success {
                statuses: fallback.success_status.0.clone(),
                pointer: fallback.success_pointer.clone(),
                values: fallback.success_values.0.clone(),
                contains: fallback.success_contains.clone(),
            },
            id_pointer: fallback.id_pointer.clone(),
            timeout: fallback.timeout,
        };
        let sender = Api::read(&settings);
        let impossible =
            |bad: BadTemplate| ConfigError::impossible(key(bad.part), bad.what.clone());
        sender.map(Some).map_err(impossible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn refused(change: impl FnOnce(&mut Config)) -> Option<String> {
        let mut config = Config::default();
        change(&mut config);
        config.check().err().map(|error| error.to_string())
    }

    fn fallback(text: &str) -> Result<SmsFallback, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    fn plain() -> SmsFallback {
        fallback("url = 'http://sms.example/'\nbody = 'to={to}&m={text}'").unwrap()
    }

    #[test]
    fn batches_and_pauses_have_limits() {
        for (batch, is_fine) in [(0, false), (1, true), (100, true), (101, false)] {
            assert_eq!(
                refused(|c| c.sms.batch = batch).is_none(),
                is_fine,
                "{batch}"
            );
        }
        assert!(
            refused(|c| c.sms.concurrency = 0)
                .unwrap()
                .starts_with("sms.concurrency:")
        );
        assert!(
            refused(|c| c.sms.pause = Duration::ZERO)
                .unwrap()
                .starts_with("sms.pause:")
        );
        let said = refused(|c| c.sms.quiet_from = "8pm".into()).unwrap();
        assert_eq!(said, "sms.quiet_from: must look like 08:00");
        assert!(refused(|c| c.sms.quiet_until = "25:00".into()).is_some());
    }

    #[test]
    fn a_second_sender_is_checked_at_start() {
        assert_eq!(refused(|c| c.sms.fallback = Some(plain())), None);
        let unknown = |f: &mut SmsFallback| f.body = "to={to}&m={message}".into();
        let mut broken = plain();
        unknown(&mut broken);
        let said = refused(|c| c.sms.fallback = Some(broken)).unwrap();
        assert_eq!(
            said,
            "sms.fallback.body: unknown placeholder {message}, expected {to}, {text}, {id} or {sender}"
        );
        let mut never = plain();
        never.after = 0;
        let said = refused(|c| c.sms.fallback = Some(never)).unwrap();
        assert_eq!(said, "sms.fallback.after: must be 1 or more");
        let said = fallback("url = 'http://x/'\nbodi = ''").unwrap_err();
        assert!(said.contains("unknown field `bodi`"), "{said}");
        assert!(
            fallback("body = ''")
                .unwrap_err()
                .contains("missing field `url`")
        );
    }

    #[test]
    fn production_sends_texts_over_https_only() {
        let production = |url: &'static str| {
            refused(|c| {
                c.mode = Mode::Production;
                c.http.public_url = "https://majibu.example".into();
                c.http.callback_secret = "a-secret-of-its-own".into();
                c.sessions.url = "redis://redis".into();
                let mut fallback = plain();
                fallback.url = url.into();
                c.sms.fallback = Some(fallback);
            })
        };
        assert_eq!(production("https://sms.example/"), None);
        let said = production("http://sms.example/").unwrap();
        assert_eq!(said, "sms.fallback.url: production needs https");
    }

    #[test]
    fn secrets_of_a_second_sender_are_not_shown() {
        let mut fallback = plain();
        fallback.url = "https://x/?k=hunter2".into();
        fallback.headers = BTreeMap::from([("Authorization".into(), "hunter2".into())]);
        fallback.body = "to={to}&m={text}&k=hunter2".into();
        assert!(!format!("{fallback:?}").contains("hunter2"));
    }
}
