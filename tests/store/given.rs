//! What tests start from: players with money, questions, sets, games.

use majibu::{
    core::{
        game::{clock::Spent, seat::OpenSeat, settle::settle_match},
        ids::{DepositId, EntryId, PlayerId, QuestionId, SetId},
        ledger,
        money::Cents,
        msisdn::Msisdn,
        rules::Rules,
        time::Timestamp,
    },
    store::{Booked, Entry, EntryState, NewQuestion, OpenSet, Store, StoreError, Tx},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{bench::Bench, seats::seeker};

/// When tests happen: 2026-11-22, noon in Nairobi.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_795_338_000_000);
pub(crate) const STAKE: Cents = Cents::new(10_000);
pub(crate) const CATEGORY: &str = "Football";

/// So many milliseconds from [`NOW`].
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOW.ms() + ms)
}

pub(crate) fn msisdn(number: usize) -> Msisdn {
    Msisdn::parse(&format!("+2547120{number:05}")).expect("a Kenyan number")
}

/// Whether a statement was refused for good, rather than taken for a race or a pause.
pub(crate) fn is_refused<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Refused(_)))
}

/// Whether a row was not what the verb needs.
pub(crate) fn is_corrupt<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Corrupt { .. }))
}

/// Whether somebody did the same thing first.
pub(crate) fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}

impl Bench {
    pub(crate) async fn write(&self) -> Tx {
        self.store.write().await.expect("a transaction")
    }

    pub(crate) async fn read(&self) -> Tx {
        self.store.read().await.expect("a transaction")
    }

    /// A registered player.
    pub(crate) async fn player(&self, number: usize) -> PlayerId {
        let id = self.random(|rng| PlayerId::new(NOW, rng));
        let mut tx = self.write().await;
        let player = tx.register(id, &msisdn(number), "en", NOW).await;
        tx.commit().await.expect("committed");
        player.expect("registered").id
    }

    /// A registered player with so much in the wallet, by a deposit.
    pub(crate) async fn funded(&self, number: usize, cents: i64) -> PlayerId {
        let player = self.player(number).await;
        self.fund(player, cents).await;
        player
    }

    /// A deposit that is paid and credited.
    pub(crate) async fn fund(&self, player: PlayerId, cents: i64) -> DepositId {
        let deposit = self.random(|rng| DepositId::new(NOW, rng));
        let (receipt, amount) = (deposit.reference(), Cents::new(cents));
        let transfer = ledger::deposit(player, &receipt, amount);
        let mut tx = self.write().await;
        tx.add_deposit(deposit, player, amount, NOW, NOW)
            .await
            .expect("a deposit");
        let booked = tx.book(transfer.as_slice(), NOW).await.expect("booked");
        assert_eq!(booked, Booked::Now);
        tx.pay_deposit(deposit, &receipt, amount, false, NOW)
            .await
            .expect("paid");
        tx.commit().await.expect("committed");
        deposit
    }

    /// What a wallet holds, in cents.
    pub(crate) async fn balance(&self, player: PlayerId) -> i64 {
        let mut tx = self.read().await;
        let player = tx.player_by_id(player).await.expect("a player");
        player.balance.get()
    }

    /// New questions of a category.
    pub(crate) async fn questions(&self, category: &str, count: usize) -> Vec<QuestionId> {
        let mut made = Vec::new();
        let mut tx = self.write().await;
        for _ in 0..count {
            let id = self.random(|rng| QuestionId::new(NOW, rng));
            let question = question(&id.to_string(), category, "en");
            tx.import_question(id, &question, NOW)
                .await
                .expect("imported");
            made.push(id);
        }
        tx.commit().await.expect("committed");
        made
    }

    /// A set that its owner opened at `opened`, with the second seat on offer for half an hour.
    pub(crate) async fn set(
        &self,
        owner: PlayerId,
        questions: Vec<QuestionId>,
        opened: Timestamp,
    ) -> SetId {
        let set = OpenSet {
            id: self.random(|rng| SetId::new(opened, rng)),
            category: CATEGORY.into(),
            stake: STAKE,
            owner,
            questions,
            offered_until: opened.after(Rules::default().pairing_window),
        };
        let mut tx = self.write().await;
        tx.open_set(&set, opened).await.expect("opened");
        tx.commit().await.expect("committed");
        set.id
    }

