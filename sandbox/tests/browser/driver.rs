//! A sandbox of its own for each test, and its page in a browser; both end with the test.

use std::future::Future;
use std::net::TcpListener;
use std::process::Stdio;

use fantoccini::Client;
use serde_json::json;
use tokio::process::{Child, Command};

use crate::page::Page;
use crate::webdriver::{in_browser, read_until};

pub(crate) use crate::webdriver::Window;

/// Runs a test on a page of a fresh sandbox, opened in a fresh browser.
pub(crate) async fn on_page<F: Future<Output = ()> + Send + 'static>(
    window: Window,
    test: impl FnOnce(Page) -> F + Send + 'static,
) {
    in_browser(window, move |client| async move {
        let (sandbox, base) = start_sandbox().await;
        run(client, base, test).await;
        drop(sandbox);
    })
    .await;
}

/// The same on the page of a simulator that the test started.
pub(crate) async fn on_page_of<F: Future<Output = ()> + Send + 'static>(
    base: String,
    test: impl FnOnce(Page) -> F + Send + 'static,
) {
    in_browser(Window::Desktop(1400, 1000), move |client| async move {
        run(client, base, test).await;
    })
    .await;
}

async fn run<F: Future<Output = ()>>(client: Client, base: String, test: impl FnOnce(Page) -> F) {
    test(Page::open(client.clone(), &base).await).await;
    let errors = client.execute("return window.pageErrors ?? []", vec![]);
    assert_eq!(
        errors.await.unwrap(),
        json!([]),
        "errors of the page's scripts"
    );
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
