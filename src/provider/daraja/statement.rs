//! The statement of the organisation's account, as the M-Pesa portal exports it as CSV; and what Pull
//! answered, as a file.
//!
//! The portal's file has lines about the organisation, the account and the time first, then a row of
//! column names, then the transactions, mostly the newest first, in East Africa Time. It is read
//! leniently (columns in any order, more of them, other spellings), row by row, and refused with line
//! and column where something about money cannot be read. The layout is taken from public importers
//! of such files; Safaricom documents it nowhere.

mod cells;
mod lines;
mod pulled;
mod words;

use std::io::{Cursor, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
pub use pulled::{pulled, read_pulled_row};

use self::cells::{Column, Columns, Times, amount};
use crate::core::{
    money::Cents,
    payment::reconcile::{Kind, Place, Row, Way},
    time::Timestamp,
};

/// How many lines before the column names are looked at.
const MAX_PREAMBLE: usize = 100;

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 16 * 1_024;

/// The longest text of a cell that is kept, in characters.
const MAX_TEXT: usize = 200;

/// A file that cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is something else.
    #[error("{0}")]
    Alien(&'static str),
    /// There are no column names.
    #[error(
        "no row of column names (Receipt No., Completion Time, ...) in its first {MAX_PREAMBLE} \
         lines: this is no statement"
    )]
    NoHeader,
    /// A column is missing.
    #[error("line {line}: there is no column \"{column}\"")]
    NoColumn {
        /// The line of the column names.
        line: u64,
        /// The portal's name of the column.
        column: &'static str,
    },
    /// A column is there twice.
    #[error("line {line}: there are two columns \"{column}\"")]
    TwoColumns {
        /// The line of the column names.
        line: u64,
        /// The portal's name of the column.
        column: &'static str,
    },
    /// A cell cannot be read.
    #[error("line {line}, column \"{column}\": \"{value}\" {why}")]
    Cell {
        /// The line, from 1.
        line: u64,
        /// The portal's name of the column.
        column: &'static str,
        /// What stands there, fit to be shown.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A list of payments that is none.
    #[error("{0}")]
    Json(String),
    /// A payment of such a list cannot be read.
    #[error("payment {number}: {why}")]
    Payment {
        /// Its number in the list, from 1.
        number: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The CSV itself is broken, or the file cannot be read.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// What stands before the transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preamble {
    /// The short code of the organisation.
    pub short_code: Option<String>,
    /// The name of the account.
    pub account: Option<String>,
    /// The time that it was asked for: the first instant and the last.
    pub period: Option<(Timestamp, Timestamp)>,
}

/// A statement that is read row by row.
pub struct Statement<'a> {
    /// What stands before the transactions.
    pub preamble: Preamble,
    reader: Reader<Box<dyn Read + 'a>>,
    columns: Columns,
    times: Times,
    record: ByteRecord,
}

/// A file of M-Pesa's.
pub enum File<'a> {
    /// The organisation's statement.
    Statement(Box<Statement<'a>>),
    /// What Pull answered.
    Pulled(Vec<Row>),
}

/// Opens a file of M-Pesa's: the portal's CSV, or what Pull answered.
///
/// # Errors
/// When it is neither; a file is refused as a whole where it has no row of column names.
pub fn open<'a>(mut file: impl Read + 'a) -> Result<File<'a>, Unreadable> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if let Some(alien) = words::alien(&head) {
        return Err(Unreadable::Alien(alien));
    }
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        return Ok(File::Pulled(pulled(Cursor::new(head).chain(file))?));
    }
    let delimiter = words::delimiter(&head);
    let whole = lines::plain(Cursor::new(head).chain(file));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(Trim::All)
        .from_reader(whole);
    let (preamble, columns) = header(&mut reader)?;
    Ok(File::Statement(Box::new(Statement {
        preamble,
        reader,
        columns,
        times: Times::default(),
        record: ByteRecord::new(),
    })))
}

