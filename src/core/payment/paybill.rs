//! Payments that a payer makes to the paybill by hand: whose account is meant, and which of them
//! are refused before they are made.
//!
//! The account number is typed by the payer, so it is read tolerantly; what cannot be read names
//! nobody (Daraja contract, section 14, trap 17).

use crate::core::msisdn::Msisdn;

/// Characters of a deposit's reference.
const REFERENCE: usize = 12;

/// The longest account number that is kept, in characters; M-Pesa lets nobody type more than 20.
const MAX_ACCOUNT: usize = 40;

/// What a typed account number may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The reference of a deposit: the prompt of an STK push puts it there.
    pub reference: Option<String>,
    /// The number of a player.
    pub number: Option<Msisdn>,
}

impl Account {
    /// Reads what a payer typed: `07..`, `01..`, `+254..`, `254..`, `7..`, with blanks, dashes, dots
    /// or brackets anywhere; or the reference of a deposit.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        if typed.chars().count() > MAX_ACCOUNT {
            return Self::default();
        }
        let separates = |character: char| {
            character.is_whitespace() || matches!(character, '-' | '.' | '(' | ')' | '/' | '_')
        };
        let kept: String = typed.chars().filter(|c| !separates(*c)).collect();
        let is_reference =
            kept.len() == REFERENCE && kept.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self {
            reference: is_reference.then(|| kept.to_ascii_uppercase()),
            number: Msisdn::parse(&kept).ok(),
        }
    }
}

/// A typed account number as it may be shown to an operator: cut, and without characters that could
/// move a cursor or turn the direction of a line.
#[must_use]
pub fn shown(typed: &str) -> String {
    let is_plain = |character: &char| {
        !character.is_control()
            && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    typed.chars().filter(is_plain).take(MAX_ACCOUNT).collect()
}

/// What happens to a payment, before it is made, for an account number that names no player.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownAccounts {
    /// It is taken, and parked for the operator.
    Accept,
    /// It is refused: the payer keeps the money and hears why.
    #[default]
    Refuse,
}

/// What M-Pesa does with a payment when validation does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub enum ResponseType {
    /// It takes the payment.
    #[default]
    Completed,
    /// It cancels the payment.
    Cancelled,
}

impl ResponseType {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
        }
    }
}

/// Why a payment is refused before it is made (contract, section 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The account number names no player.
    Account,
    /// The amount is outside the limits, or above what the player may deposit today.
    Amount,
    /// The player's identity has to be checked first.
    Identity,
    /// The payment is for another short code.
    ShortCode,
    /// Anything else: the player may not deposit, the house is shut, the request cannot be read.
    Other,
}

impl Refusal {
    /// The code that M-Pesa wants to hear.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Account => "C2B00012",
            Self::Amount => "C2B00013",
            Self::Identity => "C2B00014",
            Self::ShortCode => "C2B00015",
            Self::Other => "C2B00016",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn trap_17_every_way_of_typing_a_number_is_the_same_player() {
        for typed in [
            "0712345678",
            "254712345678",
            "+254712345678",
            " 0712 345 678 ",
            "0712-345-678",
            "+254 (712) 345.678",
            "254\u{a0}712 345 678",
            "712345678",
        ] {
            let number = Account::read(typed).number.expect("a number");
            assert_eq!(number.e164(), "+254712345678", "{typed:?}");
        }
    }

    #[test]
    fn trap_17_what_is_no_account_names_nobody() {
        for typed in [
            "",
            "JOHN",
            "0712",
            "0202345678",
            "+255712345678",
            "0712345678 Amina",
            "<script>alert(1)</script>",
            "'; drop table player; --",
            "07123456780712345678",
            "\u{0660}\u{0667}12345678",
        ] {
            assert_eq!(Account::read(typed), Account::default(), "{typed:?}");
        }
        assert_eq!(Account::read(&"7".repeat(10_000)), Account::default());
    }

    #[test]
    fn a_reference_is_read_in_any_case() {
        let account = Account::read(" 0a1b2c-3d4e5f ");
        assert_eq!(account.reference.as_deref(), Some("0A1B2C3D4E5F"));
        // Twelve digits may be both; the reference is looked for first.
        let account = Account::read("254712345678");
        assert!(account.reference.is_some() && account.number.is_some());
    }

    #[test]
    fn trap_40_what_is_shown_is_cut_and_cannot_move_the_cursor() {
        let typed = format!("\u{1b}[31mA\u{202e}\r\n\u{7}{}", "x".repeat(500));
        let shown = shown(&typed);
        assert!(shown.starts_with("[31mAx"), "{shown:?}");
        assert_eq!(shown.chars().count(), 40);
    }

    proptest! {
        #[test]
        fn no_account_number_makes_it_panic(typed in ".{0,60}") {
            let _ = (Account::read(&typed), shown(&typed));
        }
    }
}
