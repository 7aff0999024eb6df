//! Templates taken apart: `{to}`, `{text}`, `{id}` and `{sender}` in a URL, a form or a JSON document.

use serde_json::Value;

use super::{BadTemplate, Content, Filling, json::Json};

/// What can be filled in.
const NAMES: [&str; 4] = ["to", "text", "id", "sender"];

/// Text with placeholders. Braces around anything but lower-case letters are text, as in JSON.
#[derive(Clone)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone)]
enum Part {
    Text(String),
    Place(&'static str),
}

impl Template {
    /// Takes a template apart; a placeholder that nobody knows is refused.
    pub(super) fn read(part: &'static str, text: &str) -> Result<Self, BadTemplate> {
        let (mut parts, mut rest) = (Vec::new(), text);
        let mut plain = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            plain.push_str(before);
            let name = after.split_once('}').filter(|(name, _)| is_name(name));
            let Some((name, left)) = name else {
                plain.push('{');
                rest = after;
                continue;
            };
            let Some(known) = NAMES.iter().find(|known| **known == name) else {
                let what = format!(
                    "unknown placeholder {{{name}}}, expected {{to}}, {{text}}, {{id}} or {{sender}}"
                );
                return Err(BadTemplate::new(part, what));
            };
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Place(known));
            rest = left;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        let is_it = |part: &Part| matches!(part, Part::Place(place) if *place == name);
        self.0.iter().any(is_it)
    }

    /// The text, with values as they are.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> String {
        self.fill_by(filling, str::to_owned)
    }

    fn fill_by(&self, filling: &Filling<'_>, encode: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(name) => encode(filling.value(name)),
        };
        self.0.iter().map(part).collect()
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

impl Filling<'_> {
    fn value(&self, name: &str) -> &str {
        match name {
            "to" => self.to,
            "text" => self.text,
            "id" => self.id,
            _ => self.sender,
        }
    }
}

/// A URL with placeholders in its path and query.
#[derive(Clone)]
pub(super) struct Url(Template);

impl Url {
    pub(super) fn read(text: &str) -> Result<Self, BadTemplate> {
        let template = Template::read("url", text)?;
        let bad = |what| Err(BadTemplate::new("url", what));
        let Some((scheme, rest)) = text.split_once("://") else {
            return bad("must begin with http:// or https://");
        };
        if !["http", "https"].contains(&scheme) {
            return bad("must begin with http:// or https://");
        }
        // Whom we talk to is nobody's to fill in.
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() {
            return bad("is no URL");
        }
        if host.contains('{') {
            return bad("has a placeholder in its host");
        }
        match reqwest::Url::parse(text) {
            Ok(url) if url.has_host() => Ok(Self(template)),
            Ok(_) | Err(_) => bad("is no URL"),
        }
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        self.0.mentions(name)
    }

    /// Everything but letters and digits of a value is percent-encoded, which is right in a path
    /// and in a query.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> String {
        self.0.fill_by(filling, |value| {
            percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        })
    }
}

/// A body, or the fields of a query.
#[derive(Clone)]
pub(super) enum Body {
    Form(Vec<(String, Template)>),
    Query(Vec<(String, Template)>),
    Json(Json),
}

impl Body {
    pub(super) fn read(content: Content, text: &str) -> Result<Self, BadTemplate> {
        match content {
            Content::Form => Ok(Self::Form(fields(text)?)),
            Content::Query => Ok(Self::Query(fields(text)?)),
            Content::Json => {
                Template::read("body", text)?;
                let what = "is no JSON document; placeholders stand within quotes";
                let document: Value =
                    serde_json::from_str(text).map_err(|_| BadTemplate::new("body", what))?;
                Ok(Self::Json(Json::read(document)?))
            }
        }
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Form(fields) | Self::Query(fields) => {
                fields.iter().any(|(_, value)| value.mentions(name))
            }
            Self::Json(document) => document.mentions(name),
        }
    }

    /// The fields of a form or a query, to be encoded as such.
    pub(super) fn fields(&self, filling: &Filling<'_>) -> Vec<(&str, String)> {
        match self {
            Self::Form(fields) | Self::Query(fields) => fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.fill(filling)))
                .collect(),
            Self::Json(_) => Vec::new(),
        }
    }

    /// The JSON document, to be written as such.
    pub(super) fn json(&self, filling: &Filling<'_>) -> Value {
        match self {
            Self::Json(document) => document.fill(filling),
            Self::Form(_) | Self::Query(_) => Value::Null,
        }
    }
}

