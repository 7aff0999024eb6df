//! The account at the SMS provider: its credit, its sender id, and numbers that it does not reach.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::number::Number;
use crate::world::lock;

/// The account; at first it has all the credit and takes every sender id.
#[derive(Debug, Default)]
pub(crate) struct SmsAccount(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    credit_cents: Option<usize>,
    sender: Option<String>,
    codes: BTreeMap<Number, i64>,
}

impl SmsAccount {
    /// Makes it what it was at first.
    pub(crate) fn reset(&self) {
        *lock(&self.0) = State::default();
    }

    /// The credit, in cents; `None`: it never ends.
    pub(crate) fn credit_cents(&self) -> Option<usize> {
        lock(&self.0).credit_cents
    }

    /// Sets the credit, in cents; `None`: it never ends.
    pub(crate) fn set_credit(&self, cents: Option<usize>) {
        lock(&self.0).credit_cents = cents;
    }

    /// Sets the only sender id that is taken; `None`: any.
    pub(crate) fn set_sender(&self, sender: Option<String>) {
        lock(&self.0).sender = sender;
    }

    /// Sets the code of everything that is sent to a number; `None`: it is sent.
    pub(crate) fn set_code(&self, number: Number, code: Option<i64>) {
        let codes = &mut lock(&self.0).codes;
        match code {
            Some(code) => codes.insert(number, code),
            None => codes.remove(&number),
        };
    }

    pub(crate) fn takes(&self, sender: &str) -> bool {
        let state = lock(&self.0);
        state.sender.as_deref().is_none_or(|own| own == sender)
    }

    pub(crate) fn code(&self, number: Number) -> Option<i64> {
        lock(&self.0).codes.get(&number).copied()
    }

    /// Pays for a message; false: there is not enough.
    pub(crate) fn pay(&self, cents: usize) -> bool {
        let credit = &mut lock(&self.0).credit_cents;
        match credit {
            None => true,
            Some(left) => match left.checked_sub(cents) {
                Some(rest) => {
                    *left = rest;
                    true
                }
                None => false,
            },
        }
    }
}

/// The words beside a code.
pub(crate) fn words(code: i64) -> &'static str {
    match code {
        100 => "Processed",
        101 => "Success",
        102 => "Queued",
        401 => "RiskHold",
        402 => "InvalidSenderId",
        403 => "InvalidPhoneNumber",
        404 => "UnsupportedNumberType",
        405 => "InsufficientBalance",
        406 => "UserInBlacklist",
        407 => "CouldNotRoute",
        409 => "DoNotDisturbRejection",
        500 => "InternalServerError",
        501 => "GatewayError",
        502 => "RejectedByGateway",
        _ => "Unknown",
    }
}
