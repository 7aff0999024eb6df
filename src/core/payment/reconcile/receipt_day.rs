//! The day that an M-Pesa receipt tells. Its first three characters are year (A is 2006), month (A is
//! January) and day (1 to 9, then A to V). Safaricom documents it nowhere, and all receipts keep to
//! it; a hint for the eyes and for the minutes around midnight, no evidence.

use std::time::Duration;

use chrono::NaiveDate;

use crate::core::time::Timestamp;

/// How long after midnight a payment of the day before may still be booked as of that day.
pub const AFTER_MIDNIGHT: Duration = Duration::from_secs(60 * 60);

/// The day that a receipt tells; `None` where it tells none.
#[must_use]
pub fn day_of_receipt(receipt: &str) -> Option<NaiveDate> {
    let mut letters = receipt.chars();
    let year = letter(letters.next()?)?;
    let month = letter(letters.next()?)?;
    let day = letters.next()?.to_digit(36)?;
    NaiveDate::from_ymd_opt(2006 + i32::try_from(year).ok()?, month + 1, day)
}

fn letter(letter: char) -> Option<u32> {
    letter
        .is_ascii_uppercase()
        .then(|| u32::from(letter) - u32::from('A'))
}

/// Where a booking belongs in time: M-Pesa completed it a moment before we booked it. What was booked
/// in the first hour of a day, with a receipt of the day before, belongs to the end of that day: so
/// each booking belongs to one day, and a payment at midnight is looked for where M-Pesa has it.
#[must_use]
pub fn belongs_at(booked_at: Timestamp, receipt: &str) -> Timestamp {
    let midnight = booked_at.start_of_day();
    let before = Timestamp::from_ms(midnight.ms() - 1);
    let is_of_the_day_before = day_of_receipt(receipt) == Some(before.in_nairobi().date_naive());
    if is_of_the_day_before && booked_at < midnight.after(AFTER_MIDNIGHT) {
        before
    } else {
        booked_at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_tells_its_day() {
        let day = |receipt| day_of_receipt(receipt).map(|day| day.to_string());
        assert_eq!(day("UKM1A2B3C4").as_deref(), Some("2026-11-22"));
        assert_eq!(day("TAV88PF1EU").as_deref(), Some("2025-01-31"));
        assert_eq!(day("TK5AY9DLMG").as_deref(), Some("2025-11-05"));
        for none in [
            "",
            "U",
            "UK",
            "U11",
            "UZM1A2B3C4",
            "UBV1A2B3C4",
            "0AB",
            "ukm",
        ] {
            assert_eq!(day_of_receipt(none), None, "{none}");
        }
    }

    #[test]
    fn a_payment_at_midnight_belongs_to_the_day_of_its_receipt() {
        // 2026-11-23, three minutes after midnight in Nairobi.
        let booked = Timestamp::from_ms(1_795_381_380_000);
        let belongs = |receipt| belongs_at(booked, receipt).to_string();
        assert_eq!(belongs("UKM1A2B3C4"), "2026-11-22 23:59:59");
        assert_eq!(belongs("UKN1A2B3C4"), "2026-11-23 00:03:00");
        assert_eq!(belongs("UKL1A2B3C4"), "2026-11-23 00:03:00", "days late");
        assert_eq!(belongs("RUBBISH"), "2026-11-23 00:03:00");
        let later = booked.after(AFTER_MIDNIGHT);
        assert_eq!(belongs_at(later, "UKM1A2B3C4"), later);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(receipt in ".{0,12}", ms in any::<i32>()) {
            let at = Timestamp::from_ms(i64::from(ms) * 1_000);
            prop_assert!(belongs_at(at, &receipt) <= at);
        }
    }
}
