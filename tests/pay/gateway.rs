//! An SMS gateway whose answers a test writes: for what the simulator never says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// The gateway; it stops when it is dropped.
pub(crate) struct Gateway {
    pub(crate) base_url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<VecDeque<(u16, String)>>,
    bodies: Mutex<Vec<String>>,
    wait: Mutex<Duration>,
    /// Requests that are being answered now, and the most that ever were.
    at_once: Mutex<(usize, usize)>,
}

impl Gateway {
    /// A gateway that listens.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let router = Router::new()
            .route("/version1/messaging", post(take))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("served");
        });
        Self {
            base_url: format!("http://{address}"),
            shared,
            server,
        }
    }

    /// The next request gets this answer; without one it is accepted.
    pub(crate) fn will_answer(&self, status: u16, body: &str) {
        let mut answers = self.shared.answers.lock().expect("answers");
        answers.push_back((status, body.to_owned()));
    }

    /// The next request gets an answer with this code for its recipient.
    pub(crate) fn will_state(&self, code: i64, words: &str) {
        self.will_answer(201, &recipient(code, words, "None").to_string());
    }

    /// Every answer takes so long.
    pub(crate) fn will_wait(&self, wait: Duration) {
        *self.shared.wait.lock().expect("wait") = wait;
    }

    /// The most requests that were answered at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.at_once.lock().expect("at once").1
    }

    /// How many messages it was asked to send.
    pub(crate) fn requests(&self) -> usize {
        self.shared.bodies.lock().expect("bodies").len()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn recipient(code: i64, words: &str, id: &str) -> Value {
    json!({"SMSMessageData": {
        "Message": "Sent to 1/1 Total Cost: KES 0.8000 Message parts: 1",
        "Recipients": [{
            "statusCode": code, "number": "+254712345678", "status": words,
            "cost": "KES 0.8000", "messageId": id,
        }],
    }})
}

/// Requests get the ids `ATXid_1`, `ATXid_2`, ...
async fn take(State(shared): State<Arc<Shared>>, body: String) -> (StatusCode, String) {
    {
        let mut at_once = shared.at_once.lock().expect("at once");
        at_once.0 += 1;
        at_once.1 = at_once.1.max(at_once.0);
    }
    let wait = *shared.wait.lock().expect("wait");
    tokio::time::sleep(wait).await;
    shared.at_once.lock().expect("at once").0 -= 1;
    let to: Vec<(String, String)> = serde_urlencoded::from_str(&body).expect("a form");
    let to = to.into_iter().find(|(name, _)| name == "to");
    let to = to.map(|(_, numbers)| numbers).unwrap_or_default();
    let place = {
        let mut bodies = shared.bodies.lock().expect("bodies");
        bodies.push(body);
        bodies.len()
    };
    let answer = shared.answers.lock().expect("answers").pop_front();
    let (status, body) = answer.unwrap_or_else(|| {
        let id = format!("ATXid_{place}");
        let mut all = recipient(101, "Success", &id);
        let one = all["SMSMessageData"]["Recipients"][0].clone();
        let each = to.split(',').map(|number| {
            let mut one = one.clone();
            one["number"] = number.into();
            one
        });
        all["SMSMessageData"]["Recipients"] = each.collect();
        (201, all.to_string())
    });
    (StatusCode::from_u16(status).expect("a status"), body)
}
