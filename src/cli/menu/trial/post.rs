//! The SMS gateway of the terminal: every text arrives at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;

use crate::{
    core::msisdn::Msisdn,
    ports::{Delivery, DeliveryReport, InboundSms, OptOut, SmsAnswer, SmsSender, SmsVerdict},
};

/// A text that was sent.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) to: Msisdn,
    pub(super) body: String,
    /// The body of its delivery report: the gateway's id, on a wire of this module's own.
    pub(super) report: String,
}

/// The gateway.
#[derive(Debug, Default)]
pub(super) struct Post {
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    count: usize,
    /// Not shown yet.
    new: Vec<Text>,
}

impl Post {
    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was sent since the last call.
    pub(super) fn collect(&self) -> Vec<Text> {
        std::mem::take(&mut self.sent().new)
    }
}

impl SmsSender for Post {
    fn send<'a>(&'a self, to: &'a [Msisdn], body: &'a str) -> BoxFuture<'a, Vec<SmsAnswer>> {
        let mut sent = self.sent();
        let mut answers = Vec::new();
        for number in to {
            sent.count += 1;
            let id = format!("sms-{}", sent.count);
            sent.new.push(Text {
                to: number.clone(),
                body: body.into(),
                report: id.clone(),
            });
            answers.push(SmsAnswer {
                verdict: SmsVerdict::Accepted(Some(id)),
                label: "101",
                why: String::new(),
            });
        }
        Box::pin(async move { answers })
    }

    fn read_delivery(&self, body: &[u8]) -> Option<DeliveryReport> {
        let provider_id = str::from_utf8(body).ok()?.to_owned();
        Some(DeliveryReport {
            provider_id,
            outcome: Delivery::Delivered,
        })
    }

    // Nobody texts the service in the terminal.
    fn read_inbound(&self, _: &[u8]) -> Option<InboundSms> {
        None
    }

    fn read_opt_out(&self, _: &[u8]) -> Option<OptOut> {
        None
    }
}
