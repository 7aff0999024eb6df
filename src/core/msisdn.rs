//! Phone numbers. The only type that can hold one; it prints itself masked.

use std::fmt;

use phonenumber::{Mode, country::Id::KE};

use super::ids::PlayerId;

/// A Kenyan mobile number in E.164 (`+254712345678`).
///
/// `Debug` and `Display` are masked, so that no log line can give a number away; [`Msisdn::e164`]
/// has it in full.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msisdn(String);

/// The text is not a Kenyan mobile number: a landline, a foreign number, or no number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Kenyan mobile number")]
pub struct NotAKenyanMobile;

/// The longest text that is looked at. An E.164 number has at most 16 characters.
const MAX_LENGTH: usize = 24;

/// What stands before a player's id in the place of an erased number.
const ERASED: &str = "erased:";

/// How an erased number is shown.
pub const MASKED_ERASED: &str = "+254xxx";

impl Msisdn {
    /// Reads a number in any form that gateways and people write: `+254…`, `254…`, `07…`, `01…`, and
    /// `+` decoded to a space (Africa's Talking contract, section 1.1).
    ///
    /// # Errors
    /// When the text is anything else than a Kenyan mobile number.
    pub fn parse(text: &str) -> Result<Self, NotAKenyanMobile> {
        let text = text.trim();
        let plausible = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b' ' | b'-');
        if text.is_empty() || text.len() > MAX_LENGTH || !text.bytes().all(plausible) {
            return Err(NotAKenyanMobile);
        }
        let international = if text.starts_with("254") {
            format!("+{text}")
        } else {
            text.into()
        };
        let number = phonenumber::parse(Some(KE), international).map_err(|_| NotAKenyanMobile)?;
        let metadata = &phonenumber::metadata::DATABASE;
        let is_mobile = number.country().id() == Some(KE)
            && number.is_valid()
            && number.number_type(metadata) == phonenumber::Type::Mobile;
        if !is_mobile {
            return Err(NotAKenyanMobile);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// What stands in the place of a number that was erased. No phone has it and nobody can dial with it;
    /// it prints itself without a digit of anybody.
    #[must_use]
    pub fn erased(player: PlayerId) -> Self {
        Self(format!("{ERASED}{player}"))
    }

    /// Whether it stands in the place of a number that was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.0.starts_with(ERASED)
    }

    /// Reads what a database holds: a number, or what stands in the place of one. A number in the form
    /// that [`Msisdn::parse`] gives was looked up in the plan of numbers when it was written down.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse_kept(text: &str) -> Result<Self, NotAKenyanMobile> {
        if has_kept_form(text) {
            return Ok(Self(text.into()));
        }
        let erased = text.strip_prefix(ERASED).and_then(|id| id.parse().ok());
        erased.map_or_else(|| Self::parse(text), |player| Ok(Self::erased(player)))
    }

    /// The whole number: `+254712345678`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The twelve digits that Daraja wants: `254712345678`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// A text in which every Kenyan mobile number but this one is masked, whether or not it is written
    /// with its country.
    #[must_use]
    pub fn mask_others(&self, text: &str) -> String {
        let (mut masked, mut digits) = (String::new(), String::new());
        // One more, at which the last digits end.
        for letter in text.chars().map(Some).chain([None]) {
            match letter {
                Some(digit) if digit.is_ascii_digit() => digits.push(digit),
                letter => {
                    masked.push_str(&self.mask_run(&digits));
                    digits.clear();
                    masked.extend(letter);
                }
            }
        }
        masked
    }

    /// The same for digits that stand together.
    fn mask_run(&self, digits: &str) -> String {
        match Self::read_run(digits) {
            Some(number) if number != *self => number.masked(),
            _ => digits.into(),
        }
    }

    /// The number that digits which stand together are.
    fn read_run(digits: &str) -> Option<Self> {
        // Without its zero and its country a number has nine digits.
        let padded = format!("0{digits}");
        let written = if digits.len() == 9 {
            padded.as_str()
        } else {
            digits
        };
        Self::parse(written).ok()
    }

    /// The Kenyan mobile numbers in a text, whether or not they are written with their country.
    #[must_use]
    pub fn all_in(text: &str) -> Vec<Self> {
        let runs = text.split(|letter: char| !letter.is_ascii_digit());
        runs.filter_map(Self::read_run).collect()
    }

    /// As other people may see it: `+25471xxx678`.
    #[must_use]
    pub fn masked(&self) -> String {
        if self.is_erased() {
            return MASKED_ERASED.into();
        }
        let start = self.0.get(..6).unwrap_or_default();
        let end = self
            .0
            .get(self.0.len().saturating_sub(3)..)
            .unwrap_or_default();
        format!("{start}xxx{end}")
    }
}

