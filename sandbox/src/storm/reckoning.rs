//! The reckoning after a storm: what moved at M-Pesa beside what the service booked. Every shilling
//! that moved is looked for, and every shilling that was booked.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shown::{EntryShown, LedgerShown, PlayerShown, WithdrawalShown};
use crate::mpesa::{Books, Movement, MovementKind, Payment};

/// What a game brings, in percent of the stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prizes {
    /// To the winner, the stake within it.
    pub bounty: i64,
    /// To who found no opponent.
    pub refund: i64,
}

impl Default for Prizes {
    fn default() -> Self {
        Self {
            bounty: 160,
            refund: 105,
        }
    }
}

/// Both sides, read when all had come to rest.
#[derive(Debug)]
pub struct Sides<'a> {
    /// What people paid.
    pub payments: &'a [Payment],
    /// Everything that moved.
    pub movements: &'a [Movement],
    /// M-Pesa's books.
    pub books: &'a Books,
    /// The service's ledger.
    pub ledger: &'a LedgerShown,
    /// Its players: everybody of the storm that it knows.
    pub players: &'a [PlayerShown],
    /// What a game brings.
    pub prizes: Prizes,
}

/// What the money came to, in cents, where both sides agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reckoned {
    /// Payments that were credited.
    pub payments: usize,
    /// Their sum.
    pub paid_in_cents: i64,
    /// Payments that wait for the operator.
    pub parked: usize,
    /// Their sum.
    pub parked_cents: i64,
    /// Payouts that were booked.
    pub payouts: usize,
    /// Their sum.
    pub paid_out_cents: i64,
    /// Withdrawals that wait for the operator: nobody can tell what became of the payout.
    pub left: usize,
    /// Their sum, with fees and taxes.
    pub left_cents: i64,
    /// What all wallets hold.
    pub wallets_cents: i64,
}

/// Where a receipt stands in the service's books.
struct Booked<'a> {
    player: &'a str,
    cents: i64,
}

