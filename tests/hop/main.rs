//! Whole-system tests of the USSD side: the service over HTTP, driven by the simulator's phones.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod line;

mod bank;
mod breaks;
mod care;
mod clock;
mod contended;
mod deadline;
mod dialled;
mod edited;
mod endings;
mod game;
mod games;
mod gateways;
mod gateways_query;
mod input;
mod instant;
mod lists;
mod lost;
mod menu;
mod notices;
mod reloaded;
mod repeat;
mod replay;
mod resume;
mod revised;
mod seats;
mod sessions;
mod steps;
mod transcript;
mod walk;
mod wire;
mod withdrawn;
