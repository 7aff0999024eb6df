//! Whole-system tests of the console: the real service over HTTP, as a browser would ask it.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod browser;

mod forms;
mod login;
mod money;
mod odd;
mod off;
mod pages;
mod players;
mod sessions;
