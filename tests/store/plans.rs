//! No query reads a whole table that grows: every statement in the source of the store is planned on
//! a database that the planner takes for a crowded one.
//!
//! The statements are read from the source rather than recorded, so that none is missed because no
//! test happens to run it. What reads everything on purpose is listed here, with the reason.

mod crowded;
mod source;

use majibu::store::Claim;
use serde_json::Value;

use self::source::{Engine, Statement, statements};
use crate::bench::Bench;

/// Tables that stay small, however many players there are: what people or the house's own hands
/// write. Every other table grows.
const SMALL: [&str; 12] = [
    "_sqlx_migrations",
    "balance_question",
    "balance_report",
    "category",
    "chore",
    "circuit",
    "gate",
    "question",
    "question_text",
    "question_withdrawal",
    "sqlite_sequence",
    "sqlite_stat1",
];

/// Files of which every statement reads all there is: they are run by an operator or once a day, and
/// the time that they take grows with the books.
const READS_ALL: [(&str, &str); 4] = [
    ("ledger_check.rs", "checks every row of the books"),
    ("taxes.rs", "is a part of that check"),
    ("cash.rs", "sums what M-Pesa should hold"),
    (
        "statement.rs",
        "sums a day of the ledger, which has no index by time",
    ),
];

/// The same for single statements, by what they contain.
const READS_MUCH: [(&str, &str); 0] = [];

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
    let growing = crowded::growing(bench).await;
    assert!(growing.len() >= 18, "{growing:?}");
    let mut connection = crowded::Planner::on(bench, &growing).await;
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
    for (excuse, why) in READS_ALL.iter().chain(&READS_MUCH) {
        assert!(
            excused.contains(excuse),
            "{excuse} needs no excuse any more: {why}"
        );
    }
}

/// The nodes of a PostgreSQL plan that read a whole table or index: their relation, in words.
fn whole_reads(node: &Value, growing: &[String], under_limit: bool, found: &mut Vec<String>) {
    let text = |key: &str| node[key].as_str().unwrap_or_default();
    let (kind, relation) = (text("Node Type"), text("Relation Name"));
    let is_growing = growing
        .iter()
        .any(|table| relation == table || is_partition(relation, table));
    let is_bounded =
        under_limit || node.get("Index Cond").is_some() || crowded::is_partial(text("Index Name"));
    match kind {
        "Seq Scan" if is_growing => found.push(format!("Seq Scan on {relation}")),
        "Index Scan" | "Index Only Scan" if is_growing && !is_bounded => {
            found.push(format!(
                "{kind} without a condition on {relation}, {}",
                text("Index Name")
            ));
        }
        _ => {}
    }
    // Only what comes out in order stops at the limit: a sort reads everything first.
    let limits = kind == "Limit"
        || (under_limit && ["LockRows", "Append", "Merge Append", "Nested Loop"].contains(&kind));
    for below in node["Plans"].as_array().into_iter().flatten() {
        whole_reads(below, growing, limits, found);
    }
}

/// Whether a relation is one of the partitions of a table: by number, by month, or the one for the rest.
fn is_partition(relation: &str, table: &str) -> bool {
    let rest = relation.strip_prefix(table);
    let Some(rest) = rest.and_then(|rest| rest.strip_prefix('_')) else {
        return false;
    };
    rest == "other" || rest.chars().all(|c| c.is_ascii_digit() || c == '_')
}
