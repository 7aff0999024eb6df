//! Instants and durations in milliseconds, as they are kept in the database.

use std::{fmt, time::Duration};

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{Africa::Nairobi, Tz};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `ms` milliseconds after the epoch.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The instant `duration` later, at most the last one that can be written down.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(ms(duration)))
    }

    /// The instant `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(ms(duration)))
    }

    /// Milliseconds from `earlier` to this instant; 0 when the clock went backwards in between.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        let passed = self.0.saturating_sub(earlier.0);
        if passed > 0 { passed } else { 0 }
    }

    /// Midnight in Nairobi before this instant, or at it.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        use chrono::Timelike as _;
        // No summer time there: a day has 24 hours.
        let time = self.in_nairobi().time();
        let passed = i64::from(time.num_seconds_from_midnight()) * 1_000;
        Self(self.0 - passed - self.0.rem_euclid(1_000))
    }

    /// Midnight in Nairobi at the beginning of the week's Monday.
    #[must_use]
    pub fn start_of_week(self) -> Self {
        use chrono::Datelike as _;
        let days = i64::from(self.in_nairobi().weekday().num_days_from_monday());
        Self(self.start_of_day().0 - days * 24 * 60 * 60 * 1_000)
    }

    /// The instant at which the clocks of Nairobi show this time; `None` when it cannot be written
    /// down.
    #[must_use]
    pub fn of_nairobi(shown: NaiveDateTime) -> Option<Self> {
        let at = Nairobi.from_local_datetime(&shown).single()?;
        Some(Self(at.timestamp_millis()))
    }

    /// The same instant in East Africa Time (UTC+3), which players, Daraja and the house hours use.
    #[must_use]
    pub fn in_nairobi(self) -> DateTime<Tz> {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .with_timezone(&Nairobi)
    }
}

/// In East Africa Time, to the second.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.in_nairobi().format("%Y-%m-%d %H:%M:%S"))
    }
}

/// A duration in whole milliseconds, at most what an `i64` holds.
#[must_use]
pub fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
