//! The page in a real browser: headless Chromium, driven over WebDriver, on the whole sandbox (the
//! service, the simulated providers and the page in a process of their own).
//!
//! `chromedriver` and `chromium` are the system's; `tests/run` installs them. Without them these
//! tests pass without having looked, unless `TEST_BROWSER=1` says that they must.
//! `SCREENSHOTS=1` renews the pictures in `docs/`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![expect(clippy::print_stderr, reason = "says why nothing was looked at")]

mod access;
mod bad_service;
mod desk;
mod driver;
mod game;
mod page;
mod pictures;
mod wire;

use std::time::Duration;

/// Far longer than anything takes, so that reaching it is a failure and not a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);
