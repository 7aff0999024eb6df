//! The hours in which nobody is sold anything.

use std::time::Duration;

use crate::core::time::Timestamp;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Quiet hours in Nairobi, in minutes of the day; they may go over midnight. From and until the same
/// minute: there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: u32,
    until: u32,
}

impl QuietHours {
    /// Hours from one minute of the day until another.
    #[must_use]
    pub const fn new(from: u32, until: u32) -> Self {
        Self {
            from: from % DAY,
            until: until % DAY,
        }
    }

    /// When the quiet hours end that `now` lies in; `None`: it lies in none.
    #[must_use]
    pub fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let midnight = now.start_of_day();
        let minute = u32::try_from(now.ms_since(midnight) / 60_000).unwrap_or(DAY);
        let is_quiet = if self.from <= self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        };
        let is_tomorrow = self.until <= minute;
        let minutes = self.until + if is_tomorrow { DAY } else { 0 };
        is_quiet.then(|| midnight.after(Duration::from_secs(u64::from(minutes) * 60)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Midnight in Nairobi, 2026-11-22.
    const MIDNIGHT: Timestamp = Timestamp::from_ms(1_795_294_800_000);

    fn at(hour: u64, minute: u64) -> Timestamp {
        MIDNIGHT.after(Duration::from_secs((hour * 60 + minute) * 60))
    }

    #[test]
    fn hours_over_midnight_end_in_the_morning() {
        let quiet = QuietHours::new(18 * 60, 8 * 60);
        assert_eq!(quiet.end(at(17, 59)), None);
        assert_eq!(quiet.end(at(18, 0)), Some(at(32, 0)));
        assert_eq!(quiet.end(at(23, 59)), Some(at(32, 0)));
        assert_eq!(quiet.end(at(24, 0)), Some(at(32, 0)));
        assert_eq!(quiet.end(at(31, 59)), Some(at(32, 0)));
        assert_eq!(quiet.end(at(32, 0)), None);
    }

    #[test]
    fn hours_within_a_day_and_none_at_all() {
        let siesta = QuietHours::new(13 * 60, 14 * 60);
        assert_eq!(siesta.end(at(12, 59)), None);
        assert_eq!(siesta.end(at(13, 0)), Some(at(14, 0)));
        assert_eq!(siesta.end(at(14, 0)), None);
        let none = QuietHours::new(600, 600);
        assert!((0..24).all(|hour| none.end(at(hour, 0)).is_none()));
    }

    proptest! {
        /// What waits until the end waits less than a day, and then waits no more.
        #[test]
        fn the_end_is_near_and_is_not_quiet(from in 0..DAY, until in 0..DAY, passed in 0_i64..86_400_000) {
            let now = Timestamp::from_ms(MIDNIGHT.ms() + passed);
            let quiet = QuietHours::new(from, until);
            if let Some(end) = quiet.end(now) {
                prop_assert!(end > now && end.ms_since(now) <= 86_400_000);
                prop_assert_eq!(quiet.end(end), None);
            }
        }
    }
}
