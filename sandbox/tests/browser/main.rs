//! The page in a real browser: headless Chromium, driven over WebDriver, on the whole sandbox (the
//! service, the simulated providers and the page in a process of their own).
//!
//! The browser is that of `tests/support/webdriver.rs`, which says what it takes. `SCREENSHOTS=1` renews
//! the pictures in `docs/`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod bad_service;
mod desk;
mod driver;
mod game;
mod page;
mod pictures;
#[path = "../../../tests/support/webdriver.rs"]
mod webdriver;
mod wire;

pub(crate) use webdriver::PATIENCE;
