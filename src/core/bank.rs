//! The bank of questions: what an import changes in it. Knows no file and no database: rows and
//! what is known go in, verdicts and changes come out.
//!
//! A question has versions. Whatever a player sees, and how they are judged, is new in a new
//! version, so that sets that are open go on with the one that they were opened with.

pub mod figures;
pub mod likeness;

use std::collections::BTreeMap;

use super::ids::QuestionId;

/// One row of an import: a question in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQuestion {
    /// What a re-import knows the question by.
    pub identity: String,
    /// The category's name.
    pub category: String,
    /// The language.
    pub locale: String,
    /// The question.
    pub question: String,
    /// Three or four choices.
    pub choices: Vec<String>,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// Where its fact was looked up; one note for all languages. `None`: the row says nothing of it.
    pub source: Option<String>,
}

/// What became of one row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// New, or new in this language.
    Added,
    /// Known, with another text or answer: brought up to date.
    Updated,
    /// Known just so.
    Unchanged,
    /// Another language of the same question has another answer, category or number of choices.
    Contradicts,
}

/// A question's words in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The question.
    pub question: String,
    /// Three or four choices, in the question's own order.
    pub choices: Vec<String>,
}

/// Whether a question may be drawn into new sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// It was withdrawn, and stays so until an operator restores it.
    Withdrawn,
}

impl Standing {
    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A question as the bank has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The id.
    pub id: QuestionId,
    /// What a re-import knows it by.
    pub identity: String,
    /// The category's name.
    pub category: String,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// The version that new sets get, from 1.
    pub version: i64,
    /// Whether new sets may get it at all.
    pub standing: Standing,
    /// Where its fact was looked up.
    pub source: Option<String>,
    /// Its words, by language.
    pub texts: BTreeMap<String, Text>,
}

impl Known {
    /// The key that its rows had in the file; `None`: they had none.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.identity.strip_prefix(KEY_PREFIX)
    }

    fn choices(&self) -> usize {
        self.texts.values().next().map_or(0, |t| t.choices.len())
    }
}

const KEY_PREFIX: &str = "key:";

/// What a re-import knows a row by: its key, or, without one, language, category and question.
#[must_use]
pub fn identity(key: &str, locale: &str, category: &str, question: &str) -> String {
    if key.is_empty() {
        let (category, question) = (category.to_lowercase(), question.to_lowercase());
        format!("text:{locale}:{category}:{question}")
    } else {
        format!("{KEY_PREFIX}{key}")
    }
}

/// What has to be written down so that the bank has a question as the rows say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The question, if it is known.
    pub known: Option<QuestionId>,
    /// What a re-import knows it by.
    pub identity: String,
    /// The category's name.
    pub category: String,
    /// How many choices it has.
    pub choices: u8,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// The version from now on.
    pub version: i64,
    /// Where its fact was looked up.
    pub source: Option<String>,
    /// The texts of that version which are not there yet, by language.
    pub texts: BTreeMap<String, Text>,
}

