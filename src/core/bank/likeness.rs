//! Looking over a whole bank: questions that say the same thing twice, and right answers that
//! always stand at the same place.

use std::collections::{BTreeMap, BTreeSet};

/// Two questions are near each other from this share of common words on, in percent of all their
/// words.
const COMMON_WORDS: usize = 60;
/// Or from this likeness of spelling on (one less the edit distance per letter).
const SPELLING: f64 = 0.8;
/// Up to how many questions with the same right answer each is compared with each other; above,
/// only with so many that stand next to it in the alphabet, so that a huge file ends in time.
const ALL_PAIRS: usize = 400;
const NEIGHBOURS: usize = 20;
/// From how many questions on a spread means anything.
const SPREAD_FROM: usize = 20;
/// How far the share of a place may be from even, in percent of all questions.
const UNEVEN: usize = 10;

/// Words that say little about what is asked.
const FILLERS: [&str; 44] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "is", "was", "are", "were", "did", "do",
    "does", "has", "have", "had", "by", "for", "from", "which", "what", "who", "whose", "how",
    "many", "when", "where", "it", "its", "ya", "wa", "la", "cha", "za", "na", "ni", "gani",
    "nani", "katika", "kwa", "ipi", "yupi",
];

/// A question in one language, as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worded<'a> {
    /// What the question is known by: translations of one question are not compared.
    pub identity: &'a str,
    /// The language.
    pub locale: &'a str,
    /// The question.
    pub question: &'a str,
    /// The right choice.
    pub right: &'a str,
}

/// How much two questions are alike; both have the same right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Word by word.
    Same,
    /// Nearly: somebody should look whether they mean the same.
    Near,
}

/// A question made ready to be compared.
struct Ready {
    place: usize,
    wording: String,
    words: BTreeSet<String>,
    /// Words with a digit: two questions that name other years are two questions.
    figures: BTreeSet<String>,
}

