//! `sessions`, and the addresses of further gateways.

use sandbox::{Simulator, SimulatorConfig};
use serde_json::json;

use crate::binary::{CODE, House, client, eventually};

const SECRET: &str = "Unguessable-path-0004";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_tells_how_they_ended() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    let none = house.run(&["sessions", "--json"]).ended(0).json();
    assert_eq!(
        none,
        json!({
            "since_seconds": 86_400, "sessions": 0, "statuses": {}, "median_hops": null,
            "median_duration_ms": null, "cost_cents": 0, "unreadable_costs": 0, "given_up": [],
        })
    );
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    phone.reply("1").await.expect("a screen");
    phone.drop_session();
    let event =
        "sessionId=ATUid_cost&status=Success&hopsCount=4&durationInMillis=9000&cost=KES+1.50";
    let told = client()
        .post(format!("{base}/ussd/{SECRET}/events"))
        .body(event)
        .send()
        .await;
    assert_eq!(told.expect("an answer").status().as_u16(), 200);
    let figures = eventually("both sessions", || {
        let said = house
            .run(&["sessions", "--since", "2h", "--json"])
            .ended(0)
            .json();
        (said["sessions"] == 2).then_some(said)
    })
    .await;
    assert_eq!(figures["since_seconds"], 7_200);
    assert_eq!(
        figures["statuses"],
        json!({ "incomplete": 1, "success": 1 })
    );
    assert_eq!(figures["cost_cents"], 150);
    assert_eq!(figures["median_hops"], 2);
    assert_eq!(
        figures["given_up"],
        json!([{ "screen": "terms", "sessions": 1 }])
    );
    assert!(!figures.to_string().contains("712345678"));
    let text = house.run(&["sessions"]).ended(0).stdout;
    for line in [
        "2 sessions ended in the last 1day",
        "left on:",
        "terms",
        "1.50",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    house.run(&["sessions", "--since", "yesterday"]).ended(2);
    service.stop();
    sim.stop().await;
}

/// In production nobody reaches a gateway that the operator did not name.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn addresses_of_a_gateway_are_checked_by_its_name() {
    let house = House::new();
    for (name, code) in [("HUBTEL", 0), ("ADVANTA", 0), ("NALO", 2)] {
        let key = format!("MAJIBU__HTTP__ALLOW__{name}");
        let env = [(key.as_str(), "203.0.113.0/24,2001:db8::/32")];
        let said = house.run_with(&env, &["menu", "check"]).ended(code);
        if code == 2 {
            assert!(said.one_line().contains("unknown field `nalo`"), "{said:?}");
        }
    }
    let bad = [("MAJIBU__HTTP__ALLOW__HUBTEL", "everybody")];
    let said = house.run_with(&bad, &["menu", "check"]).ended(2);
    assert!(said.one_line().contains("hubtel: invalid"), "{said:?}");
    let slow = [("MAJIBU__USSD__DEADLINE", "10s")];
    let said = house.run_with(&slow, &["menu", "check"]).ended(2);
    assert!(said.one_line().contains("ussd.deadline"), "{said:?}");
}
