//! Texts with placeholders, parsed once: `{name}` is filled in, `{name:table}` is looked up in a
//! table of the language file.

use std::collections::BTreeMap;

/// The named values that a text is filled with.
pub type Values = BTreeMap<String, String>;

/// A table of words: key to text.
pub type Words = BTreeMap<String, String>;

/// What stands in a template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Part {
    Literal(String),
    Value { name: String, table: Option<String> },
}

/// A parsed text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Template {
    parts: Vec<Part>,
}

/// A placeholder as it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder<'a> {
    /// The value's name.
    pub name: &'a str,
    /// The table that the value is looked up in.
    pub table: Option<&'a str>,
}

/// The text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its partner.
    #[error("a brace without its partner")]
    Brace,
    /// A placeholder that is not a name, or a name and a table.
    #[error("{{{0}}} is no placeholder: it is {{name}} or {{name:table}} in lower-case letters")]
    Name(String),
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// When braces do not match or a placeholder is malformed.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (placeholder, tail) = after.split_once('}').ok_or(TemplateError::Brace)?;
            push_literal(&mut parts, literal)?;
            let (name, table) = match placeholder.split_once(':') {
                Some((name, table)) => (name, Some(table)),
                None => (placeholder, None),
            };
            if !is_name(name) || !table.is_none_or(is_name) {
                return Err(TemplateError::Name(placeholder.into()));
            }
            parts.push(Part::Value {
                name: name.into(),
                table: table.map(Into::into),
            });
            rest = tail;
        }
        push_literal(&mut parts, rest)?;
        Ok(Self { parts })
    }

    /// The placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder<'_>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Value { name, table } => Some(Placeholder {
                name,
                table: table.as_deref(),
            }),
        })
    }

    /// The text with every placeholder filled in from the first layer that has it. A value that is
    /// in no layer is left out; a value that its table does not have stands for itself.
    #[must_use]
    pub fn fill(&self, layers: &[&Values], tables: &BTreeMap<&'static str, &Words>) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Value { name, table } => {
                    let found = layers.iter().find_map(|values| values.get(name));
                    let value = found.map_or("", String::as_str);
                    let words = table.as_deref().and_then(|table| tables.get(table));
                    let word = words.and_then(|words| {
                        words
                            .get(value)
                            .or_else(|| words.get(&value.to_lowercase()))
                    });
                    out.push_str(word.map_or(value, String::as_str));
                }
            }
        }
        out
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) -> Result<(), TemplateError> {
    if text.contains('}') {
        return Err(TemplateError::Brace);
    }
    if !text.is_empty() {
        parts.push(Part::Literal(text.into()));
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_looked_up() {
        let template = Template::parse("{state:word}: KES {amount} {gone}!").unwrap();
        let values = Values::from([
            ("state".into(), "Won".into()),
            ("amount".into(), "20".into()),
        ]);
        let words = Words::from([("won".into(), "umeshinda".into())]);
        let tables = BTreeMap::from([("word", &words)]);
        assert_eq!(template.fill(&[&values], &tables), "umeshinda: KES 20 !");
        assert_eq!(template.fill(&[&values], &BTreeMap::new()), "Won: KES 20 !");
        assert_eq!(template.placeholders().count(), 3);
    }

    #[test]
    fn malformed_templates_are_refused() {
        for text in ["{", "}", "a{b", "{}", "{A}", "{a b}", "{a:}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
