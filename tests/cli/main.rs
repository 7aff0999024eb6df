//! The command line, the configuration and the processes, with the real binary: what an operator
//! types, sets and sends signals to.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

mod binary;

mod acts;
mod bank;
mod books;
#[path = "../support/daraja.rs"]
mod daraja;
#[path = "../support/mod.rs"]
mod support;

mod admins;
mod care;
mod configuration;
mod database;
mod doctor;
mod doctor_traffic;
mod draw;
mod fair;
mod inbox;
mod menu_faults;
mod menu_faults_files;
mod menus;
mod mpesa;
mod operator;
mod process;
mod questions;
mod questions_broken;
mod questions_kept;
mod reconcile;
mod reconcile_followed;
mod reload;
mod secrecy;
mod sessions;
mod sms;
mod statement;
mod trial;
mod usage;
