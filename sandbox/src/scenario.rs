//! Scenarios: what people do with their phones, what goes wrong, and what they should see, one line
//! each. `SCENARIOS.md` has the format.
//!
//! `words` takes a line apart, `read` understands a file, `step` is what it can say; `play` does it
//! against a service in its `time`, `look` compares what was expected with what is there; `answers` knows the right
//! answers to a quiz; `record` writes a scenario from the record of a simulator.

mod answers;
mod look;
mod play;
mod read;
mod record;
mod step;
mod time;
mod words;

pub use play::{Failure, House, play};
pub use read::{Mistake, read};
pub(crate) use record::record;
pub use step::Scenario;
