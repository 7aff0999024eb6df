//! Reading a body: bounded in size and in time, whatever its headers say of it.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
};
use futures::StreamExt;

use super::{TurnedAway, Web};

/// The largest body that is taken, in bytes. Hops have hundreds, callbacks a few thousand.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// How much of a body is read and let go behind what is taken, in bytes: a caller who is still sending
/// would not read the answer.
const MAX_LET_GO: usize = 1024 * 1024;

/// What a caller sent.
#[derive(Debug)]
pub(super) struct Taken {
    /// At most [`MAX_BODY`] bytes.
    pub(super) bytes: Bytes,
    /// Whether there was more.
    pub(super) is_cut: bool,
}

impl FromRequest<Web> for Taken {
    type Rejection = TurnedAway;

    async fn from_request(request: Request, web: &Web) -> Result<Self, TurnedAway> {
        take(request.into_body(), web.body_timeout).await
    }
}

impl Taken {
    /// The body, where it is not larger than is taken.
    pub(super) fn whole(self) -> Result<Bytes, TurnedAway> {
        if self.is_cut {
            return Err(TurnedAway::TooLarge);
        }
        Ok(self.bytes)
    }
}

/// Reads a body, in time.
pub(super) async fn take(body: Body, within: Duration) -> Result<Taken, TurnedAway> {
    let read = tokio::time::timeout(within, read(body)).await;
    read.unwrap_or_else(|_| {
        tracing::warn!(?within, "a body came too slowly");
        Err(TurnedAway::TooSlow)
    })
}

async fn read(body: Body) -> Result<Taken, TurnedAway> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut let_go = 0_usize;
    while let Some(chunk) = stream.next().await {
        // Neither whole nor telling where it ends.
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(_) if let_go > 0 => break,
            Err(error) => {
                tracing::warn!(%error, "a body broke off");
                return Err(TurnedAway::BadRequest);
            }
        };
        let room = MAX_BODY - bytes.len();
        let taken = &chunk[..chunk.len().min(room)];
        bytes.extend_from_slice(taken);
        let_go += chunk.len() - taken.len();
        if let_go > MAX_LET_GO {
            break;
        }
    }
    Ok(Taken {
        bytes: bytes.into(),
        is_cut: let_go > 0,
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::stream;

    use super::*;

    async fn of(chunks: &[usize]) -> Taken {
        let chunks: Vec<Bytes> = chunks.iter().map(|size| vec![b'x'; *size].into()).collect();
        let chunks = stream::iter(chunks.into_iter().map(Ok::<_, Infallible>));
        let taken = take(Body::from_stream(chunks), Duration::from_secs(60)).await;
        taken.unwrap()
    }

    #[tokio::test]
    async fn what_is_beyond_the_cap_is_cut_and_nothing_below_it() {
        for (chunks, size, is_cut) in [
            (&[][..], 0, false),
            (&[MAX_BODY], MAX_BODY, false),
            (&[MAX_BODY, 0], MAX_BODY, false),
            (&[MAX_BODY, 1], MAX_BODY, true),
            (&[MAX_BODY + 1], MAX_BODY, true),
            (&[1, MAX_BODY, 5], MAX_BODY, true),
            (&[40_000, 40_000, 40_000], MAX_BODY, true),
        ] {
            let taken = of(chunks).await;
            assert_eq!(
                (taken.bytes.len(), taken.is_cut),
                (size, is_cut),
                "{chunks:?}"
            );
        }
    }

    #[tokio::test]
    async fn an_endless_body_ends() {
        let chunks = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 10_000])));
        let taken = take(Body::from_stream(chunks), Duration::from_secs(60)).await;
        assert!(taken.unwrap().is_cut);
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let chunks = stream::pending::<Result<Bytes, Infallible>>();
        let taken = take(Body::from_stream(chunks), Duration::from_millis(20)).await;
        assert_eq!(taken.unwrap_err(), TurnedAway::TooSlow);
    }
}
