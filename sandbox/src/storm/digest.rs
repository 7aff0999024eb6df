//! What came of a storm in one figure: the same for a rerun that is exact to the last message.

use std::fmt::Debug;
use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};

/// A figure of everything that it was given, in its order.
pub(super) struct Digest(Context);

impl Digest {
    pub(super) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes something in, as it shows itself.
    pub(super) fn take(&mut self, what: &impl Debug) {
        self.0.update(format!("{what:?}\n").as_bytes());
    }

    /// The figure, in hexadecimal digits.
    pub(super) fn figure(self) -> String {
        let digest = self.0.finish();
        let bytes = digest.as_ref().iter();
        bytes.fold(String::new(), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
