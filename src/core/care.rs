//! Care for players: whether they may play and deposit, the limits that they set themselves, breaks,
//! and a look at the clock while they play.

mod limits;
mod pause;
mod reality;

pub use self::{
    limits::{Coming, DepositLimits, Limit, Limits, Period, RAISE_AFTER, Room, room},
    pause::{MAX_DAYS, Span, Unit, end_of},
    reality::{PAUSE, Played, REACH, Stretch, is_check_due, stretch},
};

use super::time::Timestamp;

/// Whether a player may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Registered; identity not checked.
    Unverified,
    /// Identity checked.
    Verified,
    /// Excluded by own wish or by the operator, until a day: no play and no deposits.
    Excluded,
    /// Blocked by the operator.
    Blocked,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Unverified,
        Self::Verified,
        Self::Excluded,
        Self::Blocked,
    ];

    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
            Self::Excluded => "excluded",
            Self::Blocked => "blocked",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// How a player stands, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether they may play.
    pub status: Status,
    /// What they are again when exclusion and block are over: unverified or verified.
    pub before: Status,
    /// When their exclusion ends. `None`: there is none; of somebody who is excluded: it has no end.
    pub excluded_until: Option<Timestamp>,
}

impl Standing {
    /// How they stand at `now`: an exclusion that is over has lifted itself.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        if self.excluded_until.is_none_or(|until| now < until) {
            return self;
        }
        let status = match self.status {
            Status::Excluded => self.before,
            status @ (Status::Unverified | Status::Verified | Status::Blocked) => status,
        };
        Self {
            status,
            excluded_until: None,
            ..self
        }
    }

    /// Excluded until then, or for longer where they are already. Who is blocked stays blocked, and is
    /// excluded besides.
    #[must_use]
    pub fn excluded(self, until: Timestamp, now: Timestamp) -> Self {
        let present = self.at(now);
        let excluded_until = match (present.status, present.excluded_until) {
            // An exclusion without an end is longer than any.
            (Status::Excluded, None) => None,
            (_, Some(longer)) => Some(longer.max(until)),
            (_, None) => Some(until),
        };
        let status = match present.status {
            Status::Blocked => Status::Blocked,
            Status::Unverified | Status::Verified | Status::Excluded => Status::Excluded,
        };
        Self {
            status,
            excluded_until,
            ..present
        }
    }

    /// Blocked, whatever else.
    #[must_use]
    pub fn blocked(self, now: Timestamp) -> Self {
        Self {
            status: Status::Blocked,
            ..self.at(now)
        }
    }

    /// No longer blocked; excluded where that still lasts.
    #[must_use]
    pub fn unblocked(self, now: Timestamp) -> Self {
        let present = self.at(now);
        let status = match (present.status, present.excluded_until) {
            (Status::Blocked, Some(_)) => Status::Excluded,
            (Status::Blocked, None) => present.before,
            (status @ (Status::Unverified | Status::Verified | Status::Excluded), _) => status,
        };
        Self { status, ..present }
    }

    /// Their identity is checked; it stays so behind an exclusion or a block.
    #[must_use]
    pub fn verified(self, now: Timestamp) -> Self {
        let present = self.at(now);
        let status = match present.status {
            Status::Unverified | Status::Verified => Status::Verified,
            status @ (Status::Excluded | Status::Blocked) => status,
        };
        Self {
            status,
            before: Status::Verified,
            ..present
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    fn fresh(before: Status) -> Standing {
        Standing {
            status: before,
            before,
            excluded_until: None,
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Exclude(i64),
        Block,
        Unblock,
        Verify,
    }

    fn acts() -> impl Strategy<Value = Vec<(i64, Act)>> {
        let act = prop_oneof![
            (1..400_i64).prop_map(Act::Exclude),
            Just(Act::Block),
            Just(Act::Unblock),
            Just(Act::Verify),
        ];
        prop::collection::vec((0..100 * DAY, act), 1..20)
    }

    proptest! {
        /// Whatever operators and players do, nobody is let in before the longest exclusion that was
        /// ever asked for is over, and everybody who is not blocked is, once it is over.
        #[test]
        fn an_exclusion_is_never_shortened_and_ends_by_itself(
            is_verified in any::<bool>(), acts in acts(),
        ) {
            let before = if is_verified { Status::Verified } else { Status::Unverified };
            let (mut standing, mut now, mut longest) = (fresh(before), Timestamp::from_ms(0), 0);
            let (mut is_blocked, mut is_verified) = (false, is_verified);
            for (later, act) in acts {
                now = Timestamp::from_ms(now.ms() + later);
                standing = match act {
                    Act::Exclude(days) => {
                        longest = longest.max(now.ms() + days * DAY);
                        standing.excluded(Timestamp::from_ms(now.ms() + days * DAY), now)
                    }
                    Act::Block => { is_blocked = true; standing.blocked(now) }
                    Act::Unblock => { is_blocked = false; standing.unblocked(now) }
                    Act::Verify => { is_verified = true; standing.verified(now) }
                };
                let wanted = |at: i64| {
                    if is_blocked { Status::Blocked }
                    else if at < longest { Status::Excluded }
                    else if is_verified { Status::Verified }
                    else { Status::Unverified }
                };
                for at in [now.ms(), longest.max(1) - 1, longest, longest + DAY] {
                    if at >= now.ms() {
                        prop_assert_eq!(standing.at(Timestamp::from_ms(at)).status, wanted(at));
                    }
                }
            }
        }
    }

    #[test]
    fn an_exclusion_without_an_end_stays_without_one() {
        let for_ever = Standing {
            status: Status::Excluded,
            before: Status::Verified,
            excluded_until: None,
        };
        let now = Timestamp::from_ms(DAY);
        assert_eq!(for_ever.at(now), for_ever);
        assert_eq!(
            for_ever.excluded(Timestamp::from_ms(9 * DAY), now),
            for_ever
        );
    }

    #[test]
    fn every_status_has_its_name() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()), Some(status));
        }
        assert_eq!(Status::named("unheard of"), None);
    }
}
