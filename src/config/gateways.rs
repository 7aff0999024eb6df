//! Whether what the configuration says about USSD gateways can be run with.

use std::{collections::BTreeMap, time::Duration};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};

use super::{Config, ConfigError, List};
use crate::provider::further_gateways;

/// How long gateways wait for a screen (Africa's Talking contract, section 1.5).
const GATEWAY_WAITS: Duration = Duration::from_secs(10);

impl Config {
    /// A deadline of hops that comes too late.
    pub(super) fn check_gateways(&self) -> Result<(), ConfigError> {
        if self.ussd.deadline < GATEWAY_WAITS {
            return Ok(());
        }
        let what = "must be less than 10s: gateways do not wait longer";
        Err(ConfigError::impossible("ussd.deadline", what))
    }
}

/// Reads the addresses of further gateways; the name of one that this binary does not have is an
/// unknown key.
pub(super) fn addresses<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, List<IpNet>>, D::Error> {
    let gateways = further_gateways(&[]);
    let read = |(name, texts): (String, List<String>)| {
        if gateways.iter().all(|gateway| gateway.name() != name) {
            let known: Vec<&str> = gateways.iter().map(|gateway| gateway.name()).collect();
            let known = known.join("`, `");
            return Err(Error::custom(format!(
                "unknown field `{name}`, expected one of `africastalking`, `daraja`, `{known}`"
            )));
        }
        let nets = texts.0.iter().map(|text| text.parse::<IpNet>());
        let nets: Result<Vec<IpNet>, _> = nets.collect();
        let nets = nets.map_err(|error| Error::custom(format!("{name}: {error}")))?;
        Ok((name, List(nets)))
    };
    let texts = BTreeMap::<String, List<String>>::deserialize(deserializer)?;
    texts.into_iter().map(read).collect()
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
        let read = |text: &str| toml::from_str::<crate::config::Allow>(text);
        let allow = read("daraja = []\nhubtel = [\"203.0.113.0/24\"]\nadvanta = \"::/0\"").unwrap();
        assert_eq!(allow.gateways["hubtel"].0.len(), 1);
        assert_eq!(allow.gateways["advanta"].0.len(), 1);
        let refused = read("nalo = []").unwrap_err().to_string();
        assert!(
            refused.contains("unknown field `nalo`, expected one of"),
            "{refused}"
        );
        let refused = read("hubtel = \"everybody\"").unwrap_err().to_string();
        assert!(refused.contains("hubtel: invalid"), "{refused}");
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
