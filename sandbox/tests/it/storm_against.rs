//! A storm against the real Majibu as a house runs it: `majibu serve --no-jobs` and `majibu work` on
//! PostgreSQL and Redis, started before the storm and by somebody else.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::storm_served::{check, report};
use crate::storm_servers::Servers;

const SANDBOX: &str = env!("CARGO_BIN_EXE_sandbox");
const FILES: &str = env!("CARGO_MANIFEST_DIR");

/// How long Majibu may take to be ready.
const START: Duration = Duration::from_secs(60);

/// A Majibu that somebody configured by the environment.
struct House {
    folder: TempDir,
    settings: Vec<(String, String)>,
    providers: String,
    address: String,
}

impl House {
    fn on(servers: &Servers) -> Self {
        let free = || {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("an address").to_string()
        };
        let (providers, address) = (free(), free());
        let url = |address: &str| format!("http://{address}");
        let own = [
            ("HTTP__LISTEN", address.as_str()),
            ("HTTP__PUBLIC_URL", &url(&address)),
            ("HTTP__CALLBACK_SECRET", "house"),
            ("HTTP__RATE_PER_SOURCE", "0"),
            ("AFRICASTALKING__BASE_URL", &url(&providers)),
            ("AFRICASTALKING__API_KEY", "sandbox"),
            ("DARAJA__BASE_URL", &url(&providers)),
            ("DARAJA__CONSUMER_KEY", "sandbox"),
            ("DARAJA__CONSUMER_SECRET", "sandbox"),
            ("DARAJA__B2C_SHORTCODE", "174379"),
            ("DARAJA__B2C_INITIATOR", "testapi"),
            ("DARAJA__B2C_PASSWORD", "Sandbox2026#"),
            (
                "DARAJA__CERTIFICATE",
                &format!("{FILES}/keys/certificate.pem"),
            ),
            ("DARAJA__CHARGES", "taken"),
            // So much shorter as the players are faster than people.
            ("GAME__PAIRING_WINDOW", "5s"),
            ("GAME__THINKING_TIME", "3s"),
            ("GAME__HOP_ALLOWANCE", "1s"),
            ("GAME__REMATCH_COOLDOWN", "0s"),
            ("PAYBILL__PULL_NUMBER", "254722000000"),
            ("PAYBILL__PULL_EVERY", "3s"),
            ("WALLET__WITHDRAWAL_INTERVAL", "0s"),
            ("DARAJA__STK_DELAY", "10ms"),
            ("DARAJA__PUSH_INTERVAL", "10ms"),
            ("DARAJA__TIMEOUT", "2s"),
            ("DARAJA__PAYOUT_PAUSE", "2s"),
            ("AFRICASTALKING__TIMEOUT", "2s"),
            ("SMS__PAUSE", "2s"),
            ("JOBS__POLL", "50ms"),
            ("JOBS__STK_QUERY_AFTER", "1s"),
            ("JOBS__STK_EXPIRE_AFTER", "20s"),
            ("JOBS__PAYOUT_QUERY_AFTER", "1s"),
            ("JOBS__SMS_BACKOFF", "300ms"),
        ]
        .map(|(key, value)| (format!("MAJIBU__{key}"), value.to_owned()));
        let servers = servers.settings().into_iter();
        let servers = servers.map(|(key, value)| (key.to_owned(), value));
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            settings: servers.chain(own).collect(),
            providers,
            address,
        }
    }

    /// Majibu's program: the one that is part of the sandbox.
    fn program(&self) -> String {
        let program = self.folder.path().join("majibu");
        let script = format!("#!/bin/sh\nexec '{SANDBOX}' majibu \"$@\"\n");
        fs::write(&program, script).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
        program.display().to_string()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).kill_on_drop(true);
        command.envs(self.settings.iter().map(|(key, value)| (key, value)));
        command
    }

    async fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program, arguments).output().await;
        let output = output.expect("Majibu runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
    }

    fn spawn(&self, program: &str, arguments: &[&str]) -> Child {
        let mut command = self.command(program, arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("Majibu starts")
    }

    async fn until_ready(&self) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}/readyz", self.address);
        let ready = async {
            loop {
                let answer = client.get(&url).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let ready = tokio::time::timeout(START, ready).await;
        ready.expect("Majibu is ready");
    }
}

#[tokio::test]
async fn a_storm_against_a_house_that_runs_already_leaves_equal_books() {
    let Some(servers) = Servers::of("storm_against").await else {
        return;
    };
    let house = House::on(&servers);
    let program = house.program();
    house.run(&program, &["migrate"]).await;
    let questions = format!("{FILES}/../menus/questions.csv");
    house
        .run(&program, &["questions", "import", &questions])
        .await;
    let serving = house.spawn(&program, &["serve", "--no-jobs"]);
    let working = house.spawn(&program, &["work"]);
    house.until_ready().await;
    let url = format!("http://{}/ussd/house", house.address);
    let mut storm = house.command(SANDBOX, &["storm", "--players", "12"]);
    storm.args([
        "--against",
        &url,
        "--majibu",
        &program,
        "--listen",
        &house.providers,
    ]);
    let (output, report) = report(&mut storm).await;
    check(&output, &report);
    assert_eq!(Some(servers.players().await), report["registered"].as_i64());
    drop((serving, working));
    servers.drop().await;
}
