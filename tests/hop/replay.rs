//! Raw requests, byte for byte over a socket, each with its exact answer; the ledger at the end.
//!
//! The requests stand in `replay.txt`:
//!
//! ```text
//! # a section
//! = what it shows
//! type: text/plain             the content type; that of a form where it is not named
//! head: X-Name: value          any other header
//! path: /ussd/other            where it is not /ussd/development
//! method: GET                  where it is not POST
//! body: sessionId=...          the bytes of the body
//! 200 home                     the answer: status and the screen's name
//! > CON Majibu. ...            its body, line for line
//! ! wipe                       between requests: wipe, restart, or turn SECONDS of the clock
//! ```

use std::time::Duration;

use majibu::config::List;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{PATIENCE, World};

const REQUESTS: &str = include_str!("replay.txt");
/// Questions of this test's own, so that its answers stand whatever the bank holds.
const QUESTIONS: &str = "category,question,choice1,choice2,choice3,answer
Bible,Who built the ark?,Noah,Moses,Jonah,1
Bible,Who led Israel out of Egypt?,Aaron,Moses,Joshua,2
Bible,Who was swallowed by a fish?,Peter,Amos,Jonah,3
Bible,Who slew Goliath?,David,Saul,Samson,1
Bible,Who baptised Jesus?,Peter,John,Andrew,2
";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request with its answer.
#[derive(Clone, Debug, Default)]
struct Request {
    name: String,
    method: Option<String>,
    path: Option<String>,
    kind: Option<String>,
    heads: Vec<String>,
    body: String,
    answer: Answer,
}

/// What came back, or has to: status and screen as `200 home`, and the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answer {
    head: String,
    body: String,
}

/// One step of the file.
#[derive(Clone, Debug)]
enum Step {
    Send(Request),
    Do(String),
}

fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    for line in REQUESTS.lines() {
        if let Some(name) = line.strip_prefix("= ") {
            steps.push(Step::Send(Request {
                name: name.into(),
                ..Request::default()
            }));
        } else if let Some(what) = line.strip_prefix("! ") {
            steps.push(Step::Do(what.into()));
        } else if let Some(Step::Send(request)) = steps.last_mut() {
            request.take(line);
        }
    }
    steps
}

impl Request {
    fn take(&mut self, line: &str) {
        if let Some(text) = line.strip_prefix("> ") {
            if !self.answer.body.is_empty() {
                self.answer.body.push('\n');
            }
            self.answer.body.push_str(text);
            return;
        }
        match line.split_once(": ") {
            Some(("type", text)) => self.kind = Some(text.into()),
            Some(("head", text)) => self.heads.push(text.into()),
            Some(("path", text)) => self.path = Some(text.into()),
            Some(("method", text)) => self.method = Some(text.into()),
            Some(("body", text)) => self.body = text.into(),
            _ if line.is_empty() || line.starts_with('#') || line == "body: " => {}
            _ => self.answer.head = line.into(),
        }
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let method = self.method.as_deref().unwrap_or("POST");
        let path = self.path.as_deref().unwrap_or("/ussd/development");
        let kind = self.kind.as_deref().unwrap_or(FORM);
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("Host: {host}"),
            format!("Content-Type: {kind}"),
            format!("Content-Length: {}", self.body.len()),
            "Connection: close".to_owned(),
        ];
        lines.extend(self.heads.clone());
        format!("{}\r\n\r\n{}", lines.join("\r\n"), self.body).into_bytes()
    }

    /// Sends it and reads the answer to the end of the connection.
    async fn send(&self, host: &str) -> Answer {
        let mut socket = TcpStream::connect(host).await.expect("a connection");
        socket.write_all(&self.bytes(host)).await.expect("sent");
        let mut raw = Vec::new();
        let read = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut raw)).await;
        read.expect("an answer in time").expect("an answer");
        let text = String::from_utf8(raw).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        let header = |wanted: &str| {
            let found = head.lines().filter_map(|line| line.split_once(": "));
            let mut found = found.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.next().map(|(_, value)| value.to_owned())
        };
        if status == "200" {
            let kind = header("content-type");
            assert_eq!(
                kind.as_deref(),
                Some("text/plain; charset=utf-8"),
                "{}",
                self.name
            );
            let length = header("content-length").and_then(|length| length.parse().ok());
            assert_eq!(length, Some(body.len()), "{}", self.name);
        }
        let screen = header("at-ussd-hop-metadata");
        let screen = screen.map(|name| format!(" {name}")).unwrap_or_default();
        Answer {
            head: format!("{status}{screen}"),
            body: body.trim_end().to_owned(),
        }
    }
}

async fn carry_out(world: &mut World, what: &str) {
    match what.split_once(' ').unwrap_or((what, "")) {
        ("wipe", _) => world.wipe_sessions().await,
        ("restart", _) => world.restart().await,
        ("turn", seconds) => world.turn(Duration::from_secs(seconds.parse().expect("seconds"))),
        _ => panic!("{what}"),
    }
}

#[tokio::test]
async fn raw_requests_in_the_shapes_of_the_contract_get_their_exact_answers() {
    let mut world = World::asking(QUESTIONS, |config| {
        config.ussd.service_codes = List(vec!["*384*55#".into()]);
    })
    .await;
    let phone = world.funded("0712345678", 200).await;
    world.turn(Duration::from_secs(120));
    let steps = steps();
    let requests = steps.iter().filter(|step| matches!(step, Step::Send(_)));
    assert!(requests.count() >= 60);
    let mut wrong = Vec::new();
    for step in steps {
        match step {
            Step::Do(what) => carry_out(&mut world, &what).await,
            Step::Send(request) => {
                let host = world.config.http.listen.to_string();
                let answer = request.send(&host).await;
                if answer != request.answer {
                    wrong.push(format!(
                        "{}:\n{}\n{}",
                        request.name, answer.head, answer.body
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );

    // One stake of 50 and one deposit came of all that; the round was not joined and is refunded.
    let report = world.report(&phone).await;
    assert_eq!((report.entries.len(), report.deposits.len()), (1, 2));
    assert_eq!(report.player.balance.get(), 15_000);
    assert_eq!(report.entries[0].state, "waiting");
    assert_eq!(
        world
            .report(&world.phone("0722000001"))
            .await
            .player
            .balance
            .get(),
        0
    );
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    phone.wait_for_prompt(PATIENCE).await.expect("one prompt");
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.turn(Duration::from_secs(31 * 60));
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 2);
    assert_eq!(world.balance(&phone).await, 15_000 + 5_250 + 7_500);
    assert_eq!(world.account("stakes").await, 0);
    world.check().await;
}
