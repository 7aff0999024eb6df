//! The access token: one for all requests of this process, fetched under a lock, renewed early. A
//! new token may cancel the old one, so it is never fetched twice at once (contract, section 2).

use std::time::{Duration, Instant};

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::DarajaSettings;
use crate::provider::{excerpt, was_not_sent};

/// How long before its end a token is renewed.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// The life of a token whose answer does not say.
const LIFE_SECONDS: u64 = 3_599;

/// There is no token. A request that needs one was certainly not sent.
#[derive(Debug, thiserror::Error)]
#[error("no access token: {0}")]
pub(super) struct NoToken(String);

/// Keeps the token.
#[derive(Debug, Default)]
pub(super) struct TokenKeeper {
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    token: SecretString,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    /// The portal shows a number, the live sandbox sends text.
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl TokenKeeper {
    /// The token; fetched when there is none or it is about to end.
    pub(super) async fn token(
        &self,
        http: &Client,
        settings: &DarajaSettings,
    ) -> Result<SecretString, NoToken> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| Instant::now() < held.renew_at) {
            return Ok(held.token.clone());
        }
        let fetched = fetch(http, settings).await?;
        let token = fetched.token.clone();
        *held = Some(fetched);
        Ok(token)
    }

    /// Forgets a token that was refused, unless somebody renewed it meanwhile.
    pub(super) async fn forget(&self, refused: &SecretString) {
        let mut held = self.held.lock().await;
        let is_held = |held: &Held| held.token.expose_secret() == refused.expose_secret();
        if held.as_ref().is_some_and(is_held) {
            *held = None;
        }
    }
}

async fn fetch(http: &Client, settings: &DarajaSettings) -> Result<Held, NoToken> {
    let key = settings.consumer_key.expose_secret();
    let secret = settings.consumer_secret.expose_secret();
    let base = settings.base_url.trim_end_matches('/');
    let failed = |error: reqwest::Error| {
        let reached = if was_not_sent(&error) {
            "not reached"
        } else {
            "no answer"
        };
        NoToken(format!("{reached}: {}", error.without_url()))
    };
    let response = http
        .get(format!("{base}/oauth/v1/generate"))
        .query(&[("grant_type", "client_credentials")])
        .basic_auth(key, Some(secret))
        .timeout(settings.timeout)
        .send()
        .await
        .map_err(failed)?;
    let status = response.status();
    let text = response.text().await.map_err(failed)?;
    let Ok(answer) = serde_json::from_str::<Answer>(&text) else {
        // Keys of the other environment: 400 with an empty body. Never the text of a success.
        let text = if status.is_success() {
            String::new()
        } else {
            excerpt(&text, None)
        };
        return Err(NoToken(format!("HTTP {} {text}", status.as_u16())));
    };
    let life = match &answer.expires_in {
        serde_json::Value::Number(number) => number.as_u64(),
        serde_json::Value::String(text) => text.parse().ok(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => None,
    };
    let life = Duration::from_secs(life.unwrap_or(LIFE_SECONDS));
    Ok(Held {
        token: SecretString::from(answer.access_token),
        renew_at: Instant::now() + life.saturating_sub(EARLY).max(life / 2),
    })
}
