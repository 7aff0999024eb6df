//! The bank of questions: importing it from CSV, looking over a file, writing it out, and how
//! questions fared. An import is one transaction; re-importing a file changes nothing.

mod fix;
mod reading;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use self::reading::{Row, Sheet};
pub use self::{
    fix::{Fix, FixError},
    search::QuestionSearch,
};
use super::{App, AppError};
use crate::{
    core::{
        bank::{
            Imported, Known, NewQuestion,
            figures::Figures,
            likeness::{Likeness, Spread, Worded, alike, spreads},
            plan,
        },
        ids::QuestionId,
    },
    store::{BankFilter, Contention, Tx},
};

/// The largest file that is read, in bytes: more than 300,000 questions.
pub const MAX_CSV_BYTES: u64 = 64 * 1_024 * 1_024;

/// How many questions are looked up and written at a time.
const BATCH: usize = 2_000;

/// The games that tell how a question fares are not older than that: the figures stay quick to count, and
/// say how it is now.
const FIGURES_REACH: std::time::Duration = std::time::Duration::from_secs(90 * 24 * 60 * 60);

/// What is said of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line in the file, from 1.
    pub line: u64,
    /// What, for a person.
    pub what: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that were new.
    pub added: usize,
    /// Rows that were known with another text.
    pub updated: usize,
    /// Rows that were known just so.
    pub unchanged: usize,
    /// Rows in which typographic characters were turned into plain ones.
    pub converted: usize,
    /// Rows that were refused.
    pub refused: Vec<Remark>,
    /// The lines of rows that were new or known with another text.
    pub changes: Vec<(u64, Imported)>,
    /// What somebody should look at; such rows are taken all the same.
    pub warnings: Vec<Remark>,
}

/// What a look over a file found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Rows that an import would take.
    pub sound: usize,
    /// Rows in which typographic characters would be turned into plain ones.
    pub converted: usize,
    /// Rows that an import would refuse.
    pub refused: Vec<Remark>,
    /// Likely duplicates, missing translations.
    pub warnings: Vec<Remark>,
    /// At which places the right answers stand, by category.
    pub spreads: Vec<Spread>,
}

/// Whether an import is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is.
    ForGood,
    /// It only says what it would do.
    Dry,
}

/// How a question fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionStats {
    /// The question.
    pub question: Known,
    /// What players answered.
    pub figures: Figures,
}

/// The file as a whole cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not CSV with the right columns.
    #[error("{0}")]
    Malformed(String),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<crate::store::StoreError> for ImportError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for ImportError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::Malformed(_) => false,
        }
    }
}

impl App {
    /// Imports questions from the bytes of a CSV file.
    ///
    /// # Errors
    /// When the file is not CSV with the right columns, or the database does not answer: nothing is
    /// imported then.
    pub async fn import_questions(&self, csv: &[u8]) -> Result<ImportReport, ImportError> {
        self.load_questions(csv, Import::ForGood, &|_, _| {}).await
    }

