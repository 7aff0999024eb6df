//! STK push and query (contract, sections 3 and 5).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    DarajaSettings,
    client::{Answer, DarajaClient, Endpoint, NoAnswer},
};
use crate::{
    core::time::Timestamp,
    ports::{Push, PushError, QueryAnswer},
};

/// What the prompt is for; at most 13 characters, and the sandbox refuses its absence.
const DESCRIPTION: &str = "Majibu";

/// Password and timestamp from one clock reading, in East Africa Time.
pub(super) fn password(settings: &DarajaSettings, at: Timestamp) -> (String, String) {
    let timestamp = at.in_nairobi().format("%Y%m%d%H%M%S").to_string();
    let passkey = settings.passkey.expose_secret();
    let password = STANDARD.encode(format!("{}{passkey}{timestamp}", settings.shortcode));
    (password, timestamp)
}

/// Digits as a JSON number where they are one: production has been seen to want numbers. A short
/// code such as 0600992 stays text: as a number it would lose its zero.
pub(super) fn number(digits: &str) -> Value {
    let number = digits.parse::<u64>().ok();
    number
        .filter(|number| number.to_string() == digits)
        .map_or_else(|| digits.into(), Value::from)
}

/// Sends an STK push; gives its `CheckoutRequestID`.
pub(super) async fn push(client: &DarajaClient, push: &Push) -> Result<String, PushError> {
    let settings = client.settings();
    let (password, timestamp) = password(settings, push.at);
    let Some(shillings) = push.amount.whole_shillings() else {
        return Err(PushError::Refused(
            "the amount is not in whole shillings".into(),
        ));
    };
    let base = settings.callback_base.trim_end_matches('/');
    let body = json!({
        "BusinessShortCode": number(&settings.shortcode),
        "Password": password,
        "Timestamp": timestamp,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": shillings,
        "PartyA": number(push.msisdn.digits()),
        "PartyB": number(&settings.shortcode),
        "PhoneNumber": number(push.msisdn.digits()),
        "CallBackURL": format!("{base}/stk/{}", push.deposit_id),
        "AccountReference": push.reference,
        "TransactionDesc": DESCRIPTION,
    });
    match client.post(Endpoint::Push, &body).await {
        Ok(answer) => judge_push(&answer),
        Err(NoAnswer::NotSent(why)) => Err(PushError::NotSent(why)),
        Err(NoAnswer::Unsure(why)) => Err(PushError::Unsure(why)),
    }
}

/// What an answer means. One code carries several meanings, so code and words decide together;
/// what is not recognised is unsure.
fn judge_push(answer: &Answer) -> Result<String, PushError> {
    if answer.is_accepted() {
        let checkout_id = answer.text("CheckoutRequestID").filter(|id| !id.is_empty());
        return checkout_id.ok_or_else(|| PushError::Unsure(answer.excerpt.clone()));
    }
    let why = answer.why();
    let code = answer.text("errorCode").unwrap_or_default();
    let words = answer
        .text("errorMessage")
        .unwrap_or_default()
        .to_lowercase();
    if answer.is_throttled() {
        return Err(PushError::NoRoom(why));
    }
    if words.contains("unable to lock subscriber") {
        return Err(PushError::PhoneTaken(why));
    }
    // A token that is not taken, though it is new, turns the request away at the gate.
    if answer.is_token_error() {
        return Err(PushError::NotSent(why));
    }
    let is_refused = code.starts_with("400.")
        || code.starts_with("404.")
        || code.starts_with("401.")
        || code.starts_with("405.")
        || words.contains("merchant does not exist")
        || words.contains("wrong credentials");
    Err(if is_refused {
        PushError::Refused(why)
    } else {
        PushError::Unsure(why)
    })
}

/// Asks what became of a push. A result code is all it can tell; everything else is "not known".
pub(super) async fn query(client: &DarajaClient, checkout_id: &str, at: Timestamp) -> QueryAnswer {
    let settings = client.settings();
    let (password, timestamp) = password(settings, at);
    let body = json!({
        "BusinessShortCode": number(&settings.shortcode),
        "Password": password,
        "Timestamp": timestamp,
        "CheckoutRequestID": checkout_id,
    });
    match client.post(Endpoint::Query, &body).await {
        Ok(answer) => judge_query(&answer),
        Err(error) => QueryAnswer::NoAnswer(error.to_string()),
    }
}

