//! The only place that reads the clock, and the providers' ways of writing a time.

use chrono::{DateTime, TimeDelta, Utc};

/// The time now.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// `yyyymmddHHMMSS` in East Africa Time (UTC+3, no summer time), as Daraja writes times.
pub(crate) fn eat_digits(at: DateTime<Utc>) -> String {
    eat(at).format("%Y%m%d%H%M%S").to_string()
}

/// `ddmmyyyyHHMMSS` in East Africa Time, as in a `CheckoutRequestID`.
pub(crate) fn eat_day_first(at: DateTime<Utc>) -> String {
    eat(at).format("%d%m%Y%H%M%S").to_string()
}

/// The same moment shifted, so that it prints as East Africa Time.
pub(crate) fn eat(at: DateTime<Utc>) -> DateTime<Utc> {
    at + TimeDelta::hours(3)
}

/// `yyyy-mm-dd HH:MM:SS` in UTC, as Africa's Talking writes dates.
pub(crate) fn utc_date(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daraja_times_are_three_hours_ahead() {
        let at = DateTime::from_timestamp(1_576_740_075, 0).unwrap();
        assert_eq!(utc_date(at), "2019-12-19 07:21:15");
        assert_eq!(eat_digits(at), "20191219102115");
        assert_eq!(eat_day_first(at), "19122019102115");
    }
}
