//! B2C v3: payouts and their results (contract, section 6).

use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    client::{Answer, DarajaClient, Endpoint, NoAnswer},
    result::{Outcome, receipt},
    stk::number,
};
use crate::ports::{Payout, PayoutError, PayoutOutcome, PayoutResult};

/// What the payment is for: 2 to 100 characters.
const REMARKS: &str = "Majibu withdrawal";

/// Sends a payout under our own id.
pub(super) async fn pay_out(client: &DarajaClient, payout: &Payout) -> Result<(), PayoutError> {
    let settings = client.settings();
    let Some(payouts) = &settings.payouts else {
        return Err(PayoutError::NotSent("payouts are not set up".into()));
    };
    let Some(shillings) = payout.amount.whole_shillings() else {
        let why = "the amount is not in whole shillings".into();
        return Err(PayoutError::Refused(why));
    };
    let base = settings.callback_base.trim_end_matches('/');
    let callback = format!("{base}/b2c/{}", payout.withdrawal_id);
    let body = json!({
        "OriginatorConversationID": payout.originator_id,
        "InitiatorName": payouts.initiator,
        "SecurityCredential": payouts.credential.expose_secret(),
        "CommandID": "BusinessPayment",
        "Amount": shillings,
        "PartyA": number(&payouts.shortcode),
        "PartyB": number(payout.msisdn.digits()),
        "Remarks": REMARKS,
        "QueueTimeOutURL": format!("{callback}/timeout"),
        "ResultURL": format!("{callback}/result"),
        "Occassion": REMARKS,
    });
    match client.post(Endpoint::Payout, &body).await {
        Ok(answer) => judge(&answer),
        Err(NoAnswer::NotSent(why)) => Err(PayoutError::NotSent(why)),
        Err(NoAnswer::Unsure(why)) => Err(PayoutError::Unsure(why)),
    }
}

/// What an answer means; what is not recognised is unsure (contract, section 14, traps 20 and 21).
fn judge(answer: &Answer) -> Result<(), PayoutError> {
    if answer.is_accepted() {
        return Ok(());
    }
    let why = answer.why();
    let code = answer.text("errorCode").unwrap_or_default();
    let words = answer.text("errorMessage").unwrap_or_default();
    if words
        .to_lowercase()
        .contains("duplicate originatorconversationid")
    {
        return Err(PayoutError::SentBefore(why));
    }
    if answer.is_throttled() {
        return Err(PayoutError::NoRoom(why));
    }
    // A token that is not taken turns the request away at the gate, and is ours to mend.
    let is_gate = code.starts_with("401.") || code == "404.001.03" || code == "400.003.01";
    if is_gate {
        return Err(PayoutError::NotSent(why));
    }
    let is_refused =
        code.starts_with("400.") || code.starts_with("404.") || code.starts_with("405.");
    Err(if is_refused {
        PayoutError::Refused(why)
    } else {
        PayoutError::Unsure(why)
    })
}

/// Reads a result; `None` when the body is none.
pub(super) fn read(body: &[u8]) -> Option<PayoutResult> {
    let result = Outcome::read(body)?;
    let is_complete = result.text("ResultType").is_none_or(|kind| kind == "0");
    let outcome = match result.code() {
        None => PayoutOutcome::Unclear("no result code".into()),
        Some(_) if !is_complete => PayoutOutcome::Unclear("more messages follow".into()),
        Some(code) if code == "0" => paid(&result),
        Some(code) => PayoutOutcome::Unpaid {
            code: code.chars().take(32).collect(),
        },
    };
    Some(PayoutResult {
        originator_id: result.text("OriginatorConversationID"),
        outcome,
    })
}

