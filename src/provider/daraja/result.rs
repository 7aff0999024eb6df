//! The shape that results of B2C, status, balance and reversal requests have in common (contract,
//! sections 6 and 7): read leniently.

use serde_json::Value;

use super::client::text_of;
use crate::core::money::Cents;

/// The longest receipt that is believed to be one; real ones have 10 characters.
const MAX_RECEIPT: usize = 32;

/// A result as it came.
pub(super) struct Outcome(Value);

impl Outcome {
    /// Reads a body; `None` when it is no result.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(body).ok()?;
        let result = json.get("Result")?;
        result.as_object()?;
        Some(Self(result.clone()))
    }

    /// A field of the result, as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name).and_then(text_of)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.chars().take(128).collect())
    }

    /// The result code. Missing, null, "" and false are not 0.
    pub(super) fn code(&self) -> Option<String> {
        self.text("ResultCode")
    }

    /// A parameter, as text. They come as a list of `{Key, Value}`, a single one as an object where
    /// XML was converted, and not at all on failure. Of two with one name the first counts.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let parameters = self.0.get("ResultParameters")?.get("ResultParameter")?;
        let value = |item: &Value| {
            let is_named = item.get("Key").and_then(Value::as_str) == Some(name);
            is_named
                .then(|| item.get("Value").and_then(text_of))
                .flatten()
        };
        let found = parameters
            .as_array()
            .map_or_else(|| value(parameters), |items| items.iter().find_map(value))?;
        let found = found.trim();
        (!found.is_empty()).then(|| found.to_owned())
    }

    /// A parameter that is an amount in shillings.
    pub(super) fn amount(&self, name: &str) -> Option<Cents> {
        Cents::parse_shillings(&self.parameter(name)?)
    }
}

/// A text that can be a receipt.
pub(super) fn receipt(text: Option<String>) -> Option<String> {
    text.filter(|receipt| {
        (1..=MAX_RECEIPT).contains(&receipt.len())
            && receipt.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
