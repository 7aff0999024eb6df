//! The terminal: reads what is typed, lets the phones and the service act, shows what comes.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    thread,
    time::Duration,
};

use tokio::{sync::mpsc, time::MissedTickBehavior};

use super::{
    House,
    command::{Command, HELP},
    handset::{Handset, boxed},
    till::{Answer, FUNDS, PIN, PushResult},
};
use crate::{
    cli::{Failed, say},
    core::{msisdn::Msisdn, text::septets},
    menu::Shown,
    ports::{Clock, Hop},
    store::CallbackKind,
};

/// How far apart the looks at due work are while time passes by `wait`.
const STEP: Duration = Duration::from_secs(10);

/// How many such looks there are at most.
const MAX_STEPS: u32 = 400;

/// How often due work is looked for while a person thinks.
const LOOK: Duration = Duration::from_millis(500);

/// How many lines are read ahead.
const AHEAD: usize = 16;

/// The terminal.
pub(super) struct Shell {
    house: House,
    phones: Vec<Handset>,
    /// The place of the phone in hand.
    current: usize,
    network: String,
    code: String,
    /// Whether the cursor stands behind a prompt.
    is_at_prompt: bool,
}

/// Whether there is more to come.
#[derive(PartialEq, Eq)]
enum Next {
    Line,
    Quit,
}

impl Shell {
    pub(super) fn new(house: House, number: Msisdn, network: String, code: String) -> Self {
        Self {
            phones: vec![Handset::new(1, number, &network)],
            house,
            current: 0,
            network,
            code,
            is_at_prompt: false,
        }
    }

    /// Plays until `quit`, the end of the input, or Ctrl-C.
    pub(super) async fn play(mut self) -> Result<(), Failed> {
        let is_person = io::stdin().is_terminal();
        self.welcome();
        let mut lines = read_lines();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.prompt();
        loop {
            let line = tokio::select! {
                line = lines.recv() => line,
                _ = tokio::signal::ctrl_c() => None,
                _ = look.tick(), if is_person => {
                    if self.catch_up().await? {
                        self.prompt();
                    }
                    continue;
                }
            };
            let Some(line) = line else {
                say("");
                break;
            };
            self.is_at_prompt = false;
            if !is_person {
                // A script's transcript reads like a terminal's.
                say(line.trim_end());
            }
            if self.obey(Command::read(&line)).await? == Next::Quit {
                break;
            }
            self.prompt();
        }
        self.house.app.store().close().await;
        Ok(())
    }

    fn welcome(&self) {
        let budget = self.budget();
        say(&format!(
            "The menu on a phone: {}, network {}, {budget} septets a screen.\n\
            The money is play money: KES {FUNDS} at M-Pesa, PIN {PIN}. Nothing is kept.\n\
            Type \"dial\" to begin, \"help\" for more.",
            self.phones.first().map_or("", |phone| phone.msisdn.e164()),
            self.network
        ));
    }

    /// Says what nobody asked for, on a line of its own.
    fn tell(&mut self, news: &str) {
        if std::mem::take(&mut self.is_at_prompt) {
            say("");
        }
        say(news);
    }

    fn prompt(&mut self) {
        self.is_at_prompt = true;
        let number = self.current + 1;
        let mut out = io::stdout();
        let _ = write!(out, "{number}> ").and_then(|()| out.flush());
    }

    fn budget(&self) -> usize {
        self.house.app.settings().networks.of(&self.network).budget
    }

