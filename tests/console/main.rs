//! Whole-system tests of the console: the real service over HTTP, as a browser would ask it.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/late.rs"]
mod late;
#[path = "../support/mod.rs"]
mod support;

mod browser;

mod fair;
mod forms;
mod late_payouts;
mod login;
mod money;
mod odd;
mod off;
mod pages;
mod players;
mod privacy;
mod sessions;
