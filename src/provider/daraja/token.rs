//! The access token: one for all requests of all processes, fetched by one of them at a time,
//! renewed early. A new token may cancel the old one (contract, section 2).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode, header::DATE};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::DarajaSettings;
use crate::{
    ports::{TokenClaim, TokenStore},
    provider::{call::Call, excerpt, was_not_sent},
};

/// How long before its end a token is renewed.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// How often, and how far apart, a token that another process fetches is looked for.
const LOOKS: u32 = 30;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// The life of a token whose answer does not say.
const LIFE_SECONDS: u64 = 3_599;

/// There is no token. A request that needs one was certainly not sent.
#[derive(Debug, thiserror::Error)]
#[error("no access token: {0}")]
pub(super) struct NoToken(String);

/// Keeps the token: in this process, and in the store that all processes share.
#[derive(Debug)]
pub(super) struct TokenKeeper {
    held: Mutex<Option<Held>>,
    shared: Arc<dyn TokenStore>,
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
    pub(super) fn new(shared: Arc<dyn TokenStore>) -> Self {
        Self {
            held: Mutex::new(None),
            shared,
        }
    }

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
        let found = self.find(http, settings).await?;
        let token = found.token.clone();
        *held = Some(found);
        Ok(token)
    }

    /// A token from the shared store, or a new one for it. While another process fetches, this one
    /// waits for its token.
    async fn find(&self, http: &Client, settings: &DarajaSettings) -> Result<Held, NoToken> {
        for _ in 0..LOOKS {
            if let Some((token, life)) = self.shared.read().await {
                return Ok(Held {
                    token,
                    renew_at: Instant::now() + life,
                });
            }
            if self.shared.claim_fetch().await != TokenClaim::Theirs {
                break;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        let fetched = fetch(http, settings).await?;
        let life = fetched.renew_at.saturating_duration_since(Instant::now());
        self.shared.write(&fetched.token, life).await;
        Ok(fetched)
    }

    /// Forgets a token that was refused, unless somebody renewed it meanwhile.
    pub(super) async fn forget(&self, refused: &SecretString) {
        self.shared.forget(refused).await;
        let mut held = self.held.lock().await;
        let is_held = |held: &Held| held.token.expose_secret() == refused.expose_secret();
        if held.as_ref().is_some_and(is_held) {
            *held = None;
        }
    }
}

/// What the request for a token was answered with.
pub(super) struct TokenAnswer {
    pub(super) status: StatusCode,
    /// The provider's clock, as its header has it.
    pub(super) date: Option<String>,
    pub(super) text: String,
}

/// Asks for a token.
pub(super) async fn request(
    http: &Client,
    settings: &DarajaSettings,
) -> Result<TokenAnswer, reqwest::Error> {
    let key = settings.consumer_key.expose_secret();
    let secret = settings.consumer_secret.expose_secret();
    let base = settings.base_url.trim_end_matches('/');
    let request = http
        .get(format!("{base}/oauth/v1/generate"))
        .query(&[("grant_type", "client_credentials")])
        .basic_auth(key, Some(secret))
        .timeout(settings.timeout);
    let mut call = Call::begin("daraja", "oauth");
    let answer = call.send(request).await?;
    if answer.status.is_success() && read(&answer.text).is_none() {
        call.is("error");
    }
    let date = answer.headers.get(DATE);
    let date = date.and_then(|date| date.to_str().ok()).map(str::to_owned);
    Ok(TokenAnswer {
        status: answer.status,
        date,
        text: answer.text,
    })
}

/// Reads an answer: the token, and for how long it lives.
pub(super) fn read(text: &str) -> Option<(SecretString, Duration)> {
    let answer = serde_json::from_str::<Answer>(text).ok()?;
    let life = match &answer.expires_in {
        serde_json::Value::Number(number) => number.as_u64(),
        serde_json::Value::String(text) => text.parse().ok(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_) => None,
    };
    let life = Duration::from_secs(life.unwrap_or(LIFE_SECONDS));
    Some((SecretString::from(answer.access_token), life))
}

/// For how long a token of this life is used.
pub(super) fn used_for(life: Duration) -> Duration {
    life.saturating_sub(EARLY).max(life / 2)
}

async fn fetch(http: &Client, settings: &DarajaSettings) -> Result<Held, NoToken> {
    let failed = |error: reqwest::Error| {
        let reached = if was_not_sent(&error) {
            "not reached"
        } else {
            "no answer"
        };
        NoToken(format!("{reached}: {}", error.without_url()))
    };
    let answer = request(http, settings).await.map_err(failed)?;
    let Some((token, life)) = read(&answer.text) else {
        // Keys of the other environment: 400 with an empty body. Never the text of a success.
        let text = if answer.status.is_success() {
            String::new()
        } else {
            excerpt(&answer.text, None)
        };
        return Err(NoToken(format!("HTTP {} {text}", answer.status.as_u16())));
    };
    Ok(Held {
        token,
        renew_at: Instant::now() + used_for(life),
    })
}
