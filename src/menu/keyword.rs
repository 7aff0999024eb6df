//! Keywords: what a player writes in an SMS, and what is understood.
//!
//! The words are data: each language file declares its own under `[keyword]`. The first word of a
//! message counts; what stands behind it does not, but for a number (EXCLUDE 7). Capitals, blanks, punctuation and accents do not
//! matter, and the word that a shared short code knows the service by may stand in front
//! (`MAJIBU BAL`); alone it asks for help.

use super::file::Menu;
use crate::core::{sms::Keyword, text};

/// The name under `[keyword]` for the words by which a shared short code knows the service.
pub const SERVICE: &str = "service";

/// Words of a message that are looked at. More than a few of the service's own words in front of
/// the keyword are nothing that a person writes.
const LOOKED_AT: usize = 5;

/// A declared word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name that it stands under.
    pub name: String,
    /// The word as it is written in the file.
    pub word: String,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// What was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard<'a> {
    /// What is asked for.
    pub keyword: Keyword,
    /// The language of the word; `None` where several have it, or none was needed.
    pub locale: Option<&'a str>,
    /// The first number behind it.
    pub number: Option<u32>,
}

/// Understands a message; `None`: not a keyword.
#[must_use]
pub fn hear<'a>(menu: &'a Menu, message: &str) -> Option<Heard<'a>> {
    let plain = text::plain(message);
    let mut words = plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(LOOKED_AT)
        .peekable();
    let mut is_called = false;
    while words
        .peek()
        .is_some_and(|word| languages(menu, SERVICE, word).next().is_some())
    {
        is_called = true;
        words.next();
    }
    let Some(word) = words.next() else {
        let keyword = Keyword::Help;
        return is_called.then_some(Heard {
            keyword,
            locale: None,
            number: None,
        });
    };
    let number = words.find_map(|word| {
        let digits = word.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        digits.parse().ok()
    });
    Keyword::ALL.into_iter().find_map(|keyword| {
        let mut languages = languages(menu, keyword.name(), word);
        let first = languages.next()?;
        let locale = languages.next().is_none().then_some(first);
        Some(Heard {
            keyword,
            locale,
            number,
        })
    })
}

/// The languages that have a word under a name.
fn languages<'a>(menu: &'a Menu, name: &str, word: &str) -> impl Iterator<Item = &'a str> {
    let has =
        move |declared: &Word| declared.name == name && declared.word.eq_ignore_ascii_case(word);
    menu.texts
        .values()
        .filter(move |texts| texts.keywords.iter().any(has))
        .map(|texts| texts.locale.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard(message: &str) -> Option<(Keyword, Option<String>)> {
        let menu = Menu::built_in().unwrap();
        hear(&menu, message).map(|heard| (heard.keyword, heard.locale.map(Into::into)))
    }

    #[test]
    fn the_keywords_of_both_languages_are_understood() {
        for (word, keyword, locale) in [
            ("BAL", Keyword::Balance, "en"),
            ("SALIO", Keyword::Balance, "sw"),
            ("GAMES", Keyword::Games, "en"),
            ("MICHEZO", Keyword::Games, "sw"),
            ("HELP", Keyword::Help, "en"),
            ("MSAADA", Keyword::Help, "sw"),
            ("STOP", Keyword::Stop, "en"),
            ("ACHA", Keyword::Stop, "sw"),
            ("SITISHA", Keyword::Stop, "sw"),
            ("START", Keyword::Start, "en"),
            ("ANZA", Keyword::Start, "sw"),
            ("EXCLUDE", Keyword::Exclude, "en"),
            ("JIZUIE", Keyword::Exclude, "sw"),
        ] {
            assert_eq!(heard(word), Some((keyword, Some(locale.into()))), "{word}");
        }
    }

    #[test]
    fn how_a_word_is_written_does_not_matter() {
        for message in [
            "bal",
            " Bal ",
            "BAL.",
            "bal!!",
            "\"BAL\"",
            "#bal",
            "Bal?\r\n",
            "b\u{200b}al",
            "MAJIBU BAL",
            "majibu: bal",
            "Majibu,Majibu   BAL please",
            "BAL 254712345678",
            "bál",
        ] {
            let keyword = heard(message).map(|(keyword, _)| keyword);
            assert_eq!(keyword, Some(Keyword::Balance), "{message:?}");
        }
    }

    #[test]
    fn a_number_behind_the_word_is_understood() {
        let menu = Menu::built_in().unwrap();
        for (message, number) in [
            ("EXCLUDE 7", Some(7)),
            ("exclude 30days", Some(30)),
            ("Majibu, jizuie siku 7!", Some(7)),
            ("EXCLUDE", None),
            ("EXCLUDE me", None),
            ("EXCLUDE -1", Some(1)),
            ("EXCLUDE 99999999999", None),
        ] {
            let heard = hear(&menu, message).unwrap();
            assert_eq!(
                (heard.keyword, heard.number),
                (Keyword::Exclude, number),
                "{message}"
            );
        }
    }

    #[test]
    fn the_services_name_alone_asks_for_help() {
        for message in ["MAJIBU", " majibu. ", &"Majibu ".repeat(2_000)] {
            assert_eq!(heard(message), Some((Keyword::Help, None)), "{message:?}");
        }
    }

    #[test]
    fn other_words_are_no_keywords() {
        for message in [
            "",
            " ",
            "...",
            "BALL",
            "B A L",
            "my bal",
            "MAJIBU hello",
            "1",
            "*384*55#",
            "\u{1f600}",
        ] {
            assert_eq!(heard(message), None, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn any_message_is_looked_at_without_a_panic(message in "\\PC{0,400}") {
            let _ = heard(&message);
        }
    }
}
