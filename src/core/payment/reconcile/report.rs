//! What came of holding M-Pesa's rows against the books: a tally for each day, and the findings.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Kind, OnlyOurs, Place, Row, Way};
use crate::core::{ids::WithdrawalId, money::Cents, payment::withdrawal::State, time::Timestamp};

/// What a row is, once it is held against the books. Every row is in exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Booked, with the same amount.
    Matched,
    /// M-Pesa has it, the books do not.
    OnlyAtMpesa,
    /// The books have it, M-Pesa does not. Only this class is of no row.
    OnlyWithUs,
    /// Both have it, with amounts that differ.
    Differs,
    /// M-Pesa paid it out; with us it is not settled, or failed.
    Unsettled,
    /// Taken back, and what was taken back without being booked. A finding where it is booked still.
    Reversed,
    /// What M-Pesa takes for its work; no business of the ledger.
    Charge,
    /// Money between the house's own accounts and other businesses; no business of the ledger.
    Move,
    /// No money moved.
    NotDone,
    /// The same row once more, in another source or in the same one.
    Repeated,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::Matched,
        Self::OnlyAtMpesa,
        Self::OnlyWithUs,
        Self::Differs,
        Self::Unsettled,
        Self::Reversed,
        Self::Charge,
        Self::Move,
        Self::NotDone,
        Self::Repeated,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::OnlyAtMpesa => "only_at_mpesa",
            Self::OnlyWithUs => "only_with_us",
            Self::Differs => "differs",
            Self::Unsettled => "unsettled",
            Self::Reversed => "reversed",
            Self::Charge => "charges",
            Self::Move => "moves",
            Self::NotDone => "not_done",
            Self::Repeated => "repeated",
        }
    }
}

/// What else is known about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    None,
    /// With us it is parked in `suspense`.
    Parked,
    /// The sources have it twice, with two amounts.
    ToldTwice,
    /// The withdrawal that has the receipt.
    Withdrawal(WithdrawalId, State),
    /// The withdrawal is paid under another receipt.
    SecondReceipt(WithdrawalId),
    /// The row names our id of this withdrawal.
    Named(WithdrawalId, State),
    /// The amount and the number are those of this withdrawal.
    Alike(WithdrawalId, State),
    /// A reversal that does not say of what.
    Unlinked,
    /// Taken back at M-Pesa, in the books still.
    StillBooked,
    /// A part of it was taken back.
    PartlyBack(Cents),
    /// M-Pesa has the receipt, and says that no money moved.
    NotDoneThere,
    /// Its receipt tells this other day.
    OfAnotherDay(NaiveDate),
}

/// Something for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub class: Class,
    /// Which way.
    pub way: Way,
    /// Its receipt.
    pub receipt: String,
    /// When M-Pesa completed it; where only we have it, when we booked it.
    pub at: Timestamp,
    /// Its day in the tallies.
    pub day: NaiveDate,
    /// Its row in the sources; `None` where only we have it.
    pub place: Option<Place>,
    /// What M-Pesa says.
    pub told: Option<Cents>,
    /// What the books say.
    pub booked: Option<Cents>,
    /// M-Pesa's words for it.
    pub label: String,
    /// What the payer typed as the account number.
    pub account: String,
    /// The other party.
    pub party: String,
    /// What else is known.
    pub note: Note,
}

impl Finding {
    /// Whether an operator could give it to a player: a payment that only M-Pesa has, whole.
    #[must_use]
    pub fn is_assignable(&self) -> bool {
        self.class == Class::OnlyAtMpesa && self.way == Way::In && self.note == Note::None
    }
}

/// How many rows, and how much together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How much.
    pub sum: Cents,
}

impl Tally {
    /// Adds one more.
    pub fn add(&mut self, amount: Cents) {
        self.count += 1;
        self.sum = self.sum.plus(amount).unwrap_or(self.sum);
    }