impl fmt::Display for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Msisdn({})", self.masked())
    }
}

/// Whether a text is written as [`Msisdn::parse`] writes numbers: `+254712345678`.
fn has_kept_form(text: &str) -> bool {
    let digits = text.strip_prefix("+254").map(str::as_bytes);
    digits.is_some_and(|digits| {
        digits.len() == 9
            && matches!(digits.first(), Some(b'1' | b'7'))
            && digits.iter().all(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_writing_a_number_is_the_same_player() {
        for text in [
            "+254712345678",
            "254712345678",
            " 254712345678",
            "0712345678",
            "0712 345 678",
        ] {
            assert_eq!(
                Msisdn::parse(text).unwrap().e164(),
                "+254712345678",
                "{text:?}"
            );
        }
        for text in ["0110123456", "+254110123456", "0100123456"] {
            assert!(Msisdn::parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_kenyan_mobile_is_refused() {
        for text in [
            "",
            "0202345678",
            "+255712345678",
            "12345",
            "abc",
            "+2547123456789",
            "07123456789 x",
        ] {
            assert_eq!(Msisdn::parse(text), Err(NotAKenyanMobile), "{text:?}");
        }
    }

    #[test]
    fn numbers_print_masked() {
        let number = Msisdn::parse("0712345678").unwrap();
        assert_eq!(number.to_string(), "+25471xxx678");
        assert_eq!(format!("{number:?}"), "Msisdn(+25471xxx678)");
        assert_eq!(number.digits(), "254712345678");
    }

    #[test]
    fn an_erased_number_is_kept_and_shown_as_nobodys() {
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(1);
        let player = PlayerId::new(crate::core::time::Timestamp::from_ms(1), &mut rng);
        let erased = Msisdn::erased(player);
        assert_eq!(erased.to_string(), "+254xxx");
        assert!(erased.is_erased() && !Msisdn::parse("0712345678").unwrap().is_erased());
        assert_eq!(Msisdn::parse_kept(erased.e164()), Ok(erased.clone()));
        assert_eq!(Msisdn::parse(erased.e164()), Err(NotAKenyanMobile));
        assert!(Msisdn::parse_kept("+254712345678").is_ok());
        for text in ["erased:", "erased:+254712345678", "x"] {
            assert_eq!(Msisdn::parse_kept(text), Err(NotAKenyanMobile), "{text}");
        }
    }

    #[test]
    fn numbers_of_others_are_masked_in_a_text() {
        let own = Msisdn::parse("0712345678").unwrap();
        let text =
            "254712345678 0712345678 254733123456, \"0733123456\" %2B254733123456 20261122120000";
        assert_eq!(
            own.mask_others(text),
            "254712345678 0712345678 +25473xxx456, \"+25473xxx456\" %2B+25473xxx456 20261122120000"
        );
    }

    #[test]
    fn numbers_are_found_in_a_text() {
        let found = Msisdn::all_in("phoneNumber=%2B254712345678&id=733123456, \"20261122120000\"");
        let found: Vec<_> = found.iter().map(Msisdn::e164).collect();
        assert_eq!(found, ["+254712345678", "+254733123456"]);
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(text in ".{0,40}") {
            let _ = Msisdn::parse(&text);
        }
    }
}
