//! The command line, the configuration and the processes, with the real binary: what an operator
//! types, sets and sends signals to.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

mod binary;

mod bank;
#[path = "../support/daraja.rs"]
mod daraja;

mod configuration;
mod database;
mod draw;
mod inbox;
mod menu_faults;
mod menus;
mod mpesa;
mod operator;
mod process;
mod questions;
mod questions_broken;
mod questions_kept;
mod reload;
mod secrecy;
mod sessions;
mod sms;
mod trial;
mod usage;
