//! What a transaction is about, told by M-Pesa's own words for it. What a payer typed (the account
//! number) or is called never decides: only the reason type, or how the details begin.

use super::{Preamble, cells::Column, cells::Times};
use crate::core::payment::reconcile::{Kind, Way};

/// The longest value in an error.
const MAX_SHOWN: usize = 60;

/// The texts of a transaction.
pub(super) struct Words {
    pub(super) details: String,
    pub(super) reason: String,
    pub(super) status: String,
    pub(super) account: String,
    pub(super) party: String,
    pub(super) linked: String,
}

/// Behind these words the details are about the other party.
const PARTY: [&str; 6] = [" from ", " to ", " acc.", " via ", " by ", " - "];

/// Words of what M-Pesa takes.
const CHARGE: [&str; 5] = ["charge", "commission", "tariff", " fee", "levy"];

/// Words of money between the house's own accounts, and of what is no player's.
const MOVE: [&str; 16] = [
    "organization",
    "organisation",
    "settle",
    "utility account",
    "working account",
    "merchant account",
    "funds received",
    "funds transfer",
    "transfer of funds",
    "deposit of funds",
    "withdraw funds",
    "bank",
    "float",
    "revenue",
    "loan",
    "airtime",
];

/// Words of payments between businesses. One that came in with an account number is a payment to the
/// paybill, from the account of a bank or a business.
const BUSINESS: [&str; 5] = [
    "business pay bill",
    "business paybill",
    "business buy goods",
    "business to business",
    "merchant to merchant",
];

/// Words of payments that only come in as a player's.
const PAYMENT: [&str; 5] = [
    "pay bill",
    "paybill",
    "pay utility",
    "buy goods",
    "pay merchant",
];

impl Words {
    /// Whether the money moved.
    pub(super) fn is_done(&self) -> bool {
        let status = self.status.to_lowercase();
        status.starts_with("complete") || status.starts_with("success")
    }

    /// M-Pesa's words for it.
    pub(super) fn label(&self) -> String {
        if !self.reason.is_empty() {
            return self.reason.clone();
        }
        let end = self.party_begins();
        self.details[..end].trim().to_owned()
    }

    /// Where the details stop being M-Pesa's own words.
    fn party_begins(&self) -> usize {
        // Lower case of ASCII alone keeps every place.
        let lower = self.details.to_ascii_lowercase();
        let words = PARTY.iter().filter_map(|word| lower.find(word));
        let digit = lower.find(|c: char| c.is_ascii_digit());
        words.chain(digit).min().unwrap_or(lower.len())
    }

    pub(super) fn kind(&self, way: Way) -> Kind {
        let label = format!(" {}", self.label().to_lowercase());
        let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
        if has(&CHARGE) {
            return Kind::Charge;
        }
        if label.contains("revers") {
            return Kind::Reversal;
        }
        match way {
            Way::In if has(&BUSINESS) && !self.account().is_empty() => Kind::Payment,
            Way::In if has(&MOVE) || has(&BUSINESS) => Kind::Move,
            Way::In => Kind::Payment,
            Way::Out if has(&MOVE) || has(&BUSINESS) || has(&PAYMENT) => Kind::Move,
            Way::Out => Kind::Payout,
        }
    }

    /// What the payer typed, from its column or from the details.
    pub(super) fn account(&self) -> String {
        if !self.account.is_empty() {
            return self.account.clone();
        }
        let lower = self.details.to_ascii_lowercase();
        let at = lower.find(" acc. ").map(|at| at + " acc. ".len());
        at.map_or_else(String::new, |at| self.details[at..].trim().to_owned())
    }

    /// The other party, from its column or from the details.
    pub(super) fn party(&self) -> String {
        if !self.party.is_empty() {
            return self.party.clone();
        }
        self.details[self.party_begins()..].trim().to_owned()
    }

