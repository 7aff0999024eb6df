//! A small quiz service on its own port. It keeps what it was sent, can be told what to answer, and
//! otherwise plays: language, terms, home, deposit, category, stake, two questions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use sandbox::ServiceUrls;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::client::{Client, push_body};

/// An answer that the service was told to give: status, content type, body.
type Told = (u16, &'static str, String);

#[derive(Default)]
struct Kept {
    told: VecDeque<Told>,
    hops: Vec<BTreeMap<String, String>>,
    callbacks: Vec<Value>,
    reports: Vec<BTreeMap<String, String>>,
    events: Vec<BTreeMap<String, String>>,
    registered: BTreeSet<String>,
    sessions: BTreeMap<String, (Stage, usize)>,
    callback_status: Option<u16>,
    /// What was POSTed to `/told/...`, with its last path segment.
    posts: Vec<(String, Value)>,
    /// What the next posts there are answered with.
    answers: VecDeque<Value>,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Language,
    Terms,
    Home,
    Deposit,
    Category,
    Stake,
    Question(u8),
    Over,
}

struct Shared {
    kept: Mutex<Kept>,
    changed: watch::Sender<u64>,
    /// Hops wait here while the service is held.
    gate: Semaphore,
    client: Client,
    base: String,
}

pub(crate) struct FakeService {
    shared: Arc<Shared>,
}

impl FakeService {
    pub(crate) async fn start(providers: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            kept: Mutex::default(),
            changed: watch::Sender::new(0),
            gate: Semaphore::new(1_000),
            client: Client::new(providers),
            base: format!("http://{}", listener.local_addr().unwrap()),
        });
        let router = Router::new()
            .route("/ussd", post(hop))
            .route("/events", post(event))
            .route("/delivery", post(report))
            .route("/inbound", post(message))
            .route("/optout", post(message))
            .route("/pay/{id}", post(callback))
            .route("/told/{what}", post(told))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { shared }
    }

    pub(crate) fn urls(&self) -> ServiceUrls {
        let base = &self.shared.base;
        ServiceUrls {
            ussd: Some(format!("{base}/ussd")),
            events: Some(format!("{base}/events")),
            delivery: Some(format!("{base}/delivery")),
            inbound: Some(format!("{base}/inbound")),
            opt_out: Some(format!("{base}/optout")),
        }
    }

    pub(crate) fn callback_url(&self) -> String {
        format!("{}/pay/1", self.shared.base)
    }

    /// A URL that keeps what it is sent under this name.
    pub(crate) fn url(&self, what: &str) -> String {
        format!("{}/told/{what}", self.shared.base)
    }

    /// What was sent under a name, once there is so much.
    pub(crate) async fn told(&self, what: &str, count: usize) -> Vec<Value> {
        let told = |kept: &Kept| {
            let posts = kept.posts.iter().filter(|(name, _)| name == what);
            posts.map(|(_, body)| body.clone()).collect::<Vec<_>>()
        };
        self.wait(|kept| Some(told(kept)).filter(|told| told.len() >= count))
            .await
    }

    /// The next post to such a URL is answered so.
    pub(crate) fn answer_with(&self, answer: Value) {
        self.shared.kept.lock().unwrap().answers.push_back(answer);
    }

    /// In which order the names were called.
    pub(crate) fn order(&self) -> Vec<String> {
        let kept = self.shared.kept.lock().unwrap();
        kept.posts.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The next hop is answered so, whatever it asks.
    pub(crate) fn tell(&self, status: u16, content_type: &'static str, body: impl Into<String>) {
        self.shared
            .kept
            .lock()
            .unwrap()
            .told
            .push_back((status, content_type, body.into()));
    }

    pub(crate) fn answer_callbacks_with(&self, status: u16) {
        self.shared.kept.lock().unwrap().callback_status = Some(status);
    }

    /// Hops are not answered from now on, until the returned value is dropped.
    pub(crate) async fn hold(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.shared.gate.acquire_many(1_000).await.unwrap()
    }

    pub(crate) fn hops(&self) -> Vec<BTreeMap<String, String>> {
        self.shared.kept.lock().unwrap().hops.clone()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.hops()
            .into_iter()
            .map(|hop| hop["text"].clone())
            .collect()
    }

    pub(crate) async fn wait_for_hops(&self, count: usize) {
        self.wait(|kept| (kept.hops.len() >= count).then_some(()))
            .await;
    }

    pub(crate) async fn callbacks(&self, count: usize) -> Vec<Value> {
        self.wait(|kept| (kept.callbacks.len() >= count).then(|| kept.callbacks.clone()))
            .await
    }

    pub(crate) async fn events(&self, count: usize) -> Vec<BTreeMap<String, String>> {
        self.wait(|kept| (kept.events.len() >= count).then(|| kept.events.clone()))
            .await
    }

    pub(crate) async fn reports(&self, count: usize) -> Vec<BTreeMap<String, String>> {
        self.wait(|kept| (kept.reports.len() >= count).then(|| kept.reports.clone()))
            .await
    }

    async fn wait<T>(&self, look: impl Fn(&Kept) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        let search = async {
            loop {
                if let Some(found) = look(&self.shared.kept.lock().unwrap()) {
                    return found;
                }
                changed.changed().await.unwrap();
            }
        };
        tokio::time::timeout(crate::PATIENCE, search)
            .await
            .expect("the service was not called")
    }
}

