//! A JSON document as a template.

use serde_json::Value;

use super::{BadTemplate, Filling, template::Template};

/// A JSON document whose strings are templates.
#[derive(Clone)]
pub(super) enum Json {
    Text(Template),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    Other(Value),
}

impl Json {
    pub(super) fn read(value: Value) -> Result<Self, BadTemplate> {
        Ok(match value {
            Value::String(text) => Self::Text(Template::read("body", &text)?),
            Value::Array(items) => Self::List(
                items
                    .into_iter()
                    .map(Self::read)
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(fields) => {
                let read = |(name, value)| Ok::<_, BadTemplate>((name, Self::read(value)?));
                Self::Object(fields.into_iter().map(read).collect::<Result<_, _>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::Other(value),
        })
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Text(template) => template.mentions(name),
            Self::List(items) => items.iter().any(|item| item.mentions(name)),
            Self::Object(fields) => fields.iter().any(|(_, value)| value.mentions(name)),
            Self::Other(_) => false,
        }
    }

    pub(super) fn fill(&self, filling: &Filling<'_>) -> Value {
        match self {
            Self::Text(template) => Value::String(template.fill(filling)),
            Self::List(items) => items.iter().map(|item| item.fill(filling)).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.fill(filling)))
                .collect(),
            Self::Other(value) => value.clone(),
        }
    }
}
