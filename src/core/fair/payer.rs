//! Who paid a deposit, as far as M-Pesa tells, and the mark by which two deposits are known to have been
//! paid by the same phone. The mark is a keyed hash: the number cannot be read from it.

use aws_lc_rs::{digest, hmac};

use crate::core::msisdn::Msisdn;

/// The length of a SHA-256 hash in hex.
const HASH_LENGTH: usize = 64;

/// Who paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The number, in full.
    Number(Msisdn),
    /// Its SHA-256 hash, in small hex, as C2B version 1 tells it.
    Hashed(String),
    /// The number with some digits hidden, and the name, as C2B version 2 tells it. Several people may
    /// share both.
    Masked {
        /// The digits before what is hidden.
        start: String,
        /// The digits after it.
        end: String,
        /// The name in small letters.
        name: String,
    },
}

impl Payer {
    /// Reads what M-Pesa tells of a payer. `None`: too little to know anybody again.
    #[must_use]
    pub fn read(number: &str, name: &str) -> Option<Self> {
        if let Ok(number) = Msisdn::parse(number) {
            return Some(Self::Number(number));
        }
        let number = number.trim();
        if number.len() == HASH_LENGTH && number.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(Self::Hashed(number.to_lowercase()));
        }
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        let (start, rest) = number.split_once('*')?;
        let end = rest.rsplit_once('*').map_or(rest, |(_, end)| end);
        let [start, end] = [start, end].map(|part| part.replace([' ', '+'], ""));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_mask = is_digits(&start) && is_digits(&end) && !words.is_empty();
        is_mask.then(|| Self::Masked {
            start,
            end,
            name: words.join(" "),
        })
    }

    /// Who paid into the account of `own`: where nobody tells, and where what is told fits, the player
    /// did from the own phone.
    #[must_use]
    pub fn of_deposit(told: Option<&Self>, own: &Msisdn) -> Self {
        match told {
            None => Self::Number(own.clone()),
            Some(Self::Masked { start, end, .. })
                if own.digits().starts_with(start) && own.digits().ends_with(end) =>
            {
                Self::Number(own.clone())
            }
            Some(told) => told.clone(),
        }
    }

    /// Whether it names one phone.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        match self {
            Self::Number(_) | Self::Hashed(_) => true,
            Self::Masked { .. } => false,
        }
    }

    /// The mark: the same for a number and its hash.
    #[must_use]
    pub fn mark(&self, key: &[u8]) -> String {
        let text = match self {
            Self::Number(number) => format!("phone:{}", hash_of(number)),
            Self::Hashed(hash) => format!("phone:{hash}"),
            Self::Masked { start, end, name } => format!("mask:{start}*{end}:{name}"),
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        hex(hmac::sign(&key, text.as_bytes()).as_ref())
    }
}

/// The SHA-256 hash of a number's digits in hex, as M-Pesa may tell it instead of the number.
#[must_use]
pub fn hash_of(number: &Msisdn) -> String {
    hex(digest::digest(&digest::SHA256, number.digits().as_bytes()).as_ref())
}

/// Bytes in small hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Msisdn {
        Msisdn::parse(text).unwrap()
    }

    #[test]
    fn a_number_and_its_hash_have_the_same_mark_which_depends_on_the_key() {
        let full = Payer::read("254712345678", "").unwrap();
        let hash = hash_of(&number("0712345678"));
        assert_eq!(hash.len(), HASH_LENGTH);
        let hashed = Payer::read(&hash.to_uppercase(), "Amina").unwrap();
        assert_eq!(full.mark(b"key"), hashed.mark(b"key"));
        assert_ne!(full.mark(b"key"), full.mark(b"other key"));
        assert_ne!(
            full.mark(b"key"),
            Payer::read("0712345679", "").unwrap().mark(b"key")
        );
        assert!(full.is_certain() && hashed.is_certain());
    }

    #[test]
    fn a_mask_is_known_again_with_its_name_only() {
        let mask = |text: &str, name: &str| Payer::read(text, name);
        let amina = mask("25471****678", "AMINA  Odhiambo").unwrap();
        assert_eq!(
            mask("254 71 ***** 678", "Amina Odhiambo").as_ref(),
            Some(&amina)
        );
        assert_ne!(mask("25471****678", "Baraka").as_ref(), Some(&amina));
        assert!(!amina.is_certain());
        for (text, name) in [
            ("25471****678", " "),
            ("", "Amina"),
            ("****", "Amina"),
            ("x*y", "A"),
        ] {
            assert_eq!(mask(text, name), None, "{text}");
        }
        let own = Payer::of_deposit(Some(&amina), &number("0712345678"));
        assert_eq!(own, Payer::Number(number("0712345678")));
        assert_eq!(
            Payer::of_deposit(Some(&amina), &number("0712345679")),
            amina
        );
        assert_eq!(Payer::of_deposit(None, &number("0712345678")), own);
    }

    proptest! {
        #[test]
        fn anything_is_read_without_a_panic(text in ".{0,80}", name in ".{0,40}") {
            if let Some(payer) = Payer::read(&text, &name) {
                prop_assert_eq!(payer.mark(b"key").len(), HASH_LENGTH);
            }
        }
    }
}
