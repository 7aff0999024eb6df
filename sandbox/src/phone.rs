//! A phone: one USSD screen, one SMS inbox, one PIN prompt, one SIM.
//!
//! The parts are told apart by file: `session` dials and replies, `ending` tells that it is over,
//! `screen` judges what the service answered, `prompt` is the M-Pesa prompt of the SIM, `paybill` its
//! own menu, `texting` sends SMS. A phone shows one network dialogue at a time:
//! a prompt never appears over an open session, and nothing can be dialled under a prompt.

mod ending;
mod inbox;
mod paging;
mod paybill;
mod power;
mod prompt;
mod saved;
mod screen;
mod session;
mod texting;
mod timer;
mod view;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::network::Network;
use crate::number::Number;
use crate::outgoing::SendError;
use crate::pulse::Pulse;
use crate::sms::Sms;
use crate::world::{World, lock};

pub(crate) use power::Away;
pub use power::Notice;
pub use prompt::PinPrompt;
pub(crate) use prompt::{Choice, Placing};
pub(crate) use saved::SavedPhone;
pub use screen::{Screen, ScreenKind};
use session::Session;
pub use view::{PhoneView, SessionView, Shown};

/// A phone in somebody's hand. Cheap to clone; all clones are the same phone.
#[derive(Clone)]
pub struct Phone {
    pub(crate) world: Arc<World>,
    pub(crate) state: Arc<PhoneState>,
}

/// Who presses the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Person,
    Bot,
}

/// Why a phone could not do what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// The network knows no such code.
    #[error("{0:?} is not a code of this network")]
    UnknownCode(String),
    /// The phone is off or out of reach.
    #[error("no signal")]
    NoSignal,
    /// A USSD session is open already.
    #[error("a USSD session is open; end it first")]
    SessionOpen,
    /// A PIN prompt covers the screen.
    #[error("answer the M-Pesa prompt first")]
    PromptOpen,
    /// There is no session to reply in.
    #[error("no USSD session is open")]
    NoSession,
    /// The network still waits for the service.
    #[error("the answer to the last key is still on its way")]
    Busy,
    /// The session ended while the answer was on its way.
    #[error("the session ended before the answer came")]
    SessionEnded,
    /// A network passes on at most 80 characters, Airtel 90.
    #[error("a reply has at most 80 characters (90 on Airtel)")]
    ReplyTooLong,
    /// The simulator was not told where the service is.
    #[error("no USSD address of the service is set")]
    NoService,
    /// The simulator was not told where the service takes opt-outs.
    #[error("no SMS address of the service is set")]
    NoSmsService,
    /// A phone sends ten parts at most.
    #[error("an SMS has at most ten parts")]
    SmsTooLong,
    /// There is no hop to repeat.
    #[error("nothing was sent yet")]
    NothingSent,
    /// There is no PIN prompt, or it went away in this moment.
    #[error("no M-Pesa prompt is open")]
    NoPrompt,
    /// What was waited for did not come.
    #[error("waited {0:?} in vain")]
    WaitedInVain(Duration),
    /// There was no answer to a raw hop.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The simulator was stopped.
    #[error("the simulator has stopped")]
    Stopped,
}

/// The state of one phone, shared by its handles, the network and M-Pesa.
pub(crate) struct PhoneState {
    pub(crate) number: Number,
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
    pulse: Pulse,
}

struct Inner {
    owner: Owner,
    network: Network,
    is_on: bool,
    has_signal: bool,
    session: Option<Session>,
    /// The screen shown last; it stays to be read after the session ended.
    screen: Option<Screen>,
    /// What the phone shows instead, after the network ended the session.
    notice: Option<Notice>,
    /// Counts up with each screen and notice.
    shown: u64,
    /// Which page of a screen that is too long.
    page: usize,
    last_hop: Option<session::Hop>,
    inbox: Vec<Sms>,
    /// Ids of the messages that were opened.
    opened: BTreeSet<String>,
    /// Messages that wait at the gateway until the phone can be reached.
    held: Vec<Sms>,
    prompt: Option<prompt::OpenPrompt>,
}

