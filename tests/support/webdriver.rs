//! A browser of its own for each test: headless Chromium over WebDriver, which ends with the test.
//!
//! `chromedriver` and `chromium` are the system's; `tests/run` installs them. Without them these tests
//! pass without having looked, unless `TEST_BROWSER=1` says that they must.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "each test binary uses its own part of it, and a harness may give up"
)]

use std::{future::Future, process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Semaphore,
};

/// Far longer than anything takes, so that reaching it is a failure and not a slow machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Browsers at the same time: they are heavy, and two cores are what a small machine has.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The window, and whether it is a phone's.
#[derive(Clone, Copy)]
pub enum Window {
    Desktop(u32, u32),
    /// A phone of this width in CSS pixels.
    Mobile(u32),
}

/// Runs a test in a fresh browser, where there is one.
pub async fn in_browser<F: Future<Output = ()> + Send + 'static>(
    window: Window,
    test: impl FnOnce(Client) -> F,
) {
    if !has_browser() {
        return;
    }
    let _turn = TURNS.acquire().await.expect("a turn");
    let profile = TempDir::with_prefix("browser-").expect("a folder");
    let (mut driver, port) = start_driver().await;
    let client = connect(port, &profile, window).await;
    // Apart, so that the browser is closed also after a test that failed.
    let outcome = tokio::spawn(test(client.clone())).await;
    client.close().await.expect("closed");
    driver.kill().await.expect("ended");
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

fn has_browser() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = std::env::split_paths(&path).any(|folder| folder.join("chromedriver").is_file());
    let must = std::env::var_os("TEST_BROWSER").is_some();
    assert!(
        has || !must,
        "chromedriver is missing; install chromium and chromium-driver"
    );
    if !has {
        eprintln!("no chromedriver: the page was not looked at");
    }
    has
}

async fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver");
    let said = read_until(&mut driver, "started successfully on port").await;
    let port = said.trim_end_matches('.').rsplit(' ').next();
    let port = port.and_then(|port| port.parse().ok());
    (driver, port.expect("a port"))
}

/// The first line with these words; what follows is read too, so that nobody blocks on a full pipe.
pub async fn read_until(child: &mut Child, words: &str) -> String {
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let search = async {
        loop {
            let line = lines.next_line().await.expect("text");
            let line = line.expect("it ended too early");
            if line.contains(words) {
                return line;
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, search).await.expect(words);
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    found
}

async fn connect(port: u16, profile: &TempDir, window: Window) -> Client {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        // Root may not use the sandbox of Chromium, nor may most containers.
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--force-color-profile=srgb".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    let mut options = json!({});
    match window {
        Window::Desktop(width, height) => arguments.push(format!("--window-size={width},{height}")),
        Window::Mobile(width) => {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": width, "height": 844, "pixelRatio": 2.0, "touch": true },
            });
        }
    }
    options["args"] = json!(arguments);
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    let connect = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await;
    connect.expect("a browser")
}
