//! The simulated world that everything shares: phones, money, faults, the record, the way out.
//!
//! Holds state and starts background tasks; what the state means is the business of the modules
//! that own its parts.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::{ServiceUrls, SimulatorConfig};
use crate::dice::Dice;
use crate::exchange::ExchangeLog;
use crate::fault::{Fault, FaultPoint, FaultQueue};
use crate::mpesa::Mpesa;
use crate::number::Number;
use crate::opponent::{OpponentStatus, Sighting};
use crate::phone::PhoneState;
use crate::sms::Sms;

/// Sightings of people at a question that the opponent may fall behind by.
const SIGHTINGS: usize = 256;

/// Everything that is simulated.
pub(crate) struct World {
    pub(crate) config: SimulatorConfig,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) exchanges: ExchangeLog,
    pub(crate) mpesa: Mpesa,
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
    /// How many messages of each kind have passed, for those that are held until the next.
    passed: watch::Sender<BTreeMap<&'static str, u64>>,
}

impl World {
    pub(crate) fn new(config: SimulatorConfig) -> Result<Self, reqwest::Error> {
        // A gateway follows no redirect, and the service is never behind a proxy.
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            clock: config
                .starts_at
                .map_or_else(Clock::of_machine, Clock::standing_at),
            dice: Dice::new(config.seed),
            exchanges: ExchangeLog::new(config.remembered_exchanges),
            mpesa: Mpesa::new(&config.daraja),
            http,
            sightings: broadcast::Sender::new(SIGHTINGS),
            opponent: watch::Sender::new(OpponentStatus::default()),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            urls: Mutex::new(config.service.clone()),
            phones: Mutex::default(),
            faults: Mutex::default(),
            passed: watch::Sender::default(),
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

    /// The messages of all phones.
    pub(crate) fn inboxes(&self) -> Vec<(Number, Sms)> {
        let phones: Vec<_> = lock(&self.phones).values().cloned().collect();
        let of = |phone: &Arc<PhoneState>| {
            let number = phone.number;
            let inbox = phone.inbox().into_iter();
            inbox.map(move |sms| (number, sms)).collect::<Vec<_>>()
        };
        phones.iter().flat_map(of).collect()
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

    /// Takes the fault that is to be played now by a message about this phone.
    pub(crate) fn take_fault(&self, point: FaultPoint, phone: Option<Number>) -> Option<Fault> {
        self.faults().take(point, phone.as_slice())
    }

    /// Forgets the faults that wait, at one point or at all, and lets go what is held.
    pub(crate) fn clear_faults(&self, point: Option<FaultPoint>) {
        self.faults().clear(point);
        self.passed.send_modify(|passed| {
            for count in passed.values_mut() {
                *count += 1;
            }
        });
    }

    /// Tells those who are held that a message of their kind has passed.
    pub(crate) fn note_passed(&self, what: &'static str) {
        self.passed
            .send_modify(|passed| *passed.entry(what).or_default() += 1);
    }

    /// Waits until the next message of a kind has passed, or faults were cleared.
    pub(crate) async fn next_passed(&self, what: &'static str) {
        let mut passed = self.passed.subscribe();
        let mut before = 0;
        // Known from now on, so that clearing finds it.
        self.passed
            .send_modify(|passed| before = *passed.entry(what).or_default());
        let is_next = |passed: &BTreeMap<&str, u64>| passed.get(what).is_some_and(|n| *n > before);
        // The sender lives in this very world, so it cannot be gone.
        let _ = self.clock.idly(passed.wait_for(is_next)).await;
    }

    /// Runs a task until it is done or the simulator stops; then its result is `None`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let (stopping, running) = (self.stopping.clone(), self.clock.running());
        self.tasks.spawn(async move {
            let done = stopping.run_until_cancelled(task).await;
            drop(running);
            done
        })
    }

    /// The same for what waits for others most of the time; a virtual clock does not count it.
    pub(crate) fn spawn_beside<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let stopping = self.stopping.clone();
        self.tasks
            .spawn(async move { stopping.run_until_cancelled(task).await })
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
