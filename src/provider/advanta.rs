//! Advanta and its resellers: a query in, `CON` or `END` out, on a shared code.

mod ussd;

pub use ussd::AdvantaUssd;
