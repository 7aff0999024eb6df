//! Withdrawing a question, and voiding the sets that hold it: every stake goes back whole, each
//! player hears of it by SMS.
//!
//! A withdrawal commits with its sets marked, so that none of them is settled any more. Each is then
//! voided in a transaction of its own, at once by whoever withdrew and again by the job that settles
//! sets: what a crash left over is voided by that job.

use super::{App, AppError, settle::book_new};
use crate::{
    core::{
        game::settle::{Played, void},
        ids::{QuestionId, QuestionWithdrawalId, SetId},
        operator::By,
        time::Timestamp,
    },
    store::{Claim, EntryState, QuestionWithdrawal, Tx, Voided},
};

/// What a withdrawal did, or one that was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawReport {
    /// The withdrawal: who, why and when.
    pub withdrawal: QuestionWithdrawal,
    /// Whether the question had been withdrawn before; then nothing changed.
    pub was_withdrawn: bool,
    /// What it voided in all.
    pub voided: Voided,
}

impl App {
    /// Takes a question out of play and voids the open sets that hold it. `None`: there is no
    /// question with this key or id. A question that is withdrawn already stays so; sets that were
    /// left over are voided.
    ///
    /// # Errors
    /// When the database does not answer: run again, it goes on where it stopped.
    pub async fn withdraw_question(
        &self,
        name: &str,
        by: &By,
    ) -> Result<Option<WithdrawReport>, AppError> {
        let now = self.clock().now();
        let store = self.store();
        let marked = store
            .transact(|tx| self.mark_withdrawn(tx, name, by, now))
            .await;
        let Some((withdrawal, was_withdrawn)) = marked? else {
            return Ok(None);
        };
        // Other processes need not be told: their jobs look for due sets.
        self.wake(Claim::Sets);
        let sets = self
            .store()
            .read()
            .await?
            .marked_sets(withdrawal.id)
            .await?;
        for set in sets {
            self.void_set(set).await?;
        }
        let voided = self.store().read().await?.voided(withdrawal.id).await?;
        let (actor, reason) = (by.actor.name(), by.why.text());
        tracing::info!(question = %withdrawal.question, actor, reason, sets = voided.sets,
            entries = voided.entries, returned_cents = voided.returned.get(), "question withdrawn");
        Ok(Some(WithdrawReport {
            withdrawal,
            was_withdrawn,
            voided,
        }))
    }

    /// The withdrawal, and whether it was there before.
    async fn mark_withdrawn(
        &self,
        mut tx: Tx,
        name: &str,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Option<(QuestionWithdrawal, bool)>), AppError> {
        tx.serialise_withdrawals().await?;
        let Some(question) = tx.find_question(name).await? else {
            return Ok((tx, None));
        };
        let before = tx.question_withdrawal(question).await?;
        let was_withdrawn = before.is_some();
        let withdrawal = match before {
            Some(withdrawal) => withdrawal,
            None => {
                let withdrawal = QuestionWithdrawal {
                    id: QuestionWithdrawalId::new(now, &mut self.inner.random.rng()),
                    question,
                    reason: by.why.text().to_owned(),
                    by: by.actor.name().to_owned(),
                    at: now,
                };
                tx.withdraw_question(&withdrawal).await?;
                let subject = ("question", question.to_string());
                self.write_down(&mut tx, by, "withdraw", subject, "", now)
                    .await?;
                withdrawal
            }
        };
        tx.mark_void(&withdrawal, now).await?;
        Ok((tx, Some((withdrawal, was_withdrawn))))
    }

    /// Brings a withdrawn question back into play; sets that were voided stay so. `None`: there is no
    /// such question; the inner `None`: it is in play.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn restore_question(
        &self,
        name: &str,
        by: &By,
    ) -> Result<Option<(QuestionId, Option<QuestionWithdrawal>)>, AppError> {
        let now = self.clock().now();
        let (actor, reason) = (by.actor.name(), by.why.text());
        let restore = |mut tx: Tx| async move {
            tx.serialise_withdrawals().await?;
            let Some(question) = tx.find_question(name).await? else {
                return Ok::<_, AppError>((tx, None));
            };
            let withdrawal = tx.question_withdrawal(question).await?;
            if let Some(withdrawal) = &withdrawal {
                tx.restore_question(withdrawal, reason, actor, now).await?;
                let subject = ("question", question.to_string());
                self.write_down(&mut tx, by, "restore", subject, "", now)
                    .await?;
            }
            Ok((tx, Some((question, withdrawal))))
        };
        let restored = self.store().transact(restore).await?;
        if let Some((question, Some(_))) = &restored {
            tracing::info!(%question, actor, reason, "question restored");
        }
        Ok(restored)
    }

    /// Voids a set that is marked: every open entry ends, its stake goes back whole. A set in which
    /// nothing is open any more is only closed.
    pub(super) async fn void_set(&self, set: SetId) -> Result<(), AppError> {
        let now = self.clock().now();
        let store = self.store();
        store.transact(|tx| self.void_set_in(tx, set, now)).await?;
        self.wake(Claim::Sms);
        Ok(())
    }

    async fn void_set_in(
        &self,
        mut tx: Tx,
        set: SetId,
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        // Players before the set, as who answers takes them. A marked set gets no new player.
        let mut players: Vec<_> = tx.entries_of(set).await?;
        players.sort_by_key(|entry| entry.player);
        for entry in players {
            tx.serialise_player(entry.player).await?;
        }
        tx.serialise_set(set).await?;
        if !tx.sets_to_void(&[set]).await?.is_empty() {
            self.void_one(&mut tx, set, now).await?;
        }
        Ok((tx, ()))
    }

    async fn void_one(&self, tx: &mut Tx, set: SetId, now: Timestamp) -> Result<(), AppError> {
        let mut open = tx.entries_of(set).await?;
        open.retain(|entry| matches!(entry.state, EntryState::Playing | EntryState::Waiting));
        if open.is_empty() {
            return Ok(tx.unmark_void(set).await?);
        }
        let (category, stake, _) = tx.set_figures(set).await?;
        let played: Vec<Played> = open.iter().map(crate::store::Entry::played).collect();
        let voided = void(&played, stake);
        book_new(tx, &voided.transfers, now).await?;
        for (entry, outcome) in open.iter().zip(&voided.outcomes) {
            if entry.state == EntryState::Playing {
                tx.finish_entry(entry.id, now, None).await?;
            }
            tx.end_entries(std::slice::from_ref(outcome)).await?;
            let values = [
                ("category", category.clone()),
                ("received", outcome.received.to_string()),
            ];
            let cause = format!("result:{}", entry.id);
            self.tell(tx, entry.player, "voided", cause, values, now)
                .await?;
        }
        tx.close_void_set(set, now).await?;
        tracing::info!(%set, entries = open.len(), "voided");
        Ok(())
    }
}
