//! What M-Pesa says that it moved, held against what we booked. Pure: rows of M-Pesa's statement go
//! in one after the other, each with what the books have of it, and every row comes out in exactly
//! one class. Nothing is booked here.

mod receipt_day;
mod report;

use std::collections::HashMap;

pub use receipt_day::{AFTER_MIDNIGHT, belongs_at, day_of_receipt};
pub use report::{Class, Finding, Note, Reconciliation, Tally};

use super::withdrawal::State;
use crate::core::{ids::WithdrawalId, money::Cents, msisdn::Msisdn, time::Timestamp};

/// Which way money went, seen from the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// From a payer to the house: a deposit.
    In,
    /// From the house to a player: a withdrawal.
    Out,
}

/// What a row of M-Pesa's statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A payer paid the house.
    Payment,
    /// The house paid somebody.
    Payout,
    /// A payment or payout was taken back.
    Reversal,
    /// What M-Pesa takes for its work.
    Charge,
    /// Money between the accounts of the house, its bank and other businesses.
    Move,
    /// Failed, declined, cancelled or not through yet: no money moved.
    NotDone,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the source, from 0.
    pub source: usize,
    /// The line in it, from 1; in a list of payments the number of the payment.
    pub line: u64,
}

/// A row of M-Pesa's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// M-Pesa's receipt. A charge may have that of what it was charged for.
    pub receipt: String,
    /// When it was completed, by M-Pesa's clock, to the second.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Kind,
    /// Which way the money went.
    pub way: Way,
    /// How much; never negative.
    pub amount: Cents,
    /// M-Pesa's own words for it: the reason type, or how the details begin.
    pub label: String,
    /// Its status, in M-Pesa's words.
    pub status: String,
    /// What the payer typed as the account number.
    pub account: String,
    /// Name and number of the other party, as M-Pesa shows them.
    pub party: String,
    /// The receipt of what a reversal takes back.
    pub linked: Option<String>,
    /// The conversation id that the details name.
    pub conversation: Option<String>,
}

/// What a source covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The first instant.
    pub from: Timestamp,
    /// The last instant, to the millisecond.
    pub until: Timestamp,
    /// Whether it would have the payments to us.
    pub deposits: bool,
    /// Whether it would have the payouts.
    pub withdrawals: bool,
}

/// What the books have of a receipt of a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedReceipt {
    /// Credited and parked together.
    pub amount: Cents,
    /// When it was booked.
    pub at: Timestamp,
    /// Whether all of it was parked in `suspense`.
    pub is_parked: bool,
}

/// A withdrawal of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurPayout {
    /// The id.
    pub id: WithdrawalId,
    /// Where it stands.
    pub state: State,
    /// What M-Pesa is to pay out.
    pub amount: Cents,
    /// The receipt, once one is known.
    pub receipt: Option<String>,
    /// Our id of it at M-Pesa.
    pub originator: String,
    /// Whom it goes to.
    pub number: Msisdn,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// What the books have of a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ours<'a> {
    /// The deposit of its receipt; for a reversal, that of what it takes back.
    pub deposit: Option<&'a BookedReceipt>,
    /// The withdrawal of its receipt; for a reversal, that of what it takes back.
    pub paid: Option<&'a OurPayout>,
    /// The withdrawal of the conversation id that it names.
    pub named: Option<&'a OurPayout>,
    /// The withdrawals that are not settled.
    pub open: &'a [OurPayout],
    /// What the books have as taken back of it by M-Pesa.
    pub taken_back: Cents,
}

/// Something that we booked and no source has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyOurs {
    /// Deposit or withdrawal.
    pub way: Way,
    /// Its receipt.
    pub receipt: String,
    /// When we booked it.
    pub at: Timestamp,
    /// How much.
    pub amount: Cents,
}

/// What is remembered of a receipt that a source had.
#[derive(Clone, Copy, Debug)]
struct Seen {
    amount: Cents,
    is_ours: bool,
    is_done: bool,
}

