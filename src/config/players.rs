//! The rules that the house keeps for its players, from the configuration.

use super::{Config, ConfigError, check::MAX_DURATION, check::refuse_unless};
use crate::{app::CareRules, core::care::MAX_DAYS};

/// The largest limit of deposits, in shillings; the menu's widths are proved for it.
const MAX_LIMIT: i64 = 10_000_000;
/// The most breaks and exclusions to choose from: the SMS that lists them has room for so many.
const MAX_PAUSES: usize = 8;
/// The longest number for help, in characters; the menu's widths are proved for it.
const MAX_HELPLINE: usize = 16;

impl Config {
    pub(super) fn check_players(&self) -> Result<(), ConfigError> {
        let players = &self.players;
        for (key, limit) in [
            ("players.daily_deposit_limit", players.daily_deposit_limit),
            ("players.weekly_deposit_limit", players.weekly_deposit_limit),
        ] {
            let what = format!("must be from 0 (none) to {MAX_LIMIT} shillings");
            refuse_unless((0..=MAX_LIMIT).contains(&limit), key, what)?;
        }
        for (key, days) in [
            ("players.cool_off_days", &players.cool_off_days.0),
            ("players.exclusion_days", &players.exclusion_days.0),
        ] {
            let fits = days.iter().all(|days| (1..=MAX_DAYS).contains(days));
            refuse_unless(fits, key, format!("must be from 1 to {MAX_DAYS} days each"))?;
        }
        let pauses = self.pauses().len();
        let what = format!("must be 1 to {MAX_PAUSES} with those of players.cool_off_days");
        refuse_unless(
            (1..=MAX_PAUSES).contains(&pauses),
            "players.exclusion_days",
            what,
        )?;
        let fits = players.reality_check <= MAX_DURATION;
        refuse_unless(fits, "players.reality_check", "must be at most a year")?;
        let Some(helpline) = &self.house.helpline else {
            return Ok(());
        };
        let is_number = (1..=MAX_HELPLINE).contains(&helpline.len())
            && helpline
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b" +*#-".contains(&byte));
        let what = format!("must be a phone number of at most {MAX_HELPLINE} characters");
        refuse_unless(is_number, "house.helpline", what)
    }

    /// Breaks and exclusions, in days: the shortest first, each once.
    fn pauses(&self) -> Vec<u32> {
        let players = &self.players;
        let days = players.cool_off_days.0.iter();
        let mut days: Vec<u32> = days.chain(&players.exclusion_days.0).copied().collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    pub(super) fn care(&self) -> CareRules {
        CareRules {
            pauses: self.pauses(),
            reality_check: self.players.reality_check,
            helpline: self.house.helpline.clone(),
        }
    }
}
