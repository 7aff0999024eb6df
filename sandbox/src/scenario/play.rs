//! Plays a scenario against a service, on a virtual clock or on the machine's.
//!
//! On a virtual clock nothing is waited for: whatever can happen at a moment happens, and then the
//! clock is turned to the next. So half an hour is over at once, and a seed repeats itself. On the
//! machine's clock everything takes its time.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use futures::future::BoxFuture;

use super::look;
use super::step::{Does, Scenario, Seen, Step, What};
use super::time::Time;
use super::words::{shillings, written};
use crate::exchange::Exchange;
use crate::fault::{FaultPoint, point_of};
use crate::mpesa::PaybillResult;
use crate::phone::{Phone, PhoneError, Screen};
use crate::simulator::Simulator;
use crate::sms::Sms;

/// How long a message or a prompt is waited for, unless the scenario says otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the answer to a key is waited for: longer than any fault makes it.
const HOP_PATIENCE: Duration = Duration::from_secs(3_700);

/// A service in this process that looks for what is due only when it is told to, and whose clock is
/// the simulator's.
pub trait House: Send + Sync {
    /// Does what is due now; gives how much that was.
    fn work(&self) -> BoxFuture<'_, Result<usize, String>>;

    /// Looks through the books; the error says what is wrong with them.
    fn check(&self) -> BoxFuture<'_, Result<(), String>>;
}

/// What was not as the scenario expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {step}\n{what}")]
pub struct Failure {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1; the last one where the books are wrong at the end.
    pub line: usize,
    /// The line's text.
    pub step: String,
    /// What was expected and what is there, in several lines.
    pub what: String,
}

/// Plays a scenario. `house` is the service where it runs on the simulator's virtual clock.
pub async fn play(
    scenario: &Scenario,
    sim: &Simulator,
    house: Option<&dyn House>,
) -> Result<(), Failure> {
    let failure = |line: usize, step: &str, what: String| Failure {
        file: scenario.file.clone(),
        line,
        step: step.to_owned(),
        what,
    };
    let mut player = Player::new(scenario, sim, house);
    for step in &scenario.steps {
        let done = player.step(step).await;
        done.map_err(|what| failure(step.line, &step.text, what))?;
    }
    let last = scenario.steps.last().map_or(1, |step| step.line);
    let checked = player.check().await;
    checked.map_err(|what| failure(last, "(the end)", what))
}

struct Player<'a> {
    scenario: &'a Scenario,
    sim: &'a Simulator,
    time: Time<'a>,
    phones: Vec<Phone>,
    /// The messages that the scenario has asked for, by their id.
    read: BTreeSet<String>,
}

