//! What can be set about the simulated world, with defaults that suit a person at the phone page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Where the service under test takes the gateway's calls. Daraja's callback URLs come with each
/// request and are not set here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceUrls {
    /// USSD callback; without it nothing can be dialled.
    pub ussd: Option<String>,
    /// End-of-session notifications; none are sent without it.
    pub events: Option<String>,
    /// SMS delivery reports; none are sent without it.
    pub delivery: Option<String>,
    /// SMS from phones; without it none can be sent.
    pub inbound: Option<String>,
    /// Numbers that opt out; without it none can.
    pub opt_out: Option<String>,
}

impl ServiceUrls {
    /// Only the USSD callback.
    #[must_use]
    pub fn ussd(url: impl Into<String>) -> Self {
        Self {
            ussd: Some(url.into()),
            ..Self::default()
        }
    }
}

/// The whole configuration of a [`Simulator`](crate::Simulator).
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Address of the providers' APIs and of the phone page; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where the service is; may be set later with [`Simulator::set_service`](crate::Simulator::set_service).
    pub service: ServiceUrls,
    /// The code that people dial, `*384*55#`.
    pub service_code: String,
    /// Seed of all ids and choices; without one every start differs.
    pub seed: Option<u64>,
    /// Set: a virtual clock that stands at this moment until it is turned
    /// ([`Simulator::turn_clock`](crate::Simulator::turn_clock)). No state can be loaded on it.
    pub starts_at: Option<DateTime<Utc>>,
    /// The file of the state: loaded at the start if it is there, saved at the end.
    pub state: Option<PathBuf>,
    /// USSD limits.
    pub ussd: UssdConfig,
    /// Africa's Talking SMS.
    pub sms: SmsConfig,
    /// M-Pesa.
    pub daraja: DarajaConfig,
    /// How fast the simulated opponent answers questions.
    pub opponent_pace: RangeInclusive<Duration>,
    /// How many HTTP exchanges are remembered; the oldest go first.
    pub remembered_exchanges: usize,
    /// Whether some amounts of pushes and payouts mean a fault, as at test gateways
    /// ([`amount_table`](crate::amount_table)).
    pub faults_by_amount: bool,
}

/// Limits of the USSD gateway.
#[derive(Debug, Clone)]
pub struct UssdConfig {
    /// How long the service may take for one hop.
    pub hop_timeout: Duration,
    /// How long a whole session may last; then it just stops.
    pub session_limit: Duration,
    /// How long a screen waits for a reply; then the session stops.
    pub idle_limit: IdleLimit,
    /// Septets that a screen may have, its `CON ` or `END ` counted; `None`: as the phone's network
    /// has it.
    pub screen_budget: Option<usize>,
}

/// How long a screen waits for a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleLimit {
    /// As the phone's network has it: 30 s, on Airtel 60 s.
    OfNetwork,
    /// The same on every network.
    Of(Duration),
    /// For ever; for tests that take their time.
    Off,
}

/// The SMS side of Africa's Talking.
#[derive(Debug, Clone)]
pub struct SmsConfig {
    /// The key that the `apiKey` header must carry; `None` takes any that is not empty.
    pub api_key: Option<String>,
    /// The short code that phones send SMS to.
    pub short_code: String,
    /// From delivery to the phone until the delivery report.
    pub delivery_delay: Duration,
    /// Whether the steps on the way are reported too: `Sent`, `Submitted`, `Buffered`.
    pub reports_every_step: bool,
    /// Sender names that are registered; `None` takes any. The short code always is.
    pub senders: Option<Vec<String>>,
    /// Sender names that are registered for promotions: who opted out does not get theirs (406), and
    /// their first message to a number ends with how to opt out.
    pub promotional_senders: Vec<String>,
    /// What is added to such a message.
    pub opt_out_words: String,
    /// Whether it is added to the first message of every sender to a number: the strict reading.
    pub every_sender_adds_opt_out_words: bool,
    /// How long the network tries to deliver a message. Then it is thrown away, and reported as
    /// `AbsentSubscriber` where the phone is off, as `Expired` where it is out of reach.
    pub validity: Duration,
}

