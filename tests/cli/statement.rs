//! `statement`: the books of a day or a month agree with the ledger to the cent.

use std::time::Duration;

use majibu::core::{statement::Period, time::Timestamp};
use sandbox::Phone;
use serde_json::{Value, json};

use crate::{
    binary::House,
    books::{confirm, house_of, run, takes_taxes, withdraw},
    support::{Answer, World, by, dial, msisdn, press},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);
const ACCOUNTS: [&str; 9] = [
    "mpesa",
    "stakes",
    "house",
    "promo",
    "payouts",
    "suspense",
    "excise",
    "withholding",
    "wallets",
];

/// The 30th of March 2024, noon in Nairobi: long ago for the binary's own clock.
const START: Timestamp = Timestamp::from_ms(1_711_789_200_000);

/// Plays a round: as many right answers, then wrong ones.
async fn play(world: &World, phone: &Phone, right: usize) {
    world.stake(phone, "2").await;
    let mut answers = vec![Answer::Right; right];
    answers.resize(5, Answer::Wrong);
    world
        .answer(phone, &answers, Duration::from_millis(900))
        .await;
    world.run_due().await;
}

/// The system accounts and the wallets, in cents, as the ledger has them now.
async fn balances(world: &World) -> Value {
    let report = world.app().ledger_report().await.expect("a report");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let accounts = report.accounts.iter();
    let accounts = accounts.map(|(name, cents)| (name.clone(), json!(cents.get())));
    Value::Object(accounts.collect())
}

/// Three days over the end of a month: deposits, games won and drawn, a refund, a return, paybill
/// payments credited, parked and assigned, a withdrawal. Gives the balances at the end of each day.
async fn played() -> (World, Vec<(String, Value)>) {
    let world = World::with(takes_taxes).await;
    world.turn_back(Duration::from_millis(
        u64::try_from(world.now().ms_since(START)).expect("later"),
    ));
    let mut days = Vec::new();
    let amina = world.funded("0712345678", 1_000).await;
    let baraka = world.funded("0110234567", 500).await;
    play(&world, &amina, 5).await;
    play(&world, &baraka, 2).await;
    confirm(&world, "UCU1A2B3C1", "0712345678", "33.33").await;
    confirm(&world, "UCU1A2B3C2", "nobody", "70").await;
    // Open at the end of the day: it is settled on the next.
    world.turn(Duration::from_secs(11 * 60 * 60 + 40 * 60));
    play(&world, &baraka, 3).await;
    days.push(("2024-03-30".to_owned(), balances(&world).await));

    world.turn(DAY - Duration::from_secs(11 * 60 * 60));
    world.run_due().await;
    withdraw(&world, &amina, 200).await;
    let parked = world.app().parked().await.expect("parked");
    let to = msisdn(&baraka);
    let assigned = world.app().assign(parked[0].id, &to, &by("asked")).await;
    assigned.expect("assigned");
    // One that answers nothing, and gets the stake back.
    world.stake(&amina, "3").await;
    amina.drop_session();
    world.turn(31 * MINUTE);
    world.run_due().await;
    days.push(("2024-03-31".to_owned(), balances(&world).await));

    world.turn(DAY);
    let chege = world.funded("0722000111", 300).await;
    play(&world, &chege, 1).await;
    dial(&amina).await;
    press(&amina, &["6", "100", "1"]).await;
    days.push(("2024-04-01".to_owned(), balances(&world).await));
    (world, days)
}

fn cents(statement: &Value, account: &str, field: &str) -> i64 {
    let found = &statement["accounts"][account][field];
    found
        .as_i64()
        .unwrap_or_else(|| panic!("{account} {field}: {statement}"))
}

