//! Whole-system tests of the USSD side: the service over HTTP, driven by the simulator's phones.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod line;

mod clock;
mod dialled;
mod edited;
mod game;
mod games;
mod input;
mod lists;
mod lost;
mod menu;
mod notices;
mod reloaded;
mod repeat;
mod resume;
mod seats;
mod sessions;
mod transcript;
mod walk;
mod wire;
