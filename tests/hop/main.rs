//! Whole-system tests of the USSD side: the service over HTTP, driven by the simulator's phones.

#[path = "../support/mod.rs"]
mod support;

mod game;
