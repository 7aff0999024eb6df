//! The simulator's only source of chance, so that a seed repeats its decisions and ids.

use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng, TryRng};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::number::Number;
use crate::world::lock;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"0123456789";

/// A seeded generator that everybody shares.
pub(crate) struct Dice(Mutex<Counted>);

/// Where a generator stands in its sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    seed: u64,
    /// Words of 32 bits that were drawn.
    drawn: u64,
}

/// The most words that a loaded place may have drawn: minutes of traffic at full speed away from
/// any real use, and seconds to repeat.
const MOST_DRAWN: u64 = 1 << 30;

impl Place {
    /// Whether a real simulator can have come so far.
    pub(crate) fn is_plausible(self) -> bool {
        self.drawn <= MOST_DRAWN
    }
}

/// A generator that counts what it gives, a word at a time, so that its place can be kept.
struct Counted {
    place: Place,
    rng: StdRng,
}

impl Counted {
    fn new(seed: u64) -> Self {
        Self {
            place: Place { seed, drawn: 0 },
            rng: StdRng::seed_from_u64(seed),
        }
    }
}

impl TryRng for Counted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.place.drawn += 1;
        Ok(self.rng.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.try_next_u32()?);
        Ok(low | u64::from(self.try_next_u32()?) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            let word = self.try_next_u32()?.to_le_bytes();
            for (byte, drawn) in chunk.iter_mut().zip(word) {
                *byte = drawn;
            }
        }
        Ok(())
    }
}

impl Dice {
    /// The same seed gives the same sequence; none gives a different one at each start.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(Counted::new(Self::seed(seed))))
    }

    /// Begins anew.
    pub(crate) fn reset(&self, seed: Option<u64>) {
        *lock(&self.0) = Counted::new(Self::seed(seed));
    }

    /// Where the sequence stands.
    pub(crate) fn place(&self) -> Place {
        lock(&self.0).place
    }

    /// Goes on from a place.
    pub(crate) fn go_to(&self, place: Place) {
        let mut counted = Counted::new(place.seed);
        for _ in 0..place.drawn {
            counted.next_u32();
        }
        *lock(&self.0) = counted;
    }

    fn seed(seed: Option<u64>) -> u64 {
        seed.unwrap_or_else(rand::random)
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
    fn a_kept_place_goes_on_the_same() {
        let dice = Dice::new(Some(7));
        for _ in 0..100 {
            dice.hex32();
            dice.between(Duration::ZERO, Duration::from_secs(3));
            dice.number();
        }
        let other = Dice::new(None);
        other.go_to(dice.place());
        assert_eq!(
            (other.hex32(), other.digits(9)),
            (dice.hex32(), dice.digits(9))
        );
        assert_eq!(other.place(), dice.place());
        assert!(dice.place().is_plausible());
    }

    #[test]
    fn a_receipt_tells_its_day_like_a_real_one() {
        let march_26th = DateTime::from_timestamp(1_774_526_400, 0).unwrap();
        let receipt = Dice::new(Some(1)).receipt(march_26th);
        assert!(receipt.starts_with("UCQ"), "{receipt}");
        assert_eq!(receipt.len(), 10);
    }
}
