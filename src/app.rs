//! The use cases: what a hop, a callback and a due row bring about. No SQL and no HTTP types; the
//! machine decides, the app carries out, the store remembers.

mod adjust;
mod admin;
mod answered;
mod answering;
mod audit;
mod backlog;
mod balance;
mod bonuses;
mod callbacks;
mod checkup;
mod credit;
mod deposit;
mod endings;
mod explain;
mod facts;
mod fair;
mod figures;
mod find;
mod fit;
mod games;
mod hop;
mod house;
mod inbound;
mod inbox;
mod ledger_watch;
mod look;
mod networks;
mod numbers;
mod operator;
mod outbox;
mod paybill;
mod payers;
mod payout;
mod placed;
mod play;
mod player_care;
mod privacy;
mod pull;
mod questions;
mod reconcile;
mod registration;
mod reversals;
mod settle;
mod sms;
mod staking;
mod statement;
mod story;
mod today;
mod told;
mod traffic;
mod unsure;
mod withdraw;
mod withdrawal;
mod work;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, Semaphore};

pub use adjust::{AdjustError, Correction};
pub use admin::{
    AdminError, AdminSettings, Administrator, BUILT_IN, LogInError, LoggedIn, MIN_PASSWORD,
    NewSession, PasswordError, hash_password, is_password_hash,
};
pub use backlog::{FAILED_REACH, WorkState};
pub use balance::{AskError, BalanceSettings, MpesaDrift};
pub use checkup::Traffic;
pub use endings::{GivenUp, SessionFigures};
pub use explain::{Asked, Explained, Seen, Side, Words};
pub use facts::menu_facts;
pub use fair::{FairCase, ReviewError};
pub use find::Findings;
pub use house::HouseStatus;
pub use inbox::{ReplayError, Replayed};
pub use networks::{KENYA, Network, Networks};
pub use operator::{AssignError, Payouts, PlayerReport};
pub use outbox::SmsState;
pub use paybill::PaybillSettings;
pub use player_care::{Care, CareError};
pub use privacy::{EraseError, ExportedAct, ExportedCallback, GameExport, PlayerExport};
pub use pull::{PULL_REACH, PullError, PullReport};
pub use questions::{
    CheckReport, Fix, FixError, Import, ImportError, ImportReport, MAX_CSV_BYTES, QuestionSearch,
    QuestionStats, Remark,
};
pub use reconcile::{Reconciling, ToldError};
pub use reversals::ReversalError;
pub use story::{Event, Game, Hop, Movement, STORY_PAGE, Story, Told as StoryTold};
pub use today::{DayFigures, HouseNow};
pub use unsure::{Flagged, Found, ResolveError};
pub use withdraw::WithdrawReport;
pub use work::Work;

use self::{admin::Admins, facts::FactsCache, numbers::Numbers, outbox::SmsHealth};
use crate::{
    core::{
        fair::FairRules,
        money::Cents,
        payment::{deposit::Patience, withdrawal::Patience as PayoutPatience},
        rules::{Hours, Rules, WalletRules},
        sms::QuietHours,
    },
    menu::Menu,
    ports::{Clock, Gateways, IdentityCheck, MobileMoney, Random, SecondSender, SmsSender},
    session::{SessionError, Sessions},
    store::{Claim, Contention, Store, StoreError},
};

/// How the service behaves, beside the rules of the game.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules of the game.
    pub rules: Rules,
    /// The limits of the wallet.
    pub wallet: WalletRules,
    /// House hours.
    pub hours: Hours,
    /// How administrators get in.
    pub admin: AdminSettings,
    /// What the networks' screens and sessions allow.
    pub networks: Networks,
    /// Service codes that are answered; empty: any.
    pub service_codes: Vec<String>,
    /// How long a hop may take; below what gateways wait.
    pub hop_deadline: Duration,
    /// How long a finished session stays known.
    pub finished_ttl: Duration,
    /// How long raw callbacks are kept.
    pub inbox_keep: Duration,
    /// How the house cares for its players.
    pub care: CareRules,
    /// How long after the END screen the push goes out.
    pub stk_delay: Duration,
    /// How far apart pushes to one phone are.
    pub push_interval: Duration,
    /// How payments to the paybill are taken.
    pub paybill: PaybillSettings,
    /// How long deposits are waited for.
    pub patience: Patience,
    /// How long results of payouts are waited for.
    pub payout_patience: PayoutPatience,
    /// How long payouts pause after a fault of the house.
    pub payout_pause: Duration,
    /// How often the whole ledger is checked; zero: never.
    pub ledger_check_every: Duration,
    /// How the balance at M-Pesa is looked after.
    pub balance: BalanceSettings,
    /// What looks unfair.
    pub fair: FairRules,
    /// Requests that Daraja takes in a minute, from all processes together; 0: any number.
    pub daraja_per_minute: u32,
    /// The first step of the SMS backoff.
    pub sms_backoff: Duration,
    /// How SMS are sent.
    pub sms: SmsRules,
    /// SMS of one number that are answered in an hour.
    pub inbound_sms_per_hour: u32,
    /// How long a claimed row stays leased.
    pub lease: Duration,
    /// Up to how much one person corrects the books alone, for one player in a day.
    pub adjustment_limit: Cents,
}

