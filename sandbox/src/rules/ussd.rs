//! What Africa's Talking asks of the answer to a USSD hop.

use super::{BrokenRule, header, is_html};
use crate::exchange::Exchange;
use crate::network::{GSM_LIMIT, Network};
use crate::text;

/// The longest label of a hop that the gateway takes.
const LONGEST_NAME: usize = 99;

/// Septets of `CON ` and `END `, which the phone does not show.
const PREFIX: usize = 4;

const RESPONSE: &str =
    "Africa's Talking, https://developers.africastalking.com/docs/ussd/handle_sessions";
const LENGTH: &str =
    "Africa's Talking, https://help.africastalking.com article 1284096 (character limits, Kenya)";
const TIME: &str = "Africa's Talking, https://developers.africastalking.com/docs/ussd/overview";

/// An answer as it was on the wire.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) location: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// The rules that an answer broke.
pub(crate) fn of_answer(answer: &Answer<'_>, budget: usize) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    if answer.status != 200 {
        broken.push(status(answer));
        return broken;
    }
    broken.extend(headers(answer));
    if !(answer.body.starts_with("CON ") || answer.body.starts_with("END ")) {
        broken.push(BrokenRule::new(
            "The answer starts with CON or END and one blank",
            RESPONSE,
            no_prefix(answer),
        ));
        return broken;
    }
    broken.extend(screen(answer.body, budget));
    broken
}

/// The rule that the service broke by not answering, in the words of what went wrong.
pub(crate) fn of_silence(trouble: &str) -> BrokenRule {
    if trouble.starts_with("no answer within") {
        BrokenRule::new(
            "The service answers a hop within 10 s",
            TIME,
            trouble.to_owned(),
        )
    } else {
        BrokenRule::new(
            "The service answers every hop with status 200",
            RESPONSE,
            trouble.to_owned(),
        )
    }
}

/// The rules that a recorded hop broke.
pub(super) fn of_hop(exchange: &Exchange) -> Vec<BrokenRule> {
    let Some(status) = exchange.status else {
        // Where a fault was played there is nothing that the service could be blamed for.
        if exchange.fault.is_some() {
            return Vec::new();
        }
        let trouble = exchange.trouble.as_deref().unwrap_or("no answer");
        return vec![of_silence(trouble)];
    };
    let header = |name| header(&exchange.response_headers, name);
    let answer = Answer {
        status,
        content_type: header("content-type"),
        location: header("location"),
        name: header("at-ussd-hop-metadata"),
        body: &exchange.response_body,
    };
    of_answer(&answer, budget(&exchange.request_body))
}

/// The budget of the network that a hop names; of an unknown one the tightest.
fn budget(request: &str) -> usize {
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(request).unwrap_or_default();
    let code = fields.iter().find(|(name, _)| name == "networkCode");
    let network = code.and_then(|(_, code)| Network::of_code(code));
    network.unwrap_or_default().screen_budget()
}

fn status(answer: &Answer<'_>) -> BrokenRule {
    let what = match (answer.status, answer.location) {
        (status @ 300..=399, Some(to)) => {
            format!(
                "the status is {status} and not 200: a redirect to {to}, which the gateway does not follow"
            )
        }
        (status @ 300..=399, None) => {
            format!(
                "the status is {status} and not 200: a redirect, which the gateway does not follow"
            )
        }
        (status, _) => format!("the status is {status} and not 200: the gateway ends the session"),
    };
    BrokenRule::new("The status of an answer is 200", RESPONSE, what)
}

fn headers(answer: &Answer<'_>) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    let content_type = answer.content_type.unwrap_or("none");
    if !content_type.to_ascii_lowercase().starts_with("text/plain") {
        broken.push(BrokenRule::new(
            "The content type is text/plain",
            RESPONSE,
            format!("the content type is {content_type} and not text/plain"),
        ));
    }
    if let Some(name) = answer.name
        && (name.chars().count() > LONGEST_NAME || name.contains('|'))
    {
        broken.push(BrokenRule::new(
            "A label has at most 99 characters and no |",
            RESPONSE,
            format!("at-ussd-hop-metadata has more than {LONGEST_NAME} characters or a |"),
        ));
    }
    broken
}

/// What stands where `CON ` or `END ` should.
fn no_prefix(answer: &Answer<'_>) -> String {
    let body = answer.body;
    let reason = if body.is_empty() {
        "it is empty"
    } else if is_html(answer.content_type, body) {
        "it is an HTML page"
    } else if body.starts_with('\u{feff}') {
        "it starts with a byte-order mark"
    } else if body.starts_with(char::is_whitespace) {
        "it starts with a blank or an empty line"
    } else if body.starts_with(['"', '{', '[']) {
        "it is JSON or quoted"
    } else if body
        .get(..3)
        .is_some_and(|start| ["con", "end"].contains(&start.to_ascii_lowercase().as_str()))
    {
        "the word is not written so, or has no blank behind it"
    } else {
        let start: String = body.chars().take(20).collect();
        return format!("the answer starts with neither \"CON \" nor \"END \": {start:?}");
    };
    format!("the answer starts with neither \"CON \" nor \"END \": {reason}")
}

fn screen(body: &str, budget: usize) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    let measure = text::measure(body);
    if measure.septets > budget {
        let shown = measure.septets.saturating_sub(PREFIX);
        let more = if shown > GSM_LIMIT {
            format!("; no phone shows more than {GSM_LIMIT} at once")
        } else {
            String::new()
        };
        broken.push(BrokenRule::new(
            "A screen has at most 160 septets (Airtel: 184), its prefix counted",
            LENGTH,
            format!(
                "the screen has {} septets, {} too many{more}",
                measure.septets,
                measure.septets - budget
            ),
        ));
    }
    if !measure.outside.is_empty() {
        broken.push(BrokenRule::new(
            "A screen is written in the GSM 7-bit alphabet",
            LENGTH,
            format!(
                "not in the GSM alphabet: {}",
                measure.outside.iter().collect::<String>()
            ),
        ));
    }
    if body.get(PREFIX..).is_none_or(|text| text.trim().is_empty()) {
        broken.push(BrokenRule::new(
            "A screen has a text",
            RESPONSE,
            "the screen is empty",
        ));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_where_the_prefix_should_is_named() {
        let cases = [
            ("", "empty"),
            ("<!DOCTYPE html><html>", "HTML"),
            ("\u{feff}CON Hi", "byte-order mark"),
            ("\nCON Hi", "blank"),
            ("{\"text\": \"CON Hi\"}", "JSON"),
            ("con Hi", "not written so"),
            ("CON", "no blank"),
            ("Hello", "\"Hello\""),
        ];
        for (body, expected) in cases {
            let answer = Answer {
                status: 200,
                content_type: Some("text/plain"),
                location: None,
                name: None,
                body,
            };
            let broken = of_answer(&answer, 160);
            assert_eq!(broken.len(), 1, "{body:?}: {broken:?}");
            assert!(broken[0].what.contains(expected), "{broken:?}");
            assert!(broken[0].source.contains("handle_sessions"));
        }
    }

    #[test]
    fn the_budget_is_that_of_the_network_in_the_request() {
        assert_eq!(budget("text=&networkCode=63902"), 160);
        assert_eq!(budget("networkCode=63903"), 184);
        assert_eq!(budget("networkCode=nonsense"), 160);
    }
}
