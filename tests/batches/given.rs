//! Games that are due to be ended, put there through the store.

use std::time::Duration;

use majibu::{
    core::{
        game::clock::Spent,
        ids::{DepositId, EntryId, PlayerId, QuestionId, SetId},
        ledger,
        money::Cents,
        msisdn::Msisdn,
        time::Timestamp,
    },
    ports::{Clock, SystemClock},
    store::{Claim, Entry, EntryState, GivenAnswer, NewQuestion, OpenSet, Store, Tx},
};
use rand::{SeedableRng, rngs::StdRng};

const STAKE: Cents = Cents::new(10_000);
const CATEGORY: &str = "Football";

/// Longer ago than any window.
const LONG_AGO: Duration = Duration::from_secs(24 * 60 * 60);

/// Puts games into a database.
pub(crate) struct Given {
    store: Store,
    rng: StdRng,
    players: u32,
    questions: Vec<QuestionId>,
}

impl Given {
    pub(crate) async fn on(store: &Store) -> Self {
        let mut given = Self {
            store: store.clone(),
            rng: StdRng::seed_from_u64(7),
            players: 0,
            questions: Vec::new(),
        };
        let now = SystemClock.now();
        let mut tx = store.write().await.expect("a transaction");
        for number in 0..5 {
            let id = QuestionId::new(now, &mut given.rng);
            let question = NewQuestion {
                identity: format!("question {number}"),
                category: CATEGORY.into(),
                locale: "en".into(),
                question: format!("{number}?"),
                choices: ["a", "b", "c"].map(Into::into).to_vec(),
                answer: 2,
                source: None,
            };
            let imported = tx.import_question(id, &question, now).await;
            imported.expect("imported");
            given.questions.push(id);
        }
        tx.commit().await.expect("committed");
        given
    }

    /// So many games that are due for one kind of work: both rounds finished (sets), one round
    /// finished and nobody came (unpaired), or both rounds run out of time (rounds).
    pub(crate) async fn due(&mut self, what: Claim, games: usize) {
        let mut tx = self.store.write().await.expect("a transaction");
        for _ in 0..games {
            self.game(&mut tx, what).await;
        }
        tx.commit().await.expect("committed");
    }

    async fn game(&mut self, tx: &mut Tx, what: Claim) {
        let (now, long_ago) = (SystemClock.now(), SystemClock.now().before(LONG_AGO));
        let owner = self.funded(tx, long_ago).await;
        let set = OpenSet {
            id: SetId::new(now, &mut self.rng),
            category: CATEGORY.into(),
            stake: STAKE,
            owner,
            questions: self.questions.clone(),
            offered_until: long_ago,
        };
        tx.open_set(&set, long_ago).await.expect("opened");
        let mut seats = vec![owner];
        if what != Claim::Unpaired {
            seats.push(self.funded(tx, long_ago).await);
        }
        for (seat, player) in (1..).zip(seats) {
            let entry = self.entry(set.id, seat, player, long_ago);
            tx.add_entry(&entry, long_ago).await.expect("an entry");
            let staked = ledger::stake(player, entry.id, STAKE);
            tx.book(staked.as_slice(), long_ago).await.expect("staked");
            let answer = GivenAnswer {
                choice: 2,
                is_correct: seat == 1,
                received_at: long_ago,
            };
            tx.add_answer(&entry, answer, Spent::default(), long_ago, long_ago)
                .await
                .expect("answered");
            if what != Claim::Rounds {
                let due = (what == Claim::Unpaired).then_some(long_ago);
                tx.finish_entry(entry.id, long_ago, due)
                    .await
                    .expect("finished");
            }
        }
        if what == Claim::Sets {
            tx.make_settleable(&[set.id], now).await.expect("due");
        }
    }

    async fn funded(&mut self, tx: &mut Tx, now: Timestamp) -> PlayerId {
        self.players += 1;
        let msisdn = Msisdn::parse(&format!("+2547120{:05}", self.players)).expect("a number");
        let id = PlayerId::new(now, &mut self.rng);
        let player = tx.register(id, &msisdn, "en", now).await;
        let player = player.expect("registered").id;
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
}
