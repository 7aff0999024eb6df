//! The sections of the configuration, with their defaults (DESIGN part 4).

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    List, NetworkTimes, Networks, Pairs, networks,
    shown::{Setting, Shown, below},
    sms::SmsFallback,
};
use crate::core::payment::{
    balance::Charges,
    paybill::{ResponseType, UnknownAccounts},
};

/// The public sandbox passkey of Daraja's test paybill: not a secret.
pub(super) const SANDBOX_PASSKEY: &str =
    "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919";

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $default:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Shown for $name {
            fn show(&self, key: &str, out: &mut Vec<Setting>) {
                $(self.$field.show(&below(key, stringify!($field)), out);)*
            }
        }
    };
}

section!(
    /// `http`: where the service listens, and who may call back.
    Http {
        /// The address.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)),
        /// The base of the callback URLs given to the providers.
        public_url: String = "http://127.0.0.1:8080".into(),
        /// The path segment of every provider callback.
        callback_secret: SecretString = "development".into(),
        /// Proxies of our own: behind one, the last hop of `X-Forwarded-For` is the caller.
        trusted_proxies: List<IpNet> = List::default(),
        /// Who may call back.
        allow: Allow = Allow::default(),
        /// Calls a minute that are taken from one address that knows the secret; 0: any number. A
        /// provider has few addresses and calls often.
        rate_per_source: u32 = 60_000,
        /// Calls a minute that are answered to one address that does not know it; 0: any number.
        tries_per_source: u32 = 60,
        /// How long the body of a call may take to come.
        #[serde(with = "humantime_serde")]
        body_timeout: Duration = Duration::from_secs(10),
    }
);

/// `http.allow`: addresses that callbacks are taken from; empty: any.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Allow {
    /// Of Africa's Talking.
    pub africastalking: List<IpNet>,
    /// Of Daraja.
    pub daraja: List<IpNet>,
    /// Of further USSD gateways, by name. In production such a gateway is answered only where it has
    /// a list; any address is `0.0.0.0/0,::/0`.
    #[serde(flatten, deserialize_with = "super::gateways::addresses")]
    pub gateways: BTreeMap<String, List<IpNet>>,
}

section!(
    /// `database`.
    Database {
        /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.
        url: SecretString = "sqlite://majibu.db".into(),
    }
);

section!(
    /// `sessions`: where USSD sessions are kept.
    SessionsSection {
        /// `memory:`, `redis://`, `rediss://` or `redis-cluster://a,b,c`.
        url: SecretString = "memory:".into(),
        /// What every key in Redis begins with; services that share a server need different ones.
        prefix: String = "majibu".into(),
    }
);

section!(
    /// `game`: the rules.
    Game {
        /// What can be staked, in whole shillings.
        stakes: List<i64> = List(vec![20, 50, 100, 200, 500]),
        /// The smallest stake that the licence allows, in whole shillings.
        min_stake: i64 = 1,
        /// What the winner gets, in per cent of one stake; 100 to 200.
        bounty_percent: u32 = 160,
        /// What an unpaired player gets back, in per cent of the stake; 100 to 200.
        refund_percent: u32 = 105,
        /// How long after the stake an entry that nobody joined is refunded.
        #[serde(with = "humantime_serde")]
        pairing_window: Duration = Duration::from_secs(30 * 60),
        /// Thinking time over all questions of a set.
        #[serde(with = "humantime_serde")]
        thinking_time: Duration = Duration::from_secs(15),
        /// Time per question that does not count as thinking.
        #[serde(with = "humantime_serde")]
        hop_allowance: Duration = Duration::from_secs(4),
        /// Questions of a set; 1 to 9.
        questions_per_set: u8 = 5,
        /// How long two players are kept apart after they met.
        #[serde(with = "humantime_serde")]
        rematch_cooldown: Duration = Duration::from_secs(2 * 60 * 60),
        /// For how long the oldest open seat may be passed over for one of more similar strength.
        #[serde(with = "humantime_serde")]
        strength_wait: Duration = Duration::from_secs(5),
        /// Unfinished or waiting entries that a player may have at a time; 1 or more.
        open_entries: u32 = 1,
        /// Refund bonuses per player and day; 0: no cap.
        bonus_refunds_per_day: u32 = 0,
    }
);

section!(
    /// `wallet`: limits, in whole shillings.
    Wallet {
        /// The smallest deposit.
        min_deposit: i64 = 10,
        /// The largest deposit; M-Pesa takes 250,000 at most.
        max_deposit: i64 = 70_000,
        /// The smallest withdrawal.
        min_withdrawal: i64 = 50,
        /// The largest withdrawal.
        max_withdrawal: i64 = 70_000,
        /// How far apart withdrawals of one player are.
        #[serde(with = "humantime_serde")]
        withdrawal_interval: Duration = Duration::from_secs(2 * 60),
        /// For how long after a payment that does not add up nothing is paid out to its player.
        #[serde(with = "humantime_serde")]
        flagged_cool_off: Duration = Duration::from_secs(24 * 60 * 60),
        /// Fee bands: up to an amount, the fee.
        withdrawal_fees: Pairs = Pairs(vec![(100, 0), (1_500, 5), (5_000, 9), (20_000, 11), (250_000, 13)]),
    }
);

