//! The rules: money, phone numbers, the game, the ledger, payments. No IO, no clock and no
//! randomness of its own: instants and random generators are arguments.

pub mod adjustment;
pub mod bank;
pub mod care;
pub mod circuit;
pub mod fair;
pub mod game;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod msisdn;
pub mod operator;
pub mod payment;
pub mod rules;
pub mod sms;
pub mod statement;
pub mod text;
pub mod time;
pub mod today;
pub mod trace;
