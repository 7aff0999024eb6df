//! Whole-system tests of the money side: deposits, callbacks, settlement, SMS, and the database's
//! own guard over the ledger.

#![expect(
    clippy::expect_used,
    reason = "what a test takes for granted may panic"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/daraja.rs"]
mod daraja;

mod adjustments;
mod balance;
mod balance_bodies;
mod callback;
mod callback_amounts;
mod callback_bodies;
mod callers;
mod callers_bodies;
mod care;
mod circuits;
mod crowd;
mod deposit;
mod deposit_trouble;
mod excise;
mod export;
mod fair;
mod fuzz;
mod gateway;
mod guard;
mod help;
mod inbound;
mod inbound_bodies;
mod limits;
mod paybill;
mod paybill_bodies;
mod payouts;
mod privacy;
mod pull;
mod query;
mod replay;
mod reversals;
mod settle;
mod settle_again;
mod sms;
mod sms_batches;
mod sms_classes;
mod sms_fallback;
mod sms_faults;
mod sms_help;
mod sms_reports;
mod status;
mod storm;
mod story;
mod suspense;
mod traffic;
mod traps;
mod traps_payouts;
mod traps_plumbing;
mod unsure;
mod validation;
mod withdrawal;
mod withdrawal_doubt;
mod withdrawal_trouble;