/// How the house cares for its players.
#[derive(Clone, Debug)]
pub struct CareRules {
    /// Breaks and exclusions that a player can choose, in days, the shortest first.
    pub pauses: Vec<u32>,
    /// After how long a stretch of play a player is told; nothing: never.
    pub reality_check: Duration,
    /// Where a player finds help with gambling: a phone number.
    pub helpline: Option<String>,
}

/// How SMS are sent.
#[derive(Clone, Debug)]
pub struct SmsRules {
    /// Numbers in one request, and rows in one claim.
    pub batch: usize,
    /// Requests of one process at the same time.
    pub concurrency: usize,
    /// How long the first sender pauses after a fault of the house.
    pub pause: Duration,
    /// When no promotion is sent.
    pub quiet: QuietHours,
    /// After how many tries by the first sender the second one has a text.
    pub fallback_after: i64,
    /// Whether the second sender takes promotions.
    pub fallback_promotions: bool,
}

/// The service: everything that use cases need. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    sessions: Sessions,
    menu: ArcSwap<Menu>,
    settings: Settings,
    sms: Arc<dyn SmsSender>,
    fallback: Option<Arc<dyn SecondSender>>,
    sms_requests: Semaphore,
    sms_health: SmsHealth,
    money: Arc<dyn MobileMoney>,
    identity: Arc<dyn IdentityCheck>,
    gateways: Gateways,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    facts: FactsCache,
    /// Numbers of phones that sent hops of late.
    numbers: Numbers,
    admins: Admins,
    payer_key: OnceLock<Arc<str>>,
    nudges: BTreeMap<&'static str, Arc<Notify>>,
}

/// The outside world, as the app is given it.
pub struct Outside {
    /// Sends SMS.
    pub sms: Arc<dyn SmsSender>,
    /// Sends SMS where the other does not.
    pub fallback: Option<Arc<dyn SecondSender>>,
    /// Moves money.
    pub money: Arc<dyn MobileMoney>,
    /// Says whose identity is checked.
    pub identity: Arc<dyn IdentityCheck>,
    /// Read and write the wires of USSD gateways.
    pub gateways: Gateways,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub random: Arc<dyn Random>,
}

/// A use case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session store.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A session says what no session can say: a bug, or a menu that was changed under it.
    #[error("the session is not usable: {0}")]
    Unusable(&'static str),
    /// An amount does not fit.
    #[error(transparent)]
    OutOfRange(#[from] crate::core::game::settle::OutOfRange),
}

impl Contention for AppError {
    fn is_contended(&self) -> bool {
        match self {
            Self::Store(error) => error.is_contended(),
            Self::Session(_) | Self::Unusable(_) | Self::OutOfRange(_) => false,
        }
    }
}

impl AppError {
    /// Whether the database as a whole is away or busy, so that other rows would fare no better.
    fn is_of_the_database(&self) -> bool {
        let busy = |error: &StoreError| matches!(error, StoreError::Unavailable(_));
        self.is_contended() || matches!(self, Self::Store(error) if busy(error))
    }
}

impl App {
    /// Puts the service together.
    #[must_use]
    pub fn new(
        store: Store,
        sessions: Sessions,
        menu: Menu,
        settings: Settings,
        outside: Outside,
    ) -> Self {
        let nudges = Claim::ALL.map(|what| (what.name(), Arc::new(Notify::new())));
        Self {
            inner: Arc::new(Inner {
                store,
                sessions,
                menu: ArcSwap::from_pointee(menu),
                sms_requests: Semaphore::new(settings.sms.concurrency),
                sms_health: SmsHealth::default(),
                settings,
                sms: outside.sms,
                fallback: outside.fallback,
                money: outside.money,
                identity: outside.identity,
                gateways: outside.gateways,
                clock: outside.clock,
                random: outside.random,
                facts: FactsCache::default(),
                numbers: Numbers::default(),
                admins: Admins::default(),
                payer_key: OnceLock::new(),
                nudges: BTreeMap::from(nudges),
            }),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// The menu in force. Whoever asks once uses one menu throughout, whatever is loaded meanwhile.
    #[must_use]
    pub fn menu(&self) -> Arc<Menu> {
        self.inner.menu.load_full()
    }

    /// Puts another menu in force, for every hop and SMS from now on.
    pub fn exchange_menu(&self, menu: Menu) {
        self.inner.menu.store(Arc::new(menu));
    }

    /// How the service behaves.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// Reads providers' SMS wires.
    #[must_use]
    pub fn sms_sender(&self) -> &dyn SmsSender {
        self.inner.sms.as_ref()
    }

    /// Read and write the wires of USSD gateways.
    #[must_use]
    pub fn gateways(&self) -> &Gateways {
        &self.inner.gateways
    }

    /// Wakes whoever waits for due rows of a kind in this process.
    #[must_use]
    pub fn nudge(&self, what: Claim) -> Arc<Notify> {
        self.inner
            .nudges
            .get(what.name())
            .cloned()
            .unwrap_or_default()
    }

    fn wake(&self, what: Claim) {
        self.nudge(what).notify_one();
    }

    fn rules(&self) -> &Rules {
        &self.inner.settings.rules
    }
}
