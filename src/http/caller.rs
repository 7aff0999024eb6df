//! Who is calling: the peer, or, behind a proxy of our own, the last hop that the proxy wrote. The
//! leftmost `X-Forwarded-For` can be written by anybody and is never believed.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use axum::http::HeaderMap;
use ipnet::IpNet;

use super::{Gate, TurnedAway};
use crate::store::Source;

/// The headers that are kept with a callback: what it claims to be, and the way that it came.
const KEPT_HEADERS: [&str; 3] = ["content-type", "user-agent", "x-forwarded-for"];

/// How much of a header's value is kept, in characters.
const MAX_HEADER: usize = 500;

/// Who was let in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'h> {
    address: IpAddr,
    headers: &'h HeaderMap,
}

impl fmt::Display for Caller<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(formatter)
    }
}

impl From<Caller<'_>> for Source {
    /// The address and the headers that matter, as received: nothing in them is believed. A line break
    /// cannot stand in a value.
    fn from(caller: Caller<'_>) -> Self {
        let values = KEPT_HEADERS.into_iter().flat_map(|name| {
            let values = caller.headers.get_all(name).into_iter();
            values.map(move |value| {
                let value = String::from_utf8_lossy(value.as_bytes());
                let value: String = value.chars().take(MAX_HEADER).collect();
                format!("{name}: {value}")
            })
        });
        let headers: Vec<String> = values.collect();
        Self {
            address: caller.address.to_string(),
            headers: headers.join("\n"),
        }
    }
}

/// The provider that a route belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Provider<'a> {
    AfricasTalking,
    Daraja,
    /// A further USSD gateway, by its name; `None`: there is none of that name.
    Gateway(Option<&'a str>),
}

impl Gate {
    /// Lets a caller in who knows the secret and comes from an allowed address; gives that address.
    pub(super) fn admit<'h>(
        &self,
        provider: Provider<'_>,
        secret: &str,
        peer: SocketAddr,
        headers: &'h HeaderMap,
    ) -> Result<Caller<'h>, TurnedAway> {
        let caller = self.caller(peer.ip(), headers);
        let is_allowed = match provider {
            Provider::AfricasTalking => is_let_in(&self.africastalking, caller),
            Provider::Daraja => is_let_in(&self.daraja, caller),
            Provider::Gateway(None) => false,
            Provider::Gateway(Some(name)) => match self.gateways.get(name) {
                Some(nets) => is_let_in(nets, caller),
                None => !self.needs_list,
            },
        };
        if self.knows(secret) && is_allowed {
            let address = caller;
            return Ok(Caller { address, headers });
        }
        tracing::warn!(%caller, ?provider, is_allowed, "callback turned away");
        Err(TurnedAway::NotFound)
    }

    fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
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

    fn gate(allowed: &[&str]) -> Gate {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Gate {
            secret: "s3cret".into(),
            trusted_proxies: nets(&["10.0.0.0/8"]),
            africastalking: Vec::new(),
            daraja: nets(allowed),
            gateways: [("near".to_owned(), nets(&["10.9.0.0/16"]))].into(),
            needs_list: false,
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
        let admitted = |gate: Gate, name: Option<&str>, peer: &str| {
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
    fn a_wrong_secret_is_turned_away() {
        for secret in ["", "s3cre", "s3cret1", "S3CRET"] {
            assert!(!admitted("196.201.214.200", None, secret), "{secret}");
        }
    }
}
