//! SMS from a phone to the service's short code, and opting out: the gateway's callbacks, with its fields.

use std::sync::Arc;

use super::session::FORM;
use super::{Phone, PhoneError};
use crate::clock;
use crate::fault::{Fault, FaultPoint};
use crate::outgoing::{CALLBACK_TIMEOUT, Call, form_body};
use crate::text::sms_parts;
use crate::world::lock;

/// The longest SMS that a phone sends, in parts.
const MAX_PARTS: usize = 10;

impl Phone {
    /// Sends an SMS to the service's short code. When this returns the gateway has told the service
    /// of it; the statuses are what the service answered, one for each time it was told: none where
    /// a fault lost or holds the message, `None` where there was no answer.
    pub async fn send_sms(&self, text: &str) -> Result<Vec<Option<u16>>, PhoneError> {
        if sms_parts(text) > MAX_PARTS {
            return Err(PhoneError::SmsTooLong);
        }
        if !self.is_reachable() {
            return Err(PhoneError::NoSignal);
        }
        let _running = self.world.clock.running();
        let from = self.number().to_string();
        let at = self.world.clock.now();
        let date = clock::utc_date(at);
        let short_code = &self.world.config.sms.short_code;
        lock(&self.world.sms).receive(self.number(), short_code, text, at);
        let Some(url) = self.world.urls().inbound else {
            // Kept for those who fetch.
            return Ok(Vec::new());
        };
        let id = self.world.dice.hex32();
        let body = form_body([
            ("date", date.as_str()),
            ("from", from.as_str()),
            ("id", id.as_str()),
            ("text", text),
            ("to", short_code.as_str()),
            ("cost", "KES 1.00"),
            ("networkCode", self.network().code()),
        ]);
        let call = self.callback("inbound SMS", url, body);
        Ok(self.tell(FaultPoint::InboundSms, call).await)
    }

    /// Opts out of the service's promotions, as in the network's own menu; those are refused with 406
    /// from now on. The statuses are as in
    /// [`Phone::send_sms`].
    pub async fn opt_out(&self) -> Result<Vec<Option<u16>>, PhoneError> {
        if !self.is_reachable() {
            return Err(PhoneError::NoSignal);
        }
        let _running = self.world.clock.running();
        let url = self.world.urls().opt_out.ok_or(PhoneError::NoSmsService)?;
        lock(&self.world.sms).opted_out.insert(self.number());
        let number = self.number().to_string();
        let body = form_body([
            ("senderId", self.world.config.sms.short_code.as_str()),
            ("phoneNumber", number.as_str()),
        ]);
        let call = self.callback("opt-out", url, body);
        Ok(self.tell(FaultPoint::OptOut, call).await)
    }

    /// Tells the service. What is held is told on its own: the phone need not wait for others.
    async fn tell(&self, point: FaultPoint, call: Call) -> Vec<Option<u16>> {
        let fault = self.world.take_fault(point, Some(self.number()));
        if fault == Some(Fault::Held) {
            let world = Arc::clone(&self.world);
            self.world
                .spawn(async move { world.send_spoilt(fault.as_ref(), &call).await });
            return Vec::new();
        }
        self.world.send_spoilt(fault.as_ref(), &call).await
    }

    /// Takes promotions of the service again, as in the network's own menu. The service is not told.
    pub fn opt_in(&self) {
        lock(&self.world.sms).opted_out.remove(&self.number());
        self.state.touch();
    }

    fn is_reachable(&self) -> bool {
        self.state.read(|inner| inner.is_reachable())
    }

    fn callback(&self, what: &'static str, url: String, body: String) -> Call {
        Call {
            what,
            phone: Some(self.number()),
            url,
            content_type: FORM,
            user_agent: None,
            hop_metadata: None,
            body,
            timeout: CALLBACK_TIMEOUT,
        }
    }
}
