//! The simulator's only source of chance, so that a seed repeats its decisions and ids.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::clock;
use crate::number::Number;
use crate::world::lock;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"0123456789";

/// A seeded generator that everybody shares.
pub(crate) struct Dice(Mutex<StdRng>);

impl Dice {
    /// The same seed gives the same sequence; none gives a different one at each start.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(
            seed.map_or_else(rand::make_rng, StdRng::seed_from_u64),
        ))
    }

    /// 32 hexadecimal digits, as in the ids of Africa's Talking.
    pub(crate) fn hex32(&self) -> String {
        self.pick(HEX, 32)
    }

    /// So many decimal digits.
    pub(crate) fn digits(&self, count: usize) -> String {
        self.pick(DIGITS, count)
    }

    /// An M-Pesa receipt: a letter for the year (U is 2026), one for the month, one character for
    /// the day (1-9, then A-V), and seven more. Uniqueness is the ledger's business.
    pub(crate) fn receipt(&self, at: DateTime<Utc>) -> String {
        let day = clock::eat(at);
        let year = usize::try_from(day.year().rem_euclid(26)).unwrap_or(0);
        let letter = |index: usize| char::from(UPPER[index % 26]);
        let month = usize::try_from(day.month0()).unwrap_or(0);
        let date = char::from_digit(day.day(), 36)
            .unwrap_or('1')
            .to_ascii_uppercase();
        // 2006 was A: 2006 modulo 26 is 4.
        format!(
            "{}{}{}{}",
            letter(year + 22),
            letter(month),
            date,
            self.pick(UPPER, 7)
        )
    }

    /// A Safaricom-looking mobile number.
    pub(crate) fn number(&self) -> Number {
        Number::safaricom(lock(&self.0).random_range(0..20_000_000))
    }

    /// An index below `count`, 0 when there is nothing to choose from.
    pub(crate) fn index(&self, count: usize) -> usize {
        if count < 2 {
            0
        } else {
            lock(&self.0).random_range(0..count)
        }
    }

    /// A duration in a closed range.
    pub(crate) fn between(&self, from: Duration, to: Duration) -> Duration {
        lock(&self.0).random_range(from..=to.max(from))
    }

    fn pick(&self, alphabet: &[u8], count: usize) -> String {
        let mut rng = lock(&self.0);
        (0..count)
            .map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_repeats_itself() {
        let (a, b) = (Dice::new(Some(7)), Dice::new(Some(7)));
        assert_eq!(a.hex32(), b.hex32());
        assert_eq!(a.number(), b.number());
    }

    #[test]
    fn a_receipt_tells_its_day_like_a_real_one() {
        let march_26th = DateTime::from_timestamp(1_774_526_400, 0).unwrap();
        let receipt = Dice::new(Some(1)).receipt(march_26th);
        assert!(receipt.starts_with("UCQ"), "{receipt}");
        assert_eq!(receipt.len(), 10);
    }
}