/// Reads up to the column names.
fn header(reader: &mut Reader<Box<dyn Read + '_>>) -> Result<(Preamble, Columns), Unreadable> {
    let mut preamble = Preamble::default();
    let mut record = ByteRecord::new();
    for _ in 0..MAX_PREAMBLE {
        if !reader.read_byte_record(&mut record)? {
            break;
        }
        let cells: Vec<String> = record.iter().map(text).collect();
        if let Some(columns) = Columns::of(&cells, lines::line_of(reader, &record))? {
            return Ok((preamble, columns));
        }
        words::take_preamble(&cells, &mut preamble);
    }
    Err(Unreadable::NoHeader)
}

impl Statement<'_> {
    /// The next transaction; `None` at the end.
    ///
    /// # Errors
    /// When it cannot be read; what comes behind it must not be relied on then.
    pub fn next_row(&mut self) -> Result<Option<Row>, Unreadable> {
        loop {
            if !self.reader.read_byte_record(&mut self.record)? {
                return Ok(None);
            }
            if let Some(row) = self.row()? {
                return Ok(Some(row));
            }
        }
    }

    /// Reads a record; `None` where it is no transaction: an empty line, a total, the column names
    /// once more.
    fn row(&mut self) -> Result<Option<Row>, Unreadable> {
        let record = &self.record;
        let line = lines::line_of(&self.reader, record);
        let cell = |column: Column| {
            let place = self.columns.place(column);
            place
                .and_then(|place| record.get(place))
                .map_or_else(String::new, text)
        };
        let receipt = cell(Column::Receipt);
        let completed = cell(Column::Completed);
        let is_total = completed.is_empty() && receipt.to_lowercase().starts_with("total");
        if is_total || record.iter().all(<[u8]>::is_empty) || Column::named(&receipt).is_some() {
            return Ok(None);
        }
        let bad = |column: Column, value: &str, why| Unreadable::Cell {
            line,
            column: column.name(),
            value: words::shown(value),
            why,
        };
        let receipt = super::callback::receipt_of(&receipt.to_ascii_uppercase())
            .filter(|receipt| receipt.len() >= 6)
            .ok_or_else(|| bad(Column::Receipt, &cell(Column::Receipt), "is no receipt"))?;
        let at = self
            .times
            .read(&completed)
            .map_err(|why| bad(Column::Completed, &completed, why))?;
        let read = |column: Column| {
            let value = cell(column);
            amount(&value).map_err(|why| bad(column, &value, why))
        };
        let (paid_in, withdrawn) = (read(Column::PaidIn)?, read(Column::Withdrawn)?);
        let (way, amount) = match (paid_in.is_positive(), withdrawn.is_positive()) {
            (true, true) => {
                let both = cell(Column::Withdrawn);
                return Err(bad(
                    Column::Withdrawn,
                    &both,
                    "stands beside an amount paid in",
                ));
            }
            (false, true) => (Way::Out, withdrawn),
            (true | false, false) => (Way::In, paid_in),
        };
        let words = words::Words {
            details: cell(Column::Details),
            reason: cell(Column::Reason),
            status: cell(Column::Status),
            account: cell(Column::Account),
            party: cell(Column::Party),
            linked: cell(Column::Linked),
        };
        Ok(Some(row(line, receipt, at, way, amount, &words)))
    }
}

fn row(
    line: u64,
    receipt: String,
    at: Timestamp,
    way: Way,
    amount: Cents,
    words: &words::Words,
) -> Row {
    let kind = if words.is_done() && amount.is_positive() {
        words.kind(way)
    } else {
        Kind::NotDone
    };
    Row {
        place: Place { source: 0, line },
        receipt,
        at,
        kind,
        way,
        amount,
        label: words.label(),
        status: words.status.clone(),
        account: words.account(),
        party: words.party(),
        linked: words.linked(kind),
        conversation: words.conversation(),
    }
}

/// A cell as text: names may come in another code page, and nobody needs a megabyte.
fn text(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    text.trim().chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests;