fn judge_query(answer: &Answer) -> QueryAnswer {
    match answer.text("ResultCode") {
        Some(code) if answer.status.is_success() && code != "4999" => QueryAnswer::Code(code),
        _ if answer.is_throttled() => QueryAnswer::NoRoom(answer.why()),
        _ if answer.says_something() => QueryAnswer::Pending(answer.why()),
        _ => QueryAnswer::NoAnswer(answer.why()),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            json: serde_json::from_str(body).ok(),
            excerpt: body.into(),
        }
    }

    fn error(code: &str, words: &str) -> String {
        json!({"requestId": "1", "errorCode": code, "errorMessage": words}).to_string()
    }

    #[test]
    fn an_accepted_push_gives_its_id() {
        let body = r#"{"MerchantRequestID":"1","CheckoutRequestID":"ws_CO_1","ResponseCode":"0"}"#;
        assert_eq!(judge_push(&answer(200, body)), Ok("ws_CO_1".into()));
    }

    #[test]
    fn a_push_is_refused_only_where_that_is_certain() {
        let judged = |status, body: &str| judge_push(&answer(status, body)).unwrap_err();
        for (status, code, words) in [
            (400, "400.002.02", "Bad Request - Invalid Amount"),
            (500, "500.001.1001", "Merchant does not exist"),
            (
                500,
                "500.001.1001",
                "[MerchantValidate] - Wrong credentials",
            ),
        ] {
            assert!(matches!(
                judged(status, &error(code, words)),
                PushError::Refused(_)
            ));
        }
        let locked = "Unable to lock subscriber, a transaction is already in process";
        assert!(matches!(
            judged(500, &error("500.001.1001", locked)),
            PushError::PhoneTaken(_)
        ));
        let refused = error("404.001.03", "Invalid Access Token");
        assert!(matches!(judged(404, &refused), PushError::NotSent(_)));
        for (status, body) in [
            (500, error("500.003.1001", "Internal Server Error")),
            (200, String::new()),
            (502, "<html>".into()),
            (200, "{\"ResponseCode\":\"0\"}".into()),
        ] {
            assert!(
                matches!(judged(status, &body), PushError::Unsure(_)),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn trap_37_every_way_to_say_that_there_is_no_room_is_certain() {
        let spike = json!({"fault": {"faultstring": "Spike arrest violation", "detail":
            {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}});
        for (status, body) in [
            (500, error("500.003.02", "Spike Arrest Violation")),
            (
                500,
                error(
                    "500.003.02",
                    "System is busy. Please try again in few minutes.",
                ),
            ),
            (500, error("500.003.03", "Quota Violation")),
            (503, error("00.002.1001", "Service is under maintenance")),
            (429, "{\"fault\":{}}".into()),
            (429, "<html>".into()),
            (500, spike.to_string()),
        ] {
            let answer = answer(status, &body);
            assert!(
                matches!(judge_push(&answer), Err(PushError::NoRoom(_))),
                "{body}"
            );
            assert!(
                matches!(judge_query(&answer), QueryAnswer::NoRoom(_)),
                "{body}"
            );
        }
    }

    #[test]
    fn digits_are_a_number_unless_they_would_lose_a_zero() {
        assert_eq!(number("174379"), json!(174_379));
        assert_eq!(number("0600992"), json!("0600992"));
    }

    #[test]
    fn a_query_knows_only_result_codes() {
        let code = |code: &str| QueryAnswer::Code(code.into());
        assert_eq!(
            judge_query(&answer(200, r#"{"ResultCode":"1032"}"#)),
            code("1032")
        );
        assert_eq!(judge_query(&answer(200, r#"{"ResultCode":0}"#)), code("0"));
        for (status, body) in [
            (200, r#"{"ResultCode":"4999"}"#.to_owned()),
            (
                500,
                error("500.001.1001", "The transaction is being processed"),
            ),
            (500, error("500.001.1001", "")),
            (
                400,
                error("400.002.02", "Bad Request - Invalid CheckoutRequestID"),
            ),
        ] {
            assert!(matches!(
                judge_query(&answer(status, &body)),
                QueryAnswer::Pending(_)
            ));
        }
        for (status, body) in [
            (200, "<html>".to_owned()),
            (200, String::new()),
            (502, "{}".into()),
            (500, error("500.003.1001", "Internal Server Error")),
            (404, error("404.001.03", "Invalid Access Token")),
        ] {
            assert!(
                matches!(
                    judge_query(&answer(status, &body)),
                    QueryAnswer::NoAnswer(_)
                ),
                "{status} {body}"
            );
        }
    }
}
