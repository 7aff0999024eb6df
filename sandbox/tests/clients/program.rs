//! A program of `sandbox/clients` or `sandbox/examples`, run against a simulator.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use sandbox::Simulator;
use serde_json::Value;

use crate::install::{NODE, PYTHON};
use crate::{PATIENCE, PHONE};

/// How a program is run, by its ending.
fn command(program: &str) -> Command {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
    if program.ends_with(".py") {
        let mut python = Command::new(&*PYTHON);
        python.arg("-u").arg(source);
        return python;
    }
    // Node looks for libraries from the place of the program on.
    let copy: PathBuf = NODE.join(source.file_name().unwrap());
    fs::copy(&source, &copy).unwrap();
    let mut node = Command::new("node");
    node.arg(copy);
    node
}

/// Whatever the machine says about proxies, nothing here goes through one.
fn direct(command: &mut Command) -> &mut Command {
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
}

/// Runs a program to its end and returns what it printed.
pub(crate) async fn run(sim: &Simulator, program: &'static str, more: &[(&str, String)]) -> Value {
    let (base, more) = (
        sim.base_url(),
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<Vec<_>>(),
    );
    let output = tokio::task::spawn_blocking(move || {
        let mut command = command(program);
        direct(&mut command)
            .env("BASE_URL", base)
            .env("PHONE", PHONE)
            .envs(more)
            .output()
    });
    let output = output.await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed:\n{errors}");
    let printed = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{program}: {error}: {printed}"))
}

/// An application that runs until it is dropped.
pub(crate) struct Application {
    child: Child,
    pub(crate) port: u16,
}

impl Application {
    /// Starts it on a free port, and waits until it says which.
    pub(crate) async fn start(program: &'static str) -> Self {
        tokio::task::spawn_blocking(move || {
            let mut command = command(program);
            let command = direct(&mut command)
                .env("PORT", "0")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let (send, lines) = mpsc::channel::<String>();
            let outputs: [Box<dyn std::io::Read + Send>; 2] = [
                Box::new(child.stdout.take().unwrap()),
                Box::new(child.stderr.take().unwrap()),
            ];
            for output in outputs {
                let send = send.clone();
                // Read to the end, so that it never waits for a reader.
                std::thread::spawn(move || {
                    for line in BufReader::new(output).lines().map_while(Result::ok) {
                        let _ = send.send(line);
                    }
                });
            }
            drop(send);
            let mut application = Self { child, port: 0 };
            let mut said = Vec::new();
            while application.port == 0 {
                let line = lines.recv_timeout(PATIENCE);
                let line = line.unwrap_or_else(|_| panic!("{program} names no port: {said:?}"));
                application.port = port(&line).unwrap_or(0);
                said.push(line);
            }
            application
        })
        .await
        .unwrap()
    }
}

/// The port in `...http://127.0.0.1:3000...`, or of a line that is nothing else.
fn port(line: &str) -> Option<u16> {
    let after = line.split_once("http://127.0.0.1:").map(|(_, rest)| rest);
    let digits = after.unwrap_or(line);
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
