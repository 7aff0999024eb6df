//! What an asynchronous request has in common with every other: the operator who asks, the two URLs,
//! the acknowledgement, and the result that is POSTed later.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::fields::{callback_url, needed};
use super::{Refusal, code};
use crate::clock;
use crate::fault::{AfterQueue, Fault, FaultPoint};
use crate::number::Number;
use crate::outgoing::{CALLBACK_TIMEOUT, Call};
use crate::world::{World, lock};

/// The parts that every asynchronous request has.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Asked {
    pub(super) initiator: String,
    pub(super) credential: String,
    pub(super) result_url: String,
    pub(super) queue_timeout_url: String,
    /// Id of the request: the caller's own for B2C v3, Daraja's otherwise.
    pub(super) originator: String,
    /// Daraja's id of the conversation.
    pub(super) conversation: String,
}

impl Asked {
    /// Reads the common fields; the operator's field is named differently for B2C.
    pub(super) fn read(
        world: &World,
        body: &Value,
        initiator: &'static str,
    ) -> Result<Self, Refusal> {
        let at = world.clock.now();
        Ok(Self {
            initiator: needed(body, initiator)?,
            credential: needed(body, "SecurityCredential")?,
            result_url: callback_url(body, "ResultURL")?,
            queue_timeout_url: callback_url(body, "QueueTimeOutURL")?,
            originator: format!("{}-{}-1", world.dice.digits(5), world.dice.digits(8)),
            conversation: format!(
                "AG_{}_{}",
                clock::eat(at).format("%Y%m%d"),
                &world.dice.hex32()[..20]
            ),
        })
    }

    /// The acknowledgement: accepted, nothing more.
    pub(super) fn acknowledgement(&self) -> Value {
        json!({
            "ConversationID": self.conversation,
            "OriginatorConversationID": self.originator,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        })
    }

    /// Whether the operator may ask at all; if not, the result code that says so.
    pub(super) fn check(&self, world: &World) -> Result<(), &'static str> {
        lock(&world.mpesa.initiator).check(&self.initiator, &self.credential)
    }
}

/// Lets the later part of an accepted request run on its own, with the fault that waits for it. An
/// early one is finished when this returns, before the request is answered.
pub(super) async fn run_behind<F, L>(
    world: &Arc<World>,
    point: FaultPoint,
    phone: Option<Number>,
    life: F,
) where
    F: FnOnce(Option<Fault>) -> L,
    L: Future<Output = ()> + Send + 'static,
{
    let fault = world.take_fault(point, phone);
    let is_early = fault == Some(Fault::Early);
    let task = world.spawn(life(fault));
    if is_early {
        // On its own all the same: the caller may hang up while it waits.
        let _ = task.await;
    }
}

/// Waits, unless the fault makes it early.
pub(super) async fn wait(world: &World, delay: Duration, fault: Option<&Fault>) {
    if fault != Some(&Fault::Early) {
        world.clock.sleep(delay).await;
    }
}

/// One `{Key, Value}` of a result; the value is JSON as written, so that `10.00` keeps its zeros.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Parameter {
    key: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

impl Parameter {
    pub(super) fn text(key: &'static str, value: &str) -> Self {
        Self::raw(key, &Value::from(value).to_string())
    }

    /// A decimal number, `10.00`.
    pub(super) fn amount(key: &'static str, cents: i64) -> Self {
        Self::raw(key, &decimal(cents))
    }

    /// A number, whole where it is (`10`, `10.50`), as B2C writes the amount.
    pub(super) fn short_amount(key: &'static str, cents: i64) -> Self {
        if cents % 100 == 0 {
            Self::raw(key, &(cents / 100).to_string())
        } else {
            Self::amount(key, cents)
        }
    }

    pub(super) fn raw(key: &'static str, json: &str) -> Self {
        Self {
            key,
            value: RawValue::from_string(json.to_owned()).ok(),
        }
    }

    /// A key without a value.
    pub(super) fn bare(key: &'static str) -> Self {
        Self { key, value: None }
    }
}

/// Cents as shillings with two decimals, `-5.00`.
pub(super) fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// A result, before it is written.
pub(super) struct Outcome<'a> {
    pub(super) asked: &'a Asked,
    pub(super) code: &'a str,
    pub(super) transaction_id: &'a str,
    /// Left out on failure.
    pub(super) parameters: Vec<Parameter>,
    pub(super) reference: Parameter,
    /// Whether type and code are text, as for the account balance.
    pub(super) is_text: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    result: Body<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    result_type: Value,
    result_code: Value,
    result_desc: &'a str,
    #[serde(rename = "OriginatorConversationID")]
    originator: &'a str,
    #[serde(rename = "ConversationID")]
    conversation: &'a str,
    #[serde(rename = "TransactionID")]
    transaction_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_parameters: Option<Parameters<'a>>,
    reference_data: Reference<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    result_parameter: &'a [Parameter],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Reference<'a> {
    reference_item: &'a Parameter,
}

impl Outcome<'_> {
    /// The result as JSON. A code of digits is a number, others are text.
    pub(super) fn body(&self) -> String {
        let number = self.code.parse::<u64>().ok().filter(|_| !self.is_text);
        let result = Body {
            result_type: if self.is_text { "0".into() } else { 0.into() },
            result_code: number.map_or_else(|| self.code.into(), Value::from),
            result_desc: code::words(self.code),
            originator: &self.asked.originator,
            conversation: &self.asked.conversation,
            transaction_id: self.transaction_id,
            result_parameters: (!self.parameters.is_empty()).then_some(Parameters {
                result_parameter: &self.parameters,
            }),
            reference_data: Reference {
                reference_item: &self.reference,
            },
        };
        // Text and numbers only: there is nothing in it that cannot be written.
        serde_json::to_string(&Envelope { result }).unwrap_or_default()
    }
}

/// Tells a result, or that the request timed out in the queue. Returns the status of each delivery
/// of the result.
pub(super) async fn tell(
    world: &World,
    what: &'static str,
    phone: Option<Number>,
    asked: &Asked,
    fault: Option<&Fault>,
    body: String,
) -> Vec<Option<u16>> {
    let call = |what, url: &str, body| Call {
        what,
        phone,
        url: url.to_owned(),
        content_type: "application/json",
        user_agent: None,
        hop_metadata: None,
        body,
        timeout: CALLBACK_TIMEOUT,
    };
    if let Some(Fault::QueueTimeout(after)) = fault {
        let timeout = call(
            "queue time-out",
            &asked.queue_timeout_url,
            queue_timeout(asked),
        );
        // What the service answers is in the record.
        let _ = world.send_noting(&timeout, fault).await;
        if *after != AfterQueue::Result {
            return Vec::new();
        }
    }
    world
        .send_spoilt(fault, &call(what, &asked.result_url, body))
        .await
}

/// Its body is not documented; integrators report a result without parameters.
fn queue_timeout(asked: &Asked) -> String {
    Outcome {
        asked,
        code: code::TRAFFIC,
        transaction_id: "",
        parameters: Vec::new(),
        reference: Parameter::text("QueueTimeoutURL", &asked.queue_timeout_url),
        is_text: false,
    }
    .body()
}

/// A `TransactionID` where nothing moved: it looks like a receipt and ends in zeros.
pub(super) fn placeholder(world: &World) -> String {
    let receipt = world.dice.receipt(world.clock.now());
    format!("{}0000000", &receipt[..3])
}
