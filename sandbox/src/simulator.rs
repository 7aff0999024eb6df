//! The simulator as one value: started on an address, driven by tests or by the phone page, stopped.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{self, Either};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::config::{ServiceUrls, SimulatorConfig};
use crate::exchange::Exchange;
use crate::fault::{Fault, FaultPoint, ImpossibleFault};
use crate::mpesa::{Books, CERTIFICATE_PEM, Movement, Payment, Payout, Push};
use crate::number::{NotANumber, Number};
use crate::opponent::{self, OpponentStatus};
use crate::phone::Phone;
use crate::scenario;
use crate::server;
use crate::sms::{self, DeliveryStatus};
use crate::start_error::StartError;
use crate::state::StateError;
use crate::world::World;

/// How long open connections may take to end when the simulator stops.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Africa's Talking and Daraja, running. Dropping it stops it too, without waiting.
pub struct Simulator {
    world: Arc<World>,
    address: SocketAddr,
    server: JoinHandle<()>,
    _stop_on_drop: DropGuard,
}

impl Simulator {
    /// Starts to listen; when this returns, the providers answer.
    pub async fn start(config: SimulatorConfig) -> Result<Self, StartError> {
        let listen = config.listen;
        let world = Arc::new(World::new(config)?);
        world.load_file().await?;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| StartError::Listen(listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(listen, error))?;
        let stopping = world.stopping.clone();
        let router = server::router(Arc::clone(&world));
        let server = tokio::spawn(async move {
            let served = axum::serve(listener, router)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!("the simulator's server failed: {error}");
            }
        });
        world.spawn_service(opponent::run(Arc::clone(&world)));
        let stop_on_drop = world.stopping.clone().drop_guard();
        Ok(Self {
            world,
            address,
            server,
            _stop_on_drop: stop_on_drop,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of both providers, `http://127.0.0.1:PORT`, and the address of the phone page.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Tells where the service is; takes effect at the next hop.
    pub fn set_service(&self, urls: ServiceUrls) {
        self.world.set_urls(urls);
    }

    /// The phone of a number, written in any usual way; made on first use.
    pub fn phone(&self, number: &str) -> Result<Phone, NotANumber> {
        Ok(Phone::new(&self.world, number.parse::<Number>()?))
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The phone of a number.
    #[must_use]
    pub fn phone_of(&self, number: Number) -> Phone {
        Phone::new(&self.world, number)
    }

    /// The time in the simulator.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// Tells the time in the simulator from elsewhere: to a service that shares its clock.
    pub fn time_teller(&self) -> impl Fn() -> DateTime<Utc> + Send + Sync + 'static + use<> {
        let clock = self.world.clock.clone();
        move || clock.now()
    }

    /// On a virtual clock: the next moment at which something happens by itself.
    #[must_use]
    pub fn next_moment(&self) -> Option<DateTime<Utc>> {
        self.world.clock.next_moment()
    }

    /// Turns a virtual clock to a moment that is not before now; what happens then happens in
    /// [`Simulator::settled`]. Does nothing to the machine's.
    pub fn turn_clock(&self, moment: DateTime<Utc>) {
        self.world.clock.turn_to(moment);
    }

    /// On a virtual clock: lets all happen that happens at this moment, one after the other. Exact on a
    /// runtime of one thread.
    pub async fn settled(&self) {
        self.world.clock.settled().await;
    }

    /// On a virtual clock: lets the service do something. Where it waits for an answer that comes
    /// late, the time passes until it comes.
    pub async fn while_working<T>(&self, work: impl Future<Output = T>) -> T {
        let clock = &self.world.clock;
        let mut work = pin!(work);
        loop {
            let held_up = pin!(clock.held_up());
            match future::select(work.as_mut(), held_up).await {
                Either::Left((done, _)) => return done,
                Either::Right(_) if clock.wake_next() => {}
                Either::Right(_) => match clock.next_moment() {
                    Some(next) => clock.turn_to(next),
                    None => return work.await,
                },
            }
        }
    }

    /// A phone with a number that was not used before.
    #[must_use]
    pub fn new_phone(&self) -> Phone {
        Phone::new(&self.world, self.world.unused_number())
    }

    /// Queues a fault at a point, to be played by the next so many messages there.
    pub fn inject(
        &self,
        point: FaultPoint,
        fault: Fault,
        times: usize,
    ) -> Result<(), ImpossibleFault> {
        self.world.faults().queue(point, fault, None, times)
    }

    /// The same for messages about one phone.
    pub fn inject_for(
        &self,
        phone: Number,
        point: FaultPoint,
        fault: Fault,
        times: usize,
    ) -> Result<(), ImpossibleFault> {
        self.queue_fault(point, fault, Some(phone), times)
    }

    /// The same for everybody or for one phone.
    pub(crate) fn queue_fault(
        &self,
        point: FaultPoint,
        fault: Fault,
        phone: Option<Number>,
        times: usize,
    ) -> Result<(), ImpossibleFault> {
        self.world.faults().queue(point, fault, phone, times)
    }

    /// How many faults wait at a point.
    #[must_use]
    pub fn waiting_faults(&self, point: FaultPoint) -> usize {
        self.world.faults().waiting(point)
    }

    /// What was done with the phones so far, as a scenario file.
    #[must_use]
    pub fn scenario(&self) -> String {
        scenario::record(&self.world)
    }

    /// Forgets all faults that wait, and lets go what is held.
    pub fn clear_faults(&self) {
        self.world.clear_faults(None);
    }

    /// Kills all access tokens that Daraja gave out.
    pub fn forget_tokens(&self) {
        self.world.mpesa.forget_tokens();
    }

    /// What moved at M-Pesa, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<Payment> {
        self.world.mpesa.payments()
    }

    /// Every STK push that was accepted, with its result and what the service answered to its
    /// callbacks, oldest first.
    #[must_use]
    pub fn pushes(&self) -> Vec<Push> {
        self.world.mpesa.pushes()
    }

    /// Every payout that was accepted, oldest first.
    #[must_use]
    pub fn payouts(&self) -> Vec<Payout> {
        self.world.mpesa.payouts()
    }

    /// Waits until a payout fits, such as one whose result was answered; `None` when none did in
    /// time.
    pub async fn wait_for_payout(
        &self,
        fits: impl FnMut(&Payout) -> bool,
        timeout: Duration,
    ) -> Option<Payout> {
        self.world.mpesa.wait_for_payout(fits, timeout).await
    }

    /// Everything that moved between phones and the organisation, oldest first.
    #[must_use]
    pub fn movements(&self) -> Vec<Movement> {
        self.world.mpesa.movements()
    }

    /// The organisation's statement from one second to another, as M-Pesa's portal exports it.
    #[must_use]
    pub fn statement_csv(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> String {
        crate::mpesa::statement::csv(&self.world, from, until)
    }

    /// The books: what everybody has, paid and was paid.
    #[must_use]
    pub fn books(&self) -> Books {
        self.world.mpesa.books()
    }

    /// What the organisation can pay out of, in cents.
    #[must_use]
    pub fn float_cents(&self) -> i64 {
        self.world.mpesa.utility_cents()
    }

    /// Sets what the organisation can pay out of, in cents.
    pub fn set_float(&self, cents: i64) {
        self.world.mpesa.set_utility_cents(cents);
    }

    /// Changes the API operator's password, which unlocks the operator too.
    pub fn set_initiator_password(&self, password: &str) {
        self.world.mpesa.set_initiator_password(password);
    }

    /// Sets the credit for SMS, in cents, of which one costs 80; `None`: it never ends. Without
    /// enough, recipients get 405.
    pub fn set_sms_credit(&self, cents: Option<usize>) {
        self.world.sms_account.set_credit(cents);
    }

    /// Sets the only SMS sender id that is registered; `None`: any is. Another one is answered 201
    /// without recipients.
    pub fn set_sms_sender(&self, sender: Option<&str>) {
        self.world.sms_account.set_sender(sender.map(str::to_owned));
    }

    /// Sets the code that a number gets as a recipient of SMS; `None`: they are sent to it.
    pub fn set_sms_code(&self, number: &str, code: Option<i64>) -> Result<(), NotANumber> {
        self.world.sms_account.set_code(number.parse()?, code);
        Ok(())
    }

    /// Deletes the URLs that the service registered for payments to the paybill.
    pub fn forget_c2b_urls(&self) {
        self.world.mpesa.forget_urls();
    }

    /// The certificate that passwords of the API operator are encrypted with, as PEM. It is part
    /// of the simulator: its key protects nothing.
    #[must_use]
    pub fn certificate_pem(&self) -> &'static str {
        CERTIFICATE_PEM
    }

    /// Waits until a push fits, such as one whose callback was answered; `None` when none did in
    /// time.
    pub async fn wait_for_push(
        &self,
        fits: impl FnMut(&Push) -> bool,
        timeout: Duration,
    ) -> Option<Push> {
        self.world.mpesa.wait_for_push(fits, timeout).await
    }

    /// The recorded HTTP exchanges in both directions, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.world.exchanges.all()
    }

