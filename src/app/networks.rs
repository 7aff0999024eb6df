//! What the telephone networks allow: how much a screen holds, how long a session and a screen stay
//! open. A code that is not known, empty or absent gets the tightest of all.
//!
//! Source of the defaults: Africa's Talking contract, sections 1.4, 1.5 and 1.8.

use std::{collections::BTreeMap, num::NonZeroU64, time::Duration};

use crate::core::text::SEGMENT;

/// The Kenyan networks, and the gateway's sandbox: code and name.
pub const KENYA: [(&str, &str); 5] = [
    ("63902", "Safaricom"),
    ("63903", "Airtel"),
    ("63907", "Telkom"),
    ("63999", "Equitel"),
    ("99999", "the sandbox"),
];

/// What one network allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Septets of a screen, prefix included.
    pub budget: usize,
    /// How long a session may go on in all; `None`: as all others.
    pub session: Option<Duration>,
    /// How long a screen stays open without a reply.
    pub idle: Duration,
}

impl Network {
    /// The limit of a session in ms, where it is not that of all others.
    pub(super) fn session_ms(&self) -> Option<NonZeroU64> {
        let session = self.session?;
        u64::try_from(session.as_millis())
            .ok()
            .and_then(NonZeroU64::new)
    }
}

/// All networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    /// By code.
    pub known: BTreeMap<String, Network>,
    /// For every other code.
    pub unknown: Network,
}

impl Default for Networks {
    fn default() -> Self {
        Self::new(SEGMENT, Duration::from_secs(30), BTreeMap::new())
    }
}

impl Networks {
    /// These networks; all others get the tightest of each figure, and at most `budget` and `idle`.
    #[must_use]
    pub fn new(budget: usize, idle: Duration, known: BTreeMap<String, Network>) -> Self {
        let all = || known.values();
        let unknown = Network {
            budget: all().map(|network| network.budget).fold(budget, usize::min),
            // A session that is forgotten too late costs nothing, one forgotten too early its game:
            // nothing is known, so the limit of all others holds.
            session: None,
            idle: all().map(|network| network.idle).fold(idle, Duration::min),
        };
        Self { known, unknown }
    }

    /// What the network of a code allows.
    #[must_use]
    pub fn of(&self, code: &str) -> &Network {
        self.known.get(code).unwrap_or(&self.unknown)
    }

    /// The tightest screen: what questions have to fit.
    #[must_use]
    pub fn tightest(&self) -> usize {
        self.unknown.budget
    }

    /// The shortest time that any network leaves a screen open.
    #[must_use]
    pub fn shortest_idle(&self) -> Duration {
        self.unknown.idle
    }

    /// Every network with the septets of its screen; the unknown ones come last.
    #[must_use]
    pub fn budgets(&self) -> Vec<(String, usize)> {
        let known = self.known.iter();
        let known = known.map(|(code, network)| (code.clone(), network.budget));
        known
            .chain([("other networks".to_owned(), self.unknown.budget)])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_not_known_gets_the_tightest_figures() {
        let network = |budget, idle| Network {
            budget,
            session: None,
            idle: Duration::from_secs(idle),
        };
        let known = [("63902", network(150, 60)), ("63903", network(184, 20))];
        let known = known.map(|(code, network)| (code.to_owned(), network));
        let networks = Networks::new(160, Duration::from_secs(30), BTreeMap::from(known));
        assert_eq!(networks.of("63903").budget, 184);
        for code in ["", "0", "Safaricom", "63902 ", "639020"] {
            assert_eq!(networks.of(code), &network(150, 20), "{code:?}");
        }
        assert_eq!(networks.tightest(), 150);
    }
}
