//! The bank of questions as a whole: looking up what is known, writing down changes, and what
//! players answered. In batches: one statement for as many questions as the caller has at hand.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{expect_rows, parse},
};
use crate::core::{
    bank::{Change, Imported, Known, NewQuestion, Standing, Text, figures::Figures, plan},
    ids::{EntryId, QuestionId},
    time::Timestamp,
};

/// Which questions of the bank are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankFilter {
    /// Of this category only.
    pub category: Option<String>,
    /// In this language only.
    pub locale: Option<String>,
    /// The withdrawn ones, instead of those in play.
    pub withdrawn: bool,
}

/// A statement that gives rows of the bank; `$tail` says which.
macro_rules! bank_rows {
    ($tail:literal) => {
        concat!(
            "select question.id, identity, category.name as category, question.answer,
                question.version, state, source, locale, question_text.question,
                choice1, choice2, choice3, choice4
            from question
            join category on category.id = question.category_id
            join question_text on question_text.question_id = question.id
                and question_text.version = question.version
            ",
            $tail
        )
    };
}

#[derive(sqlx::FromRow)]
struct BankRow {
    id: String,
    identity: String,
    category: String,
    answer: i64,
    version: i64,
    state: String,
    source: Option<String>,
    locale: String,
    question: String,
    choice1: String,
    choice2: String,
    choice3: String,
    choice4: Option<String>,
}

impl BankRow {
    /// The question without its texts, the language of this row, and the text in it.
    fn take_apart(self) -> Result<(Known, String, Text), StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("question", &self.id, what);
        let standing = [Standing::Active, Standing::Withdrawn]
            .into_iter()
            .find(|standing| standing.name() == self.state);
        let known = Known {
            id: parse("question", "id", &self.id)?,
            identity: self.identity,
            category: self.category,
            answer: u8::try_from(self.answer).map_err(|_| corrupt("answer"))?,
            version: self.version,
            standing: standing.ok_or_else(|| corrupt("state"))?,
            source: self.source,
            texts: BTreeMap::new(),
        };
        let choices = [
            Some(self.choice1),
            Some(self.choice2),
            Some(self.choice3),
            self.choice4,
        ];
        let text = Text {
            question: self.question,
            choices: choices.into_iter().flatten().collect(),
        };
        Ok((known, self.locale, text))
    }
}

/// Puts the languages of each question together.
fn together(rows: Vec<BankRow>) -> Result<BTreeMap<String, Known>, StoreError> {
    let mut questions = BTreeMap::new();
    for row in rows {
        let (known, locale, text) = row.take_apart()?;
        let question = questions.entry(known.identity.clone()).or_insert(known);
        question.texts.insert(locale, text);
    }
    Ok(questions)
}

#[derive(sqlx::FromRow)]
struct FiguresRow {
    id: String,
    choices: i64,
    answer: i64,
    shown: i64,
    picked1: i64,
    picked2: i64,
    picked3: i64,
    picked4: i64,
    answering_ms: Option<i64>,
}

impl Tx {
    /// Lets one import at a time change the bank, until the end of the transaction.
    pub async fn serialise_imports(&mut self) -> Result<(), StoreError> {
        self.serialise("imports").await
    }

    /// The questions that the bank knows by these identities, with all their texts.
    pub async fn known_questions(
        &mut self,
        identities: &[&str],
    ) -> Result<BTreeMap<String, Known>, StoreError> {
        let wanted = self.by_engine(
            bank_rows!("where identity in (select value from json_each($1))"),
            bank_rows!(
                "where identity in (select value from json_array_elements_text(cast($1 as json)))"
            ),
        );
        let rows = fetch_all!(self, BankRow, wanted, json!(identities).to_string())?;
        together(rows)
    }

    /// One question of the bank, in play or not, with all its texts.
    pub async fn question(&mut self, id: QuestionId) -> Result<Option<Known>, StoreError> {
        let rows = fetch_all!(
            self,
            BankRow,
            bank_rows!("where question.id = $1"),
            id.to_string()
        )?;
        Ok(together(rows)?.into_values().next())
    }

