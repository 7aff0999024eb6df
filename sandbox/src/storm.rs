//! Storms: whole crowds that register, deposit, play, drop the line, dial again and withdraw, while
//! everything goes wrong that can; and the reckoning, in which M-Pesa's books, which know every
//! shilling that moved, are laid beside those of the service.
//!
//! All decisions come from the seed: each player has a generator of its own, and each message its own
//! throw of the dice (`weather`), so that neither depends on how the crowd is interleaved. On virtual
//! time one acts after the other, and each when all has come to rest: a rerun is exact in all that
//! comes of it.

mod digest;
mod figures;
mod player;
mod reckoning;
mod shown;
mod weather;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::{self, Either};
use serde::Serialize;

use crate::fault::FaultPoint;
use crate::number::Number;
use crate::simulator::Simulator;

pub use figures::{Figures, Latency, grouped};
pub use reckoning::{Prizes, Reckoned, Sides};
pub use shown::{
    DepositShown, EntryShown, LedgerShown, PlayerShown, SmsShown, Target, TargetError,
    WithdrawalShown,
};
pub use weather::Faults;
pub(crate) use weather::Weather;

use digest::Digest;
use player::{Habits, Player};

/// The number of the first player; those of the others follow.
const FIRST_NUMBER: u32 = 712_000_001;

/// What happens within one such step of virtual time happens at once.
const STEP: Duration = Duration::from_millis(500);

/// How far virtual time is turned at once while an answer is late.
const TICK: Duration = Duration::from_millis(100);

/// How much faster than people the players are at most while they wait for a prompt: it takes as many
/// messages as ever.
const PROMPT_PACE: u32 = 10;

/// How many numbers are asked about at once.
const ASKED_AT_ONCE: usize = 200;

/// How long the first wait for quiet takes; each further one twice as long, in real time up to the
/// longest.
const FIRST_CALM: Duration = Duration::from_secs(1);
const LONGEST_CALM: Duration = Duration::from_secs(5);

/// What kind of storm.
#[derive(Debug, Clone)]
pub struct StormPlan {
    /// How many players.
    pub players: u32,
    /// Where all decisions come from.
    pub seed: u64,
    /// What goes wrong.
    pub faults: Faults,
    /// How often each player dials.
    pub visits: u32,
    /// The longest time between two visits, in the players' time.
    pub pause: Duration,
    /// How much faster than people the players are, where time is real: 1 is as people are, 100 a
    /// hundred times as fast.
    pub pace: u32,
    /// How many act at the same instant at most. One after the other, on virtual time a rerun is exact.
    pub at_once: usize,
    /// How long is waited, in the players' time, for what is still under way when all have gone.
    pub patience: Duration,
    /// What a game brings.
    pub prizes: Prizes,
}

/// What came of a storm.
#[derive(Debug, Serialize)]
pub struct StormReport {
    /// What it was repeated with.
    pub seed: u64,
    /// Players who registered.
    pub registered: usize,
    /// Games by how they ended.
    pub games: BTreeMap<String, u64>,
    /// What the players did.
    pub counts: BTreeMap<&'static str, u64>,
    /// How long hops took.
    pub latency: Latency,
    /// From the first hop until the last player had gone, in milliseconds.
    pub took_ms: u64,
    /// The time that passed for the players, in milliseconds.
    pub lasted_ms: u64,
    /// Faults played, by point and kind.
    pub faults: BTreeMap<String, u64>,
    /// What moved, what everybody was told and what the service shows, in one figure: on virtual time
    /// the same whenever the same seed is played with the same options.
    pub digest: String,
    /// What both sides agree on; `None` where they differ.
    pub reckoned: Option<Reckoned>,
    /// What was found wrong, the most telling first; empty: all is well.
    pub differences: Vec<String>,
}

/// A storm that rages.
#[derive(Debug)]
pub struct Storm<'a> {
    sim: &'a Simulator,
    plan: StormPlan,
    figures: Arc<Figures>,
}

impl<'a> Storm<'a> {
    /// A storm over a service that the simulator knows the address of.
    ///
    /// # Errors
    /// When the histogram of latencies cannot be made.
    pub fn new(sim: &'a Simulator, plan: StormPlan) -> Result<Self, TargetError> {
        let figures = Figures::new();
        let figures = figures.map_err(|error| TargetError(format!("latencies: {error}")))?;
        Ok(Self {
            sim,
            plan,
            figures: Arc::new(figures),
        })
    }

