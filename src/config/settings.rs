//! What the app gets from a configuration.

use super::{Config, ConfigError};
use crate::{
    app::{AdminSettings, Settings},
    core::{
        money::Cents,
        payment::{deposit::Patience, withdrawal::Patience as PayoutPatience},
        rules::{Hours, Rules, WalletRules},
    },
};

/// A time of day, as `08:00`, in minutes after midnight; 24:00 is the last one.
pub(super) fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let hour: u32 = hour.parse().ok().filter(|hour| *hour <= 24)?;
    let minute: u32 = minute.parse().ok().filter(|minute| *minute < 60)?;
    Some(hour * 60 + minute).filter(|minutes| *minutes <= 24 * 60)
}

/// The same of a key that may be unset.
pub(super) fn clock(key: &'static str, text: Option<&str>) -> Result<Option<u32>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    minutes(text)
        .map(Some)
        .ok_or_else(|| ConfigError::impossible(key, "must look like 08:00"))
}

impl Config {
    pub(super) fn hours(&self) -> Result<Hours, ConfigError> {
        Ok(Hours {
            opens: clock("hours.opens", self.hours.opens.as_deref())?,
            closes: clock("hours.closes", self.hours.closes.as_deref())?,
            maintenance: self.hours.maintenance,
        })
    }

    /// What the use cases get from the configuration.
    ///
    /// # Errors
    /// When a value is impossible; [`Config::check`] finds all of them.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let shillings = |key: &'static str, shillings: i64| {
            Cents::from_shillings(shillings)
                .ok_or_else(|| ConfigError::impossible(key, "is too large"))
        };
        let limit = |key: &'static str, limit: i64| match limit {
            0 => Ok(None),
            limit => shillings(key, limit).map(Some),
        };
        let game = &self.game;
        let stakes: Result<Vec<Cents>, _> = game
            .stakes
            .0
            .iter()
            .map(|stake| shillings("game.stakes", *stake))
            .collect();
        let bands = self.wallet.withdrawal_fees.0.iter();
        let fees: Result<Vec<_>, _> = bands
            .map(|(up_to, fee)| {
                let key = "wallet.withdrawal_fees";
                Ok::<_, ConfigError>((shillings(key, *up_to)?, shillings(key, *fee)?))
            })
            .collect();
        Ok(Settings {
            rules: Rules {
                stakes: stakes?,
                bounty_percent: game.bounty_percent,
                refund_percent: game.refund_percent,
                pairing_window: game.pairing_window,
                thinking_time: game.thinking_time,
                hop_allowance: game.hop_allowance,
                questions_per_set: game.questions_per_set,
                rematch_cooldown: game.rematch_cooldown,
                strength_wait: game.strength_wait,
                open_entries: game.open_entries,
                bonus_refunds_per_day: match game.bonus_refunds_per_day {
                    0 => None,
                    cap => Some(cap),
                },
            },
            wallet: WalletRules {
                min_deposit: shillings("wallet.min_deposit", self.wallet.min_deposit)?,
                max_deposit: shillings("wallet.max_deposit", self.wallet.max_deposit)?,
                min_withdrawal: shillings("wallet.min_withdrawal", self.wallet.min_withdrawal)?,
                max_withdrawal: shillings("wallet.max_withdrawal", self.wallet.max_withdrawal)?,
                withdrawal_interval: self.wallet.withdrawal_interval,
                flagged_cool_off: self.wallet.flagged_cool_off,
                withdrawal_fees: fees?,
                withholding_bps: self.tax.withholding_on_withdrawal_bps,
                daily_deposit_limit: limit(
                    "players.daily_deposit_limit",
                    self.players.daily_deposit_limit,
                )?,
                weekly_deposit_limit: limit(
                    "players.weekly_deposit_limit",
                    self.players.weekly_deposit_limit,
                )?,
                excise_bps: self.tax.excise_on_deposit_bps,
            },
            hours: self.hours()?,
            admin: AdminSettings {
                password_hash: self.admin.password_hash.clone(),
                idle: self.admin.idle,
                session: self.admin.session,
            },
            networks: self.networks(),
            service_codes: self.ussd.service_codes.0.clone(),
            hop_deadline: self.ussd.deadline,
            finished_ttl: self.ussd.finished_ttl,
            inbox_keep: self.inbox.keep,
            care: self.care(),
            stk_delay: self.daraja.stk_delay,
            push_interval: self.daraja.push_interval,
            paybill: self.paybill(),
            patience: Patience {
                query_after: self.jobs.stk_query_after,
                expire_after: self.jobs.stk_expire_after,
            },
            payout_patience: PayoutPatience {
                query_after: self.jobs.payout_query_after,
            },
            payout_pause: self.daraja.payout_pause,
            ledger_check_every: self.jobs.ledger_check_every,
            balance: self.balance()?,
            fair: self.fair()?,
            daraja_per_minute: self.daraja.requests_per_minute,
            sms_backoff: self.jobs.sms_backoff,
            sms: self.sms_rules()?,
            inbound_sms_per_hour: self.sms.inbound_per_hour,
            lease: self.jobs.lease,
            adjustment_limit: shillings("admin.adjustment_limit", self.admin.adjustment_limit)?,
        })
    }
}
