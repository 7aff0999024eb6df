//! No query reads a whole table that grows: every statement in the source of the store is planned on
//! a database that the planner takes for a crowded one.
//!
//! The statements are read from the source rather than recorded, so that none is missed because no
//! test happens to run it. What reads everything on purpose is listed here, with the reason.

mod crowded;
mod plan;
mod source;

use self::source::{Engine, Statement, statements};
use crate::bench::Bench;
use majibu::store::Claim;

/// Tables that stay small, however many players there are: what people or the house's own hands
/// write. Every other table grows.
const SMALL: [&str; 13] = [
    "_sqlx_migrations",
    "balance_question",
    "balance_report",
    "category",
    "chore",
    "circuit",
    "gate",
    "ledger_check",
    "question",
    "question_text",
    "question_withdrawal",
    "sqlite_sequence",
    "sqlite_stat1",
];

/// Files of which any statement may read all there is: they are for an operator's commands, or run once
/// a day, and the time that they take grows with the books.
const READS_ALL: [(&str, &str); 6] = [
    ("cash.rs", "sums what M-Pesa should hold"),
    (
        "checkup.rs",
        "tells the doctor when M-Pesa was last heard of",
    ),
    ("ledger_check.rs", "checks every row of the books"),
    (
        "reconcile.rs",
        "holds M-Pesa's statement against a period of the ledger",
    ),
    (
        "statement.rs",
        "sums a period of the ledger, which has no index by time",
    ),
    ("taxes.rs", "is a part of the check of the books"),
];

/// The same for single statements, by what they contain.
const READS_MUCH: [(&str, &str); 7] = [
    (
        "as answering_ms from question",
        "how questions fared counts every answer",
    ),
    (
        "from callback where state = 'dead'",
        "all that failed is replayed at once",
    ),
    (
        "from outbox where created_at_ms >= $1",
        "why SMS of the last time did not go",
    ),
    (
        "from parked where assigned_to is null order by",
        "what waits in suspense, among all that ever did",
    ),
    (
        "sum(payout_cents + fee_cents + tax_cents)",
        "is a part of the check of the books",
    ),
    (
        "left join transfer as held on held.cause",
        "is a part of the check of the books",
    ),
    (
        "update question_set set withdrawal_id = $1",
        "a question is taken out of play",
    ),
];

on_each_engine!(no_query_reads_a_whole_table_that_grows);

async fn no_query_reads_a_whole_table_that_grows(bench: &Bench) {
    bench.leave_loose_ends();
    let engine = if bench.is_postgres() {
        Engine::Postgres
    } else {
        Engine::Sqlite
    };
    let mut all = statements(engine);
    for claim in Claim::ALL {
        let [is_due, sqlite, postgres] = claim.statements();
        let claims = if bench.is_postgres() {
            postgres
        } else {
            sqlite
        };
        for text in [is_due, claims] {
            all.push(Statement::new("claims.rs", text));
        }
    }
    assert!(all.len() > 200, "the source was read: {}", all.len());
    let growing = plan::growing(bench).await;
    assert!(growing.len() >= 18, "{growing:?}");
    let mut connection = plan::Planner::on(bench, &growing).await;
    let (mut faults, mut excused) = (Vec::new(), Vec::new());
    for statement in &all {
        let reads = connection.reads_whole(statement, &growing).await;
        let files = READS_ALL.iter().filter(|(file, _)| *file == statement.file);
        let texts = READS_MUCH
            .iter()
            .filter(|(part, _)| statement.text.contains(part));
        match (reads.is_empty(), files.chain(texts).next()) {
            (true, _) => {}
            (false, Some((excuse, _))) => excused.push(*excuse),
            (false, None) => faults.push(format!("{statement}\n    {}", reads.join("\n    "))),
        }
    }
    assert!(
        faults.is_empty(),
        "{} statements read a whole table:\n\n{}",
        faults.len(),
        faults.join("\n\n")
    );
    // SQLite has no statistics, and needs one excuse more.
    let on_sqlite_only = "update question_set set withdrawal_id = $1";
    for (excuse, why) in READS_ALL.iter().chain(&READS_MUCH) {
        if bench.is_postgres() && *excuse == on_sqlite_only {
            continue;
        }
        if !bench.is_postgres() && *excuse == "checkup.rs" {
            continue;
        }
        assert!(
            excused.contains(excuse),
            "{excuse} needs no excuse any more: {why}"
        );
    }
}
