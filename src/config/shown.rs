//! The settings in force as they can be shown: every key with its value, secrets as set or unset. New
//! keys of a section show by themselves.

use std::{collections::BTreeMap, fmt::Display, net::SocketAddr, path::PathBuf, time::Duration};

use humantime_serde::re::humantime::format_duration;
use secrecy::{ExposeSecret, SecretString};

use super::{
    Allow, Config, Fair, FallbackContent, FallbackMethod, List, LogFormat, Mode, NetworkTimes,
    Networks, Pairs, SmsFallback,
};
use crate::core::payment::{
    balance::Charges,
    paybill::{ResponseType, UnknownAccounts},
};

/// A key of the configuration and what it is set to.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key: `game.stakes`.
    pub key: String,
    /// Its value.
    pub value: SettingValue,
    /// Whether it is what it is where nobody sets it.
    pub is_default: bool,
}

/// The value of a key.
#[derive(Clone, Debug)]
pub enum SettingValue {
    /// As it is written in a variable of the environment.
    Text(String),
    /// Nothing is set.
    Unset,
    /// Something is set that nobody is to see.
    Secret(SecretString),
}

impl SettingValue {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Unset, Self::Unset) => true,
            (Self::Secret(one), Self::Secret(other)) => {
                one.expose_secret() == other.expose_secret()
            }
            (Self::Text(_) | Self::Unset | Self::Secret(_), _) => false,
        }
    }
}

/// What can be shown: a value, or keys below a key.
pub(super) trait Shown {
    /// Adds it to what is shown.
    fn show(&self, key: &str, out: &mut Vec<Setting>);
}

/// The key below a key; the sections stand below nothing.
pub(super) fn below(key: &str, name: &str) -> String {
    if key.is_empty() {
        name.to_owned()
    } else {
        format!("{key}.{name}")
    }
}

fn add(key: &str, value: SettingValue, out: &mut Vec<Setting>) {
    out.push(Setting {
        key: key.to_owned(),
        value,
        is_default: false,
    });
}

fn add_text(key: &str, text: impl Into<String>, out: &mut Vec<Setting>) {
    let text = text.into();
    let value = if text.is_empty() {
        SettingValue::Unset
    } else {
        SettingValue::Text(text)
    };
    add(key, value, out);
}

macro_rules! shown_as_text {
    ($($kind:ty: $text:expr;)*) => {
        $(impl Shown for $kind {
            fn show(&self, key: &str, out: &mut Vec<Setting>) {
                let text: fn(&Self) -> String = $text;
                add_text(key, text(self), out);
            }
        })*
    };
}

shown_as_text! {
    bool: ToString::to_string;
    u8: ToString::to_string;
    u32: ToString::to_string;
    usize: ToString::to_string;
    i64: ToString::to_string;
    f64: ToString::to_string;
    String: Clone::clone;
    SocketAddr: ToString::to_string;
    PathBuf: |path| path.display().to_string();
    Duration: |duration| format_duration(*duration).to_string().replace(' ', "");
    Mode: |mode| format!("{mode:?}").to_lowercase();
    LogFormat: |format| format!("{format:?}").to_lowercase();
    Charges: |charges| format!("{charges:?}").to_lowercase();
    UnknownAccounts: |unknown| format!("{unknown:?}").to_lowercase();
    FallbackContent: |content| format!("{content:?}").to_lowercase();
    FallbackMethod: |method| format!("{method:?}").to_uppercase();
    ResponseType: |kind| kind.name().to_owned();
    Pairs: |pairs| joined(pairs.0.iter().map(|(left, right)| format!("{left}:{right}")));
    Networks: |networks| joined(networks.0.iter().map(|(code, figure)| format!("{code}:{figure}")));
    NetworkTimes: |times| joined(times.0.iter().map(|(code, time)| {
        format!("{code}:{}", format_duration(*time).to_string().replace(' ', ""))
    }));
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

impl<T: Display> Shown for List<T> {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        add_text(key, joined(self.0.iter().map(ToString::to_string)), out);
    }
}

impl Shown for SecretString {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        let value = if self.expose_secret().is_empty() {
            SettingValue::Unset
        } else {
            SettingValue::Secret(self.clone())
        };
        add(key, value, out);
    }
}

impl<T: Shown> Shown for Option<T> {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        match self {
            Some(value) => value.show(key, out),
            None => add(key, SettingValue::Unset, out),
        }
    }
}

