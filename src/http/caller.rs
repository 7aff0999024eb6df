//! Who is calling: the peer, or, behind a proxy of our own, the last hop that the proxy wrote. The
//! leftmost `X-Forwarded-For` can be written by anybody and is never believed.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, RawPathParams, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;

use super::{Gate, TurnedAway, Web};
use crate::{store::Source, telemetry};

/// The headers that are kept with a callback: what it claims to be, and the way that it came.
const KEPT_HEADERS: [&str; 3] = ["content-type", "user-agent", "x-forwarded-for"];

/// How much of a header's value is kept, in characters.
const MAX_HEADER: usize = 500;

/// Who was let in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    address: IpAddr,
    headers: String,
    /// Whether the address calls too often; what that means is the route's to say.
    is_too_often: bool,
}

impl Caller {
    /// Turns away who calls too often.
    pub(super) fn in_measure(&self) -> Result<(), TurnedAway> {
        if self.is_too_often {
            return Err(TurnedAway::TooMany);
        }
        Ok(())
    }

    /// Whether the address calls too often.
    pub(super) fn is_too_often(&self) -> bool {
        self.is_too_often
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(formatter)
    }
}

impl From<&Caller> for Source {
    fn from(caller: &Caller) -> Self {
        Self {
            address: caller.address.to_string(),
            headers: caller.headers.clone(),
        }
    }
}

/// The headers that matter, as received: nothing in them is believed. A line break cannot stand in a
/// value.
fn kept(headers: &HeaderMap) -> String {
    let mut kept = String::new();
    for name in KEPT_HEADERS {
        for value in headers.get_all(name) {
            if !kept.is_empty() {
                kept.push('\n');
            }
            let value = String::from_utf8_lossy(value.as_bytes());
            let end = value.char_indices().nth(MAX_HEADER);
            let value = end.map_or(&*value, |(end, _)| value.get(..end).unwrap_or_default());
            kept.extend([name, ": ", value]);
        }
    }
    kept
}

/// The provider that a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    AfricasTalking,
    Daraja,
    /// A further USSD gateway, by its name; `None`: there is none of that name.
    Gateway(Option<&'static str>),
}

/// Whose routes a gate stands before; a further gateway's name is in the path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    AfricasTalking,
    Daraja,
    Gateways,
}

/// Stands before the routes of a provider: nothing of a request is read before its caller is let in,
/// and whoever is not finds what there is at any other path.
pub(super) async fn admit(
    State((web, side)): State<(Web, Side)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    // A path that is no text has no secret.
    let path = RawPathParams::from_request_parts(&mut parts, &web).await;
    let value = |name: &str| {
        let path = path.as_ref().ok()?;
        path.iter().find(|(key, _)| *key == name).map(|(_, v)| v)
    };
    let provider = match side {
        Side::AfricasTalking => Provider::AfricasTalking,
        Side::Daraja => Provider::Daraja,
        Side::Gateways => {
            let name = value("gateway").unwrap_or_default();
            let gateway = web.app.gateways().routed(name);
            Provider::Gateway(gateway.map(|gateway| gateway.name()))
        }
    };
    let secret = value("secret").unwrap_or_default();
    match web.gate.admit(provider, secret, peer, &parts.headers) {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(turned_away) => turned_away.into_response(),
    }
}

/// Answers what has no route, as the routes answer who is not let in.
pub(super) async fn nothing_here(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> TurnedAway {
    let nobody = Provider::Gateway(None);
    let turned_away = web.gate.admit(nobody, "", peer, &headers).err();
    turned_away.unwrap_or(TurnedAway::NotFound)
}

impl Gate {
    /// Lets a caller in who knows the secret and comes from an allowed address; both are looked at in
    /// any case.
    pub(super) fn admit(
        &self,
        provider: Provider,
        secret: &str,
        peer: SocketAddr,
        headers: &HeaderMap,
    ) -> Result<Caller, TurnedAway> {
        let caller = self.caller(peer.ip(), headers);
        let knows = self.knows(secret);
        let is_allowed = match provider {
            Provider::AfricasTalking => is_let_in(&self.africastalking, caller),
            Provider::Daraja => is_let_in(&self.daraja, caller),
            Provider::Gateway(None) => false,
            Provider::Gateway(Some(name)) => match self.gateways.get(name) {
                Some(nets) => is_let_in(nets, caller),
                None => !self.needs_list,
            },
        };
        if knows && is_allowed {
            let is_too_often = self.limits.known.is_too_many(caller);
            if is_too_often {
                telemetry::count_turned_away("too_often");
                if !self.limits.complaints.is_too_many(caller) {
                    tracing::error!(%caller, ?provider, "calls too often (http.rate_per_source)");
                }
            }
            return Ok(Caller {
                address: caller,
                headers: kept(headers),
                is_too_often,
            });
        }
        if self.limits.unknown.is_too_many(caller) {
            // Not in the log, which a stranger would fill.
            telemetry::count_turned_away("too_many_tries");
            return Err(TurnedAway::TooMany);
        }
        telemetry::count_turned_away("not_found");
        tracing::warn!(%caller, ?provider, is_allowed, "callback turned away");
        Err(TurnedAway::NotFound)
    }

    /// Who calls: the peer, or what our own proxy wrote.
    pub(super) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !is_in(&self.trusted_proxies, peer) {
            return peer;
        }
        // From the right: our proxies wrote these, until the first address that is not ours.
        let values = headers.get_all("x-forwarded-for");
        let text: Vec<&str> = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let mut caller = peer;
        for hop in text.join(",").rsplit(',') {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            caller = hop.to_canonical();
            if !is_in(&self.trusted_proxies, caller) {
                break;
            }
        }
        caller
    }
}

