//! Sending SMS, and reading delivery reports (contract, sections 3 and 4).

use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::inbound;
use crate::{
    core::msisdn::Msisdn,
    ports::{Delivery, DeliveryReport, InboundSms, OptOut, SmsError, SmsSender},
    provider::{excerpt, was_not_sent},
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

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SMSMessageData")]
    data: AnswerData,
}

#[derive(Deserialize)]
struct AnswerData {
    #[serde(rename = "Message", default)]
    message: String,
    #[serde(rename = "Recipients", default)]
    recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    #[serde(default)]
    number: String,
    status_code: i64,
    #[serde(default)]
    status: String,
    #[serde(default)]
    message_id: String,
}

impl SmsClient {
    /// A client.
    #[must_use]
    pub fn new(settings: SmsSettings, http: Client) -> Self {
        Self { settings, http }
    }

    fn request(&self, to: &Msisdn, body: &str) -> RequestBuilder {
        let settings = &self.settings;
        let base = settings.base_url.trim_end_matches('/');
        let request = if settings.bulk {
            let mut json = serde_json::json!({
                "username": settings.username,
                "message": body,
                "phoneNumbers": [to.e164()],
            });
            if let Some(sender) = &settings.sender {
                json["senderId"] = sender.as_str().into();
            }
            self.http
                .post(format!("{base}/version1/messaging/bulk"))
                .json(&json)
        } else {
            let mut form = vec![
                ("username", settings.username.as_str()),
                ("to", to.e164()),
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

    async fn try_send(&self, to: &Msisdn, body: &str) -> Result<String, SmsError> {
        let failed = |error: reqwest::Error| {
            let what = error.without_url().to_string();
            SmsError::Unsure(what)
        };
        let response = self.request(to, body).send().await.map_err(|error| {
            if was_not_sent(&error) {
                SmsError::NotSent(error.without_url().to_string())
            } else {
                failed(error)
            }
        })?;
        let status = response.status();
        let text = response.text().await.map_err(failed)?;
        judge(status, &text, to)
    }
}

/// What an answer means. An accepted request is not an accepted message: each recipient has a code
/// of its own, and the words beside it are not reliable.
fn judge(status: StatusCode, text: &str, to: &Msisdn) -> Result<String, SmsError> {
    let what = || format!("HTTP {}: {}", status.as_u16(), excerpt(text, None));
    if status.is_server_error() {
        return Err(SmsError::Unsure(what()));
    }
    if !status.is_success() {
        return Err(SmsError::NotSent(what()));
    }
    let Ok(answer) = serde_json::from_str::<Answer>(text) else {
        return Err(SmsError::Unsure(what()));
    };
    let recipients = &answer.data.recipients;
    // Order is not promised: matched by number. A sole recipient can only be ours.
    let ours = recipients
        .iter()
        .find(|recipient| Msisdn::parse(&recipient.number).as_ref() == Ok(to))
        .or(if recipients.len() == 1 {
            recipients.first()
        } else {
            None
        });
    let Some(recipient) = ours else {
        // 201 without a recipient: a bad sender id, says the message.
        return Err(SmsError::NotSent(excerpt(&answer.data.message, None)));
    };
    let why = format!(
        "{} {}",
        recipient.status_code,
        excerpt(&recipient.status, None)
    );
    match recipient.status_code {
        100..=102 => Ok(recipient.message_id.clone()),
        401 => {
            tracing::error!(why, "SMS held by the provider until it is cleared");
            Ok(recipient.message_id.clone())
        }
        403 | 404 | 406 | 407 | 409 | 502 => Err(SmsError::Refused(why)),
        // The house's own: sender id, credit. And passing faults.
        402 | 405 | 500 | 501 => Err(SmsError::NotSent(why)),
        _ => Err(SmsError::Unsure(why)),
    }
}

impl SmsSender for SmsClient {
    fn send<'a>(
        &'a self,
        to: &'a Msisdn,
        body: &'a str,
    ) -> BoxFuture<'a, Result<String, SmsError>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, text: &str) -> Result<String, SmsError> {
        let to = Msisdn::parse("0712345678").unwrap();
        judge(StatusCode::from_u16(status).unwrap(), text, &to)
    }

    fn recipient(code: i64) -> String {
        format!(
            r#"{{"SMSMessageData":{{"Message":"Sent to 1/1 Total Cost: KES 0.8000",
            "Recipients":[{{"statusCode":{code},"number":"+254712345678","status":"Success",
            "cost":"KES 0.8000","messageId":"ATXid_1"}}]}}}}"#
        )
    }

    #[test]
    fn the_code_decides_and_not_the_words() {
        for code in [100, 101, 102, 401] {
            assert_eq!(
                answered(201, &recipient(code)),
                Ok("ATXid_1".into()),
                "{code}"
            );
        }
        for code in [403, 404, 406, 407, 502] {
            assert!(
                matches!(answered(201, &recipient(code)), Err(SmsError::Refused(_))),
                "{code}"
            );
        }
        for code in [402, 405, 500, 501] {
            assert!(
                matches!(answered(201, &recipient(code)), Err(SmsError::NotSent(_))),
                "{code}"
            );
        }
        assert!(matches!(
            answered(201, &recipient(777)),
            Err(SmsError::Unsure(_))
        ));
    }

    #[test]
    fn an_accepted_request_without_recipients_is_no_message() {
        let text = r#"{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}"#;
        assert_eq!(
            answered(201, text),
            Err(SmsError::NotSent("InvalidSenderId".into()))
        );
    }

    #[test]
    fn other_answers_are_certain_only_where_they_say_so() {
        let refused = answered(401, "The supplied authentication is invalid");
        assert!(matches!(refused, Err(SmsError::NotSent(_))));
        assert!(matches!(answered(429, ""), Err(SmsError::NotSent(_))));
        assert!(matches!(answered(500, "<html>"), Err(SmsError::Unsure(_))));
        assert!(matches!(answered(200, "<html>"), Err(SmsError::Unsure(_))));
        assert!(matches!(answered(201, ""), Err(SmsError::Unsure(_))));
    }
}