    /// The questions of the bank, in order of identity; of a language, those that have it.
    pub async fn bank(&mut self, filter: &BankFilter) -> Result<Vec<Known>, StoreError> {
        let standing = if filter.withdrawn {
            Standing::Withdrawn
        } else {
            Standing::Active
        };
        let rows = fetch_all!(
            self,
            BankRow,
            bank_rows!(
                "where state = $1 and ($2 = '' or category_id = $2) and ($3 = '' or locale = $3)"
            ),
            standing.name(),
            filter
                .category
                .as_deref()
                .unwrap_or_default()
                .to_lowercase(),
            filter.locale.as_deref().unwrap_or_default().to_lowercase()
        )?;
        Ok(together(rows)?.into_values().collect())
    }

    /// Brings one question in one language into the bank; `id` is used where it is new.
    pub async fn import_question(
        &mut self,
        id: QuestionId,
        new: &NewQuestion,
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        self.serialise_imports().await?;
        let known = self.known_questions(&[&new.identity]).await?;
        let (verdicts, change) = plan(&[new], known.get(&new.identity));
        if let Some(change) = change {
            self.change_questions(&[(id, change)], now).await?;
        }
        Ok(verdicts.first().copied().unwrap_or(Imported::Unchanged))
    }

    /// Writes down changes, each with the id that its question gets where it is new.
    pub async fn change_questions(
        &mut self,
        changes: &[(QuestionId, Change)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let categories: BTreeMap<String, &str> = changes
            .iter()
            .map(|(_, change)| (change.category.to_lowercase(), change.category.as_str()))
            .collect();
        for (id, name) in categories {
            execute!(
                self,
                "insert into category (id, name) values ($1, $2) on conflict (id) do nothing",
                id,
                name
            )?;
        }
        let (known, new): (Vec<_>, Vec<_>) = changes
            .iter()
            .partition(|(_, change)| change.known.is_some());
        self.add_questions(&new, now).await?;
        self.update_questions(&known).await?;
        self.add_texts(changes).await
    }

    async fn add_questions(
        &mut self,
        changes: &[&(QuestionId, Change)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let insert = self.by_engine(
            "insert into question
                (id, identity, category_id, choices, answer, version, source, added_at_ms)
            select value ->> 'id', value ->> 'identity', value ->> 'category',
                value ->> 'choices', value ->> 'answer', value ->> 'version',
                value ->> 'source', $2
            from json_each($1)",
            "insert into question
                (id, identity, category_id, choices, answer, version, source, added_at_ms)
            select id, identity, category, choices, answer, version, source, $2
            from json_to_recordset(cast($1 as json)) as rows (id text, identity text,
                category text, choices bigint, answer bigint, version bigint, source text)",
        );
        let inserted = execute!(self, insert, as_json(changes), now.ms())?;
        expect_rows(inserted, changes.len() as u64, "question", "an import")
    }

    async fn update_questions(
        &mut self,
        changes: &[&(QuestionId, Change)],
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let update = self.by_engine(
            "update question set category_id = value ->> 'category',
                choices = value ->> 'choices', answer = value ->> 'answer',
                version = value ->> 'version', source = value ->> 'source'
            from json_each($1)
            where question.id = value ->> 'id'",
            "update question set category_id = rows.category, choices = rows.choices,
                answer = rows.answer, version = rows.version, source = rows.source
            from json_to_recordset(cast($1 as json)) as rows (id text,
                category text, choices bigint, answer bigint, version bigint, source text)
            where question.id = rows.id",
        );
        let updated = execute!(self, update, as_json(changes))?;
        expect_rows(updated, changes.len() as u64, "question", "an import")
    }

    async fn add_texts(&mut self, changes: &[(QuestionId, Change)]) -> Result<(), StoreError> {
        let texts: Vec<_> = changes
            .iter()
            .flat_map(|(new, change)| {
                let id = change.known.unwrap_or(*new).to_string();
                change.texts.iter().map(move |(locale, text)| {
                    json!({
                        "id": id, "version": change.version, "locale": locale,
                        "question": text.question, "answer": change.answer,
                        "choice1": text.choices.first(), "choice2": text.choices.get(1),
                        "choice3": text.choices.get(2), "choice4": text.choices.get(3),
                    })
                })
            })
            .collect();
        if texts.is_empty() {
            return Ok(());
        }
        let insert = self.by_engine(
            "insert into question_text (question_id, version, locale, question,
                choice1, choice2, choice3, choice4, answer)
            select value ->> 'id', value ->> 'version', value ->> 'locale', value ->> 'question',
                value ->> 'choice1', value ->> 'choice2', value ->> 'choice3',
                value ->> 'choice4', value ->> 'answer'
            from json_each($1)",
            "insert into question_text (question_id, version, locale, question,
                choice1, choice2, choice3, choice4, answer)
            select id, version, locale, question, choice1, choice2, choice3, choice4, answer
            from json_to_recordset(cast($1 as json)) as rows (id text, version bigint,
                locale text, question text, choice1 text, choice2 text, choice3 text,
                choice4 text, answer bigint)",
        );
        let count = texts.len() as u64;
        let inserted = execute!(self, insert, json!(texts).to_string())?;
        expect_rows(inserted, count, "question_text", "an import")
    }