    /// Imports questions from the bytes of a CSV file, or says what that would do. `progress` hears
    /// how many rows of how many are done.
    ///
    /// # Errors
    /// When the file is broken, or the database does not answer: nothing is imported then.
    pub async fn load_questions(
        &self,
        csv: &[u8],
        import: Import,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<ImportReport, ImportError> {
        let Sheet { rows, refused } = self.read_questions(csv)?;
        let read = ImportReport {
            converted: rows.iter().filter(|row| row.was_converted).count(),
            refused,
            ..ImportReport::default()
        };
        let mut report = match import {
            Import::ForGood => {
                let load = |tx| self.import_rows(tx, &rows, import, read.clone(), progress);
                self.store().transact(load).await?
            }
            Import::Dry => {
                let tx = self.store().read().await?;
                self.import_rows(tx, &rows, import, read, progress).await?.1
            }
        };
        report.refused.sort_by_key(|refused| refused.line);
        report.changes.sort_by_key(|(line, _)| *line);
        if !report.changes.is_empty() {
            // Outside of the transaction that writes, which others wait for.
            let mut tx = self.store().read().await?;
            let bank = tx.bank(&BankFilter::default()).await?;
            let changed: BTreeSet<u64> = report.changes.iter().map(|(line, _)| *line).collect();
            report.warnings = warn_of_likeness(&rows, &worded_in_bank(&bank, &rows));
            report
                .warnings
                .retain(|warning| changed.contains(&warning.line));
        }
        Ok(report)
    }

    async fn import_rows(
        &self,
        mut tx: Tx,
        rows: &[Row],
        import: Import,
        mut report: ImportReport,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(Tx, ImportReport), ImportError> {
        let questions = by_question(rows);
        let now = self.clock().now();
        let mut rng = self.inner.random.rng();
        if import == Import::ForGood {
            tx.serialise_imports().await?;
        }
        let mut done = 0;
        for batch in questions.chunks(BATCH) {
            let identities: Vec<&str> = batch.iter().filter_map(|of| identity(of)).collect();
            let known = tx.known_questions(&identities).await?;
            let mut changes = Vec::new();
            for of in batch {
                let new: Vec<&NewQuestion> = of.iter().map(|row| &row.question).collect();
                let known = identity(of).and_then(|identity| known.get(identity));
                let (verdicts, change) = plan(&new, known);
                for (row, verdict) in of.iter().zip(verdicts) {
                    report.count(row.line, verdict);
                }
                changes.extend(change.map(|change| (QuestionId::new(now, &mut rng), change)));
                done += of.len();
            }
            if import == Import::ForGood && !changes.is_empty() {
                tx.change_questions(&changes, now).await?;
            }
            progress(done, rows.len());
        }
        Ok((tx, report))
    }

    /// Looks over a file without the bank: what an import would refuse, and what somebody should
    /// look at.
    ///
    /// # Errors
    /// When the file is broken as a whole.
    pub fn check_questions(&self, csv: &[u8]) -> Result<CheckReport, ImportError> {
        let Sheet { rows, refused } = self.read_questions(csv)?;
        let questions = by_question(&rows);
        let mut warnings = warn_of_likeness(&rows, &[]);
        warnings.extend(missing_translations(&questions));
        warnings.sort_by_key(|warning| warning.line);
        let heads = questions.iter().filter_map(|of| of.first());
        let spreads = spreads(heads.map(|row| {
            let question = &row.question;
            (
                question.category.as_str(),
                question.choices.len(),
                question.answer,
            )
        }));
        Ok(CheckReport {
            sound: rows.len(),
            converted: rows.iter().filter(|row| row.was_converted).count(),
            refused,
            warnings,
            spreads,
        })
    }

    /// The bank as CSV that imports again to the same bank: sorted by category, key and language.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export_questions(&self, filter: &BankFilter) -> Result<Vec<u8>, AppError> {
        let mut bank = self.store().read().await?.bank(filter).await?;
        bank.sort_by_cached_key(|question| {
            (question.category.to_lowercase(), question.identity.clone())
        });
        let mut writer = csv::Writer::from_writer(Vec::new());
        let unusable = |_| AppError::Unusable("the bank cannot be written as CSV");
        let header = [
            "key", "lang", "category", "question", "choice1", "choice2", "choice3", "choice4",
            "answer", "source",
        ];
        writer.write_record(header).map_err(unusable)?;
        for question in &bank {
            let answer = question.answer.to_string();
            for (locale, text) in &question.texts {
                let choice = |place: usize| text.choices.get(place).map_or("", String::as_str);
                let record = [
                    question.key().unwrap_or_default(),
                    locale,
                    &question.category,
                    &text.question,
                    choice(0),
                    choice(1),
                    choice(2),
                    choice(3),
                    &answer,
                    question.source.as_deref().unwrap_or_default(),
                ];
                writer.write_record(record).map_err(unusable)?;
            }
        }
        writer
            .into_inner()
            .map_err(|_| AppError::Unusable("the bank cannot be written as CSV"))
    }

    /// How the questions in play fared in the last 90 days, the worst first; those that were shown at least `min_shown`
    /// times.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn question_stats(
        &self,
        category: Option<String>,
        min_shown: i64,
    ) -> Result<Vec<QuestionStats>, AppError> {
        let filter = BankFilter {
            category,
            ..BankFilter::default()
        };
        let mut tx = self.store().read().await?;
        let since = self.clock().now().before(FIGURES_REACH);
        let mut figures = tx.question_figures(since).await?;
        let bank = tx.bank(&filter).await?;
        let stats = bank.into_iter().map(|question| {
            let choices = question
                .texts
                .values()
                .next()
                .map_or(0, |text| text.choices.len());
            let never = Figures {
                shown: 0,
                picked: vec![0; choices],
                answer: question.answer,
                answering_ms: None,
            };
            let figures = figures.remove(&question.id).unwrap_or(never);
            QuestionStats { question, figures }
        });
        let mut stats: Vec<_> = stats.filter(|one| one.figures.shown >= min_shown).collect();
        stats.sort_by_key(|one| (one.figures.rank(), one.question.identity.clone()));
        Ok(stats)
    }
}

