//! What the configuration says of the balance at M-Pesa.

use super::{Config, ConfigError, check::refuse_unless, settings::minutes};
use crate::{app::BalanceSettings, core::money::Cents};

/// The value that switches the daily job off.
const OFF: &str = "off";

/// The most minutes after midnight that are a time of the same day.
const LAST_MINUTE: u32 = 24 * 60 - 1;

impl Config {
    pub(super) fn check_balance(&self) -> Result<(), ConfigError> {
        let daraja = &self.daraja;
        for (key, shillings) in [
            ("daraja.balance_tolerance", daraja.balance_tolerance),
            ("daraja.float_warning", daraja.float_warning),
        ] {
            let fits = shillings >= 0 && Cents::from_shillings(shillings).is_some();
            refuse_unless(fits, key, "must be 0 shillings or more")?;
        }
        self.balance().map(|_| ())
    }

    pub(super) fn balance(&self) -> Result<BalanceSettings, ConfigError> {
        let key = "daraja.balance_tolerance";
        let tolerance = Cents::from_shillings(self.daraja.balance_tolerance);
        let text = self.jobs.balance_check.trim();
        let check_at = if text == OFF {
            None
        } else {
            let at = minutes(text).filter(|minutes| *minutes <= LAST_MINUTE);
            let what = "must look like 04:00, or be off";
            Some(at.ok_or_else(|| ConfigError::impossible("jobs.balance_check", what))?)
        };
        Ok(BalanceSettings {
            check_at,
            confirm_after: self.jobs.balance_confirm_after,
            tolerance: tolerance.ok_or_else(|| ConfigError::impossible(key, "is too large"))?,
            charges: self.daraja.charges,
        })
    }
}
