//! Withdrawn questions, with who withdrew them and why, and the sets that are void because of them.
//!
//! Starting a game excludes withdrawing a question, and the other way round: once a withdrawal is
//! committed, no set holds the question that is not marked, and none ever will.

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{EngineTx, expect_rows, parse},
};
use crate::core::{
    bank::Standing,
    ids::{QuestionId, QuestionWithdrawalId, SetId},
    money::Cents,
    time::Timestamp,
};

/// The key under which questions are withdrawn; who starts a game is within it.
pub(super) const WITHDRAWALS: &str = "withdrawals";

/// That a question was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionWithdrawal {
    /// The id.
    pub id: QuestionWithdrawalId,
    /// The question.
    pub question: QuestionId,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a withdrawal voided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voided {
    /// Sets whose stakes went back.
    pub sets: i64,
    /// Entries in them.
    pub entries: i64,
    /// What went back in all.
    pub returned: Cents,
    /// Sets whose stakes are still to go back.
    pub waiting: i64,
}

impl Tx {
    /// Serialises what follows with every other transaction that names the same key, and keeps out
    /// those that serialise themselves under `outer`; any number are within it at the same time.
    pub(super) async fn serialise_within(
        &mut self,
        key: &str,
        outer: &str,
    ) -> Result<(), StoreError> {
        // SQLite has one writer at a time anyway.
        if matches!(self.engine, EngineTx::Postgres(_)) {
            let lock = "select pg_advisory_xact_lock(hashtextextended($1, 0)),
                pg_advisory_xact_lock_shared(hashtextextended($2, 0))";
            execute!(self, lock, key, outer)?;
        }
        Ok(())
    }

    /// Lets nobody start a game or withdraw a question until the end of the transaction. Comes
    /// before every other lock.
    pub async fn serialise_withdrawals(&mut self) -> Result<(), StoreError> {
        self.serialise(WITHDRAWALS).await
    }