impl Sides<'_> {
    /// Compares; all differences, the most telling first.
    ///
    /// # Errors
    /// The differences.
    pub fn reckon(&self) -> Result<Reckoned, Vec<String>> {
        let mut differences = Vec::new();
        let lost = self.books.difference_cents();
        if lost != 0 {
            differences.push(format!("the simulator itself is off by {}", kes(lost)));
        }
        if !self.ledger.ok || !self.ledger.findings.is_empty() {
            let finding = self.ledger.findings.first();
            let finding = finding.map_or("no finding named", String::as_str);
            differences.push(format!("ledger check: {finding}"));
        }
        let mut reckoned = Reckoned::default();
        self.payments(&mut reckoned, &mut differences);
        let late = self.payouts(&mut reckoned, &mut differences);
        self.wallets(&mut reckoned, &mut differences);
        self.totals(&reckoned, late, &mut differences);
        if differences.is_empty() {
            Ok(reckoned)
        } else {
            Err(differences)
        }
    }

    /// Each payment at M-Pesa is credited once, whole, to whom it names; the rest is parked.
    fn payments(&self, reckoned: &mut Reckoned, differences: &mut Vec<String>) {
        let mut credited = BTreeMap::<&str, Vec<Booked<'_>>>::new();
        for player in self.players {
            for deposit in &player.deposits {
                if let Some(receipt) = &deposit.receipt {
                    credited.entry(receipt).or_default().push(Booked {
                        player: &player.msisdn,
                        cents: deposit.credited_cents,
                    });
                } else if deposit.credited_cents != 0 {
                    let (cents, player) = (kes(deposit.credited_cents), &player.msisdn);
                    differences.push(format!("{cents} credited to {player} without a receipt"));
                }
            }
        }
        for paid in self.payments {
            let (receipt, amount) = (&paid.receipt, paid.amount_cents);
            let what = || format!("payment {receipt} of {} by {}", kes(amount), paid.phone);
            match credited.remove(receipt.as_str()).as_deref() {
                Some([booked]) => {
                    if booked.cents != amount {
                        let cents = kes(booked.cents);
                        differences.push(format!("{}: credited {cents}", what()));
                    }
                    // A push is credited to the phone that it rang on; what is paid to the paybill
                    // is the business of the account that the payer typed.
                    if !paid.checkout_request_id.is_empty()
                        && booked.player != paid.phone.to_string()
                    {
                        let player = booked.player;
                        differences.push(format!("{}: credited to {player}", what()));
                    }
                    reckoned.payments += 1;
                    reckoned.paid_in_cents += amount;
                }
                None | Some([]) => {
                    reckoned.parked += 1;
                    reckoned.parked_cents += amount;
                    if !paid.checkout_request_id.is_empty() {
                        differences.push(format!("{}: not credited", what()));
                    }
                }
                Some([_, _, ..]) => differences.push(format!("{}: credited twice", what())),
            }
        }
        for (receipt, booked) in credited {
            for one in booked {
                let (player, cents) = (one.player, kes(one.cents));
                differences.push(format!(
                    "{cents} credited to {player} for {receipt}, which M-Pesa does not know"
                ));
            }
        }
    }

    /// Each payout at M-Pesa is booked once, to whom it went. Gives what was paid out after its
    /// money had gone back.
    fn payouts(&self, reckoned: &mut Reckoned, differences: &mut Vec<String>) -> i64 {
        let mut late = 0;
        let mut booked = BTreeMap::<&str, Vec<Booked<'_>>>::new();
        for player in self.players {
            for withdrawal in &player.withdrawals {
                let cents = withdrawal.payout_cents.unwrap_or(withdrawal.amount_cents);
                let Some(receipt) = &withdrawal.receipt else {
                    if withdrawal.state == "paid" {
                        let player = &player.msisdn;
                        differences.push(format!(
                            "a withdrawal of {} by {player} is paid without a receipt",
                            kes(cents)
                        ));
                    }
                    continue;
                };
                if withdrawal.state == "failed" {
                    late += cents;
                }
                booked.entry(receipt).or_default().push(Booked {
                    player: &player.msisdn,
                    cents,
                });
            }
        }
        let is_payout = |movement: &&Movement| movement.kind == MovementKind::Payout;
        for paid in self.movements.iter().filter(is_payout) {
            let (receipt, amount) = (&paid.receipt, paid.amount_cents);
            let what = || format!("payout {receipt} of {} to {}", kes(amount), paid.phone);
            match booked.remove(receipt.as_str()).as_deref() {
                Some([one]) if one.cents == amount && one.player == paid.phone.to_string() => {
                    reckoned.payouts += 1;
                    reckoned.paid_out_cents += amount;
                }
                Some([one]) => {
                    let (player, cents) = (one.player, kes(one.cents));
                    differences.push(format!("{}: booked as {cents} to {player}", what()));
                }
                None | Some([]) => differences.push(format!("{}: not booked", what())),
                Some([_, _, ..]) => differences.push(format!("{}: booked twice", what())),
            }
        }
        for (receipt, all) in booked {
            for one in all {
                let (player, cents) = (one.player, kes(one.cents));
                differences.push(format!(
                    "payout of {cents} to {player} booked as {receipt}, which M-Pesa does not know"
                ));
            }
        }
        late
    }

    /// Each wallet follows from what came in, what was played and what went out.
    fn wallets(&self, reckoned: &mut Reckoned, differences: &mut Vec<String>) {
        for player in self.players {
            reckoned.wallets_cents += player.balance_cents;
            if let Some(open) = player.under_way() {
                differences.push(format!("still under way: {open}"));
                continue;
            }
            let credited: i64 = player.deposits.iter().map(|row| row.credited_cents).sum();
            let played: i64 = player.entries.iter().map(|entry| self.brought(entry)).sum();
            let kept = player
                .withdrawals
                .iter()
                .filter(|row| row.state != "failed");
            let expected = credited + played - kept.map(WithdrawalShown::held_cents).sum::<i64>();
            for row in player.withdrawals.iter().filter(|row| row.is_open()) {
                reckoned.left += 1;
                reckoned.left_cents += row.held_cents();
            }
            if player.balance_cents != expected {
                differences.push(format!(
                    "wallet of {}: {} and not {} ({} credited, {} by games)",
                    player.msisdn,
                    kes(player.balance_cents),
                    kes(expected),
                    kes(credited),
                    kes(played)
                ));
            }
        }
    }

    fn brought(&self, entry: &EntryShown) -> i64 {
        let stake = entry.stake_cents;
        match entry.state.as_str() {
            "won" => stake * self.prizes.bounty / 100 - stake,
            "lost" => -stake,
            "refunded" => stake * self.prizes.refund / 100 - stake,
            _ => 0,
        }
    }

    /// The accounts of the ledger are what moved at M-Pesa.
    fn totals(&self, reckoned: &Reckoned, late: i64, differences: &mut Vec<String>) {
        let books = self.books;
        let at_mpesa = books.paid_in_cents - books.paid_out_cents - books.reversed_cents;
        let mut compare = |name: &str, expected: i64| {
            let booked = self.ledger.accounts.get(name).copied().unwrap_or_default();
            if booked != expected {
                differences.push(format!(
                    "account {name}: {} and not {}",
                    kes(booked),
                    kes(expected)
                ));
            }
        };
        compare("mpesa", -at_mpesa);
        compare("suspense", reckoned.parked_cents - late);
        compare("stakes", 0);
        compare("payouts", reckoned.left_cents);
        compare("wallets", reckoned.wallets_cents);
        let sum: i64 = self.ledger.accounts.values().sum();
        if sum != 0 {
            differences.push(format!("all accounts together have {}", kes(sum)));
        }
    }
}

/// `KES 1,234.50`, with a sign where it is below zero.
pub(super) fn kes(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (shillings, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let shillings = super::figures::grouped(shillings);
    if rest == 0 {
        format!("KES {sign}{shillings}")
    } else {
        format!("KES {sign}{shillings}.{rest:02}")
    }
}

#[cfg(test)]
mod tests;
