//! What a service of Majibu's kind says of its books: the JSON of `ledger check --json` and
//! `player show --json`. What is not needed is not read, so that an older or newer service will do.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use serde::Deserialize;
use std::time::Duration;

use crate::number::Number;

/// `ledger check --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct LedgerShown {
    /// Whether every invariant holds.
    pub ok: bool,
    /// What is off.
    #[serde(default)]
    pub findings: Vec<String>,
    /// The balance of each account, in cents; all wallets as `wallets`.
    #[serde(default)]
    pub accounts: BTreeMap<String, i64>,
}

/// `player show --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PlayerShown {
    /// The number, `+254712345678`.
    pub msisdn: String,
    /// The wallet, in cents.
    pub balance_cents: i64,
    /// Games.
    #[serde(default)]
    pub entries: Vec<EntryShown>,
    /// Deposits, by whichever channel.
    #[serde(default)]
    pub deposits: Vec<DepositShown>,
    /// Withdrawals.
    #[serde(default)]
    pub withdrawals: Vec<WithdrawalShown>,
    /// SMS.
    #[serde(default)]
    pub sms: Vec<SmsShown>,
}

/// One game of a player.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct EntryShown {
    /// `playing`, `waiting`, `won`, `lost`, `drawn`, `refunded` or `returned`.
    pub state: String,
    /// What was staked, in cents.
    pub stake_cents: i64,
}

/// One deposit of a player.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct DepositShown {
    /// `requested`, `pushed`, `paid` or `failed`.
    pub state: String,
    /// What came into the wallet, in cents.
    #[serde(default)]
    pub credited_cents: i64,
    /// M-Pesa's receipt.
    #[serde(default)]
    pub receipt: Option<String>,
    /// Whether it is the operator's: nobody can tell what became of the prompt.
    #[serde(default)]
    pub flagged: bool,
}

/// One withdrawal of a player.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WithdrawalShown {
    /// `requested`, `sent`, `unknown`, `paid` or `failed`.
    pub state: String,
    /// What was asked for, in cents.
    pub amount_cents: i64,
    /// The target's fee, in cents.
    #[serde(default)]
    pub fee_cents: i64,
    /// What was withheld, in cents.
    #[serde(default)]
    pub tax_cents: i64,
    /// What M-Pesa was told to pay, in cents; without it, the amount.
    #[serde(default)]
    pub payout_cents: Option<i64>,
    /// M-Pesa's receipt.
    #[serde(default)]
    pub receipt: Option<String>,
    /// Whether it is the operator's: nobody can tell what became of the payout.
    #[serde(default)]
    pub flagged: bool,
}

impl WithdrawalShown {
    /// Whether its money is still held.
    #[must_use]
    pub fn is_open(&self) -> bool {
        ["requested", "sent", "unknown"].contains(&self.state.as_str())
    }

    /// What left the wallet for it, in cents.
    #[must_use]
    pub fn held_cents(&self) -> i64 {
        self.payout_cents.unwrap_or(self.amount_cents) + self.fee_cents + self.tax_cents
    }
}

/// One SMS to a player.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SmsShown {
    /// `pending`, `sent`, `delivered` or `failed`.
    pub state: String,
}

impl PlayerShown {
    /// What is not finished yet, in words.
    #[must_use]
    pub fn under_way(&self) -> Option<String> {
        let is = |state: &str, open: &[&str]| open.contains(&state);
        let entries = self.entries.iter().map(|row| &row.state);
        let entries = entries.filter(|state| is(state, &["playing", "waiting"]));
        // What was left to the operator waits for nothing any more.
        let deposits = self.deposits.iter().filter(|row| !row.flagged);
        let deposits = deposits.map(|row| &row.state);
        let deposits = deposits.filter(|state| is(state, &["requested", "pushed"]));
        let withdrawals = self.withdrawals.iter().filter(|row| !row.flagged);
        let withdrawals = withdrawals.filter(|row| row.is_open());
        let withdrawals = withdrawals.map(|row| &row.state);
        let sms = self.sms.iter().map(|row| &row.state);
        let sms = sms.filter(|state| is(state, &["pending"]));
        let open = entries
            .map(|state| ("a game", state))
            .chain(deposits.map(|state| ("a deposit", state)))
            .chain(withdrawals.map(|state| ("a withdrawal", state)))
            .chain(sms.map(|state| ("an SMS", state)))
            .next();
        open.map(|(what, state)| format!("{what} of {} is {state}", self.msisdn))
    }
}

/// Why the service's books could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(pub String);

/// The service under the storm, beside its HTTP side: its books, and its time.
pub trait Target: Send + Sync {
    /// Lets time pass: waits, or turns the clock and runs what is due.
    fn pass(&self, time: Duration) -> BoxFuture<'_, Result<(), TargetError>>;

    /// Lets everything happen that happens at this moment by itself. Only where time passes when told to.
    fn settle(&self) -> BoxFuture<'_, ()>;

    /// Whether time passes only when told to.
    fn is_virtual(&self) -> bool;

    /// `ledger check --json`.
    fn ledger(&self) -> BoxFuture<'_, Result<LedgerShown, TargetError>>;

    /// `player show --json` of these numbers; who is unknown is left out.
    fn players<'a>(
        &'a self,
        numbers: &'a [Number],
    ) -> BoxFuture<'a, Result<Vec<PlayerShown>, TargetError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_is_named() {
        let shown = |text: &str| serde_json::from_str::<PlayerShown>(text).unwrap();
        let quiet = r#"{"msisdn": "+254712345678", "balance_cents": 5, "status": "unverified",
            "entries": [{"id": "1", "state": "won", "stake_cents": 2000}],
            "withdrawals": [{"state": "paid", "amount_cents": 5000, "fee_cents": 900}],
            "sms": [{"kind": "won", "state": "sent", "body": "-"}]}"#;
        assert_eq!(shown(quiet).under_way(), None);
        for (from, to) in [
            ("won\"", "waiting\""),
            ("paid", "sent"),
            ("\"sent", "\"pending"),
        ] {
            let open = shown(&quiet.replacen(from, to, 1));
            assert!(open.under_way().is_some(), "{to}");
        }
    }
}