/// Daraja and the M-Pesa accounts behind it.
#[derive(Debug, Clone)]
pub struct DarajaConfig {
    /// Consumer key of the application; `None` takes any that is not empty.
    pub consumer_key: Option<String>,
    /// Consumer secret; `None` takes any.
    pub consumer_secret: Option<String>,
    /// The paybill.
    pub shortcode: String,
    /// The passkey inside `Password`; the default is the one that Safaricom publishes for its sandbox.
    pub passkey: String,
    /// The name that the PIN prompt shows.
    pub business: String,
    /// Life of an access token.
    pub token_life: Duration,
    /// Whether a new token kills the previous one, as Safaricom's FAQ says.
    pub new_token_kills_old: bool,
    /// From the outcome of a push until its callback.
    pub callback_delay: Duration,
    /// How long a PIN prompt waits for the phone to be free and for its owner to answer.
    pub prompt_life: Duration,
    /// Set: this PIN is entered on every prompt of a person's phone at once.
    pub auto_pin: Option<String>,
    /// When result 17 stops the same amount from the same phone.
    pub same_amount_rule: SameAmountRule,
    /// What a new phone has in M-Pesa, in cents.
    pub opening_balance_cents: i64,
    /// The M-Pesa PIN of a new phone.
    pub opening_pin: String,
    /// The organisation behind the paybill.
    pub organisation: OrganisationConfig,
    /// Payments to the paybill without a push.
    pub c2b: C2bConfig,
    /// How many requests a minute each product takes (spike arrest), evenly spread; `None`: any. The
    /// real sandbox was seen to take 5.
    pub requests_per_minute: Option<u32>,
    /// Whether callbacks of pushes hide the payer, `2547*****678`, as Safaricom has begun to.
    pub masks_payers: bool,
}

/// The organisation: who may pay out, what it has, what it is charged.
#[derive(Debug, Clone)]
pub struct OrganisationConfig {
    /// The shortcode that pays out; by default the paybill ("one account").
    pub b2c_shortcode: String,
    /// Name of the API operator.
    pub initiator: String,
    /// The operator's password.
    pub initiator_password: String,
    /// What the utility account has at the start, in cents. What customers pay comes on top.
    pub opening_float_cents: i64,
    /// What a payout costs, charged to the utility account; above the last band its fee.
    pub fees: Vec<FeeBand>,
    /// Whether results hide the receiver, `2547*****678 - JA*****`.
    pub masks_receivers: bool,
    /// How long a payout is open before the money moves.
    pub processing_delay: Duration,
    /// From the outcome of a request until its result.
    pub result_delay: Duration,
    /// From a question about a transaction or the balance until its result.
    pub status_delay: Duration,
}

/// A fee for payouts up to an amount, both in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeBand {
    /// The largest amount of the band.
    pub up_to_cents: i64,
    /// The fee.
    pub fee_cents: i64,
}

/// Payments that people make to the paybill from M-Pesa's own menu.
#[derive(Debug, Clone)]
pub struct C2bConfig {
    /// Whether URLs can be registered only once, as in production.
    pub registers_once: bool,
    /// Whether the service is asked before the money moves. Safaricom has it off unless asked.
    pub validates: bool,
    /// How long the service may take for its answer, until the registered `ResponseType` decides.
    pub validation_timeout: Duration,
    /// Whether a paid push is confirmed here too, with the same receipt, once URLs are registered.
    pub confirms_pushes: PushConfirmation,
    /// Whether Pull looks at the asked dates and at the age of payments (48 hours). Off: for a
    /// service whose clock is a test's.
    pub pull_looks_at_dates: bool,
}

/// When a paid push is confirmed by C2B as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushConfirmation {
    /// Never.
    Off,
    /// Before its own callback.
    BeforeCallback,
    /// After its own callback.
    AfterCallback,
}

