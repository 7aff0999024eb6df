//! The GSM 7-bit alphabet: what a text costs in septets, which characters it may hold, and how a
//! long one is cut into pages.
//!
//! Source: 3GPP TS 23.038, as summed up in the Africa's Talking contract, section 5.

/// Characters of the default alphabet; each costs one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Characters of the extension table; each costs two septets (escape and character).
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// The septets of one SMS, and of one USSD screen on the tightest network.
pub const SEGMENT: usize = 160;

/// What each character of ASCII costs; 0 where it is not in the alphabet. A screen is measured some times
/// in a hop, and nearly all of it is ASCII.
const ASCII: [u8; 128] = {
    let mut costs = [0; 128];
    let (basic, extended) = (BASIC.as_bytes(), EXTENDED.as_bytes());
    let mut at = 0;
    while at < basic.len() {
        if basic[at].is_ascii() {
            costs[basic[at] as usize] = 1;
        }
        at += 1;
    }
    at = 0;
    while at < extended.len() {
        if extended[at].is_ascii() {
            costs[extended[at] as usize] = 2;
        }
        at += 1;
    }
    costs
};

/// What one character costs in septets; `None` when it is not in the alphabet.
#[must_use]
pub fn septets_of(character: char) -> Option<usize> {
    let ascii = usize::try_from(u32::from(character)).ok();
    if let Some(cost) = ascii.and_then(|place| ASCII.get(place)) {
        return (*cost > 0).then_some(usize::from(*cost));
    }
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENDED.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// What a text costs in septets. A character outside the alphabet counts two, as an escape would.
#[must_use]
pub fn septets(text: &str) -> usize {
    text.chars()
        .map(|character| septets_of(character).unwrap_or(2))
        .sum()
}

/// The first character that is not in the alphabet.
#[must_use]
pub fn first_foreign(text: &str) -> Option<char> {
    text.chars()
        .find(|&character| septets_of(character).is_none())
}

/// The text with typographic characters turned into plain ones, blanks folded and line breaks
/// turned into blanks. Characters that have no plain form stay, for [`first_foreign`] to find.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '`' | '´' => {
                out.push('\'');
            }
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' | '«' | '»' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2026}' => out.push_str("..."),
            '\u{2022}' | '·' => out.push('-'),
            '×' => out.push('x'),
            '½' => out.push_str("1/2"),
            '¼' => out.push_str("1/4"),
            'ç' => out.push('c'),
            'á' | 'â' | 'ã' | 'ā' => out.push('a'),
            'ê' | 'ë' | 'ē' => out.push('e'),
            'í' | 'î' | 'ï' | 'ĩ' | 'ī' => out.push('i'),
            'ó' | 'ô' | 'õ' | 'ō' => out.push('o'),
            'ú' | 'û' | 'ũ' | 'ū' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'š' => out.push('s'),
            'ž' => out.push('z'),
            'č' | 'ć' => out.push('c'),
            'Á' | 'Â' | 'Ã' | 'À' => out.push('A'),
            'È' | 'Ê' | 'Ë' => out.push('E'),
            'Í' | 'Î' | 'Ï' | 'Ĩ' => out.push('I'),
            'Ó' | 'Ô' | 'Õ' => out.push('O'),
            'Ú' | 'Û' | 'Ũ' => out.push('U'),
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
            blank if blank.is_whitespace() => out.push(' '),
            other => out.push(other),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ")
}

/// The longest start of `text` that costs at most `budget` septets, ending between words where a
/// word ends; never inside an escape pair.
#[must_use]
pub fn cut(text: &str, budget: usize) -> &str {
    let mut used = 0;
    let mut last_break = 0;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            last_break = at;
        }
        used += septets_of(character).unwrap_or(2);
        if used > budget {
            let end = if last_break > 0 { last_break } else { at };
            return text.get(..end).unwrap_or_default().trim_end();
        }
    }
    text
}

/// Cuts a text into pages of at most `budget` septets between words. Always at least one page.
#[must_use]
pub fn pages(text: &str, budget: usize) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text.trim();
    // A budget below one extended character could not take anything; two septets always can.
    let budget = budget.max(2);
    loop {
        let page = cut(rest, budget);
        pages.push(page);
        rest = rest.get(page.len()..).unwrap_or_default().trim_start();
        if rest.is_empty() {
            return pages;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet_has_its_128_places() {
        // 127 characters and the escape.
        assert_eq!(BASIC.chars().count(), 127);
        let of_ascii = |cost| ASCII.iter().filter(|c| **c == cost).count();
        let is_ascii = |c: &char| c.is_ascii();
        assert_eq!(of_ascii(1), BASIC.chars().filter(is_ascii).count());
        assert_eq!(of_ascii(2), EXTENDED.chars().filter(is_ascii).count());
        assert_eq!(septets_of('`'), None);
        assert_eq!(septets("a{b"), 4);
        assert_eq!(septets("€ÄĩA"), 6);
        assert_eq!(first_foreign("Gĩkũyũ"), Some('ĩ'));
        assert_eq!(first_foreign("Nini?\n1. Ndiyo"), None);
    }

    #[test]
    fn typographic_characters_become_plain_ones() {
        assert_eq!(plain("“Who’s”\u{a0}that – he…"), "\"Who's\" that - he...");
        assert_eq!(plain("a\r\n b\t c "), "a b c");
    }

    proptest! {
        #[test]
        fn pages_fit_and_lose_no_word(text in "[a-z{} ]{0,400}", budget in 20..160_usize) {
            let pages = pages(&text, budget);
            for page in &pages {
                prop_assert!(septets(page) <= budget);
            }
            let kept: String = pages.concat().split_whitespace().collect();
            let all: String = text.split_whitespace().collect();
            prop_assert_eq!(kept, all);
        }

        /// Words of any characters, extension characters among them, that fit a page each.
        #[test]
        fn no_word_and_no_escape_pair_is_cut(
            words in prop::collection::vec("[a-zA-Z0-9é€{}\\[~\\]|^]{1,25}", 1..60),
            blanks in prop::collection::vec("[ \n]{1,2}", 60),
            budget in 50..184_usize,
        ) {
            let mut text = String::new();
            for (word, blank) in words.iter().zip(&blanks) {
                text.push_str(word);
                text.push_str(blank);
            }
            let mut found = Vec::new();
            for page in pages(&text, budget) {
                prop_assert!(septets(page) <= budget, "{page:?}");
                found.extend(page.split_whitespace().map(str::to_owned));
            }
            prop_assert_eq!(found, words);
        }

        /// Even a word that is longer than a page is cut between characters.
        #[test]
        fn a_cut_costs_no_more_than_it_may(text in "[a-z€{}|é ]{0,200}", budget in 0..184_usize) {
            let start = cut(&text, budget);
            prop_assert!(septets(start) <= budget);
            prop_assert!(text.starts_with(start));
        }

        #[test]
        fn plain_text_stays_plain(text in ".{0,80}") {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }
    }
}
