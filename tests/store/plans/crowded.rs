//! A database that the planner takes for a crowded one.
//!
//! SQLite plans by its schema alone. PostgreSQL plans by sizes and statistics: some thousand rows are
//! put in, analysed, and then said to be as many times more. What is unique stays unique in what the
//! planner expects, and a table of twenty million rows costs what it would.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use super::{SMALL, source::Statement, whole_reads};
use crate::bench::Bench;

/// Rows that are really put into each table that grows.
const ROWS: usize = 3_000;
/// How many times more the planner takes them for: nine million.
const TIMES: usize = 3_000;

/// What stands in columns with few values; everything else counts up, and what may be null is set in
/// one of a hundred rows.
const FEW: [(&str, &str); 14] = [
    (
        "state",
        "(array['won', 'lost', 'done', 'paid', 'delivered'])[1 + i % 5]",
    ),
    ("status", "'unverified'"),
    ("locale", "(array['en', 'sw'])[1 + i % 2]"),
    ("kind", "(array['won', 'lost', 'stk'])[1 + i % 3]"),
    (
        "class",
        "(array['receipt', 'answer', 'promotion'])[1 + i % 3]",
    ),
    ("category_id", "'category' || i % 8"),
    ("stake_cents", "(array[2000, 5000, 10000])[1 + i % 3]"),
    ("seat", "1 + i % 2"),
    ("flagged", "case when i % 200 = 0 then 1 else 0 end"),
    ("network", "'63902'"),
    ("gateway", "'africastalking'"),
    ("action", "'assign'"),
    ("subject", "'player'"),
    ("actor", "'(command line)'"),
];

/// The indexes that hold few rows: those of what is due or open.
pub(super) fn is_partial(index: &str) -> bool {
    let partial = [
        "set_offered",
        "set_to_settle",
        "entry_open",
        "entry_due",
        "deposit_due",
        "outbox_due",
        "callback_due",
        "withdrawal_due",
        "set_by_withdrawal",
    ];
    partial.iter().any(|name| index.starts_with(name))
}

/// The tables that grow: all but the small ones.
pub(super) async fn growing(bench: &Bench) -> Vec<String> {
    let tables = if bench.is_postgres() {
        "select c.relname::text from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
        order by 1"
    } else {
        "select name from sqlite_master where type = 'table' order by 1"
    };
    let mut tables = bench.texts(tables).await;
    tables.retain(|table| !SMALL.contains(&table.as_str()));
    tables
}

/// A connection that plans statements and runs none.
pub(super) enum Planner {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Planner {
    pub(super) async fn on(bench: &Bench, growing: &[String]) -> Self {
        if !bench.is_postgres() {
            let connection = SqliteConnection::connect(&bench.url).await;
            return Self::Sqlite(connection.expect("connected"));
        }
        let connection = PgConnection::connect(&bench.url).await;
        let mut connection = connection.expect("connected");
        crowd(&mut connection, growing).await;
        // A plan for any parameters, since the ones of a test say nothing of tomorrow's.
        run(&mut connection, "set plan_cache_mode = force_generic_plan").await;
        Self::Postgres(connection)
    }

