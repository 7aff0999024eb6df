//! Answers. One in the middle of a round takes two trips: what there is to know in one statement, and what is
//! to be kept in another one, which is its own transaction where the engine can.
//!
//! Nothing is locked in between: what was read is what the second statement finds, or it keeps nothing.

use super::{
    Entry, GivenAnswer, QuestionText, Store, StoreError, Tx,
    engine::{EngineTx, expect_rows},
    entries::EntryRow,
    questions::TextRow,
};
use crate::core::{
    game::clock::Spent,
    ids::{EntryId, PlayerId},
    msisdn::Msisdn,
    time::Timestamp,
};

/// A round under way, with what its player reads next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The entry.
    pub entry: Entry,
    /// The question at its place.
    pub question: QuestionText,
    /// The one after it; `None`: it is the last.
    pub next: Option<QuestionText>,
}

/// An answer in time to a question that is not the last one, with the receipt of its hop.
#[derive(Clone, Debug)]
pub struct AnswerAndReceipt<'a> {
    /// The entry as it was read.
    pub entry: &'a Entry,
    /// What was answered.
    pub answer: GivenAnswer,
    /// Time used so far, with this answer.
    pub spent: Spent,
    /// When the next question is sent.
    pub sent_at: Timestamp,
    /// When its time has run out.
    pub clock_ends: Timestamp,
    /// The session of the hop.
    pub session: &'a str,
    /// Its whole transcript.
    pub transcript: &'a str,
    /// Who sent it.
    pub msisdn: &'a Msisdn,
    /// The conversation after it, as JSON.
    pub conversation: &'a str,
}

#[derive(sqlx::FromRow)]
struct RoundRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    #[sqlx(flatten)]
    text: TextRow,
}

impl Store {
    /// A player's entry with the question under way and the next one, each in a language where it exists
    /// in it, else in English, else in any. `None`: the player has no such entry, or it is beyond its
    /// last question.
    ///
    /// # Errors
    /// When the database does not answer, or a row of it cannot be read.
    pub async fn round(
        &self,
        id: EntryId,
        player: PlayerId,
        locale: &str,
    ) -> Result<Option<Round>, StoreError> {
        let mut tx = self.read_once().await?;
        let rows = fetch_all!(
            tx,
            RoundRow,
            "select entry.id, entry.set_id, seat, player_id, state, choice_orders, entry.position,
                sent_at_ms, thinking_ms, answering_ms, answered, correct, received_cents,
                staked_at_ms, shown.question_id, shown.answer, question, choice1, choice2, choice3,
                choice4
            from entry
            join set_question as place on place.set_id = entry.set_id
                and place.position in (entry.position, entry.position + 1)
            join question_text as shown on shown.question_id = place.question_id
                and shown.version = place.version
                and shown.locale = (
                    select locale from question_text as known
                    where known.question_id = place.question_id and known.version = place.version
                    order by case locale when $3 then 0 when 'en' then 1 else 2 end, locale
                    limit 1)
            where entry.id = $1 and entry.player_id = $2
            order by place.position",
            id.to_string(),
            player.to_string(),
            locale
        )?;
        let mut rows = rows.into_iter();
        let Some(RoundRow { entry, text }) = rows.next() else {
            return Ok(None);
        };
        Ok(Some(Round {
            entry: entry.try_into()?,
            question: text.try_into()?,
            next: rows.next().map(|row| row.text.try_into()).transpose()?,
        }))
    }

    /// Writes down an answer, moves its entry on to the next question and keeps the receipt of the hop:
    /// all of it if the entry is as it was read, else nothing. Gives whether it did.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the hop has a receipt already.
    pub async fn keep_answer(&self, kept: &AnswerAndReceipt<'_>) -> Result<bool, StoreError> {
        let mut tx = self.write_once().await?;
        let has_moved = keep(&mut tx, kept).await?;
        if has_moved {
            tx.commit().await?;
        }
        Ok(has_moved)
    }
}

impl Tx {
    /// Writes down an answer in time; the entry moves on to its next question, sent at `sent_at`.
    pub async fn add_answer(
        &mut self,
        entry: &Entry,
        answer: GivenAnswer,
        spent: Spent,
        sent_at: Timestamp,
        clock_ends: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into answer (entry_id, position, choice, is_correct, sent_at_ms, received_at_ms)
            values ($1, $2, $3, $4, $5, $6)",
            entry.id.to_string(),
            entry.position,
            i64::from(answer.choice),
            i64::from(answer.is_correct),
            entry.sent_at.ms(),
            answer.received_at.ms()
        )?;
        let changed = execute!(
            self,
            "update entry set position = position + 1, answered = answered + 1,
                correct = correct + $3, thinking_ms = $4, answering_ms = $5, sent_at_ms = $6,
                due_at_ms = $7
            where id = $1 and position = $2 and state = 'playing'",
            entry.id.to_string(),
            entry.position,
            i64::from(answer.is_correct),
            spent.thinking_ms,
            spent.answering_ms,
            sent_at.ms(),
            clock_ends.ms()
        )?;
        expect_rows(changed, 1, "entry", entry.id)
    }
}

/// Keeps an answer if its entry is as it was read: one statement after the other on SQLite, where trips
/// cost nothing, and all in one on PostgreSQL, which is a transaction by itself. Gives whether it did.
async fn keep(tx: &mut Tx, kept: &AnswerAndReceipt<'_>) -> Result<bool, StoreError> {
    let entry = kept.entry;
    match &tx.engine {
        EngineTx::Sqlite(_) => {
            let as_read = fetch_optional!(
                tx,
                (i64,),
                "select 1 from entry
                where id = $1 and position = $2 and state = 'playing' and sent_at_ms = $3",
                entry.id.to_string(),
                entry.position,
                entry.sent_at.ms()
            )?;
            if as_read.is_some() {
                tx.add_answer(
                    entry,
                    kept.answer,
                    kept.spent,
                    kept.sent_at,
                    kept.clock_ends,
                )
                .await?;
                let (session, transcript) = (kept.session, kept.transcript);
                let now = kept.answer.received_at;
                tx.keep_receipt(session, transcript, kept.msisdn, kept.conversation, now)
                    .await?;
            }
            Ok(as_read.is_some())
        }
        EngineTx::Postgres(_) => {
            let receipts = execute!(
                tx,
                "with moved as (
                    update entry set position = position + 1, answered = answered + 1,
                        correct = correct + $4, thinking_ms = $5, answering_ms = $6,
                        sent_at_ms = $7, due_at_ms = $8
                    where id = $1 and position = $2 and state = 'playing' and sent_at_ms = $3
                    returning id
                ), given as (
                    insert into answer
                        (entry_id, position, choice, is_correct, sent_at_ms, received_at_ms)
                    select id, $2, $9, $4, $3, $10 from moved
                )
                insert into hop_receipt (session_id, transcript, msisdn, conversation, at_ms)
                select $11, $12, $13, $14, $10 from moved",
                entry.id.to_string(),
                entry.position,
                entry.sent_at.ms(),
                i64::from(kept.answer.is_correct),
                kept.spent.thinking_ms,
                kept.spent.answering_ms,
                kept.sent_at.ms(),
                kept.clock_ends.ms(),
                i64::from(kept.answer.choice),
                kept.answer.received_at.ms(),
                kept.session,
                kept.transcript,
                kept.msisdn.e164(),
                kept.conversation
            )?;
            Ok(receipts == 1)
        }
    }
}