section!(
    /// `tax`: tax lines in basis points.
    Tax {
        /// Excise on deposits.
        excise_on_deposit_bps: u32 = 0,
        /// Withholding on withdrawals.
        withholding_on_withdrawal_bps: u32 = 0,
    }
);

section!(
    /// `ussd`: the gateway's side.
    Ussd {
        /// Codes that are answered; empty: any.
        service_codes: List<String> = List::default(),
        /// Septets of a screen, prefix included.
        screen_budget: usize = 160,
        /// The same for single networks, by code: `63903:184`.
        network_budgets: Networks = networks::budgets(),
        /// How long a session under way is remembered.
        #[serde(with = "humantime_serde")]
        session_ttl: Duration = Duration::from_secs(180),
        /// How long a hop may take, below the 10 s that gateways wait; then the player gets an END.
        #[serde(with = "humantime_serde")]
        deadline: Duration = Duration::from_secs(8),
        /// The same for single networks, by code: `63902:180s`.
        network_sessions: NetworkTimes = NetworkTimes::default(),
        /// How long a network leaves a screen open without a reply.
        #[serde(with = "humantime_serde")]
        idle_limit: Duration = Duration::from_secs(30),
        /// The same for single networks, by code: `63903:60s`.
        network_idle: NetworkTimes = networks::idle(),
        /// How long a finished session stays known.
        #[serde(with = "humantime_serde")]
        finished_ttl: Duration = Duration::from_secs(24 * 60 * 60),
        /// A folder with the menu and its languages; unset: those of the binary.
        menus: Option<PathBuf> = None,
    }
);

section!(
    /// `players`.
    Players {
        /// Whether the identity is checked before the first deposit.
        require_verification: bool = false,
        /// What a player may deposit in a day, in whole shillings; 0: no limit.
        daily_deposit_limit: i64 = 0,
        /// The same in a week, from Monday.
        weekly_deposit_limit: i64 = 0,
        /// Breaks that a player can take, in days.
        cool_off_days: List<u32> = List(vec![1, 7, 30]),
        /// For how many days players can exclude themselves: half a year, one year, five years.
        exclusion_days: List<u32> = List(vec![180, 365, 1_825]),
        /// After how long a stretch of play a player is told before the next game; `0s`: never.
        #[serde(with = "humantime_serde")]
        reality_check: Duration = Duration::from_secs(60 * 60),
    }
);

section!(
    /// `house`.
    House {
        /// Where a player finds help with gambling: a phone number that texts name.
        helpline: Option<String> = None,
    }
);

section!(
    /// `hours`: house hours in Nairobi, as `08:00`.
    HoursSection {
        /// From when games can be started.
        opens: Option<String> = None,
        /// Until when games can be started.
        closes: Option<String> = None,
        /// No new games and no deposits.
        maintenance: bool = false,
    }
);

section!(
    /// `africastalking`: SMS out.
    AfricasTalking {
        /// What stands before `/version1`.
        base_url: String = "https://api.sandbox.africastalking.com".into(),
        /// The application's name.
        username: String = "sandbox".into(),
        /// Its key.
        api_key: SecretString = "".into(),
        /// The sender id or short code.
        sender: Option<String> = None,
        /// Whether the JSON bulk endpoint is used.
        bulk: bool = false,
        /// How long one request may take.
        #[serde(with = "humantime_serde")]
        timeout: Duration = Duration::from_secs(10),
    }
);

section!(
    /// `daraja`: M-Pesa.
    Daraja {
        /// What stands before `/mpesa` and `/oauth`.
        base_url: String = "https://sandbox.safaricom.co.ke".into(),
        /// The app's consumer key.
        consumer_key: SecretString = "".into(),
        /// The app's consumer secret.
        consumer_secret: SecretString = "".into(),
        /// The paybill number.
        shortcode: String = "174379".into(),
        /// The passkey of STK pushes.
        passkey: SecretString = SANDBOX_PASSKEY.into(),
        /// The short code that pays out.
        b2c_shortcode: Option<String> = None,
        /// The operator of payouts.
        b2c_initiator: Option<String> = None,
        /// Its password.
        b2c_password: Option<SecretString> = None,
        /// Safaricom's certificate: a PEM or DER file.
        certificate: Option<PathBuf> = None,
        /// How long after the END screen the push goes out.
        #[serde(with = "humantime_serde")]
        stk_delay: Duration = Duration::from_secs(2),
        /// How long one request may take.
        #[serde(with = "humantime_serde")]
        timeout: Duration = Duration::from_secs(20),
        /// How far apart pushes to one phone are.
        #[serde(with = "humantime_serde")]
        push_interval: Duration = Duration::from_secs(60),
        /// Requests of all kinds per minute, from all processes together; 0: no limit.
        requests_per_minute: u32 = 0,
        /// How long payouts pause after a fault of the house.
        #[serde(with = "humantime_serde")]
        payout_pause: Duration = Duration::from_secs(15 * 60),
        /// A difference of so many shillings between M-Pesa and the ledger is none.
        balance_tolerance: i64 = 0,
        /// What becomes of M-Pesa's charges: `owed` until the settlement, or `taken` at once.
        charges: Charges = Charges::Owed,
        /// `doctor` warns below so many shillings to pay out from; 0: it does not.
        float_warning: i64 = 10_000,
    }
);

