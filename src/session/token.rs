//! The access token that all processes share, kept beside the sessions. In the process alone there
//! is nobody to share it with.

use std::time::Duration;

use futures::future::BoxFuture;
use secrecy::SecretString;

use super::Sessions;
use crate::ports::{TokenClaim, TokenStore};

impl TokenStore for Sessions {
    fn read(&self) -> BoxFuture<'_, Option<(SecretString, Duration)>> {
        Box::pin(async move {
            match self {
                Self::Memory(_) => None,
                Self::Redis(redis) => redis.read_token().await.unwrap_or_default(),
            }
        })
    }

    fn write<'a>(&'a self, token: &'a SecretString, life: Duration) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Self::Redis(redis) = self
                && let Err(error) = redis.write_token(token, life).await
            {
                tracing::warn!(%error, "the access token could not be shared");
            }
        })
    }

    fn forget<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Self::Redis(redis) = self
                && let Err(error) = redis.forget_token(token).await
            {
                tracing::warn!(%error, "a refused access token could not be taken back");
            }
        })
    }

    fn claim_fetch(&self) -> BoxFuture<'_, TokenClaim> {
        Box::pin(async move {
            match self {
                Self::Memory(_) => TokenClaim::Unknown,
                Self::Redis(redis) => match redis.claim_token_fetch().await {
                    Ok(true) => TokenClaim::Ours,
                    Ok(false) => TokenClaim::Theirs,
                    Err(_) => TokenClaim::Unknown,
                },
            }
        })
    }
}