/// What becomes of the rows of one question, in their order, and what has to be written.
///
/// The first row says what the question's category, answer and number of choices are; languages that
/// the rows leave out must agree with it, so a correction names every language that is known.
#[must_use]
pub fn plan(rows: &[&NewQuestion], known: Option<&Known>) -> (Vec<Imported>, Option<Change>) {
    let Some(head) = rows.first() else {
        return (Vec::new(), None);
    };
    let is_like_head = |row: &NewQuestion| {
        row.answer == head.answer
            && row.choices.len() == head.choices.len()
            && is_same(&row.category, &head.category)
    };
    let named: BTreeMap<String, Text> = rows
        .iter()
        .filter(|row| is_like_head(row))
        .map(|row| (row.locale.clone(), text_of(row)))
        .collect();
    let source = rows.iter().find_map(|row| row.source.clone());
    let Some(known) = known else {
        let verdict = |row: &&NewQuestion| verdict(is_like_head(row), Imported::Added);
        let verdicts = rows.iter().map(verdict).collect();
        return (verdicts, Some(change(head, None, 1, source, named)));
    };

    let is_same_category = is_same(&known.category, &head.category);
    let is_same_answer = known.answer == head.answer && known.choices() == head.choices.len();
    let leaves_some_out = known.texts.keys().any(|locale| !named.contains_key(locale));
    if leaves_some_out && !(is_same_category && is_same_answer) {
        return (vec![Imported::Contradicts; rows.len()], None);
    }
    let source = source.or_else(|| known.source.clone());
    let is_same_question = is_same_category && is_same_answer && source == known.source;
    let judge = |row: &&NewQuestion| {
        let of_row = match known.texts.get(&row.locale) {
            None => Imported::Added,
            Some(text) if is_same_question && *text == text_of(row) => Imported::Unchanged,
            Some(_) => Imported::Updated,
        };
        verdict(is_like_head(row), of_row)
    };
    let verdicts: Vec<Imported> = rows.iter().map(judge).collect();
    let is_reworded = |(locale, text): (&String, &Text)| {
        let before = known.texts.get(locale);
        before.is_some_and(|before| before != text)
    };
    let id = Some(known.id);
    let change = if !is_same_answer || named.iter().any(is_reworded) {
        let mut texts = known.texts.clone();
        texts.extend(named);
        Some(change(head, id, known.version + 1, source, texts))
    } else {
        let is_new = |locale: &String| !known.texts.contains_key(locale);
        let texts: BTreeMap<String, Text> = named.into_iter().filter(|(l, _)| is_new(l)).collect();
        let has_changed = !is_same_question || !texts.is_empty();
        has_changed.then(|| change(head, id, known.version, source, texts))
    };
    (verdicts, change)
}

fn change(
    head: &NewQuestion,
    known: Option<QuestionId>,
    version: i64,
    source: Option<String>,
    texts: BTreeMap<String, Text>,
) -> Change {
    Change {
        known,
        identity: head.identity.clone(),
        category: head.category.clone(),
        choices: u8::try_from(head.choices.len()).unwrap_or(u8::MAX),
        answer: head.answer,
        version,
        source,
        texts,
    }
}

fn text_of(row: &NewQuestion) -> Text {
    Text {
        question: row.question.clone(),
        choices: row.choices.clone(),
    }
}

const fn verdict(agrees: bool, otherwise: Imported) -> Imported {
    if agrees {
        otherwise
    } else {
        Imported::Contradicts
    }
}

