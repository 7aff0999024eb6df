//! What the configuration says of payments to the paybill.

use super::{Config, ConfigError, check::refuse_unless};
use crate::{app::PaybillSettings, core::msisdn::Msisdn};

impl Config {
    pub(super) fn check_paybill(&self) -> Result<(), ConfigError> {
        let number = self.paybill.pull_number.as_deref();
        let fits = number.is_none_or(|number| Msisdn::parse(number).is_ok());
        let what = "must be a Kenyan mobile number";
        refuse_unless(fits, "paybill.pull_number", what)
    }

    pub(super) fn paybill(&self) -> PaybillSettings {
        let section = &self.paybill;
        let number = section.pull_number.as_deref();
        PaybillSettings {
            shortcode: self.daraja.shortcode.clone(),
            unknown_accounts: section.unknown_accounts,
            response_type: section.response_type,
            pull_every: section.pull_every,
            pull_number: number
                .and_then(|number| Msisdn::parse(number).ok())
                .map(|number| number.digits().to_owned()),
        }
    }
}
