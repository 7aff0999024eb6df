//! What a transaction did, for the metrics. It is counted once it is committed: a transaction that is
//! run again counts once, and one that is rolled back not at all.

use crate::telemetry;

/// What was done so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counted: Vec<Counted>,
    /// When the set was opened whose second seat this transaction takes.
    opened_at_ms: Option<i64>,
}

#[derive(Debug)]
enum Counted {
    Transfer { reason: &'static str, cents: i64 },
    Deposits(&'static str, u64),
    Withdrawals(&'static str, u64),
    Entries(&'static str),
    Paired { after_ms: i64 },
}

impl Tally {
    /// A transfer was booked.
    pub(super) fn transfer(&mut self, reason: &'static str, cents: i64) {
        self.counted.push(Counted::Transfer { reason, cents });
    }

    /// So many deposits came into a state.
    pub(super) fn deposits(&mut self, state: &'static str, rows: u64) {
        self.counted.push(Counted::Deposits(state, rows));
    }

    /// So many withdrawals came into a state.
    pub(super) fn withdrawals(&mut self, state: &'static str, rows: u64) {
        self.counted.push(Counted::Withdrawals(state, rows));
    }

    /// An entry came into a state.
    pub(super) fn entry(&mut self, state: &'static str) {
        self.counted.push(Counted::Entries(state));
    }

    /// The second seat of a set is taken that was opened then.
    pub(super) fn second_seat(&mut self, opened_at_ms: i64) {
        self.opened_at_ms = Some(opened_at_ms);
    }

    /// A player sat down.
    pub(super) fn seated(&mut self, at_ms: i64) {
        self.entry("playing");
        if let Some(opened_at_ms) = self.opened_at_ms.take() {
            let after_ms = at_ms - opened_at_ms;
            self.counted.push(Counted::Paired { after_ms });
        }
    }

    /// It is committed.
    pub(super) fn count(self) {
        for counted in self.counted {
            match counted {
                Counted::Transfer { reason, cents } => telemetry::count_transfer(reason, cents),
                Counted::Deposits(state, rows) => telemetry::count_deposits(state, rows),
                Counted::Withdrawals(state, rows) => telemetry::count_withdrawals(state, rows),
                Counted::Entries(state) => telemetry::count_entries(state, 1),
                Counted::Paired { after_ms } => telemetry::count_pairing(after_ms),
            }
        }
    }
}
