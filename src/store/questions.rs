//! The bank of questions.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    game::seat::Candidate,
    ids::{PlayerId, QuestionId, SetId},
    time::Timestamp,
};

/// One row of an import: a question in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQuestion {
    /// What a re-import knows the question by.
    pub identity: String,
    /// The category's name.
    pub category: String,
    /// The language.
    pub locale: String,
    /// The question.
    pub question: String,
    /// Three or four choices.
    pub choices: Vec<String>,
    /// The number of the right choice, from 1.
    pub answer: u8,
}

/// What became of one row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// New, or new in this language.
    Added,
    /// Known, with another text or answer: brought up to date.
    Updated,
    /// Known just so.
    Unchanged,
    /// Another language of the same question has another answer, category or number of choices.
    Contradicts,
}

/// A question in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionText {
    /// The question's id.
    pub id: QuestionId,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// The question.
    pub question: String,
    /// The choices, in the question's own order.
    pub choices: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct TextRow {
    id: String,
    answer: i64,
    question: String,
    choice1: String,
    choice2: String,
    choice3: String,
    choice4: Option<String>,
}

impl TryFrom<TextRow> for QuestionText {
    type Error = StoreError;

    fn try_from(row: TextRow) -> Result<Self, StoreError> {
        let answer = u8::try_from(row.answer)
            .map_err(|_| StoreError::corrupt("question", &row.id, "answer"))?;
        let choices = [
            Some(row.choice1),
            Some(row.choice2),
            Some(row.choice3),
            row.choice4,
        ];
        Ok(Self {
            id: parse("question", "id", &row.id)?,
            answer,
            question: row.question,
            choices: choices.into_iter().flatten().collect(),
        })
    }
}

impl Tx {
    /// Brings one question in one language into the bank; `id` is used where it is new.
    pub async fn import_question(
        &mut self,
        id: QuestionId,
        new: &NewQuestion,
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        let category = new.category.to_lowercase();
        let choices = i64::try_from(new.choices.len()).unwrap_or_default();
        let answer = i64::from(new.answer);
        execute!(
            self,
            "insert into category (id, name) values ($1, $2) on conflict (id) do nothing",
            category.as_str(),
            new.category.as_str()
        )?;
        let inserted = execute!(
            self,
            "insert into question (id, identity, category_id, choices, answer, added_at_ms)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (identity) do nothing",
            id.to_string(),
            new.identity.as_str(),
            category.as_str(),
            choices,
            answer,
            now.ms()
        )?;
        let known = fetch_optional!(
            self,
            (String, String, i64, i64, i64),
            "select id, category_id, choices, answer, (
                select cast(count(*) as bigint) from question_text
                where question_id = question.id and locale <> $2)
            from question where identity = $1",
            new.identity.as_str(),
            new.locale.as_str()
        )?;
        let Some((id, known_category, known_choices, known_answer, others)) = known else {
            return Err(StoreError::corrupt(
                "question",
                &new.identity,
                "was not imported",
            ));
        };
        let is_same =
            known_category == category && known_choices == choices && known_answer == answer;
        if !is_same && others > 0 {
            return Ok(Imported::Contradicts);
        }
        if !is_same {
            execute!(
                self,
                "update question set category_id = $2, choices = $3, answer = $4 where id = $1",
                id.as_str(),
                category.as_str(),
                choices,
                answer
            )?;
        }
        let written = self.write_text(&id, new).await?;
        Ok(match (inserted > 0, is_same, written) {
            (true, _, _) | (false, true, Imported::Added) => Imported::Added,
            (false, true, Imported::Unchanged) => Imported::Unchanged,
            _ => Imported::Updated,
        })
    }

    async fn write_text(&mut self, id: &str, new: &NewQuestion) -> Result<Imported, StoreError> {
        let before = fetch_optional!(
            self,
            (String, String, String, String, Option<String>),
            "select question, choice1, choice2, choice3, choice4
            from question_text where question_id = $1 and locale = $2",
            id,
            new.locale.as_str()
        )?;
        let choice = |place: usize| new.choices.get(place).map(String::as_str);
        let now = (
            new.question.clone(),
            choice(0).unwrap_or_default().to_owned(),
            choice(1).unwrap_or_default().to_owned(),
            choice(2).unwrap_or_default().to_owned(),
            choice(3).map(ToOwned::to_owned),
        );
        let outcome = match &before {
            None => Imported::Added,
            Some(before) if *before == now => return Ok(Imported::Unchanged),
            Some(_) => Imported::Updated,
        };
        execute!(
            self,
            "insert into question_text
                (question_id, locale, question, choice1, choice2, choice3, choice4)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (question_id, locale) do update set
                question = excluded.question, choice1 = excluded.choice1,
                choice2 = excluded.choice2, choice3 = excluded.choice3, choice4 = excluded.choice4",
            id,
            new.locale.as_str(),
            now.0,
            now.1,
            now.2,
            now.3,
            now.4
        )?;
        Ok(outcome)
    }

    /// The names of the categories that have at least `questions` questions, in order of name.
    pub async fn categories(&mut self, questions: u8) -> Result<Vec<String>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select name
            from category
            where (select count(*) from question
                where category_id = category.id and state = 'active') >= $1
            order by name",
            i64::from(questions)
        )?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// The questions that a set of a category could hold, with when the player saw each last.
    pub async fn candidates(
        &mut self,
        category: &str,
        player: PlayerId,
    ) -> Result<Vec<Candidate>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, Option<i64>),
            "select question.id, seen.at_ms
            from question
            left join seen on seen.question_id = question.id and seen.player_id = $2
            where question.category_id = $1 and question.state = 'active'
            order by question.id",
            category.to_lowercase(),
            player.to_string()
        )?;
        rows.into_iter()
            .map(|(id, seen_at)| {
                let question = parse("question", "id", &id)?;
                Ok(Candidate {
                    question,
                    seen_at: seen_at.map(Timestamp::from_ms),
                })
            })
            .collect()
    }

    /// The question at a place of a set (from 1), in a language where it exists in it, else in
    /// English, else in any.
    pub async fn question_of_set(
        &mut self,
        set: SetId,
        position: i64,
        locale: &str,
    ) -> Result<QuestionText, StoreError> {
        let row = fetch_optional!(
            self,
            TextRow,
            "select question.id, question.answer, question_text.question,
                choice1, choice2, choice3, choice4
            from set_question
            join question on question.id = set_question.question_id
            join question_text on question_text.question_id = question.id
            where set_question.set_id = $1 and set_question.position = $2
            order by case locale when $3 then 0 when 'en' then 1 else 2 end, locale
            limit 1",
            set.to_string(),
            position,
            locale
        )?;
        row.ok_or_else(|| StoreError::corrupt("set_question", set, "has no such place"))?
            .try_into()
    }
}
