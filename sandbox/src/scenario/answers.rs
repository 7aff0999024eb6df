//! The right answers to a quiz, which the scenario's author knows: a table of questions, as CSV with
//! the columns `question`, `choice1`... and `answer`, the number of the right choice.
//!
//! The service shows its questions in any order, and their choices too; a question is found by its
//! words.

use crate::phone::Screen;

/// A table of questions.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    question: String,
    right: String,
}

impl Answers {
    /// Reads a table.
    pub(super) fn read(csv: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(csv.as_bytes());
        let headers = reader.headers().map_err(|error| error.to_string())?.clone();
        let column = |name: &str| {
            let place = headers.iter().position(|header| header.trim() == name);
            place.ok_or_else(|| format!("the column {name} is missing"))
        };
        let (question, answer, first) =
            (column("question")?, column("answer")?, column("choice1")?);
        let mut entries = Vec::new();
        for (line, row) in (2..).zip(reader.records()) {
            let row = row.map_err(|error| error.to_string())?;
            let number: Option<usize> = row.get(answer).and_then(|text| text.trim().parse().ok());
            let right = number
                .and_then(|number| row.get(first + number.checked_sub(1)?))
                .ok_or_else(|| format!("row {line} has no right answer"))?;
            entries.push(Entry {
                question: plain(row.get(question).unwrap_or_default()),
                right: plain(right),
            });
        }
        Ok(Self(entries))
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of the right choice on a screen, or of the first wrong one.
    pub(super) fn key(&self, screen: &Screen, is_right: bool) -> Result<String, String> {
        let shown = plain(&screen.text);
        let asked = self
            .0
            .iter()
            .filter(|entry| shown.contains(&entry.question));
        let options = screen.options();
        let right = |entry: &Entry| {
            let choice = options
                .iter()
                .find(|(_, label)| plain(label) == entry.right);
            choice.map(|(key, _)| key.clone())
        };
        let right = asked
            .filter(|entry| !entry.question.is_empty())
            .filter_map(|entry| Some((entry.question.len(), right(entry)?)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, key)| key)
            .ok_or("no question of the table, with its right answer, is on the screen")?;
        if is_right {
            return Ok(right);
        }
        let wrong = options
            .into_iter()
            .map(|(key, _)| key)
            .find(|key| *key != right);
        wrong.ok_or_else(|| "there is no wrong choice on the screen".to_owned())
    }
}

/// Letters and digits alone, in small letters: signs and spaces may have been made plainer.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::ScreenKind;

    #[test]
    fn the_right_choice_is_found_by_its_words_in_any_order() {
        let table = "question,choice1,choice2,choice3,answer\n\
                     Who?,This,That,Neither,2\n\"Who, then?\",This,Other’s,,2\n";
        let answers = Answers::read(table).unwrap();
        let text = "Q1/5 Who, then?\n1. Other's\n2. This";
        let screen = Screen {
            text: text.into(),
            kind: ScreenKind::Continue,
            name: None,
            faults: Vec::new(),
            septets: 0,
            budget: 160,
            is_failed: false,
        };
        assert_eq!(answers.key(&screen, true).as_deref(), Ok("1"));
        assert_eq!(answers.key(&screen, false).as_deref(), Ok("2"));
        let other = Screen {
            text: "Which?\n1. a".into(),
            ..screen
        };
        assert!(answers.key(&other, true).is_err());
        assert!(Answers::read("question,choice1,answer\nWho?,This,3\n").is_err());
        assert!(
            Answers::read("question,answer\n")
                .unwrap_err()
                .contains("choice1")
        );
    }
}
