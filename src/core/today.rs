//! The figures of one day of the house: what moved for which reason, by the hour.

use super::{ledger::Reason, money::Cents, time::Timestamp};

/// Hours of a day in Nairobi, which has no summer time.
pub const HOURS: usize = 24;

/// One hour in ms.
pub const HOUR_MS: i64 = 3_600_000;

/// What moved within one hour for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The hour, from 0.
    pub hour: usize,
    /// Why.
    pub reason: Reason,
    /// How often.
    pub count: i64,
    /// How much together.
    pub sum: Cents,
}

/// How often something moved, and how much together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How often.
    pub count: i64,
    /// How much.
    pub sum: Cents,
}

/// The day of an instant: from midnight to midnight in Nairobi.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its first instant.
    pub from: Timestamp,
}

impl Day {
    /// The day that an instant belongs to.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self {
            from: at.start_of_day(),
        }
    }

    /// The first instant after it.
    #[must_use]
    pub fn until(self) -> Timestamp {
        let hours = i64::try_from(HOURS).unwrap_or_default();
        Timestamp::from_ms(self.from.ms().saturating_add(hours * HOUR_MS))
    }

    /// The day before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(Timestamp::from_ms(self.from.ms().saturating_sub(1)))
    }

    /// The day after.
    #[must_use]
    pub fn after(self) -> Self {
        Self { from: self.until() }
    }
}

/// As `2026-11-29`.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.from.in_nairobi().format("%Y-%m-%d"))
    }
}

/// What moved in a day for some reasons together.
#[must_use]
pub fn total(moved: &[Moved], reasons: &[Reason]) -> Total {
    let of = moved.iter().filter(|item| reasons.contains(&item.reason));
    of.fold(Total::default(), |total, item| Total {
        count: total.count.saturating_add(item.count),
        sum: total.sum.plus(item.sum).unwrap_or(total.sum),
    })
}

/// The same hour by hour.
#[must_use]
pub fn by_hour(moved: &[Moved], reasons: &[Reason]) -> [Total; HOURS] {
    let mut hours = [Total::default(); HOURS];
    for item in moved.iter().filter(|item| reasons.contains(&item.reason)) {
        if let Some(hour) = hours.get_mut(item.hour) {
            hour.count = hour.count.saturating_add(item.count);
            hour.sum = hour.sum.plus(item.sum).unwrap_or(hour.sum);
        }
    }
    hours
}

/// The value below which so many in a hundred are: the nearest that there is. `None` where there is
/// none. `sorted` is in rising order.
#[must_use]
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(hour: usize, reason: Reason, cents: i64) -> Moved {
        Moved {
            hour,
            reason,
            count: 1,
            sum: Cents::new(cents),
        }
    }

    #[test]
    fn a_day_is_that_of_nairobi() {
        // 2026-11-28T21:30:00Z is half past midnight on the 29th there.
        let day = Day::of(Timestamp::from_ms(1_795_901_400_000));
        assert_eq!(day.to_string(), "2026-11-29");
        assert_eq!(day.from.to_string(), "2026-11-29 00:00:00");
        assert_eq!(day.until().to_string(), "2026-11-30 00:00:00");
        assert_eq!(day.before().to_string(), "2026-11-28");
        assert_eq!(day.before().after(), day);
    }

    #[test]
    fn what_moved_is_summed_by_reason_and_hour() {
        let moved = [
            moved(0, Reason::Fee, 20_000),
            moved(23, Reason::WithdrawalFee, 500),
            moved(23, Reason::Stake, 50_000),
        ];
        let fees = [Reason::Fee, Reason::WithdrawalFee];
        let all = total(&moved, &fees);
        assert_eq!((all.count, all.sum.get()), (2, 20_500));
        let hours = by_hour(&moved, &fees);
        assert_eq!((hours[0].sum.get(), hours[23].sum.get()), (20_000, 500));
        assert!(hours[1..23].iter().all(|hour| hour.count == 0));
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 90), Some(7));
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(
            (percentile(&ten, 50), percentile(&ten, 90)),
            (Some(5), Some(9))
        );
        assert_eq!(
            (percentile(&ten, 0), percentile(&ten, 100)),
            (Some(1), Some(10))
        );
    }
}
