//! Breaks and exclusions: how long, and how that is said.

use std::time::Duration;

use crate::core::time::Timestamp;

/// The longest exclusion, in days: a hundred years.
pub const MAX_DAYS: u32 = 36_500;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// When an exclusion of so many days ends that begins now.
#[must_use]
pub fn end_of(days: u32, now: Timestamp) -> Timestamp {
    now.after(DAY.saturating_mul(days.min(MAX_DAYS)))
}

/// The unit of a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One day.
    Day,
    /// Days.
    Days,
    /// Months of thirty days.
    Months,
    /// One year.
    Year,
    /// Years of 365 days.
    Years,
}

impl Unit {
    /// The name under `[word]` in the language files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "unit_day",
            Self::Days => "unit_days",
            Self::Months => "unit_months",
            Self::Year => "unit_year",
            Self::Years => "unit_years",
        }
    }
}

/// A number of days as people say it: 7 days, 6 months, 1 year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Span {
    /// So many days.
    #[must_use]
    pub const fn of_days(days: u32) -> Self {
        let (count, unit) = match days {
            1 => (1, Unit::Day),
            365 => (1, Unit::Year),
            days if days >= 365 && days % 365 == 0 => (days / 365, Unit::Years),
            days if days >= 60 && days % 30 == 0 => (days / 30, Unit::Months),
            days => (days, Unit::Days),
        };
        Self { count, unit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        for (days, count, unit) in [
            (1, 1, Unit::Day),
            (7, 7, Unit::Days),
            (30, 30, Unit::Days),
            (45, 45, Unit::Days),
            (180, 6, Unit::Months),
            (365, 1, Unit::Year),
            (1_825, 5, Unit::Years),
            (MAX_DAYS, 100, Unit::Years),
        ] {
            assert_eq!(Span::of_days(days), Span { count, unit }, "{days}");
        }
    }

    #[test]
    fn a_day_is_a_whole_one() {
        let now = Timestamp::from_ms(5);
        assert_eq!(end_of(7, now).ms_since(now), 7 * 24 * 60 * 60 * 1_000);
        assert_eq!(end_of(u32::MAX, now), end_of(MAX_DAYS, now));
    }
}
