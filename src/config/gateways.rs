//! Whether what the configuration says about USSD gateways can be run with.

use std::time::Duration;

use super::{Config, ConfigError};
use crate::provider::further_gateways;

/// How long gateways wait for a screen (Africa's Talking contract, section 1.5).
const GATEWAY_WAITS: Duration = Duration::from_secs(10);

impl Config {
    /// A deadline that comes too late, or addresses of a gateway that this binary does not have.
    pub(super) fn check_gateways(&self) -> Result<(), ConfigError> {
        if self.ussd.deadline >= GATEWAY_WAITS {
            let what = "must be less than 10s: gateways do not wait longer";
            return Err(ConfigError::impossible("ussd.deadline", what));
        }
        let gateways = further_gateways(&[]);
        let known: Vec<&str> = gateways.iter().map(|gateway| gateway.name()).collect();
        let mut names = self.http.allow.gateways.keys();
        let Some(unknown) = names.find(|name| !known.contains(&name.as_str())) else {
            return Ok(());
        };
        let known = known.join(", ");
        let what = format!("unknown name {unknown}; beside africastalking and daraja: {known}");
        Err(ConfigError::impossible("http.allow", what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Config)) -> Option<String> {
        let mut config = Config::default();
        change(&mut config);
        config.check().err().map(|error| error.to_string())
    }

    #[test]
    fn a_deadline_is_below_what_gateways_wait() {
        assert_eq!(Config::default().ussd.deadline, Duration::from_secs(8));
        for (ms, is_fine) in [(1, true), (9_999, true), (10_000, false), (0, false)] {
            let refused = refused(|config| config.ussd.deadline = Duration::from_millis(ms));
            assert_eq!(refused.is_none(), is_fine, "{ms}: {refused:?}");
        }
    }

    #[test]
    fn a_list_of_addresses_is_for_a_gateway_that_is_there() {
        let list = |name: &str| {
            let name = name.to_owned();
            refused(|config| {
                config.http.allow.gateways.insert(name, Default::default());
            })
        };
        assert_eq!(list("hubtel"), None);
        let refused = list("hubtell").unwrap();
        assert!(
            refused.starts_with("http.allow: unknown name hubtell"),
            "{refused}"
        );
        assert!(refused.ends_with("advanta, hubtel"), "{refused}");
    }

    /// Daraja refuses callback URLs with these words, and a secret may stand before any name.
    #[test]
    fn gateways_are_lower_case_words_that_nobody_refuses() {
        for gateway in further_gateways(&[]) {
            let name = gateway.name();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()), "{name}");
            assert_ne!(name, "events", "another route");
            for word in ["mpesa", "safaricom", "exe", "cmd", "sql", "query"] {
                assert!(!name.contains(word), "{name}");
            }
        }
    }
}