    /// The figures, to be looked at while it rages.
    #[must_use]
    pub fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.figures)
    }

    /// Lets it rage until all players are through, waits until nothing is under way, and reckons.
    ///
    /// # Errors
    /// When the service's books cannot be read.
    pub async fn rage(&self, target: &dyn Target) -> Result<StormReport, TargetError> {
        let world = self.sim.world();
        world
            .faults()
            .set_weather(Some(Weather::new(self.plan.seed, self.plan.faults)));
        let began = Instant::now();
        let lasted = if target.is_virtual() {
            self.virtually(target).await?
        } else {
            self.really().await
        };
        let took = began.elapsed();
        let played = world
            .faults()
            .set_weather(None)
            .map(|weather| weather.played());
        self.sim.clear_faults();
        let players = self.calm_down(target).await?;
        let ledger = target.ledger().await?;
        let (payments, movements) = (self.sim.payments(), self.sim.movements());
        let mut digest = Digest::new();
        digest.take(&(&movements, &players, &ledger));
        for number in self.numbers() {
            digest.take(&self.sim.phone_of(number).inbox());
        }
        let sides = Sides {
            payments: &payments,
            movements: &movements,
            books: &self.sim.books(),
            ledger: &ledger,
            players: &players,
            prizes: self.plan.prizes,
        };
        let (reckoned, mut differences) = match sides.reckon() {
            Ok(reckoned) => (Some(reckoned), Vec::new()),
            Err(differences) => (None, differences),
        };
        differences.extend(self.figures.findings());
        Ok(StormReport {
            seed: self.plan.seed,
            registered: players.len(),
            games: games(&players),
            counts: self.figures.counts(),
            latency: self.figures.latency(),
            took_ms: millis(took),
            lasted_ms: millis(lasted),
            faults: named(played.unwrap_or_default()),
            digest: digest.figure(),
            reckoned,
            differences,
        })
    }

    fn players(&self) -> Vec<Player> {
        let habits = Habits {
            visits: self.plan.visits,
            pause: self.plan.pause,
            is_clumsy: self.plan.faults == Faults::All,
        };
        let numbers = self.numbers().into_iter();
        let players = (0_u64..).zip(numbers).map(|(place, number)| {
            let seed = weather::mix(self.plan.seed ^ weather::mix(place));
            Player::new(self.sim.phone_of(number), seed, habits, self.figures())
        });
        players.collect()
    }

    fn numbers(&self) -> Vec<Number> {
        let places = 0..self.plan.players;
        let number = |place| Number::from_national(FIRST_NUMBER.saturating_add(place));
        places.filter_map(number).collect()
    }

    /// Time passes as fast as the crowd can act.
    async fn virtually(&self, target: &dyn Target) -> Result<Duration, TargetError> {
        let mut players: Vec<Option<Player>> = self.players().into_iter().map(Some).collect();
        let firsts = players.iter_mut().enumerate();
        let mut coming: BinaryHeap<Reverse<(Duration, usize)>> = firsts
            .filter_map(|(place, player)| Some(Reverse((player.as_mut()?.first(), place))))
            .collect();
        let mut now = Duration::ZERO;
        while let Some(Reverse((next, _))) = coming.peek() {
            let next = (*next).max(now);
            target.pass(next.saturating_sub(now)).await?;
            now = next;
            let mut acting = Vec::new();
            while let Some(Reverse((at, place))) = coming.peek().copied()
                && at <= now + STEP
            {
                coming.pop();
                acting.extend(
                    players
                        .get_mut(place)
                        .and_then(Option::take)
                        .map(|it| (place, it)),
                );
            }
            let mut acting = acting.into_iter();
            let mut acted = Vec::with_capacity(acting.len());
            loop {
                let group = acting.by_ref().take(self.plan.at_once);
                let acts = group.map(|(place, mut player): (usize, Player)| async move {
                    let after = player.act().await;
                    (place, player, after)
                });
                let acts: Vec<_> = acts.collect();
                if acts.is_empty() {
                    break;
                }
                acted.extend(self.drive(target, &mut now, future::join_all(acts)).await?);
            }
            for (place, player, after) in acted {
                match after {
                    Some(after) => {
                        coming.push(Reverse((now + after, place)));
                        if let Some(seat) = players.get_mut(place) {
                            *seat = Some(player);
                        }
                    }
                    None => self.figures.player_is_done(),
                }
            }
        }
        Ok(now)
    }

    /// Lets something happen; what makes it late is over when virtual time has passed.
    async fn drive<T>(
        &self,
        target: &dyn Target,
        now: &mut Duration,
        something: impl Future<Output = T> + Send,
    ) -> Result<T, TargetError> {
        let mut something = pin!(something);
        loop {
            match future::select(something.as_mut(), target.settle()).await {
                Either::Left((done, settled)) => {
                    settled.await;
                    return Ok(done);
                }
                Either::Right(((), _)) => {}
            }
            if let Some(done) = something.as_mut().now_or_never() {
                return Ok(done);
            }
            match future::select(something.as_mut(), target.pass(TICK)).await {
                Either::Left((done, rest)) => {
                    // Never given up half-way: what the service has begun it must write down.
                    rest.await?;
                    *now += TICK;
                    return Ok(done);
                }
                Either::Right((passed, _)) => passed?,
            }
            *now += TICK;
        }
    }

    /// Time passes as it does, for players who are so much faster than people.
    async fn really(&self) -> Duration {
        let began = Instant::now();
        let pace = self.plan.pace.max(1);
        let seats = tokio::sync::Semaphore::new(self.plan.at_once);
        let lives = self.players().into_iter().map(|mut player| {
            let (seats, figures) = (&seats, &self.figures);
            async move {
                let mut wait = player.first();
                loop {
                    let pace = if player.waits_for_prompt() {
                        pace.min(PROMPT_PACE)
                    } else {
                        pace
                    };
                    tokio::time::sleep(wait / pace).await;
                    // Never closed while the storm rages.
                    let Ok(_seat) = seats.acquire().await else {
                        return;
                    };
                    match player.act().await {
                        Some(after) => wait = after,
                        None => return figures.player_is_done(),
                    }
                }
            }
        });
        future::join_all(lives).await;
        began.elapsed() * pace
    }

    /// Answers the prompts that are left, and waits until nothing is under way any more, or patience
    /// ends; gives everybody's books.
    async fn calm_down(&self, target: &dyn Target) -> Result<Vec<PlayerShown>, TargetError> {
        let numbers = self.numbers();
        for number in &numbers {
            let phone = self.sim.phone_of(*number);
            phone.set_reachable(true);
            phone.drop_session();
        }
        let (mut waited, mut wait) = (Duration::ZERO, FIRST_CALM);
        // Everybody, and then those alone who have not come to rest.
        let mut restless = numbers.clone();
        loop {
            for number in &numbers {
                let phone = self.sim.phone_of(*number);
                if phone.prompt().is_some() {
                    // Gone in this moment is as good.
                    let _ = phone.cancel_prompt().await;
                }
            }
            target.pass(wait).await?;
            waited += wait;
            let is_over = waited >= self.plan.patience;
            let asked = self.ask(target, &restless).await?;
            let is_open = |player: &&PlayerShown| player.under_way().is_some();
            let open: BTreeSet<&str> = asked.iter().filter(is_open).map(|it| &*it.msisdn).collect();
            restless.retain(|number| open.contains(number.to_string().as_str()));
            if restless.is_empty() || is_over {
                // What came to rest may have been stirred up again meanwhile.
                let players = self.ask(target, &numbers).await?;
                let is_quiet = players.iter().all(|player| player.under_way().is_none());
                if is_over || is_quiet && self.all_are_told_of(&players) {
                    return Ok(players);
                }
                restless.clone_from(&numbers);
            }
            wait = (wait * 2).min(self.plan.patience.saturating_sub(waited).max(FIRST_CALM));
            if !target.is_virtual() {
                wait = wait.min(LONGEST_CALM);
            }
        }
    }

    /// Whether every payment by push is in the books, and every payout.
    fn all_are_told_of(&self, players: &[PlayerShown]) -> bool {
        let deposits = players.iter().flat_map(|player| &player.deposits);
        let withdrawals = players.iter().flat_map(|player| &player.withdrawals);
        let known: BTreeSet<&str> = deposits
            .filter_map(|row| row.receipt.as_deref())
            .chain(withdrawals.filter_map(|row| row.receipt.as_deref()))
            .collect();
        let movements = self.sim.movements();
        movements
            .iter()
            .all(|movement| known.contains(movement.receipt.as_str()))
    }

    async fn ask(
        &self,
        target: &dyn Target,
        numbers: &[Number],
    ) -> Result<Vec<PlayerShown>, TargetError> {
        let mut shown = Vec::with_capacity(numbers.len());
        for numbers in numbers.chunks(ASKED_AT_ONCE) {
            shown.extend(target.players(numbers).await?);
        }
        Ok(shown)
    }
}

fn games(players: &[PlayerShown]) -> BTreeMap<String, u64> {
    let mut games = BTreeMap::new();
    for entry in players.iter().flat_map(|player| &player.entries) {
        *games.entry(entry.state.clone()).or_default() += 1;
    }
    games
}

fn named(played: BTreeMap<(FaultPoint, &'static str), u64>) -> BTreeMap<String, u64> {
    let played = played.into_iter();
    played
        .map(|((point, fault), times)| (format!("{} {fault}", point.name()), times))
        .collect()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