/// Takes rows and what the books have of them.
#[derive(Debug, Default)]
pub struct Reconciler {
    seen: HashMap<(Way, String), Seen>,
    /// What was taken back: the receipt and how much.
    taken_back: HashMap<(Way, String), Cents>,
    report: Reconciliation,
}

impl Reconciler {
    /// Takes a row; `ours` is what the books have of it.
    pub fn take(&mut self, row: Row, ours: Ours<'_>) {
        match row.kind {
            Kind::Charge => self.report.count(&row, Class::Charge),
            Kind::Move => self.report.count(&row, Class::Move),
            Kind::NotDone => {
                self.report.count(&row, Class::NotDone);
                let seen = Seen {
                    amount: row.amount,
                    is_ours: false,
                    is_done: false,
                };
                self.seen.entry((row.way, row.receipt)).or_insert(seen);
            }
            Kind::Reversal => self.take_reversal(row, ours),
            Kind::Payment | Kind::Payout => self.take_money(row, ours),
        }
    }

    fn take_money(&mut self, row: Row, ours: Ours<'_>) {
        let key = (row.way, row.receipt.clone());
        if let Some(seen) = self.seen.get(&key).filter(|seen| seen.is_done) {
            if seen.amount == row.amount {
                self.report.count(&row, Class::Repeated);
            } else {
                let told = Some(seen.amount);
                self.report.find(row, Class::Differs, told, Note::ToldTwice);
            }
            return;
        }
        let judged = match row.way {
            Way::In => judge_deposit(&row, ours),
            Way::Out => judge_payout(&row, ours),
        };
        let seen = Seen {
            amount: row.amount,
            is_ours: !matches!(judged.class, Class::OnlyAtMpesa),
            is_done: true,
        };
        self.seen.insert(key, seen);
        if judged.class == Class::Matched {
            self.report.count(&row, Class::Matched);
        } else {
            self.report
                .find(row, judged.class, judged.booked, judged.note);
        }
    }

    /// A reversal goes against the way of what it takes back.
    fn take_reversal(&mut self, row: Row, ours: Ours<'_>) {
        let way = match row.way {
            Way::In => Way::Out,
            Way::Out => Way::In,
        };
        let repeated = self.seen.insert(
            (row.way, row.receipt.clone()),
            Seen {
                amount: row.amount,
                is_ours: false,
                is_done: true,
            },
        );
        if repeated.is_some_and(|seen| seen.is_done) {
            self.report.count(&row, Class::Repeated);
            return;
        }
        let Some(linked) = row.linked.clone() else {
            self.report.find(row, Class::Reversed, None, Note::Unlinked);
            return;
        };
        let sum = self.taken_back.entry((way, linked)).or_default();
        *sum = sum.plus(row.amount).unwrap_or(*sum);
        let is_in_the_books = *sum <= ours.taken_back;
        let booked = match way {
            Way::In => ours.deposit.map(|booked| booked.amount),
            Way::Out => ours.paid.map(|paid| paid.amount),
        };
        match booked {
            Some(booked) if !is_in_the_books => {
                self.report
                    .find(row, Class::Reversed, Some(booked), Note::StillBooked);
            }
            Some(_) | None => self.report.count(&row, Class::Reversed),
        }
    }

    /// The receipts of one way that the sources have as money that moved.
    pub fn receipts(&self, way: Way) -> impl Iterator<Item = &str> {
        let of_way = self
            .seen
            .iter()
            .filter(move |((of, _), seen)| *of == way && seen.is_done);
        of_way.map(|((_, receipt), _)| receipt.as_str())
    }

