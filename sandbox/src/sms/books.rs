//! What the gateway keeps of SMS: who opted out, and what phones sent in.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::number::Number;

/// The gateway's own books of SMS.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsBooks {
    /// Numbers that take no promotions of the service.
    pub(crate) opted_out: BTreeSet<Number>,
    /// Sender names, and the numbers that were told how to opt out of their messages.
    #[serde(default)]
    pub(super) told_how: BTreeSet<(String, Number)>,
    /// What phones sent to the short code, oldest first.
    pub(super) received: Vec<Received>,
}

/// An SMS from a phone, as the gateway keeps it for those who fetch.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Received {
    /// Counts up from 1.
    pub(super) number: u64,
    pub(super) from: Number,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: DateTime<Utc>,
}

impl SmsBooks {
    /// Keeps an SMS from a phone.
    pub(crate) fn receive(&mut self, from: Number, to: &str, text: &str, at: DateTime<Utc>) {
        let last = self.received.last().map_or(0, |sms| sms.number);
        self.received.push(Received {
            number: last.saturating_add(1),
            from,
            to: to.to_owned(),
            text: text.to_owned(),
            at,
        });
    }
}
