//! How much a player may deposit in a day and in a week. Players lower their own limits at once; a
//! higher one holds a day later, when the heat is over.

use std::time::Duration;

use crate::core::{money::Cents, time::Timestamp};

/// How long after it was asked for a limit is raised.
pub const RAISE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The time that a limit is for, in Nairobi.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
}

impl Period {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Day, Self::Week];

    /// The name in the database, and under `[word]` in the language files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The period of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// When the one that `now` falls into began.
    #[must_use]
    pub fn begin(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Day => now.start_of_day(),
            Self::Week => now.start_of_week(),
        }
    }
}

/// What a player may deposit, as it is asked for; `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DepositLimits {
    /// In a day.
    pub daily: Option<Cents>,
    /// In a week.
    pub weekly: Option<Cents>,
}

impl DepositLimits {
    /// The one of a period.
    #[must_use]
    pub const fn of(self, period: Period) -> Option<Cents> {
        match period {
            Period::Day => self.daily,
            Period::Week => self.weekly,
        }
    }
}

/// A limit that was asked for and does not hold yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// What it will be; `None`: no limit.
    pub to: Option<Cents>,
    /// From when.
    pub from: Timestamp,
}

/// A limit of a player's own, as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// What holds; `None`: no limit.
    pub in_force: Option<Cents>,
    /// What is to come.
    pub coming: Option<Coming>,
}

/// Whether the first limit lets no more through than the second.
fn is_as_strict(one: Option<Cents>, other: Option<Cents>) -> bool {
    match (one, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(one), Some(other)) => one <= other,
    }
}

impl Limit {
    /// How it stands at `now`: what was to come holds, once its time has come.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.coming {
            Some(coming) if coming.from <= now => Self {
                in_force: coming.to,
                coming: None,
            },
            Some(_) | None => self,
        }
    }

    /// The limit once a player has asked for another one: a lower one, or the present one, holds at
    /// once, and nothing else is to come; a higher one is to come. Asked for twice, it does not come
    /// later.
    #[must_use]
    pub fn asked(self, wanted: Option<Cents>, now: Timestamp) -> Self {
        let present = self.at(now);
        if is_as_strict(wanted, present.in_force) {
            return Self {
                in_force: wanted,
                coming: None,
            };
        }
        let from = match present.coming {
            Some(coming) if coming.to == wanted => coming.from,
            Some(_) | None => now.after(RAISE_AFTER),
        };
        Self {
            coming: Some(Coming { to: wanted, from }),
            ..present
        }
    }
}

/// A player's own limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// For a day.
    pub daily: Limit,
    /// For a week.
    pub weekly: Limit,
}

impl Limits {
    /// The one of a period.
    #[must_use]
    pub const fn of(self, period: Period) -> Limit {
        match period {
            Period::Day => self.daily,
            Period::Week => self.weekly,
        }
    }

    /// The same with another one for a period.
    #[must_use]
    pub const fn with(self, period: Period, limit: Limit) -> Self {
        match period {
            Period::Day => Self {
                daily: limit,
                ..self
            },
            Period::Week => Self {
                weekly: limit,
                ..self
            },
        }
    }

    /// Both as they stand at `now`.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self {
            daily: self.daily.at(now),
            weekly: self.weekly.at(now),
        }
    }
}

/// How much may still be deposited, and by which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The period of the limit.
    pub period: Period,
    /// The limit.
    pub limit: Cents,
    /// What is left of it.
    pub left: Cents,
}

/// What the stricter of two limits, the house's and the player's own, leaves of a period in which so
/// much was deposited; `None`: there is no limit.
#[must_use]
pub fn room(
    period: Period,
    house: Option<Cents>,
    own: Option<Cents>,
    deposited: Cents,
) -> Option<Room> {
    let limit = match (house, own) {
        (Some(house), Some(own)) => house.min(own),
        (house, own) => house.or(own)?,
    };
    let left = limit.minus(deposited).unwrap_or_default().max(Cents::ZERO);
    Some(Room {
        period,
        limit,
        left,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    fn limit() -> impl Strategy<Value = Option<Cents>> {
        prop::option::of((1..50_i64).prop_map(|hundreds| Cents::new(hundreds * 10_000)))
    }

    proptest! {
        /// Whatever is asked for and when: what holds is never looser than what held at any instant of
        /// the day before, unless it was asked for a whole day ago; a stricter one holds at once.
        #[test]
        fn a_limit_is_lowered_at_once_and_raised_after_a_day(
            asked in prop::collection::vec((0..2 * DAY, limit()), 1..20),
        ) {
            let (mut kept, mut now) = (Limit::default(), Timestamp::from_ms(0));
            for (later, wanted) in asked {
                now = Timestamp::from_ms(now.ms() + later);
                let before = kept.at(now);
                kept = kept.asked(wanted, now);
                if is_as_strict(wanted, before.in_force) {
                    prop_assert_eq!(kept, Limit { in_force: wanted, coming: None });
                    continue;
                }
                prop_assert_eq!(kept.in_force, before.in_force);
                let coming = kept.coming.unwrap();
                prop_assert_eq!(coming.to, wanted);
                let is_old = before.coming.is_some_and(|coming| coming.to == wanted);
                prop_assert!(is_old || coming.from.ms() == now.ms() + DAY);
                prop_assert_eq!(kept.at(Timestamp::from_ms(coming.from.ms() - 1)), kept);
                prop_assert_eq!(kept.at(coming.from).in_force, wanted);
                // Asking for what holds cancels it.
                prop_assert_eq!(kept.asked(before.in_force, now).coming, None);
            }
        }

        /// The room is what the stricter limit leaves, and never less than nothing.
        #[test]
        fn the_stricter_limit_counts(house in limit(), own in limit(), deposited in 0..9_000_000_i64) {
            let deposited = Cents::new(deposited);
            let left = room(Period::Day, house, own, deposited).map(|room| room.left);
            let each = [house, own].map(|one| room(Period::Day, one, None, deposited));
            let strictest = each.into_iter().flatten().map(|room| room.left).min();
            prop_assert_eq!(left, strictest);
            prop_assert!(left.is_none_or(|left| left >= Cents::ZERO));
        }
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight_in_nairobi() {
        // Sunday, 2026-11-22T05:30:00+03:00
        let sunday = Timestamp::from_ms(1_795_314_600_000);
        let monday = Period::Week.begin(sunday);
        assert_eq!(monday.to_string(), "2026-11-16 00:00:00");
        assert_eq!(Period::Week.begin(monday), monday);
        let next = Period::Week.begin(sunday.after(RAISE_AFTER));
        assert_eq!(next.to_string(), "2026-11-23 00:00:00");
        assert_eq!(Period::Day.begin(sunday).to_string(), "2026-11-22 00:00:00");
    }
}
