//! Whether a configuration can be run with.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Config, ConfigError, Mode, sections::SANDBOX_PASSKEY};
use crate::app::is_password_hash;

/// The value that production refuses.
const DEVELOPMENT_SECRET: &str = "development";
/// The shortest callback secret that production has no doubts about.
const MIN_SECRET: usize = 16;
/// The largest stake, in shillings; the menu's widths are proved for it.
const MAX_STAKE: i64 = 100_000;
/// The largest deposit, in shillings: M-Pesa takes no more in one payment.
const MAX_DEPOSIT: i64 = 250_000;
/// The smallest withdrawal, in shillings.
const MIN_WITHDRAWAL: i64 = 10;
/// The largest fee of a withdrawal, in shillings; the menu's widths are proved for it.
const MAX_FEE: i64 = 10_000;
/// The longest that a waiting player may be passed over.
const MAX_STRENGTH_WAIT: Duration = Duration::from_secs(60);
/// The largest correction of the books that one administrator makes alone, in shillings.
const MAX_ALONE: i64 = 1_000_000;
/// The longest duration of any kind that makes sense.
pub(super) const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(super) fn refuse_unless(
    is_fine: bool,
    key: &'static str,
    what: impl Into<String>,
) -> Result<(), ConfigError> {
    if is_fine {
        Ok(())
    } else {
        Err(ConfigError::impossible(key, what))
    }
}

