//! Money as whole cents in a type of its own, so that it cannot be mixed up with any other number.
//!
//! Arithmetic is checked: what would overflow gives `None`, never a wrapped amount.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of Kenyan money in cents (KES 1 = 100 cents). May be negative: ledger balances are.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `cents` cents.
    #[must_use]
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// An amount of whole shillings; `None` when it does not fit.
    #[must_use]
    pub const fn from_shillings(shillings: i64) -> Option<Self> {
        match shillings.checked_mul(100) {
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// Reads a decimal amount in shillings (`"100"`, `"100.5"`, `"1.00"`), exactly.
    ///
    /// Providers state amounts in decimals. More than two digits behind the point are taken only
    /// when the rest are zeros; signs, blanks and exponents are refused.
    #[must_use]
    pub fn parse_shillings(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let (cents, rest) = fraction.split_at(fraction.len().min(2));
        if rest.bytes().any(|byte| byte != b'0') {
            return None;
        }
        let cents: i64 = format!("{cents:0<2}").parse().ok()?;
        let shillings: i64 = whole.parse().ok()?;
        Some(Self(shillings.checked_mul(100)?.checked_add(cents)?))
    }

    /// Reads an amount as [`Display`](fmt::Display) writes it, with or without the commas.
    #[must_use]
    pub fn parse_display(text: &str) -> Option<Self> {
        Self::parse_shillings(&text.replace(',', ""))
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number of whole shillings, when there are no odd cents.
    #[must_use]
    pub const fn whole_shillings(self) -> Option<i64> {
        if self.0 % 100 == 0 {
            Some(self.0 / 100)
        } else {
            None
        }
    }

    /// Whether this is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum; `None` when it does not fit.
    #[must_use]
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// The difference; `None` when it does not fit.
    #[must_use]
    pub const fn minus(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(cents) => Some(Self(cents)),
            None => None,
        }
    }

    /// `percent` per cent of this amount, rounded down to the cent; `None` when it does not fit.
    #[must_use]
    pub const fn percent(self, percent: u32) -> Option<Self> {
        match self.0.checked_mul(percent as i64) {
            Some(hundredfold) => Some(Self(hundredfold.div_euclid(100))),
            None => None,
        }
    }

    /// `bps` basis points (hundredths of a per cent) of this amount, rounded down to the cent; `None`
    /// when it does not fit.
    #[must_use]
    pub const fn basis_points(self, bps: u32) -> Option<Self> {
        match self.0.checked_mul(bps as i64) {
            Some(product) => Some(Self(product.div_euclid(10_000))),
            None => None,
        }
    }

    /// This amount without its odd cents.
    #[must_use]
    pub const fn floor_shillings(self) -> Self {
        Self(self.0 - self.0.rem_euclid(100))
    }
}

/// As a person reads it, without the currency: `1,250` or `1,250.50`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let shillings = (magnitude / 100).to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (place, digit) in shillings.chars().enumerate() {
            if place > 0 && (shillings.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        match magnitude % 100 {
            0 => Ok(()),
            odd => write!(f, ".{odd:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (cents, text) in [
            (0, "0"),
            (2_000, "20"),
            (52_550, "525.50"),
            (100_000, "1,000"),
            (123_456_705, "1,234,567.05"),
            (-250, "-2.50"),
        ] {
            assert_eq!(Cents::new(cents).to_string(), text);
        }
    }

    #[test]
    fn decimal_shillings_are_read_exactly() {
        for (text, cents) in [
            ("100", Some(10_000)),
            ("1.00", Some(100)),
            ("233.8", Some(23_380)),
            ("0.05", Some(5)),
            ("1.000", Some(100)),
            ("1.001", None),
            ("", None),
            ("-1", None),
            ("1e3", None),
            (" 1", None),
            ("9999999999999999999", None),
        ] {
            assert_eq!(
                Cents::parse_shillings(text),
                cents.map(Cents::new),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_percentage_is_never_rounded_up(cents in 0..1_000_000_000_i64, percent in 0..1_000_u32) {
            let part = Cents::new(cents).percent(percent).unwrap().get();
            prop_assert!(i128::from(part) * 100 <= i128::from(cents) * i128::from(percent));
            prop_assert!((i128::from(part) + 1) * 100 > i128::from(cents) * i128::from(percent));
        }
    }
}
