//! Text as a phone network counts it: septets of the GSM 7-bit alphabet, and SMS parts.
//!
//! Knows no language and changes no text; it only measures (3GPP TS 23.038).

/// Characters that cost one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Characters that cost two septets: an escape and the character.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// What a text costs on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Septets of the GSM 7-bit alphabet; a character outside it is counted as one.
    pub septets: usize,
    /// The characters outside the alphabet, each once, in order of appearance.
    pub outside: Vec<char>,
}

/// Measures a text in septets.
#[must_use]
pub fn measure(text: &str) -> Measure {
    let mut measure = Measure {
        septets: 0,
        outside: Vec::new(),
    };
    for c in text.chars() {
        measure.septets += if EXTENDED.contains(c) { 2 } else { 1 };
        if !BASIC.contains(c) && !EXTENDED.contains(c) && !measure.outside.contains(&c) {
            measure.outside.push(c);
        }
    }
    measure
}

/// The number of SMS parts that a text is billed as: 160 septets in one, 153 in each of several;
/// 70 and 67 UCS-2 units where a character lies outside the alphabet.
#[must_use]
pub fn sms_parts(text: &str) -> usize {
    let measure = measure(text);
    let (length, single, each) = if measure.outside.is_empty() {
        (measure.septets, 160, 153)
    } else {
        (text.encode_utf16().count(), 70, 67)
    };
    if length <= single {
        1
    } else {
        length.div_ceil(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_characters_cost_one_and_extended_two() {
        assert_eq!(measure("Abc 12").septets, 6);
        assert_eq!(measure("a{b}").septets, 6);
        assert_eq!(measure("€").septets, 2);
        assert_eq!(measure("line\nline").septets, 9);
    }

    #[test]
    fn characters_outside_the_alphabet_are_named_once() {
        assert_eq!(
            measure("it’s ’fine’ \u{2026}").outside,
            vec!['’', '\u{2026}']
        );
        assert!(measure("Äß@£").outside.is_empty());
    }

    #[test]
    fn parts_follow_the_alphabet() {
        assert_eq!(sms_parts(&"a".repeat(160)), 1);
        assert_eq!(sms_parts(&"a".repeat(161)), 2);
        assert_eq!(sms_parts(&"a".repeat(307)), 3);
        assert_eq!(sms_parts(&format!("{}’", "a".repeat(70))), 2);
    }
}
