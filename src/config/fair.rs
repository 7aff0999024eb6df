//! What the configuration says of the fair play watch.

use std::time::Duration;

use serde::Deserialize;

use super::{Config, ConfigError, check::refuse_unless};
use crate::core::{fair::FairRules, money::Cents};

/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest window.
const MAX_WINDOW: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// `fair`: what looks unfair.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fair {
    /// How often the watch looks; `0s`: never.
    #[serde(with = "humantime_serde")]
    pub every: Duration,
    /// How far back what happened counts.
    #[serde(with = "humantime_serde")]
    pub window: Duration,
    /// Matches of two players before their meetings are looked at.
    pub min_meetings: u32,
    /// How much more often than by chance two must have met.
    pub chance_factor: u32,
    /// What must have gone from one player to another, in whole shillings.
    pub min_flow: i64,
    /// The share of decided matches that the same one won, in per cent; 51 to 100.
    pub one_sided_percent: u32,
    /// Accounts whose deposits one phone paid; 2 or more.
    pub accounts_per_payer: u32,
    /// The least time that carriage takes.
    #[serde(with = "humantime_serde")]
    pub carriage: Duration,
    /// The least time in which a person reads a question.
    #[serde(with = "humantime_serde")]
    pub reading: Duration,
    /// Right answers that were faster than both together.
    pub fast_answers: u32,
    /// Answers before their evenness is looked at.
    pub even_answers: u32,
    /// The standard deviation below which answers are too even to be a person's.
    #[serde(with = "humantime_serde")]
    pub even_spread: Duration,
}

impl Default for Fair {
    fn default() -> Self {
        let count = |figure: i64| u32::try_from(figure).unwrap_or(u32::MAX);
        let rules = FairRules::default();
        Self {
            every: rules.every,
            window: rules.window,
            min_meetings: count(rules.min_meetings),
            chance_factor: count(rules.chance_factor),
            min_flow: rules.min_flow.whole_shillings().unwrap_or_default(),
            one_sided_percent: count(rules.one_sided_percent),
            accounts_per_payer: count(rules.accounts_per_payer),
            carriage: rules.carriage,
            reading: rules.reading,
            fast_answers: count(rules.fast_answers),
            even_answers: count(rules.even_answers),
            even_spread: rules.even_spread,
        }
    }
}

impl Config {
    pub(super) fn check_fair(&self) -> Result<(), ConfigError> {
        let fair = &self.fair;
        let fits = (DAY..=MAX_WINDOW).contains(&fair.window);
        refuse_unless(fits, "fair.window", "must be from a day to a year")?;
        for (key, duration) in [
            ("fair.every", fair.every),
            ("fair.carriage", fair.carriage),
            ("fair.reading", fair.reading),
            ("fair.even_spread", fair.even_spread),
        ] {
            refuse_unless(duration <= DAY, key, "must be at most a day")?;
        }
        for (key, count, least) in [
            ("fair.min_meetings", fair.min_meetings, 2),
            ("fair.chance_factor", fair.chance_factor, 1),
            ("fair.accounts_per_payer", fair.accounts_per_payer, 2),
            ("fair.fast_answers", fair.fast_answers, 1),
            ("fair.even_answers", fair.even_answers, 2),
        ] {
            refuse_unless(count >= least, key, format!("must be {least} or more"))?;
        }
        let fits = (51..=100).contains(&fair.one_sided_percent);
        refuse_unless(fits, "fair.one_sided_percent", "must be from 51 to 100")?;
        let fits = fair.min_flow >= 1 && Cents::from_shillings(fair.min_flow).is_some();
        refuse_unless(fits, "fair.min_flow", "must be 1 shilling or more")
    }

    pub(super) fn fair(&self) -> Result<FairRules, ConfigError> {
        let fair = &self.fair;
        let min_flow = Cents::from_shillings(fair.min_flow);
        Ok(FairRules {
            every: fair.every,
            window: fair.window,
            min_meetings: fair.min_meetings.into(),
            chance_factor: fair.chance_factor.into(),
            min_flow: min_flow
                .ok_or_else(|| ConfigError::impossible("fair.min_flow", "is too large"))?,
            one_sided_percent: fair.one_sided_percent.into(),
            accounts_per_payer: fair.accounts_per_payer.into(),
            carriage: fair.carriage,
            reading: fair.reading,
            fast_answers: fair.fast_answers.into(),
            even_answers: fair.even_answers.into(),
            even_spread: fair.even_spread,
        })
    }
}
