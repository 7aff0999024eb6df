//! The kinds of SMS: names under `[sms]` in the language files, and what each is to its reader.

use crate::core::sms::SmsClass;

/// Kinds that answer an SMS of a player.
pub const ANSWERS: [&str; 8] = [
    "balance",
    "games",
    "no_games",
    "help",
    "stopped",
    "started",
    "register",
    "how_to_exclude",
];

/// Kinds that want to sell something. There is none yet; one that is listed here is refused to
/// numbers that have said STOP.
pub const PROMOTIONS: [&str; 0] = [];

/// The class of a kind. What is neither an answer nor a promotion tells of a player's own money or
/// game, and is never kept back.
#[must_use]
pub fn class(kind: &str) -> SmsClass {
    if ANSWERS.contains(&kind) {
        SmsClass::Answer
    } else if PROMOTIONS.contains(&kind) {
        SmsClass::Promotion
    } else {
        SmsClass::Receipt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_house_has_its_class() {
        for kind in ANSWERS {
            assert_eq!(class(kind), SmsClass::Answer, "{kind}");
        }
        for kind in [
            "won",
            "refunded",
            "deposit_paid",
            "deposit_failed",
            "excluded",
        ] {
            assert_eq!(class(kind), SmsClass::Receipt, "{kind}");
        }
    }
}
