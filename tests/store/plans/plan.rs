//! Plans of statements, and what they read from one end to the other. SQLite plans by its schema alone.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use super::{
    SMALL,
    crowded::{crowd, run},
    source::Statement,
};
use crate::bench::Bench;

/// An index of PostgreSQL.
pub(super) struct Index {
    table: String,
    /// The column that it is sorted by first.
    first: String,
    /// Whether it holds some rows only: what is due, or open.
    is_partial: bool,
}

/// A connection that plans statements and runs none.
pub(super) enum Planner {
    Sqlite {
        connection: SqliteConnection,
        partial: Vec<String>,
    },
    Postgres {
        connection: PgConnection,
        indexes: BTreeMap<String, Index>,
    },
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

impl Planner {
    pub(super) async fn on(bench: &Bench, growing: &[String]) -> Self {
        if !bench.is_postgres() {
            let partial = "select name from sqlite_master
                where type = 'index' and lower(sql) like '%where%'";
            let partial = bench.texts(partial).await;
            let connection = SqliteConnection::connect(&bench.url).await;
            let mut connection = connection.expect("connected");
            // A plan shows what would be read for a foreign key that is violated; none ever is.
            let off = sqlx::raw_sql("pragma foreign_keys = off");
            off.execute(&mut connection).await.expect("off");
            return Self::Sqlite {
                connection,
                partial,
            };
        }
        let connection = PgConnection::connect(&bench.url).await;
        let mut connection = connection.expect("connected");
        crowd(&mut connection, growing).await;
        // A plan for any parameters, since the ones of a test say nothing of tomorrow's.
        run(&mut connection, "set plan_cache_mode = force_generic_plan").await;
        let indexes = indexes(&mut connection).await;
        Self::Postgres {
            connection,
            indexes,
        }
    }

    /// What a statement reads from one end to the other; or that it cannot be planned.
    pub(super) async fn reads_whole(
        &mut self,
        statement: &Statement,
        growing: &[String],
    ) -> Vec<String> {
        match self {
            Self::Sqlite {
                connection,
                partial,
            } => {
                let explain = AssertSqlSafe(format!("explain query plan {}", statement.text));
                let steps = match sqlx::query(explain).fetch_all(connection).await {
                    Ok(rows) => rows,
                    Err(error) => return vec![format!("cannot be planned: {error}")],
                };
                let steps = steps.iter().map(|row| row.get::<String, _>("detail"));
                let scans = |step: &String| scans(step, &statement.text, growing, partial);
                steps.filter(scans).collect()
            }
            Self::Postgres {
                connection,
                indexes,
            } => match plan(connection, &statement.text).await {
                Ok(plan) => {
                    let mut found = Vec::new();
                    whole_reads(&plan[0]["Plan"], growing, indexes, false, &mut found);
                    found
                }
                Err(error) => vec![format!("cannot be planned: {error}")],
            },
        }
    }
}

/// Whether a step of a SQLite plan reads all of a table that grows, or of an index of it.
fn scans(step: &str, statement: &str, growing: &[String], partial: &[String]) -> bool {
    let Some(rest) = step.strip_prefix("SCAN ") else {
        return false;
    };
    let name = rest.split_whitespace().next().unwrap_or_default();
    let is_growing = growing
        .iter()
        .any(|table| table == name || statement.contains(&format!(" {table} as {name} ")));
    let index = rest.rsplit_once("INDEX ").map_or("", |(_, index)| index);
    // In the order of an index, and not beyond the limit.
    let is_limited = !index.is_empty() && statement.contains(" limit ");
    is_growing && !is_limited && !partial.iter().any(|name| name == index)
}

/// Plans a statement for parameters that nobody knows.
async fn plan(connection: &mut PgConnection, statement: &str) -> Result<Value, sqlx::Error> {
    let mut statement = statement.to_owned();
    loop {
        let prepare = AssertSqlSafe(format!("prepare planned as {statement}"));
        let error = match sqlx::raw_sql(prepare).execute(&mut *connection).await {
            Ok(_) => break,
            Err(error) => error,
        };
        // The driver says what kind its parameters are; here the text alone has to. It is numbers of
        // which the text may say too little.
        let said = error.to_string();
        let parameter = said.rsplit_once("data type of parameter ");
        let parameter = parameter.and_then(|(_, rest)| rest.split_whitespace().next());
        let Some(parameter) = parameter.filter(|name| statement.contains(*name)) else {
            return Err(error);
        };
        let cast = format!("cast({parameter} as bigint)");
        if statement.contains(&cast) {
            return Err(error);
        }
        statement = statement.replace(parameter, &cast);
    }
    let count = "select cardinality(parameter_types)::bigint from pg_prepared_statements
        where name = 'planned'";
    let count: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut *connection)
        .await?;
    let nulls = vec!["null"; usize::try_from(count).expect("a number")].join(", ");
    let nulls = if nulls.is_empty() {
        nulls
    } else {
        format!("({nulls})")
    };
    let explain = AssertSqlSafe(format!("explain (format json) execute planned{nulls}"));
    let plan = sqlx::query_scalar(explain)
        .fetch_one(&mut *connection)
        .await?;
    run(connection, "deallocate planned").await;
    Ok(plan)
}