/// The pairs of questions that are alike, by their places in the list, the later one first.
#[must_use]
pub fn alike(questions: &[Worded<'_>]) -> Vec<(usize, usize, Likeness)> {
    let mut blocks: BTreeMap<(&str, String), Vec<Ready>> = BTreeMap::new();
    for (place, question) in questions.iter().enumerate() {
        let words = words_of(question.question);
        let has_digit = |word: &&String| word.chars().any(|c| c.is_ascii_digit());
        let is_telling = |word: &&String| !FILLERS.contains(&word.as_str());
        let ready = Ready {
            place,
            wording: words.join(" "),
            figures: words.iter().filter(has_digit).cloned().collect(),
            words: words.iter().filter(is_telling).cloned().collect(),
        };
        let block = (question.locale, words_of(question.right).join(" "));
        blocks.entry(block).or_default().push(ready);
    }
    let mut found = Vec::new();
    for mut block in blocks.into_values() {
        let reach = if block.len() <= ALL_PAIRS {
            block.len()
        } else {
            block.sort_by(|a, b| a.wording.cmp(&b.wording));
            NEIGHBOURS
        };
        for (at, one) in block.iter().enumerate() {
            for other in block.iter().skip(at + 1).take(reach) {
                let identity = |ready: &Ready| questions.get(ready.place).map(|q| q.identity);
                if identity(one) == identity(other) {
                    continue;
                }
                let (early, late) = (one.place.min(other.place), one.place.max(other.place));
                found.extend(likeness(one, other).map(|likeness| (late, early, likeness)));
            }
        }
    }
    found.sort_by_key(|(late, early, _)| (*late, *early));
    found
}

fn likeness(one: &Ready, other: &Ready) -> Option<Likeness> {
    if one.wording == other.wording {
        return Some(Likeness::Same);
    }
    if one.figures != other.figures {
        return None;
    }
    let common = one.words.intersection(&other.words).count();
    let all = one.words.union(&other.words).count();
    let shares_words = all > 0 && common * 100 >= all * COMMON_WORDS;
    let is_spelled_alike =
        || strsim::normalized_levenshtein(&one.wording, &other.wording) >= SPELLING;
    (shares_words || is_spelled_alike()).then_some(Likeness::Near)
}

/// The words of a text: small letters and digits, no marks.
fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('\'', "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// How often each place has the right answer, among the questions of a category with so many
/// choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The category's name.
    pub category: String,
    /// The number of questions by place of the right answer; as many places as choices.
    pub places: Vec<usize>,
}

impl Spread {
    /// Whether somebody who always presses the same key would gain by it. Players see the choices
    /// shuffled; what is uneven here shows who wrote the questions.
    #[must_use]
    pub fn is_uneven(&self) -> bool {
        let all: usize = self.places.iter().sum();
        let even = |count: usize| (count * self.places.len()).abs_diff(all) * 100;
        let is_off = |count: &usize| even(*count) > all * UNEVEN * self.places.len();
        all >= SPREAD_FROM && self.places.iter().any(is_off)
    }
}

/// The spreads of questions, given as category, number of choices and right answer (from 1).
#[must_use]
pub fn spreads<'a>(questions: impl Iterator<Item = (&'a str, usize, u8)>) -> Vec<Spread> {
    let mut spreads: BTreeMap<(String, usize), Spread> = BTreeMap::new();
    for (category, choices, answer) in questions {
        let spread = spreads.entry((category.to_lowercase(), choices));
        let spread = spread.or_insert_with(|| Spread {
            category: category.to_owned(),
            places: vec![0; choices],
        });
        let place = usize::from(answer).checked_sub(1);
        if let Some(count) = place.and_then(|place| spread.places.get_mut(place)) {
            *count += 1;
        }
    }
    spreads.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(one: (&str, &str), other: (&str, &str)) -> Option<Likeness> {
        let worded = |identity, (question, right)| Worded {
            identity,
            locale: "en",
            question,
            right,
        };
        let found = alike(&[worded("1", one), worded("2", other)]);
        found.first().map(|(late, early, likeness)| {
            assert_eq!((*late, *early), (1, 0));
            *likeness
        })
    }

    #[test]
    fn questions_that_mean_the_same_are_found() {
        for (one, other, expected) in [
            (
                ("Who won the World Cup in 2018?", "France"),
                ("who won the world cup, in 2018", "FRANCE"),
                Some(Likeness::Same),
            ),
            (
                ("Who won the FIFA World Cup in 2018?", "France"),
                ("Which country won the 2018 World Cup?", "France"),
                Some(Likeness::Near),
            ),
            (
                ("What is the capital of Kenya?", "Nairobi"),
                ("Which city is Kenya's capital?", "Nairobi"),
                None, // "kenya" and "kenyas" are two words; spelling differs too.
            ),
            (
                ("What is the capital city of Kenya?", "Nairobi"),
                ("Which city is the capital of Kenya?", "Nairobi"),
                Some(Likeness::Near),
            ),
            // Another year, another question.
            (
                ("Who won the Euro in 2008?", "Spain"),
                ("Who won the Euro in 2012?", "Spain"),
                None,
            ),
            // Another answer, another question.
            (
                ("Who was the first king of Israel?", "Saul"),
                ("Who was the second king of Israel?", "David"),
                None,
            ),
            (
                ("Which of these is a fruit?", "Mango"),
                ("Which of these is a fruit?", "Orange"),
                None,
            ),
        ] {
            assert_eq!(pair(one, other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn translations_of_one_question_are_no_duplicates() {
        let worded = |identity, locale| Worded {
            identity,
            locale,
            question: "Messi?",
            right: "Argentina",
        };
        assert_eq!(alike(&[worded("1", "en"), worded("1", "sw")]), []);
        assert_eq!(alike(&[worded("1", "en"), worded("2", "sw")]), []);
        let found = alike(&[worded("1", "en"), worded("1", "sw"), worded("2", "sw")]);
        assert_eq!(found, [(2, 1, Likeness::Same)]);
    }

    #[test]
    fn a_huge_file_is_looked_over_in_time() {
        let texts: Vec<String> = (0..20_000)
            .map(|n| format!("Question {n}, is it?"))
            .collect();
        let questions: Vec<Worded<'_>> = texts
            .iter()
            .map(|question| Worded {
                identity: question,
                locale: "en",
                question,
                right: "yes",
            })
            .collect();
        assert_eq!(alike(&questions), [], "other figures, other questions");
    }

    #[test]
    fn an_uneven_spread_is_seen() {
        let spread = |places: &[usize]| Spread {
            category: "Kenya".into(),
            places: places.to_vec(),
        };
        for (places, is_uneven) in [
            (&[20, 20, 20][..], false),
            (&[26, 20, 14], false),
            (&[28, 16, 16], true),
            (&[10, 10, 0], true),
            (&[5, 0, 0], false),
            (&[10, 10, 10, 10], false),
            (&[20, 10, 5, 5], true),
        ] {
            assert_eq!(spread(places).is_uneven(), is_uneven, "{places:?}");
        }
        let questions = [
            ("Kenya", 3, 1),
            ("KENYA", 3, 1),
            ("Kenya", 4, 4),
            ("Bible", 3, 2),
        ];
        let found = spreads(questions.into_iter());
        let places: Vec<&[usize]> = found.iter().map(|s| s.places.as_slice()).collect();
        assert_eq!(places, [&[0, 1, 0][..], &[2, 0, 0], &[0, 0, 0, 1]]);
    }
}
