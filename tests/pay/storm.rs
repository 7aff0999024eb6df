//! The storm: deposits by push and to the paybill, and withdrawals, while the simulator plays every
//! fault that it knows at every point, chosen by chance for each message. When it is quiet again,
//! money booked equals money moved: every receipt of M-Pesa is in the ledger once, and every shilling
//! in the ledger's `mpesa` account moved at M-Pesa.
//!
//! The seed is printed; `STORM_SEED` sets another. Which message meets which fault also depends on
//! how the machine schedules, so a seed does not repeat a run exactly. The gate has 200 deposits and
//! 200 withdrawals; the whole storm has 1,000 of each:
//!
//! ```sh
//! TEST_ENGINE=production tests/run --test pay storm -- --ignored
//! ```

#![expect(clippy::print_stdout, reason = "a seed is of use when it is known")]

mod books;
mod weather;

use std::{collections::BTreeSet, time::Duration};

use majibu::{app::App, config::Config, service::Service};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use sandbox::{FaultPoint, PayoutResult, Phone, SimulatorConfig};

use self::books::compare;
use crate::{
    help::{MINUTE, SECOND, beside},
    payouts::pays_out,
    support::{CODE, QUESTIONS, World},
};

/// Deposits and withdrawals of a storm, at least so many of each.
const GATE: usize = 200;
const WHOLE: usize = 1_000;

/// Deposits and withdrawals for each player.
const EACH: usize = 4;

/// How many workers each process has.
const WORKERS: usize = 3;

