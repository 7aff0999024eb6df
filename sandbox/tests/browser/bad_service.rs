//! What people see of a service that answers badly, and what the timeline says of it. (Each bad
//! answer by itself is tested in `it`.)

use axum::Router;
use axum::response::Html;
use axum::routing::post;
use sandbox::{ServiceUrls, Simulator, SimulatorConfig};

use crate::driver::on_page_of;

/// A service with an address for each way to be wrong.
async fn bad_service() -> String {
    let router = Router::new()
        .route(
            "/html",
            post(|| async { Html("<html><body>Oops</body></html>") }),
        )
        .route(
            "/long",
            post(|| async { format!("CON {}", "a".repeat(157)) }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_answer_looks_as_on_a_phone_and_the_timeline_cites_the_rule() {
    let base = bad_service().await;
    let sim = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    sim.set_service(ServiceUrls::ussd(format!("{base}/html")));
    let sim = std::sync::Arc::new(sim);
    let world = std::sync::Arc::clone(&sim);
    on_page_of(sim.base_url(), |page| async move {
        let phone = page.phone("0712345678");
        phone.send("*384*55#").await;
        phone.until_shows("A technical problem occurred.").await;
        assert!(
            phone
                .text("[data-fault]")
                .await
                .contains("it is an HTML page")
        );
        page.until(
            "the rule",
            "document.querySelector('.timeline .notes')?.textContent.includes('HTML page')",
        )
        .await;
        page.click(".timeline .exchange-row").await;
        let findings = page.text("#exchange-findings").await;
        assert!(
            findings.contains("Rule: The answer starts with CON or END")
                && findings.contains("docs/ussd/handle_sessions"),
            "{findings}"
        );
        page.click("#exchange-close").await;
        phone.click("[data-do=ok]").await;

        // 161 septets: pages, which the network turns without the service.
        world.set_service(ServiceUrls::ussd(format!("{base}/long")));
        phone.send("*384*55#").await;
        phone.until_shows("98:More").await;
        assert_eq!(phone.text("[data-meter-count]").await, "161/160");
        phone.reply("98").await;
        phone.until_shows("00:Back").await;
        assert!(
            phone
                .display()
                .await
                .lines()
                .all(|line| line.chars().count() <= 22)
        );
        phone.click("[data-do=end]").await;

        world.set_service(ServiceUrls::ussd("http://127.0.0.1:1/ussd"));
        phone.send("*384*55#").await;
        phone
            .until_shows("Connection problem or invalid MMI code.")
            .await;
    })
    .await;
    drop(sim);
}