/// An empty list lets everybody in.
fn is_let_in(nets: &[IpNet], address: IpAddr) -> bool {
    nets.is_empty() || is_in(nets, address)
}

fn is_in(nets: &[IpNet], address: IpAddr) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::sources::{Limits, PerSource};

    fn gate(allowed: &[&str]) -> Gate {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Gate {
            secret: "s3cret".into(),
            trusted_proxies: nets(&["10.0.0.0/8"]),
            africastalking: Vec::new(),
            daraja: nets(allowed),
            gateways: [("near".to_owned(), nets(&["10.9.0.0/16"]))].into(),
            needs_list: false,
            limits: Limits {
                known: PerSource::per_minute(3),
                unknown: PerSource::per_minute(2),
                complaints: PerSource::per_minute(1),
            },
        }
    }

    fn admitted(peer: &str, forwarded: Option<&str>, secret: &str) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let peer = format!("{peer}:1").parse().unwrap();
        gate(&["196.201.214.200/32"])
            .admit(Provider::Daraja, secret, peer, &headers)
            .is_ok()
    }

    #[test]
    fn the_real_peer_decides_unless_it_is_our_proxy() {
        assert!(admitted("196.201.214.200", None, "s3cret"));
        assert!(!admitted("8.8.8.8", None, "s3cret"));
        assert!(!admitted("8.8.8.8", Some("196.201.214.200"), "s3cret"));
        assert!(admitted("10.1.1.1", Some("196.201.214.200"), "s3cret"));
        assert!(admitted(
            "10.1.1.1",
            Some("1.2.3.4, 196.201.214.200, 10.9.9.9"),
            "s3cret"
        ));
        assert!(!admitted(
            "10.1.1.1",
            Some("196.201.214.200, 8.8.8.8"),
            "s3cret"
        ));
        assert!(!admitted("10.1.1.1", Some("rubbish"), "s3cret"));
    }

    #[test]
    fn a_further_gateway_without_a_list_is_open_unless_it_needs_one() {
        let admitted = |gate: Gate, name: Option<&'static str>, peer: &str| {
            let peer = format!("{peer}:1").parse().unwrap();
            let provider = Provider::Gateway(name);
            gate.admit(provider, "s3cret", peer, &HeaderMap::new())
                .is_ok()
        };
        assert!(admitted(gate(&[]), Some("near"), "10.9.1.1"));
        assert!(!admitted(gate(&[]), Some("near"), "8.8.8.8"));
        assert!(admitted(gate(&[]), Some("far"), "8.8.8.8"));
        assert!(!admitted(gate(&[]), None, "10.9.1.1"));
        let strict = || Gate {
            needs_list: true,
            ..gate(&[])
        };
        assert!(admitted(strict(), Some("near"), "10.9.1.1"));
        assert!(!admitted(strict(), Some("far"), "10.9.1.1"));
    }

    #[test]
    fn wrong_tries_are_counted_by_address_and_never_against_who_knows_the_secret() {
        let gate = gate(&[]);
        let admit = |secret: &str, forwarded: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let peer = "10.1.1.1:1".parse().unwrap();
            gate.admit(Provider::Daraja, secret, peer, &headers)
        };
        // The address behind our proxy is the one that counts, whatever stands left of it.
        let tries = ["8.8.8.8", "1.1.1.1, 8.8.8.8", "2.2.2.2, 8.8.8.8"];
        let refused: Vec<_> = tries.map(|from| admit("wrong", from).unwrap_err()).into();
        let (nothing, too_many) = (TurnedAway::NotFound, TurnedAway::TooMany);
        assert_eq!(refused, [nothing, nothing, too_many]);
        assert_eq!(admit("wrong", "8.8.4.4").unwrap_err(), nothing);
        let known: Vec<bool> = (0..4)
            .map(|_| admit("s3cret", "8.8.8.8").unwrap().is_too_often())
            .collect();
        assert_eq!(known, [false, false, false, true]);
    }

    #[test]
    fn a_wrong_secret_is_turned_away() {
        for secret in ["", "s3cre", "s3cret1", "S3CRET"] {
            assert!(!admitted("196.201.214.200", None, secret), "{secret}");
        }
    }
}
