//! What can be found out about the settings of Daraja without moving anything: is a token given, what
//! is in the certificate, which environment is it.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;
use reqwest::Client;

use super::{
    DarajaSettings,
    credential::{CredentialError, public_key, read_certificate},
    stk::password,
    token,
};
use crate::{
    core::time::Timestamp,
    ports::TokenStore,
    provider::{excerpt, was_not_sent},
};

/// A token was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// How long it lives.
    pub life: Duration,
    /// The provider's clock when it answered, to the second.
    pub server_time: Option<Timestamp>,
}

/// No token was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// The provider was certainly not reached.
    #[error("not reached: {0}")]
    NotReached(String),
    /// It was, and did not answer.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// It does not take the keys (contract, section 2).
    #[error("the keys are not taken: HTTP {status} {said}")]
    WrongKeys {
        /// The status.
        status: u16,
        /// What was said, if anything.
        said: String,
    },
    /// It answered something else.
    #[error("no token in the answer: HTTP {status} {said}")]
    Other {
        /// The status.
        status: u16,
        /// What was said; never that of a success.
        said: String,
    },
}

/// Asks for a new token, whatever token is held: an old one would hide keys that are wrong. As it may
/// cancel the one in use, it is shared at once.
///
/// # Errors
/// Says why there is none.
pub async fn check_token(
    http: &Client,
    settings: &DarajaSettings,
    shared: Option<&dyn TokenStore>,
) -> Result<TokenFacts, TokenProblem> {
    let failed = |error: reqwest::Error| {
        let is_certain = was_not_sent(&error);
        let what = chain(&error.without_url());
        if is_certain {
            TokenProblem::NotReached(what)
        } else {
            TokenProblem::NoAnswer(what)
        }
    };
    let answer = token::request(http, settings).await.map_err(failed)?;
    let status = answer.status.as_u16();
    if !answer.status.is_success() {
        let said = excerpt(&answer.text, None);
        return Err(if matches!(status, 400 | 401 | 403) {
            TokenProblem::WrongKeys { status, said }
        } else {
            TokenProblem::Other { status, said }
        });
    }
    let Some((token, life)) = token::read(&answer.text) else {
        let said = String::new();
        return Err(TokenProblem::Other { status, said });
    };
    if let Some(shared) = shared {
        shared.write(&token, token::used_for(life)).await;
    }
    let date = answer.date.as_deref();
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    Ok(TokenFacts {
        life,
        server_time: date.map(|date| Timestamp::from_ms(date.timestamp_millis())),
    })
}

/// An error with what is behind it: of a connection that is refused the outer one says little.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    excerpt(&text, None)
}

/// What is in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whose it is, cleaned for a terminal.
    pub subject: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// The size of its RSA key.
    pub key_bits: usize,
}

/// Looks into a certificate, in PEM or DER.
///
/// # Errors
/// When it is none, or its key is not one of RSA that can be used.
pub fn certificate_facts(certificate: &[u8]) -> Result<CertificateFacts, CredentialError> {
    let certificate = read_certificate(certificate)?;
    let key = public_key(&certificate)?;
    let fields = &certificate.tbs_certificate;
    let at = |time: Duration| Timestamp::from_ms(0).after(time);
    Ok(CertificateFacts {
        subject: excerpt(&fields.subject.to_string(), None),
        not_before: at(fields.validity.not_before.to_unix_duration()),
        not_after: at(fields.validity.not_after.to_unix_duration()),
        key_bits: key.key_size_bits(),
    })
}

/// Whether the password of a push can be made, and says what it should.
#[must_use]
pub fn makes_push_password(settings: &DarajaSettings, at: Timestamp) -> bool {
    let (password, timestamp) = password(settings, at);
    let plain = STANDARD.decode(password).unwrap_or_default();
    timestamp.len() == 14
        && plain.starts_with(settings.shortcode.as_bytes())
        && plain.ends_with(timestamp.as_bytes())
}

/// Which Daraja a base URL is (contract, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Safaricom's sandbox.
    Sandbox,
    /// The real one.
    Production,
    /// Something else: a simulator, a proxy.
    Other,
}

/// Which Daraja the base URL is.
#[must_use]
pub fn environment(base_url: &str) -> Environment {
    let url = reqwest::Url::parse(base_url).ok();
    match url.as_ref().and_then(|url| url.host_str()) {
        Some("sandbox.safaricom.co.ke") => Environment::Sandbox,
        Some("api.safaricom.co.ke") => Environment::Production,
        Some(_) | None => Environment::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_known_by_their_host() {
        for (url, expected) in [
            ("https://sandbox.safaricom.co.ke", Environment::Sandbox),
            ("https://API.safaricom.co.ke/", Environment::Production),
            ("http://127.0.0.1:1", Environment::Other),
            ("https://api.safaricom.co.ke.example", Environment::Other),
            ("rubbish", Environment::Other),
        ] {
            assert_eq!(environment(url), expected, "{url}");
        }
    }

    #[test]
    fn the_simulators_certificate_is_looked_into() {
        let pem = include_bytes!("../../../sandbox/keys/certificate.pem");
        let facts = certificate_facts(pem).unwrap();
        assert_eq!(facts.key_bits, 2048);
        assert_eq!(facts.not_before.to_string(), "2026-01-01 03:00:00");
        assert!(facts.subject.contains("Simulated Daraja"), "{facts:?}");
        assert_eq!(
            certificate_facts(b"rubbish"),
            Err(CredentialError::NotACertificate)
        );
    }
}