impl Config {
    /// Refuses what cannot be run with.
    ///
    /// # Errors
    /// Names the first key whose value is impossible.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_http()?;
        self.check_database()?;
        let prefix = &self.sessions.prefix;
        let is_word = !prefix.is_empty()
            && prefix
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte));
        refuse_unless(
            is_word,
            "sessions.prefix",
            "must be letters, digits, -, _ and :",
        )?;
        self.check_game()?;
        self.check_wallet()?;
        self.check_players()?;
        let fits = (0..=MAX_ALONE).contains(&self.admin.adjustment_limit);
        let what = format!("must be from 0 to {MAX_ALONE} shillings");
        refuse_unless(fits, "admin.adjustment_limit", what)?;
        self.check_durations()?;
        self.check_sms()?;
        self.check_gateways()?;
        self.check_networks()?;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        refuse_unless(
            is_digits(&self.daraja.shortcode),
            "daraja.shortcode",
            "must be digits",
        )?;
        self.hours()?;
        let hash = self.admin.password_hash.as_ref();
        let is_hash = hash.is_none_or(|hash| is_password_hash(hash.expose_secret()));
        let what = "must be an argon2 hash: `majibu admin hash` makes one";
        refuse_unless(is_hash, "admin.password_hash", what)?;
        self.check_balance()?;
        self.check_telemetry()?;
        self.check_fair()?;
        if self.mode == Mode::Production {
            self.check_production()
        } else {
            Ok(())
        }
    }

    fn check_http(&self) -> Result<(), ConfigError> {
        let secret = self.http.callback_secret.expose_secret();
        let is_segment = !secret.is_empty()
            && secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let what = "must be letters, digits, - and _: it is a path segment";
        refuse_unless(is_segment, "http.callback_secret", what)?;
        let is_url = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        for (key, url) in [
            ("http.public_url", &self.http.public_url),
            ("africastalking.base_url", &self.africastalking.base_url),
            ("daraja.base_url", &self.daraja.base_url),
        ] {
            refuse_unless(is_url(url), key, "must begin with http:// or https://")?;
        }
        // Daraja refuses callback URLs with these words, in any case (contract, section 1).
        let url = format!("{}/pay/{secret}/stk", self.http.public_url).to_lowercase();
        let words = [
            "mpesa",
            "m-pesa",
            "safaricom",
            "exe",
            "exec",
            "cmd",
            "sql",
            "query",
        ];
        if let Some(word) = words.iter().find(|word| url.contains(**word)) {
            let in_secret = secret.to_lowercase().contains(*word);
            let key = if in_secret {
                "http.callback_secret"
            } else {
                "http.public_url"
            };
            let what = format!("contains \"{word}\", which Daraja refuses in callback URLs");
            return Err(ConfigError::impossible(key, what));
        }
        Ok(())
    }

    fn check_game(&self) -> Result<(), ConfigError> {
        let game = &self.game;
        let stakes = &game.stakes.0;
        let fits = !stakes.is_empty() && stakes.iter().all(|stake| (1..=MAX_STAKE).contains(stake));
        refuse_unless(
            fits,
            "game.stakes",
            format!("must be from 1 to {MAX_STAKE} shillings each"),
        )?;
        let (min, is_amount) = (game.min_stake, (1..=MAX_STAKE).contains(&game.min_stake));
        let what = format!("must be from 1 to {MAX_STAKE} shillings");
        refuse_unless(is_amount, "game.min_stake", what)?;
        let what = format!("has stakes below game.min_stake, {min} shillings");
        let fits = stakes.iter().all(|stake| *stake >= min);
        refuse_unless(fits, "game.stakes", what)?;
        let is_distinct = stakes.iter().enumerate().all(|(at, stake)| {
            stakes
                .get(..at)
                .is_some_and(|earlier| !earlier.contains(stake))
        });
        refuse_unless(is_distinct, "game.stakes", "must differ from each other")?;
        let percent = "must be from 100 to 200";
        refuse_unless(
            (100..=200).contains(&game.bounty_percent),
            "game.bounty_percent",
            percent,
        )?;
        refuse_unless(
            (100..=200).contains(&game.refund_percent),
            "game.refund_percent",
            percent,
        )?;
        let questions = (1..=9).contains(&game.questions_per_set);
        refuse_unless(questions, "game.questions_per_set", "must be from 1 to 9")?;
        let what = "must be at most a minute: nobody is passed over for longer";
        let is_short = game.strength_wait <= MAX_STRENGTH_WAIT;
        refuse_unless(is_short, "game.strength_wait", what)?;
        refuse_unless(
            game.open_entries >= 1,
            "game.open_entries",
            "must be 1 or more",
        )
    }

    fn check_wallet(&self) -> Result<(), ConfigError> {
        let wallet = &self.wallet;
        let fits = wallet.min_deposit >= 1;
        refuse_unless(fits, "wallet.min_deposit", "must be 1 shilling or more")?;
        let fits = (wallet.min_deposit..=MAX_DEPOSIT).contains(&wallet.max_deposit);
        let what = format!("must be from wallet.min_deposit to {MAX_DEPOSIT} shillings");
        refuse_unless(fits, "wallet.max_deposit", what)?;
        // Daraja pays out no less and no more (contract, section 13).
        let fits = wallet.min_withdrawal >= MIN_WITHDRAWAL;
        let what = format!("must be {MIN_WITHDRAWAL} shillings or more");
        refuse_unless(fits, "wallet.min_withdrawal", what)?;
        let fits = (wallet.min_withdrawal..=MAX_DEPOSIT).contains(&wallet.max_withdrawal);
        let what = format!("must be from wallet.min_withdrawal to {MAX_DEPOSIT} shillings");
        refuse_unless(fits, "wallet.max_withdrawal", what)?;
        let bands = &wallet.withdrawal_fees.0;
        let fits = bands
            .iter()
            .all(|(up_to, fee)| *up_to >= 1 && (0..=MAX_FEE).contains(fee));
        let what = "must be bands such as 100:2,500:9";
        refuse_unless(fits, "wallet.withdrawal_fees", what)?;
        let tax = &self.tax;
        for (key, bps) in [
            ("tax.excise_on_deposit_bps", tax.excise_on_deposit_bps),
            (
                "tax.withholding_on_withdrawal_bps",
                tax.withholding_on_withdrawal_bps,
            ),
        ] {
            refuse_unless(bps <= 10_000, key, "must be from 0 to 10000 basis points")?;
        }
        self.check_paybill()
    }

    /// SQLite without a file would lose everything at the end of the process, and give every
    /// connection a database of its own.
    fn check_database(&self) -> Result<(), ConfigError> {
        let url = self.database.url.expose_secret();
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Ok(());
        };
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.trim_start_matches('/');
        let is_file = !path.is_empty() && path != ":memory:" && !parameters.contains("mode=memory");
        refuse_unless(is_file, "database.url", "must name a file: sqlite://PATH")
    }

    fn check_durations(&self) -> Result<(), ConfigError> {
        let (game, jobs) = (&self.game, &self.jobs);
        for (key, duration) in [
            ("http.body_timeout", self.http.body_timeout),
            ("admin.idle", self.admin.idle),
            ("admin.session", self.admin.session),
            ("ussd.deadline", self.ussd.deadline),
            ("ussd.session_ttl", self.ussd.session_ttl),
            ("ussd.finished_ttl", self.ussd.finished_ttl),
            ("jobs.poll", jobs.poll),
            ("jobs.stk_query_after", jobs.stk_query_after),
            ("jobs.stk_expire_after", jobs.stk_expire_after),
            ("jobs.payout_query_after", jobs.payout_query_after),
            ("jobs.balance_confirm_after", jobs.balance_confirm_after),
            ("jobs.sms_backoff", jobs.sms_backoff),
            ("jobs.lease", jobs.lease),
            ("africastalking.timeout", self.africastalking.timeout),
            ("daraja.timeout", self.daraja.timeout),
        ] {
            let fits = duration > Duration::ZERO && duration <= MAX_DURATION;
            refuse_unless(fits, key, "must be more than nothing and at most a year")?;
        }
        for (key, duration) in [
            ("game.pairing_window", game.pairing_window),
            ("game.thinking_time", game.thinking_time),
            ("game.hop_allowance", game.hop_allowance),
            ("game.rematch_cooldown", game.rematch_cooldown),
            ("daraja.stk_delay", self.daraja.stk_delay),
            ("daraja.payout_pause", self.daraja.payout_pause),
            (
                "wallet.withdrawal_interval",
                self.wallet.withdrawal_interval,
            ),
            ("wallet.flagged_cool_off", self.wallet.flagged_cool_off),
            ("daraja.push_interval", self.daraja.push_interval),
            ("paybill.pull_every", self.paybill.pull_every),
            ("jobs.ledger_check_every", jobs.ledger_check_every),
        ] {
            refuse_unless(duration <= MAX_DURATION, key, "must be at most a year")?;
        }
        Ok(())
    }

    fn check_production(&self) -> Result<(), ConfigError> {
        let secret = self.http.callback_secret.expose_secret();
        let is_own = secret != DEVELOPMENT_SECRET;
        refuse_unless(
            is_own,
            "http.callback_secret",
            "production needs a secret of its own",
        )?;
        let is_https = self.http.public_url.starts_with("https://");
        refuse_unless(is_https, "http.public_url", "production needs https")?;
        self.check_fallback_is_private()?;
        let is_shared = self.sessions.url.expose_secret() != "memory:";
        let what = "production needs sessions outside the process";
        refuse_unless(is_shared, "sessions.url", what)?;
        Ok(())
    }

    /// Keys whose values cannot work in production, with the reason. A warning each at start, and
    /// no refusal: the service runs without SMS or deposits, too.
    #[must_use]
    pub fn doubtful(&self) -> Vec<(&'static str, &'static str)> {
        if self.mode != Mode::Production {
            return Vec::new();
        }
        let is_short = self.http.callback_secret.expose_secret().len() < MIN_SECRET;
        let is_sandbox = |url: &str| url.to_lowercase().contains("sandbox");
        let (sms, daraja) = (&self.africastalking, &self.daraja);
        let is_empty = |secret: &SecretString| secret.expose_secret().is_empty();
        let doubts = [
            (
                "http.callback_secret",
                "is short enough to be guessed",
                is_short,
            ),
            (
                "africastalking.base_url",
                "is the provider's sandbox",
                is_sandbox(&sms.base_url),
            ),
            (
                "africastalking.api_key",
                "is not set: no SMS",
                is_empty(&sms.api_key),
            ),
            (
                "daraja.base_url",
                "is the provider's sandbox",
                is_sandbox(&daraja.base_url),
            ),
            (
                "daraja.consumer_key",
                "is not set: no deposits",
                is_empty(&daraja.consumer_key),
            ),
            (
                "daraja.consumer_secret",
                "is not set: no deposits",
                is_empty(&daraja.consumer_secret),
            ),
            (
                "daraja.b2c_initiator",
                "is not set: no withdrawals",
                daraja.b2c_initiator.is_none(),
            ),
            (
                "daraja.passkey",
                "is the public one of the sandbox",
                daraja.passkey.expose_secret() == SANDBOX_PASSKEY,
            ),
        ];
        doubts
            .into_iter()
            .filter(|(_, _, is)| *is)
            .map(|(key, why, _)| (key, why))
            .collect()
    }
}
