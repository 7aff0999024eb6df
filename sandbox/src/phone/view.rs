//! Everything about a phone that its page shows, in one value.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Phone, PinPrompt, Screen};
use crate::sms::Sms;

/// A phone as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneView {
    /// `+254712345678`.
    pub number: String,
    /// `0712345678`.
    pub local_number: String,
    /// The code to dial.
    pub service_code: String,
    /// The code that SMS are sent to.
    pub short_code: String,
    /// Whether a USSD session is open.
    pub is_in_session: bool,
    /// Whether the service's answer is on its way.
    pub is_waiting: bool,
    /// Whether the phone has signal.
    pub is_reachable: bool,
    /// The screen shown last.
    pub screen: Option<Screen>,
    /// Messages, oldest first.
    pub inbox: Vec<Sms>,
    /// The M-Pesa prompt on the screen.
    pub prompt: Option<PinPrompt>,
    /// The paybill that can be paid to.
    pub paybill: String,
    /// What the owner has in M-Pesa, in cents.
    pub mpesa_balance_cents: i64,
}

impl Phone {
    /// Everything that a page shows, at one moment.
    #[must_use]
    pub fn view(&self) -> PhoneView {
        let mpesa_balance_cents = self.mpesa_balance_cents();
        self.state.read(|inner| PhoneView {
            number: self.number().to_string(),
            local_number: self.number().local(),
            service_code: self.world.config.service_code.clone(),
            short_code: self.world.config.sms.short_code.clone(),
            paybill: self.world.config.daraja.shortcode.clone(),
            is_in_session: inner.session.is_some(),
            is_waiting: inner
                .session
                .as_ref()
                .is_some_and(super::Session::is_waiting),
            is_reachable: inner.is_reachable,
            screen: inner.screen.clone(),
            inbox: inner.inbox.clone(),
            prompt: inner.prompt.as_ref().map(|prompt| prompt.shown.clone()),
            mpesa_balance_cents,
        })
    }
}
