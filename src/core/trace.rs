//! The id of a hop and of everything that follows from it: its push, its payout, its SMS, the
//! callbacks about them. It is for logs and traces, in the form of W3C Trace Context; no rule looks
//! at it.

use std::{fmt, str::FromStr};

/// The id: 128 bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId {
    high: u64,
    low: u64,
}

impl TraceId {
    /// An id of these bits. The lower half is the id of the first span, which may not be zero.
    #[must_use]
    pub const fn new(high: u64, low: u64) -> Self {
        let low = if low == 0 { 1 } else { low };
        Self { high, low }
    }

    /// All of it.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        (((self.high as u128) << 64) | self.low as u128).to_be_bytes()
    }

    /// The id of the hop's own span: the lower half, so that what continues in a job knows it without
    /// keeping it.
    #[must_use]
    pub const fn first_span(self) -> [u8; 8] {
        self.low.to_be_bytes()
    }

    /// What a provider is told: the header `traceparent`.
    #[must_use]
    pub fn traceparent(self) -> String {
        format!("00-{self}-{:016x}-01", self.low)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

/// A text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 32 hexadecimal digits")]
pub struct NoTraceId;

impl FromStr for TraceId {
    type Err = NoTraceId;

    fn from_str(text: &str) -> Result<Self, NoTraceId> {
        let is_plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_plain {
            return Err(NoTraceId);
        }
        let (high, low) = text.split_at(16);
        let half = |digits| u64::from_str_radix(digits, 16).map_err(|_| NoTraceId);
        match (half(high)?, half(low)?) {
            (_, 0) => Err(NoTraceId),
            (high, low) => Ok(Self { high, low }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        let id = TraceId::new(7, 0xabc);
        assert_eq!(id.to_string(), "00000000000000070000000000000abc");
        assert_eq!(id.to_string().parse(), Ok(id));
        let header = "00-00000000000000070000000000000abc-0000000000000abc-01";
        assert_eq!(id.traceparent(), header);
        assert_eq!(id.bytes()[8..], id.first_span());
        assert_ne!(TraceId::new(0, 0).first_span(), [0; 8]);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let zero_half = format!("{}{}", "a".repeat(16), "0".repeat(16));
        for text in ["", "7", "+0000000000000070000000000000abc", &zero_half, "ä"] {
            assert_eq!(text.parse::<TraceId>(), Err(NoTraceId), "{text}");
        }
    }
}
