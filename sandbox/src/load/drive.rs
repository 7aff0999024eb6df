//! The clients: each on its connection, some on each thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::future::{self, join_all};
use hyper::body::Bytes;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::runtime;
use tokio::task::{self, LocalSet};
use tokio::time::timeout;

use super::client::{Address, Connection, NoReply, Reply};
use super::figures::{LatencyShown, LoadReport, ScreenShown, StepShown, Tally, per, rate};
use super::pace::Pacer;
use super::process;
use super::session::{Next, Session};
use super::{LoadError, LoadPlan, Pace, Play};

/// Everything that is the same for all clients of a run.
struct Run {
    plan: LoadPlan,
    address: Arc<Address>,
    pacer: Pacer,
    began: Instant,
    /// Part of every session's id: no two runs share one.
    name: u64,
}

/// Loads a service as planned; gives the figures.
///
/// # Errors
/// When the plan makes no sense, or a process cannot be measured. A service that does not answer is
/// no error: its hops are counted as failed.
pub async fn run(plan: LoadPlan) -> Result<LoadReport, LoadError> {
    plan.check()?;
    let address = Arc::new(Address::read(&plan.url)?);
    process::read_all(&plan.processes)?;
    let run = Arc::new(Run {
        pacer: Pacer::new(&plan),
        began: Instant::now(),
        name: rand::random(),
        address,
        plan,
    });
    let threads = run.plan.threads.min(run.plan.clients);
    let clients = |thread: usize| (thread..run.plan.clients).step_by(threads).collect();
    let started: Vec<_> = (0..threads)
        .map(|thread| (run.clone(), clients(thread)))
        .map(|(run, clients)| task::spawn_blocking(move || on_one_thread(&run, clients)))
        .collect();
    let pacer = run.clone();
    let let_out = thread::spawn(move || pacer.pacer.let_out(pacer.began));
    tokio::time::sleep_until(run.pacer.counts_from.into()).await;
    let before = process::read_all(&run.plan.processes)?;
    let mut tally = Tally::new(steps(&run.plan))?;
    for thread in started {
        let counted = thread.await.map_err(std::io::Error::other)?;
        tally.add(counted?);
    }
    let took = run.pacer.counts_from.elapsed();
    run.pacer.finish();
    let after = process::read_all(&run.plan.processes)?;
    let _ = task::spawn_blocking(move || let_out.join()).await;
    let pids = run.plan.processes.iter();
    let hops = tally.all.len();
    let processes = pids.zip(before.into_iter().zip(after));
    let processes = processes.map(|(pid, (before, after))| before.until(after, *pid, hops));
    let processes = processes.collect();
    Ok(LoadReport {
        processes,
        ..report(&run, tally, took)
    })
}

fn steps(plan: &LoadPlan) -> usize {
    match (&plan.play, plan.pace) {
        (Play::Script(steps), Pace::Steps) => steps.len(),
        (Play::Script(_) | Play::Rules(..), _) => 0,
    }
}

fn report(run: &Run, tally: Tally, took: Duration) -> LoadReport {
    let screens = tally.screens.iter().map(|(screen, hops)| ScreenShown {
        screen: screen.clone(),
        hops: hops.len(),
        latency: LatencyShown::of(hops),
    });
    let names: Vec<String> = match &run.plan.play {
        Play::Script(steps) => steps.iter().map(super::Step::name).collect(),
        Play::Rules(..) => Vec::new(),
    };
    let phases = run.pacer.phases();
    let steps = tally.steps.iter().zip(names.into_iter().zip(&phases));
    let steps = steps.map(|(hops, (step, phase))| StepShown {
        step,
        hops: hops.len(),
        seconds: phase.took.as_secs_f64(),
        hops_per_second: rate(hops.len(), phase.took),
        processor_us_per_hop: per(phase.processor_ms * 1_000, hops.len()),
        latency: LatencyShown::of(hops),
    });
    let hops = tally.all.len();
    LoadReport {
        seconds: took.as_secs_f64(),
        sessions: tally.sessions,
        hops,
        hops_per_second: rate(hops, took),
        latency: LatencyShown::of(&tally.all),
        screens: screens.collect(),
        steps: steps.collect(),
        malformed: tally.malformed,
        crossed: tally.crossed,
        wrong: tally.wrong,
        failed: tally.failed,
        duplicates: tally.duplicates,
        unsent: run.pacer.unsent(),
        examples: tally.examples,
        processes: Vec::new(),
    }
}

/// Drives some of the clients to their end. A runtime of one thread: its tasks wake each other
/// without a system call.
fn on_one_thread(run: &Arc<Run>, clients: Vec<usize>) -> Result<Tally, LoadError> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tally = Rc::new(RefCell::new(Tally::new(steps(&run.plan))?));
    let local = LocalSet::new();
    let done = runtime.block_on(local.run_until(async {
        let clients = clients.into_iter().map(|number| {
            let mut client = Client {
                run: run.clone(),
                number,
                tally: tally.clone(),
                rng: StdRng::seed_from_u64(run.plan.seed.wrapping_add(number as u64)),
                first: Connection::new(&run.address),
                second: Connection::new(&run.address),
            };
            task::spawn_local(async move { client.work().await })
        });
        join_all(clients.collect::<Vec<_>>()).await
    }));
    for done in done {
        done.map_err(std::io::Error::other)??;
    }
    drop(local);
    let tally = Rc::try_unwrap(tally).map_err(|_| std::io::Error::other("a client lives on"))?;
    Ok(tally.into_inner())
}

