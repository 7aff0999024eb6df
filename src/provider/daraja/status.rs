//! Transaction Status: what became of a payout, or of a payment to us (contract, section 7).

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    client::{DarajaClient, Endpoint},
    result::{Outcome, receipt},
    stk::number,
};
use crate::ports::{DepositQuestion, PayoutStatus, QuestionError, Standing};

/// What the question is for: 1 to 100 characters.
const REMARKS: &str = "Majibu";

/// The code that says that there is no such transaction; it can come too early.
const UNHEARD_OF: &str = "2032";

/// Asks about a payout by our own id. The answer is an acknowledgement; the status comes later.
pub(super) async fn ask(
    client: &DarajaClient,
    originator_id: &str,
    withdrawal_id: &str,
) -> Result<(), QuestionError> {
    let settings = client.settings();
    let payouts = settings.payouts.as_ref().ok_or_else(not_set_up)?;
    let about = json!({ "OriginalConversationID": originator_id });
    let callback = client.callback_url(&format!("b2c/{withdrawal_id}/status"));
    send(client, &payouts.shortcode, about, &callback).await
}

/// Asks about the payment of a deposit. By its receipt where that is known, which is what the contract
/// documents for payments to us; else by the id of its push, which may be answered with
/// "no such transaction" and then says nothing.
pub(super) async fn ask_deposit(
    client: &DarajaClient,
    question: &DepositQuestion,
) -> Result<(), QuestionError> {
    let about = match (&question.receipt, &question.checkout_id) {
        (Some(receipt), _) => json!({ "TransactionID": receipt }),
        (None, Some(checkout_id)) => json!({ "OriginalConversationID": checkout_id }),
        (None, None) => {
            let why = "neither its receipt nor the id of its push is known";
            return Err(QuestionError::Refused(why.into()));
        }
    };
    let callback = client.callback_url(&format!("stk/{}/status", question.deposit_id));
    send(client, &client.settings().shortcode, about, &callback).await
}

fn not_set_up() -> QuestionError {
    QuestionError::Refused("payouts are not set up".into())
}

/// Sends a question about what `about` identifies; an identifier that is not used is left out.
async fn send(
    client: &DarajaClient,
    shortcode: &str,
    about: Value,
    callback: &str,
) -> Result<(), QuestionError> {
    let payouts = client.settings().payouts.as_ref();
    let payouts = payouts.ok_or_else(not_set_up)?;
    let mut body = json!({
        "Initiator": payouts.initiator,
        "SecurityCredential": payouts.credential.expose_secret(),
        "CommandID": "TransactionStatusQuery",
        "PartyA": number(shortcode),
        "IdentifierType": "4",
        "ResultURL": callback,
        "QueueTimeOutURL": callback,
        "Remarks": REMARKS,
        "Occasion": REMARKS,
    });
    if let (Value::Object(body), Value::Object(about)) = (&mut body, about) {
        body.extend(about);
    }
    let answer = client
        .post(Endpoint::Status, &body)
        .await
        .map_err(|error| QuestionError::NoAnswer(error.to_string()))?;
    if answer.is_accepted() {
        return Ok(());
    }
    let why = answer.why();
    Err(if answer.is_throttled() {
        QuestionError::NoRoom(why)
    } else if answer.says_something() {
        QuestionError::Refused(why)
    } else {
        QuestionError::NoAnswer(why)
    })
}

/// Reads a status; `None` when the body is none. The ids outside the parameters belong to the
/// question, those inside to the transaction (contract, section 14, trap 28).
pub(super) fn read(body: &[u8]) -> Option<PayoutStatus> {
    let result = Outcome::read(body)?;
    let standing = match result.code().as_deref() {
        Some("0") => standing(&result),
        Some(UNHEARD_OF) => Standing::UnheardOf,
        Some(code) => Standing::Open(format!("the question failed with code {code}")),
        None => Standing::Open("no result code".into()),
    };
    Some(PayoutStatus {
        originator_id: result.parameter("OriginatorConversationID"),
        standing,
    })
}

fn standing(result: &Outcome) -> Standing {
    let status = result.parameter("TransactionStatus").unwrap_or_default();
    match status.to_ascii_lowercase().as_str() {
        "completed" => match receipt(result.parameter("ReceiptNo")) {
            Some(receipt) => Standing::Completed {
                receipt,
                amount: result.amount("Amount"),
            },
            None => Standing::Open("completed without a receipt".into()),
        },
        "cancelled" | "declined" | "expired" => Standing::Failed(status),
        _ => Standing::Open(status.chars().take(32).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::money::Cents;

    fn status(code: &Value, parameters: &[(&str, &str)]) -> PayoutStatus {
        let parameters: Vec<Value> = parameters
            .iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let body = json!({"Result": {
            "ResultCode": code, "OriginatorConversationID": "of-the-question",
            "ResultParameters": {"ResultParameter": parameters},
        }});
        read(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn completed_has_a_receipt_and_the_payouts_own_id() {
        let read = status(
            &json!(0),
            &[
                ("DebitPartyName", "600992 - Majibu"),
                ("DebitPartyName", "2547... - NAME"),
                ("OriginatorConversationID", "MJB1"),
                ("TransactionStatus", "Completed"),
                ("ReceiptNo", "SKE52PAWR9"),
                ("Amount", "190.00"),
            ],
        );
        assert_eq!(read.originator_id.as_deref(), Some("MJB1"));
        let completed = Standing::Completed {
            receipt: "SKE52PAWR9".into(),
            amount: Some(Cents::new(19_000)),
        };
        assert_eq!(read.standing, completed);
    }

    #[test]
    fn code_0_is_not_completed() {
        for open in ["Initiated", "Authorized", "Pending", "", "Odd"] {
            let read = status(&json!("0"), &[("TransactionStatus", open)]);
            assert!(matches!(read.standing, Standing::Open(_)), "{open}");
        }
        let unreceipted = status(&json!(0), &[("TransactionStatus", "Completed")]);
        assert!(matches!(unreceipted.standing, Standing::Open(_)));
        let declined = status(&json!(0), &[("TransactionStatus", "Declined")]);
        assert_eq!(declined.standing, Standing::Failed("Declined".into()));
    }

    #[test]
    fn a_question_that_failed_says_nothing_of_the_payout() {
        for code in [json!(2001), json!("8006"), json!(25), json!(null)] {
            let read = status(&code, &[]);
            assert!(matches!(read.standing, Standing::Open(_)), "{code}");
        }
        assert_eq!(status(&json!("2032"), &[]).standing, Standing::UnheardOf);
    }
}
