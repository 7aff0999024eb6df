//! Numbers as gateways have sent them of late. To look one up in the plan of numbers takes about as long
//! as all else that a hop of a menu needs, and a phone sends many hops.

use moka::sync::Cache;

use crate::core::msisdn::{Msisdn, NotAKenyanMobile};

/// How many are kept: more than play at the same time.
const KEPT: u64 = 20_000;

/// Numbers by the text that they were read from.
#[derive(Debug)]
pub(super) struct Numbers(Cache<String, Msisdn>);

impl Default for Numbers {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Numbers {
    /// The same as [`Msisdn::parse`].
    pub(super) fn read(&self, text: &str) -> Result<Msisdn, NotAKenyanMobile> {
        if let Some(known) = self.0.get(text) {
            return Ok(known);
        }
        let number = Msisdn::parse(text)?;
        self.0.insert(text.to_owned(), number.clone());
        Ok(number)
    }
}
