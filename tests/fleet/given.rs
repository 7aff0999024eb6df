//! What fleets start from: players, deposits and games, put there through the store.

use majibu::{
    core::{
        game::clock::Spent,
        ids::{DepositId, EntryId, PlayerId, QuestionId, SetId, SmsId},
        ledger,
        money::Cents,
        msisdn::Msisdn,
        sms::SmsClass,
        time::Timestamp,
    },
    ports::{Clock, SystemClock},
    store::{Entry, EntryState, GivenAnswer, NewQuestion, OpenSet, Sms, Store, Tx},
};
use rand::{SeedableRng, rngs::StdRng};

const STAKE: Cents = Cents::new(10_000);
const CATEGORY: &str = "Football";

/// Puts things into a database.
pub(crate) struct Given {
    store: Store,
    rng: StdRng,
    players: u32,
    questions: Vec<QuestionId>,
}

impl Given {
    /// In a database with the schema.
    pub(crate) async fn on(url: &str) -> Self {
        let store = Store::open(url).await.expect("a database");
        store.migrate().await.expect("a schema");
        Self {
            store,
            rng: StdRng::seed_from_u64(3),
            players: 0,
            questions: Vec::new(),
        }
    }

    async fn player(&mut self, tx: &mut Tx, now: Timestamp) -> (PlayerId, Msisdn) {
        self.players += 1;
        let msisdn = Msisdn::parse(&format!("+2547120{:05}", self.players)).expect("a number");
        let id = PlayerId::new(now, &mut self.rng);
        let player = tx.register(id, &msisdn, "en", now).await;
        (player.expect("registered").id, msisdn)
    }

    /// Deposits of new players, all due to be pushed at once.
    pub(crate) async fn deposits(&mut self, count: usize) {
        let now = SystemClock.now();
        let mut tx = self.store.write().await.expect("a transaction");
        for _ in 0..count {
            let (player, _) = self.player(&mut tx, now).await;
            let id = DepositId::new(now, &mut self.rng);
            let added = tx.add_deposit(id, player, STAKE, now, now).await;
            added.expect("a deposit");
        }
        tx.commit().await.expect("committed");
    }

    /// SMS and sets with two finished entries, all due at once.
    pub(crate) async fn due(&mut self, games: usize, sms: usize) {
        let now = SystemClock.now();
        let mut tx = self.store.write().await.expect("a transaction");
        if self.questions.is_empty() {
            self.import(&mut tx, now).await;
        }
        for _ in 0..games {
            self.game(&mut tx, now).await;
        }
        for number in 0..sms {
            let (player, msisdn) = self.player(&mut tx, now).await;
            let sms = Sms {
                id: SmsId::new(now, &mut self.rng),
                cause: format!("test:{player}"),
                player: Some(player),
                msisdn,
                kind: "refunded",
                class: SmsClass::Receipt,
                body: format!("Text {number}"),
            };
            tx.add_sms(&sms, now).await.expect("an SMS");
        }
        tx.commit().await.expect("committed");
    }

    async fn import(&mut self, tx: &mut Tx, now: Timestamp) {
        for number in 0..5 {
            let id = QuestionId::new(now, &mut self.rng);
            let question = NewQuestion {
                identity: format!("question {number}"),
                category: CATEGORY.into(),
                locale: "en".into(),
                question: format!("{number}?"),
                choices: ["a", "b", "c"].map(Into::into).to_vec(),
                answer: 2,
                source: None,
            };
            tx.import_question(id, &question, now)
                .await
                .expect("imported");
            self.questions.push(id);
        }
    }

    /// A game of two new players, which the first one won.
    async fn game(&mut self, tx: &mut Tx, now: Timestamp) {
        let first = self.funded(tx, now).await;
        let second = self.funded(tx, now).await;
        let set = OpenSet {
            id: SetId::new(now, &mut self.rng),
            category: CATEGORY.into(),
            stake: STAKE,
            owner: first,
            questions: self.questions.clone(),
            offered_until: now,
        };
        tx.open_set(&set, now).await.expect("opened");
        for (seat, player) in [(1, first), (2, second)] {
            let entry = self.entry(set.id, seat, player, now);
            tx.add_entry(&entry, now).await.expect("an entry");
            let staked = ledger::stake(player, entry.id, STAKE);
            tx.book(staked.as_slice(), now).await.expect("staked");
            let answer = GivenAnswer {
                choice: 2,
                is_correct: seat == 1,
                received_at: now,
            };
            tx.add_answer(&entry, answer, Spent::default(), now, now)
                .await
                .expect("answered");
            tx.finish_entry(entry.id, now, None)
                .await
                .expect("finished");
        }
        tx.make_settleable(&[set.id], now).await.expect("due");
    }

    async fn funded(&mut self, tx: &mut Tx, now: Timestamp) -> PlayerId {
        let (player, _) = self.player(tx, now).await;
        let id = DepositId::new(now, &mut self.rng);
        let receipt = id.reference();
        tx.add_deposit(id, player, STAKE, now, now)
            .await
            .expect("a deposit");
        let transfer = ledger::deposit(player, &receipt, STAKE);
        tx.book(transfer.as_slice(), now).await.expect("booked");
        tx.pay_deposit(id, &receipt, STAKE, false, now)
            .await
            .expect("paid");
        player
    }

    fn entry(&mut self, set: SetId, seat: i64, player: PlayerId, now: Timestamp) -> Entry {
        Entry {
            id: EntryId::new(now, &mut self.rng),
            set,
            seat,
            player,
            state: EntryState::Playing,
            choice_orders: vec![vec![3, 1, 2]; 5],
            position: 1,
            sent_at: now,
            spent: Spent::default(),
            answered: 0,
            correct: 0,
            received: Cents::ZERO,
            staked_at: now,
        }
    }

    /// The numbers of all players so far.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = String> + use<> {
        (1..=self.players).map(|number| format!("+2547120{number:05}"))
    }

    /// Whether nothing is under way.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}
