//! What an operator does at the command line: corrections, reversals, unsure withdrawals, jobs.

use serde_json::json;

use crate::binary::House;

const BECAUSE: [&str; 2] = ["--reason", "statement of November"];

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &BECAUSE].concat()
}

#[test]
fn a_small_difference_is_booked_and_a_large_one_waits_for_somebody_else() {
    let house = House::new();
    let said = house
        .run(&with(&["adjustment", "make", "cash-short", "120.50"]))
        .ended(0);
    assert!(
        said.stdout.contains("booked  cash_short  KES 120.50"),
        "{said:?}"
    );
    let said = house
        .run(&with(&["adjustment", "make", "cash-over", "5,000"]))
        .ended(0);
    assert!(
        said.stdout.contains("somebody else has to approve it"),
        "{said:?}"
    );
    let listed = house.run(&["adjustment", "list", "--json"]).ended(0).json();
    let states: Vec<_> = [0, 1]
        .iter()
        .map(|at| listed[at]["state"].clone())
        .collect();
    assert_eq!(states, [json!("proposed"), json!("booked")]);
    let id = listed[0]["id"].as_str().expect("an id");
    // Everybody at the command line is one person.
    let said = house.run(&with(&["adjustment", "approve", id])).ended(1);
    assert!(said.one_line().contains("somebody else has to approve it"));
    let ledger = house.ledger();
    assert_eq!(
        (&ledger["ok"], &ledger["transfers"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(ledger["accounts"]["mpesa"], 12_050);
    assert_eq!(ledger["accounts"]["house"], -12_050);
    house.run(&with(&["adjustment", "reject", id])).ended(0);
    house.run(&with(&["adjustment", "reject", id])).ended(1);
}

#[test]
fn what_is_not_there_is_a_finding_and_what_is_not_said_is_bad_usage() {
    let house = House::new();
    house.run(&["migrate"]).ended(0);
    for arguments in [
        &["adjustment", "make", "from-house", "5", "0712345678"][..],
        &["adjustment", "make", "from-house", "5"],
        &["adjustment", "make", "from-house", "5", "0202222222"],
        &["adjustment", "approve", "x"],
        &["suspense", "give-back", "x", "--reversal", "UKM9Z9Z9Z9"],
        &[
            "mpesa",
            "reversed",
            "UKM1A2B3C4",
            "--reversal",
            "UKM9Z9Z9Z9",
        ],
        &["mpesa", "reversed", "rubbish!", "--reversal", "UKM9Z9Z9Z9"],
        &["withdrawal", "ask", "x"],
        &["withdrawal", "resolve", "x", "--failed"],
        &["sms", "retry", "x"],
    ] {
        let said = house.run(&with(arguments)).ended(1);
        said.one_line();
        assert_eq!(said.stdout, "", "{arguments:?}");
    }
    house.run(&["match", "x"]).ended(1).one_line();
    for arguments in [
        &["adjustment", "make", "from-house", "5", "0712345678"][..],
        &["adjustment", "make", "sideways", "5", "--reason", "x"],
        &["adjustment", "make", "cash-short", "a lot", "--reason", "x"],
        &["withdrawal", "resolve", "x", "--reason", "x"],
        &[
            "withdrawal",
            "resolve",
            "x",
            "--failed",
            "--paid",
            "R",
            "--reason",
            "x",
        ],
        &["sms", "retry", "--reason", "x"],
        &["suspense", "give-back", "x", "--reason", "x"],
    ] {
        house.run(arguments).ended(2);
    }
    house
        .run(&["adjustment", "make", "cash-short", "5", "--reason", " "])
        .ended(2)
        .one_line();
}

#[test]
fn an_empty_house_has_nothing_to_do() {
    let house = House::new();
    house.run(&["migrate"]).ended(0);
    assert_eq!(
        house
            .run(&["withdrawal", "unsure", "--json"])
            .ended(0)
            .json(),
        json!([])
    );
    let jobs = house.run(&["jobs", "--json"]).ended(0).json();
    assert_eq!(jobs["given_up"], json!({ "sms": 0, "callbacks": 0 }));
    assert_eq!(
        jobs["work"]["payouts"],
        json!({ "due": 0, "later": 0, "oldest": null })
    );
    let said = house.run(&with(&["sms", "retry", "--all"])).ended(0);
    assert!(said.stdout.contains("0 SMS"), "{said:?}");
    house.run(&["sms", "failed"]).ended(0);
}
