//! Whole-system tests of the USSD side: the service over HTTP, driven by the simulator's phones.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod line;

mod bank;
mod clock;
mod contended;
mod dialled;
mod game;
mod games;
mod input;
mod lost;
mod menu;
mod repeat;
mod resume;
mod revised;
mod seats;
mod sessions;
mod transcript;
mod walk;
mod wire;
mod withdrawn;
