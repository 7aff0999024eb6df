//! What is kept of a phone in a state. A USSD session does not outlive it, as it would not outlive
//! the gateway; an open PIN prompt is M-Pesa's, which shows it again.

use serde::{Deserialize, Serialize};

use super::{Inner, Owner, PhoneState};
use crate::number::Number;
use crate::sms::Sms;

/// A phone as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPhone {
    number: Number,
    /// Whether the simulated opponent had it.
    is_bot: bool,
    is_reachable: bool,
    inbox: Vec<Sms>,
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
            is_reachable: inner.is_reachable,
            inbox: inner.inbox.clone(),
            held: inner.held.clone(),
        })
    }

    /// Makes it a phone that was just bought, or the one that was kept.
    pub(crate) fn replace(&self, saved: Option<SavedPhone>) {
        self.change(|inner| {
            *inner = Inner::new();
            if let Some(saved) = saved {
                if saved.is_bot {
                    inner.owner = Owner::Bot;
                }
                inner.is_reachable = saved.is_reachable;
                inner.inbox = saved.inbox;
                inner.held = saved.held;
            }
        });
    }
}
