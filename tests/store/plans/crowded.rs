//! A database that PostgreSQL's planner takes for a crowded one.
//!
//! It plans by sizes and statistics: some thousand rows are put into every table that grows, analysed,
//! and then said to be as many times more. What is unique stays unique in what the planner expects, and
//! a table of nine million rows costs what it would.

use sqlx::{AssertSqlSafe, PgConnection};

/// Rows that are really put into each table that grows.
const ROWS: usize = 3_000;
/// How many times more the planner takes them for: nine million.
const TIMES: usize = 3_000;

/// What stands in columns with few values; everything else counts up, and what may be null is set in
/// one of a hundred rows.
const FEW: [(&str, &str); 15] = [
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
    // Most of what was ever parked has found its player.
    (
        "assigned_to",
        "case when i % 100 > 0 then 'player' || i end",
    ),
];

pub(super) async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await;
    done.unwrap_or_else(|error| panic!("{sql}\n{error}"));
}

/// Fills every table that grows, and says that it has many times more.
pub(super) async fn crowd(connection: &mut PgConnection, growing: &[String]) {
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
    // Or the server would count again what it is about to be told.
    let relations = "select format('alter table %s set (autovacuum_enabled = off)', oid::regclass)
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";
    let relations: Vec<String> = sqlx::query_scalar(relations)
        .fetch_all(&mut *connection)
        .await
        .expect("tables");
    for leave in relations {
        run(connection, &leave).await;
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