struct Client {
    run: Arc<Run>,
    number: usize,
    tally: Rc<RefCell<Tally>>,
    rng: StdRng,
    first: Connection,
    /// For what is sent twice.
    second: Connection,
}

impl Client {
    async fn work(&mut self) -> Result<(), LoadError> {
        let run = self.run.clone();
        if run.plan.pace == Pace::Steps {
            return self.step_by_step(&run).await;
        }
        while let Some(number) = run.pacer.session() {
            let mut session = Session::new(&run.plan, run.name, number);
            while let Some(form) = self.next(&run, &mut session) {
                let Some(intended) = run.pacer.turn(run.began).await else {
                    return Ok(());
                };
                self.hop(&run, &mut session, form, intended, None).await;
            }
            self.tally.borrow_mut().sessions += 1;
        }
        Ok(())
    }

    /// This client's share of the sessions, one step of all of them after the other.
    async fn step_by_step(&mut self, run: &Run) -> Result<(), LoadError> {
        let all = run.plan.sessions.unwrap_or_default();
        let mine = (self.number as u64..all).step_by(run.plan.clients);
        let mut sessions: Vec<Session> = mine
            .map(|number| Session::new(&run.plan, run.name, number))
            .collect();
        for step in 0..steps(&run.plan) {
            for ends in [false, true] {
                if run.pacer.barrier.wait().await.is_leader() {
                    run.pacer.mark(&run.plan.processes, ends)?;
                }
                if ends {
                    continue;
                }
                run.pacer.barrier.wait().await;
                for session in &mut sessions {
                    if let Some(form) = self.next(run, session) {
                        self.hop(run, session, form, Instant::now(), Some(step))
                            .await;
                    }
                }
            }
        }
        self.tally.borrow_mut().sessions += sessions.len() as u64;
        Ok(())
    }

    /// What a session sends next; `None` when it is over.
    fn next(&mut self, run: &Run, session: &mut Session) -> Option<Bytes> {
        match session.next(&run.plan.play, &mut self.rng) {
            Next::Send(form) => Some(form),
            Next::Over => None,
            Next::Stuck => {
                let mut tally = self.tally.borrow_mut();
                tally.wrong += 1;
                tally.example(|| format!("no rule for: {}", session.screen()));
                session.give_up();
                None
            }
        }
    }

    async fn hop(
        &mut self,
        run: &Run,
        session: &mut Session,
        form: Bytes,
        intended: Instant,
        step: Option<usize>,
    ) {
        let is_doubled = run.plan.doubles(&mut self.rng);
        let sent = self.send(form, is_doubled, intended);
        let (reply, took, again) = match timeout(run.plan.patience, sent).await {
            Ok(answered) => answered,
            Err(_) => {
                self.first.drop_it();
                self.second.drop_it();
                (
                    Err(NoReply("no reply in time".into())),
                    Duration::ZERO,
                    None,
                )
            }
        };
        let mut tally = self.tally.borrow_mut();
        if let Some(again) = again {
            tally.duplicates.sent += 1;
            if !is_same(&reply, &again) {
                tally.duplicates.differed += 1;
                tally.example(|| format!("differ: {} and {}", told(&reply), told(&again)));
            }
        }
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                tally.failed += 1;
                tally.example(|| format!("failed: {}", error.0));
                session.give_up();
                return;
            }
        };
        let judged = session.take(&run.plan, &reply);
        tally.judged(&judged, session.screen());
        if intended >= run.pacer.counts_from || step.is_some() {
            tally.hop(&judged.screen, step, took);
        }
    }

    /// Sends a form, twice at the same instant where it is doubled; the latency is that of the first.
    async fn send(
        &mut self,
        form: Bytes,
        is_doubled: bool,
        intended: Instant,
    ) -> (Answer, Duration, Option<Answer>) {
        let first = async {
            let reply = self.first.post(form.clone()).await;
            (reply, intended.elapsed())
        };
        if !is_doubled {
            let (reply, took) = first.await;
            return (reply, took, None);
        }
        let second = self.second.post(form.clone());
        let ((reply, took), again) = future::join(first, second).await;
        (reply, took, Some(again))
    }
}

type Answer = Result<Reply, NoReply>;

/// Whether two requests of one hop got the same answer.
fn is_same(first: &Answer, second: &Answer) -> bool {
    match (first, second) {
        (Ok(first), Ok(second)) => first == second,
        _ => false,
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Ok(reply) => String::from_utf8_lossy(&reply.body).into_owned(),
        Err(error) => error.0.clone(),
    }
}
