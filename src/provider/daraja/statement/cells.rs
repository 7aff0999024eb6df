//! Columns by their names, times and amounts.

use chrono::{Datelike, NaiveDateTime};

use super::Unreadable;
use crate::core::{money::Cents, time::Timestamp};

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Receipt,
    Completed,
    Details,
    Status,
    PaidIn,
    Withdrawn,
    Reason,
    Party,
    Linked,
    Account,
}

impl Column {
    const ALL: [Self; 10] = [
        Self::Receipt,
        Self::Completed,
        Self::Details,
        Self::Status,
        Self::PaidIn,
        Self::Withdrawn,
        Self::Reason,
        Self::Party,
        Self::Linked,
        Self::Account,
    ];

    /// The portal's name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "Receipt No.",
            Self::Completed => "Completion Time",
            Self::Details => "Details",
            Self::Status => "Transaction Status",
            Self::PaidIn => "Paid In",
            Self::Withdrawn => "Withdrawn",
            Self::Reason => "Reason Type",
            Self::Party => "Other Party Info",
            Self::Linked => "Linked Transaction ID",
            Self::Account => "A/C No.",
        }
    }

    /// The column that is named so, in this or an older layout.
    pub(super) fn named(text: &str) -> Option<Self> {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        let bare: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        Some(match bare.as_str() {
            "receiptno" | "receipt" | "receiptnumber" => Self::Receipt,
            "completiontime" | "completiondate" | "completedtime" | "date" => Self::Completed,
            "details" | "description" => Self::Details,
            "transactionstatus" | "status" => Self::Status,
            "paidin" => Self::PaidIn,
            "withdrawn" | "paidout" => Self::Withdrawn,
            "reasontype" | "transactiontype" => Self::Reason,
            "otherpartyinfo" | "otherparty" => Self::Party,
            "linkedtransactionid" => Self::Linked,
            "acno" | "accountno" | "accountnumber" | "transactionpartydetails" => Self::Account,
            _ => return None,
        })
    }
}

/// Where the columns stand.
pub(super) struct Columns([Option<usize>; Column::ALL.len()]);

impl Columns {
    /// Reads a row of column names; `None` where it is none.
    pub(super) fn of(cells: &[String], line: u64) -> Result<Option<Self>, Unreadable> {
        let mut columns = Self([None; Column::ALL.len()]);
        let mut known = 0_usize;
        let mut twice = None;
        for (place, cell) in cells.iter().enumerate() {
            let Some(column) = Column::named(cell) else {
                continue;
            };
            known += 1;
            if columns.0[column as usize].replace(place).is_some() {
                twice = Some(column);
            }
        }
        if columns.place(Column::Receipt).is_none() || known < 3 {
            return Ok(None);
        }
        if let Some(column) = twice {
            let column = column.name();
            return Err(Unreadable::TwoColumns { line, column });
        }
        // Either says what a row is about.
        let about = if columns.place(Column::Reason).is_some() {
            Column::Reason
        } else {
            Column::Details
        };
        let needed = [
            Column::Completed,
            Column::Status,
            Column::PaidIn,
            Column::Withdrawn,
            about,
        ];
        for column in needed {
            if columns.place(column).is_none() {
                let column = column.name();
                return Err(Unreadable::NoColumn { line, column });
            }
        }
        Ok(Some(columns))
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.0[column as usize]
    }
}

/// How times are written; the day comes before the month.
const FORMATS: [&str; 14] = [
    "%d-%m-%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
    "%d-%m-%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y%m%d%H%M%S",
];

/// Years in which there is M-Pesa; a year of two digits is none of them.
const YEARS: std::ops::RangeInclusive<i32> = 2007..=2100;

/// Reads times; what fitted the last one is tried first.
#[derive(Default)]
pub(super) struct Times(usize);

impl Times {
    /// A time in East Africa Time, or what is wrong with it.
    pub(super) fn read(&mut self, text: &str) -> Result<Timestamp, &'static str> {
        // Local time, whatever the Z says (contract, section 11).
        let plain = text.trim_end_matches('Z').replace('T', " ");
        let tried = std::iter::once(self.0).chain(0..FORMATS.len());
        for place in tried {
            let Some(format) = FORMATS.get(place) else {
                continue;
            };
            let Ok(shown) = NaiveDateTime::parse_from_str(&plain, format) else {
                continue;
            };
            if !YEARS.contains(&shown.year()) {
                continue;
            }
            self.0 = place;
            return Timestamp::of_nairobi(shown).ok_or("is no time");
        }
        let is_number = text.parse::<f64>().is_ok_and(|number| number > 0.0);
        Err(if is_number {
            "is a spreadsheet's day number; export the file again, and do not save it from a \
             spreadsheet"
        } else {
            "is no time"
        })
    }
}

/// The largest amount that is believed, in cents: KES 10,000 million.
const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// Reads an amount without its sign; nothing, or a dash, is zero.
pub(super) fn amount(text: &str) -> Result<Cents, &'static str> {
    let bare = text.trim().trim_start_matches(['K', 'E', 'S']).trim();
    let inner = bare
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let bare = inner.unwrap_or(bare);
    let bare = bare.strip_prefix(['-', '+']).unwrap_or(bare).trim();
    if bare.is_empty() {
        return Ok(Cents::ZERO);
    }
    let whole = bare.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped = whole.contains(',');
    let are_thousands = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if is_grouped && !are_thousands || bare[whole.len()..].contains(',') {
        return Err("is no amount");
    }
    Cents::parse_display(bare)
        .filter(|amount| amount.get() <= MAX_AMOUNT)
        .ok_or("is no amount")
}
