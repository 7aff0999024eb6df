//! A browser of its own for each test, and a sandbox of its own; both end with the test.

use std::future::Future;
use std::net::TcpListener;
use std::process::Stdio;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::PATIENCE;
use crate::page::Page;

/// Browsers at the same time: they are heavy, and two cores are what a small machine has.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The window, and whether it is a phone's.
#[derive(Clone, Copy)]
pub(crate) enum Window {
    Desktop(u32, u32),
    Mobile,
}

/// Runs a test on a page of a fresh sandbox, opened in a fresh browser.
pub(crate) async fn on_page<F: Future<Output = ()> + Send + 'static>(
    window: Window,
    test: impl FnOnce(Page) -> F,
) {
    if !has_browser() {
        return;
    }
    let _turn = TURNS.acquire().await.unwrap();
    let (sandbox, base) = start_sandbox().await;
    run(window, base, test).await;
    drop(sandbox);
}

/// The same on the page of a simulator that the test started.
pub(crate) async fn on_page_of<F: Future<Output = ()> + Send + 'static>(
    base: String,
    test: impl FnOnce(Page) -> F,
) {
    if !has_browser() {
        return;
    }
    let _turn = TURNS.acquire().await.unwrap();
    run(Window::Desktop(1400, 1000), base, test).await;
}

async fn run<F: Future<Output = ()> + Send + 'static>(
    window: Window,
    base: String,
    test: impl FnOnce(Page) -> F,
) {
    let profile = TempDir::with_prefix("sandbox-browser-").unwrap();
    let (mut driver, port) = start_driver().await;
    let client = connect(port, &profile, window).await;
    let page = Page::open(client.clone(), &base).await;
    // Apart, so that the browser is closed also after a test that failed.
    let outcome = tokio::spawn(test(page)).await;
    let errors = client
        .execute("return window.pageErrors ?? []", vec![])
        .await;
    client.close().await.unwrap();
    driver.kill().await.unwrap();
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
    assert_eq!(errors.unwrap(), json!([]), "errors of the page's scripts");
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

async fn start_sandbox() -> (Child, String) {
    let [listen, majibu] = [free_address(), free_address()];
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args([
            "--listen",
            &listen,
            "--majibu-listen",
            &majibu,
            "--seed",
            "7",
        ])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let said = read_until(&mut sandbox, "Open http").await;
    let base = said.split_whitespace().nth(1).unwrap();
    (sandbox, base.trim_end_matches('/').to_owned())
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

async fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let said = read_until(&mut driver, "started successfully on port").await;
    let port = said.trim_end_matches('.').rsplit(' ').next().unwrap();
    (driver, port.parse().unwrap())
}

/// The first line with these words; what follows is read too, so that nobody blocks on a full pipe.
async fn read_until(child: &mut Child, words: &str) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let search = async {
        loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("it ended too early");
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
        Window::Mobile => {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true },
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
