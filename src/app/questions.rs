//! Importing questions from CSV: what fits is loaded, what does not is refused by line with the
//! reason. One transaction; re-importing a file changes nothing.

use std::collections::BTreeSet;

use super::{App, AppError};
use crate::{
    core::{
        ids::QuestionId,
        text::{first_foreign, plain, septets},
    },
    menu::{check::CATEGORY_SEPTETS, render::question_overflow},
    store::{Imported, NewQuestion},
};

/// Columns that a file must have.
const REQUIRED: [&str; 6] = [
    "category", "question", "choice1", "choice2", "choice3", "answer",
];
/// Columns that it may have.
const OPTIONAL: [&str; 3] = ["choice4", "lang", "key"];
/// The language of rows that name none.
const DEFAULT_LOCALE: &str = "en";
/// The longest field that is looked at, in characters.
const MAX_FIELD: usize = 2_000;

/// A line that was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line in the file, from 1.
    pub line: u64,
    /// Why, for a person.
    pub why: String,
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
    pub refused: Vec<Refused>,
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

/// A row that can be loaded.
struct Row {
    line: u64,
    question: NewQuestion,
    was_converted: bool,
}

impl App {
    /// Imports questions from the bytes of a CSV file.
    ///
    /// # Errors
    /// When the file is not CSV with the right columns, or the database does not answer: nothing is
    /// imported then.
    pub async fn import_questions(&self, csv: &[u8]) -> Result<ImportReport, ImportError> {
        let (rows, mut report) = self.read_questions(csv)?;
        let now = self.clock().now();
        let mut rng = self.inner.random.rng();
        let mut tx = self.store().write().await?;
        for row in rows {
            let id = QuestionId::new(now, &mut rng);
            match tx.import_question(id, &row.question, now).await? {
                Imported::Added => report.added += 1,
                Imported::Updated => report.updated += 1,
                Imported::Unchanged => report.unchanged += 1,
                Imported::Contradicts => {
                    let why = "the same key has another category, answer or number of choices in \
                        another language";
                    report.refused.push(Refused {
                        line: row.line,
                        why: why.into(),
                    });
                }
            }
        }
        tx.commit().await?;
        report.refused.sort_by_key(|refused| refused.line);
        Ok(report)
    }

    /// Says what an import would refuse, and how many rows it would take as `added`.
    ///
    /// # Errors
    /// When the file is not CSV with the right columns.
    pub fn check_questions(&self, csv: &[u8]) -> Result<ImportReport, ImportError> {
        let (rows, report) = self.read_questions(csv)?;
        Ok(ImportReport {
            added: rows.len(),
            ..report
        })
    }