impl Shared {
    fn keep<T>(&self, keep: impl FnOnce(&mut Kept) -> T) -> T {
        let result = keep(&mut self.kept.lock().unwrap());
        self.changed.send_modify(|count| *count += 1);
        result
    }
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    serde_urlencoded::from_bytes(body).unwrap()
}

async fn event(State(shared): State<Arc<Shared>>, body: Bytes) {
    shared.keep(|kept| kept.events.push(form(&body)));
}

async fn report(State(shared): State<Arc<Shared>>, body: Bytes) {
    shared.keep(|kept| kept.reports.push(form(&body)));
}

/// The simulator's own record has it.
async fn message() {}

async fn callback(
    State(shared): State<Arc<Shared>>,
    Path(phone): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    let is_paid = body["Body"]["stkCallback"]["ResultCode"] == 0;
    let amount = body["Body"]["stkCallback"]["CallbackMetadata"]["Item"][0]["Value"]
        .as_f64()
        .unwrap_or_default();
    let status = shared.keep(|kept| {
        kept.callbacks.push(body);
        kept.callback_status.unwrap_or(200)
    });
    if is_paid && phone.starts_with('+') {
        tokio::spawn(async move {
            shared
                .client
                .sms(&phone, &format!("Received KES {amount}"))
                .await
        });
    }
    let accepted = Json(json!({ "ResultCode": 0, "ResultDesc": "Accepted" }));
    (StatusCode::from_u16(status).unwrap(), accepted).into_response()
}

async fn told(
    State(shared): State<Arc<Shared>>,
    Path(what): Path<String>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let answer = shared.keep(|kept| {
        kept.posts.push((what, body));
        kept.answers.pop_front()
    });
    Json(answer.unwrap_or_else(|| json!({ "ResultCode": 0, "ResultDesc": "Accepted" })))
}

async fn hop(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let fields = form(&body);
    let told = shared.keep(|kept| {
        kept.hops.push(fields.clone());
        kept.told.pop_front()
    });
    let _pass = shared.gate.acquire().await.unwrap();
    if let Some((status, content_type, body)) = told {
        let status = StatusCode::from_u16(status).unwrap();
        return (
            status,
            [("content-type", content_type), ("location", "/elsewhere")],
            body,
        )
            .into_response();
    }
    let phone = fields["phoneNumber"].clone();
    let (stage, deposit) = shared.keep(|kept| kept.step(&fields));
    if let Some(shillings) = deposit {
        tokio::spawn(push(Arc::clone(&shared), phone, shillings));
    }
    let (name, text) = stage.screen();
    (
        [
            ("content-type", "text/plain; charset=utf-8"),
            ("at-ussd-hop-metadata", name),
        ],
        text,
    )
        .into_response()
}

async fn push(shared: Arc<Shared>, phone: String, shillings: u32) {
    let token = shared.client.token().await;
    let digits = phone.trim_start_matches('+').parse().unwrap();
    let body = push_body(digits, shillings, &format!("{}/pay/{phone}", shared.base));
    shared.client.push(&token, &body).await;
}

impl Kept {
    /// One hop: the new answers take the session from stage to stage.
    fn step(&mut self, fields: &BTreeMap<String, String>) -> (Stage, Option<u32>) {
        let phone = &fields["phoneNumber"];
        let first = if self.registered.contains(phone) {
            Stage::Home
        } else {
            Stage::Language
        };
        let (mut stage, seen) = self
            .sessions
            .get(&fields["sessionId"])
            .copied()
            .unwrap_or((first, 0));
        let answers: Vec<&str> = fields["text"]
            .split('*')
            .filter(|answer| !answer.is_empty())
            .collect();
        let mut deposit = None;
        for answer in answers.iter().skip(seen) {
            stage = match (stage, *answer) {
                (Stage::Language, "1" | "2") => Stage::Terms,
                (Stage::Terms, "1") => {
                    self.registered.insert(phone.clone());
                    Stage::Home
                }
                (Stage::Home, "1") => Stage::Category,
                (Stage::Home, "2") => Stage::Deposit,
                (Stage::Deposit, "1" | "2") => {
                    deposit = Some(if *answer == "1" { 100 } else { 1_000 });
                    Stage::Over
                }
                (Stage::Category, "1" | "2") => Stage::Stake,
                (Stage::Stake, "1" | "2") => Stage::Question(1),
                (Stage::Question(1), "1" | "2" | "3") => Stage::Question(2),
                (Stage::Question(_), "1" | "2" | "3") => Stage::Over,
                (same, _) => same,
            };
        }
        self.sessions
            .insert(fields["sessionId"].clone(), (stage, answers.len()));
        (stage, deposit)
    }
}

impl Stage {
    fn screen(self) -> (&'static str, &'static str) {
        match self {
            Self::Language => ("language", "CON Choose\n1. Kiswahili\n2. English"),
            Self::Terms => ("terms", "CON Are you 18?\n1. Yes, I accept\n2. No"),
            Self::Home => ("home", "CON Quiz, balance KES 0\n1. Play\n2. Deposit"),
            Self::Deposit => (
                "deposit",
                "CON How much?\n1. KES 100\n2. KES 1,000\n0. Back",
            ),
            Self::Category => ("category", "CON Subject\n1. Football\n2. Bible"),
            Self::Stake => ("stake", "CON Stake\n1. KES 20\n2. KES 500"),
            Self::Question(_) => ("question", "CON Who?\n1. This\n2. That\n3. Neither"),
            Self::Over => ("over", "END Done"),
        }
    }
}
