//! `mpesa register-urls` and `mpesa pull`, against a Daraja that the test writes.

use sandbox::{Simulator, SimulatorConfig};
use serde_json::json;

use crate::{binary::House, daraja::Daraja};

async fn house() -> (House, Daraja, Simulator) {
    let sim = Simulator::start(SimulatorConfig::instant()).await;
    let sim = sim.expect("a simulator");
    let daraja = Daraja::start().await;
    daraja.stands_before(&sim.base_url());
    let (mut house, _) = House::with_providers(&sim, "s3cret");
    house.set("DARAJA__BASE_URL", &daraja.base_url);
    house.set("PAYBILL__PULL_NUMBER", "0700000001");
    (house, daraja, sim)
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_the_urls_are_registered_with_the_names_that_daraja_wants() {
    let (house, daraja, _sim) = house().await;
    let said = house.run(&["mpesa", "register-urls"]).ended(0);
    assert!(said.stdout.starts_with("registered: HTTP 200"), "{said:?}");
    let (path, body) = daraja.asked().remove(0);
    assert_eq!(path, "/mpesa/c2b/v2/registerurl");
    assert_eq!(body["ShortCode"], "174379");
    assert_eq!(body["ResponseType"], "Completed");
    for (field, route) in [
        ("ConfirmationURL", "confirmation"),
        ("ValidationURL", "validation"),
    ] {
        let url = body[field].as_str().expect("a URL");
        assert!(url.ends_with(&format!("/pay/s3cret/c2b/{route}")), "{url}");
    }
    let already = json!({"requestId": "1", "errorCode": "500.003.1001",
        "errorMessage": "Urls are already registered."});
    daraja.will_answer(500, &already);
    let said = house.run(&["mpesa", "register-urls"]).ended(0);
    assert!(said.stdout.contains("already registered"), "{said:?}");
    daraja.will_answer(
        400,
        json!({"errorCode": "400.003.02", "errorMessage": "Bad Request"}),
    );
    let said = house.run(&["mpesa", "register-urls"]).ended(1);
    assert!(said.stderr.contains("400.003.02"), "{said:?}");
    daraja.will_answer(502, "<html>");
    house.run(&["mpesa", "register-urls"]).ended(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pull_books_what_was_missed_and_says_so() {
    let (house, daraja, _sim) = house().await;
    daraja.knows("UKM1A2B3C1", "0712345678", &json!("50.00"));
    let said = house.run(&["mpesa", "pull", "--json"]).ended(0);
    let outcome = "parked: no player has the account number";
    let expected = json!({"told": 1, "known": 0, "unreadable": 0,
        "missed": [{"receipt": "UKM1A2B3C1", "outcome": outcome}]});
    assert_eq!(said.json(), expected);
    assert_eq!(daraja.asked()[0].0, "/pulltransactions/v1/register");
    let said = house.run(&["mpesa", "pull", "--hours", "2"]).ended(0);
    assert_eq!(
        said.stdout,
        "1 payments, 1 in the books, 0 missed, 0 unreadable\n"
    );
    let listed = house.run(&["suspense", "list", "--json"]).ended(0).json();
    assert_eq!(listed[0]["amount_cents"], 5_000);
    house.run(&["ledger", "check"]).ended(0);
    house.run(&["mpesa", "pull", "--hours", "49"]).ended(2);
    daraja.will_answer(200, json!({"ResponseStatus": "1001"}));
    daraja.will_answer(500, "<html>");
    let said = house.run(&["mpesa", "pull"]).ended(1);
    assert!(said.stderr.contains("no answer"), "{said:?}");
}
