//! The kinds of SMS, and what each may be filled with.

use super::Named;

/// SMS. Each may have the balance, as it is in the transaction that the SMS tells of.
pub const SMS: [Named; 32] = [
    (
        "won",
        &[
            "balance",
            "category",
            "stake",
            "bounty",
            "correct",
            "of",
            "seconds",
            "opponent",
            "their_correct",
            "their_seconds",
        ],
    ),
    (
        "lost",
        &[
            "balance",
            "category",
            "stake",
            "correct",
            "of",
            "seconds",
            "opponent",
            "their_correct",
            "their_seconds",
        ],
    ),
    (
        "drawn",
        &[
            "balance",
            "category",
            "stake",
            "correct",
            "of",
            "seconds",
            "opponent",
            "their_correct",
            "their_seconds",
        ],
    ),
    ("refunded", &["balance", "category", "refund", "received"]),
    ("returned", &["balance", "category", "received"]),
    (
        "refunded_capped",
        &["balance", "category", "received", "bonuses"],
    ),
    ("voided", &["balance", "category", "received"]),
    (
        "deposit_paid",
        &["balance", "amount", "receipt", "duty", "excise"],
    ),
    ("deposit_failed", &["balance", "amount", "reason"]),
    ("deposit_unconfirmed", &["balance", "amount"]),
    (
        "withdrawal_paid",
        &["balance", "payout", "fee", "tax", "receipt"],
    ),
    (
        "withdrawal_paid_taxed",
        &["balance", "payout", "fee", "tax", "receipt"],
    ),
    ("withdrawal_failed", &["balance", "amount", "reason"]),
    ("payment_parked", &["amount", "receipt"]),
    ("excluded", &["balance", "until", "support", "helpline"]),
    ("blocked", &["balance", "support", "helpline"]),
    ("unblocked", &["balance"]),
    ("verified", &["balance"]),
    ("limit_set", &["balance", "period", "cap"]),
    (
        "limit_coming",
        &["balance", "period", "cap", "coming", "from"],
    ),
    ("adjusted_up", &["balance", "amount"]),
    ("adjusted_down", &["balance", "amount"]),
    ("payment_reversed", &["balance", "amount", "receipt"]),
    ("payout_reversed", &["balance", "amount", "receipt"]),
    // Answers to SMS of players.
    ("balance", &["balance", "code"]),
    ("games", &["balance", "code", "games"]),
    ("no_games", &["balance", "code"]),
    ("help", &["balance", "code", "support", "helpline"]),
    ("stopped", &["balance", "code"]),
    ("started", &["balance", "code"]),
    ("register", &["code"]),
    ("how_to_exclude", &["balance", "code", "pauses"]),
];

/// What the service gives an SMS of that kind.
#[must_use]
pub fn sms_values(kind: &str) -> Option<&'static [&'static str]> {
    let found = SMS.iter().find(|(name, _)| *name == kind);
    found.map(|(_, values)| *values)
}
