//! What the networks allow, as it is configured: septets of a screen, and time limits.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Config, ConfigError, NetworkTimes, Networks,
    check::{MAX_DURATION, refuse_unless},
};
use crate::app;

/// Airtel's code: the one network that allows more than the others.
const AIRTEL: &str = "63903";

/// Airtel shows 184 characters (Africa's Talking contract, section 1.4).
pub(super) fn budgets() -> Networks {
    Networks(BTreeMap::from([(AIRTEL.to_owned(), 184)]))
}

/// Airtel waits for a minute (Africa's Talking contract, section 1.5).
pub(super) fn idle() -> NetworkTimes {
    NetworkTimes(BTreeMap::from([(
        AIRTEL.to_owned(),
        Duration::from_secs(60),
    )]))
}

impl Config {
    pub(super) fn check_networks(&self) -> Result<(), ConfigError> {
        let ussd = &self.ussd;
        let fits = (100..=182).contains(&ussd.screen_budget);
        let what = "must be from 100 to 182 septets";
        refuse_unless(fits, "ussd.screen_budget", what)?;
        let mut budgets = ussd.network_budgets.0.values();
        let fits = budgets.all(|septets| (100..=200).contains(septets));
        let what = "must be from 100 to 200 septets each";
        refuse_unless(fits, "ussd.network_budgets", what)?;
        let is_time = |time: &Duration| *time > Duration::ZERO && *time <= MAX_DURATION;
        let what = "must be more than nothing and at most a year";
        refuse_unless(is_time(&ussd.idle_limit), "ussd.idle_limit", what)?;
        for (key, times) in [
            ("ussd.network_sessions", &ussd.network_sessions),
            ("ussd.network_idle", &ussd.network_idle),
        ] {
            refuse_unless(times.0.values().all(is_time), key, what)?;
        }
        Ok(())
    }

    /// What each network allows.
    pub(super) fn networks(&self) -> app::Networks {
        let ussd = &self.ussd;
        let kenya = app::KENYA.iter().map(|(code, _)| (*code).to_owned());
        let codes = kenya
            .chain(ussd.network_budgets.0.keys().cloned())
            .chain(ussd.network_sessions.0.keys().cloned())
            .chain(ussd.network_idle.0.keys().cloned());
        let network = |code: String| {
            let (budgets, idle) = (&ussd.network_budgets.0, &ussd.network_idle.0);
            let network = app::Network {
                budget: budgets.get(&code).copied().unwrap_or(ussd.screen_budget),
                session: ussd.network_sessions.0.get(&code).copied(),
                idle: idle.get(&code).copied().unwrap_or(ussd.idle_limit),
            };
            (code, network)
        };
        app::Networks::new(
            ussd.screen_budget,
            ussd.idle_limit,
            codes.map(network).collect(),
        )
    }

    /// Rules of the game that a network cuts short: while a player still may think, their screen or
    /// session is closed. They can dial again, but lose time that is theirs. A warning each at
    /// start.
    #[must_use]
    pub fn cut_short(&self) -> Vec<(&'static str, String)> {
        let game = &self.game;
        let questions = u32::from(game.questions_per_set);
        let one_screen = game.thinking_time.saturating_add(game.hop_allowance);
        let allowances = game.hop_allowance.saturating_mul(questions);
        let whole_game = game.thinking_time.saturating_add(allowances);
        let networks = self.networks();
        let mut cut = Vec::new();
        for (code, network) in &networks.known {
            let session = network.session.unwrap_or(self.ussd.session_ttl);
            if one_screen > network.idle {
                let idle = network.idle.as_secs();
                cut.push(format!(
                    "network {code} closes a screen after {idle} s without a reply"
                ));
            }
            if whole_game > session {
                let session = session.as_secs();
                cut.push(format!("network {code} ends a session after {session} s"));
            }
        }
        cut.into_iter()
            .map(|what| ("game.thinking_time", what))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_defaults_are_those_of_the_networks() {
        let networks = Config::default().networks();
        for (code, budget, idle) in [
            ("63902", 160, 30),
            ("63903", 184, 60),
            ("63907", 160, 30),
            ("63999", 160, 30),
            ("99999", 160, 30),
            ("", 160, 30),
            ("12345", 160, 30),
        ] {
            let network = networks.of(code);
            assert_eq!(
                (network.budget, network.idle),
                (budget, seconds(idle)),
                "{code}"
            );
            assert_eq!(network.session, None);
        }
        assert_eq!(Config::default().cut_short(), []);
    }

    #[test]
    fn a_lower_budget_holds_for_every_network_without_a_figure_of_its_own() {
        let mut config = Config::default();
        config.ussd.screen_budget = 140;
        config.ussd.network_budgets.0.insert("63907".into(), 130);
        let networks = config.networks();
        let budget = |code: &str| networks.of(code).budget;
        assert_eq!(
            (budget("63902"), budget("63903"), budget("63907")),
            (140, 184, 130)
        );
        assert_eq!((budget("63999"), budget("unknown")), (140, 130));
    }

    #[test]
    fn a_game_that_a_network_would_cut_short_is_told() {
        let mut config = Config::default();
        config.game.thinking_time = seconds(27);
        let told = config.cut_short();
        // 27 s and 4 s on one screen: too long for all but Airtel.
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(
            told.iter().all(|(_, why)| !why.contains("63903")),
            "{told:?}"
        );
        config.game.hop_allowance = seconds(3);
        assert_eq!(config.cut_short(), []);
        config
            .ussd
            .network_sessions
            .0
            .insert("63902".into(), seconds(40));
        let told = config.cut_short();
        let told: Vec<&str> = told.iter().map(|(_, why)| why.as_str()).collect();
        assert_eq!(told, ["network 63902 ends a session after 40 s"]);
    }
}
