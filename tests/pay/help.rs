//! What the tests of the money side share beside the harness: callbacks written by hand, the
//! service's requests as the simulator recorded them, and a connection past the service.

use std::time::Duration;

use majibu::store::{DepositRow, SmsRow};
use reqwest::Client;
use sandbox::{Exchange, Phone};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::support::{PATIENCE, World, dial, press};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) const PUSH: &str = "/mpesa/stkpush/v1/processrequest";
pub(crate) const QUERY: &str = "/mpesa/stkpushquery/v1/query";
pub(crate) const SMS: &str = "/version1/messaging";

/// A phone whose owner is registered, in Swahili.
pub(crate) async fn registered_sw(world: &World, number: &str) -> Phone {
    let phone = world.phone(number);
    dial(&phone).await;
    let home = press(&phone, &["2", "1"]).await;
    assert!(home.text.contains("Salio"), "{}", home.text);
    phone.drop_session();
    phone
}

/// Asks for a deposit by the menu, up to the END screen: no push has gone out yet.
pub(crate) async fn request(phone: &Phone, shillings: i64) {
    dial(phone).await;
    let last = press(phone, &["2", &shillings.to_string()]).await;
    assert_eq!(last.name.as_deref(), Some("deposit_sent"), "{}", last.text);
}

/// Lets the delay after END pass and runs what is due: the push.
pub(crate) async fn push_now(world: &World) {
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
}

/// Waits until every push that has a result was told of, and acts on what came in.
pub(crate) async fn told(world: &World, pushes: usize) {
    for place in 0..pushes {
        let is_told = |pushes: &[sandbox::Push]| {
            pushes
                .get(place)
                .is_some_and(|push| !push.callbacks.is_empty())
        };
        let arrived = world
            .sim
            .wait_for_push(|_| is_told(&world.sim.pushes()), PATIENCE);
        arrived.await.expect("a callback");
    }
    world.run_due().await;
}

/// The last deposit of a player.
pub(crate) async fn last_deposit(world: &World, phone: &Phone) -> DepositRow {
    let report = world.report(phone).await;
    report.deposits.first().expect("a deposit").clone()
}

/// The state of the last deposit of a player.
pub(crate) async fn state(world: &World, phone: &Phone) -> String {
    last_deposit(world, phone).await.state
}

/// The texts of all SMS on a phone, oldest first.
pub(crate) fn texts(phone: &Phone) -> Vec<String> {
    phone.inbox().into_iter().map(|sms| sms.text).collect()
}

/// The SMS of one kind in a player's report, newest first.
pub(crate) async fn sms_of(world: &World, phone: &Phone, kind: &str) -> Vec<SmsRow> {
    let mut sms = world.report(phone).await.sms;
    sms.retain(|sms| sms.kind == kind);
    sms
}

/// The calls of the service to a path, oldest first.
pub(crate) fn calls(world: &World, path: &str) -> Vec<Exchange> {
    let mut calls = world.sim.exchanges();
    calls.retain(|exchange| exchange.what == path);
    calls
}

/// The first STK callback, also where it got lost: its body.
pub(crate) async fn callback_body(world: &World) -> String {
    let is_callback = |exchange: &Exchange| exchange.what == "STK callback";
    let sent = world.sim.wait_for_exchange(is_callback, PATIENCE).await;
    sent.expect("a callback that was sent or lost").request_body
}

/// Posts a body as the callback of a deposit; gives the HTTP status.
pub(crate) async fn post(world: &World, deposit: &str, body: impl Into<reqwest::Body>) -> u16 {
    let url = format!("{}/pay/development/stk/{deposit}", world.base());
    let request = Client::new().post(url).body(body);
    request.send().await.expect("an answer").status().as_u16()
}

/// Posts a callback that must be taken, and acts on it.
pub(crate) async fn tell(world: &World, deposit: &str, body: &Value) {
    assert_eq!(post(world, deposit, body.to_string()).await, 200);
    world.run_due().await;
}

/// A callback of success.
pub(crate) fn success(checkout_id: &str, receipt: &str, amount: &Value) -> Value {
    json!({"Body": {"stkCallback": {
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": checkout_id,
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {"Item": [
            {"Name": "Amount", "Value": amount},
            {"Name": "MpesaReceiptNumber", "Value": receipt},
            {"Name": "Balance"},
            {"Name": "TransactionDate", "Value": 20_261_122_120_000_i64},
            {"Name": "PhoneNumber", "Value": 254_712_345_678_i64},
        ]},
    }}})
}

