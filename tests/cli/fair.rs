//! `fair` and data-protection requests by the command line: what is listed, shown and judged, an export in a
//! file of its own, and an erasure.

use std::fs;

use serde_json::{Value, json};

use crate::{
    binary::House,
    books::{confirm, house_of, run},
    support::World,
};

/// A house in which one phone paid for two accounts.
async fn shared() -> (World, House) {
    let world = World::new().await;
    for (receipt, number) in [("UCU1A2B3C1", "0722345678"), ("UCU1A2B3C2", "0110234567")] {
        world.registered(number).await;
        confirm(&world, receipt, number, "50").await;
    }
    let house = house_of(&world);
    (world, house)
}

/// What `fair list` prints.
fn listed(house: &House, options: &[&str]) -> Vec<Value> {
    let said = run(house, &[&["fair", "list", "--json"], options].concat());
    said.ended(0).json().as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cases_are_listed_shown_and_judged_with_a_reason() {
    let (world, house) = shared().await;
    assert_eq!(listed(&house, &[]), [] as [Value; 0]);
    world.turn(std::time::Duration::from_secs(120));
    let has_more = world.app().look_for_unfair_play().await;
    assert!(!has_more.expect("looked"));
    let said = run(&house, &["fair", "look"]).ended(0);
    assert!(said.stdout.contains("1 waiting"), "{said:?}");
    let cases = listed(&house, &[]);
    let case = &cases[0];
    assert_eq!(
        (&case["kind"], &case["state"]),
        (&json!("shared_payer"), &json!("open"))
    );
    assert_eq!(case["players"].as_array().map(Vec::len), Some(2));
    assert_eq!(case["evidence"]["the payer is"], "probable");
    assert!(
        !case.to_string().contains("722345678"),
        "a list has no numbers: {case}"
    );
    assert_eq!(listed(&house, &["--player", "0722345678"]).len(), 1);
    assert_eq!(listed(&house, &["--player", "0799999999"]).len(), 0);
    let id = case["id"].as_str().expect("an id");
    let shown = run(&house, &["fair", "show", id, "--json"]).ended(0).json();
    let numbers = shown["numbers"].to_string();
    assert!(
        numbers.contains("+254722345678") && numbers.contains("+254110234567"),
        "{numbers}"
    );
    let text = run(&house, &["fair", "show", id]).ended(0).stdout;
    assert!(
        text.contains("deposits by account") && text.contains("+254110234567"),
        "{text}"
    );

    let review = |id: &str, verdict: &str, reason: &str| {
        run(
            &house,
            &[
                "fair",
                "review",
                id,
                "--verdict",
                verdict,
                "--reason",
                reason,
            ],
        )
    };
    review(id, "maybe", "x").ended(2);
    review(id, "dismissed", " ").ended(2).one_line();
    review("01KJ0000000000000000000000", "dismissed", "x")
        .ended(1)
        .one_line();
    review("nothing", "dismissed", "x").ended(1).one_line();
    review(id, "dismissed", "an agent's phone").ended(0);
    assert_eq!(listed(&house, &[]).len(), 0);
    let judged = &listed(&house, &["--all"])[0];
    assert_eq!(judged["state"], "dismissed");
    assert_eq!(judged["review"]["reason"], "an agent's phone");
    assert_eq!(judged["review"]["by"], "(command line)");
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_player_is_exported_into_a_file_of_its_own_and_erased_once_nothing_holds() {
    let (world, house) = shared().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("player.json");
    let path = file.display().to_string();
    let export = ["player", "export", "0722345678", "--output", &path];
    let said = run(&house, &export).ended(0);
    assert!(said.stdout.contains("+25472xxx678") && !said.stdout.contains("722345678"));
    let kept: Value =
        serde_json::from_str(&fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!(kept["player"]["msisdn"], "+254722345678");
    assert_eq!(kept["deposits"][0]["credited_cents"], 5_000);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "its owner's only");
    }
    run(&house, &export).ended(1).one_line();
    let said = run(&house, &["player", "export", "0722345678"]).ended(0);
    assert_eq!(said.json()["player"]["balance_cents"], 5_000);
    for number in ["0799999999", "rubbish"] {
        run(&house, &["player", "export", number])
            .ended(1)
            .one_line();
    }

    let erase =
        |number: &str, reason: &str| run(&house, &["player", "erase", number, "--reason", reason]);
    let said = erase("0722345678", "asked by letter").ended(1);
    assert!(said.one_line().contains("KES 50"), "{said:?}");
    erase("0722345678", " ").ended(2).one_line();
    erase("0799999999", "asked by letter").ended(1).one_line();
    let third = world.registered("0733345678").await;
    world.ends_are_told(&third).await;
    let said = erase("0733345678", "asked by letter").ended(0);
    assert!(said.stdout.contains("The books stay"), "{said:?}");
    erase("0733345678", "asked by letter").ended(1).one_line();
    assert!(
        run(&house, &["ledger", "check"])
            .ended(0)
            .stdout
            .contains("all is well")
    );
    world.check().await;
}