    fn remove(&mut self, amount: Cents) {
        self.count = self.count.saturating_sub(1);
        self.sum = self.sum.minus(amount).unwrap_or(self.sum);
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// The tally of each day in Nairobi, by way and class.
    pub days: BTreeMap<NaiveDate, BTreeMap<(Way, Class), Tally>>,
    /// What an operator should look at, by source and line, then what only we have.
    pub findings: Vec<Finding>,
    /// Statuses of the rows without money, with how often they come.
    pub statuses: BTreeMap<String, u64>,
}

impl Reconciliation {
    /// The tally of a class over all days.
    #[must_use]
    pub fn total(&self, way: Way, class: Class) -> Tally {
        let of_class = self.days.values().filter_map(|day| day.get(&(way, class)));
        of_class.fold(Tally::default(), |total, day| Tally {
            count: total.count + day.count,
            sum: total.sum.plus(day.sum).unwrap_or(total.sum),
        })
    }

    fn tally(&mut self, day: NaiveDate, way: Way, class: Class) -> &mut Tally {
        let day = self.days.entry(day).or_default();
        day.entry((way, class)).or_default()
    }

    pub(super) fn count(&mut self, row: &Row, class: Class) {
        let day = row.at.in_nairobi().date_naive();
        self.tally(day, row.way, class).add(row.amount);
        if row.kind == Kind::NotDone {
            *self.statuses.entry(row.status.clone()).or_default() += 1;
        }
    }

    pub(super) fn find(&mut self, row: Row, class: Class, booked: Option<Cents>, note: Note) {
        self.count(&row, class);
        self.findings.push(Finding {
            class,
            way: row.way,
            receipt: row.receipt,
            at: row.at,
            day: row.at.in_nairobi().date_naive(),
            place: Some(row.place),
            told: Some(row.amount),
            booked,
            label: row.label,
            account: row.account,
            party: row.party,
            note,
        });
    }

    pub(super) fn add_ours(&mut self, ours: OnlyOurs, belongs_at: Timestamp, note: Note) {
        let day = belongs_at.in_nairobi().date_naive();
        self.tally(day, ours.way, Class::OnlyWithUs)
            .add(ours.amount);
        self.findings.push(Finding {
            class: Class::OnlyWithUs,
            way: ours.way,
            receipt: ours.receipt,
            at: ours.at,
            day,
            place: None,
            told: None,
            booked: Some(ours.amount),
            label: String::new(),
            account: String::new(),
            party: String::new(),
            note,
        });
    }

    /// Moves what only M-Pesa has, and has taken back whole, out of the findings; marks what was
    /// taken back in part.
    pub(super) fn settle_reversals(&mut self, back_of: impl Fn(&Finding) -> Option<Cents>) {
        let mut kept = Vec::with_capacity(self.findings.len());
        for mut finding in std::mem::take(&mut self.findings) {
            let back = if finding.class == Class::OnlyAtMpesa {
                back_of(&finding)
            } else {
                None
            };
            match (back, finding.told) {
                (Some(back), Some(told)) if back >= told => {
                    self.move_to(&finding, told, Class::Reversed);
                }
                (Some(back), _) => {
                    finding.note = Note::PartlyBack(back);
                    kept.push(finding);
                }
                (None, _) => kept.push(finding),
            }
        }
        self.findings = kept;
    }

    /// A payment that only M-Pesa had is booked now; false where it is none.
    pub fn is_booked_now(&mut self, receipt: &str) -> bool {
        let place = self
            .findings
            .iter()
            .position(|finding| finding.receipt == receipt && finding.is_assignable());
        let Some(place) = place else { return false };
        let finding = self.findings.remove(place);
        if let Some(told) = finding.told {
            self.move_to(&finding, told, Class::Matched);
        }
        true
    }

    fn move_to(&mut self, finding: &Finding, amount: Cents, class: Class) {
        let (day, way) = (finding.day, finding.way);
        self.tally(day, way, finding.class).remove(amount);
        self.tally(day, way, class).add(amount);
    }
}