    /// A staked entry at its first question.
    pub(crate) async fn entry(&self, set: SetId, seat: i64, player: PlayerId) -> Entry {
        let entry = self.random(|rng| playing(set, seat, player, NOW, rng));
        let transfer = ledger::stake(player, entry.id, STAKE);
        let mut tx = self.write().await;
        tx.add_entry(&entry, at(30_000)).await.expect("an entry");
        tx.book(transfer.as_slice(), NOW).await.expect("staked");
        tx.commit().await.expect("committed");
        entry
    }

    /// A match between two funded players, settled: the first one won.
    pub(crate) async fn settled_match(&self) -> (Entry, Entry) {
        let (ann, ben) = (
            self.funded(901, 10_000).await,
            self.funded(902, 10_000).await,
        );
        let questions = self.questions(CATEGORY, 5).await;
        let set = self.set(ann, questions, NOW).await;
        let (first, second) = (self.entry(set, 1, ann).await, self.entry(set, 2, ben).await);
        let mut tx = self.write().await;
        for entry in [&first, &second] {
            tx.finish_entry(entry.id, NOW, None)
                .await
                .expect("finished");
        }
        let mut best = first.played();
        (best.score.answered, best.score.correct) = (1, 1);
        let settlement = settle_match(best, second.played(), STAKE, &Rules::default());
        let settlement = settlement.expect("in range");
        let booked = tx.book(&settlement.transfers, NOW).await.expect("booked");
        assert_eq!(booked, Booked::Now);
        tx.add_matches(&[(set, Some(first.id))], NOW)
            .await
            .expect("a match");
        tx.close_sets(&[set]).await.expect("closed");
        tx.end_entries(&settlement.outcomes).await.expect("ended");
        tx.commit().await.expect("committed");
        (first, second)
    }
}

/// A question with four choices, the second of which is right.
pub(crate) fn question(identity: &str, category: &str, locale: &str) -> NewQuestion {
    NewQuestion {
        identity: identity.into(),
        category: category.into(),
        locale: locale.into(),
        question: format!("{identity} in {locale}?"),
        choices: ["a", "b", "c", "d"].map(Into::into).to_vec(),
        answer: 2,
        source: None,
    }
}

/// An entry at its first question.
pub(crate) fn playing(
    set: SetId,
    seat: i64,
    player: PlayerId,
    now: Timestamp,
    rng: &mut StdRng,
) -> Entry {
    Entry {
        id: EntryId::new(now, rng),
        set,
        seat,
        player,
        state: EntryState::Playing,
        choice_orders: vec![vec![3, 1, 2, 4]; 5],
        position: 1,
        sent_at: now,
        spent: Spent::default(),
        answered: 0,
        correct: 0,
        received: Cents::ZERO,
        staked_at: now,
    }
}

/// Starts a game as the app does, in its order of calls: the second seat of the oldest set that
/// fits, or the first of a new one.
pub(crate) async fn start_game(
    store: &Store,
    player: PlayerId,
    now: Timestamp,
) -> Result<Entry, StoreError> {
    let mut rng = StdRng::seed_from_u64(u64::from_be_bytes(last_bytes(player)));
    let met_after = now.before(Rules::default().rematch_cooldown);
    let mut tx = store.write().await?;
    tx.serialise_player(player).await?;
    tx.serialise_starts(CATEGORY, STAKE).await?;
    let open = tx.open_seats(seeker(player, met_after), 20, now).await?;
    let (set, seat) = match open.seats.first() {
        Some(OpenSeat { set, .. }) => {
            let set = *set;
            tx.serialise_set(set).await?;
            tx.take_second_seat(set).await?;
            (set, 2)
        }
        None => {
            let candidates = tx.candidates(CATEGORY, player).await?;
            let questions = candidates.into_iter().take(5);
            let set = OpenSet {
                id: SetId::new(now, &mut rng),
                category: CATEGORY.into(),
                stake: STAKE,
                owner: player,
                questions: questions.map(|candidate| candidate.question).collect(),
                offered_until: Rules::default().offered_until(now),
            };
            tx.open_set(&set, now).await?;
            (set.id, 1)
        }
    };
    let entry = playing(set, seat, player, now, &mut rng);
    tx.add_entry(&entry, now.after(Rules::default().whole_game()))
        .await?;
    let transfer = ledger::stake(player, entry.id, STAKE);
    tx.book(transfer.as_slice(), now).await?;
    tx.mark_seen(player, set, now).await?;
    tx.commit().await?;
    Ok(entry)
}

/// Bytes that differ from player to player: those at the end of the id.
fn last_bytes(player: PlayerId) -> [u8; 8] {
    let text = player.to_string();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&text.as_bytes()[18..]);
    bytes
}