/// `TransactionID` is there on failures, too: a receipt only where the code is 0.
fn paid(result: &Outcome) -> PayoutOutcome {
    let stated = receipt(result.parameter("TransactionReceipt"));
    match stated.or_else(|| receipt(result.text("TransactionID"))) {
        Some(receipt) => PayoutOutcome::Paid {
            receipt,
            amount: result.amount("TransactionAmount"),
        },
        None => PayoutOutcome::Unclear("code 0 without a receipt".into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::StatusCode;
    use serde_json::{Value, json};

    use super::*;
    use crate::core::money::Cents;

    fn answer(status: u16, body: &Value) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            json: Some(body.clone()),
            excerpt: body.to_string(),
        }
    }

    fn error(code: &str, words: &str) -> Value {
        json!({"requestId": "1", "errorCode": code, "errorMessage": words})
    }

    fn result(fields: &Value) -> PayoutOutcome {
        let body = json!({ "Result": fields }).to_string();
        read(body.as_bytes()).unwrap().outcome
    }

    #[test]
    fn an_answer_that_is_not_recognised_is_unsure() {
        let accepted = json!({"ConversationID": "AG_1", "ResponseCode": "0"});
        assert_eq!(judge(&answer(200, &accepted)), Ok(()));
        for (status, body) in [
            (500, error("500.003.1001", "Internal Server Error")),
            (200, error("500.001.1001", "")),
            (200, json!({"ResponseCode": "1"})),
            (502, Value::Null),
        ] {
            let judged = judge(&answer(status, &body));
            assert!(matches!(judged, Err(PayoutError::Unsure(_))), "{body}");
        }
    }

    #[test]
    fn a_duplicate_id_says_nothing_of_the_outcome() {
        let body = error("500.002.1001", "Duplicate OriginatorConversationID.");
        assert!(matches!(
            judge(&answer(500, &body)),
            Err(PayoutError::SentBefore(_))
        ));
    }

    #[test]
    fn only_the_gate_is_certain_not_to_have_let_it_through() {
        let judged = |status, body: &Value| judge(&answer(status, body)).unwrap_err();
        let no_room = error("500.003.02", "Spike Arrest Violation");
        assert!(matches!(judged(500, &no_room), PayoutError::NoRoom(_)));
        let no_token = error("404.001.03", "Invalid Access Token");
        assert!(matches!(judged(404, &no_token), PayoutError::NotSent(_)));
        let refused = error("400.002.02", "Bad Request - Invalid PartyB");
        assert!(matches!(judged(400, &refused), PayoutError::Refused(_)));
    }

    #[test]
    fn a_success_has_its_receipt_in_one_of_two_places() {
        let listed = result(&json!({
            "ResultType": 0, "ResultCode": 0, "OriginatorConversationID": "MJB1",
            "TransactionID": "SKE0000000",
            "ResultParameters": {"ResultParameter": [
                {"Key": "TransactionAmount", "Value": 190},
                {"Key": "TransactionReceipt", "Value": "SKE52PAWR9"},
            ]},
        }));
        let paid = |receipt: &str, amount: Option<i64>| PayoutOutcome::Paid {
            receipt: receipt.into(),
            amount: amount.map(Cents::new),
        };
        assert_eq!(listed, paid("SKE52PAWR9", Some(19_000)));
        let single = result(&json!({
            "ResultCode": "0", "TransactionID": "SKE52PAWR9",
            "ResultParameters": {"ResultParameter": {"Key": "TransactionAmount", "Value": "5.00"}},
        }));
        assert_eq!(single, paid("SKE52PAWR9", Some(500)));
    }

    #[test]
    fn what_is_not_clearly_paid_is_not_paid() {
        for code in [json!(2001), json!("SFC_IC0003")] {
            let failed = result(&json!({"ResultCode": code, "TransactionID": "SKE0000000",
                "ResultParameters": null}));
            assert!(matches!(failed, PayoutOutcome::Unpaid { .. }));
        }
        for fields in [
            json!({}),
            json!({"ResultCode": null}),
            json!({"ResultCode": ""}),
            json!({"ResultCode": false}),
            json!({"ResultCode": 0}),
            json!({"ResultCode": 0, "ResultType": 1, "TransactionID": "SKE52PAWR9"}),
            json!({"ResultCode": 0, "TransactionID": "'; --"}),
        ] {
            assert!(
                matches!(result(&fields), PayoutOutcome::Unclear(_)),
                "{fields}"
            );
        }
        for body in [b"".as_slice(), b"<html>", b"{}", b"[]", b"{\"Result\":1}"] {
            assert_eq!(read(body), None);
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }
    }
}