    /// How the questions in play fared in their present version, in games that were begun since then, by
    /// id. A question that somebody is looking at right now is not counted as shown to them yet.
    pub async fn question_figures(
        &mut self,
        since: Timestamp,
    ) -> Result<BTreeMap<QuestionId, Figures>, StoreError> {
        let rows = fetch_all!(
            self,
            FiguresRow,
            "select question.id, question.choices, question.answer,
                cast(count(*) as bigint) as shown,
                cast(sum(case when choice = 1 then 1 else 0 end) as bigint) as picked1,
                cast(sum(case when choice = 2 then 1 else 0 end) as bigint) as picked2,
                cast(sum(case when choice = 3 then 1 else 0 end) as bigint) as picked3,
                cast(sum(case when choice = 4 then 1 else 0 end) as bigint) as picked4,
                cast(avg(received_at_ms - answer.sent_at_ms) as bigint) as answering_ms
            from question
            join set_question on set_question.question_id = question.id
                and set_question.version = question.version
            join entry on entry.set_id = set_question.set_id
                and entry.position >= set_question.position
            left join answer on answer.entry_id = entry.id
                and answer.position = set_question.position
            where question.state = 'active' and entry.id >= $1
                and (answer.choice is not null or entry.state <> 'playing')
            group by question.id, question.choices, question.answer",
            // Ids tell when they were made.
            EntryId::first_at(since).to_string()
        )?;
        rows.into_iter()
            .map(|row| {
                let corrupt = || StoreError::corrupt("question", &row.id, "choices or answer");
                let choices = usize::try_from(row.choices).map_err(|_| corrupt())?;
                let picked = [row.picked1, row.picked2, row.picked3, row.picked4];
                let figures = Figures {
                    shown: row.shown,
                    picked: picked.into_iter().take(choices).collect(),
                    answer: u8::try_from(row.answer).map_err(|_| corrupt())?,
                    answering_ms: row.answering_ms,
                };
                Ok((parse("question", "id", &row.id)?, figures))
            })
            .collect()
    }
}

fn as_json(changes: &[&(QuestionId, Change)]) -> String {
    let rows: Vec<_> = changes
        .iter()
        .map(|(new, change)| {
            json!({
                "id": change.known.unwrap_or(*new).to_string(),
                "identity": change.identity,
                "category": change.category.to_lowercase(),
                "choices": change.choices,
                "answer": change.answer,
                "version": change.version,
                "source": change.source,
            })
        })
        .collect();
    json!(rows).to_string()
}
