//! Questions as games need them: which there are, and the one at a place of a set.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    game::seat::Candidate,
    ids::{PlayerId, QuestionId, SetId},
    time::Timestamp,
};

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
pub(super) struct TextRow {
    question_id: String,
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
            .map_err(|_| StoreError::corrupt("question", &row.question_id, "answer"))?;
        let choices = [
            Some(row.choice1),
            Some(row.choice2),
            Some(row.choice3),
            row.choice4,
        ];
        Ok(Self {
            id: parse("question", "id", &row.question_id)?,
            answer,
            question: row.question,
            choices: choices.into_iter().flatten().collect(),
        })
    }
}

impl Tx {
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
    /// English, else in any; as it was when the set was opened.
    pub async fn question_of_set(
        &mut self,
        set: SetId,
        position: i64,
        locale: &str,
    ) -> Result<QuestionText, StoreError> {
        let row = fetch_optional!(
            self,
            TextRow,
            "select set_question.question_id, answer, question,
                choice1, choice2, choice3, choice4
            from set_question
            join question_text on question_text.question_id = set_question.question_id
                and question_text.version = set_question.version
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

    /// The questions of a set in their order, each in a language where it exists in it, else in English,
    /// else in any; as they were when the set was opened.
    pub async fn questions_of_set(
        &mut self,
        set: SetId,
        locale: &str,
    ) -> Result<Vec<QuestionText>, StoreError> {
        let rows = fetch_all!(
            self,
            TextRow,
            "select place.question_id, answer, question, choice1, choice2, choice3, choice4
            from set_question as place
            join question_text as shown on shown.question_id = place.question_id
                and shown.version = place.version
                and shown.locale = (
                    select locale from question_text as known
                    where known.question_id = place.question_id and known.version = place.version
                    order by case locale when $2 then 0 when 'en' then 1 else 2 end, locale
                    limit 1)
            where place.set_id = $1
            order by place.position",
            set.to_string(),
            locale
        )?;
        rows.into_iter().map(TextRow::try_into).collect()
    }
}