    /// Ends: `only_ours` is what was booked in the time that the sources cover. What the sources have
    /// after all, and what belongs to another time by its receipt, is left out.
    #[must_use]
    pub fn finish(mut self, only_ours: Vec<OnlyOurs>, covers: &[Cover]) -> Reconciliation {
        for ours in only_ours {
            let at = belongs_at(ours.at, &ours.receipt);
            let is_covered = covers.iter().any(|cover| {
                let has_way = match ours.way {
                    Way::In => cover.deposits,
                    Way::Out => cover.withdrawals,
                };
                has_way && (cover.from..=cover.until).contains(&at)
            });
            let seen = self.seen.get(&(ours.way, ours.receipt.clone()));
            if !is_covered || seen.is_some_and(|seen| seen.is_done) {
                continue;
            }
            let note = match day_of_receipt(&ours.receipt) {
                _ if seen.is_some() => Note::NotDoneThere,
                Some(day) if day != at.in_nairobi().date_naive() => Note::OfAnotherDay(day),
                _ => Note::None,
            };
            self.report.add_ours(ours, at, note);
        }
        // What was taken back whole and never booked is nobody's business any more.
        let (seen, taken_back) = (&self.seen, &self.taken_back);
        let back_of = |finding: &Finding| {
            let key = (finding.way, finding.receipt.clone());
            let is_unknown = seen.get(&key).is_some_and(|seen| !seen.is_ours);
            taken_back.get(&key).copied().filter(|_| is_unknown)
        };
        self.report.settle_reversals(back_of);
        self.report
    }
}

/// What became of a row.
struct Judged {
    class: Class,
    booked: Option<Cents>,
    note: Note,
}

impl Judged {
    fn matched() -> Self {
        Self {
            class: Class::Matched,
            booked: None,
            note: Note::None,
        }
    }
}

fn judge_deposit(row: &Row, ours: Ours<'_>) -> Judged {
    match ours.deposit {
        None => Judged {
            class: Class::OnlyAtMpesa,
            booked: None,
            note: Note::None,
        },
        Some(booked) if booked.amount == row.amount => Judged::matched(),
        Some(booked) => Judged {
            class: Class::Differs,
            booked: Some(booked.amount),
            note: if booked.is_parked {
                Note::Parked
            } else {
                Note::None
            },
        },
    }
}

fn judge_payout(row: &Row, ours: Ours<'_>) -> Judged {
    if let Some(paid) = ours.paid {
        if paid.amount == row.amount {
            return Judged::matched();
        }
        return Judged {
            class: Class::Differs,
            booked: Some(paid.amount),
            note: Note::Withdrawal(paid.id, paid.state),
        };
    }
    let unsettled = |payout: &OurPayout, note| Judged {
        class: Class::Unsettled,
        booked: Some(payout.amount),
        note,
    };
    if let Some(named) = ours.named {
        if named.state == State::Paid || named.receipt.is_some() {
            return Judged {
                class: Class::Differs,
                booked: Some(named.amount),
                note: Note::SecondReceipt(named.id),
            };
        }
        return unsettled(named, Note::Named(named.id, named.state));
    }
    let may_be = |payout: &&OurPayout| {
        payout.state.is_open()
            && payout.amount == row.amount
            // M-Pesa tells whole seconds.
            && payout.requested_at.ms() < row.at.ms().saturating_add(1_000)
            && has_number(&row.party, &payout.number)
    };
    match ours.open.iter().find(may_be) {
        Some(payout) => unsettled(payout, Note::Alike(payout.id, payout.state)),
        None => Judged {
            class: Class::OnlyAtMpesa,
            booked: None,
            note: Note::None,
        },
    }
}

/// Whether the text may show a number: whole, or masked with its last three digits at the least.
fn has_number(party: &str, number: &Msisdn) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || c == '*' || c == '+';
    party.split(|c: char| !is_part(c)).any(|shown| {
        let shown = shown.trim_start_matches('+');
        let tail = shown.rsplit('*').next().unwrap_or_default();
        let digits = number.digits();
        let national = digits.trim_start_matches("254");
        if shown.contains('*') {
            tail.len() >= 3 && digits.ends_with(tail)
        } else {
            shown.len() >= 9 && shown.ends_with(national)
        }
    })
}

#[cfg(test)]
mod tests;
