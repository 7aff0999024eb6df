//! Access tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Refusal;
use crate::config::DarajaConfig;
use crate::world::{World, lock};

/// The tokens that were given out, each with the moment of its death.
#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct Tokens(BTreeMap<String, DateTime<Utc>>);

impl Tokens {
    pub(super) fn is_alive(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.0.get(token).is_some_and(|death| *death > now)
    }

    fn add(&mut self, token: &str, config: &DarajaConfig, now: DateTime<Utc>) {
        if config.new_token_kills_old {
            self.0.clear();
        }
        self.0.retain(|_, death| *death > now);
        let life = TimeDelta::from_std(config.token_life).unwrap_or(TimeDelta::MAX);
        let death = now
            .checked_add_signed(life)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.0.insert(token.to_owned(), death);
    }
}

/// `GET /oauth/v1/generate?grant_type=client_credentials`.
pub(crate) async fn generate(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let config = &world.config.daraja;
    let Some((key, secret)) = basic(&headers) else {
        return Refusal::InvalidAuthenticationType.answer(&world);
    };
    if !query
        .unwrap_or_default()
        .split('&')
        .any(|pair| pair == "grant_type=client_credentials")
    {
        return Refusal::InvalidGrantType.answer(&world);
    }
    let is_known = config
        .consumer_key
        .as_ref()
        .map_or(!key.is_empty(), |expected| *expected == key)
        && config
            .consumer_secret
            .as_ref()
            .is_none_or(|expected| *expected == secret);
    if !is_known {
        // The real one answers keys that it does not know with an empty body.
        return StatusCode::BAD_REQUEST.into_response();
    }
    let token = world.dice.hex32();
    lock(&world.mpesa.tokens).add(&token, config, world.clock.now());
    // The portal shows a number here, the wire has text.
    Json(json!({ "access_token": token, "expires_in": config.token_life.as_secs().to_string() }))
        .into_response()
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers
        .get("authorization")?
        .to_str()
        .ok()?
        .strip_prefix("Basic ")?;
    let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (key, secret) = plain.split_once(':')?;
    Some((key.to_owned(), secret.to_owned()))
}

impl super::Mpesa {
    /// Kills all tokens, as an outage or another process of the application would.
    pub(crate) fn forget_tokens(&self) {
        lock(&self.tokens).0.clear();
    }
}