    /// Waits until an exchange fits, also one of the past; `None` when none came in time.
    pub async fn wait_for_exchange(
        &self,
        fits: impl FnMut(&Exchange) -> bool,
        timeout: Duration,
    ) -> Option<Exchange> {
        self.world.exchanges.wait_for(fits, timeout).await
    }

    /// Waits until nothing is under way: no prompt on a phone, no session, no message to the service,
    /// late ones included. `false` when that did not come in time.
    pub async fn wait_until_quiet(&self, timeout: Duration) -> bool {
        tokio::time::timeout(timeout, self.world.until_quiet())
            .await
            .is_ok()
    }

    /// Switches the simulated opponent on or off.
    pub fn set_opponent(&self, on: bool) {
        opponent::switch(&self.world, on);
    }

    /// What the simulated opponent is doing.
    #[must_use]
    pub fn opponent(&self) -> OpponentStatus {
        self.world.opponent.borrow().clone()
    }

    /// Waits until the simulated opponent's state fits; `false` when it did not in time.
    pub async fn wait_for_opponent(
        &self,
        fits: impl FnMut(&OpponentStatus) -> bool,
        timeout: Duration,
    ) -> bool {
        let mut status = self.world.opponent.subscribe();
        tokio::time::timeout(timeout, status.wait_for(fits))
            .await
            .is_ok_and(|found| found.is_ok())
    }

