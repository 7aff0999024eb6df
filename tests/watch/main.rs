//! What an operator's machines see: metrics, the dashboard and the alarms that are made of them, logs and
//! traces.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

#[path = "../cli/binary.rs"]
mod binary;
#[path = "../support/mod.rs"]
mod support;

mod collector;
mod exported;
mod metrics;
mod rules;
mod traces;