impl<'a> Player<'a> {
    fn new(scenario: &'a Scenario, sim: &'a Simulator, house: Option<&'a dyn House>) -> Self {
        let phones = scenario.phones.iter().map(|cast| {
            let phone = sim.phone_of(cast.number);
            // Only a session that is open could forbid it.
            let _ = phone.set_network(cast.network);
            if let Some(cents) = cast.balance_cents {
                phone.set_mpesa_balance(cents);
            }
            if let Some(pin) = &cast.pin {
                phone.set_pin(pin);
            }
            phone
        });
        let phones: Vec<Phone> = phones.collect();
        if let Some(cents) = scenario.paybill_cents {
            sim.set_float(cents);
        }
        // A phone of an earlier scenario has messages already.
        let old = phones.iter().flat_map(Phone::inbox).map(|sms| sms.id);
        Self {
            read: old.collect(),
            scenario,
            sim,
            time: Time { sim, house },
            phones,
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match &step.what {
            What::Phone(who, does) => self.phone_does(*who, does).await?,
            What::TimePasses(time) => self.time.pass(*time).await?,
            What::Fault {
                point,
                fault,
                phone,
                times,
            } => {
                let queued = self.sim.queue_fault(*point, fault.clone(), *phone, *times);
                queued.map_err(|error| format!("  {error}\n"))?;
            }
            What::NoFaults => self.sim.clear_faults(),
            What::Played { point, fault } => self.was_played(*point, fault).await?,
            What::PaybillHas(cents) => {
                self.time.rest().await?;
                is_money("the paybill", *cents, self.sim.float_cents())?;
            }
        }
        self.time.rest().await?;
        self.time.tick();
        Ok(())
    }

    async fn phone_does(&mut self, who: usize, does: &Does) -> Result<(), String> {
        let phone = self.phones[who].clone();
        let name = self.scenario.phones[who].name.as_str();
        match does {
            Does::Dials(code) => self.hop(&phone, phone.dial(code)).await,
            Does::Sends(text) => self.hop(&phone, phone.reply(text)).await,
            Does::Chooses(words) => {
                let screen = phone.screen().ok_or("  the phone shows nothing\n")?;
                let key = screen.option(words).ok_or_else(|| {
                    format!(
                        "  no option has these words\n{}",
                        look::shown(Some(&screen))
                    )
                })?;
                self.hop(&phone, phone.reply(&key)).await
            }
            Does::Answers { is_right, times } => {
                for _ in 0..*times {
                    let screen = phone.screen().ok_or("  the phone shows nothing\n")?;
                    let key = self.scenario.answers.key(&screen, *is_right);
                    let key =
                        key.map_err(|why| format!("  {why}\n{}", look::shown(Some(&screen))))?;
                    self.hop(&phone, phone.reply(&key)).await?;
                }
                Ok(())
            }
            Does::HangsUp => {
                phone.drop_session();
                Ok(())
            }
            Does::PaysWithPin(pin) => {
                self.await_prompt(&phone, PATIENCE).await?;
                self.act(&phone, phone.enter_pin(pin)).await.map(drop)
            }
            Does::CancelsPrompt => {
                self.await_prompt(&phone, PATIENCE).await?;
                self.act(&phone, phone.cancel_prompt()).await.map(drop)
            }
            Does::PaysPaybill {
                cents,
                account,
                pin,
            } => {
                let paid = self
                    .act(&phone, phone.pay_to_paybill(account, *cents, pin))
                    .await?;
                let is_paid = matches!(paid, PaybillResult::Paid(_));
                is_paid
                    .then_some(())
                    .ok_or_else(|| format!("  M-Pesa did not take it: {paid:?}\n"))
            }
            Does::Texts(text) => self.act(&phone, phone.send_sms(text)).await.map(drop),
            Does::OptsOut => self.act(&phone, phone.opt_out()).await.map(drop),
            Does::GoesOutOfReach => {
                phone.set_reachable(false);
                Ok(())
            }
            Does::ComesBack => {
                phone.set_reachable(true);
                Ok(())
            }
            Does::GetsSms { text, within } => self.gets_sms(&phone, text, *within).await,
            Does::GetsNoSms(text) => self.gets_no_sms(&phone, text.as_deref()).await,
            Does::IsAskedToPay { cents, within } => {
                let asked = self
                    .await_prompt(&phone, within.unwrap_or(PATIENCE))
                    .await?;
                cents.map_or(Ok(()), |cents| is_money("the prompt", cents, asked))
            }
            Does::IsNotAsked => {
                self.time.rest().await?;
                match phone.prompt() {
                    None => Ok(()),
                    Some(prompt) => Err(format!(
                        "  {name} is asked to pay KES {}\n",
                        shillings(prompt.amount_cents)
                    )),
                }
            }
            Does::HasInMpesa(cents) => {
                self.time.rest().await?;
                is_money(name, *cents, phone.mpesa_balance_cents())
            }
            Does::Sees(seen) => sees(&phone, seen),
        }
    }

    /// Waits for an answer of the service, which has to keep the gateway's rules.
    async fn hop(
        &self,
        phone: &Phone,
        hop: impl Future<Output = Result<Screen, PhoneError>>,
    ) -> Result<(), String> {
        let screen = self.act(phone, hop).await?;
        // A hop that failed as a whole shows it; that may be what the scenario is about.
        if screen.is_failed || screen.faults.is_empty() {
            return Ok(());
        }
        Err(format!(
            "  the service broke a rule of the gateway\n{}",
            look::shown(Some(&screen))
        ))
    }

    /// Waits for what a phone does; what it cannot do is a failure.
    async fn act<T>(
        &self,
        phone: &Phone,
        act: impl Future<Output = Result<T, PhoneError>>,
    ) -> Result<T, String> {
        match self.time.drive(act, HOP_PATIENCE).await? {
            Some(Ok(done)) => Ok(done),
            Some(Err(error)) => {
                let screen = look::shown(phone.screen().as_ref());
                Err(format!("  the phone cannot do that: {error}\n{screen}"))
            }
            None => Err("  it does not come to an end\n".to_owned()),
        }
    }

    /// Waits for the M-Pesa prompt, and gives its amount in cents.
    async fn await_prompt(&self, phone: &Phone, limit: Duration) -> Result<i64, String> {
        match self
            .time
            .drive(phone.wait_for_prompt(Duration::MAX), limit)
            .await?
        {
            Some(Ok(prompt)) => Ok(prompt.amount_cents),
            Some(Err(_)) | None => {
                let time = written(limit);
                let screen = look::shown(phone.screen().as_ref());
                Err(format!(
                    "  M-Pesa does not ask for the PIN within {time}\n{screen}"
                ))
            }
        }
    }

    async fn gets_sms(
        &mut self,
        phone: &Phone,
        text: &str,
        within: Option<Duration>,
    ) -> Result<(), String> {
        let limit = within.unwrap_or(PATIENCE);
        let read = self.read.clone();
        let fits = |sms: &Sms| !read.contains(&sms.id) && look::has(&sms.text, text);
        let came = self
            .time
            .drive(phone.wait_for_sms(fits, Duration::MAX), limit)
            .await?;
        if let Some(Ok(sms)) = came {
            self.read.insert(sms.id);
            return Ok(());
        }
        let unread = self.unread(phone);
        let time = written(limit);
        Err(format!(
            "  no message has this within {time}\n{}",
            look::messages(&unread)
        ))
    }

    async fn gets_no_sms(&mut self, phone: &Phone, text: Option<&str>) -> Result<(), String> {
        self.time.rest().await?;
        let mut unread = self.unread(phone);
        unread.retain(|sms| text.is_none_or(|text| look::has(&sms.text, text)));
        if unread.is_empty() {
            return Ok(());
        }
        Err(look::messages(&unread))
    }

    fn unread(&self, phone: &Phone) -> Vec<Sms> {
        let inbox = phone.inbox().into_iter();
        inbox.filter(|sms| !self.read.contains(&sms.id)).collect()
    }

    async fn was_played(&self, point: FaultPoint, fault: &str) -> Result<(), String> {
        let fits = |exchange: &Exchange| {
            exchange.fault.as_deref() == Some(fault) && point_of(&exchange.what) == Some(point)
        };
        let played = self.sim.wait_for_exchange(fits, Duration::MAX);
        if let Some(Some(_)) = self.time.drive(played, PATIENCE).await? {
            return Ok(());
        }
        let played = self.sim.exchanges().into_iter();
        let played = played.filter_map(|exchange| Some((exchange.what, exchange.fault?)));
        let list: String = played
            .map(|(what, fault)| format!("    {what}: {fault}\n"))
            .collect();
        Err(format!("  it was not; these were:\n{list}"))
    }

    /// The books of both sides at the end.
    async fn check(&self) -> Result<(), String> {
        self.time.rest().await?;
        let lost = self.sim.books().difference_cents();
        if lost != 0 {
            return Err(format!("  M-Pesa's own books differ by {lost} cents\n"));
        }
        match self.time.house {
            Some(house) => house.check().await.map_err(|error| format!("  {error}\n")),
            None => Ok(()),
        }
    }
}

fn sees(phone: &Phone, seen: &Seen) -> Result<(), String> {
    let screen = phone.screen();
    let text = screen.as_ref().map_or("", |screen| screen.text.as_str());
    let name = screen.as_ref().and_then(|screen| screen.name.as_deref());
    let otherwise = |is_so: bool, what: String| {
        let shown = || look::shown(screen.as_ref());
        is_so
            .then_some(())
            .ok_or_else(|| format!("{what}{}", shown()))
    };
    match seen {
        Seen::Part(part) => otherwise(
            screen.is_some() && look::has(text, part),
            format!(
                "  expected somewhere on the screen:\n{}",
                look::behind_bars(part)
            ),
        ),
        Seen::NoPart(part) => otherwise(!look::has(text, part), String::new()),
        Seen::Exactly(all) => {
            let plain: Vec<&str> = text.lines().map(str::trim_end).collect();
            let plain = plain.join("\n");
            let is_so = plain.trim_end() == all.trim_end();
            is_so
                .then_some(())
                .ok_or_else(|| look::difference(all.trim_end(), plain.trim_end()))
        }
        Seen::Screen(own) => otherwise(name == Some(own), String::new()),
        Seen::Session(is_open) => otherwise(phone.is_in_session() == *is_open, String::new()),
    }
}

fn is_money(whose: &str, expected: i64, there: i64) -> Result<(), String> {
    if expected == there {
        return Ok(());
    }
    let (expected, there) = (shillings(expected), shillings(there));
    Err(format!(
        "  expected (-), and {whose} has instead (+):\n    - KES {expected}\n    + KES {there}\n"
    ))
}
