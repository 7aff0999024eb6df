//! Rules: what is pressed on a screen that is known by its text, so that one file plays services of
//! any menu.

use rand::{Rng, RngExt};
use regex::Regex;

use super::LoadError;

/// Rules that play Majibu, and most quizzes that ask as it does.
const BUILT_IN: &str = r"
# registration
language: Language / Lugha        -> [English]
terms:    18 or older             -> [Yes]
# a game; a confirmation speaks of the stake as well, so it stands first
confirm:  (?i)\d\. (Confirm|Yes)$ -> [Confirm|Yes]
home:     \d\. Play$              -> [Play]
question: ^CON (.*\n)?Q\d         -> [*]
category: (?i)category            -> [*]
stake:    (?i)stake               -> [*]
# no money left
broke:    Deposit to Majibu       -> hang up
";

/// What a session does on a screen.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The screen's name in the figures, where the service names none.
    pub name: String,
    screen: Regex,
    press: Press,
}

/// What is pressed.
#[derive(Debug, Clone)]
enum Press {
    /// This.
    Keys(String),
    /// The key of the first line with one of these texts.
    Line(Vec<String>),
    /// The key of any line, by chance.
    Any,
    /// Nothing: the session is over.
    Nothing,
}

/// Rules in order: the first that knows a screen decides.
#[derive(Debug, Clone)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Those that play Majibu.
    ///
    /// # Errors
    /// Never.
    pub fn built_in() -> Result<Self, LoadError> {
        Self::read(BUILT_IN)
    }

    /// Reads rules, one a line: `NAME: PATTERN -> KEY`, where KEY is what is typed, `[Text|Text]` the
    /// key of the line that says one of these, `[*]` that of any line, and `hang up` ends the session.
    ///
    /// # Errors
    /// When a line is none; says which.
    pub fn read(text: &str) -> Result<Self, LoadError> {
        let lines = text.lines().zip(1..);
        let rules: Result<Vec<Rule>, LoadError> = lines
            .map(|(line, number)| (line.trim(), number))
            .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
            .map(|(line, number)| {
                Rule::read(line).map_err(|why| LoadError::plan(format!("line {number}: {why}")))
            })
            .collect();
        let rules = rules?;
        if rules.is_empty() {
            return Err(LoadError::plan("there are no rules"));
        }
        Ok(Self(rules))
    }

    /// The rule for a screen.
    pub(super) fn of(&self, screen: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.screen.is_match(screen))
    }
}

impl Rule {
    fn read(line: &str) -> Result<Self, String> {
        let parts = line.split_once(':').and_then(|(name, rest)| {
            let (pattern, press) = rest.rsplit_once("->")?;
            Some((name.trim(), pattern.trim(), press.trim()))
        });
        let (name, pattern, press) = parts.ok_or("a rule is NAME: PATTERN -> KEY")?;
        let screen = regex::RegexBuilder::new(pattern).multi_line(true).build();
        let screen = screen.map_err(|error| error.to_string())?;
        let within = press
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let press = match within {
            Some("*") => Press::Any,
            Some(texts) => Press::Line(texts.split('|').map(str::to_owned).collect()),
            None if press == "hang up" => Press::Nothing,
            None if press.is_empty() => return Err("no key".into()),
            None => Press::Keys(press.to_owned()),
        };
        Ok(Self {
            name: name.to_owned(),
            screen,
            press,
        })
    }

    /// Whether the session is over on this screen.
    pub(super) fn hangs_up(&self) -> bool {
        matches!(self.press, Press::Nothing)
    }

    /// What is pressed; `None` where the screen has no such line.
    pub(super) fn key<'a>(&'a self, screen: &'a str, rng: &mut impl Rng) -> Option<&'a str> {
        match &self.press {
            Press::Keys(keys) => Some(keys),
            Press::Nothing => None,
            Press::Line(texts) => lines(screen)
                .find(|(_, says)| texts.iter().any(|text| text == says))
                .map(|(key, _)| key),
            Press::Any => any_key(screen, rng),
        }
    }
}

/// The key of any line of a screen, by chance. Keys of one digit from 1 on: the others lead back.
pub(super) fn any_key<'a>(screen: &'a str, rng: &mut impl Rng) -> Option<&'a str> {
    let forward = |key: &str| key.len() == 1 && key != "0";
    let keys = || lines(screen).map(|(key, _)| key).filter(|key| forward(key));
    let count = keys().count();
    keys().nth(rng.random_range(0..count.max(1)))
}

/// The numbered lines of a screen: `1. Play`, `1) Play`, `1: Play` or `1 Play`.
fn lines(screen: &str) -> impl Iterator<Item = (&str, &str)> {
    screen.lines().filter_map(|line| {
        let line = line.trim();
        let end = line
            .find(|c: char| !c.is_ascii_digit())
            .filter(|end| *end > 0)?;
        let (key, rest) = line.split_at(end);
        let text = rest.trim_start_matches(['.', ')', ':']).trim();
        (rest != text && !text.is_empty()).then_some((key, text))
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn pressed(screen: &str) -> Option<String> {
        let rules = Rules::built_in().ok()?;
        let mut rng = StdRng::seed_from_u64(1);
        Some(rules.of(screen)?.key(screen, &mut rng)?.to_owned())
    }

    #[test]
    fn the_built_in_rules_play_both_menus() {
        let key = |screen| pressed(screen).unwrap_or_default();
        assert_eq!(
            key("CON Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili"),
            "1"
        );
        assert_eq!(key("CON You must be 18 or older.\n1. Yes\n2. No"), "1");
        assert_eq!(key("CON Majibu. Balance KES 0\n1. Deposit\n2. Play"), "2");
        assert_eq!(key("CON Welcome to the quiz\n1. Play\n2. Wallet"), "1");
        assert_eq!(
            key("CON Choose a category:\n1. Bible\n0. Back\n00. Home"),
            "1"
        );
        assert_eq!(
            key("CON Bible, stake KES 20. Win KES 32.\n1. Confirm\n0. Back"),
            "1"
        );
        assert_eq!(
            key("CON Play Bible for KES 10.00 from +254700000000?\n1. Yes\n2. No"),
            "1"
        );
        assert!(["1", "2", "3"].contains(&key("CON Q1/5 How many?\n1. 3\n2. 4\n3. 5").as_str()));
        assert_eq!(key("CON 9s left.\nQ2/5 Where?\n1. Here\n98. More"), "1");
        assert_eq!(pressed("CON Something else"), None);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for rules in ["", "home", "home: x", "home: ( -> 1", "home: x ->"] {
            assert!(Rules::read(rules).is_err(), "{rules:?}");
        }
    }
}
