//! Scripts: the keys of a session, and what should be seen; and what a reply says of its caller.

use std::str::FromStr;

use regex::Regex;

use super::LoadError;

/// One hop of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is pressed; `None` dials.
    pub key: Option<String>,
    /// The screens of which one has to come; none: any.
    pub screens: Vec<String>,
}

impl Step {
    /// Reads a script: `dial:home 1:category ?:stake 1*2`. Each step is a key, `?` for that of any line
    /// on the screen, or `dial` (first and only there), and the names of the screens that may follow,
    /// separated by `|`. `KEY*N` is a key N times.
    ///
    /// # Errors
    /// When it is not one; says why.
    pub fn read_all(script: &str) -> Result<Vec<Self>, LoadError> {
        let mut steps = Vec::new();
        for word in script.split_whitespace() {
            let (press, screens) = word.split_once(':').unwrap_or((word, ""));
            let (press, times) = match press.split_once('*') {
                Some((press, times)) => (press, times.parse().ok().filter(|times| *times > 0)),
                None => (press, Some(1)),
            };
            let times: usize =
                times.ok_or_else(|| LoadError::plan(format!("{word}: how many times?")))?;
            let step = Self {
                key: (press != "dial").then(|| press.to_owned()),
                screens: screens
                    .split('|')
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect(),
            };
            if step.key.as_deref() == Some("") {
                return Err(LoadError::plan(format!("{word}: no key")));
            }
            if step.key.is_none() != steps.is_empty() || (step.key.is_none() && times > 1) {
                return Err(LoadError::plan("a script begins with dial, and dials once"));
            }
            steps.extend(std::iter::repeat_n(step, times));
        }
        if steps.is_empty() {
            return Err(LoadError::plan("the script is empty"));
        }
        Ok(steps)
    }

    /// The step as it is written.
    #[must_use]
    pub fn name(&self) -> String {
        let key = self.key.as_deref().unwrap_or("dial");
        match self.screens.as_slice() {
            [] => key.to_owned(),
            screens => format!("{key}:{}", screens.join("|")),
        }
    }
}

/// What a reply says of its caller: where the pattern is found, its first group has to be the
/// caller's own value. A reply with that of another caller is crossed.
#[derive(Debug, Clone)]
pub struct Marker {
    pattern: Regex,
    value: Value,
}

/// The value that is a caller's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// `+254712345678`.
    Phone,
    /// The caller's place among the callers, from 0, and so much.
    Place(u64),
}

impl FromStr for Marker {
    type Err = LoadError;

    /// Reads `PATTERN=phone`, or `PATTERN=place+1000` for a number that counts up with the callers,
    /// such as a balance. Commas in the reply's own number do not matter.
    fn from_str(text: &str) -> Result<Self, LoadError> {
        let (pattern, value) = text
            .rsplit_once('=')
            .ok_or_else(|| LoadError::plan("a marker is PATTERN=phone or PATTERN=place+N"))?;
        let pattern = Regex::new(pattern).map_err(|error| LoadError::plan(error.to_string()))?;
        if pattern.captures_len() < 2 {
            return Err(LoadError::plan("a marker's pattern has a (group)"));
        }
        let value = match value.strip_prefix("place+") {
            Some(number) => number.parse().ok().map(Value::Place),
            None => (value == "phone").then_some(Value::Phone),
        };
        let value = value.ok_or_else(|| LoadError::plan("a marker's value is phone or place+N"))?;
        Ok(Self { pattern, value })
    }
}

impl Marker {
    /// Whether a reply speaks of somebody else.
    pub(super) fn is_crossed(&self, reply: &str, phone: &str, place: u32) -> bool {
        let found = self.pattern.captures(reply).and_then(|found| found.get(1));
        let Some(found) = found else {
            return false;
        };
        match self.value {
            Value::Phone => found.as_str() != phone,
            Value::Place(from) => {
                let digits = found.as_str().replace(',', "");
                digits.parse() != Ok(from + u64::from(place))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_keys_and_screens() {
        let steps = Step::read_all("dial:home 1 2*2:won|lost").unwrap_or_default();
        let names: Vec<String> = steps.iter().map(Step::name).collect();
        assert_eq!(names, ["dial:home", "1", "2:won|lost", "2:won|lost"]);
    }

    #[test]
    fn what_is_no_script_is_refused() {
        for script in [
            "",
            "1 1",
            "dial dial",
            "dial*2",
            "dial :home",
            "dial 1*0",
            "dial 1*x",
        ] {
            assert!(Step::read_all(script).is_err(), "{script:?}");
        }
    }

    #[test]
    fn a_reply_about_somebody_else_is_crossed() -> Result<(), LoadError> {
        let phone: Marker = r"from (\+254\d+)\?=phone".parse()?;
        let is_crossed = |reply| phone.is_crossed(reply, "+254700000001", 1);
        assert!(!is_crossed("CON Play?"));
        assert!(!is_crossed("CON Play from +254700000001?"));
        assert!(is_crossed("CON Play from +254700000002?"));
        let balance: Marker = r"Balance KES ([\d,]+)=place+1000".parse()?;
        assert!(!balance.is_crossed("CON Balance KES 1,001", "", 1));
        assert!(balance.is_crossed("CON Balance KES 1,002", "", 1));
        for wrong in ["phone", "a=phone", "(a)=name", "(a=phone", "(a)=place+x"] {
            assert!(wrong.parse::<Marker>().is_err(), "{wrong}");
        }
        Ok(())
    }
}
