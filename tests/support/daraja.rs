//! A Daraja whose paybill side a test writes: registration and Pull. Everything else is passed on to
//! the simulator.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::expect_used,
    reason = "each test binary uses its own part of it, and a harness may give up"
)]

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// The stand-in; it stops when it is dropped.
pub struct Daraja {
    pub base_url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    upstream: Mutex<String>,
    answers: Mutex<VecDeque<(u16, String)>>,
    rows: Mutex<Vec<Value>>,
    asked: Mutex<Vec<(String, Value)>>,
}

impl Daraja {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("served");
        });
        Self {
            base_url: format!("http://{address}"),
            shared,
            server,
        }
    }

    /// Where everything goes that is not the paybill's.
    pub fn stands_before(&self, upstream: &str) {
        *self.shared.upstream.lock().expect("upstream") = upstream.to_owned();
    }

    /// The next request of the paybill's side gets this answer.
    pub fn will_answer(&self, status: u16, body: impl ToString) {
        let mut answers = self.shared.answers.lock().expect("answers");
        answers.push_back((status, body.to_string()));
    }

    /// Pull knows this payment.
    pub fn knows(&self, receipt: &str, account: &str, amount: &Value) {
        self.shared.rows.lock().expect("rows").push(json!({
            "transactionId": receipt, "trxDate": "2026-11-22T12:00:00Z",
            "msisdn": "25471****678", "sender": "MPESA", "transactiontype": "c2b-pay-bill-debit",
            "billreference": account, "amount": amount, "organizationname": "Majibu",
        }));
    }

    /// What the paybill's side was asked: path and body, oldest first.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.shared.asked.lock().expect("asked").clone()
    }
}

impl Drop for Daraja {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let path = uri.path().to_owned();
    let is_paybill = path.starts_with("/pulltransactions/") || path.starts_with("/mpesa/c2b/");
    if !is_paybill {
        return pass_on(&shared, method, &uri, &headers, body).await;
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut log = shared.asked.lock().expect("asked");
    log.push((path.clone(), asked.clone()));
    drop(log);
    if let Some((status, body)) = shared.answers.lock().expect("answers").pop_front() {
        return (StatusCode::from_u16(status).expect("a status"), body);
    }
    let answer = match path.as_str() {
        "/pulltransactions/v1/register" => json!({
            "ResponseRefID": "1", "ResponseStatus": "1000", "ResponseDescription": "registered",
        }),
        "/pulltransactions/v1/query" => {
            let offset = asked["OffSetValue"].as_str().unwrap_or_default();
            let offset: usize = offset.parse().expect("an offset");
            let rows = shared.rows.lock().expect("rows");
            let page: Vec<_> = rows.iter().skip(offset).take(100).cloned().collect();
            let code = if page.is_empty() { "1001" } else { "1000" };
            json!({
                "ResponseRefID": "1", "ResponseCode": code, "ResponseMessage": "x",
                "Response": [page],
            })
        }
        _ => json!({
            "OriginatorCoversationID": "1", "ResponseCode": "0",
            "ResponseDescription": "success",
        }),
    };
    (StatusCode::OK, answer.to_string())
}

async fn pass_on(
    shared: &Shared,
    method: Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let upstream = shared.upstream.lock().expect("upstream").clone();
    let mut request = reqwest::Client::new()
        .request(method, format!("{upstream}{uri}"))
        .body(body);
    for name in ["authorization", "content-type"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("the simulator");
    let status = answer.status();
    (status, answer.text().await.expect("a body"))
}