    /// The receipt of what a reversal takes back.
    pub(super) fn linked(&self, kind: Kind) -> Option<String> {
        if kind != Kind::Reversal {
            return None;
        }
        let is_receipt = |word: &&str| {
            let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
            word.len() == 10
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && has(u8::is_ascii_uppercase)
                && !has(u8::is_ascii_lowercase)
        };
        let linked = super::super::callback::receipt_of(&self.linked.to_ascii_uppercase());
        let split = |c: char| !c.is_ascii_alphanumeric();
        let told = || {
            self.details
                .split(split)
                .find(is_receipt)
                .map(str::to_owned)
        };
        linked.or_else(told)
    }

    /// The conversation id that the details name.
    pub(super) fn conversation(&self) -> Option<String> {
        const BEFORE: &str = "conversation id is ";
        let lower = self.details.to_ascii_lowercase();
        let at = lower.find(BEFORE)? + BEFORE.len();
        let id = self.details[at..].split_whitespace().next()?;
        Some(id.trim_end_matches('.').to_owned()).filter(|id| !id.is_empty())
    }
}

/// What a file is that is no text of ours.
pub(super) fn alien(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Some("this is a spreadsheet; export the statement as CSV");
    }
    if head.starts_with(b"%PDF") {
        return Some("this is a PDF; export the statement as CSV");
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Some("this is text in UTF-16; export the statement as CSV in UTF-8");
    }
    head.contains(&0)
        .then_some("this is a binary file; export the statement as CSV")
}

/// What stands between cells: what parts the column names best.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let text = String::from_utf8_lossy(head);
    let names = |delimiter: char, line: &str| {
        let cells = line
            .split(delimiter)
            .filter(|cell| Column::named(cell).is_some());
        cells.count()
    };
    let best = |delimiter: u8| {
        let counts = text.lines().map(|line| names(char::from(delimiter), line));
        counts.max().unwrap_or(0)
    };
    // The last of the best is taken.
    let candidates = [b'\t', b';', b','].into_iter();
    candidates
        .max_by_key(|delimiter| best(*delimiter))
        .unwrap_or(b',')
}

/// Takes what a line before the transactions says.
pub(super) fn take_preamble(cells: &[String], preamble: &mut Preamble) {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphabetic);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    // "Short Code: 174379" in one cell, or name and value in two.
    let line = cells.join(" ");
    let (name, value) = match line.split_once(':') {
        Some((name, value)) if cells.first().is_some_and(|first| first.contains(':')) => {
            (bare(name), value.trim().to_owned())
        }
        _ => {
            let mut filled = cells.iter().filter(|cell| !cell.is_empty());
            let name = filled.next().map(|cell| bare(cell)).unwrap_or_default();
            (name, filled.cloned().collect::<Vec<_>>().join(" "))
        }
    };
    match name.as_str() {
        "shortcode" | "organizationshortcode" | "organisationshortcode" | "paybill" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            preamble.short_code = Some(digits).filter(|digits| !digits.is_empty());
        }
        "account" | "accounttype" | "accountname" => preamble.account = Some(value),
        "timeperiod" | "period" | "statementperiod" => preamble.period = period(&value),
        _ => {}
    }
}

/// The two times in a text; a day without a time begins and ends at midnight.
fn period(text: &str) -> Option<(crate::core::time::Timestamp, crate::core::time::Timestamp)> {
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    let mut times = Times::default();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() && found.len() < 2 {
        let next = words.get(at + 1).filter(|next| next.contains(':'));
        let (clock, used) = match (next, found.len()) {
            (Some(clock), _) => (*clock, 2),
            (None, 0) => ("00:00:00", 1),
            (None, _) => ("23:59:59", 1),
        };
        found.push(times.read(&format!("{} {clock}", words[at])).ok()?);
        at += used;
    }
    let [from, until] = found.as_slice() else {
        return None;
    };
    // To the end of its last second.
    let until = crate::core::time::Timestamp::from_ms(until.ms() + 999);
    (*from <= until).then_some((*from, until))
}

/// A cell as it may be shown: cut, without what steers a terminal.
pub(super) fn shown(text: &str) -> String {
    crate::core::payment::paybill::shown(text)
        .chars()
        .take(MAX_SHOWN)
        .collect()
}
