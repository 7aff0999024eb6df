//! What explains a game: the questions of a set in every language, what each player answered and
//! when, and what was booked for it.

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
};
use crate::core::{
    ids::{EntryId, PlayerId, QuestionId, SetId},
    ledger::{Account, Reason},
    money::Cents,
    time::Timestamp,
};

/// A question of a set in one language, as it was when the set was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetQuestion {
    /// The set.
    pub set: SetId,
    /// The place in it, from 1.
    pub position: i64,
    /// The question.
    pub question: QuestionId,
    /// The version that the set was opened with.
    pub version: i64,
    /// The language.
    pub locale: String,
    /// The number of the right choice, from 1.
    pub answer: i64,
    /// The question's words.
    pub text: String,
    /// The choices, in the question's own order.
    pub choices: Vec<String>,
}

/// An answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnsweredAt {
    /// The entry.
    pub entry: EntryId,
    /// The place in the set, from 1.
    pub position: i64,
    /// The question's own number of the choice, from 1.
    pub choice: i64,
    /// Whether it was right.
    pub is_correct: bool,
    /// When the question was sent.
    pub sent_at: Timestamp,
    /// When the answer came in.
    pub received_at: Timestamp,
}

/// How a set went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCourse {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its match was settled.
    pub settled_at: Option<Timestamp>,
    /// Who won; `None`: a draw, or not settled.
    pub winner: Option<EntryId>,
    /// When its stakes went back because a question was wrong.
    pub voided_at: Option<Timestamp>,
    /// Why that question was withdrawn.
    pub void_reason: Option<String>,
}

