//! The console in a real browser: headless Chromium on the real service, wide and as on a phone.
//!
//! `SCREENSHOTS=1` renews the pictures in `docs/console/`.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/late.rs"]
mod late;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/webdriver.rs"]
mod webdriver;

mod desk;
mod everybody;
mod house;
mod page;
mod pictures;
