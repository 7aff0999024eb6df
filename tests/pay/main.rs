//! Whole-system tests of the money side: deposits, callbacks, settlement, SMS, and the database's
//! own guard over the ledger.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

mod callback;
mod callback_amounts;
mod callback_bodies;
mod crowd;
mod deposit;
mod deposit_trouble;
mod gateway;
mod guard;
mod help;
mod inbound;
mod inbound_bodies;
mod query;
mod replay;
mod settle;
mod settle_again;
mod sms;
mod suspense;
