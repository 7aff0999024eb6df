//! What players do in tests: register, deposit, play, and what they have then.

use std::time::Duration;

use majibu::{
    app::PlayerReport,
    core::msisdn::Msisdn,
    store::{Entry, EntryState},
};
use sandbox::{Exchange, Phone, Screen};

use super::{CODE, PATIENCE, World};

impl World {
    pub fn phone(&self, number: &str) -> Phone {
        self.sim.phone(number).expect("a Kenyan number")
    }

    /// A phone whose owner is registered, in English.
    pub async fn registered(&self, number: &str) -> Phone {
        let phone = self.phone(number);
        dial(&phone).await;
        press(&phone, &["1", "1"]).await;
        phone.drop_session();
        phone
    }

    /// A phone whose owner is registered and has so much in the wallet, by M-Pesa.
    pub async fn funded(&self, number: &str, shillings: i64) -> Phone {
        let phone = self.registered(number).await;
        self.deposit(&phone, shillings).await;
        phone
    }

    /// Deposits by the menu and the PIN prompt, until the SMS is there.
    pub async fn deposit(&self, phone: &Phone, shillings: i64) {
        let before = phone.inbox().len();
        self.ask_deposit(phone, shillings).await;
        phone.enter_pin("1234").await.expect("paid");
        self.callbacks_are_in().await;
        self.run_due().await;
        assert!(phone.inbox().len() > before, "an SMS about the deposit");
    }

    /// Asks for a deposit by the menu; the PIN prompt is on the phone when this returns.
    pub async fn ask_deposit(&self, phone: &Phone, shillings: i64) {
        dial(phone).await;
        let last = press(phone, &["2", &shillings.to_string()]).await;
        assert_eq!(last.name.as_deref(), Some("deposit_sent"), "{}", last.text);
        self.turn(self.config.daraja.stk_delay);
        self.run_due().await;
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    }

    /// Waits until the simulator has posted a callback for every push that has an outcome.
    pub async fn callbacks_are_in(&self) {
        let is_waited_for = |push: &sandbox::Push| push.callbacks.is_empty();
        let pushes = self.sim.pushes();
        for waiting in pushes.into_iter().filter(is_waited_for) {
            let id = waiting.checkout_request_id;
            let arrived =
                |push: &sandbox::Push| push.checkout_request_id == id && !push.callbacks.is_empty();
            self.sim
                .wait_for_push(arrived, PATIENCE)
                .await
                .expect("a callback");
        }
    }

    /// Waits until the gateway has told how every session of a phone ended, but for one that is open,
    /// and acts on it.
    pub async fn ends_are_told(&self, phone: &Phone) {
        let session = |exchange: &Exchange| -> Option<String> {
            let fields: Vec<(String, String)> =
                serde_urlencoded::from_str(&exchange.request_body).ok()?;
            let mut ids = fields.into_iter().filter(|(name, _)| name == "sessionId");
            ids.next().map(|(_, id)| id)
        };
        let is_theirs = |exchange: &Exchange| exchange.phone == Some(phone.number());
        let hops = self.sim.exchanges().into_iter();
        let hops = hops.filter(|one| one.what == "USSD hop" && is_theirs(one));
        let mut begun: Vec<String> = hops.filter_map(|hop| session(&hop)).collect();
        begun.dedup();
        if phone.is_in_session() {
            begun.pop();
        }
        for id in begun {
            let is_told = |exchange: &Exchange| {
                exchange.what == "end event"
                    && exchange.status.is_some()
                    && session(exchange).as_ref() == Some(&id)
            };
            let told = self.sim.wait_for_exchange(is_told, PATIENCE).await;
            told.expect("how a session ended");
        }
        self.run_due().await;
    }

    /// Dials and takes a seat: the first category, the stake with this number in the list. The first
    /// question is on the screen when this returns.
    pub async fn stake(&self, phone: &Phone, stake: &str) -> Screen {
        dial(phone).await;
        let screen = press(phone, &["1", "1", stake, "1"]).await;
        assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
        screen
    }

    /// Answers questions until the session ends; one item of `answers` per question, `thinking`
    /// before each.
    pub async fn answer(&self, phone: &Phone, answers: &[Answer], thinking: Duration) -> Screen {
        let mut last = phone.screen().expect("a question");
        for answer in answers {
            self.turn(thinking);
            let key = self.key(phone, *answer).await;
            last = phone.reply(&key).await.expect("a reply");
        }
        last
    }

    /// The key of the right answer, or of a wrong one, to the question under way.
    pub async fn key(&self, phone: &Phone, answer: Answer) -> String {
        let entry = self.entry_under_way(phone).await;
        let mut tx = self.app().store().read().await.expect("read");
        let question = tx
            .question_of_set(entry.set, entry.position, "en")
            .await
            .expect("a question");
        let place = usize::try_from(entry.position - 1).expect("a place");
        let order = &entry.choice_orders[place];
        let is_wanted = |choice: &u8| (*choice == question.answer) == (answer == Answer::Right);
        (order.iter().position(is_wanted).expect("a choice") + 1).to_string()
    }

    pub async fn entry_under_way(&self, phone: &Phone) -> Entry {
        let msisdn = msisdn(phone);
        let mut tx = self.app().store().read().await.expect("read");
        let player = tx.player(&msisdn).await.expect("read").expect("registered");
        let open = tx.open_entries(player.id).await.expect("read");
        let playing = open
            .into_iter()
            .find(|entry| entry.state == EntryState::Playing);
        playing.expect("a round under way")
    }

    pub async fn report(&self, phone: &Phone) -> PlayerReport {
        let report = self
            .app()
            .player_report(&msisdn(phone))
            .await
            .expect("read");
        report.expect("a registered player")
    }

    /// The wallet, in cents.
    pub async fn balance(&self, phone: &Phone) -> i64 {
        self.report(phone).await.player.balance.get()
    }

    /// The last SMS on a phone.
    pub fn last_sms(&self, phone: &Phone) -> String {
        phone
            .inbox()
            .last()
            .map(|sms| sms.text.clone())
            .unwrap_or_default()
    }
}

/// What a scripted player answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Right,
    Wrong,
}

pub fn msisdn(phone: &Phone) -> Msisdn {
    Msisdn::parse(&phone.number().to_string()).expect("a Kenyan number")
}

pub async fn dial(phone: &Phone) -> Screen {
    phone.dial(CODE).await.expect("a screen")
}

/// Presses keys one after the other; gives the last screen.
pub async fn press(phone: &Phone, keys: &[&str]) -> Screen {
    let mut last = phone.screen().expect("a session");
    for key in keys {
        last = phone.reply(key).await.expect("a screen");
        assert!(last.faults.is_empty(), "{:?}: {}", last.faults, last.text);
    }
    last
}
