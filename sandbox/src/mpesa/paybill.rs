//! A payment to the paybill from M-Pesa's own menu: validation, the money, confirmation.
//! Confirmations of paid pushes are made here too.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::c2b::{Urls, Version};
use super::ledger::{NotPaid, Order, Payment};
use super::result::decimal;
use crate::clock;
use crate::fault::{Fault, FaultPoint};
use crate::number::Number;
use crate::outgoing::{CALLBACK_TIMEOUT, Call};
use crate::pending::Job;
use crate::world::{World, lock};

/// The longest account number that M-Pesa's menu takes.
const LONGEST_ACCOUNT: usize = 20;

/// The limits of one payment, in cents.
const LIMITS_CENTS: std::ops::RangeInclusive<i64> = 100..=25_000_000;

/// What a person enters in the menu.
#[derive(Debug, Clone)]
pub(crate) struct PaybillOrder {
    pub(crate) phone: Number,
    pub(crate) amount_cents: i64,
    pub(crate) account: String,
}

/// What came of a payment to the paybill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaybillResult {
    /// The money moved.
    Paid(Payment),
    /// Wrong PIN.
    WrongPin,
    /// Too many wrong PINs came before; setting the PIN unlocks it.
    PinLocked,
    /// The payer has too little.
    NoFunds,
    /// The payer has moved as much today as M-Pesa lets anybody, KES 500,000.
    DailyLimit,
    /// M-Pesa takes 1 to 250,000 shillings.
    BadAmount,
    /// The service refused the payment with this code.
    Refused(String),
    /// The service did not answer in time, and is registered with `Cancelled`.
    NotValidated,
}

/// Makes the payment, with the PIN if one is asked for, and lets its confirmation follow.
pub(crate) async fn pay(
    world: &Arc<World>,
    order: &PaybillOrder,
    pin: Option<&str>,
) -> PaybillResult {
    let account: String = order.account.chars().take(LONGEST_ACCOUNT).collect();
    let booking = Order {
        phone: order.phone,
        amount_cents: order.amount_cents,
        reference: &account,
        checkout_request_id: "",
    };
    if !LIMITS_CENTS.contains(&order.amount_cents) {
        return PaybillResult::BadAmount;
    }
    let at = world.clock.now();
    let receipt = {
        let mut ledger = lock(&world.mpesa.ledger);
        let own = ledger.account(order.phone).pin.clone();
        if let Err(refused) = ledger.check(&booking, pin.unwrap_or(&own), at) {
            return not_paid(refused);
        }
        ledger.reserve_receipt(at, &world.dice)
    };
    let urls = lock(&world.mpesa.urls).clone();
    let notice = Notice {
        receipt: &receipt,
        phone: order.phone,
        amount_cents: order.amount_cents,
        account: &account,
        at,
        third_party_id: String::new(),
    };
    let verdict = match &urls {
        Some(urls) if world.config.daraja.c2b.validates => validate(world, urls, &notice).await,
        Some(_) | None => Verdict::Welcome(String::new()),
    };
    let third_party_id = match verdict {
        Verdict::Welcome(id) => id,
        Verdict::Refused(code) => return PaybillResult::Refused(code),
        Verdict::Cancelled => return PaybillResult::NotValidated,
    };
    let step = world.step();
    let paid = lock(&world.mpesa.ledger).pay_as(&booking, receipt.clone(), at);
    let payment = match paid {
        Ok(payment) => payment,
        Err(refused) => return not_paid(refused),
    };
    let job = Job::Confirmation(receipt.clone(), third_party_id.clone());
    world.spawn(world.until_done(
        job,
        confirm_later(Arc::clone(world), payment.clone(), third_party_id),
    ));
    drop(step);
    world.phone(order.phone).touch();
    world.mpesa.note_progress();
    PaybillResult::Paid(payment)
}

/// Tells of a payment after a while.
pub(super) async fn confirm_later(world: Arc<World>, payment: Payment, third_party_id: String) {
    world.clock.sleep(world.config.daraja.callback_delay).await;
    confirm(&world, &payment, third_party_id).await;
}

fn not_paid(refused: NotPaid) -> PaybillResult {
    match refused {
        NotPaid::WrongPin => PaybillResult::WrongPin,
        NotPaid::PinLocked => PaybillResult::PinLocked,
        NotPaid::NoFunds => PaybillResult::NoFunds,
        NotPaid::DailyLimit => PaybillResult::DailyLimit,
    }
}