    async fn obey(&mut self, command: Command) -> Result<Next, Failed> {
        match command {
            Command::Quit => return Ok(Next::Quit),
            Command::Help => say(HELP),
            Command::Wrong(why) => say(why),
            Command::Phone(number) => self.take_phone(number),
            Command::Wait(time) => self.wait(time).await?,
            Command::Dial(text) => self.dial(&text).await?,
            Command::Redial => {
                let last = self.phone().map(|phone| phone.dialled().to_owned());
                self.dial(&last.unwrap_or_default()).await?;
            }
            Command::HangUp => {
                if self.phone_mut().is_some_and(Handset::hang_up) {
                    say("hung up");
                    self.end_session().await?;
                } else {
                    say("no session");
                }
            }
            Command::Cancel if !self.is_in_session() => self.answer_prompt(Answer::Cancel).await?,
            Command::Cancel => self.reply("cancel").await?,
            Command::Reply(text) => self.reply(&text).await?,
            Command::Typed(text) if self.is_in_session() => self.reply(&text).await?,
            Command::Typed(text) if text.is_empty() => {}
            Command::Typed(text) => self.answer_prompt(Answer::Pin(&text)).await?,
        }
        self.catch_up().await?;
        Ok(Next::Line)
    }

    fn phone(&self) -> Option<&Handset> {
        self.phones.get(self.current)
    }

    fn phone_mut(&mut self) -> Option<&mut Handset> {
        self.phones.get_mut(self.current)
    }

    fn is_in_session(&self) -> bool {
        self.phone().is_some_and(Handset::is_in_session)
    }

    /// Takes another phone in hand; those up to it are bought where they are missing.
    fn take_phone(&mut self, number: usize) {
        while self.phones.len() < number {
            let next = self.phones.len() + 1;
            let is_taken = |msisdn: &Msisdn| self.phones.iter().any(|p| p.msisdn == *msisdn);
            let numbers = ["+25472234567", "+25473345678"].map(|start| format!("{start}{next}"));
            let free = numbers
                .iter()
                .filter_map(|number| Msisdn::parse(number).ok())
                .find(|msisdn| !is_taken(msisdn));
            let Some(msisdn) = free else { return };
            self.phones.push(Handset::new(next, msisdn, &self.network));
        }
        self.current = number - 1;
        if let Some(phone) = self.phone() {
            let state = if phone.is_in_session() {
                "in a session"
            } else {
                "no session"
            };
            say(&format!("phone {number}: {}, {state}", phone.msisdn.e164()));
        }
    }

    async fn dial(&mut self, text: &str) -> Result<(), Failed> {
        if self
            .phone()
            .is_some_and(|phone| self.house.till.waits(&phone.msisdn))
        {
            say("M-Pesa's request is on the screen: enter the PIN, or cancel");
            return Ok(());
        }
        if self.phone_mut().is_some_and(Handset::hang_up) {
            say("hung up");
            self.end_session().await?;
        }
        let code = self.code.clone();
        let text = if text.is_empty() { &code } else { text };
        let now = self.house.clock.now();
        let hop = self.phone_mut().map(|phone| phone.dial(text, &code, now));
        self.hop(hop).await
    }

    async fn reply(&mut self, text: &str) -> Result<(), Failed> {
        if !self.is_in_session() {
            say("no session: dial first");
            return Ok(());
        }
        if text.contains('#') || text.chars().count() > MAX_REPLY {
            say("a phone does not send that: no #, and 90 characters at most");
            return Ok(());
        }
        let hop = self.phone_mut().map(|phone| phone.reply(text));
        self.hop(hop).await
    }

    async fn hop(&mut self, hop: Option<Hop>) -> Result<(), Failed> {
        let Some(hop) = hop else { return Ok(()) };
        let shown: Shown = self.house.app.hop(&hop).await;
        let budget = self.budget();
        if let Some(phone) = self.phone_mut() {
            say(&phone.show(&shown, budget));
        }
        if shown.ends {
            self.end_session().await?;
        }
        Ok(())
    }

    /// A session has ended; a moment later M-Pesa may ask for a PIN.
    async fn end_session(&mut self) -> Result<(), Failed> {
        self.catch_up().await?;
        self.house.clock.pass(self.house.app.settings().stk_delay);
        self.catch_up().await?;
        Ok(())
    }

    async fn answer_prompt(&mut self, answer: Answer<'_>) -> Result<(), Failed> {
        let Some(msisdn) = self.phone().map(|phone| phone.msisdn.clone()) else {
            return Ok(());
        };
        match self.house.till.answer(&msisdn, answer) {
            None => say("no session: dial first"),
            Some(result) => self.call_back(result).await?,
        }
        Ok(())
    }

