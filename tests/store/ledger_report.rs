//! The check of the whole ledger: silent about a clean one, and each way of cooking the books found.

use majibu::core::{ids::ParkedId, ledger, money::Cents};
use majibu::store::Parked;

use crate::{bench::Bench, given::NOW};

on_each_engine!(
    a_clean_ledger_has_no_findings,
    a_changed_wallet_is_found,
    a_lost_wallet_is_found,
    a_changed_amount_is_found,
    a_removed_transfer_is_found,
    a_cause_booked_twice_is_found,
    a_transfer_between_the_wrong_accounts_is_found,
    an_entry_without_its_stake_is_found,
    an_entry_that_received_something_else_is_found,
    a_deposit_that_is_not_in_the_ledger_is_found,
    a_credit_without_a_deposit_is_found,
    a_lost_parked_payment_is_found,
    many_findings_of_one_kind_are_counted,
);

/// A settled match and a parked payment: every kind of row that tells of money.
async fn played(bench: &Bench) {
    bench.settled_match().await;
    let parked = Parked {
        id: bench.random(|rng| ParkedId::new(NOW, rng)),
        receipt: "R9".into(),
        amount: Cents::new(700),
        reason: "no such deposit".into(),
    };
    let transfer = ledger::park("R9", parked.amount).expect("a transfer");
    let mut tx = bench.write().await;
    tx.book(std::slice::from_ref(&transfer), NOW)
        .await
        .expect("booked");
    tx.park(&parked, &transfer.cause, NOW)
        .await
        .expect("parked");
    tx.commit().await.expect("committed");
    assert_eq!(bench.findings().await, [""; 0]);
}

/// Somebody cooks the books: the check says something that contains `expected`.
async fn finds(bench: &Bench, sql: &str, expected: &str) {
    played(bench).await;
    bench.tamper(sql).await;
    let findings = bench.findings().await;
    assert!(
        findings.iter().any(|finding| finding.contains(expected)),
        "{findings:#?}"
    );
}

async fn a_clean_ledger_has_no_findings(bench: &Bench) {
    assert_eq!(bench.findings().await, [""; 0], "an empty one");
    played(bench).await;
    let mut tx = bench.read().await;
    let report = tx.ledger_report().await.expect("a report");
    let balances: Vec<(&str, i64)> = report
        .accounts
        .iter()
        .map(|(name, cents)| (name.as_str(), cents.get()))
        .collect();
    let expected = [
        ("excise", 0),
        ("house", 4_000),
        ("mpesa", -20_700),
        ("payouts", 0),
        ("promo", 0),
        ("stakes", 0),
        ("suspense", 700),
        ("wallets", 16_000),
        ("withholding", 0),
    ];
    assert_eq!(balances, expected);
    assert_eq!(report.transfers, 7);
}

async fn a_changed_wallet_is_found(bench: &Bench) {
    finds(
        bench,
        "update wallet set balance_cents = balance_cents + 1",
        "the wallet of",
    )
    .await;
}

async fn a_lost_wallet_is_found(bench: &Bench) {
    finds(
        bench,
        "delete from wallet where balance_cents > 0",
        "the wallet of",
    )
    .await;
}

async fn a_changed_amount_is_found(bench: &Bench) {
    let sql = "update transfer set amount_cents = amount_cents + 1 where reason = 'bounty'";
    finds(bench, sql, "the wallet of").await;
}

/// Each transfer in turn: whichever is missing, something does not fit.
async fn a_removed_transfer_is_found(bench: &Bench) {
    played(bench).await;
    let copy = "create table aside as select * from transfer";
    bench.raw(copy).await.expect("set aside");
    for reason in ["deposit", "park", "stake", "bounty", "fee"] {
        bench
            .tamper(&format!("delete from transfer where reason = '{reason}'"))
            .await;
        assert_ne!(bench.findings().await, [""; 0], "without {reason}");
        let columns = "cause, reason, from_account, to_account, amount_cents, at_ms";
        let back = format!(
            "insert into transfer ({columns}) select {columns} from aside where reason = '{reason}'"
        );
        bench.tamper(&back).await;
        assert_eq!(bench.findings().await, [""; 0], "with {reason} again");
    }
}

/// A second credit that fits its wallet and its deposit: only the cause gives it away.
async fn a_cause_booked_twice_is_found(bench: &Bench) {
    played(bench).await;
    if !bench.is_postgres() {
        let twice =
            "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
            select cause, reason, from_account, to_account, amount_cents, at_ms from transfer";
        bench.raw(twice).await.expect_err("the database refuses");
        return;
    }
    // Behind the back of the table of causes; the trigger moves the wallet.
    let twice =
        "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
        select cause, reason, from_account, to_account, amount_cents, at_ms from transfer
        where reason = 'deposit'";
    bench.tamper("select 1").await;
    if bench.raw(twice).await.is_ok() {
        let findings = bench.findings().await;
        let is_named = |finding: &String| finding.contains("more than once");
        assert!(findings.iter().any(is_named), "{findings:#?}");
    }
}

async fn a_transfer_between_the_wrong_accounts_is_found(bench: &Bench) {
    let sql = format!(
        "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
        values ('x', 'fee', 'promo', 'house', 5, {})",
        NOW.ms()
    );
    finds(bench, &sql, "run from promo to house").await;
}

async fn an_entry_without_its_stake_is_found(bench: &Bench) {
    let sql = "update question_set set stake_cents = stake_cents + 1";
    finds(bench, sql, "has no stake of its own").await;
}

async fn an_entry_that_received_something_else_is_found(bench: &Bench) {
    let sql = "update entry set received_cents = received_cents + 1 where state = 'won'";
    finds(bench, sql, "its transfers say otherwise").await;
    bench
        .tamper("update entry set received_cents = received_cents - 1 where state = 'won'")
        .await;
    assert_eq!(bench.findings().await, [""; 0]);
    bench
        .tamper("update entry set state = 'lost' where state = 'won'")
        .await;
    assert_ne!(bench.findings().await, [""; 0], "a winner that lost");
    bench.tamper("update entry set state = 'waiting'").await;
    assert_ne!(
        bench.findings().await,
        [""; 0],
        "a settled entry that is open"
    );
}

async fn a_deposit_that_is_not_in_the_ledger_is_found(bench: &Bench) {
    finds(
        bench,
        "update deposit set credited_cents = 1",
        "yet not in the ledger",
    )
    .await;
}

async fn a_credit_without_a_deposit_is_found(bench: &Bench) {
    finds(bench, "delete from deposit", "was credited to no deposit").await;
}

async fn a_lost_parked_payment_is_found(bench: &Bench) {
    finds(bench, "delete from parked", "suspense holds").await;
}

async fn many_findings_of_one_kind_are_counted(bench: &Bench) {
    for number in 0..25 {
        bench.player(number).await;
    }
    bench.tamper("update wallet set balance_cents = 5").await;
    let findings = bench.findings().await;
    let rest = findings
        .iter()
        .find(|finding| finding.contains("more of this kind"));
    assert_eq!(
        rest.map(String::as_str),
        Some("... and 5 more of this kind")
    );
    assert_eq!(findings.len(), 21);
}
