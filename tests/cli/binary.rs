//! The real binary in a folder of its own: run to its end, or kept running beside a test.
//!
//! Nothing of the caller's `MAJIBU*` environment reaches it, and nothing of it outlives the test:
//! what still runs when a value is dropped is killed, by its id.

// The crash tests use a part of this.
#![allow(dead_code)]

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use sandbox::{ServiceUrls, Simulator};
use serde_json::Value;
use tempfile::TempDir;

/// How long a condition is waited for before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long lies between two looks at a condition.
const LOOK: Duration = Duration::from_millis(5);

/// The code that everybody dials.
pub(crate) const CODE: &str = "*384*55#";

/// The questions that this repository ships.
pub(crate) const QUESTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/menus/questions.csv");

/// Environment variables of a process.
pub(crate) type Env = Vec<(String, String)>;

/// A folder in which `majibu` runs; its database is there too.
pub(crate) struct House {
    folder: TempDir,
    /// What every process of this house gets.
    pub(crate) env: Env,
}

/// What a command that ended said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// The one JSON value on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails the test unless it ended so.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// The one line on stderr of a command that refused to do something.
    pub(crate) fn one_line(&self) -> &str {
        let mut lines = self.stderr.lines();
        let line = lines.next().unwrap_or_default();
        assert!(
            line.starts_with("majibu: ") && lines.next().is_none(),
            "{self:?}"
        );
        line
    }
}

impl House {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
            env: Env::new(),
        }
    }

    /// A house whose processes talk to the simulator and listen on a free port; gives its base URL.
    pub(crate) fn with_providers(sim: &Simulator, secret: &str) -> (Self, String) {
        let mut house = Self::new();
        let base = format!("http://127.0.0.1:{}", free_port());
        house.set("HTTP__LISTEN", base.trim_start_matches("http://"));
        house.set("HTTP__PUBLIC_URL", &base);
        house.set("HTTP__CALLBACK_SECRET", secret);
        house.set("AFRICASTALKING__BASE_URL", &sim.base_url());
        house.set("AFRICASTALKING__API_KEY", "at-key");
        house.set("DARAJA__BASE_URL", &sim.base_url());
        house.set("DARAJA__CONSUMER_KEY", "consumer");
        house.set("DARAJA__CONSUMER_SECRET", "sesame");
        house.set("DARAJA__STK_DELAY", "0s");
        house.set("DARAJA__PUSH_INTERVAL", "0s");
        house.set("JOBS__POLL", "50ms");
        sim.set_service(ServiceUrls {
            ussd: Some(format!("{base}/ussd/{secret}")),
            events: Some(format!("{base}/ussd/{secret}/events")),
            delivery: Some(format!("{base}/sms/{secret}/delivery")),
            inbound: Some(format!("{base}/sms/{secret}/inbound")),
            opt_out: Some(format!("{base}/sms/{secret}/optout")),
        });
        (house, base)
    }

    /// Sets a configuration key for all processes of this house.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.env.push((format!("MAJIBU__{key}"), value.into()));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file; gives its path as an argument.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(&[], arguments)
    }

    /// The same with more environment variables.
    pub(crate) fn run_with(&self, env: &[(&str, &str)], arguments: &[&str]) -> Said {
        said(self.spawn_with(env, arguments, Stdio::null()))
    }

    /// The same with something to read on standard input.
    pub(crate) fn run_reading(&self, input: &str, arguments: &[&str]) -> Said {
        let input = File::open(self.write("input", input)).expect("a file");
        said(self.spawn_with(&[], arguments, input.into()))
    }

    /// Starts a command that goes on.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Process {
        self.spawn_with(&[], arguments, Stdio::null())
    }

    fn spawn_with(&self, env: &[(&str, &str)], arguments: &[&str], input: Stdio) -> Process {
        // One pair of files per process.
        let output = TempDir::new_in(self.folder.path())
            .expect("a folder")
            .keep();
        let (stdout, stderr) = (output.join("stdout"), output.join("stderr"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_majibu"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MAJIBU") {
                command.env_remove(name);
            }
        }
        command
            .env_remove("RUST_LOG")
            .envs(self.env.iter().cloned())
            .envs(env.iter().copied())
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(input)
            .stdout(File::create(&stdout).expect("a file"))
            .stderr(File::create(&stderr).expect("a file"));
        Process {
            child: command.spawn().expect("the binary"),
            stdout,
            stderr,
        }
    }

    /// Starts `serve` and waits until it answers.
    pub(crate) async fn serve(&self, base: &str, arguments: &[&str]) -> Process {
        let mut process = self.spawn(&[&["serve"], arguments].concat());
        let client = client();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = client.get(format!("{base}/healthz")).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return process;
            }
            assert!(!process.has_ended(), "{}", process.log());
            assert!(Instant::now() < deadline, "no answer: {}", process.log());
            tokio::time::sleep(LOOK).await;
        }
    }

    /// `player show --json` of a registered player.
    pub(crate) fn player(&self, number: &str) -> Value {
        self.run(&["player", "show", number, "--json"])
            .ended(0)
            .json()
    }

    /// `ledger check --json`, which must find nothing.
    pub(crate) fn ledger(&self) -> Value {
        let ledger = self.run(&["ledger", "check", "--json"]).ended(0).json();
        assert_eq!(ledger["ok"], true, "{ledger}");
        ledger
    }
}

/// A process that runs beside the test.
pub(crate) struct Process {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Process {
    /// Everything that it logged.
    pub(crate) fn log(&self) -> String {
        read(&self.stderr)
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a process").is_some()
    }

    /// Asks it to stop by a signal: `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.expect("kill").success());
    }

    /// Waits until it ends.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return status;
            }
            assert!(Instant::now() < deadline, "still runs: {}", self.log());
            thread::sleep(LOOK);
        }
    }

    /// Stops it as an operator would.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        let status = self.wait();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.end_at_once();
    }

    /// The same, with its log still to be read.
    pub(crate) fn end_at_once(&mut self) {
        self.child.kill().expect("a process");
        self.child.wait().expect("a process");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails where it has ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `look` finds something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits for a command and takes what it said.
fn said(mut process: Process) -> Said {
    let status = process.wait();
    Said {
        code: status.code().unwrap_or(-1),
        stdout: read(&process.stdout),
        stderr: process.log(),
    }
}

/// An HTTP client that goes straight to the service.
pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
    client.build().expect("a client")
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn read(path: &Path) -> String {
    String::from_utf8(fs::read(path).expect("a file")).expect("UTF-8")
}