    fn read_questions(&self, csv: &[u8]) -> Result<(Vec<Row>, ImportReport), ImportError> {
        let text = std::str::from_utf8(csv).map_err(|error| {
            let line = csv.get(..error.valid_up_to()).unwrap_or_default();
            let line = line.iter().filter(|byte| **byte == b'\n').count() + 1;
            ImportError::Malformed(format!("line {line}: the file is not UTF-8"))
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| ImportError::Malformed(error.to_string());
        let columns = Columns::read(reader.headers().map_err(malformed)?)?;
        let (mut rows, mut report) = (Vec::new(), ImportReport::default());
        let mut seen = BTreeSet::new();
        let mut lines = Lines::of(text);
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = lines.at(record.position().map_or(0, csv::Position::byte));
            let row = self.read_row(&columns, &record, line).and_then(|row| {
                let is_new =
                    seen.insert((row.question.identity.clone(), row.question.locale.clone()));
                if is_new {
                    Ok(row)
                } else {
                    Err("the same question stands further up".into())
                }
            });
            match row {
                Ok(row) => {
                    report.converted += usize::from(row.was_converted);
                    rows.push(row);
                }
                Err(why) => report.refused.push(Refused { line, why }),
            }
        }
        Ok((rows, report))
    }

    fn read_row(
        &self,
        columns: &Columns,
        record: &csv::StringRecord,
        line: u64,
    ) -> Result<Row, String> {
        if record.len() != columns.names.len() {
            return Err(format!(
                "{} fields instead of {}",
                record.len(),
                columns.names.len()
            ));
        }
        let raw = |name: &str| columns.get(record, name);
        let all = REQUIRED.iter().chain(&OPTIONAL);
        if let Some(name) = all
            .clone()
            .find(|name| raw(name).chars().count() > MAX_FIELD)
        {
            return Err(format!("{name} has more than {MAX_FIELD} characters"));
        }
        // Exports of the web version have line breaks written out as \r\n.
        let field = |name: &str| plain(&raw(name).replace("\\r", " ").replace("\\n", " "));
        let text_columns = [
            "category", "question", "choice1", "choice2", "choice3", "choice4",
        ];
        for name in text_columns {
            let text = field(name);
            if let Some(foreign) = first_foreign(&text) {
                return Err(format!(
                    "{name}: {foreign:?} is not in the GSM 7-bit alphabet"
                ));
            }
            if text.is_empty() && name != "choice4" {
                return Err(format!("{name} is empty"));
            }
        }
        let mut choices: Vec<String> = ["choice1", "choice2", "choice3"]
            .iter()
            .map(|name| field(name))
            .collect();
        choices.extend(Some(field("choice4")).filter(|choice| !choice.is_empty()));
        let answer = self.read_answer(&field("answer"), &choices)?;
        let locale = Some(field("lang")).filter(|lang| !lang.is_empty());
        let locale = locale
            .unwrap_or_else(|| DEFAULT_LOCALE.into())
            .to_lowercase();
        if !self.menu().texts.contains_key(&locale) {
            return Err(format!("there is no language \"{locale}\""));
        }
        let category = category_name(&field("category"));
        if septets(&category) > CATEGORY_SEPTETS {
            return Err(format!(
                "the category is longer than {CATEGORY_SEPTETS} characters"
            ));
        }
        let question = field("question");
        self.fits(&locale, &question, &choices)?;
        let identity = match field("key") {
            key if key.is_empty() => {
                format!(
                    "text:{locale}:{}:{}",
                    category.to_lowercase(),
                    question.to_lowercase()
                )
            }
            key => format!("key:{key}"),
        };
        let was_converted = text_columns
            .iter()
            .any(|name| raw(name).trim() != field(name));
        let question = NewQuestion {
            identity,
            category,
            locale,
            question,
            choices,
            answer,
        };
        Ok(Row {
            line,
            question,
            was_converted,
        })
    }

    fn read_answer(&self, answer: &str, choices: &[String]) -> Result<u8, String> {
        let lower: BTreeSet<String> = choices.iter().map(|choice| choice.to_lowercase()).collect();
        if lower.len() < choices.len() {
            return Err("two choices are the same".into());
        }
        let number = answer.parse::<u8>().ok();
        number
            .filter(|number| (1..=choices.len()).contains(&usize::from(*number)))
            .ok_or_else(|| format!("the answer must be a number from 1 to {}", choices.len()))
    }

    fn fits(&self, locale: &str, question: &str, choices: &[String]) -> Result<(), String> {
        let settings = self.settings();
        let budget = settings.networks.tightest();
        let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
        let of = settings.rules.questions_per_set;
        match question_overflow(&self.menu(), locale, question, &choices, of, budget) {
            0 => Ok(()),
            over => Err(format!("{over} septets too long for a screen of {budget}")),
        }
    }
}

/// Counts lines as an editor does. The reader's own count is behind by the line ends that it skips
/// before a record: empty lines, and the second character of CRLF.
struct Lines<'a> {
    text: &'a str,
    passed: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            passed: 0,
            line: 1,
        }
    }

    /// The line of the record that the reader found at a byte; records come in their order.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.text.get(byte..).unwrap_or_default();
        let begin = self.text.len() - rest.trim_start_matches(['\r', '\n']).len();
        let passed = self.text.get(self.passed..begin).unwrap_or_default();
        let ends = |end: &str| passed.matches(end).count();
        let ends = ends("\n") + ends("\r") - ends("\r\n");
        self.line += u64::try_from(ends).unwrap_or_default();
        self.passed = begin;
        self.line
    }
}

/// Where each column is.
struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn read(header: &csv::StringRecord) -> Result<Self, ImportError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim().to_lowercase())
            .collect();
        let missing: Vec<_> = REQUIRED
            .iter()
            .filter(|name| !names.iter().any(|known| known == *name))
            .collect();
        if !missing.is_empty() {
            let missing: Vec<_> = missing.iter().map(|name| format!("\"{name}\"")).collect();
            let what = format!("line 1: there is no column {}", missing.join(", "));
            return Err(ImportError::Malformed(what));
        }
        let is_known = |name: &str| REQUIRED.contains(&name) || OPTIONAL.contains(&name);
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            let known = [REQUIRED.as_slice(), OPTIONAL.as_slice()]
                .concat()
                .join(", ");
            let what = format!("line 1: unknown column \"{unknown}\"; known are {known}");
            return Err(ImportError::Malformed(what));
        }
        let distinct: BTreeSet<&String> = names.iter().collect();
        if distinct.len() < names.len() {
            return Err(ImportError::Malformed(
                "line 1: a column stands twice".into(),
            ));
        }
        Ok(Self { names })
    }

    fn get<'a>(&self, record: &'a csv::StringRecord, name: &str) -> &'a str {
        let place = self.names.iter().position(|known| known == name);
        place
            .and_then(|place| record.get(place))
            .unwrap_or_default()
    }
}

/// `FOOTBALL` and `football` read as `Football`; any other spelling stays.
fn category_name(name: &str) -> String {
    let is_uniform = name == name.to_uppercase() || name == name.to_lowercase();
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if is_uniform => first
            .to_uppercase()
            .chain(letters.as_str().to_lowercase().chars())
            .collect(),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_read_as_names() {
        assert_eq!(category_name("FOOTBALL"), "Football");
        assert_eq!(category_name("bible"), "Bible");
        assert_eq!(category_name("Music and film"), "Music and film");
        assert_eq!(category_name("RnB"), "RnB");
    }
}