/// A callback of failure.
pub(crate) fn failure(checkout_id: &str, code: &Value) -> Value {
    json!({"Body": {"stkCallback": {
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": checkout_id,
        "ResultCode": code,
        "ResultDesc": "Request cancelled by user",
    }}})
}

/// A deposit whose push went out and whose prompt is on the phone, with M-Pesa's id of the push.
pub(crate) async fn pushed(world: &World, phone: &Phone, shillings: i64) -> (String, String) {
    request(phone, shillings).await;
    push_now(world).await;
    let prompt = phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    let deposit = last_deposit(world, phone).await;
    assert_eq!(deposit.state, "pushed");
    (deposit.id, prompt.checkout_request_id)
}

/// A connection to the database that the service knows nothing of.
pub(crate) enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub(crate) async fn beside(world: &World) -> Beside {
    let url = world.config.database.url.expose_secret();
    if url.starts_with("sqlite:") {
        let connection = SqliteConnection::connect(url).await;
        return Beside::Sqlite(connection.expect("a second connection"));
    }
    let connection = PgConnection::connect(url).await;
    Beside::Postgres(connection.expect("a second connection"))
}

/// The same where the test is about SQLite; `None` on another engine.
pub(crate) async fn beside_sqlite(world: &World) -> Option<SqliteConnection> {
    match beside(world).await {
        Beside::Sqlite(connection) => Some(connection),
        Beside::Postgres(_) => None,
    }
}

impl Beside {
    /// The rows of a query with a text and a text or nothing.
    pub(crate) async fn pairs(&mut self, sql: &'static str) -> Vec<(String, Option<String>)> {
        let rows = match self {
            Self::Sqlite(connection) => sqlx::query_as(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_as(sql).fetch_all(connection).await,
        };
        rows.expect("rows")
    }
}

/// Runs a statement past the service; gives the database's error, if it refuses.
pub(crate) async fn run_sql(db: &mut SqliteConnection, sql: &str) -> Result<u64, String> {
    let done = sqlx::query(AssertSqlSafe(sql)).execute(db).await;
    done.map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

/// What became of every STK callback that was stored, oldest first: state and outcome.
pub(crate) async fn outcomes(world: &World) -> Vec<(String, String)> {
    let mut db = beside(world).await;
    let sql = "select state, outcome from callback where kind = 'stk' order by received_at_ms, id";
    let rows = db.pairs(sql).await;
    rows.into_iter()
        .map(|(state, outcome)| (state, outcome.unwrap_or_default()))
        .collect()
}

/// A confirmation of a payment to the paybill.
pub(crate) fn payment(receipt: &str, account: &str, amount: &str) -> Value {
    json!({
        "TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261122120000",
        "TransAmount": amount, "BusinessShortCode": "174379", "BillRefNumber": account,
        "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
        "MSISDN": "25471****678", "FirstName": "Amina", "MiddleName": "", "LastName": "",
    })
}

/// Posts a body to a route of the paybill; gives the status and the answer.
pub(crate) async fn post_paybill(
    world: &World,
    route: &str,
    body: impl Into<reqwest::Body>,
) -> (u16, Value) {
    let url = format!("{}/pay/development/c2b/{route}", world.base());
    let answer = Client::new().post(url).body(body).send().await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// Confirms a payment to the paybill, which must be taken, and acts on it.
pub(crate) async fn confirm(world: &World, body: &Value) {
    // Callbacks of one instant have no order.
    world.turn(Duration::from_millis(1));
    let (status, answer) = post_paybill(world, "confirmation", body.to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(answer, json!({"ResultCode": 0, "ResultDesc": "Success"}));
    world.run_due().await;
}

/// What became of the callbacks of the paybill, oldest first.
pub(crate) async fn paybill_outcomes(world: &World) -> Vec<String> {
    let mut db = beside(world).await;
    let sql =
        "select kind, outcome from callback where kind like 'c2b%' order by received_at_ms, id";
    let rows = db.pairs(sql).await;
    rows.into_iter()
        .map(|(_, outcome)| outcome.unwrap_or_default())
        .collect()
}