    /// What a statement reads from one end to the other.
    pub(super) async fn reads_whole(
        &mut self,
        statement: &Statement,
        growing: &[String],
    ) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                let explain = format!("explain query plan {}", statement.text);
                let rows = sqlx::query(AssertSqlSafe(explain))
                    .fetch_all(connection)
                    .await;
                let rows = rows.unwrap_or_else(|error| panic!("{statement}\n{error}"));
                let steps = rows.iter().map(|row| row.get::<String, _>("detail"));
                steps
                    .filter(|step| scans(step, &statement.text, growing))
                    .collect()
            }
            Self::Postgres(connection) => {
                run(connection, "deallocate all").await;
                let prepare = format!("prepare planned as {}", statement.text);
                let prepared = sqlx::raw_sql(AssertSqlSafe(prepare))
                    .execute(&mut *connection)
                    .await;
                prepared.unwrap_or_else(|error| panic!("{statement}\n{error}"));
                let count = sqlx::query_scalar::<_, i64>(
                    "select cardinality(parameter_types)::bigint from pg_prepared_statements
                    where name = 'planned'",
                );
                let count = count.fetch_one(&mut *connection).await.expect("prepared");
                let nulls = vec!["null"; usize::try_from(count).expect("a number")].join(", ");
                let nulls = if nulls.is_empty() {
                    nulls
                } else {
                    format!("({nulls})")
                };
                let explain = format!("explain (format json) execute planned{nulls}");
                let plan = sqlx::query_scalar::<_, Value>(AssertSqlSafe(explain));
                let plan = plan.fetch_one(&mut *connection).await.expect("a plan");
                let mut found = Vec::new();
                whole_reads(&plan[0]["Plan"], growing, false, &mut found);
                found
            }
        }
    }
}

/// Whether a step of a SQLite plan reads all of a table that grows, or of an index of it.
fn scans(step: &str, statement: &str, growing: &[String]) -> bool {
    let Some(rest) = step.strip_prefix("SCAN ") else {
        return false;
    };
    let name = rest.split_whitespace().next().unwrap_or_default();
    let table = growing
        .iter()
        .find(|table| *table == name || statement.contains(&format!(" {table} as {name} ")));
    let index = rest.rsplit_once("INDEX ").map_or("", |(_, index)| index);
    // In the order of an index, and not beyond the limit.
    let is_limited = !index.is_empty() && statement.contains(" limit ");
    table.is_some() && !is_partial(index) && !is_limited
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await;
    done.unwrap_or_else(|error| panic!("{sql}\n{error}"));
}

/// Fills every table that grows, and says that it has many times more.
async fn crowd(connection: &mut PgConnection, growing: &[String]) {
    // This database is for planning alone: no row here has to make sense.
    let constraints =
        "select format('alter table %s drop constraint %I cascade', conrelid::regclass, conname)
        from pg_constraint where contype in ('c', 'f') and conrelid <> 0 and coninhcount = 0
            and connamespace = 'public'::regnamespace";
    let constraints: Vec<String> = sqlx::query_scalar(constraints)
        .fetch_all(&mut *connection)
        .await
        .expect("constraints");
    for drop in constraints {
        run(connection, &drop).await;
    }
    run(connection, "set session_replication_role = replica").await;
    for table in growing {
        let insert = fill(connection, table).await;
        run(connection, &insert).await;
    }
    run(connection, "analyze").await;
    run(
        connection,
        &format!(
            "update pg_class set reltuples = reltuples * {TIMES}
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')
                and reltuples >= {ROWS} / 8"
        ),
    )
    .await;
}

/// The statement that fills a table.
async fn fill(connection: &mut PgConnection, table: &str) -> String {
    let columns = sqlx::query_as::<_, (String, String, String)>(
        "select column_name::text, data_type::text, is_nullable::text
        from information_schema.columns
        where table_schema = 'public' and table_name = $1 and is_identity = 'NO'",
    );
    let columns = columns
        .bind(table)
        .fetch_all(connection)
        .await
        .expect("columns");
    let value = |(name, kind, nullable): &(String, String, String)| {
        let few = FEW.iter().find(|(column, _)| column == name);
        let value = match (few, kind.as_str()) {
            (Some((_, value)), _) => (*value).to_owned(),
            (None, "text") => format!("'{name}' || i"),
            (None, "bytea") => "'\\x00'::bytea".to_owned(),
            (None, _) => "i".to_owned(),
        };
        if nullable == "YES" && few.is_none() {
            format!("case when i % 100 = 0 then {value} end")
        } else {
            value
        }
    };
    let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "insert into {table} ({}) select {} from generate_series(1, {ROWS}) as i",
        names.join(", "),
        values.join(", ")
    )
}