/// When the same amount from the same phone within 2 minutes ends in result 17. The portal does not
/// say whether a failed attempt counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameAmountRule {
    /// Never.
    Off,
    /// After a payment that went through.
    AfterPayment,
    /// After any push, paid or not: the strict reading.
    AfterPush,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            service: ServiceUrls::default(),
            service_code: "*384*55#".into(),
            seed: None,
            starts_at: None,
            state: None,
            ussd: UssdConfig::default(),
            sms: SmsConfig::default(),
            daraja: DarajaConfig::default(),
            opponent_pace: Duration::from_secs(1)..=Duration::from_secs(3),
            remembered_exchanges: 2_000,
            faults_by_amount: false,
        }
    }
}

impl SimulatorConfig {
    /// The default without any delay, for tests: callbacks, reports and the opponent act at once, and
    /// a screen waits for its reply as long as the session lasts.
    #[must_use]
    pub fn instant() -> Self {
        let mut config = Self {
            opponent_pace: Duration::ZERO..=Duration::ZERO,
            ..Self::default()
        };
        config.ussd.idle_limit = IdleLimit::Off;
        config.sms.delivery_delay = Duration::ZERO;
        config.daraja.callback_delay = Duration::ZERO;
        config.daraja.organisation.processing_delay = Duration::ZERO;
        config.daraja.organisation.result_delay = Duration::ZERO;
        config.daraja.organisation.status_delay = Duration::ZERO;
        config
    }
}

impl Default for UssdConfig {
    fn default() -> Self {
        Self {
            hop_timeout: Duration::from_secs(10),
            session_limit: Duration::from_secs(180),
            idle_limit: IdleLimit::OfNetwork,
            screen_budget: None,
        }
    }
}

impl Default for SmsConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            short_code: "22384".into(),
            delivery_delay: Duration::from_millis(500),
            reports_every_step: false,
            senders: None,
            promotional_senders: Vec::new(),
            opt_out_words: " STOP *456*9*5#".into(),
            every_sender_adds_opt_out_words: false,
            validity: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Default for DarajaConfig {
    fn default() -> Self {
        Self {
            consumer_key: None,
            consumer_secret: None,
            shortcode: "174379".into(),
            passkey: "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919".into(),
            business: "Sandbox Business".into(),
            token_life: Duration::from_secs(3_599),
            new_token_kills_old: false,
            callback_delay: Duration::from_secs(1),
            prompt_life: Duration::from_secs(60),
            auto_pin: None,
            same_amount_rule: SameAmountRule::AfterPayment,
            opening_balance_cents: 500_000,
            opening_pin: "1234".into(),
            organisation: OrganisationConfig::default(),
            c2b: C2bConfig::default(),
            requests_per_minute: None,
            masks_payers: false,
        }
    }
}

/// Safaricom's bulk tariff for registered customers, August 2023, in shillings.
const FEES: [(i64, i64); 5] = [
    (100, 0),
    (1_500, 5),
    (5_000, 9),
    (20_000, 11),
    (250_000, 13),
];

impl Default for OrganisationConfig {
    fn default() -> Self {
        let band = |(up_to, fee): (i64, i64)| FeeBand {
            up_to_cents: up_to * 100,
            fee_cents: fee * 100,
        };
        Self {
            b2c_shortcode: "174379".into(),
            initiator: "testapi".into(),
            initiator_password: "Sandbox2026#".into(),
            opening_float_cents: 10_000_000,
            fees: FEES.into_iter().map(band).collect(),
            masks_receivers: false,
            processing_delay: Duration::from_millis(500),
            result_delay: Duration::from_secs(1),
            status_delay: Duration::from_secs(2),
        }
    }
}

impl OrganisationConfig {
    /// What a payout of so many cents costs, in cents.
    pub(crate) fn fee_cents(&self, amount_cents: i64) -> i64 {
        let band = self
            .fees
            .iter()
            .find(|band| amount_cents <= band.up_to_cents)
            .or(self.fees.last());
        band.map_or(0, |band| band.fee_cents)
    }
}

impl Default for C2bConfig {
    fn default() -> Self {
        Self {
            registers_once: false,
            validates: false,
            validation_timeout: Duration::from_secs(8),
            confirms_pushes: PushConfirmation::AfterCallback,
            pull_looks_at_dates: true,
        }
    }
}
