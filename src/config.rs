//! Configuration: `majibu.toml`, overridden by `MAJIBU__SECTION__KEY`. With nothing set the service
//! runs on the embedded default. Unknown keys and impossible values are refused, by name.

mod balance;
mod check;
mod fair;
mod gateways;
mod networks;
mod paybill;
mod players;
mod sections;
mod settings;
mod shown;
mod sms;
mod telemetry;
mod values;

use std::path::Path;

use config::{Environment, File, FileFormat};
use serde::Deserialize;

pub use fair::Fair;
pub use sections::{
    Admin, AfricasTalking, Allow, Daraja, Database, Game, HoursSection, House, Http, Inbox, Jobs,
    Log, LogFormat, Paybill, Players, SessionsSection, Sms, Tax, TelemetrySection, Ussd, Wallet,
};
pub use shown::{Setting, SettingValue};
pub use sms::{FallbackContent, FallbackMethod, SmsFallback};
pub use values::{List, NetworkTimes, Networks, Pairs};

/// What kind of house this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Development secrets and in-process sessions are fine.
    #[default]
    Development,
    /// They are refused, and so is a callback URL without https.
    Production,
}

/// The whole configuration; every section has its defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each section is documented at its type")]
pub struct Config {
    pub mode: Mode,
    pub http: Http,
    pub database: Database,
    pub sessions: SessionsSection,
    pub game: Game,
    pub fair: Fair,
    pub wallet: Wallet,
    pub tax: Tax,
    pub ussd: Ussd,
    pub players: Players,
    pub hours: HoursSection,
    pub house: House,
    pub africastalking: AfricasTalking,
    pub daraja: Daraja,
    pub sms: Sms,
    pub paybill: Paybill,
    pub jobs: Jobs,
    pub inbox: Inbox,
    pub admin: Admin,
    pub log: Log,
    pub telemetry: TelemetrySection,
}

/// The configuration is not usable. The message names the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It could not be read.
    #[error("configuration: {0}")]
    Unreadable(String),
    /// A value is impossible.
    #[error("{key}: {what}")]
    Impossible {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        what: String,
    },
}

impl ConfigError {
    pub(crate) fn impossible(key: &'static str, what: impl Into<String>) -> Self {
        Self::Impossible {
            key,
            what: what.into(),
        }
    }
}

/// The file that is read where none is named; it need not exist.
const DEFAULT_FILE: &str = "majibu.toml";

impl Config {
    /// Reads file and environment. A file that is named must exist.
    ///
    /// # Errors
    /// When something cannot be read, is unknown or is impossible.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let read = Self::read(file)?;
        read.check()?;
        Ok(read)
    }

    /// The same without asking whether it can be run with: for who says what is wrong with it.
    ///
    /// # Errors
    /// When something cannot be read, or is unknown.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let source = match file {
            Some(path) => File::from(path).format(FileFormat::Toml).required(true),
            None => File::new(DEFAULT_FILE, FileFormat::Toml).required(false),
        };
        // Values stay texts: a short code such as 0600992 keeps its zero.
        let environment = Environment::with_prefix("MAJIBU")
            .prefix_separator("__")
            .separator("__");
        config::Config::builder()
            .add_source(source)
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize::<Self>)
            .map_err(|error| ConfigError::Unreadable(error.to_string()))
    }
}
