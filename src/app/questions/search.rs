//! Looking through the bank: by words, category and standing, the worst question first.

use super::{App, AppError, Figures, QuestionStats};
use crate::{core::bank::Known, store::BankFilter};

/// Which questions are looked for; empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuestionSearch {
    /// Words that stand in the question, a choice, its key or its id, in any language.
    pub words: String,
    /// The category.
    pub category: Option<String>,
    /// The withdrawn ones, instead of those in play.
    pub withdrawn: bool,
}

impl App {
    /// The questions that fit, the worst first. Withdrawn ones have no figures: they are counted in
    /// play only.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn search_questions(
        &self,
        search: &QuestionSearch,
    ) -> Result<Vec<QuestionStats>, AppError> {
        let words = search.words.trim().to_lowercase();
        let mut found = if search.withdrawn {
            let filter = BankFilter {
                category: search.category.clone(),
                locale: None,
                withdrawn: true,
            };
            let bank = self.store().read().await?.bank(&filter).await?;
            bank.into_iter().map(without_figures).collect()
        } else {
            self.question_stats(search.category.clone(), 0).await?
        };
        found.retain(|one| has_words(&one.question, &words));
        Ok(found)
    }

    /// The names of all categories that have a question, in order of name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn question_categories(&self) -> Result<Vec<String>, AppError> {
        Ok(self.store().read().await?.categories(1).await?)
    }
}

fn without_figures(question: Known) -> QuestionStats {
    let choices = question
        .texts
        .values()
        .next()
        .map_or(0, |text| text.choices.len());
    let figures = Figures {
        shown: 0,
        picked: vec![0; choices],
        answer: question.answer,
        answering_ms: None,
    };
    QuestionStats { question, figures }
}

fn has_words(question: &Known, words: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(words);
    words.is_empty()
        || question.key().is_some_and(has)
        || has(&question.id.to_string())
        || question
            .texts
            .values()
            .any(|text| has(&text.question) || text.choices.iter().any(|choice| has(choice)))
}
