//! Signal and power: what takes a phone off the network, and what waits for it meanwhile.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::ending::Ending;
use super::{Inner, Phone, PhoneError, PhoneState};
use crate::network::Network;

/// What a phone shows when the network ended its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notice {
    /// The words on the screen.
    pub text: String,
    /// What happened, for whoever looks on.
    pub why: String,
}

impl Notice {
    pub(super) fn idle(network: Network, limit: Duration) -> Self {
        Self::new(
            "Session timed out.",
            format!(
                "{} ends a session when a screen waits {limit:?} for a reply. The \
                 service is told by the end event only.",
                network.name()
            ),
        )
    }

    pub(super) fn session_limit(network: Network, limit: Duration) -> Self {
        Self::new(
            "Session timed out.",
            format!(
                "{} ends every session after {limit:?}. The service is told by the end event only.",
                network.name()
            ),
        )
    }

    fn signal() -> Self {
        Self::new(
            "Connection lost.",
            "The signal is gone, and the session with it. Messages wait at the gateway.".to_owned(),
        )
    }

    fn new(text: &str, why: String) -> Self {
        Self {
            text: text.to_owned(),
            why,
        }
    }
}

impl Inner {
    /// On, and with signal.
    pub(super) fn is_reachable(&self) -> bool {
        self.is_on && self.has_signal
    }
}

/// Why a message waits for its phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Away {
    /// The phone is off.
    Off,
    /// It has no signal.
    OutOfReach,
}

impl PhoneState {
    /// Throws a message away that waits; `None` where none does.
    pub(crate) fn throw_away(&self, id: &str) -> Option<Away> {
        self.change(|inner| {
            let place = inner.held.iter().position(|sms| sms.id == id)?;
            inner.held.remove(place);
            Some(if inner.is_on {
                Away::OutOfReach
            } else {
                Away::Off
            })
        })
    }

    /// The network that the SIM belongs to.
    pub(crate) fn network(&self) -> Network {
        self.read(|inner| inner.network)
    }
}

impl Phone {
    /// The network that the SIM belongs to.
    #[must_use]
    pub fn network(&self) -> Network {
        self.state.network()
    }

    /// Puts the number on another network, as porting does; not within a session.
    pub fn set_network(&self, network: Network) -> Result<(), PhoneError> {
        self.state.change(|inner| {
            if inner.session.is_some() {
                return Err(PhoneError::SessionOpen);
            }
            inner.network = network;
            Ok(())
        })
    }

    /// Takes the phone out of reach or back (airplane mode). Out of reach its session and prompt are
    /// gone, a push ends in 1037, and messages wait until it is back.
    pub fn set_reachable(&self, is_reachable: bool) {
        self.switch(|inner| {
            if !is_reachable && inner.session.is_some() {
                inner.notice = Some(Notice::signal());
                inner.shown += 1;
            }
            inner.has_signal = is_reachable;
        });
    }

    /// Switches the phone off or on: like a lost signal, and the screen is forgotten.
    pub fn set_power(&self, is_on: bool) {
        self.switch(|inner| {
            inner.is_on = is_on;
            inner.screen = None;
            inner.notice = None;
            inner.shown += 1;
        });
    }

    fn switch(&self, change: impl FnOnce(&mut Inner)) {
        let (session, held) = self.state.change(|inner| {
            change(inner);
            if inner.is_reachable() {
                let held = std::mem::take(&mut inner.held);
                inner.inbox.extend(held.iter().cloned());
                (None, held)
            } else {
                inner.prompt = None;
                (inner.session.take(), Vec::new())
            }
        });
        if let Some(session) = session {
            self.tell_ending(&session, Ending::Incomplete);
        }
        for sms in held {
            crate::sms::report_delivery(&self.world, self.number(), sms.id);
        }
    }
}
