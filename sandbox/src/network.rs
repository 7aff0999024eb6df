//! The four mobile networks of Kenya, and what each allows.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of the 7-bit alphabet that a USSD string holds at most: 160 octets (3GPP TS 23.038).
pub const GSM_LIMIT: usize = 182;

/// A mobile network.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The largest, and the only one with M-Pesa.
    #[default]
    Safaricom,
    /// The one with longer screens and more patience.
    Airtel,
    /// Once Orange. Its limits are not published; the tightest ones stand in for them.
    Telkom,
    /// A bank's, on Airtel's masts.
    Equitel,
}

/// What a network allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkLimits {
    /// Which network.
    pub network: Network,
    /// Its name.
    pub name: &'static str,
    /// What stands in the field `networkCode`.
    pub code: &'static str,
    /// Septets of an answer, `CON ` or `END ` counted.
    pub screen_budget: usize,
    /// Characters of a reply.
    pub reply_limit: usize,
    /// Seconds that a screen waits for a reply.
    pub idle_limit_s: u64,
}

impl Network {
    /// All networks.
    pub const ALL: [Self; 4] = [Self::Safaricom, Self::Airtel, Self::Telkom, Self::Equitel];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safaricom => "Safaricom",
            Self::Airtel => "Airtel",
            Self::Telkom => "Telkom",
            Self::Equitel => "Equitel",
        }
    }

    /// What stands in the field `networkCode`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Safaricom => "63902",
            Self::Airtel => "63903",
            Self::Telkom => "63907",
            Self::Equitel => "63999",
        }
    }

    /// The network of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.code() == code)
    }

    /// Septets that an answer may have, `CON ` or `END ` counted.
    #[must_use]
    pub fn screen_budget(self) -> usize {
        match self {
            Self::Airtel => 184,
            Self::Safaricom | Self::Telkom | Self::Equitel => 160,
        }
    }

    /// Characters that a reply may have.
    #[must_use]
    pub fn reply_limit(self) -> usize {
        match self {
            Self::Airtel => 90,
            Self::Safaricom | Self::Telkom | Self::Equitel => 80,
        }
    }

    /// How long a screen waits for a reply.
    #[must_use]
    pub fn idle_limit(self) -> Duration {
        match self {
            Self::Airtel => Duration::from_secs(60),
            Self::Safaricom | Self::Telkom | Self::Equitel => Duration::from_secs(30),
        }
    }

    /// Whether the network breaks a screen that is too long into pages; the others cut it.
    pub(crate) fn pages(self) -> bool {
        matches!(self, Self::Safaricom | Self::Airtel)
    }

    /// All limits together.
    #[must_use]
    pub fn limits(self) -> NetworkLimits {
        NetworkLimits {
            network: self,
            name: self.name(),
            code: self.code(),
            screen_budget: self.screen_budget(),
            reply_limit: self.reply_limit(),
            idle_limit_s: self.idle_limit().as_secs(),
        }
    }
}