fn of(house: &House, period: [&str; 2]) -> Value {
    let said = run(house, &["statement", period[0], period[1], "--json"]).ended(0);
    let statement = said.json();
    assert_eq!(statement["ok"], true, "{statement}");
    let mut total = 0;
    for account in ACCOUNTS {
        let [opening, came_in, went_out, closing] =
            ["opening_cents", "in_cents", "out_cents", "closing_cents"]
                .map(|field| cents(&statement, account, field));
        assert_eq!(opening + came_in - went_out, closing, "{account}");
        total += closing;
    }
    assert_eq!(total, 0, "the closing balances add up to zero: {statement}");
    assert_eq!(
        cents(&statement, "stakes", "closing_cents"),
        statement["open_entries"]["stakes_cents"]
    );
    statement
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn days_and_months_agree_with_the_ledger_to_the_cent() {
    let (world, days) = played().await;
    let house = house_of(&world);
    let mut before: Option<Value> = None;
    let mut daily = Vec::new();
    for (date, balances) in &days {
        let statement = of(&house, ["--date", date]);
        for account in ACCOUNTS {
            let closing = cents(&statement, account, "closing_cents");
            assert_eq!(closing, balances[account], "{account} of {date}");
            let opening = cents(&statement, account, "opening_cents");
            let earlier = before
                .as_ref()
                .map_or(0, |before| before[account].as_i64().expect("a balance"));
            assert_eq!(opening, earlier, "{account} of {date}");
        }
        before = Some(balances.clone());
        daily.push(statement);
    }
    // A month is the sum of its days, and the next one goes on from there.
    let march = of(&house, ["--month", "2024-03"]);
    let april = of(&house, ["--month", "2024-04"]);
    for account in ACCOUNTS {
        for field in ["in_cents", "out_cents"] {
            let sum: i64 = daily[..2]
                .iter()
                .map(|day| cents(day, account, field))
                .sum();
            assert_eq!(cents(&march, account, field), sum, "{account} {field}");
        }
        let at = |statement, field| cents(statement, account, field);
        assert_eq!(at(&march, "opening_cents"), 0);
        assert_eq!(at(&march, "closing_cents"), at(&daily[1], "closing_cents"));
        assert_eq!(at(&april, "opening_cents"), at(&march, "closing_cents"));
    }
    for count in ["deposits", "stakes", "withdrawals_paid", "refunds"] {
        let of_days = |day: &Value| day["counts"][count].as_i64().expect("a count");
        let sum: i64 = daily[..2].iter().map(of_days).sum();
        assert_eq!(march["counts"][count], sum, "{count}");
    }

    // What was played, in figures that do not come from the statement.
    assert_eq!(daily[0]["counts"]["deposits"], 3);
    assert_eq!(daily[0]["counts"]["parked"], 1);
    assert_eq!(daily[0]["counts"]["stakes"], 3);
    assert_eq!(daily[0]["counts"]["matches_won"], 1);
    assert_eq!(
        cents(&daily[0], "mpesa", "out_cents"),
        100_000 + 50_000 + 3_333 + 7_000
    );
    // Excise of 5%, rounded down to the cent: 50, 25 and 1.66; then 3.50 of what was assigned.
    let excise = |day: &Value| day["taxes"]["excise"].clone();
    assert_eq!(
        excise(&daily[0]),
        json!({"period_cents": 7_666, "due_cents": 7_666})
    );
    assert_eq!(
        excise(&daily[1]),
        json!({"period_cents": 350, "due_cents": 8_016})
    );
    assert_eq!(
        excise(&march),
        json!({"period_cents": 8_016, "due_cents": 8_016})
    );
    assert_eq!(
        april["taxes"]["withholding"],
        json!({"period_cents": 0, "due_cents": 1_000}),
        "5% of 200, paid on the 31st; the second withdrawal is still open"
    );
    // The game that was open at midnight is owed then, and settled on the day after.
    assert_eq!(
        daily[0]["open_entries"],
        json!({
            "playing": 0, "waiting": 1, "stakes_cents": 5_000,
            "unpaired": 1, "unpaired_stakes_cents": 5_000,
        }),
        "nobody has joined it"
    );
    assert_eq!(
        daily[1]["open_entries"],
        json!({
            "playing": 0, "waiting": 0, "stakes_cents": 0,
            "unpaired": 0, "unpaired_stakes_cents": 0,
        })
    );
    assert_eq!(daily[1]["counts"]["refunds"], 1);
    assert_eq!(cents(&daily[1], "promo", "out_cents"), 250, "5% of 50");
    assert_eq!(daily[2]["counts"]["withdrawals_asked"], 1);
    assert_eq!(daily[2]["counts"]["withdrawals_paid"], 0);
    assert!(daily[2]["liabilities"]["payouts_cents"].as_i64() > Some(0));
    assert_eq!(daily[2]["from"], "2024-04-01T00:00:00+03:00");
    assert_eq!(daily[2]["complete"], true);
    // The same by the service itself.
    let period = Period::day("2024-03-31".parse().expect("a date")).expect("a day");
    let own = world.app().statement(period).await.expect("a statement");
    for line in &own.accounts {
        assert_eq!(
            line.closing.get(),
            cents(&daily[1], &line.account, "closing_cents")
        );
    }
    world.run_due().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_table_scans_and_the_rows_go_into_a_spreadsheet() {
    let (world, _) = played().await;
    let house = house_of(&world);
    let text = run(&house, &["statement", "--month", "2024-03"])
        .ended(0)
        .stdout;
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for words in [
        "Statement from 2024-03-01 00:00:00 up to 2024-04-01 00:00:00",
        "excise duty due to date",
        "80.16",
        "mpesa to wallets",
        "owed at the end: wallets",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("so far"), "{text}");
    let said = run(&house, &["statement", "--month", "2024-03", "--csv"]).ended(0);
    let mut csv = csv::Reader::from_reader(said.stdout.as_bytes());
    let headers = csv.headers().expect("a header").clone();
    assert_eq!(&headers[0], "section");
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("a row")).collect();
    let json = of(&house, ["--month", "2024-03"]);
    for account in ACCOUNTS {
        let row = rows
            .iter()
            .find(|row| &row[0] == "account" && &row[1] == account);
        let row = row.expect("a row of the account");
        for (column, field) in [(5, "opening"), (6, "in"), (7, "out"), (8, "closing")] {
            let cents: i64 = row[column].replace('.', "").parse().expect("two decimals");
            let told = &json["accounts"][account][format!("{field}_cents")];
            assert_eq!(cents, *told, "{account} {field}");
        }
    }
    world.run_due().await;
    world.check().await;
}

#[test]
fn what_names_no_period_is_bad_usage() {
    let house = House::new();
    house.run(&["migrate"]).ended(0);
    for (arguments, named) in [
        (&["statement"][..], "--date"),
        (&["statement", "--date", "22-11-2026"], "--date"),
        (&["statement", "--date", "2024-02-30"], "--date"),
        (&["statement", "--month", "2024-13"], "--month"),
        (&["statement", "--month", "2024-3"], "--month"),
        (&["statement", "--month", "2024-03-01"], "--month"),
        (
            &["statement", "--date", "2024-03-01", "--month", "2024-03"],
            "--month",
        ),
        (
            &["statement", "--date", "2024-03-01", "--csv", "--json"],
            "--json",
        ),
        (&["statement", "--date", "9999-12-31"], "still to come"),
    ] {
        let said = house.run(arguments).ended(2);
        assert!(said.stderr.contains(named), "{arguments:?}: {said:?}");
        assert_eq!(said.stdout, "", "{arguments:?}");
    }
    let empty = of(&house, ["--date", "2024-03-01"]);
    assert_eq!(empty["movements"], json!([]));
    let text = house.run(&["statement", "--date", "2024-03-01"]).ended(0);
    assert!(text.stdout.contains("none"), "{text:?}");
}
