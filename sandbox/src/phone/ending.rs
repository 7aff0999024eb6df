//! The end-of-session event of Africa's Talking: the only sign that a person left.

use std::sync::Arc;

use super::Phone;
use super::session::{FORM, Session};
use crate::clock;
use crate::fault::FaultPoint;
use crate::outgoing::{CALLBACK_TIMEOUT, Call, form_body};

/// How a session ended, in the words of the end event.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    Success,
    Incomplete,
    Failed,
}

impl Phone {
    /// Sends the end event, with its fields in the captured order.
    pub(super) fn tell_ending(&self, session: &Session, ending: Ending) {
        let Some(url) = self.world.urls().events else {
            return;
        };
        let number = self.number().to_string();
        let duration_ms = self.world.clock.millis_since(session.started).to_string();
        let hops = session.hops.to_string();
        let names = session.names.join("|");
        let date = clock::utc_date(self.world.clock.now());
        let (status, error) = match ending {
            Ending::Success => ("Success", ""),
            Ending::Incomplete => ("Incomplete", ""),
            Ending::Failed => ("Failed", "Response should start with a CON or an END"),
        };
        let body = form_body([
            ("durationInMillis", duration_ms.as_str()),
            ("phoneNumber", number.as_str()),
            ("errorMessage", error),
            ("serviceCode", self.world.config.service_code.as_str()),
            ("lastAppResponse", session.last_answer.as_str()),
            ("hopsMetadata", names.as_str()),
            ("hopsCount", hops.as_str()),
            ("status", status),
            ("sessionId", session.id.as_str()),
            ("cost", "0.00"),
            ("date", date.as_str()),
            ("networkCode", self.network().code()),
            ("input", session.transcript.as_str()),
        ]);
        let call = Call {
            what: "end event",
            phone: Some(self.number()),
            url,
            content_type: FORM,
            user_agent: Some("at-ussd-api/1.0"),
            hop_metadata: None,
            body,
            timeout: CALLBACK_TIMEOUT,
        };
        let world = Arc::clone(&self.world);
        self.world
            .spawn(async move { world.send_callback(FaultPoint::EndEvent, &call).await });
    }
}
