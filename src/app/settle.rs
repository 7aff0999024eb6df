//! The end of games: rounds whose clock has run out, matches, refunds and returns. In batches, one
//! transaction each and one statement for each step of it, however many games it has: what is read
//! for all of them is decided on here, then written for all of them. Doing it twice does nothing the
//! second time.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, AppError, play::seconds};
use crate::{
    core::{
        game::{
            rating::rate_matches,
            settle::{Ending, Outcome, Played, refund, settle_match},
        },
        ids::{EntryId, PlayerId, SetId},
        ledger::Transfer,
        time::Timestamp,
    },
    store::{
        Booked, Claim, Entry, EntryState, FinishedRound, Player, SetFigures, Sms, StoreError, Tx,
    },
};

/// What a batch of endings writes.
#[derive(Default)]
struct Endings {
    transfers: Vec<Transfer>,
    outcomes: Vec<Outcome>,
    /// Each outcome's game, in the same order.
    games: Vec<Game>,
}

/// A game that ends, as its player's SMS tells of it.
struct Game {
    own: Entry,
    /// None: it was unpaired.
    other: Option<Entry>,
    figures: SetFigures,
    /// Whether its player has had all bonuses of the day.
    is_capped: bool,
}

impl App {
    /// Ends rounds that nobody can answer in any more.
    pub(super) async fn end_rounds(&self, entries: &[EntryId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let store = self.store();
        store
            .transact(|tx| self.end_rounds_in(tx, entries, now))
            .await?;
        self.wake(Claim::Sets);
        Ok(())
    }

    async fn end_rounds_in(
        &self,
        mut tx: Tx,
        entries: &[EntryId],
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        let games = games_of(&mut tx, entries).await?;
        let claimed: BTreeSet<&EntryId> = entries.iter().collect();
        let is_over = |entry: &&Entry| {
            claimed.contains(&entry.id)
                && entry.state == EntryState::Playing
                && self.has_run_out(entry, now)
        };
        let round = |entry: &Entry, seats: usize| FinishedRound {
            entry: entry.id,
            position: entry.position,
            due: (seats == 1).then(|| entry.staked_at.after(self.rules().pairing_window)),
        };
        let rounds: Vec<FinishedRound> = games
            .values()
            .flat_map(|seats| seats.iter().filter(is_over).map(|e| round(e, seats.len())))
            .collect();
        if rounds.is_empty() {
            return Ok((tx, ()));
        }
        let ended = tx.finish_entries(&rounds, now).await?;
        let has_ended =
            |entry: &Entry| entry.state == EntryState::Waiting || ended.contains(&entry.id);
        let settleable: Vec<SetId> = games
            .iter()
            .filter(|(_, seats)| seats.len() == 2 && seats.iter().all(has_ended))
            .map(|(set, _)| *set)
            .collect();
        if !settleable.is_empty() {
            tx.make_settleable(&settleable, now).await?;
        }
        for entry in &ended {
            tracing::info!(%entry, ending = "late", "round finished");
        }
        Ok((tx, ()))
    }

    /// Pairs and settles sets with two finished entries; voids those that are marked.
    pub(super) async fn settle_sets(&self, sets: &[SetId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let store = self.store();
        let void = store
            .transact(|tx| self.settle_sets_in(tx, sets, now))
            .await?;
        for set in void {
            self.void_set(set).await?;
        }
        self.wake(Claim::Sms);
        Ok(())
    }

    /// Settles sets, but for those that are to be voided, which it gives.
    async fn settle_sets_in(
        &self,
        mut tx: Tx,
        sets: &[SetId],
        now: Timestamp,
    ) -> Result<(Tx, Vec<SetId>), AppError> {
        tx.serialise_sets(sets).await?;
        // One that is marked only now cannot be closed below, and its batch is run again.
        let void = tx.sets_to_void(sets).await?;
        let sets: Vec<SetId> = sets
            .iter()
            .copied()
            .filter(|set| !void.contains(set))
            .collect();
        let games = by_set(tx.entries_in(&sets).await?);
        let figures = tx.figures_of(&sets).await?;
        let (mut endings, mut matches) = (Endings::default(), Vec::new());
        let mut rated = Vec::new();
        for (set, seats) in games {
            let Ok([first, second]) = <[Entry; 2]>::try_from(seats) else {
                continue;
            };
            // Settled before, or not finished: whoever finishes makes it due again.
            if first.state != EntryState::Waiting || second.state != EntryState::Waiting {
                continue;
            }
            let figures = figures_of(&figures, set)?;
            let (own, other) = (first.played(), second.played());
            let settlement = settle_match(own, other, figures.stake, self.rules())?;
            let is_winner = |outcome: &&Outcome| outcome.ending == Ending::Won;
            let winner = settlement.outcomes.iter().find(is_winner);
            matches.push((set, winner.map(|outcome| outcome.entry)));
            rated.push((figures.category.to_lowercase(), own, other));
            endings.transfers.extend(settlement.transfers);
            endings.outcomes.extend(settlement.outcomes);
            for (own, other) in [(&first, &second), (&second, &first)] {
                endings.games.push(Game {
                    own: own.clone(),
                    other: Some(other.clone()),
                    figures: figures.clone(),
                    is_capped: false,
                });
            }
        }
        tx.close_sets(&sets).await?;
        if !matches.is_empty() {
            tx.add_matches(&matches, now).await?;
            rate(&mut tx, &rated).await?;
            self.end(&mut tx, &endings, now).await?;
        }
        for (set, winner) in &matches {
            tracing::info!(%set, ?winner, "settled");
        }
        Ok((tx, void))
    }

    /// Gives unpaired entries their stakes back, with a bonus where something was answered.
    pub(super) async fn refund_unpaired(&self, entries: &[EntryId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let store = self.store();
        store
            .transact(|tx| self.refund_unpaired_in(tx, entries, now))
            .await?;
        self.wake(Claim::Sms);
        Ok(())
    }

    async fn refund_unpaired_in(
        &self,
        mut tx: Tx,
        entries: &[EntryId],
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        self.serialise_bonuses(&mut tx, entries).await?;
        let games = games_of(&mut tx, entries).await?;
        let is_unpaired = |entry: &Entry| {
            let window_ends = entry.staked_at.after(self.rules().pairing_window);
            entry.state == EntryState::Waiting && now >= window_ends
        };
        let alone = games.into_values().filter_map(|mut seats| {
            let entry = seats.pop().filter(is_unpaired)?;
            seats.is_empty().then_some(entry)
        });
        let mut alone: Vec<Entry> = alone.collect();
        if alone.is_empty() {
            return Ok((tx, ()));
        }
        // The job of the sets voids those that are marked.
        let sets: Vec<SetId> = alone.iter().map(|entry| entry.set).collect();
        let void = tx.sets_to_void(&sets).await?;
        alone.retain(|entry| !void.contains(&entry.set));
        let sets: Vec<SetId> = alone.iter().map(|entry| entry.set).collect();
        let figures = tx.figures_of(&sets).await?;
        let mut bonuses = self.bonuses_before(&mut tx, &mut alone).await?;
        let mut endings = Endings::default();
        for entry in alone {
            let figures = figures_of(&figures, entry.set)?.clone();
            let before = bonuses.before(&entry);
            let refunded = refund(entry.played(), figures.stake, before, self.rules())?;
            let is_capped = bonuses.count(&entry, &refunded);
            endings.transfers.extend(refunded.transfers);
            endings.outcomes.extend(refunded.outcomes);
            endings.games.push(Game {
                own: entry,
                other: None,
                figures,
                is_capped,
            });
        }
        tx.close_sets(&sets).await?;
        self.end(&mut tx, &endings, now).await?;
        for outcome in &endings.outcomes {
            let (entry, kind) = (outcome.entry, outcome.ending.name());
            let received_cents = outcome.received.get();
            tracing::info!(%entry, kind, received_cents, "unpaired entry ended");
        }
        Ok((tx, ()))
    }

    /// Books what the endings pay, ends their entries and tells the players.
    async fn end(&self, tx: &mut Tx, endings: &Endings, now: Timestamp) -> Result<(), AppError> {
        book_new(tx, &endings.transfers, now).await?;
        tx.end_entries(&endings.outcomes).await?;
        // After the money has moved: the texts tell the balances.
        let seats = |game: &Game| [Some(game.own.player), game.other.as_ref().map(|e| e.player)];
        let told: BTreeSet<PlayerId> = endings.games.iter().flat_map(seats).flatten().collect();
        let told: Vec<PlayerId> = told.into_iter().collect();
        let players = tx.players_by_id(&told).await?;
        let texts = endings.outcomes.iter().zip(&endings.games);
        let texts: Vec<Sms> = texts
            .filter_map(|(outcome, game)| self.result_text(&players, outcome, game, now))
            .collect();
        Ok(tx.add_all_sms(&texts, now).await?)
    }

    /// What a player hears of an ending. `players` has everybody whom the game names.
    fn result_text(
        &self,
        players: &BTreeMap<PlayerId, Player>,
        outcome: &Outcome,
        game: &Game,
        now: Timestamp,
    ) -> Option<Sms> {
        let (own, figures) = (&game.own, &game.figures);
        let player = players.get(&own.player)?;
        let (kind, cause) = (outcome.ending.name(), format!("result:{}", own.id));
        let category = ("category", figures.category.clone());
        let Some(other) = &game.other else {
            if game.is_capped {
                let cap = self.rules().bonus_refunds_per_day.unwrap_or_default();
                let received = ("received", outcome.received.to_string());
                let values = [category, received, ("bonuses", cap.to_string())];
                return Some(self.text(player, "refunded_capped", cause, values, now));
            }
            let values = [
                category,
                ("received", outcome.received.to_string()),
                ("refund", self.rules().refund_percent.to_string()),
            ];
            return Some(self.text(player, kind, cause, values, now));
        };
        let values = [
            category,
            ("stake", figures.stake.to_string()),
            ("bounty", outcome.received.to_string()),
            ("of", figures.questions.to_string()),
            ("correct", own.correct.to_string()),
            ("seconds", seconds(own.spent.answering_ms)),
            ("opponent", players.get(&other.player)?.msisdn.masked()),
            ("their_correct", other.correct.to_string()),
            ("their_seconds", seconds(other.spent.answering_ms)),
        ];
        Some(self.text(player, kind, cause, values, now))
    }
}

/// Keeps how strong the players of matches are now, by the id of their category.
async fn rate(tx: &mut Tx, matches: &[(String, Played, Played)]) -> Result<(), AppError> {
    let seats = matches.iter().flat_map(|(category, first, second)| {
        [first, second].map(|played| (played.player, category.clone()))
    });
    let before = tx.ratings(&seats.collect::<Vec<_>>()).await?;
    Ok(tx.keep_ratings(&rate_matches(before, matches)).await?)
}

/// The games of entries, seats in order; nobody else ends, settles or refunds them until the end of
/// the transaction.
async fn games_of(
    tx: &mut Tx,
    entries: &[EntryId],
) -> Result<BTreeMap<SetId, Vec<Entry>>, AppError> {
    let sets = tx.sets_of(entries).await?;
    tx.serialise_sets(&sets).await?;
    Ok(by_set(tx.entries_in(&sets).await?))
}

fn by_set(entries: Vec<Entry>) -> BTreeMap<SetId, Vec<Entry>> {
    let mut games: BTreeMap<SetId, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        games.entry(entry.set).or_default().push(entry);
    }
    games
}

fn figures_of(
    figures: &BTreeMap<SetId, SetFigures>,
    set: SetId,
) -> Result<&SetFigures, StoreError> {
    figures.get(&set).ok_or_else(|| StoreError::Corrupt {
        table: "question_set",
        id: set.to_string(),
        what: "does not exist".into(),
    })
}

/// Books the transfers of endings. The entries are open still, so a cause that is booked already is
/// a contradiction, not a repeat.
pub(super) async fn book_new(
    tx: &mut Tx,
    transfers: &[Transfer],
    now: Timestamp,
) -> Result<(), AppError> {
    match tx.book(transfers, now).await? {
        Booked::Now => Ok(()),
        Booked::Before => Err(AppError::Store(StoreError::Corrupt {
            table: "transfer",
            id: transfers.first().map_or("", |first| &first.cause).into(),
            what: "was paid out before, yet its entry is open".into(),
        })),
    }
}