/// Tells the service of a payment, if it has registered where.
pub(super) async fn confirm(world: &World, payment: &Payment, third_party_id: String) {
    let Some(urls) = lock(&world.mpesa.urls).clone() else {
        return;
    };
    let fault = world.take_fault(FaultPoint::C2bConfirmation, Some(payment.phone));
    let notice = Notice {
        receipt: &payment.receipt,
        phone: payment.phone,
        amount_cents: match &fault {
            Some(Fault::Amount(stated)) => *stated,
            Some(_) | None => payment.amount_cents,
        },
        account: &payment.reference,
        at: payment.at,
        third_party_id,
    };
    let funds = decimal(lock(&world.mpesa.ledger).utility_cents());
    let body = notice.body(world, urls.version, &funds);
    let call = call("C2B confirmation", payment.phone, &urls.confirmation, body);
    world.send_spoilt(fault.as_ref(), &call).await;
}

/// What the service says to a payment that is about to be made.
enum Verdict {
    /// With the id that it gives the payment, often empty.
    Welcome(String),
    Refused(String),
    Cancelled,
}

async fn validate(world: &Arc<World>, urls: &Urls, notice: &Notice<'_>) -> Verdict {
    let fault = world.take_fault(FaultPoint::C2bValidation, Some(notice.phone));
    // The balance is blank before the payment.
    let body = notice.body(world, urls.version, "");
    let mut call = call("C2B validation", notice.phone, &urls.validation, body);
    call.timeout = world.config.daraja.c2b.validation_timeout;
    let answer = world.ask_spoilt(fault, call).await.ok();
    let answer = answer
        .filter(|reply| reply.status == 200)
        .and_then(|reply| serde_json::from_str::<Value>(&reply.body).ok());
    let code = answer
        .as_ref()
        .and_then(|answer| match &answer["ResultCode"] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
    let id = answer.and_then(|answer| answer["ThirdPartyTransID"].as_str().map(str::to_owned));
    match code.as_deref() {
        Some("0") => Verdict::Welcome(id.unwrap_or_default()),
        Some(code) => Verdict::Refused(code.to_owned()),
        None if urls.completes => Verdict::Welcome(String::new()),
        None => Verdict::Cancelled,
    }
}

/// What validation and confirmation tell.
struct Notice<'a> {
    receipt: &'a str,
    phone: Number,
    amount_cents: i64,
    account: &'a str,
    at: DateTime<Utc>,
    third_party_id: String,
}

impl Notice<'_> {
    /// Flat, and all text.
    fn body(&self, world: &World, version: Version, funds: &str) -> String {
        let (first, last) = self.phone.owner();
        json!({
            "TransactionType": "Pay Bill",
            "TransID": self.receipt,
            "TransTime": clock::eat_digits(self.at),
            "TransAmount": decimal(self.amount_cents),
            "BusinessShortCode": world.config.daraja.shortcode,
            "BillRefNumber": self.account,
            "InvoiceNumber": "",
            "OrgAccountBalance": funds,
            "ThirdPartyTransID": self.third_party_id,
            "MSISDN": hidden(self.phone, version),
            "FirstName": first,
            "MiddleName": "",
            "LastName": last,
        })
        .to_string()
    }
}

/// The payer's number as the version hides it: SHA-256 of `2547...` in hex, or `2547 ***** 126`.
fn hidden(phone: Number, version: Version) -> String {
    let digits = phone.digits().to_string();
    match version {
        Version::V1 => phone.hashed(),
        Version::V2 => format!("{} ***** {}", &digits[..4], &digits[9..]),
    }
}

fn call(what: &'static str, phone: Number, url: &str, body: String) -> Call {
    Call {
        what,
        phone: Some(phone),
        url: url.to_owned(),
        content_type: "application/json",
        user_agent: None,
        hop_metadata: None,
        body,
        timeout: CALLBACK_TIMEOUT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hidden_as_the_version_says() {
        let phone = Number::from_national(712_345_678).unwrap();
        assert_eq!(hidden(phone, Version::V2), "2547 ***** 678");
        // printf 254712345678 | sha256sum
        assert_eq!(
            hidden(phone, Version::V1),
            "7132104d6aae9c3fac82095a42c2817952bca48e09d98d5bf4ac08218982fb90"
        );
    }
}
