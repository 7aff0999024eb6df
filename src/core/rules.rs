//! The figures of the game and of the wallet, as validated values. Defaults are DESIGN part 4.

use std::time::Duration;

use super::{money::Cents, time::Timestamp};

/// The rules of the game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a player can stake.
    pub stakes: Vec<Cents>,
    /// What the winner gets, in per cent of one stake; 100 to 200.
    pub bounty_percent: u32,
    /// What an unpaired player gets back, in per cent of the stake; 100 or more.
    pub refund_percent: u32,
    /// How long after the stake an entry that nobody joined is refunded.
    pub pairing_window: Duration,
    /// Thinking time over all questions of a set.
    pub thinking_time: Duration,
    /// Time per question that does not count as thinking: carriage and keying.
    pub hop_allowance: Duration,
    /// Questions of a set; 1 to 9.
    pub questions_per_set: u8,
    /// How long two players are kept apart after they met.
    pub rematch_cooldown: Duration,
    /// For how long the oldest open seat may be passed over for one of more similar strength;
    /// nothing: never.
    pub strength_wait: Duration,
    /// How many unfinished or waiting entries a player may have at a time.
    pub open_entries: u32,
    /// Refunds with a bonus that a player has in a day in Nairobi; `None`: any number.
    pub bonus_refunds_per_day: Option<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            stakes: [2_000, 5_000, 10_000, 20_000, 50_000]
                .map(Cents::new)
                .to_vec(),
            bounty_percent: 160,
            refund_percent: 105,
            pairing_window: Duration::from_secs(30 * 60),
            thinking_time: Duration::from_secs(15),
            hop_allowance: Duration::from_secs(4),
            questions_per_set: 5,
            rematch_cooldown: Duration::from_secs(2 * 60 * 60),
            strength_wait: Duration::from_secs(5),
            open_entries: 1,
            bonus_refunds_per_day: None,
        }
    }
}

impl Rules {
    /// The longest that a round can take: all thinking time and every allowance.
    #[must_use]
    pub fn whole_game(&self) -> Duration {
        self.thinking_time + self.hop_allowance * u32::from(self.questions_per_set)
    }

    /// Until when the second seat of a set is offered that was staked at `staked_at`: a player who
    /// sits down then can still finish within the owner's window.
    #[must_use]
    pub fn offered_until(&self, staked_at: Timestamp) -> Timestamp {
        staked_at
            .after(self.pairing_window)
            .before(self.whole_game())
    }

    /// What the winner of a match for `stake` gets.
    #[must_use]
    pub fn bounty(&self, stake: Cents) -> Option<Cents> {
        stake.percent(self.bounty_percent)
    }
}

/// The limits of the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRules {
    /// The smallest deposit: whole shillings, 1 or more.
    pub min_deposit: Cents,
    /// The largest deposit: whole shillings.
    pub max_deposit: Cents,
    /// The smallest withdrawal: whole shillings. Daraja pays out 10 or more.
    pub min_withdrawal: Cents,
    /// The largest withdrawal: whole shillings.
    pub max_withdrawal: Cents,
    /// How far apart withdrawals of one player are.
    pub withdrawal_interval: Duration,
    /// For how long after a payment that does not add up nothing is paid out to its player.
    pub flagged_cool_off: Duration,
    /// Fee bands, ascending: up to this amount, this fee. Above the last band its fee goes on.
    pub withdrawal_fees: Vec<(Cents, Cents)>,
    /// Withholding tax on withdrawals, in basis points; 0 to 10,000.
    pub withholding_bps: u32,
    /// What a player may deposit in a day in Nairobi; `None`: any amount.
    pub daily_deposit_limit: Option<Cents>,
    /// The same in a week, from Monday.
    pub weekly_deposit_limit: Option<Cents>,
    /// Excise duty on deposits, in basis points; 0 to 10,000.
    pub excise_bps: u32,
}

