//! What follows from `mpesa reconcile`: the commands that it prints, what they book, once; and Pull
//! beside the statement.

use std::time::Duration;

use sandbox::{Fault, FaultPoint};
use serde_json::json;

use crate::{
    books::{confirm, house_of, run},
    reconcile::{count, export, follow, of, pays, world},
    support::PATIENCE,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_command_that_is_printed_credits_the_payment_once() {
    let world = world().await;
    let house = house_of(&world);
    let amina = world.registered("0712345678").await;
    let baraka = world.registered("0110234567").await;
    let missed = pays(&amina, "0712345678", 3_000).await;
    let nickname = pays(&amina, "Amina", 4_000).await;
    let known = pays(&amina, "0712345678", 5_000).await;
    confirm(&world, &known, "0712345678", "50").await;
    let file = export(&world, &house, &[]);
    let report = run(&house, &["mpesa", "reconcile", &file, "--json"])
        .ended(1)
        .json();
    let balance = world.balance(&amina).await;

    // What cannot be booked is said before anything is.
    let right = format!("{missed}=0712345678");
    for (wrong, why) in [
        (
            format!("{known}=0712345678"),
            "no payment that only M-Pesa has",
        ),
        (
            "UKM0000000=0712345678".to_owned(),
            "no payment that only M-Pesa has",
        ),
        (
            format!("{nickname}=0799000111"),
            "no player with this number",
        ),
    ] {
        let words = [
            "mpesa",
            "reconcile",
            &file,
            "--assign",
            &right,
            "--assign",
            &wrong,
        ];
        let said = run(&house, &words).ended(1);
        assert!(said.stderr.contains(why), "{said:?}");
        assert!(said.stderr.contains("nothing was booked"), "{said:?}");
    }
    for wrong in ["UKM1=rubbish", "UKM1", "=0712345678", "UK-1=0712345678"] {
        run(&house, &["mpesa", "reconcile", &file, "--assign", wrong]).ended(2);
    }
    let words = [
        "mpesa",
        "reconcile",
        &file,
        "--assign",
        &right,
        "--assign",
        &right,
    ];
    run(&house, &words).ended(2);
    assert_eq!(world.balance(&amina).await, balance);

    let said = follow(&house, &of(&report, &missed)["command"]).ended(1);
    assert!(
        said.stdout
            .contains(&format!("{missed} for +25471xxx678: credited")),
        "{said:?}"
    );
    assert!(said.stdout.contains("1 finding"), "{said:?}");
    // 5% excise, like off any other deposit.
    assert_eq!(world.balance(&amina).await, balance + 3_000 - 150);
    let again = follow(&house, &of(&report, &missed)["command"]).ended(1);
    assert!(again.stderr.contains("nothing was booked"), "{again:?}");
    let to_baraka = format!("{nickname}=0110234567");
    let said = run(
        &house,
        &["mpesa", "reconcile", &file, "--assign", &to_baraka],
    )
    .ended(0);
    assert!(said.stdout.contains("everything matches"), "{said:?}");
    assert_eq!(world.balance(&baraka).await, 3_800);
    // The confirmation comes after all: it is booked, and the player heard of it once. The binary has
    // the machine's clock, which went on.
    world.turn(Duration::from_secs(600));
    confirm(&world, &missed, "0712345678", "30").await;
    assert_eq!(world.balance(&amina).await, balance + 3_000 - 150);
    let heard = amina
        .inbox()
        .into_iter()
        .filter(|sms| sms.text.contains(&missed));
    assert_eq!(heard.count(), 1);
    let report = run(&house, &["mpesa", "reconcile", &file, "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&report["ok"], &report["findings"]),
        (&json!(true), &json!([]))
    );
    // It was written down raw, as any other.
    let inbox = run(
        &house,
        &["inbox", "list", "--kind", "c2b_confirmation", "--json"],
    );
    assert!(inbox.ended(0).stdout.contains("reconcile"));
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_operators_at_once_credit_one_payment_once() {
    let world = world().await;
    let house = house_of(&world);
    let amina = world.registered("0712345678").await;
    let missed = pays(&amina, "0712345678", 3_000).await;
    let file = export(&world, &house, &[]);
    let assign = format!("{missed}=0712345678");
    let words = ["mpesa", "reconcile", file.as_str(), "--assign", &assign];
    let mut both = [house.spawn(&words), house.spawn(&words)];
    let codes: Vec<Option<i32>> = tokio::task::block_in_place(|| {
        both.iter_mut()
            .map(|process| process.wait().code())
            .collect()
    });
    assert!(
        codes.contains(&Some(0)),
        "{codes:?} {} {}",
        both[0].log(),
        both[1].log()
    );
    assert_eq!(world.balance(&amina).await, 3_000 - 150);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_for_a_deposit_pays_that_deposit_and_nobody_elses() {
    let world = world().await;
    let house = house_of(&world);
    let amina = world.registered("0712345678").await;
    world.registered("0110234567").await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("a fault");
    world.ask_deposit(&amina, 100).await;
    amina.enter_pin("1234").await.expect("paid");
    let is_paid = |_: &sandbox::Push| !world.sim.payments().is_empty();
    world
        .sim
        .wait_for_push(is_paid, PATIENCE)
        .await
        .expect("paid");
    let receipt = world
        .sim
        .payments()
        .last()
        .expect("a payment")
        .receipt
        .clone();
    let file = export(&world, &house, &[]);
    let report = run(&house, &["mpesa", "reconcile", &file, "--json"])
        .ended(1)
        .json();
    let command = of(&report, &receipt)["command"].clone();
    assert!(
        command
            .as_str()
            .expect("a command")
            .ends_with("=+254712345678"),
        "{command}"
    );
    let other = format!("{receipt}=0110234567");
    let said = run(&house, &["mpesa", "reconcile", &file, "--assign", &other]).ended(1);
    assert!(said.stderr.contains("another player"), "{said:?}");
    follow(&house, &command).ended(0);
    let deposits = world.report(&amina).await.deposits;
    assert_eq!(deposits.len(), 1, "no second deposit");
    assert_eq!(
        (deposits[0].state.as_str(), deposits[0].receipt.as_deref()),
        ("paid", Some(receipt.as_str()))
    );
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pull_is_asked_or_read_from_a_file_and_books_nothing() {
    let world = world().await;
    let mut house = house_of(&world);
    house.set("PAYBILL__PULL_NUMBER", "0700000001");
    house.set("HTTP__PUBLIC_URL", &world.base());
    let amina = world.registered("0712345678").await;
    let missed = pays(&amina, "0712345678", 3_000).await;
    let report = run(&house, &["mpesa", "reconcile", "--pull", "2", "--json"])
        .ended(1)
        .json();
    assert_eq!(
        report["sources"][0]["covers"],
        json!(["deposits"]),
        "{report:#}"
    );
    assert_eq!(of(&report, &missed)["class"], "only_at_mpesa");
    assert_eq!(count(&report, "in", "matched"), 1);
    assert_eq!(world.balance(&amina).await, 0);
    let row = |receipt: &str| {
        json!({
            "transactionId": receipt, "trxDate": world.now().in_nairobi().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "msisdn": "2547****678", "transactiontype": "c2b-pay-bill-debit",
            "billreference": "0712345678", "amount": "30.00",
        })
    };
    let answer = json!({"ResponseCode": "1000", "Response": [[row(&missed)]]});
    let file = house.write("pull.json", answer.to_string());
    let report = run(&house, &["mpesa", "reconcile", &file, "--json"])
        .ended(1)
        .json();
    assert_eq!(report["sources"][0]["kind"], "pull");
    // The same payment by two sources is one.
    let statement = export(&world, &house, &[]);
    let words = ["mpesa", "reconcile", &statement, &file, "--json"];
    let report = run(&house, &words).ended(1).json();
    assert_eq!(count(&report, "in", "only_at_mpesa"), 1);
    assert_eq!(count(&report, "in", "repeated"), 1);
    follow(&house, &of(&report, &missed)["command"]).ended(0);
    // A row as the raw inbox keeps it.
    let file = house.write("row.json", row(&missed).to_string());
    run(&house, &["mpesa", "reconcile", &file]).ended(0);
    let none = house.write("none.json", r#"{"ResponseCode":"1001","Response":[[]]}"#);
    let said = run(&house, &["mpesa", "reconcile", &none]).ended(0);
    assert!(said.stdout.contains("0 rows"), "{said:?}");
    world.check().await;
}