async fn indexes(connection: &mut PgConnection) -> BTreeMap<String, Index> {
    let all = sqlx::query_as::<_, (String, String, String, bool)>(
        "select i.relname::text, t.relname::text, pg_get_indexdef(indexrelid, 1, true),
            indpred is not null
        from pg_index
        join pg_class i on i.oid = indexrelid
        join pg_class t on t.oid = indrelid
        where i.relnamespace = 'public'::regnamespace",
    );
    let all = all.fetch_all(connection).await.expect("indexes");
    let index = |(name, table, first, is_partial)| {
        (
            name,
            Index {
                table,
                first,
                is_partial,
            },
        )
    };
    all.into_iter().map(index).collect()
}

/// The nodes of a PostgreSQL plan that read a whole table or index, in words.
fn whole_reads(
    node: &Value,
    growing: &[String],
    indexes: &BTreeMap<String, Index>,
    under_limit: bool,
    found: &mut Vec<String>,
) {
    let text = |key: &str| node[key].as_str().unwrap_or_default();
    let is_growing = |relation: &str| {
        growing
            .iter()
            .any(|table| relation == table || is_partition(relation, table))
    };
    let kind = text("Node Type");
    if kind == "Seq Scan" && is_growing(text("Relation Name")) {
        found.push(format!("Seq Scan on {}", text("Relation Name")));
    }
    if let Some(index) = indexes.get(text("Index Name")) {
        // A condition on a later column alone reads the index from one end to the other.
        let is_bounded =
            under_limit || index.is_partial || speaks_of(text("Index Cond"), &index.first);
        if is_growing(&index.table) && !is_bounded {
            found.push(format!("all of the index {}", text("Index Name")));
        }
    }
    // Only what comes out in order stops at the limit: a sort reads everything first.
    let passes = ["LockRows", "Append", "Merge Append", "Nested Loop"].contains(&kind);
    let limits = kind == "Limit" || (under_limit && passes);
    for below in node["Plans"].as_array().into_iter().flatten() {
        whole_reads(below, growing, indexes, limits, found);
    }
}

/// Whether a condition speaks of a column, or of an expression that an index is sorted by.
fn speaks_of(condition: &str, column: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if !column.chars().all(is_word) {
        return condition.contains(column);
    }
    condition
        .split(|c: char| !is_word(c))
        .any(|word| word == column)
}

/// Whether a relation is one of the partitions of a table: by number, by month, or the one for the rest.
fn is_partition(relation: &str, table: &str) -> bool {
    let rest = relation.strip_prefix(table);
    let Some(rest) = rest.and_then(|rest| rest.strip_prefix('_')) else {
        return false;
    };
    rest == "other" || rest.chars().all(|c| c.is_ascii_digit() || c == '_')
}
