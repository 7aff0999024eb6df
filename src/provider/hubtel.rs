//! Hubtel: a JSON wire with the latest input only, and an explicit type for each step of a session.

mod ussd;

pub use ussd::HubtelUssd;
