//! A Kenyan mobile number, the only kind of phone that this simulator has.
//!
//! Written `+254712345678` everywhere outside; a value of the type is always a mobile number of the
//! 07 or 01 range.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

/// A Kenyan mobile number: nine national digits that start with 7 or 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, pattern = r"^\+254[17]\d{8}$", example = "+254712345678")]
pub struct Number(u32);

/// A text that is not a Kenyan mobile number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a Kenyan mobile number (+2547..., +2541..., 07... or 01...): {0:?}")]
pub struct NotANumber(String);

impl Number {
    /// A number from its nine national digits, `712345678`.
    #[must_use]
    pub fn from_national(digits: u32) -> Option<Self> {
        matches!(digits, 100_000_000..=199_999_999 | 700_000_000..=799_999_999)
            .then_some(Self(digits))
    }

    /// A number of Safaricom's 0710 to 0729 range; the index counts from its start.
    pub(crate) fn safaricom(index: u32) -> Self {
        Self(710_000_000 + index % 20_000_000)
    }

    /// Reads `+254712345678` and nothing else, as providers want it in a request.
    pub fn from_e164(text: &str) -> Result<Self, NotANumber> {
        Self::read(text, text.strip_prefix("+254"))
    }

    /// Reads `254712345678` and nothing else, as Daraja wants it in a request.
    pub fn from_digits(text: &str) -> Result<Self, NotANumber> {
        Self::read(text, text.strip_prefix("254"))
    }

    /// The twelve digits as a number, `254712345678`, as Daraja writes it in a callback.
    #[must_use]
    pub fn digits(self) -> u64 {
        254_000_000_000 + u64::from(self.0)
    }

    /// SHA-256 of the twelve digits in hex, as providers hide a number.
    pub(crate) fn hashed(self) -> String {
        let hash = digest::digest(&digest::SHA256, self.digits().to_string().as_bytes());
        let hex = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        hex.collect()
    }

    /// As people in Kenya write it, `0712345678`.
    #[must_use]
    pub fn local(self) -> String {
        format!("0{}", self.0)
    }

    /// The owner's first and last name, in capitals as M-Pesa writes them; the same for a number
    /// every time.
    pub(crate) fn owner(self) -> (&'static str, &'static str) {
        const FIRST: [&str; 8] = [
            "JANE", "JOHN", "GRACE", "PETER", "MARY", "DAVID", "FAITH", "BRIAN",
        ];
        const LAST: [&str; 7] = [
            "WANJIKU",
            "OTIENO",
            "KIPROTICH",
            "MUTUA",
            "ACHIENG",
            "NJOROGE",
            "HASSAN",
        ];
        let pick = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
        let index = usize::try_from(self.0).unwrap_or_default();
        (pick(&FIRST, index % 8), pick(&LAST, index % 7))
    }

    fn read(whole: &str, national: Option<&str>) -> Result<Self, NotANumber> {
        national
            .filter(|digits| digits.len() == 9 && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .and_then(Self::from_national)
            .ok_or_else(|| NotANumber(whole.chars().take(40).collect()))
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads any of the ways in which people write a number; blanks and dashes are ignored.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let compact: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let national = ["+254", "254", "0"]
            .iter()
            .find_map(|prefix| compact.strip_prefix(prefix));
        Self::read(text, national)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+254{}", self.0)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_e164(&text).map_err(de::Error::custom)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_mobile_number_is_read() {
        for text in [
            "+254712345678",
            "254712345678",
            "0712345678",
            " 0712 345-678",
        ] {
            assert_eq!(
                text.parse::<Number>().unwrap().to_string(),
                "+254712345678",
                "{text}"
            );
        }
        assert_eq!(
            "0110345678".parse::<Number>().unwrap().digits(),
            254_110_345_678
        );
        assert_eq!(
            "+254712345678".parse::<Number>().unwrap().local(),
            "0712345678"
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "0202345678",
            "+255712345678",
            "07123456789",
            "071234567",
            "07123456a8",
            "712345678",
            "+254 ７12345678",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert!(Number::from_e164("0712345678").is_err());
        assert!(Number::from_digits("+254712345678").is_err());
    }
}
