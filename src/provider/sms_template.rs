//! A second SMS sender: any HTTP API, described by a template (`sms.fallback`).
//!
//! Placeholders are filled in after the template was taken apart, and each value is encoded for its
//! place: a text can neither add a field to a form nor end a JSON string. URL, headers and body may
//! hold secrets, so they are shown by nothing here.

mod json;
mod template;

use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use self::template::{Body, Template, Url};
use super::{call::Call, excerpt, http_label, no_answer};
use crate::{
    core::msisdn::Msisdn,
    ports::{SecondSender, SmsAnswer, SmsVerdict},
};

/// A longer id of a message is none.
const MAX_ID: usize = 128;

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`.
    Json,
    /// No body: the fields go into the URL.
    Query,
}

/// The API of a second sender.
#[derive(Clone, Debug)]
pub struct TemplateSettings {
    /// The URL; placeholders in its path and query.
    pub url: SecretString,
    /// GET instead of POST.
    pub is_get: bool,
    /// What the body is.
    pub content: Content,
    /// The body: `a={to}&b={text}`, or a JSON document with placeholders in its strings.
    pub body: SecretString,
    /// Headers; `{id}` is the only placeholder in their values.
    pub headers: Vec<(String, SecretString)>,
    /// As whom SMS are sent: `{sender}`.
    pub sender: Option<String>,
    /// What accepts a message.
    pub success: Success,
    /// Where the message's id is found in the answer: a JSON pointer.
    pub id_pointer: Option<String>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// When an answer says that a message was accepted. All that is set has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Success {
    /// These HTTP statuses; empty: any 2xx.
    pub statuses: Vec<u16>,
    /// A JSON pointer at which something must stand that is not null, false or empty.
    pub pointer: Option<String>,
    /// It must be one of these; empty: anything.
    pub values: Vec<String>,
    /// The body must contain this.
    pub contains: Option<String>,
}

/// A template that cannot be used. The message never shows the template, which may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {what}")]
pub struct BadTemplate {
    /// The key below `sms.fallback`.
    pub part: &'static str,
    /// What is wrong.
    pub what: String,
}

impl BadTemplate {
    fn new(part: &'static str, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { part, what }
    }
}

/// What is filled in.
struct Filling<'a> {
    to: &'a str,
    text: &'a str,
    id: &'a str,
    sender: &'a str,
}

/// The API of a second sender, taken apart and found usable.
#[derive(Clone)]
pub struct Api {
    method: Method,
    url: Url,
    body: Body,
    headers: Vec<(HeaderName, Template)>,
    sender: String,
    success: Success,
    id_pointer: Option<String>,
    timeout: Duration,
}

/// Sends SMS by a template.
#[derive(Clone, Debug)]
pub struct TemplateSender {
    api: Api,
    http: Client,
}

impl Api {
    /// Takes the API's templates apart.
    ///
    /// # Errors
    /// Says which part of them cannot be used, and why.
    pub fn read(settings: &TemplateSettings) -> Result<Self, BadTemplate> {
        let sender = settings.sender.clone().unwrap_or_default();
        let url = Url::read(settings.url.expose_secret())?;
        let body = Body::read(settings.content, settings.body.expose_secret())?;
        if settings.is_get && settings.content != Content::Query {
            let what = "GET has no body: the content type must be query";
            return Err(BadTemplate::new("content_type", what));
        }
        let mentions = |name| url.mentions(name) || body.mentions(name);
        for name in ["to", "text"] {
            if !mentions(name) {
                let what = format!("neither url nor body has {{{name}}}");
                return Err(BadTemplate::new("body", what));
            }
        }
        if sender.is_empty() && mentions("sender") {
            return Err(BadTemplate::new(
                "sender",
                "is not set, and {sender} needs it",
            ));
        }
        let headers = settings
            .headers
            .iter()
            .map(|(name, value)| header(name, value));
        let success = &settings.success;
        for (part, pointer) in [
            ("success_pointer", &success.pointer),
            ("id_pointer", &settings.id_pointer),
        ] {
            let is_pointer = |pointer: &str| pointer.is_empty() || pointer.starts_with('/');
            if !pointer.as_deref().is_none_or(is_pointer) {
                let what = "must be a JSON pointer such as /data/id";
                return Err(BadTemplate::new(part, what));
            }
        }
        if success.pointer.is_none() && !success.values.is_empty() {
            let what = "needs success_pointer, which says where they stand";
            return Err(BadTemplate::new("success_values", what));
        }
        Ok(Self {
            method: if settings.is_get {
                Method::GET
            } else {
                Method::POST
            },
            headers: headers.collect::<Result<_, _>>()?,
            url,
            body,
            sender,
            success: success.clone(),
            id_pointer: settings.id_pointer.clone(),
            timeout: settings.timeout,
        })
    }

    /// The request; `None` where a value does not fit its place.
    fn request(&self, http: &Client, filling: &Filling<'_>) -> Option<RequestBuilder> {
        let url = reqwest::Url::parse(&self.url.fill(filling)).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let mut value = HeaderValue::from_str(&value.fill(filling)).ok()?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let request = http.request(self.method.clone(), url);
        let request = match &self.body {
            Body::Form(_) => request.form(&self.body.fields(filling)),
            Body::Query(_) => request.query(&self.body.fields(filling)),
            Body::Json(_) => request.json(&self.body.json(filling)),
        };
        Some(request.headers(headers).timeout(self.timeout))
    }

    /// What an answer means. Nothing that this API says is final: the first sender may be back.
    fn judge(&self, status: StatusCode, text: &str) -> SmsAnswer {
        let why = format!("HTTP {}: {}", status.as_u16(), excerpt(text, None));
        if self.is_accepted(status, text) {
            return SmsAnswer {
                verdict: SmsVerdict::Accepted(self.id_in(text)),
                label: "accepted",
                why,
            };
        }
        let verdict = if status.is_server_error() {
            SmsVerdict::Unsure
        } else {
            SmsVerdict::NotSent
        };
        let label = if status.is_success() {
            "refused"
        } else {
            http_label(status)
        };
        SmsAnswer {
            verdict,
            label,
            why,
        }
    }

    fn is_accepted(&self, status: StatusCode, text: &str) -> bool {
        let success = &self.success;
        let is_status = if success.statuses.is_empty() {
            status.is_success()
        } else {
            success.statuses.contains(&status.as_u16())
        };
        let contains = |part: &String| text.contains(part.as_str());
        let points = |pointer: &String| {
            let found = at(text, pointer);
            found.is_some_and(|value| {
                success.values.is_empty() && value != "false" || success.values.contains(&value)
            })
        };
        is_status
            && success.contains.as_ref().is_none_or(contains)
            && success.pointer.as_ref().is_none_or(points)
    }

    fn id_in(&self, text: &str) -> Option<String> {
        let id = at(text, self.id_pointer.as_ref()?)?;
        (id.len() <= MAX_ID).then_some(id)
    }
}

/// The text, number or truth value at a place of a JSON document; `None`: none, or an empty one.
fn at(text: &str, pointer: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    match document.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
    .filter(|text| !text.is_empty())
}

fn header(name: &str, value: &SecretString) -> Result<(HeaderName, Template), BadTemplate> {
    let bad = |what: &str| BadTemplate::new("headers", format!("{name}: {what}"));
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("is no header's name"))?;
    let value = value.expose_secret();
    HeaderValue::from_str(value).map_err(|_| bad("has a value that no header can have"))?;
    let template = Template::read("headers", value)?;
    if ["to", "text", "sender"]
        .iter()
        .any(|name| template.mentions(name))
    {
        return Err(bad("{id} is the only placeholder of a header"));
    }
    Ok((header, template))
}

impl TemplateSender {
    /// A sender.
    #[must_use]
    pub fn new(api: Api, http: Client) -> Self {
        Self { api, http }
    }

    async fn try_send(&self, filling: Filling<'_>) -> SmsAnswer {
        let Some(request) = self.api.request(&self.http, &filling) else {
            return SmsAnswer {
                verdict: SmsVerdict::NotSent,
                label: "unreachable",
                why: "the request cannot be written".into(),
            };
        };
        let mut call = Call::begin("fallback", "sms");
        match call.send(request).await {
            Ok(answer) => self.api.judge(answer.status, &answer.text),
            Err(error) => no_answer(error),
        }
    }
}

/// Says nothing of what may hold a secret.
impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl SecondSender for TemplateSender {
    fn send<'a>(&'a self, id: &'a str, to: &'a Msisdn, body: &'a str) -> BoxFuture<'a, SmsAnswer> {
        Box::pin(self.try_send(Filling {
            to: to.e164(),
            text: body,
            id,
            sender: &self.api.sender,
        }))
    }
}
