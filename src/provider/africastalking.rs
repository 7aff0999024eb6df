//! Africa's Talking: the USSD callback wire, and sending SMS.

mod inbound;
mod sms;
mod ussd;

pub use sms::{SmsClient, SmsSettings};
pub use ussd::AfricasTalkingUssd;
