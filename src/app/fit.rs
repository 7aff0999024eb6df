//! Whether the questions of the bank fit a menu that is loaded after them: the import measured
//! them with the menu of its own day.

use super::{App, AppError};
use crate::{
    menu::{Menu, file::Finding, render::question_overflow},
    store::LongQuestion,
};

/// How many of the longest questions are measured. Only these can be too long: a menu leaves at
/// most a few septets less than another.
const MEASURED: i64 = 2_000;

impl App {
    /// What is wrong with a menu for the questions that players may get: at most one finding a
    /// language.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn misfits(&self, menu: &Menu) -> Result<Vec<Finding>, AppError> {
        let questions = self
            .store()
            .read()
            .await?
            .longest_questions(MEASURED)
            .await?;
        let budget = self.settings().networks.tightest();
        let of = self.rules().questions_per_set;
        let mut findings = Vec::new();
        for texts in menu.texts.values() {
            // A player gets a question in another language where it is not translated.
            let is_shown = |locale: &str, id: &str| {
                let is_own = |other: &LongQuestion| other.id == id && other.locale == texts.locale;
                locale == texts.locale || !questions.iter().any(is_own)
            };
            let mut over: Vec<(usize, &str)> = Vec::new();
            for question in &questions {
                let choices: Vec<&str> = question.choices.iter().map(String::as_str).collect();
                let text = &question.question;
                let septets = question_overflow(menu, &texts.locale, text, &choices, of, budget);
                if septets > 0 && is_shown(&question.locale, &question.id) {
                    over.push((septets, text));
                }
            }
            if let Some((septets, text)) = over.iter().max() {
                let screen = menu.timed_screen().unwrap_or_default();
                findings.push(Finding {
                    file: format!("{}.toml", texts.locale),
                    line: texts.screen.get(screen).map_or(1, |text| text.line),
                    key: format!("screen.{screen}"),
                    what: format!(
                        "leaves too little room for {} questions of the bank, by up to {septets} \
                        septets: \"{text}\"",
                        over.len()
                    ),
                });
            }
        }
        Ok(findings)
    }
}
