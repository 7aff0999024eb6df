//! Correcting one question by hand: a new version, as an import makes one. Sets that are open go on
//! with the version that they were opened with.

use std::collections::BTreeMap;

use super::{App, AppError, reading::MAX_FIELD};
use crate::{
    core::{
        bank::{Known, NewQuestion, Text, plan},
        ids::QuestionId,
        operator::By,
        text::{first_foreign, plain},
        time::Timestamp,
    },
    store::{Contention, StoreError, Tx},
};

/// What a question is to be from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Which question.
    pub question: QuestionId,
    /// The version that the words were taken from.
    pub version: i64,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// Its words in every language that it has.
    pub texts: BTreeMap<String, Text>,
}

/// A question was not corrected.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// There is no such question.
    #[error("no such question")]
    Unknown,
    /// Somebody corrected it in the meantime.
    #[error("somebody else corrected it in the meantime: look at it again")]
    Changed,
    /// The words cannot be taken.
    #[error("{0}")]
    Unsound(String),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for FixError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for FixError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::Unknown | Self::Changed | Self::Unsound(_) => false,
        }
    }
}

impl App {
    /// One question of the bank, in play or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_question(&self, id: QuestionId) -> Result<Option<Known>, AppError> {
        Ok(self.store().read().await?.question(id).await?)
    }

    /// Corrects a question; gives its version from now on, the same where nothing changed.
    ///
    /// # Errors
    /// When the words do not fit a screen, or somebody else corrected it in the meantime.
    pub async fn fix_question(&self, fix: &Fix, by: &By) -> Result<i64, FixError> {
        let now = self.clock().now();
        let version = self
            .store()
            .transact(|tx| self.fix_in(tx, fix, by, now))
            .await?;
        tracing::info!(question = %fix.question, version, actor = by.actor.name(), "question corrected");
        Ok(version)
    }

    async fn fix_in(
        &self,
        mut tx: Tx,
        fix: &Fix,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, i64), FixError> {
        tx.serialise_imports().await?;
        let known = tx.question(fix.question).await?.ok_or(FixError::Unknown)?;
        if known.version != fix.version {
            return Err(FixError::Changed);
        }
        let rows = known
            .texts
            .keys()
            .map(|locale| self.fixed(&known, locale, fix))
            .collect::<Result<Vec<NewQuestion>, FixError>>()?;
        let rows: Vec<&NewQuestion> = rows.iter().collect();
        let (_, change) = plan(&rows, Some(&known));
        let Some(change) = change else {
            return Ok((tx, known.version));
        };
        let version = change.version;
        tx.change_questions(&[(known.id, change)], now).await?;
        let detail = format!("version {version}, answer {}", fix.answer);
        let subject = ("question", known.id.to_string());
        self.write_down(&mut tx, by, "fix", subject, &detail, now)
            .await?;
        Ok((tx, version))
    }

    /// One language of the corrected question, as an import would take it.
    fn fixed(&self, known: &Known, locale: &str, fix: &Fix) -> Result<NewQuestion, FixError> {
        let unsound = |what: &str| FixError::Unsound(format!("{locale}: {what}"));
        let text = fix
            .texts
            .get(locale)
            .ok_or_else(|| unsound("its words are missing"))?;
        let question = plain(&text.question);
        let choices: Vec<String> = text.choices.iter().map(|choice| plain(choice)).collect();
        for field in choices.iter().chain([&question]) {
            if field.is_empty() {
                return Err(unsound("a question and every choice need words"));
            }
            if field.chars().count() > MAX_FIELD {
                return Err(unsound("the words are too long"));
            }
            if let Some(foreign) = first_foreign(field) {
                return Err(unsound(&format!(
                    "{foreign:?} is not in the GSM 7-bit alphabet"
                )));
            }
        }
        if !(3..=4).contains(&choices.len()) {
            return Err(unsound("there are 3 or 4 choices"));
        }
        let answer = self.read_answer(&fix.answer.to_string(), &choices);
        let answer = answer.map_err(|what| unsound(&what))?;
        self.fits(locale, &question, &choices)
            .map_err(|what| unsound(&what))?;
        Ok(NewQuestion {
            identity: known.identity.clone(),
            category: known.category.clone(),
            locale: locale.to_owned(),
            question,
            choices,
            answer,
            source: None,
        })
    }
}
