//! The longest questions of the bank: what a menu that is loaded later must have room for.

use super::{StoreError, Tx};

/// A question in one of its languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongQuestion {
    /// The question's id.
    pub id: String,
    /// The language of this text.
    pub locale: String,
    /// The question.
    pub question: String,
    /// Three or four choices.
    pub choices: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    question_id: String,
    locale: String,
    question: String,
    choice1: String,
    choice2: String,
    choice3: String,
    choice4: Option<String>,
}

impl Tx {
    /// At most `limit` question texts, the longest first. Withdrawn questions are among them: sets
    /// that are being played may hold them.
    pub async fn longest_questions(&mut self, limit: i64) -> Result<Vec<LongQuestion>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select question_id, locale, question, choice1, choice2, choice3, choice4
            from question_text
            order by length(question) + length(choice1) + length(choice2) + length(choice3)
                + length(coalesce(choice4, '')) desc, question_id, locale
            limit $1",
            limit
        )?;
        let long = rows.into_iter().map(|row| LongQuestion {
            id: row.question_id,
            locale: row.locale,
            question: row.question,
            choices: [row.choice1, row.choice2, row.choice3]
                .into_iter()
                .chain(row.choice4)
                .collect(),
        });
        Ok(long.collect())
    }
}