/// How often the clock is turned in vain before a storm has not ended.
const PATIENCE: usize = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_faults_leaves_money_booked_equal_to_money_moved() {
    rage(GATE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "1,000 deposits and 1,000 withdrawals take minutes in a debug build"]
async fn a_storm_of_a_thousand_leaves_money_booked_equal_to_money_moved() {
    rage(WHOLE).await;
}

/// What is under way in a storm.
pub(crate) struct Storm {
    pub(crate) world: World,
    pub(crate) phones: Vec<Phone>,
    second: Option<Service>,
    rng: StdRng,
    pushes: usize,
    payments: usize,
    withdrawals: usize,
}

/// What a player tries next.
#[derive(Clone, Debug)]
enum Try {
    Push(i64),
    Payment(String, i64),
    Withdrawal(i64),
    Balance,
}

async fn rage(size: usize) {
    let seed = std::env::var("STORM_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    println!("STORM_SEED={seed}, {size} deposits and {size} withdrawals");
    let begun = std::time::Instant::now();
    let mut storm = Storm::gather(size, seed).await;
    println!("{:?}: {} players", begun.elapsed(), storm.phones.len());
    while storm.pushes + storm.payments < size || storm.withdrawals < size {
        storm.round(size).await;
    }
    println!(
        "{:?}: {} pushes, {} payments to the paybill, {} withdrawals",
        begun.elapsed(),
        storm.pushes,
        storm.payments,
        storm.withdrawals
    );
    storm.calm_down().await;
    println!("{:?}: quiet", begun.elapsed());
    compare(&storm).await;
    println!("{:?}: compared", begun.elapsed());
    storm.end().await;
}

/// The settings of the house: taxes, so that they are in the books too, and time-outs that are short,
/// since they are real.
fn house(config: &mut Config) {
    pays_out(config);
    config.tax.excise_on_deposit_bps = 500;
    config.tax.withholding_on_withdrawal_bps = 500;
    config.wallet.flagged_cool_off = MINUTE;
    config.daraja.timeout = Duration::from_millis(400);
    config.africastalking.timeout = Duration::from_millis(400);
    config.paybill.pull_every = 120 * MINUTE;
    config.paybill.pull_number = Some("0700000001".into());
}

/// Providers who remember everything, and prompts that go away while it rages.
fn providers(seed: u64) -> SimulatorConfig {
    let mut config = SimulatorConfig::instant();
    config.seed = Some(seed);
    config.remembered_exchanges = 200_000;
    config.daraja.prompt_life = SECOND;
    config.daraja.opening_balance_cents = 5_000_000;
    config.daraja.organisation.opening_float_cents = 1_000_000_000;
    config.daraja.c2b.pull_looks_at_dates = false;
    config
}

impl Storm {
    /// Registers the players and the paybill, then lets the weather turn.
    async fn gather(size: usize, seed: u64) -> Self {
        let world = World::within(providers(seed), QUESTIONS, house).await;
        world.app().register_urls().await.expect("registered");
        let mut phones = Vec::new();
        for number in 0..size / EACH {
            let phone = world.phone(&format!("0712{number:06}"));
            phone.dial(CODE).await.expect("a screen");
            phone
                .reply(if number % 2 == 0 { "1" } else { "2" })
                .await
                .expect("a screen");
            phone.reply("1").await.expect("a screen");
            phone.drop_session();
            phones.push(phone);
        }
        let second = if World::is_production() {
            Some(world.another().await)
        } else {
            None
        };
        let mut rng = StdRng::seed_from_u64(seed);
        weather::turn(&world.sim, &mut rng, size * 20);
        Self {
            world,
            phones,
            second,
            rng,
            pushes: 0,
            payments: 0,
            withdrawals: 0,
        }
    }

    fn apps(&self) -> Vec<App> {
        let second = self.second.iter().map(|service| service.app().clone());
        [self.world.app().clone()]
            .into_iter()
            .chain(second)
            .collect()
    }

    /// Some players do something, prompts are answered, time passes, and every worker of every
    /// process works.
    async fn round(&mut self, size: usize) {
        let tries = self.tries(size);
        let tried =
            futures::future::join_all(tries.into_iter().map(|(phone, what)| attempt(phone, what)));
        for what in tried.await.into_iter().flatten() {
            match what {
                Try::Push(_) => self.pushes += 1,
                Try::Payment(..) => self.payments += 1,
                Try::Withdrawal(_) => self.withdrawals += 1,
                Try::Balance => {}
            }
        }
        self.world.turn(self.world.config.daraja.stk_delay);
        self.work().await;
        self.answer_prompts().await;
        // Late messages and the others may come in before, while or after the jobs run.
        let wait = self.rng.random_range(0..40);
        let _ = self
            .world
            .sim
            .wait_until_quiet(Duration::from_millis(wait))
            .await;
        let passes = Duration::from_secs(self.rng.random_range(5..100));
        if self.rng.random_ratio(1, 5) {
            // Leases run out while their workers are still at it.
            let late = self.rng.random_range(60..200);
            let turn = async {
                tokio::task::yield_now().await;
                self.world.turn(Duration::from_secs(late));
            };
            tokio::join!(self.work(), turn);
        }
        self.world.turn(passes);
        self.work().await;
    }

    /// Everything that is due, by all workers at once.
    async fn work(&self) {
        let apps = self.apps();
        let workers = apps
            .iter()
            .flat_map(|app| std::iter::repeat_n(app, WORKERS));
        let done = futures::future::join_all(workers.map(|app| {
            let app = app.clone();
            async move { tokio::spawn(async move { app.work_off().await }).await }
        }));
        for worked in done.await {
            worked.expect("no panic").expect("jobs");
        }
    }

    /// A third of the players, and what each of them tries.
    fn tries(&mut self, size: usize) -> Vec<(Phone, Try)> {
        let rng = &mut self.rng;
        let mut players: Vec<usize> = (0..self.phones.len()).collect();
        players.shuffle(rng);
        players.truncate(self.phones.len().div_ceil(3));
        let wants_deposits = self.pushes + self.payments < size;
        let wants_withdrawals = self.withdrawals < size;
        let mut tries = Vec::new();
        for player in players {
            let amount = rng.random_range(50..1_500);
            let what = match rng.random_range(0..20) {
                0 => Try::Balance,
                1..=8 if wants_deposits => Try::Push(amount),
                9..=11 if wants_deposits => {
                    let other = self.phones[rng.random_range(0..self.phones.len())].number();
                    let account = match rng.random_range(0..8) {
                        0 => "JOHN".to_owned(),
                        1 => "0799999999".to_owned(),
                        2 => other.to_string(),
                        3 => format!("{} ", self.phones[player].number()),
                        _ => self.phones[player].number().local(),
                    };
                    Try::Payment(account, amount)
                }
                _ if wants_withdrawals => Try::Withdrawal(rng.random_range(50..400)),
                _ => Try::Push(amount),
            };
            tries.push((self.phones[player].clone(), what));
        }
        tries
    }

    /// What people do with the prompts on their phones: most pay.
    async fn answer_prompts(&mut self) {
        for phone in &self.phones {
            if phone.prompt().is_none() {
                continue;
            }
            // A prompt may go away in this very moment.
            let _ = match self.rng.random_range(0..20) {
                0 => phone.cancel_prompt().await,
                1 => phone.enter_pin("0000").await,
                2 => continue,
                _ => phone.enter_pin("1234").await,
            };
        }
        let place = self.rng.random_range(0..self.phones.len());
        let is_reachable = self.rng.random_ratio(3, 4);
        self.phones[place].set_reachable(is_reachable);
    }

    /// Nobody does anything more. The faults go on; time passes until everything has ended or is
    /// left to the operator. Then M-Pesa is asked once more for what nobody told of.
    async fn calm_down(&mut self) {
        for phone in &self.phones {
            phone.set_reachable(true);
        }
        for _ in 0..PATIENCE {
            let is_quiet = self
                .world
                .sim
                .wait_until_quiet(crate::support::PATIENCE)
                .await;
            assert!(is_quiet, "messages under way end");
            self.work().await;
            let open = self.open().await;
            if open.is_empty() && self.world.sim.wait_until_quiet(SECOND).await {
                break;
            }
            self.world.turn(20 * MINUTE);
            self.work().await;
        }
        let open = self.open().await;
        assert!(open.is_empty(), "not ended: {open:#?}");
        self.world.sim.clear_faults();
        let since = self.world.now().before(47 * 60 * MINUTE);
        let pulled = self.world.app().pull(since).await.expect("asked");
        println!("pulled in the end: {:?}", pulled.missed);
        self.work().await;
    }

    /// What is still to be done: rows with a due time, but the chores that never end, and payouts of
    /// which M-Pesa knows nothing although it took them: they are the operator's.
    async fn open(&self) -> BTreeSet<(String, Option<String>)> {
        let sql = "select 'deposit ' || state, id from deposit where due_at_ms is not null
            union all select case when flagged = 1 then 'parked' else 'withdrawal ' || state end,
                originator_id from withdrawal where due_at_ms is not null
            union all select 'callback ' || kind, id from callback where due_at_ms is not null
            union all select 'sms ' || state, id from outbox where due_at_ms is not null";
        let dropped = self.world.sim.payouts().into_iter();
        let dropped: BTreeSet<String> = dropped
            .filter(|payout| payout.result == Some(PayoutResult::Dropped))
            .map(|payout| payout.originator_conversation_id)
            .collect();
        let is_parked = |(what, id): &(String, Option<String>)| {
            what == "parked" && id.as_ref().is_some_and(|id| dropped.contains(id))
        };
        let rows = beside(&self.world).await.pairs(sql).await.into_iter();
        rows.filter(|row| !is_parked(row)).collect()
    }

    async fn end(self) {
        for phone in &self.phones {
            phone.drop_session();
        }
        if let Some(second) = self.second {
            second.stop().await;
        }
        self.world.check().await;
    }
}

/// One try of one player; `None` where the service or the phone did not let it happen.
async fn attempt(phone: Phone, what: Try) -> Option<Try> {
    let happened = match &what {
        Try::Push(amount) => by_menu(&phone, "2", *amount, "deposit_sent", &[]).await,
        Try::Withdrawal(amount) => by_menu(&phone, "6", *amount, "withdraw_sent", &["1"]).await,
        Try::Payment(account, amount) => {
            let paid = phone.pay_to_paybill(account, amount * 100, "1234").await;
            matches!(paid, Ok(sandbox::PaybillResult::Paid(_)))
        }
        Try::Balance => phone.send_sms("BAL").await.is_ok(),
    };
    happened.then_some(what)
}

/// Asks by the menu; whether it came to the screen that says so.
async fn by_menu(phone: &Phone, key: &str, amount: i64, wanted: &str, more: &[&str]) -> bool {
    let Ok(mut screen) = phone.dial(&format!("*384*55*{key}#")).await else {
        return false;
    };
    let amount = amount.to_string();
    for key in std::iter::once(amount.as_str()).chain(more.iter().copied()) {
        assert!(
            screen.faults.is_empty(),
            "{:?}: {}",
            screen.faults,
            screen.text
        );
        let Ok(next) = phone.reply(key).await else {
            break;
        };
        screen = next;
    }
    phone.drop_session();
    screen.name.as_deref() == Some(wanted)
}

/// Where faults can be played.
pub(crate) const POINTS: [FaultPoint; 21] = [
    FaultPoint::Oauth,
    FaultPoint::StkPush,
    FaultPoint::StkQuery,
    FaultPoint::Sms,
    FaultPoint::B2cRequest,
    FaultPoint::StatusRequest,
    FaultPoint::BalanceRequest,
    FaultPoint::ReversalRequest,
    FaultPoint::C2bRegister,
    FaultPoint::PullQuery,
    FaultPoint::StkCallback,
    FaultPoint::B2cResult,
    FaultPoint::StatusResult,
    FaultPoint::BalanceResult,
    FaultPoint::ReversalResult,
    FaultPoint::C2bValidation,
    FaultPoint::C2bConfirmation,
    FaultPoint::DeliveryReport,
    FaultPoint::InboundSms,
    FaultPoint::OptOut,
    FaultPoint::EndEvent,
];
