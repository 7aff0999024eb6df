//! `player exclude`, `block`, `unblock`, `verify`, `limit`, `waiting`, and `house`.

use sandbox::{Simulator, SimulatorConfig};
use serde_json::json;

use crate::binary::{CODE, House, PATIENCE, QUESTIONS};

const SECRET: &str = "Unguessable-path-0001";

#[test]
fn what_cannot_be_done_for_a_player_is_said() {
    let house = House::new();
    let reason = ["--reason", "asked by phone"];
    for act in ["block", "unblock", "verify"] {
        let run = |number: &str| house.run(&[&["player", act, number][..], &reason].concat());
        assert!(run("0712345678").ended(1).one_line().contains("no player"));
        assert!(run("rubbish").ended(1).one_line().contains("Kenyan"));
        house.run(&["player", act, "0712345678"]).ended(2);
        let blank = ["player", act, "0712345678", "--reason", " "];
        assert!(house.run(&blank).ended(2).one_line().contains("--reason"));
    }
    let exclude = |days: &str| {
        let arguments = ["player", "exclude", "0712345678", "--days", days];
        house.run(&[&arguments[..], &reason].concat())
    };
    exclude("7").ended(1).one_line();
    for days in ["-1", "a week", ""] {
        exclude(days).ended(2);
    }
    house
        .run(&[&["player", "limit", "0712345678"][..], &reason].concat())
        .ended(2);
    let waiting = house.run(&["player", "waiting", "--json"]).ended(0);
    assert_eq!(waiting.json(), json!([]));
}

#[test]
fn maintenance_is_switched_with_a_reason() {
    let house = House::new();
    let status = || house.run(&["house", "status", "--json"]).ended(0).json();
    assert_eq!(status()["open"], true);
    assert_eq!(status()["maintenance"], json!(null));
    house.run(&["house", "maintenance", "on"]).ended(2);
    house
        .run(&["house", "maintenance", "maybe", "--reason", "x"])
        .ended(2);
    let turn = |to: &str, reason: &str| {
        house
            .run(&["house", "maintenance", to, "--reason", reason])
            .ended(0)
            .stdout
    };
    assert_eq!(turn("on", "new database"), "maintenance is on\n");
    assert_eq!(turn("on", "again"), "maintenance is on already\n");
    let said = status();
    assert_eq!(
        (&said["open"], &said["maintenance"]["on"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(said["maintenance"]["reason"], "new database");
    assert_eq!(said["maintenance"]["by"], "(command line)");
    let text = house.run(&["house", "status"]).ended(0).stdout;
    assert!(text.starts_with("closed\nmaintenance on since "), "{text}");
    assert_eq!(turn("off", "done"), "maintenance is off\n");
    assert_eq!(status()["open"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_operator_cares_for_a_player_while_the_service_runs() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    house.run(&["questions", "import", QUESTIONS]).ended(0);
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a number");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1"] {
        phone.reply(key).await.expect("a screen");
    }
    phone.drop_session();
    let act = |arguments: &[&str]| {
        let reason = ["--reason", "asked by phone"];
        house
            .run(&[&["player"], arguments, &reason].concat())
            .ended(0)
            .stdout
    };
    let status = || house.player("0712345678")["status"].clone();
    act(&["verify", "0712345678"]);
    assert_eq!(status(), "verified");
    act(&["limit", "0712345678", "--daily", "500"]);
    act(&["limit", "0712345678", "--weekly", "1000", "--daily", "800"]);
    let shown = house.player("0712345678");
    let limits = &shown["limits"];
    assert_eq!(limits["day"]["limit_cents"], 50_000, "{limits}");
    assert_eq!(limits["day"]["coming"]["limit_cents"], 80_000, "{limits}");
    assert_eq!(
        limits["week"],
        json!({ "limit_cents": 100_000, "coming": null })
    );
    assert_eq!(shown["excluded_until_ms"], json!(null));
    act(&["block", "0712345678"]);
    assert_eq!(status(), "blocked");
    act(&["unblock", "0712345678"]);
    let said = act(&["exclude", "0712345678", "--days", "7"]);
    assert!(said.contains("is out of play until "), "{said}");
    assert_eq!(status(), "excluded");
    assert!(house.player("0712345678")["excluded_until_ms"].is_i64());
    // The service sees it at once.
    let home = phone.dial(CODE).await.expect("a screen");
    assert_eq!(home.name.as_deref(), Some("excluded"), "{}", home.text);
    phone
        .wait_for_sms(
            |sms| sms.text.starts_with("You are out of play until "),
            PATIENCE,
        )
        .await
        .expect("an SMS");
    let shown = house.run(&["player", "show", "0712345678"]).ended(0).stdout;
    for line in [
        "excluded until ",
        "verified ",
        "limit    deposits in a day: KES 500, from ",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    service.stop();
    sim.stop().await;
}
