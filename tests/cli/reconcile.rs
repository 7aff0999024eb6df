//! `mpesa reconcile`: M-Pesa's own statement, as the simulator's portal exports it, against the books.

use std::{fs, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use majibu::core::time::Timestamp;
use sandbox::{Fault, FaultPoint, MovementKind, PaybillResult, Phone};
use serde_json::{Value, json};

use crate::{
    binary::{House, Said},
    books::{confirm, house_of, run, takes_taxes, withdraw},
    support::{PATIENCE, World, dial, press},
};

pub(crate) const FILE: &str = "statement.csv";

/// A house whose clock shows the time of M-Pesa's.
pub(crate) async fn world() -> World {
    let world = World::with(|config| {
        takes_taxes(config);
        config.paybill.pull_number = Some("0700000001".into());
    })
    .await;
    let phone = world.phone("0799999999");
    let paid = pays(&phone, "for its time", 1_000).await;
    let at = movement_at(&world, &paid);
    let now = Timestamp::from_ms(at.timestamp_millis());
    if now > world.now() {
        world.turn(millis(now.ms_since(world.now())));
    } else {
        world.turn_back(millis(world.now().ms_since(now)));
    }
    confirm(&world, &paid, "for its time", "10").await;
    world
}

pub(crate) fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).expect("a duration"))
}

pub(crate) fn movement_at(world: &World, receipt: &str) -> DateTime<Utc> {
    let movements = world.sim.movements();
    let movement = movements
        .iter()
        .find(|movement| movement.receipt == receipt);
    movement.expect("a movement").at
}

/// Pays to the paybill by M-Pesa's own menu; nobody tells the service. Gives the receipt.
pub(crate) async fn pays(phone: &Phone, account: &str, cents: i64) -> String {
    let paid = phone.pay_to_paybill(account, cents, "1234").await;
    let Ok(PaybillResult::Paid(payment)) = paid else {
        panic!("{paid:?}");
    };
    payment.receipt
}

/// The statement of an hour before and behind now, with more rows at its head.
pub(crate) fn export(world: &World, house: &House, more: &[String]) -> String {
    let now = DateTime::from_timestamp_millis(world.now().ms()).expect("a time");
    let hour = TimeDelta::hours(1);
    let csv = world.sim.statement_csv(now - hour, now + hour);
    let (before, rows) = csv.split_once("A/C No.\r\n").expect("column names");
    let more: String = more.iter().map(|row| format!("{row}\r\n")).collect();
    house.write(FILE, format!("{before}A/C No.\r\n{more}{rows}"))
}

/// A row of the portal that the simulator does not make: with this receipt and these other cells.
pub(crate) fn row_at(
    world: &World,
    receipt: &str,
    details: &str,
    amounts: &str,
    reason: &str,
    linked: &str,
) -> String {
    let at = world.now().in_nairobi().format("%d-%m-%Y %H:%M:%S");
    format!("{receipt},{at},{at},{details},Completed,{amounts},,true,{reason},,{linked},")
}

pub(crate) fn of<'a>(report: &'a Value, receipt: &str) -> &'a Value {
    let findings = report["findings"].as_array().expect("findings");
    let found = findings
        .iter()
        .find(|finding| finding["receipt"] == receipt);
    found.unwrap_or_else(|| panic!("{receipt}: {report:#}"))
}

pub(crate) fn count(report: &Value, way: &str, class: &str) -> i64 {
    report["total"][way][class]["count"]
        .as_i64()
        .expect("a count")
}

