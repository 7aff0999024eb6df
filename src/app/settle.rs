//! The end of games: rounds whose clock has run out, matches, refunds and returns. In batches, one
//! transaction each; doing it twice does nothing the second time.

use super::{
    App, AppError,
    play::{opponent_of, seconds},
};
use crate::{
    core::{
        game::settle::{Ending, Outcome, refund, settle_match},
        ids::{EntryId, SetId},
        money::Cents,
        time::Timestamp,
    },
    store::{Booked, Claim, Entry, EntryState, StoreError, Tx},
};

impl App {
    /// Ends rounds that nobody can answer in any more.
    pub(super) async fn end_rounds(&self, entries: &[EntryId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        for id in entries {
            let is_over =
                |entry: &Entry| entry.state == EntryState::Playing && self.has_run_out(entry, now);
            let Some(entry) = tx.entry(*id).await?.filter(is_over) else {
                continue;
            };
            // The set may have been voided, or the round ended, while its lock was waited for.
            tx.serialise_set(entry.set).await?;
            if let Some(entry) = tx.entry(*id).await?.filter(is_over) {
                self.finish(&mut tx, &entry, "late", now).await?;
            }
        }
        tx.commit().await?;
        self.wake(Claim::Sets);
        Ok(())
    }

    /// Pairs and settles sets with two finished entries; voids those that are marked.
    pub(super) async fn settle_sets(&self, sets: &[SetId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        // One that is marked only now cannot be closed below, and its batch is run again.
        let void = tx.sets_to_void(sets).await?;
        for set in sets.iter().filter(|set| !void.contains(set)) {
            tx.serialise_set(*set).await?;
            let entries = tx.entries_of(*set).await?;
            let [first, second] = entries.as_slice() else {
                tx.close_set(*set).await?;
                continue;
            };
            if [first, second]
                .iter()
                .any(|entry| entry.state != EntryState::Waiting)
            {
                // Settled before, or not finished: whoever finishes makes it due again.
                tx.close_set(*set).await?;
                continue;
            }
            self.settle_one(&mut tx, first, second, now).await?;
        }
        tx.commit().await?;
        for set in void {
            self.void_set(set).await?;
        }
        self.wake(Claim::Sms);
        Ok(())
    }

    async fn settle_one(
        &self,
        tx: &mut Tx,
        first: &Entry,
        second: &Entry,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let (category, stake, of) = tx.set_figures(first.set).await?;
        let settlement = settle_match(first.played(), second.played(), stake, self.rules())?;
        book_new(tx, &settlement.transfers, first.set, now).await?;
        let winner = settlement
            .outcomes
            .iter()
            .find(|outcome| outcome.ending == Ending::Won);
        tx.add_match(first.set, winner.map(|outcome| outcome.entry), now)
            .await?;
        tx.close_set(first.set).await?;
        for outcome in &settlement.outcomes {
            tx.end_entry(outcome).await?;
        }
        let pairs = [(first, second), (second, first)];
        for (outcome, (own, other)) in settlement.outcomes.iter().zip(pairs) {
            let opponent = tx.player_by_id(other.player).await?.msisdn.masked();
            let values = [
                ("category", category.clone()),
                ("stake", stake.to_string()),
                ("bounty", outcome.received.to_string()),
                ("of", of.to_string()),
                ("correct", own.correct.to_string()),
                ("seconds", seconds(own.spent.answering_ms)),
                ("opponent", opponent),
                ("their_correct", other.correct.to_string()),
                ("their_seconds", seconds(other.spent.answering_ms)),
            ];
            let cause = format!("result:{}", own.id);
            self.tell(tx, own.player, outcome.ending.name(), cause, values, now)
                .await?;
        }
        tracing::info!(set = %first.set, winner = ?winner.map(|won| won.entry), "settled");
        Ok(())
    }

    /// Gives unpaired entries their stakes back, with a bonus where something was answered.
    pub(super) async fn refund_unpaired(&self, entries: &[EntryId]) -> Result<(), AppError> {
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        for id in entries {
            let Some(set) = tx.entry(*id).await?.map(|entry| entry.set) else {
                continue;
            };
            tx.serialise_set(set).await?;
            let Some(entry) = tx.entry(*id).await? else {
                continue;
            };
            let window_ends = entry.staked_at.after(self.rules().pairing_window);
            let is_unpaired =
                entry.state == EntryState::Waiting && opponent_of(&mut tx, &entry).await?.is_none();
            let is_over = is_unpaired && now >= window_ends;
            // The job of the sets voids those that are marked.
            if is_over && tx.sets_to_void(&[set]).await?.is_empty() {
                self.refund_one(&mut tx, &entry, now).await?;
            }
        }
        tx.commit().await?;
        self.wake(Claim::Sms);
        Ok(())
    }

    async fn refund_one(&self, tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), AppError> {
        let (category, stake, _) = tx.set_figures(entry.set).await?;
        let refunded = refund(entry.played(), stake, self.rules())?;
        book_new(tx, &refunded.transfers, entry.set, now).await?;
        tx.close_set(entry.set).await?;
        let ending = |outcome: &Outcome| (outcome.ending.name(), outcome.received);
        let (kind, received) = refunded
            .outcomes
            .first()
            .map_or(("returned", Cents::ZERO), ending);
        for outcome in &refunded.outcomes {
            tx.end_entry(outcome).await?;
        }
        let values = [
            ("category", category),
            ("received", received.to_string()),
            ("refund", self.rules().refund_percent.to_string()),
        ];
        let cause = format!("result:{}", entry.id);
        self.tell(tx, entry.player, kind, cause, values, now)
            .await?;
        tracing::info!(entry = %entry.id, kind, received_cents = received.get(), "unpaired entry ended");
        Ok(())
    }
}

/// Books the transfers of an ending. The entries are open still, so a cause that is booked already
/// is a contradiction, not a repeat.
pub(super) async fn book_new(
    tx: &mut Tx,
    transfers: &[crate::core::ledger::Transfer],
    set: SetId,
    now: Timestamp,
) -> Result<(), AppError> {
    match tx.book(transfers, now).await? {
        Booked::Now => Ok(()),
        Booked::Before => Err(AppError::Store(StoreError::Corrupt {
            table: "question_set",
            id: set.to_string(),
            what: "is open, yet paid out before".into(),
        })),
    }
}
