//! Reading questions from CSV. A file that is broken as a whole (encoding, quotes, columns) gives no
//! rows at all; a row that does not fit is refused with its line and the reason.

use std::collections::BTreeSet;

use super::{App, ImportError, Remark};
use crate::{
    core::{
        bank::{NewQuestion, identity},
        text::{first_foreign, plain, septets},
    },
    menu::{check::CATEGORY_SEPTETS, render::question_overflow},
};

/// Columns that a file must have.
const REQUIRED: [&str; 6] = [
    "category", "question", "choice1", "choice2", "choice3", "answer",
];
/// Columns that it may have.
const OPTIONAL: [&str; 4] = ["choice4", "lang", "key", "source"];
/// The language of rows that name none.
const DEFAULT_LOCALE: &str = "en";
/// The longest field that is looked at, in characters.
pub(super) const MAX_FIELD: usize = 2_000;

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// The rows that can be loaded, in their order.
    pub(super) rows: Vec<Row>,
    /// The rows that cannot.
    pub(super) refused: Vec<Remark>,
}

/// A row that can be loaded.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) question: NewQuestion,
    /// Whether typographic characters were turned into plain ones.
    pub(super) was_converted: bool,
}

impl App {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is broken as a whole.
    pub(super) fn read_questions(&self, csv: &[u8]) -> Result<Sheet, ImportError> {
        let text = text_of(csv).map_err(ImportError::Malformed)?;
        quotes_are_sound(text).map_err(ImportError::Malformed)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| ImportError::Malformed(error.to_string());
        let columns = Columns::read(reader.headers().map_err(malformed)?)?;
        let mut sheet = Sheet::default();
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
                Ok(row) => sheet.rows.push(row),
                Err(what) => sheet.refused.push(Remark { line, what }),
            }
        }
        Ok(sheet)
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
        let source = Some(field("source")).filter(|source| !source.is_empty());
        let was_converted = text_columns
            .iter()
            .any(|name| raw(name).trim() != field(name));
        let question = NewQuestion {
            identity: identity(&field("key"), &locale, &category, &question),
            category,
            locale,
            question,
            choices,
            answer,
            source,
        };
        Ok(Row {
            line,
            question,
            was_converted,
        })
    }

    pub(super) fn read_answer(&self, answer: &str, choices: &[String]) -> Result<u8, String> {
        let lower: BTreeSet<String> = choices.iter().map(|choice| choice.to_lowercase()).collect();
        if lower.len() < choices.len() {
            return Err("two choices are the same".into());
        }
        let number = answer.parse::<u8>().ok();
        number
            .filter(|number| (1..=choices.len()).contains(&usize::from(*number)))
            .ok_or_else(|| format!("the answer must be a number from 1 to {}", choices.len()))
    }

    pub(super) fn fits(
        &self,
        locale: &str,
        question: &str,
        choices: &[String],
    ) -> Result<(), String> {
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

/// The text of a file, without a byte order mark.
fn text_of(csv: &[u8]) -> Result<&str, String> {
    if csv.starts_with(b"\xff\xfe") || csv.starts_with(b"\xfe\xff") {
        return Err("the file is UTF-16; save it as UTF-8".into());
    }
    let line_of = |at: usize| {
        let before = csv.get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    if let Some(at) = csv.iter().position(|byte| *byte == 0) {
        let line = line_of(at);
        return Err(format!(
            "line {line}: a NUL character; the file is no text, or UTF-16: save it as UTF-8"
        ));
    }
    let text = std::str::from_utf8(csv).map_err(|error| {
        let line = line_of(error.valid_up_to());
        format!("line {line}: the file is not UTF-8; save it as UTF-8")
    })?;
    Ok(text.trim_start_matches('\u{feff}'))
}

/// Checks that every quoted field ends, and ends where the field does. The reader would take what
/// follows an unbalanced quote, up to the end of the file, for one field.
fn quotes_are_sound(text: &str) -> Result<(), String> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum At {
        Start,
        Plain,
        Quoted,
        /// Behind a quote within a quoted field: its end, or the first of two.
        Closed,
    }
    let (mut at, mut line, mut opened) = (At::Start, 1_usize, 1);
    let mut letters = text.bytes().peekable();
    while let Some(letter) = letters.next() {
        let ends_line = letter == b'\n' || letter == b'\r' && letters.peek() != Some(&b'\n');
        let ends_field = letter == b',' || letter == b'\n' || letter == b'\r';
        at = match (at, letter) {
            (At::Start, b'"') => {
                opened = line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Closed, b'"') | (At::Quoted, _) => At::Quoted,
            (At::Start | At::Plain | At::Closed, _) if ends_field => At::Start,
            (At::Start | At::Plain, _) => At::Plain,
            (At::Closed, _) => {
                return Err(format!(
                    "line {line}: text behind the quote that ends a field (it began on line \
                    {opened}); a quote within a quoted field is written twice"
                ));
            }
        };
        line += usize::from(ends_line);
    }
    if at == At::Quoted {
        return Err(format!("line {opened}: a quote that is never closed"));
    }
    Ok(())
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
        let mut distinct = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !distinct.insert(*name)) {
            let what = format!("line 1: the column \"{twice}\" stands twice");
            return Err(ImportError::Malformed(what));
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
    fn quotes_must_be_balanced() {
        for sound in [
            "",
            "a,b\n",
            "\"a\",\"b\"\n\"c\"",
            "\"a \"\"b\"\" c\",d\r\n\"\"\r\"x\ny\"",
            "5\" disk,a \"b\" c",
        ] {
            assert_eq!(quotes_are_sound(sound), Ok(()), "{sound}");
        }
        for (broken, line) in [
            ("a,\"b\n", "line 1: a quote that is never"),
            ("a\r\nb\r\n\"c,d\r\ne", "line 3: a quote that is never"),
            ("a\rb\r\"c", "line 3: a quote that is never"),
            ("\"a\"b\n", "line 1: text behind"),
            ("x\n\"a,b\n\"c,d\"\n", "line 3: text behind"),
        ] {
            let what = quotes_are_sound(broken).unwrap_err();
            assert!(what.starts_with(line), "{what}");
        }
    }

    #[test]
    fn categories_read_as_names() {
        assert_eq!(category_name("FOOTBALL"), "Football");
        assert_eq!(category_name("bible"), "Bible");
        assert_eq!(category_name("Music and film"), "Music and film");
        assert_eq!(category_name("RnB"), "RnB");
    }
}