    /// Tells the service what became of a push, as Daraja would.
    async fn call_back(&mut self, result: PushResult) -> Result<(), Failed> {
        self.tell(&format!("   M-Pesa: {}", result.said));
        let body = result.body.as_bytes();
        let app = &self.house.app;
        app.take_callback(CallbackKind::Stk, &result.deposit_id, body, "terminal")
            .await?;
        Ok(())
    }

    async fn wait(&mut self, time: Duration) -> Result<(), Failed> {
        let step = STEP.max(time / MAX_STEPS);
        let mut left = time;
        while !left.is_zero() {
            let now = left.min(step);
            self.house.clock.pass(now);
            left -= now;
            self.catch_up().await?;
        }
        say(&format!("it is {}", self.house.clock.now()));
        Ok(())
    }

    /// Does what is due, and shows what comes of it; whether anything came.
    async fn catch_up(&mut self) -> Result<bool, Failed> {
        let mut has_news = self.lose_sessions();
        loop {
            for result in self.house.till.expire() {
                self.call_back(result).await?;
            }
            self.house.app.work_off().await?;
            let (texts, prompts) = (self.house.post.collect(), self.house.till.collect());
            let paid_out = self.house.till.collect_payouts();
            if texts.is_empty() && prompts.is_empty() && paid_out.is_empty() {
                return Ok(has_news);
            }
            has_news = true;
            for payout in paid_out {
                let (name, amount) = (self.name(&payout.to), payout.amount);
                self.tell(&format!("   M-Pesa: KES {amount} sent to {name}"));
                let (id, body) = (&payout.withdrawal_id, payout.body.as_bytes());
                let app = &self.house.app;
                app.take_callback(CallbackKind::Payout, id, body, "terminal")
                    .await?;
            }
            for prompt in prompts {
                let (name, amount) = (self.name(&prompt.msisdn), prompt.amount);
                let asks = format!(
                    "Pay KES {amount} to Majibu, account {}? Enter M-PESA PIN:",
                    prompt.reference
                );
                self.tell(&format!("   M-Pesa on {name}\n{}", boxed(&asks)));
            }
            for text in texts {
                let (name, size) = (self.name(&text.to), septets(&text.body));
                let now = self.house.clock.now();
                self.tell(&format!(
                    "   SMS to {name}, {now}, {size} septets\n{}",
                    boxed(&text.body)
                ));
                let report = text.report.as_bytes();
                let app = &self.house.app;
                app.take_callback(CallbackKind::SmsDelivery, "", report, "terminal")
                    .await?;
            }
        }
    }

    /// The network ends sessions that last too long.
    fn lose_sessions(&mut self) -> bool {
        let oldest = self.house.clock.now().before(SESSION_LIFE);
        let mut lost = Vec::new();
        for phone in &mut self.phones {
            let is_over = phone
                .in_session_since()
                .is_some_and(|began| began <= oldest);
            if is_over && phone.hang_up() {
                lost.push(phone.number);
            }
        }
        for number in &lost {
            self.tell(&format!(
                "the network has ended the session of phone {number}"
            ));
        }
        !lost.is_empty()
    }

    fn name(&self, msisdn: &Msisdn) -> String {
        let phone = self.phones.iter().find(|phone| phone.msisdn == *msisdn);
        phone.map_or_else(
            || msisdn.e164().to_owned(),
            |phone| format!("phone {}", phone.number),
        )
    }
}

/// How long networks let a session last (Africa's Talking contract, section 1.5).
const SESSION_LIFE: Duration = Duration::from_secs(180);

/// The longest reply that any network lets through (Africa's Talking contract, section 1.2).
const MAX_REPLY: usize = 90;

/// The lines of stdin, from a thread of their own: it ends with the process.
fn read_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut line = Vec::new();
            match stdin.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let line = String::from_utf8_lossy(&line).into_owned();
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