/// A transfer as it was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedTransfer {
    /// Why.
    pub reason: Reason,
    /// Where the money left.
    pub from: Account,
    /// Where it arrived.
    pub to: Account,
    /// How much.
    pub amount: Cents,
    /// The event that it books.
    pub cause: String,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct QuestionRow {
    set_id: String,
    position: i64,
    question_id: String,
    version: i64,
    locale: String,
    answer: i64,
    question: String,
    choice1: String,
    choice2: String,
    choice3: String,
    choice4: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CourseRow {
    opened_at_ms: i64,
    settled_at_ms: Option<i64>,
    winner_id: Option<String>,
    voided_at_ms: Option<i64>,
    reason: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct TransferRow {
    reason: String,
    from_account: String,
    to_account: String,
    amount_cents: i64,
    cause: String,
    at_ms: i64,
}

impl TryFrom<TransferRow> for BookedTransfer {
    type Error = StoreError;

    fn try_from(row: TransferRow) -> Result<Self, StoreError> {
        Ok(Self {
            reason: parse("transfer", "reason", &row.reason)?,
            from: parse("transfer", "from_account", &row.from_account)?,
            to: parse("transfer", "to_account", &row.to_account)?,
            amount: Cents::new(row.amount_cents),
            cause: row.cause,
            at: Timestamp::from_ms(row.at_ms),
        })
    }
}

impl Tx {
    /// The questions of sets in every language that they have, by set, place and language.
    pub async fn questions_of_sets(
        &mut self,
        sets: &[SetId],
    ) -> Result<Vec<SetQuestion>, StoreError> {
        let select = of_ids!(
            self,
            "select set_id, position, set_question.question_id, set_question.version, locale, answer,
                question, choice1, choice2, choice3, choice4
            from set_question
            join question_text on question_text.question_id = set_question.question_id
                and question_text.version = set_question.version
            where set_id in ",
            " order by set_id, position, locale"
        );
        let rows = fetch_all!(self, QuestionRow, select, ids_json(sets))?;
        rows.into_iter()
            .map(|row| {
                let choices = [
                    Some(row.choice1),
                    Some(row.choice2),
                    Some(row.choice3),
                    row.choice4,
                ];
                Ok(SetQuestion {
                    set: parse("set_question", "set_id", &row.set_id)?,
                    position: row.position,
                    question: parse("set_question", "question_id", &row.question_id)?,
                    version: row.version,
                    locale: row.locale,
                    answer: row.answer,
                    text: row.question,
                    choices: choices.into_iter().flatten().collect(),
                })
            })
            .collect()
    }

    /// The answers in time of entries, by entry and place.
    pub async fn answers_of_entries(
        &mut self,
        entries: &[EntryId],
    ) -> Result<Vec<AnsweredAt>, StoreError> {
        let select = of_ids!(
            self,
            "select entry_id, position, choice, cast(is_correct as bigint), sent_at_ms,
                received_at_ms
            from answer where entry_id in ",
            " order by entry_id, position"
        );
        let rows = fetch_all!(
            self,
            (String, i64, i64, i64, i64, i64),
            select,
            ids_json(entries)
        )?;
        rows.into_iter()
            .map(|(entry, position, choice, is_correct, sent, received)| {
                Ok(AnsweredAt {
                    entry: parse("answer", "entry_id", &entry)?,
                    position,
                    choice,
                    is_correct: is_correct == 1,
                    sent_at: Timestamp::from_ms(sent),
                    received_at: Timestamp::from_ms(received),
                })
            })
            .collect()
    }

    /// How a set went; `None` where it does not exist.
    pub async fn course_of(&mut self, set: SetId) -> Result<Option<SetCourse>, StoreError> {
        let row = fetch_optional!(
            self,
            CourseRow,
            "select opened_at_ms, settled_at_ms, winner_id, voided_at_ms, reason
            from question_set
            left join game_match on game_match.set_id = question_set.id
            left join question_withdrawal on question_withdrawal.id = question_set.withdrawal_id
            where question_set.id = $1",
            set.to_string()
        )?;
        row.map(|row| {
            let winner = row.winner_id.as_deref();
            let winner = winner.map(|id| parse("game_match", "winner_id", id));
            Ok(SetCourse {
                opened_at: Timestamp::from_ms(row.opened_at_ms),
                settled_at: row.settled_at_ms.map(Timestamp::from_ms),
                winner: winner.transpose()?,
                voided_at: row.voided_at_ms.map(Timestamp::from_ms),
                void_reason: row.reason,
            })
        })
        .transpose()
    }

    /// The transfers of these causes, in the order in which they were booked.
    pub async fn transfers_of(
        &mut self,
        causes: &[String],
    ) -> Result<Vec<BookedTransfer>, StoreError> {
        let select = of_ids!(
            self,
            "select reason, from_account, to_account, amount_cents, cause, at_ms
            from transfer where cause in ",
            " order by at_ms, id"
        );
        let rows = fetch_all!(self, TransferRow, select, ids_json(causes))?;
        rows.into_iter().map(BookedTransfer::try_from).collect()
    }

    /// The last sets of a player that they sat down in before `before`, at most `limit`.
    pub async fn sets_of_player(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<SetId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select set_id from entry
            where player_id = $1 and staked_at_ms < $2
            order by staked_at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )?;
        rows.iter()
            .map(|(id,)| parse("entry", "set_id", id))
            .collect()
    }

    /// What moved in a wallet before `before`, newest first, at most `limit`; and what it held then.
    pub async fn wallet_transfers(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<(Vec<BookedTransfer>, Cents), StoreError> {
        let wallet = Account::Wallet(player).to_string();
        // Said again in the words of the partial indexes.
        let select = self.by_engine(
            "select reason, from_account, to_account, amount_cents, cause, at_ms from (
                select id, reason, from_account, to_account, amount_cents, cause, at_ms
                from transfer
                where from_account = $1 and from_account glob 'wallet:*' and at_ms < $2
                union all
                select id, reason, from_account, to_account, amount_cents, cause, at_ms
                from transfer
                where to_account = $1 and to_account glob 'wallet:*' and at_ms < $2
            ) as moved
            order by at_ms desc, id desc
            limit $3",
            "select reason, from_account, to_account, amount_cents, cause, at_ms from (
                select id, reason, from_account, to_account, amount_cents, cause, at_ms
                from transfer
                where from_account = $1 and from_account like 'wallet:%' and at_ms < $2
                union all
                select id, reason, from_account, to_account, amount_cents, cause, at_ms
                from transfer
                where to_account = $1 and to_account like 'wallet:%' and at_ms < $2
            ) as moved
            order by at_ms desc, id desc
            limit $3",
        );
        let rows = fetch_all!(
            self,
            TransferRow,
            select,
            wallet.as_str(),
            before.ms(),
            limit
        )?;
        let sum = self.by_engine(
            "select cast(coalesce(sum(cents), 0) as bigint) from (
                select -amount_cents as cents from transfer
                where from_account = $1 and from_account glob 'wallet:*' and at_ms >= $2
                union all
                select amount_cents from transfer
                where to_account = $1 and to_account glob 'wallet:*' and at_ms >= $2
            ) as moved",
            "select cast(coalesce(sum(cents), 0) as bigint) from (
                select -amount_cents as cents from transfer
                where from_account = $1 and from_account like 'wallet:%' and at_ms >= $2
                union all
                select amount_cents from transfer
                where to_account = $1 and to_account like 'wallet:%' and at_ms >= $2
            ) as moved",
        );
        let later = fetch_optional!(self, (i64,), sum, wallet.as_str(), before.ms())?;
        let later = Cents::new(later.map_or(0, |(cents,)| cents));
        let now = self.player_by_id(player).await?.balance;
        let held = now.minus(later);
        let held = held.ok_or_else(|| StoreError::corrupt("wallet", player, "the sum"))?;
        let moved = rows.into_iter().map(BookedTransfer::try_from);
        Ok((moved.collect::<Result<_, _>>()?, held))
    }
}
