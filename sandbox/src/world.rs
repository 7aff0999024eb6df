//! The simulated world that everything shares: phones, money, faults, the record, the way out.
//!
//! Holds state and starts background tasks; what the state means is the business of the modules
//! that own its parts.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Running};
use crate::config::{ServiceUrls, SimulatorConfig};
use crate::dice::Dice;
use crate::exchange::ExchangeLog;
use crate::fault::{Fault, FaultPoint, FaultQueue};
use crate::mpesa::Mpesa;
use crate::number::Number;
use crate::opponent::{OpponentStatus, Sighting};
use crate::pending::Pending;
use crate::phone::{PhoneState, SavedPhone};
use crate::pulse::{Change, Pulse};
use crate::sms::{Sms, SmsBooks};
use crate::sms_account::SmsAccount;

/// Sightings of people at a question that the opponent may fall behind by.
const SIGHTINGS: usize = 256;

/// How often it is looked whether tasks still run.
const LOOK: Duration = Duration::from_millis(2);

/// Everything that is simulated.
pub(crate) struct World {
    pub(crate) config: SimulatorConfig,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) exchanges: ExchangeLog,
    pub(crate) mpesa: Mpesa,
    pub(crate) sms_account: SmsAccount,
    pub(crate) http: reqwest::Client,
    /// People who reached a question, for the simulated opponent.
    pub(crate) sightings: broadcast::Sender<Sighting>,
    /// What the simulated opponent is doing.
    pub(crate) opponent: watch::Sender<OpponentStatus>,
    /// Cancelled when the simulator stops.
    pub(crate) stopping: CancellationToken,
    /// What the gateway keeps of SMS.
    pub(crate) sms: Mutex<SmsBooks>,
    /// What the providers have still to do.
    pub(crate) pending: Mutex<Pending>,
    /// Tasks that live as long as the simulator.
    services: TaskTracker,
    /// Tasks that live as long as the state that they are about.
    life: Mutex<Life>,
    /// Counts up with each reset.
    pub(crate) resets: watch::Sender<u64>,
    /// One state is put in the place of another at a time.
    replacing: tokio::sync::Mutex<()>,
    /// Held for reading during a step that changes more than one thing, for writing while the
    /// state is looked at or replaced: so a state is never half of a step.
    gate: RwLock<()>,
    urls: Mutex<ServiceUrls>,
    phones: Mutex<BTreeMap<Number, Arc<PhoneState>>>,
    /// The numbers of the phones on the page, in their order.
    pub(crate) desk: Mutex<Vec<Number>>,
    /// What changed, for pages that look on.
    pub(crate) pulse: Pulse,
    /// Phones of a state that is no more; they are used again, as pages still look at them.
    spare_phones: Mutex<BTreeMap<Number, Arc<PhoneState>>>,
    faults: Mutex<FaultQueue>,
    /// Messages that are held until the next one of their kind has passed, in their order.
    held: Mutex<BTreeMap<&'static str, Vec<oneshot::Sender<Running>>>>,
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
            sms_account: SmsAccount::default(),
            http,
            sightings: broadcast::Sender::new(SIGHTINGS),
            opponent: watch::Sender::new(OpponentStatus::default()),
            stopping: CancellationToken::new(),
            sms: Mutex::default(),
            pending: Mutex::default(),
            services: TaskTracker::new(),
            life: Mutex::default(),
            resets: watch::Sender::default(),
            replacing: tokio::sync::Mutex::default(),
            gate: RwLock::default(),
            urls: Mutex::new(config.service.clone()),
            phones: Mutex::default(),
            desk: Mutex::default(),
            pulse: Pulse::default(),
            spare_phones: Mutex::default(),
            faults: Mutex::default(),
            held: Mutex::default(),
            config,
        })
    }

    /// The phone of a number, switched on when first asked for.
    pub(crate) fn phone(&self, number: Number) -> Arc<PhoneState> {
        Arc::clone(lock(&self.phones).entry(number).or_insert_with(|| {
            let spare = lock(&self.spare_phones).remove(&number);
            spare.unwrap_or_else(|| Arc::new(PhoneState::new(number, self.pulse.clone())))
        }))
    }

    /// All phones, in the order of their numbers.
    pub(crate) fn phones(&self) -> Vec<Arc<PhoneState>> {
        lock(&self.phones).values().cloned().collect()
    }

    /// Makes these all phones that there are, and those the phones on the page.
    pub(crate) fn replace_phones(&self, saved: Vec<SavedPhone>, desk: Vec<Number>) {
        let old = std::mem::take(&mut *lock(&self.phones));
        for phone in old.values() {
            phone.replace(None);
        }
        lock(&self.spare_phones).extend(old);
        for phone in saved {
            self.phone(phone.number()).replace(Some(phone));
        }
        *lock(&self.desk) = desk;
        self.pulse.tell(Change::Desk);
    }

    /// Begins a step that changes more than one thing; it may not wait for anything within.
    pub(crate) fn step(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets no step begin.
    pub(crate) fn stand_still(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The messages of all phones.
    pub(crate) fn inboxes(&self) -> Vec<(Number, Sms)> {
        let phones = self.phones();
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
        self.pulse.tell(Change::Faults);
        let held = std::mem::take(&mut *lock(&self.held));
        self.let_go(held.into_values().flatten());
    }

    /// Tells those who are held that a message of their kind has passed.
    pub(crate) fn note_passed(&self, what: &'static str) {
        let held = lock(&self.held).remove(what);
        self.let_go(held.into_iter().flatten());
    }

    fn let_go(&self, held: impl Iterator<Item = oneshot::Sender<Running>>) {
        for one in held {
            // Counted from now on, so that nobody takes the moment between for rest. Who is gone needs
            // no telling.
            let _ = one.send(self.clock.running());
        }
    }

    /// Waits until the next message of a kind has passed, or faults were cleared.
    pub(crate) async fn next_passed(&self, what: &'static str) {
        let (let_go, passed) = oneshot::channel();
        // Known from now on, so that clearing finds it.
        lock(&self.held).entry(what).or_default().push(let_go);
        let running = self.clock.idly(passed).await;
        if self.clock.is_virtual() {
            // Those who are let go at once go one after the other.
            drop(running);
            self.clock.sleep(Duration::ZERO).await;
        }
    }

    /// Runs a task until it is done, or the simulator stops or gets another state; then its result
    /// is `None`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Option<T>> {
        let task = self.counted(task);
        lock(&self.life).tasks.spawn(task)
    }

    /// A task of this state, which is counted as running from now on.
    fn counted<T, F: Future<Output = T>>(
        &self,
        task: F,
    ) -> impl Future<Output = Option<T>> + use<T, F> {
        let (over, stopping) = (lock(&self.life).over.clone(), self.stopping.clone());
        let running = self.clock.running();
        async move {
            let task = over.run_until_cancelled(task);
            let done = stopping.run_until_cancelled(task).await.flatten();
            drop(running);
            done
        }
    }

    /// The same for a task that waits for long by nature: nobody waits for it.
    pub(crate) fn spawn_patiently(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.counted(task);
        lock(&self.life).patient.spawn(task);
    }

    /// Runs a task until it is done or the simulator stops. A virtual clock does not count it: it
    /// waits for others most of the time.
    pub(crate) fn spawn_service(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        self.services
            .spawn(async move { stopping.run_until_cancelled(task).await });
    }

    /// Ends the tasks of this state. None can begin until there is another.
    pub(crate) async fn give_up(&self) -> tokio::sync::MutexGuard<'_, ()> {
        let turn = self.replacing.lock().await;
        let tasks = {
            let life = lock(&self.life);
            life.over.cancel();
            life.tasks.close();
            life.patient.close();
            [life.tasks.clone(), life.patient.clone()]
        };
        for tasks in tasks {
            tasks.wait().await;
        }
        turn
    }

    /// Lets tasks begin that are about another state.
    pub(crate) fn live_again(&self, turn: tokio::sync::MutexGuard<'_, ()>) {
        *lock(&self.life) = Life::default();
        drop(turn);
    }

    /// Waits until no task of this state runs.
    pub(crate) async fn until_quiet(&self) {
        while !lock(&self.life).tasks.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends all tasks and waits for them.
    pub(crate) async fn stop(&self) {
        self.stopping.cancel();
        self.services.close();
        self.services.wait().await;
        let _turn = self.give_up().await;
    }
}

/// The life of a state.
#[derive(Default)]
struct Life {
    tasks: TaskTracker,
    /// Those that wait for long by nature.
    patient: TaskTracker,
    over: CancellationToken,
}

/// Locks a mutex; a panic elsewhere while it was held leaves plain values that are still usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
