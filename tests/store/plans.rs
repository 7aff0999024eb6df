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

/// Tables that stay small, however many players there are: what operators or the house's own hands
/// write. Every other table grows.
const SMALL: [&str; 23] = [
    "_sqlx_migrations",
    "adjustment",
    "admin",
    "admin_session",
    "admin_try",
    "balance_question",
    "balance_report",
    "category",
    "chore",
    "circuit",
    "fair_flag",
    "fair_flag_player",
    "fair_look",
    "gate",
    "house_switch",
    "ledger_check",
    "question",
    "question_text",
    "question_withdrawal",
    "reversal",
    "secret_key",
    "sqlite_sequence",
    "sqlite_stat1",
];

/// Files of which any statement may read all there is: they are for an operator's commands, or run once
/// a day, and the time that they take grows with the books.
const READS_ALL: [(&str, &str); 9] = [
    ("adjustments.rs", "has a part of the check of the books"),
    ("cash.rs", "sums what M-Pesa should hold"),
    (
        "checkup.rs",
        "tells the doctor when M-Pesa was last heard of",
    ),
    (
        "erasure.rs",
        "erases a number wherever it stands; a data-protection request is rare",
    ),
    ("export.rs", "gives out all of a player; the same"),
    ("ledger_check.rs", "checks every row of the books"),
    ("reversals.rs", "has a part of the check of the books"),
    ("taxes.rs", "is a part of the check of the books"),
    (
        "theirs.rs",
        "finds a number in the bodies of callbacks; the same",
    ),
];

/// The same for single statements, by what they contain.
const READS_MUCH: [(&str, &str); 7] = [
    (
        "as answering_ms from question",
        "how questions fared counts every answer",
    ),
    (
        "from fair_flag where ($1 = 1 or state = 'open')",
        "what waits for a look at who plays with whom",
    ),
    (
        "join callback on received_at_ms >= from_ms",
        "one player's story, for support",
    ),
    (
        "left join transfer as held on held.cause",
        "is a part of the check of the books",
    ),
    (
        "from outbox where created_at_ms >= $1",
        "why SMS of the last time did not go",
    ),
    (
        "from parked where assigned_to is null and returned_at_ms is null order by",
        "what waits in suspense, newest first",
    ),
    (
        "update question_set set withdrawal_id = $1",
        "a question is taken out of play",
    ),
];

on_each_engine!(no_query_reads_a_whole_table_that_grows);

async fn no_query_reads_a_whole_table_that_grows(bench: &Bench) {
    bench.leave_loose_ends();
    bench.leave_the_books_aside();
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
    let mut faults = Vec::new();
    for statement in &all {
        let reads = connection.reads_whole(statement, &growing).await;
        let is_excused = READS_ALL.iter().any(|(file, _)| *file == statement.file)
            || READS_MUCH
                .iter()
                .any(|(part, _)| statement.text.contains(part));
        let cannot = reads.iter().any(|what| what.starts_with("cannot"));
        if !reads.is_empty() && (cannot || !is_excused) {
            faults.push(format!("{statement}\n    {}", reads.join("\n    ")));
        }
    }
    assert!(
        faults.is_empty(),
        "{} statements read a whole table:\n\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}