impl ImportReport {
    fn count(&mut self, line: u64, verdict: Imported) {
        match verdict {
            Imported::Added => self.added += 1,
            Imported::Updated => self.updated += 1,
            Imported::Unchanged => self.unchanged += 1,
            Imported::Contradicts => {
                let why = "the same key has another category, answer or number of choices in \
                    another language";
                self.refused.push(Remark {
                    line,
                    what: why.into(),
                });
            }
        }
        if matches!(verdict, Imported::Added | Imported::Updated) {
            self.changes.push((line, verdict));
        }
    }
}

/// The rows of each question, in order of where it stands first.
fn by_question(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut questions: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let next = questions.len();
        let place = *places.entry(&row.question.identity).or_insert(next);
        match questions.get_mut(place) {
            Some(of) => of.push(row),
            None => questions.push(vec![row]),
        }
    }
    questions
}

fn identity<'a>(of: &[&'a Row]) -> Option<&'a str> {
    of.first().map(|row| row.question.identity.as_str())
}

/// Questions in play that the file does not name.
fn worded_in_bank<'a>(bank: &'a [Known], rows: &[Row]) -> Vec<Worded<'a>> {
    let named: BTreeSet<&str> = rows.iter().map(|r| r.question.identity.as_str()).collect();
    let others = bank
        .iter()
        .filter(|known| !named.contains(known.identity.as_str()));
    others
        .flat_map(|known| {
            known.texts.iter().map(|(locale, text)| Worded {
                identity: &known.identity,
                locale,
                question: &text.question,
                right: right(&text.choices, known.answer),
            })
        })
        .collect()
}

fn right(choices: &[String], answer: u8) -> &str {
    let place = usize::from(answer).checked_sub(1);
    place
        .and_then(|place| choices.get(place))
        .map_or("", String::as_str)
}

/// Rows that say the same as a row further up, or as a question of the bank.
fn warn_of_likeness(rows: &[Row], bank: &[Worded<'_>]) -> Vec<Remark> {
    let in_file = rows.iter().map(|row| {
        let question = &row.question;
        Worded {
            identity: &question.identity,
            locale: &question.locale,
            question: &question.question,
            right: right(&question.choices, question.answer),
        }
    });
    // The bank first: of a pair, the row of the file is then the later one.
    let all: Vec<Worded<'_>> = bank.iter().copied().chain(in_file).collect();
    let mut warnings = Vec::new();
    for (late, early, likeness) in alike(&all) {
        let row = late
            .checked_sub(bank.len())
            .and_then(|place| rows.get(place));
        let Some(row) = row else { continue };
        let other = match early
            .checked_sub(bank.len())
            .and_then(|place| rows.get(place))
        {
            Some(row) => format!("line {}", row.line),
            None => all.get(early).map_or_else(String::new, |known| {
                format!("\"{}\", which is in the bank", known.question)
            }),
        };
        let what = match likeness {
            Likeness::Same => format!("says the same as {other}"),
            Likeness::Near => format!("says nearly the same as {other}, with the same answer"),
        };
        warnings.push(Remark {
            line: row.line,
            what,
        });
    }
    warnings
}

/// Questions that lack a language in which others of the file are written.
fn missing_translations(questions: &[Vec<&Row>]) -> Vec<Remark> {
    let rows = questions.iter().flatten();
    let locales: BTreeSet<&str> = rows.map(|row| row.question.locale.as_str()).collect();
    let mut warnings = Vec::new();
    for of in questions {
        let Some(head) = of.first() else { continue };
        for locale in &locales {
            if !of.iter().any(|row| row.question.locale == *locale) {
                warnings.push(Remark {
                    line: head.line,
                    what: format!("the question is not there in \"{locale}\""),
                });
            }
        }
    }
    warnings
}
