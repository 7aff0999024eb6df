//! The simulated world that everything shares: phones, money, faults, the record, the way out.
//!
//! Holds state and starts background tasks; what the state means is the business of the modules
//! that own its parts.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{ServiceUrls, SimulatorConfig};
use crate::dice::Dice;
use crate::exchange::ExchangeLog;
use crate::fault::{Fault, FaultPoint, FaultQueue};
use crate::mpesa::Mpesa;
use crate::number::Number;
use crate::opponent::{OpponentStatus, Sighting};
use crate::phone::PhoneState;
use crate::sms_account::SmsAccount;

/// Sightings of people at a question that the opponent may fall behind by.
const SIGHTINGS: usize = 256;

/// How often it is looked whether tasks still run.
const LOOK: Duration = Duration::from_millis(2);

/// Everything that is simulated.
pub(crate) struct World {
    pub(crate) config: SimulatorConfig,
    pub(crate) dice: Dice,
    pub(crate) exchanges: ExchangeLog,
    pub(crate) mpesa: Mpesa,
    pub(crate) sms: SmsAccount,
    pub(crate) http: reqwest::Client,
    /// People who reached a question, for the simulated opponent.
    pub(crate) sightings: broadcast::Sender<Sighting>,
    /// What the simulated opponent is doing.
    pub(crate) opponent: watch::Sender<OpponentStatus>,
    /// Cancelled when the simulator stops.
    pub(crate) stopping: CancellationToken,
    tasks: TaskTracker,
    urls: Mutex<ServiceUrls>,
    phones: Mutex<BTreeMap<Number, Arc<PhoneState>>>,
    faults: Mutex<FaultQueue>,
}

impl World {
    pub(crate) fn new(config: SimulatorConfig) -> Result<Self, reqwest::Error> {
        // A gateway follows no redirect, and the service is never behind a proxy.
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            dice: Dice::new(config.seed),
            exchanges: ExchangeLog::new(config.remembered_exchanges),
            mpesa: Mpesa::new(&config.daraja),
            sms: SmsAccount::default(),
            http,
            sightings: broadcast::Sender::new(SIGHTINGS),
            opponent: watch::Sender::new(OpponentStatus::default()),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            urls: Mutex::new(config.service.clone()),
            phones: Mutex::default(),
            faults: Mutex::default(),
            config,
        })
    }

    /// The phone of a number, switched on when first asked for.
    pub(crate) fn phone(&self, number: Number) -> Arc<PhoneState> {
        Arc::clone(
            lock(&self.phones)
                .entry(number)
                .or_insert_with(|| Arc::new(PhoneState::new(number))),
        )
    }

    /// A number that no phone has yet.
    pub(crate) fn unused_number(&self) -> Number {
        let phones = lock(&self.phones);
        loop {
            let number = self.dice.number();
            if !phones.contains_key(&number) {
                return number;
            }
        }
    }

    pub(crate) fn urls(&self) -> ServiceUrls {
        lock(&self.urls).clone()
    }

    pub(crate) fn set_urls(&self, urls: ServiceUrls) {
        *lock(&self.urls) = urls;
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultQueue> {
        lock(&self.faults)
    }

    /// Takes the fault that is to be played at a point now.
    pub(crate) fn take_fault(&self, point: FaultPoint) -> Option<Fault> {
        self.faults().take(point)
    }

    /// Runs a task until it is done or the simulator stops; then its result is `None`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let stopping = self.stopping.clone();
        self.tasks
            .spawn(async move { stopping.run_until_cancelled(task).await })
    }

    /// Waits until no task runs but the simulated opponent, which never ends.
    pub(crate) async fn until_quiet(&self) {
        while self.tasks.len() > 1 {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends all tasks and waits for them.
    pub(crate) async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Locks a mutex; a panic elsewhere while it was held leaves plain values that are still usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
