//! Typed ids: time-ordered, with 80 random bits, so that they sort by age and cannot be guessed.
//!
//! Made from an instant and a random generator that are passed in; written as 26 characters (ULID).

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::time::Timestamp;

/// The text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

fn make(now: Timestamp, rng: &mut impl Rng) -> Ulid {
    Ulid::from_parts(u64::try_from(now.ms()).unwrap_or_default(), rng.random())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl $name {
            /// A new id from the current instant and randomness.
            #[must_use]
            pub fn new(now: Timestamp, rng: &mut impl Rng) -> Self {
                Self(make(now, rng))
            }

            /// The lowest id that can be made at this instant: those made from then on are above it.
            #[must_use]
            pub fn first_at(at: Timestamp) -> Self {
                Self(Ulid::from_parts(u64::try_from(at.ms()).unwrap_or_default(), 0))
            }

            /// When it was made, to the millisecond.
            #[must_use]
            pub fn made_at(&self) -> Timestamp {
                Timestamp::from_ms(i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Ulid::from_string(text).map(Self).map_err(|_| NotAnId)
            }
        }
    };
}

id!(
    /// A player.
    PlayerId
);
id!(
    /// A question, in all its languages.
    QuestionId
);
id!(
    /// That a question was withdrawn, once.
    QuestionWithdrawalId
);
id!(
    /// A set: five questions, one stake, two seats.
    SetId
);
id!(
    /// An entry: one player's paid seat in a set.
    EntryId
);
id!(
    /// A provider callback as it came in.
    CallbackId
);
id!(
    /// A row of the SMS outbox.
    SmsId
);
id!(
    /// A payment that matched nothing and waits in `suspense`.
    ParkedId
);
id!(
    /// Something that looks unfair.
    FlagId
);
id!(
    /// A line of the audit log.
    AuditId
);
id!(
    /// A correction of the books by an operator.
    AdjustmentId
);
id!(
    /// That M-Pesa took a payment or a payout back.
    ReversalId
);

/// Ids that stand in callback URLs: they must not be guessable, and are written in hex, for in base
/// 32 they could spell a word that Daraja refuses there, such as `exe` or `cmd` (contract,
/// section 1).
macro_rules! url_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// A new id from the current instant and randomness.
            #[must_use]
            pub fn new(now: Timestamp, rng: &mut impl Rng) -> Self {
                Self(make(now, rng))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
                number.map(|number| Self(Ulid(number))).ok_or(NotAnId)
            }
        }
    };
}

url_id!(
    /// A deposit. Stands in its callback URL.
    DepositId
);
url_id!(
    /// A withdrawal. Stands in its callback URLs.
    WithdrawalId
);
url_id!(
    /// A report of what there is at M-Pesa.
    BalanceReportId
);
url_id!(
    /// One question of such a report. Stands in its callback URLs.
    BalanceQuestionId
);

impl DepositId {
    /// The short reference shown in the M-Pesa prompt: 12 characters, all random. Daraja takes at
    /// most 12 letters and digits (contract, section 3).
    #[must_use]
    pub fn reference(&self) -> String {
        self.0.to_string().split_off(14)
    }
}

impl WithdrawalId {
    /// The `OriginatorConversationID` of the payout: 19 characters, of which 16 are random. Daraja
    /// wants it unique for ever and, by one of its tables, shorter than 20 letters and digits
    /// (contract, section 6).
    #[must_use]
    pub fn originator_id(&self) -> String {
        format!("MJB{}", self.0.to_string().split_off(10))
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn ids_sort_by_time_and_survive_text() {
        let mut rng = StdRng::seed_from_u64(1);
        let first = EntryId::new(Timestamp::from_ms(1_000), &mut rng);
        let second = EntryId::new(Timestamp::from_ms(2_000), &mut rng);
        assert!(first < second && first.to_string() < second.to_string());
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(first.made_at(), Timestamp::from_ms(1_000));
        let begins = EntryId::first_at(Timestamp::from_ms(1_000));
        assert!(begins <= first && EntryId::first_at(Timestamp::from_ms(1_001)) > first);
        assert_eq!("".parse::<EntryId>(), Err(NotAnId));
    }

    #[test]
    fn a_deposit_reference_fits_daraja() {
        let mut rng = StdRng::seed_from_u64(2);
        let reference = DepositId::new(Timestamp::from_ms(1_000), &mut rng).reference();
        assert_eq!(reference.len(), 12);
        assert!(reference.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn an_originator_id_fits_daraja() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut make = || WithdrawalId::new(Timestamp::from_ms(1_000), &mut rng).originator_id();
        let (first, second) = (make(), make());
        assert_eq!(first.len(), 19);
        assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(first, second);
    }

    #[test]
    fn a_deposit_id_survives_text_and_spells_nothing() {
        let mut rng = StdRng::seed_from_u64(3);
        let id = DepositId::new(Timestamp::from_ms(1_795_314_600_000), &mut rng);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().bytes().all(|byte| byte.is_ascii_hexdigit()));
        for text in ["", "x", "+0000000000000000000000000000001", &"0".repeat(33)] {
            assert_eq!(text.parse::<DepositId>(), Err(NotAnId));
        }
    }
}
