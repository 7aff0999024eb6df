//! What is kept of a phone in a state. A USSD session does not outlive it, as it would not outlive
//! the gateway; an open PIN prompt is M-Pesa's, which shows it again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Inner, Owner, PhoneState};
use crate::network::Network;
use crate::number::Number;
use crate::sms::Sms;

/// A phone as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPhone {
    number: Number,
    /// Whether the simulated opponent had it.
    is_bot: bool,
    network: Network,
    is_on: bool,
    has_signal: bool,
    inbox: Vec<Sms>,
    /// Ids of the messages that were opened.
    opened: BTreeSet<String>,
    held: Vec<Sms>,
}

impl SavedPhone {
    pub(crate) fn number(&self) -> Number {
        self.number
    }
}

impl PhoneState {
    /// Everything that is kept.
    pub(crate) fn saved(&self) -> SavedPhone {
        self.read(|inner| SavedPhone {
            number: self.number,
            is_bot: inner.owner == Owner::Bot,
            network: inner.network,
            is_on: inner.is_on,
            has_signal: inner.has_signal,
            inbox: inner.inbox.clone(),
            opened: inner.opened.clone(),
            held: inner.held.clone(),
        })
    }

    /// Makes it a phone that was just bought, or the one that was kept.
    pub(crate) fn replace(&self, saved: Option<SavedPhone>) {
        self.change(|inner| {
            // A page that looks on is shown the phone anew.
            let shown = inner.shown + 1;
            *inner = Inner::new();
            inner.shown = shown;
            if let Some(saved) = saved {
                if saved.is_bot {
                    inner.owner = Owner::Bot;
                }
                inner.network = saved.network;
                inner.is_on = saved.is_on;
                inner.has_signal = saved.has_signal;
                inner.inbox = saved.inbox;
                inner.opened = saved.opened;
                inner.held = saved.held;
            }
        });
    }
}