    /// The question of a key, or of an id.
    pub async fn find_question(&mut self, name: &str) -> Result<Option<QuestionId>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select id from question where identity = 'key:' || $1 or id = $1
            order by case id when $1 then 1 else 0 end
            limit 1",
            name
        )?;
        row.map(|(id,)| parse("question", "id", &id)).transpose()
    }

    /// The withdrawal that keeps a question out of play.
    pub async fn question_withdrawal(
        &mut self,
        question: QuestionId,
    ) -> Result<Option<QuestionWithdrawal>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String, String, i64),
            "select id, reason, withdrawn_by, withdrawn_at_ms
            from question_withdrawal
            where question_id = $1 and restored_at_ms is null",
            question.to_string()
        )?;
        row.map(|(id, reason, by, at_ms)| {
            Ok(QuestionWithdrawal {
                id: parse("question_withdrawal", "id", &id)?,
                question,
                reason,
                by,
                at: Timestamp::from_ms(at_ms),
            })
        })
        .transpose()
    }

    /// Takes a question out of play.
    pub async fn withdraw_question(
        &mut self,
        withdrawal: &QuestionWithdrawal,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into question_withdrawal
                (id, question_id, reason, withdrawn_by, withdrawn_at_ms)
            values ($1, $2, $3, $4, $5)",
            withdrawal.id.to_string(),
            withdrawal.question.to_string(),
            withdrawal.reason.as_str(),
            withdrawal.by.as_str(),
            withdrawal.at.ms()
        )?;
        self.set_standing(withdrawal.question, Standing::Withdrawn)
            .await
    }

    /// Brings a withdrawn question back into play.
    pub async fn restore_question(
        &mut self,
        withdrawal: &QuestionWithdrawal,
        reason: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update question_withdrawal
            set restored_at_ms = $2, restored_by = $3, restore_reason = $4
            where id = $1 and restored_at_ms is null",
            withdrawal.id.to_string(),
            now.ms(),
            by,
            reason
        )?;
        expect_rows(changed, 1, "question_withdrawal", withdrawal.id)?;
        self.set_standing(withdrawal.question, Standing::Active)
            .await
    }

    async fn set_standing(
        &mut self,
        question: QuestionId,
        standing: Standing,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update question set state = $2 where id = $1 and state <> $2",
            question.to_string(),
            standing.name()
        )?;
        expect_rows(changed, 1, "question", question)
    }

    /// Marks the open sets that hold a withdrawn question: their second seats are offered no more,
    /// and they are due to be voided.
    pub async fn mark_void(
        &mut self,
        withdrawal: &QuestionWithdrawal,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update question_set
            set withdrawal_id = $1, offered_until_ms = null, settle_at_ms = $3
            where withdrawal_id is null and id in (
                select entry.set_id
                from entry
                join set_question on set_question.set_id = entry.set_id
                where entry.state in ('playing', 'waiting') and set_question.question_id = $2)",
            withdrawal.id.to_string(),
            withdrawal.question.to_string(),
            now.ms()
        )?;
        Ok(())
    }

    /// The sets that a withdrawal marked and nobody voided yet.
    pub async fn marked_sets(
        &mut self,
        withdrawal: QuestionWithdrawalId,
    ) -> Result<Vec<SetId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select id from question_set
            where withdrawal_id = $1 and voided_at_ms is null
            order by id",
            withdrawal.to_string()
        )?;
        rows.iter()
            .map(|(id,)| parse("question_set", "id", id))
            .collect()
    }

    /// Those of the sets that are to be voided.
    pub async fn sets_to_void(&mut self, sets: &[SetId]) -> Result<Vec<SetId>, StoreError> {
        let wanted = self.by_engine(
            "select id from question_set
            where withdrawal_id is not null and voided_at_ms is null
                and id in (select value from json_each($1))",
            "select id from question_set
            where withdrawal_id is not null and voided_at_ms is null
                and id in (select value from json_array_elements_text(cast($1 as json)))",
        );
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        let rows = fetch_all!(self, (String,), wanted, json!(sets).to_string())?;
        rows.iter()
            .map(|(id,)| parse("question_set", "id", id))
            .collect()
    }

    /// Closes a set whose stakes went back because it is void.
    pub async fn close_void_set(&mut self, set: SetId, now: Timestamp) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update question_set
            set offered_until_ms = null, settle_at_ms = null, voided_at_ms = $2
            where id = $1 and withdrawal_id is not null and voided_at_ms is null",
            set.to_string(),
            now.ms()
        )?;
        expect_rows(changed, 1, "question_set", set)
    }

    /// Closes a set that was marked while it was being settled: there is nothing to void in it.
    pub async fn unmark_void(&mut self, set: SetId) -> Result<(), StoreError> {
        execute!(
            self,
            "update question_set
            set offered_until_ms = null, settle_at_ms = null, withdrawal_id = null
            where id = $1 and voided_at_ms is null",
            set.to_string()
        )?;
        Ok(())
    }

    /// Whether a set was voided.
    pub async fn is_voided(&mut self, set: SetId) -> Result<bool, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(1 as bigint) from question_set
            where id = $1 and voided_at_ms is not null",
            set.to_string()
        )?;
        Ok(row.is_some())
    }

    /// What a withdrawal voided so far.
    pub async fn voided(&mut self, withdrawal: QuestionWithdrawalId) -> Result<Voided, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64, i64, i64),
            "select
                (select cast(count(*) as bigint) from question_set
                where withdrawal_id = $1 and voided_at_ms is not null),
                (select cast(count(*) as bigint) from question_set
                where withdrawal_id = $1 and voided_at_ms is null),
                cast(count(*) as bigint), cast(coalesce(sum(received_cents), 0) as bigint)
            from question_set
            join entry on entry.set_id = question_set.id
            where withdrawal_id = $1 and voided_at_ms is not null",
            withdrawal.to_string()
        )?;
        let (sets, waiting, entries, cents) = row.unwrap_or_default();
        Ok(Voided {
            sets,
            entries,
            returned: Cents::new(cents),
            waiting,
        })
    }
}