impl Shown for Allow {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        self.africastalking.show(&below(key, "africastalking"), out);
        self.daraja.show(&below(key, "daraja"), out);
        for (gateway, nets) in &self.gateways {
            nets.show(&below(key, gateway), out);
        }
    }
}

impl Shown for Fair {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        let key = |name: &str| below(key, name);
        self.every.show(&key("every"), out);
        self.window.show(&key("window"), out);
        self.min_meetings.show(&key("min_meetings"), out);
        self.chance_factor.show(&key("chance_factor"), out);
        self.min_flow.show(&key("min_flow"), out);
        self.one_sided_percent.show(&key("one_sided_percent"), out);
        self.accounts_per_payer
            .show(&key("accounts_per_payer"), out);
        self.carriage.show(&key("carriage"), out);
        self.reading.show(&key("reading"), out);
        self.fast_answers.show(&key("fast_answers"), out);
        self.even_answers.show(&key("even_answers"), out);
        self.even_spread.show(&key("even_spread"), out);
    }
}

impl Shown for SmsFallback {
    fn show(&self, key: &str, out: &mut Vec<Setting>) {
        let key = |name: &str| below(key, name);
        self.url.show(&key("url"), out);
        self.method.show(&key("method"), out);
        self.content_type.show(&key("content_type"), out);
        self.body.show(&key("body"), out);
        for (name, value) in &self.headers {
            value.show(&below(&key("headers"), name), out);
        }
        self.sender.show(&key("sender"), out);
        self.success_status.show(&key("success_status"), out);
        self.success_pointer.show(&key("success_pointer"), out);
        self.success_values.show(&key("success_values"), out);
        self.success_contains.show(&key("success_contains"), out);
        self.id_pointer.show(&key("id_pointer"), out);
        self.timeout.show(&key("timeout"), out);
        self.after.show(&key("after"), out);
        self.promotions.show(&key("promotions"), out);
    }
}

impl Config {
    /// Every key with its value.
    #[must_use]
    pub fn shown(&self) -> Vec<Setting> {
        let mut shown = self.all();
        let defaults = Self::default().all();
        let defaults: BTreeMap<_, _> = defaults
            .iter()
            .map(|setting| (setting.key.as_str(), &setting.value))
            .collect();
        for setting in &mut shown {
            let default = defaults.get(setting.key.as_str());
            setting.is_default = default.is_some_and(|default| setting.value.is(default));
        }
        shown
    }

    fn all(&self) -> Vec<Setting> {
        let mut out = Vec::new();
        self.mode.show("mode", &mut out);
        let sections: [(&str, &dyn Shown); 20] = [
            ("http", &self.http),
            ("database", &self.database),
            ("sessions", &self.sessions),
            ("game", &self.game),
            ("wallet", &self.wallet),
            ("tax", &self.tax),
            ("ussd", &self.ussd),
            ("players", &self.players),
            ("house", &self.house),
            ("fair", &self.fair),
            ("hours", &self.hours),
            ("africastalking", &self.africastalking),
            ("daraja", &self.daraja),
            ("sms", &self.sms),
            ("paybill", &self.paybill),
            ("jobs", &self.jobs),
            ("inbox", &self.inbox),
            ("admin", &self.admin),
            ("log", &self.log),
            ("telemetry", &self.telemetry),
        ];
        for (name, section) in sections {
            section.show(name, &mut out);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(shown: &'a [Setting], key: &str) -> &'a Setting {
        let found = shown.iter().find(|setting| setting.key == key);
        found.unwrap_or_else(|| panic!("{key}"))
    }

    #[test]
    fn what_differs_from_the_default_is_known_and_secrets_are_not_shown() {
        let mut config = Config::default();
        assert!(config.shown().iter().all(|setting| setting.is_default));
        config.game.stakes.0 = vec![50, 100];
        config.daraja.passkey = "quite secret".into();
        config.http.body_timeout = Duration::from_secs(90);
        let shown = config.shown();
        let stakes = find(&shown, "game.stakes");
        assert!(
            !stakes.is_default && matches!(&stakes.value, SettingValue::Text(t) if t == "50,100")
        );
        let passkey = find(&shown, "daraja.passkey");
        assert!(!passkey.is_default && matches!(passkey.value, SettingValue::Secret(_)));
        let timeout = find(&shown, "http.body_timeout");
        assert!(matches!(&timeout.value, SettingValue::Text(t) if t == "1m30s"));
        assert!(!format!("{shown:?}").contains("quite secret"));
        let unset = find(&shown, "admin.password_hash");
        assert!(unset.is_default && matches!(unset.value, SettingValue::Unset));
    }
}