impl Default for WalletRules {
    fn default() -> Self {
        Self {
            min_deposit: Cents::new(1_000),
            max_deposit: Cents::new(7_000_000),
            min_withdrawal: Cents::new(5_000),
            max_withdrawal: Cents::new(7_000_000),
            withdrawal_interval: Duration::from_secs(2 * 60),
            flagged_cool_off: Duration::from_secs(24 * 60 * 60),
            withdrawal_fees: [
                (100, 0),
                (1_500, 5),
                (5_000, 9),
                (20_000, 11),
                (250_000, 13),
            ]
            .map(|(up_to, fee)| (Cents::new(up_to * 100), Cents::new(fee * 100)))
            .to_vec(),
            withholding_bps: 0,
            daily_deposit_limit: None,
            weekly_deposit_limit: None,
            excise_bps: 0,
        }
    }
}

/// Opening hours, in minutes since midnight in Nairobi, and maintenance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// When games can be started from; `None`: always.
    pub opens: Option<u32>,
    /// When games can be started until; `None`: always.
    pub closes: Option<u32>,
    /// No new games and no deposits, whatever the hour. Money under way still settles.
    pub maintenance: bool,
}

impl Hours {
    /// Whether new games are taken at `now`. Hours that close before they open go over
    /// midnight.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        use chrono::Timelike as _;
        if self.maintenance {
            return false;
        }
        let time = now.in_nairobi().time();
        let minute = time.hour() * 60 + time.minute();
        self.covers(minute)
    }

    /// The minute of the day at which the hours open next; `None` where they are open at `now`, or have
    /// no beginning. Maintenance ends when somebody ends it.
    #[must_use]
    pub fn opens_next(&self, now: Timestamp) -> Option<u32> {
        use chrono::Timelike as _;
        let time = now.in_nairobi().time();
        if self.covers(time.hour() * 60 + time.minute()) {
            return None;
        }
        // Hours that only close open again at midnight.
        let opens = self.opens.unwrap_or(0) % (24 * 60);
        self.covers(opens).then_some(opens)
    }

    fn covers(&self, minute: u32) -> bool {
        match (self.opens, self.closes) {
            (None, None) => true,
            (Some(opens), None) => minute >= opens,
            (None, Some(closes)) => minute < closes,
            (Some(opens), Some(closes)) if opens <= closes => (opens..closes).contains(&minute),
            (Some(opens), Some(closes)) => minute >= opens || minute < closes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_game_takes_thinking_and_allowances() {
        let rules = Rules::default();
        assert_eq!(rules.whole_game(), Duration::from_secs(35));
        let staked = Timestamp::from_ms(0);
        assert_eq!(rules.offered_until(staked).ms(), (30 * 60 - 35) * 1_000);
        assert_eq!(rules.bounty(Cents::new(50_000)), Some(Cents::new(80_000)));
    }

    #[test]
    fn hours_may_go_over_midnight() {
        // 2026-11-22T05:30:00+03:00
        let early = Timestamp::from_ms(1_795_314_600_000);
        assert_eq!(early.to_string(), "2026-11-22 05:30:00");
        let hours = |opens, closes| Hours {
            opens,
            closes,
            maintenance: false,
        };
        assert!(Hours::default().is_open(early));
        assert!(!hours(Some(8 * 60), Some(22 * 60)).is_open(early));
        assert!(hours(Some(22 * 60), Some(6 * 60)).is_open(early));
        for (opens, closes, next) in [
            (None, None, None),
            (Some(8 * 60), Some(22 * 60), Some(8 * 60)),
            (Some(8 * 60), None, Some(8 * 60)),
            (None, Some(5 * 60), Some(0)),
            (Some(22 * 60), Some(6 * 60), None),
            // Never open.
            (Some(60), Some(60), None),
        ] {
            assert_eq!(hours(opens, closes).opens_next(early), next);
        }
        assert!(!hours(Some(6 * 60), None).is_open(early));
        assert!(
            !Hours {
                maintenance: true,
                ..Hours::default()
            }
            .is_open(early)
        );
    }
}