impl Inner {
    fn new() -> Self {
        Self {
            owner: Owner::Person,
            network: Network::default(),
            is_on: true,
            has_signal: true,
            session: None,
            screen: None,
            notice: None,
            shown: 0,
            page: 0,
            last_hop: None,
            inbox: Vec::new(),
            opened: BTreeSet::new(),
            held: Vec::new(),
            prompt: None,
        }
    }
}

impl PhoneState {
    pub(crate) fn new(number: Number, pulse: Pulse) -> Self {
        Self {
            number,
            inner: Mutex::new(Inner::new()),
            changed: watch::Sender::new(0),
            pulse,
        }
    }

    /// Puts a message into the inbox, or holds it while the phone is out of reach: then `false`.
    pub(crate) fn receive(&self, sms: Sms) -> bool {
        self.change(|inner| {
            if inner.is_reachable() {
                inner.inbox.push(sms);
            } else {
                inner.held.push(sms);
            }
            inner.is_reachable()
        })
    }

    /// All messages, oldest first.
    pub(crate) fn inbox(&self) -> Vec<Sms> {
        self.read(|inner| inner.inbox.clone())
    }

    /// Wakes those who look at this phone after something outside of it changed, such as its money.
    pub(crate) fn touch(&self) {
        self.changed.send_modify(|version| *version += 1);
        self.pulse.phone(self.number);
    }

    /// Counts up with each change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn read<T>(&self, read: impl FnOnce(&Inner) -> T) -> T {
        read(&lock(&self.inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let result = change(&mut lock(&self.inner));
        self.touch();
        result
    }

    async fn wait_for<T>(
        &self,
        timeout: Duration,
        mut look: impl FnMut(&Inner) -> Option<T>,
    ) -> Result<T, PhoneError> {
        let mut changes = self.changes();
        let search = async {
            loop {
                if let Some(found) = self.read(&mut look) {
                    return Ok(found);
                }
                // The sender lives in this very phone, so it cannot be gone.
                changes.changed().await.map_err(|_| PhoneError::Stopped)?;
            }
        };
        tokio::time::timeout(timeout, search)
            .await
            .map_err(|_| PhoneError::WaitedInVain(timeout))?
    }
}

impl Phone {
    pub(crate) fn new(world: &Arc<World>, number: Number) -> Self {
        Self {
            world: Arc::clone(world),
            state: world.phone(number),
        }
    }

    /// The phone's number.
    #[must_use]
    pub fn number(&self) -> Number {
        self.state.number
    }

    /// All messages, oldest first.
    #[must_use]
    pub fn inbox(&self) -> Vec<Sms> {
        self.state.read(|inner| inner.inbox.clone())
    }

    /// Waits until the inbox has a message that fits, and returns the oldest such.
    pub async fn wait_for_sms(
        &self,
        mut fits: impl FnMut(&Sms) -> bool,
        timeout: Duration,
    ) -> Result<Sms, PhoneError> {
        self.state
            .wait_for(timeout, |inner| {
                inner.inbox.iter().find(|sms| fits(sms)).cloned()
            })
            .await
    }

    /// What the phone's owner has in M-Pesa, in cents.
    #[must_use]
    pub fn mpesa_balance_cents(&self) -> i64 {
        self.world.mpesa.balance_cents(self.number())
    }

    /// Sets what the phone's owner has in M-Pesa, in cents.
    pub fn set_mpesa_balance(&self, cents: i64) {
        self.world.mpesa.set_balance_cents(self.number(), cents);
        self.state.touch();
    }

    /// Sets the M-Pesa PIN.
    pub fn set_pin(&self, pin: &str) {
        self.world.mpesa.set_pin(self.number(), pin);
    }

    /// Makes the phone's owner a customer of M-Pesa or not; who is none cannot be paid (2040).
    pub fn set_mpesa_registered(&self, is_registered: bool) {
        self.world
            .mpesa
            .set_registered(self.number(), is_registered);
    }

    pub(crate) fn set_owner(&self, owner: Owner) {
        self.state.change(|inner| inner.owner = owner);
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Phone").field(&self.number()).finish()
    }
}
