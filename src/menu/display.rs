//! The display of a small phone: how a screen's text stands on it.

/// How many characters fit side by side on the displays that the pictures show. Displays of 128 to
/// 176 pixels, which most feature phones have, show 18 to 24.
pub const COLUMNS: usize = 22;

/// One line on a display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which line of the text it belongs to, from 0.
    pub of: usize,
    /// What stands on it.
    pub text: String,
}

/// The text as a display of so many columns shows it: broken between words, and within a word only
/// where the word is longer than a line.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<Line> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for (of, line) in text.split('\n').enumerate() {
        let mut shown = String::new();
        for word in line.split_whitespace() {
            let mut word: Vec<char> = word.chars().collect();
            let used = shown.chars().count();
            if used > 0 && used + 1 + word.len() > columns {
                let text = std::mem::take(&mut shown);
                lines.push(Line { of, text });
            }
            if !shown.is_empty() {
                shown.push(' ');
            }
            while word.len() > columns {
                let text = word.drain(..columns).collect();
                lines.push(Line { of, text });
            }
            shown.extend(word);
        }
        lines.push(Line { of, text: shown });
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_breaks_between_words_and_long_words_within() {
        let lines = wrap("Choose a category:\n1. Football\n\nabcdefghijklm", 10);
        let shown: Vec<(usize, &str)> = lines.iter().map(|l| (l.of, l.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (0, "Choose a"),
                (0, "category:"),
                (1, "1."),
                (1, "Football"),
                (2, ""),
                (3, "abcdefghij"),
                (3, "klm"),
            ]
        );
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_no_letter(text in "[a-zA-Zé \n]{0,200}", columns in 1..30_usize) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| line.text.chars().count() <= columns));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            let kept: String = lines.iter().map(|line| letters(&line.text)).collect();
            prop_assert_eq!(kept, letters(&text));
        }
    }
}