fn fields(text: &str) -> Result<Vec<(String, Template)>, BadTemplate> {
    let bad = |_| BadTemplate::new("body", "must look like to={to}&message={text}");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(bad)?;
    let read = |(name, value): (String, String)| Ok((name, Template::read("body", &value)?));
    pairs.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::{sync::LazyLock, time::Duration};

    use proptest::prelude::*;
    use reqwest::{Client, StatusCode};

    use super::super::*;

    /// One for all: each reads the machine's certificates.
    static CLIENT: LazyLock<Client> = LazyLock::new(Client::new);

    fn settings(content: Content, url: &str, body: &str) -> TemplateSettings {
        TemplateSettings {
            url: url.into(),
            is_get: false,
            content,
            body: body.into(),
            headers: Vec::new(),
            sender: Some("MAJIBU & co".into()),
            success: Success::default(),
            id_pointer: None,
            timeout: Duration::from_secs(1),
        }
    }

    fn sender(settings: &TemplateSettings) -> Result<Api, BadTemplate> {
        Api::read(settings)
    }

    /// The request to a number: its URL and its body.
    fn written(settings: &TemplateSettings, text: &str) -> (String, String) {
        let sender = sender(settings).unwrap();
        let request = sender.request(
            &CLIENT,
            &Filling {
                to: "+254712345678",
                text,
                id: "01J&=",
                sender: &sender.sender,
            },
        );
        let request = request.unwrap().build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes);
        let body = String::from_utf8(body.unwrap_or_default().to_vec()).unwrap();
        (request.url().to_string(), body)
    }

    const URL: &str = "https://sms.example/send";

    #[test]
    fn a_form_is_encoded_as_a_form() {
        let settings = settings(
            Content::Form,
            URL,
            "to={to}&message={text}&from={sender}&key=k%26y&ref=m-{id}",
        );
        let (url, body) = written(&settings, "A&to=+1 100% é\n\"x\"");
        assert_eq!(url, URL);
        assert_eq!(
            body,
            "to=%2B254712345678&message=A%26to%3D%2B1+100%25+%C3%A9%0A%22x%22&from=MAJIBU+%26+co\
             &key=k%26y&ref=m-01J%26%3D"
        );
    }

    #[test]
    fn json_is_encoded_as_json() {
        let body =
            r#"{"messages": [{"to": ["{to}"], "text": "Hi: {text}", "n": 1}], "{x": "}{id}{"}"#;
        let settings = settings(Content::Json, URL, body);
        let text = "\"}], \"a\\\n\u{1}";
        let (_, body) = written(&settings, text);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["messages"][0]["text"], format!("Hi: {text}"));
        assert_eq!(body["messages"][0]["to"][0], "+254712345678");
        assert_eq!(body["messages"][0]["n"], 1);
        assert_eq!(body["{x"], "}01J&={");
    }

    #[test]
    fn a_url_is_encoded_in_its_path_and_in_its_query() {
        let mut settings = settings(
            Content::Query,
            "https://sms.example/v1/{to}/send?key=k",
            "msg={text}&s={sender}",
        );
        settings.is_get = true;
        let (url, body) = written(&settings, "a/b?c#d e&f=");
        assert_eq!(
            url,
            "https://sms.example/v1/%2B254712345678/send?key=k&msg=a%2Fb%3Fc%23d+e%26f%3D&s=MAJIBU+%26+co"
        );
        assert_eq!(body, "");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_never_shown() {
        let form = |url: &str, body: &str| settings(Content::Form, url, body);
        let json = |body: &str| settings(Content::Json, URL, body);
        let mut get = form(URL, "a={to}&b={text}");
        get.is_get = true;
        let mut nobody = form(URL, "a={to}&b={text}&c={sender}");
        nobody.sender = None;
        let mut pointer = form(URL, "a={to}&b={text}");
        pointer.id_pointer = Some("data.id".into());
        let mut header = form(URL, "a={to}&b={text}");
        header.headers = vec![("X-To".into(), "hunter2 {to}".into())];
        let mut values = form(URL, "a={to}&b={text}");
        values.success.values = vec!["ok".into()];
        for (settings, part) in [
            (form(URL, "a={to}&b={text}&hunter2={tel}"), "body"),
            (form(URL, "a={to}&k=hunter2"), "body"),
            (form("https://{to}.hunter2/", "b={text}"), "url"),
            (form("ftp://hunter2/", "a={to}&b={text}"), "url"),
            (form("https:///hunter2", "a={to}&b={text}"), "url"),
            (form("hunter2", "a={to}&b={text}"), "url"),
            (
                json(r#"{"to": {to}, "text": "{text}", "k": "hunter2"}"#),
                "body",
            ),
            (
                json(r#"{"to": "{to}", "text": "{message}", "k": "hunter2"}"#),
                "body",
            ),
            (get, "content_type"),
            (nobody, "sender"),
            (pointer, "id_pointer"),
            (header, "headers"),
            (values, "success_values"),
        ] {
            let refused = sender(&settings).unwrap_err();
            assert_eq!(refused.part, part, "{refused}");
            assert!(!refused.to_string().contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn success_is_what_the_configuration_says() {
        let judge = |success: Success, status: u16, text: &str| {
            let mut settings = settings(Content::Form, URL, "a={to}&b={text}");
            settings.success = success;
            settings.id_pointer = Some("/data/id".into());
            let status = StatusCode::from_u16(status).unwrap();
            sender(&settings).unwrap().judge(status, text).verdict
        };
        let any = Success::default;
        let answer = r#"{"status": "ok", "sent": true, "data": {"id": 17}}"#;
        let accepted = SmsVerdict::Accepted(Some("17".into()));
        assert_eq!(judge(any(), 202, answer), accepted);
        assert_eq!(judge(any(), 200, "OK"), SmsVerdict::Accepted(None));
        assert_eq!(judge(any(), 302, answer), SmsVerdict::NotSent);
        assert_eq!(judge(any(), 429, answer), SmsVerdict::NotSent);
        assert_eq!(judge(any(), 503, answer), SmsVerdict::Unsure);
        let listed = || Success {
            statuses: vec![201],
            ..any()
        };
        assert_eq!(judge(listed(), 201, answer), accepted);
        assert_eq!(judge(listed(), 200, answer), SmsVerdict::NotSent);
        let points = |pointer: &str, values: &[&str]| Success {
            pointer: Some(pointer.into()),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            ..any()
        };
        assert_eq!(
            judge(points("/status", &["ok", "queued"]), 200, answer),
            accepted
        );
        assert_eq!(
            judge(points("/status", &["sent"]), 200, answer),
            SmsVerdict::NotSent
        );
        assert_eq!(judge(points("/sent", &[]), 200, answer), accepted);
        let unsent = r#"{"sent": false, "error": null, "id": ""}"#;
        for pointer in ["/sent", "/error", "/id", "/nothing"] {
            let verdict = judge(points(pointer, &[]), 200, unsent);
            assert_eq!(verdict, SmsVerdict::NotSent, "{pointer}");
        }
        let contains = || Success {
            contains: Some("OK:".into()),
            ..any()
        };
        assert_eq!(judge(contains(), 200, "OK: 1"), SmsVerdict::Accepted(None));
        assert_eq!(judge(contains(), 200, "ERR"), SmsVerdict::NotSent);
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut settings = settings(
            Content::Form,
            "https://sms.example/?key=hunter2",
            "a={to}&b={text}&k=hunter2",
        );
        settings.headers = vec![("Authorization".into(), "Bearer hunter2".into())];
        assert!(!format!("{settings:?}").contains("hunter2"));
        let sender = sender(&settings).unwrap();
        assert!(!format!("{sender:?}").contains("hunter2"));
        let request = sender.request(
            &CLIENT,
            &Filling {
                to: "1",
                text: "2",
                id: "3",
                sender: "4",
            },
        );
        let request = request.unwrap().build().unwrap();
        assert!(request.headers()["authorization"].is_sensitive());
    }

    proptest! {
        /// No text breaks out of its place.
        #[test]
        fn any_text_comes_out_as_it_went_in(text in "\\PC*") {
            let (_, body) = written(&settings(Content::Form, URL, "a={to}&b={text}&c=1"), &text);
            let fields: Vec<(String, String)> = serde_urlencoded::from_str(&body).unwrap();
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            prop_assert_eq!(names, ["a", "b", "c"]);
            prop_assert_eq!(&fields[1].1, &text);
            let (_, body) = written(&settings(Content::Json, URL, r#"{"a":"{to}","b":"{text}"}"#), &text);
            let body: Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(body["b"].as_str().unwrap(), &text);
            let url = "https://sms.example/{text}/x?q={text}&a={to}";
            let (url, _) = written(&settings(Content::Form, url, ""), &text);
            let url = reqwest::Url::parse(&url).unwrap();
            let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(&query[0].1, &text);
            prop_assert_eq!(query.len(), 2);
        }
    }
}