section!(
    /// `sms`: SMS to players, and from them.
    Sms {
        /// SMS of one number that are answered in an hour; 0: none.
        inbound_per_hour: u32 = 10,
        /// Numbers in one request, and rows claimed at once; 1 to 100.
        batch: usize = 100,
        /// Requests of one process at the same time.
        concurrency: usize = 16,
        /// How long sending pauses after a fault of the house.
        #[serde(with = "humantime_serde")]
        pause: Duration = Duration::from_secs(15 * 60),
        /// From when no promotion is sent, in Nairobi, as `18:00`. Safaricom lets promotions pass
        /// from 08:00 to 18:00 (its rules for bulk SMS of May 2019).
        quiet_from: String = "18:00".into(),
        /// Until when.
        quiet_until: String = "08:00".into(),
        /// A second sender.
        fallback: Option<SmsFallback> = None,
    }
);

section!(
    /// `paybill`: payments that are made to the paybill by hand.
    Paybill {
        /// What becomes of account numbers that name no player: `refuse`, or `accept` and park.
        unknown_accounts: UnknownAccounts = UnknownAccounts::Refuse,
        /// What M-Pesa does when validation does not answer: `Completed` or `Cancelled`.
        response_type: ResponseType = ResponseType::Completed,
        /// How often payments are asked for that nobody told of; `0s`: never.
        #[serde(with = "humantime_serde")]
        pull_every: Duration = Duration::ZERO,
        /// The phone of the house that pulling is registered with; unset: it is registered already.
        pull_number: Option<String> = None,
    }
);

section!(
    /// `jobs`: how soon the job runner does things.
    Jobs {
        /// How often it looks for due work.
        #[serde(with = "humantime_serde")]
        poll: Duration = Duration::from_millis(500),
        /// How long after a push without a callback it asks.
        #[serde(with = "humantime_serde")]
        stk_query_after: Duration = Duration::from_secs(90),
        /// How long after a push without certainty it leaves it to the operator.
        #[serde(with = "humantime_serde")]
        stk_expire_after: Duration = Duration::from_secs(60 * 60),
        /// How long after a payout without a result it asks.
        #[serde(with = "humantime_serde")]
        payout_query_after: Duration = Duration::from_secs(2 * 60),
        /// When the balance at M-Pesa is held against the ledger, in Nairobi; `off`: never.
        balance_check: String = "04:00".into(),
        /// For how long a difference has to last before it is an alarm.
        #[serde(with = "humantime_serde")]
        balance_confirm_after: Duration = Duration::from_secs(5 * 60),
        /// Where `majibu work` answers `/healthz`, `/readyz` and `/metrics`; unset: nowhere.
        listen: Option<SocketAddr> = None,
        /// How often the whole ledger is checked; `0s`: never.
        #[serde(with = "humantime_serde")]
        ledger_check_every: Duration = Duration::from_secs(24 * 60 * 60),
        /// The first step of the SMS backoff.
        #[serde(with = "humantime_serde")]
        sms_backoff: Duration = Duration::from_secs(10),
        /// After how long work of a dead worker is taken over.
        #[serde(with = "humantime_serde")]
        lease: Duration = Duration::from_secs(60),
    }
);

section!(
    /// `inbox`: raw callbacks.
    Inbox {
        /// How long they are kept.
        #[serde(with = "humantime_serde")]
        keep: Duration = Duration::from_secs(90 * 24 * 60 * 60),
    }
);

section!(
    /// `admin`: the operator console.
    Admin {
        /// The argon2 hash of the password of the administrator `admin`; unset: there is none.
        password_hash: Option<SecretString> = None,
        /// How long somebody stays logged in without doing anything.
        #[serde(with = "humantime_serde")]
        idle: Duration = Duration::from_secs(30 * 60),
        /// How long somebody stays logged in.
        #[serde(with = "humantime_serde")]
        session: Duration = Duration::from_secs(12 * 60 * 60),
        /// Up to so many shillings one administrator corrects the books alone, for one player in a
        /// day; 0: never.
        adjustment_limit: i64 = 1_000,
    }
);

section!(
    /// `log`.
    Log {
        /// Text for people, or JSON lines.
        format: LogFormat = LogFormat::Text,
    }
);

section!(
    /// `telemetry`: traces.
    TelemetrySection {
        /// A collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`; unset: no traces
        /// are sent.
        otlp_endpoint: Option<String> = None,
        /// The part of hops whose traces are sent, 0 to 1.
        otlp_ratio: f64 = 1.0,
    }
);

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
