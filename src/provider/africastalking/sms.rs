//! Sending SMS, and reading delivery reports (contract, sections 3 and 4).

mod answer;

use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};

use self::answer::judge;
use super::inbound;
use crate::{
    core::msisdn::Msisdn,
    ports::{Delivery, DeliveryReport, InboundSms, OptOut, SmsAnswer, SmsSender},
    provider::{call::Call, excerpt, no_answer},
};

/// Where and as whom SMS are sent.
#[derive(Clone, Debug)]
pub struct SmsSettings {
    /// What stands before `/version1`.
    pub base_url: String,
    /// The application's name.
    pub username: String,
    /// Its key.
    pub api_key: SecretString,
    /// The sender id or short code; `None`: the provider's shared one.
    pub sender: Option<String>,
    /// Whether the JSON bulk endpoint is used instead of the legacy form.
    pub bulk: bool,
    /// How long one request may take.
    pub timeout: Duration,
}

/// Sends SMS by Africa's Talking.
#[derive(Clone, Debug)]
pub struct SmsClient {
    settings: SmsSettings,
    http: Client,
}

impl SmsClient {
    /// A client.
    #[must_use]
    pub fn new(settings: SmsSettings, http: Client) -> Self {
        Self { settings, http }
    }

    fn request(&self, to: &[Msisdn], body: &str) -> RequestBuilder {
        let settings = &self.settings;
        let base = settings.base_url.trim_end_matches('/');
        let numbers: Vec<&str> = to.iter().map(Msisdn::e164).collect();
        let request = if settings.bulk {
            let mut json = serde_json::json!({
                "username": settings.username,
                "message": body,
                "phoneNumbers": numbers,
            });
            if let Some(sender) = &settings.sender {
                json["senderId"] = sender.as_str().into();
            }
            self.http
                .post(format!("{base}/version1/messaging/bulk"))
                .json(&json)
        } else {
            let numbers = numbers.join(",");
            let mut form = vec![
                ("username", settings.username.as_str()),
                ("to", numbers.as_str()),
                ("message", body),
                ("bulkSMSMode", "1"),
                ("enqueue", "1"),
            ];
            form.extend(settings.sender.as_deref().map(|sender| ("from", sender)));
            self.http
                .post(format!("{base}/version1/messaging"))
                .form(&form)
        };
        request
            .header("apiKey", settings.api_key.expose_secret())
            .header("Accept", "application/json")
            .timeout(settings.timeout)
    }

    async fn try_send(&self, to: &[Msisdn], body: &str) -> Vec<SmsAnswer> {
        let mut call = Call::begin("africastalking", "sms");
        match call.send(self.request(to, body)).await {
            Ok(answer) => judge(answer.status, &answer.text, to),
            Err(error) => all(to, no_answer(error)),
        }
    }
}

/// The same answer for every number.
fn all(to: &[Msisdn], answer: SmsAnswer) -> Vec<SmsAnswer> {
    vec![answer; to.len()]
}

impl SmsSender for SmsClient {
    fn send<'a>(&'a self, to: &'a [Msisdn], body: &'a str) -> BoxFuture<'a, Vec<SmsAnswer>> {
        Box::pin(self.try_send(to, body))
    }

    fn read_delivery(&self, body: &[u8]) -> Option<DeliveryReport> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
        let field = |name: &str| {
            fields
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let provider_id = field("id")
            .filter(|id| !id.is_empty() && id.len() <= 128)?
            .to_owned();
        let status = field("status").unwrap_or_default();
        let reason = field("failureReason").unwrap_or_default();
        let outcome = match status {
            "Success" => Delivery::Delivered,
            "Rejected" | "Failed" | "AbsentSubscriber" | "Expired" => {
                Delivery::Failed(excerpt(format!("{status} {reason}").trim(), None))
            }
            other => Delivery::Other(excerpt(other, None)),
        };
        Some(DeliveryReport {
            provider_id,
            outcome,
        })
    }

    fn read_inbound(&self, body: &[u8]) -> Option<InboundSms> {
        inbound::read(body, self.settings.sender.as_deref())
    }

    fn read_opt_out(&self, body: &[u8]) -> Option<OptOut> {
        inbound::read_opt_out(body)
    }
}