/// Runs the command that a finding prints, word by word.
pub(crate) fn follow(house: &House, command: &Value) -> Said {
    let command = command.as_str().expect("a command");
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(words[0], "majibu");
    run(house, &words[1..])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_row_is_told_for_what_it_is_and_nothing_is_booked() {
    let world = world().await;
    let house = house_of(&world);
    // Matched: a push, a payment with a number, a parked one, a payout.
    let amina = world.funded("0712345678", 1_000).await;
    let by_number = pays(&amina, "0712 345 678", 5_000).await;
    confirm(&world, &by_number, "0712 345 678", "50").await;
    let parked = pays(&amina, "Mama \"M\", the", 7_000).await;
    confirm(&world, &parked, "Mama M", "70").await;
    withdraw(&world, &amina, 200).await;
    // Only at M-Pesa: the confirmation is missing.
    let missed = pays(&amina, "0712345678", 3_000).await;
    let nickname = pays(&amina, "\u{1b}[31m=cmd|' /C calc'!A0", 4_000).await;
    // Another amount; only with us; taken back at M-Pesa.
    let differs = pays(&amina, "0712345678", 8_000).await;
    confirm(&world, &differs, "0712345678", "75").await;
    confirm(&world, "UKM0FORGED", "0712345678", "99").await;
    let back = pays(&amina, "0712345678", 6_000).await;
    confirm(&world, &back, "0712345678", "60").await;
    let whole = pays(&amina, "0712345678", 6_100).await;
    // A payout whose result got lost.
    world.turn(Duration::from_secs(180));
    world
        .sim
        .inject(FaultPoint::B2cResult, Fault::Lost, 1)
        .expect("a fault");
    dial(&amina).await;
    press(&amina, &["6", "100", "1"]).await;
    world.run_due().await;
    let is_paid = |payout: &sandbox::Payout| payout.is_paid() && payout.amount_cents < 15_000;
    let lost = world
        .sim
        .wait_for_payout(is_paid, PATIENCE)
        .await
        .expect("paid");
    let movements = world.sim.movements();
    let lost_receipt = movements
        .iter()
        .find(|movement| movement.reference == lost.originator_conversation_id)
        .map(|movement| movement.receipt.clone())
        .expect("a movement");

    let more = [
        row_at(
            &world,
            "UKM0MOVE01",
            "Organization Settle to Bank",
            ",-4000.00",
            "Withdraw Funds to Bank",
            "",
        ),
        row_at(
            &world,
            "UKM0BACK01",
            "Pay Utility Reversal",
            ",-60.00",
            "Pay Utility Reversal",
            &back,
        ),
        row_at(
            &world,
            "UKM0BACK02",
            "Pay Utility Reversal",
            ",-61.00",
            "Pay Utility Reversal",
            &whole,
        ),
        row_at(
            &world,
            "UKM0STRAY1",
            "Business Payment",
            ",-12.00",
            "Business Payment to Customer",
            "",
        ),
        row_at(
            &world,
            "UKM0FAILED",
            "Pay Bill",
            "11.00,",
            "Pay Bill Online",
            "",
        )
        .replace("Completed", "Failed"),
    ];
    let file = export(&world, &house, &more);
    let before = world.app().ledger_report().await.expect("a report");
    let said = run(&house, &["mpesa", "reconcile", &file, "--json"]).ended(1);
    let report = said.json();
    assert_eq!(said.stderr, "");
    assert_eq!(report["ok"], false);
    assert_eq!(count(&report, "in", "matched"), 5, "{report:#}");
    assert_eq!(count(&report, "out", "matched"), 1);
    assert_eq!(count(&report, "out", "moves"), 1);
    assert_eq!(report["total"]["out"]["moves"]["cents"], 400_000);
    let fees: i64 = movements.iter().map(|movement| movement.fee_cents).sum();
    assert!(fees > 0);
    assert_eq!(report["total"]["out"]["charges"]["cents"], fees);
    assert_eq!(report["statuses"], json!({"Failed": 1}));
    let expected = [
        (missed.as_str(), "only_at_mpesa", json!(3_000), Value::Null),
        (&nickname, "only_at_mpesa", json!(4_000), Value::Null),
        (&differs, "differs", json!(8_000), json!(7_500)),
        ("UKM0FORGED", "only_with_us", Value::Null, json!(9_900)),
        ("UKM0BACK01", "reversed", json!(6_000), json!(6_000)),
        ("UKM0STRAY1", "only_at_mpesa", json!(1_200), Value::Null),
        (&lost_receipt, "unsettled", json!(9_500), json!(9_500)),
    ];
    for (receipt, class, mpesa, ledger) in &expected {
        let finding = of(&report, receipt);
        assert_eq!(finding["class"], *class, "{finding:#}");
        assert_eq!(finding["mpesa_cents"], *mpesa, "{finding:#}");
        assert_eq!(finding["ledger_cents"], *ledger, "{finding:#}");
    }
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), expected.len(), "{report:#}");
    assert_eq!(
        count(&report, "in", "reversed"),
        1,
        "taken back whole, never booked"
    );
    // Every row is in one class, with all its money.
    let rows = report["sources"][0]["rows"].as_i64().expect("rows");
    let classes = |way: &str| -> i64 {
        let classes = report["total"][way].as_object().expect("classes");
        let of_rows = classes.iter().filter(|(class, _)| *class != "only_with_us");
        of_rows
            .map(|(_, tally)| tally["count"].as_i64().expect("a count"))
            .sum()
    };
    assert_eq!(classes("in") + classes("out"), rows);
    let payments = movements
        .iter()
        .filter(|movement| movement.kind == MovementKind::Payment);
    assert_eq!(payments.count(), 9);

    // What to do: the exact command where the account number says whose it is.
    let command = of(&report, &missed)["command"].as_str().expect("a command");
    assert_eq!(
        command,
        format!("majibu mpesa reconcile {file} --assign {missed}=+254712345678")
    );
    let command = of(&report, &nickname)["command"]
        .as_str()
        .expect("a command");
    assert!(
        command.ends_with(&format!("--assign {nickname}=MSISDN")),
        "{command}"
    );
    let evidence = of(&report, &lost_receipt);
    let advice = evidence["advice"].as_str().expect("advice");
    assert!(
        advice.contains("M-Pesa names its id") && advice.contains("console"),
        "{advice}"
    );
    assert!(evidence["withdrawal"].is_string(), "{evidence:#}");
    assert!(of(&report, "UKM0STRAY1")["command"].is_null());

    let text = run(&house, &["mpesa", "reconcile", &file]).ended(1).stdout;
    for words in [
        "deposits and withdrawals that only we have are looked for in it",
        "(the time that it states)",
        "only at M-Pesa",
        "PAID BY M-PESA, NOT SETTLED WITH US",
        "charges of M-Pesa, not in the ledger",
        "no money moved: 1 Failed",
        "7 findings",
        command,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        !text.contains('\u{1b}') && !said.stdout.contains("u001b"),
        "{text}"
    );
    assert!(
        !text.contains("254712345678 - "),
        "numbers of payees are masked: {text}"
    );
    // Looking booked nothing, and settled nothing.
    let after = world.app().ledger_report().await.expect("a report");
    assert_eq!(before, after);
    assert_eq!(world.report(&amina).await.withdrawals[0].state, "sent");
    world.check().await;
}