/// Whether two names are those of one category.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::time::Timestamp;

    fn row(locale: &str, question: &str, answer: u8) -> NewQuestion {
        NewQuestion {
            identity: "key:1".into(),
            category: "Kenya".into(),
            locale: locale.into(),
            question: question.into(),
            choices: ["a", "b", "c"].map(Into::into).to_vec(),
            answer,
            source: None,
        }
    }

    /// The bank after a change.
    fn after(known: Option<&Known>, change: &Change) -> Known {
        let is_new_version = known.is_none_or(|known| known.version != change.version);
        let mut texts = match known {
            Some(known) if !is_new_version => known.texts.clone(),
            Some(_) | None => BTreeMap::new(),
        };
        texts.extend(change.texts.clone());
        let mut rng = StdRng::seed_from_u64(1);
        Known {
            id: QuestionId::new(Timestamp::from_ms(1), &mut rng),
            identity: change.identity.clone(),
            category: change.category.clone(),
            answer: change.answer,
            version: change.version,
            standing: Standing::Active,
            source: change.source.clone(),
            texts,
        }
    }

    fn bank(rows: &[&NewQuestion]) -> Known {
        after(None, &plan(rows, None).1.unwrap())
    }

    #[test]
    fn a_correction_is_a_new_version_with_every_language_in_it() {
        let (en, sw) = (row("en", "Which?", 1), row("sw", "Gani?", 1));
        let known = bank(&[&en, &sw]);
        let reworded = row("en", "Which one?", 1);
        let (verdicts, change) = plan(&[&reworded], Some(&known));
        assert_eq!(verdicts, [Imported::Updated]);
        let known = after(Some(&known), &change.unwrap());
        assert_eq!((known.version, known.texts.len()), (2, 2));
        assert_eq!(known.texts["sw"].question, "Gani?");

        let (en, sw) = (row("en", "Which one?", 3), row("sw", "Gani?", 3));
        let (verdicts, change) = plan(&[&en, &sw], Some(&known));
        assert_eq!(verdicts, [Imported::Updated; 2]);
        assert_eq!(after(Some(&known), &change.unwrap()).version, 3);
    }

    #[test]
    fn an_answer_is_corrected_in_all_languages_or_in_none() {
        let (en, sw) = (row("en", "Which?", 1), row("sw", "Gani?", 1));
        let known = bank(&[&en, &sw]);
        let other = row("sw", "Gani?", 2);
        assert_eq!(plan(&[&other], Some(&known)).0, [Imported::Contradicts]);
        // Of two rows that disagree, the first is right.
        let expected = [Imported::Unchanged, Imported::Contradicts];
        assert_eq!(plan(&[&en, &other], Some(&known)).0, expected);
        let (verdicts, change) = plan(&[&en, &other], None);
        assert_eq!(verdicts, [Imported::Added, Imported::Contradicts]);
        assert_eq!(change.unwrap().texts.len(), 1);
    }

    #[test]
    fn what_no_player_sees_needs_no_new_version() {
        let en = row("en", "Which?", 1);
        let known = bank(&[&en]);
        let moved = NewQuestion {
            category: "Africa".into(),
            source: Some("An atlas".into()),
            ..en
        };
        let (verdicts, change) = plan(&[&moved], Some(&known));
        let change = change.unwrap();
        assert_eq!(verdicts, [Imported::Updated]);
        assert_eq!((change.version, change.texts.len()), (1, 0));
        // A row without a note leaves the note alone.
        let known = after(Some(&known), &change);
        let silent = NewQuestion {
            source: None,
            ..moved
        };
        assert_eq!(
            plan(&[&silent], Some(&known)),
            (vec![Imported::Unchanged], None)
        );
    }

    fn any_row() -> impl Strategy<Value = NewQuestion> {
        let locale = prop::sample::select(vec!["en", "sw", "fr"]);
        let words = prop::sample::select(vec!["Which?", "Who?", "Gani?"]);
        let source = prop::option::of(prop::sample::select(vec!["atlas", "almanac"]));
        (locale, words, 1..=3_u8, source).prop_map(|(locale, words, answer, source)| NewQuestion {
            source: source.map(Into::into),
            ..row(locale, words, answer)
        })
    }

    proptest! {
        /// Whatever was imported before: what an import takes is there afterwards, doing it again
        /// changes nothing, and no version that was there is touched.
        #[test]
        fn an_import_is_done_once(imports in prop::collection::vec(
            prop::collection::vec(any_row(), 1..4), 1..6,
        )) {
            let mut known: Option<Known> = None;
            for rows in imports {
                let mut locales = std::collections::BTreeSet::new();
                let rows: Vec<NewQuestion> =
                    rows.into_iter().filter(|row| locales.insert(row.locale.clone())).collect();
                let rows: Vec<&NewQuestion> = rows.iter().collect();
                let before = known.clone();
                let (verdicts, change) = plan(&rows, known.as_ref());
                if let Some(change) = &change {
                    known = Some(after(known.as_ref(), change));
                }
                prop_assert_eq!(verdicts.len(), rows.len());
                let Some(bank) = &known else { continue };
                for (row, verdict) in rows.iter().zip(&verdicts) {
                    if *verdict != Imported::Contradicts {
                        prop_assert_eq!(&bank.texts[&row.locale], &text_of(row));
                        prop_assert_eq!(bank.answer, row.answer);
                    }
                }
                if let (Some(before), Some(change)) = (&before, &change) {
                    let is_same_version = before.version == change.version;
                    for (locale, text) in &before.texts {
                        prop_assert!(bank.texts.contains_key(locale));
                        prop_assert!(!is_same_version || bank.texts[locale] == *text);
                    }
                    prop_assert!(!is_same_version || before.answer == bank.answer);
                }
                let (again, change) = plan(&rows, known.as_ref());
                prop_assert_eq!(change, None);
                for (first, again) in verdicts.iter().zip(again) {
                    let is_refused = *first == Imported::Contradicts;
                    let expected = if is_refused { Imported::Contradicts } else { Imported::Unchanged };
                    prop_assert_eq!(again, expected);
                }
            }
        }
    }
}
