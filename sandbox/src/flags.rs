//! The flags of the simulated providers: who the application is to them, and how strict they are.

use std::time::Duration;

use sandbox::{DarajaConfig, SimulatorConfig};

/// What the simulated providers know of the application under test.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Providers")]
pub(crate) struct ProviderFlags {
    /// The key that SMS requests must carry; any without it
    #[arg(long, value_name = "KEY", requires = "service")]
    api_key: Option<String>,
    /// The short code that phones send SMS to
    #[arg(long, value_name = "CODE", requires = "service")]
    sms_code: Option<String>,
    /// A sender name that is registered; may be given several times. Any is without it
    #[arg(long, value_name = "NAME")]
    sender: Vec<String>,
    /// A sender name for promotions, which those who opted out do not get (406)
    #[arg(long, value_name = "NAME")]
    promotional_sender: Vec<String>,
    /// Let the first SMS of every sender to a number end with how to opt out, not of those alone who are
    /// for promotions
    #[arg(long)]
    opt_out_words: bool,
    /// How long the network tries to deliver an SMS, in minutes; then it is reported as Expired or
    /// AbsentSubscriber [default: 1440]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    sms_validity: Option<u64>,
    /// Report every step of a delivery: Sent, Submitted, Buffered, Success
    #[arg(long)]
    report_every_step: bool,
    /// Consumer key of the Daraja application; any without it
    #[arg(long, value_name = "KEY", requires = "service")]
    consumer_key: Option<String>,
    /// Consumer secret; any without it
    #[arg(long, value_name = "SECRET", requires = "service")]
    consumer_secret: Option<String>,
    /// The paybill; it pays out, too
    #[arg(long, value_name = "DIGITS", requires = "service")]
    paybill: Option<String>,
    /// The passkey of the paybill; that of Safaricom's sandbox without it
    #[arg(long, value_name = "TEXT", requires = "service")]
    passkey: Option<String>,
    /// Name of the API operator who pays out [default: testapi]
    #[arg(long, value_name = "NAME", requires = "service")]
    initiator: Option<String>,
    /// Password of the API operator [default: Sandbox2026#]
    #[arg(long, value_name = "TEXT", requires = "service")]
    initiator_password: Option<String>,
    /// Phones enter this PIN on every prompt at once
    #[arg(long, value_name = "PIN")]
    auto_pin: Option<String>,
    /// Requests a minute that each Daraja product takes, evenly spread (spike arrest); any without it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_minute: Option<u32>,
    /// A new access token kills the one before
    #[arg(long)]
    one_token: bool,
    /// Ask the validation URL before a payment to the paybill
    #[arg(long)]
    validate: bool,
    /// URLs for payments to the paybill can be registered only once, as in production
    #[arg(long)]
    register_once: bool,
    /// Hide payers and receivers in callbacks and results
    #[arg(long)]
    mask: bool,
}

impl ProviderFlags {
    /// Puts what was given into a configuration.
    pub(crate) fn apply(self, config: &mut SimulatorConfig) {
        let sms = &mut config.sms;
        sms.api_key = self.api_key;
        set(&mut sms.short_code, self.sms_code);
        sms.senders = (!self.sender.is_empty()).then_some(self.sender);
        if let Some(senders) = &mut sms.senders {
            senders.extend(self.promotional_sender.iter().cloned());
        }
        sms.promotional_senders = self.promotional_sender;
        sms.every_sender_adds_opt_out_words = self.opt_out_words;
        if let Some(minutes) = self.sms_validity {
            sms.validity = Duration::from_secs(minutes * 60);
        }
        sms.reports_every_step = self.report_every_step;
        let daraja: &mut DarajaConfig = &mut config.daraja;
        daraja.consumer_key = self.consumer_key;
        daraja.consumer_secret = self.consumer_secret;
        set(&mut daraja.organisation.b2c_shortcode, self.paybill.clone());
        set(&mut daraja.shortcode, self.paybill);
        set(&mut daraja.passkey, self.passkey);
        set(&mut daraja.organisation.initiator, self.initiator);
        let password = &mut daraja.organisation.initiator_password;
        set(password, self.initiator_password);
        daraja.auto_pin = self.auto_pin;
        daraja.requests_per_minute = self.requests_per_minute;
        daraja.new_token_kills_old = self.one_token;
        daraja.c2b.validates = self.validate;
        daraja.c2b.registers_once = self.register_once;
        daraja.masks_payers = self.mask;
        daraja.organisation.masks_receivers = self.mask;
    }
}

fn set(field: &mut String, given: Option<String>) {
    if let Some(given) = given {
        *field = given;
    }
}