#[test]
fn odd_files_are_refused_with_line_and_column() {
    let house = House::new();
    house.run(&["migrate"]).ended(0);
    let names = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn\n";
    for (content, why) in [
        (String::new(), "no row of column names"),
        ("hello".into(), "no row of column names"),
        ("{\"a\": 1}".into(), "JSON without a payment"),
        ("[1, 2".into(), "EOF"),
        ("PK\u{3}\u{4}".into(), "spreadsheet"),
        ("a\0b".into(), "binary"),
        (
            names.replace(",Withdrawn", ""),
            "line 1: there is no column \"Withdrawn\"",
        ),
        (
            format!("{names}UKM1A2B3C4,46348.5,Pay Bill,Completed,1,\n"),
            "line 2, column \"Completion Time\"",
        ),
        (
            format!("{names}UKM1A2B3C4,22-11-2026 12:00:00,Pay Bill,Completed,one,\n"),
            "line 2, column \"Paid In\": \"one\" is no amount",
        ),
        (format!("Short Code:,999999\n{names}"), "short code 999999"),
    ] {
        let file = house.write("odd.csv", &content);
        let said = house.run(&["mpesa", "reconcile", &file, "--json"]).ended(2);
        assert!(said.one_line().contains(why), "{why}: {said:?}");
        assert!(said.one_line().contains("odd.csv"), "{said:?}");
        assert_eq!(said.stdout, "");
    }
    house.run(&["mpesa", "reconcile"]).ended(2);
    house
        .run(&["mpesa", "reconcile", "no-such-file.csv"])
        .ended(2);
    house.run(&["mpesa", "reconcile", "--pull", "49"]).ended(2);
    // The account of charges has no payments of players; names alone are a statement of nothing.
    let file = house.write(
        "charges.csv",
        format!("Account:,Charges Paid Account\n{names}"),
    );
    let said = house.run(&["mpesa", "reconcile", &file]).ended(0);
    assert!(said.stdout.contains("everything matches"), "{said:?}");
    fs::remove_file(file).expect("removed");
}