    /// The state, as JSON: M-Pesa's books, phones, and what is still to be done.
    #[must_use]
    pub fn state(&self) -> String {
        self.world.state()
    }

    /// Puts a state in the place of this one; the record and waiting faults are forgotten.
    pub async fn load_state(&self, json: &str) -> Result<(), StateError> {
        self.world.load(json).await
    }

    /// Writes the state into its file, whole or not at all.
    pub fn save_state(&self) -> Result<PathBuf, StateError> {
        self.world.save()
    }

    /// Forgets everything, as if it had just been started; with a seed, what follows repeats.
    pub async fn reset(&self) {
        self.world.reset().await;
    }

    /// Counts up with each reset, for a service that has registered something.
    #[must_use]
    pub fn resets(&self) -> watch::Receiver<u64> {
        self.world.resets.subscribe()
    }

    /// Tells the service of an SMS to this phone, whatever the truth is: one report for each
    /// status, in this order.
    pub fn report_sms(
        &self,
        phone: &Phone,
        id: &str,
        steps: &[DeliveryStatus],
        reason: Option<&str>,
    ) {
        let reason = reason.map(str::to_owned);
        sms::report(
            &self.world,
            phone.number(),
            id.to_owned(),
            steps.to_vec(),
            reason,
        );
    }

    /// Stops: no call to the service goes out after this. The state is saved where it has a file;
    /// the log tells if that fails.
    pub async fn stop(mut self) {
        self.world.stop().await;
        if tokio::time::timeout(STOP_LIMIT, &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
        if self.world.config.state.is_some()
            && let Err(error) = self.world.save()
        {
            tracing::error!("{error}");
        }
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Simulator").field(&self.address).finish()
    }
}
