//! Payments between M-Pesa and the wallet, as state machines.

pub mod balance;
pub mod deposit;
pub mod paybill;
pub mod reconcile;
pub mod reversal;
pub mod withdrawal;
