//! Turns and commits, on a file of two tables.

#[cfg(test)]
use futures::future::join_all;
use sqlx::{AssertSqlSafe, SqliteConnection};
use tempfile::TempDir;

use super::{super::sqlite::SqliteFile, GROUP};

const TABLES: &str = "create table row (id integer primary key);
    create table child (of integer references row (id))";

async fn file() -> (TempDir, SqliteFile) {
    let folder = TempDir::new().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("turns.db").display());
    let file = SqliteFile::open(&url).await.expect("a file");
    let mut connection = file.connect().await.expect("a connection");
    run(&mut connection, TABLES).await.expect("tables");
    (folder, file)
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
}

async fn rows(connection: &mut SqliteConnection) -> i64 {
    let rows = sqlx::query_scalar("select count(*) from row");
    rows.fetch_one(connection).await.expect("a count")
}

async fn committed(file: &SqliteFile) -> i64 {
    rows(&mut file.read().await.expect("a reader")).await
}

/// Writes a row in a turn of its own; gives how many are there and not yet committed.
async fn write_a_row(file: SqliteFile) -> i64 {
    let mut turn = file.writer.turn().await.expect("a turn");
    run(&mut turn, "insert into row default values")
        .await
        .expect("written");
    let waiting = rows(&mut turn).await - committed(&file).await;
    turn.commit().await.expect("committed");
    waiting
}

#[tokio::test]
async fn a_group_takes_in_those_who_wait_and_no_more_than_it_may() {
    let (_folder, file) = file().await;
    // Nobody goes on before all of them stand in line.
    let first = file.writer.turn().await.expect("a turn");
    let crowd = 3 * GROUP;
    let crowded: Vec<_> = (0..crowd)
        .map(|_| tokio::spawn(write_a_row(file.clone())))
        .collect();
    tokio::task::yield_now().await;
    first.commit().await.expect("committed");
    let mut waiting = Vec::new();
    for one in join_all(crowded).await {
        waiting.push(one.expect("it ends"));
    }
    let most = waiting.iter().max().copied().unwrap_or_default();
    assert!(most > 1, "no two share a commit");
    assert!(most <= i64::try_from(GROUP).expect("a count"), "{most}");
    assert_eq!(
        committed(&file).await,
        i64::try_from(crowd).expect("a count")
    );
}

#[tokio::test]
async fn who_writes_alone_waits_for_nobody() {
    let (_folder, file) = file().await;
    for number in 0..3 {
        assert_eq!(write_a_row(file.clone()).await, 1);
        assert_eq!(committed(&file).await, number + 1);
    }
}

#[tokio::test]
async fn a_commit_that_fails_fails_for_the_whole_group_and_nobody_after_it() {
    let (_folder, file) = file().await;
    let mut first = file.writer.turn().await.expect("a turn");
    run(&mut first, "insert into row default values")
        .await
        .expect("written");
    let writer = file.writer.clone();
    let second = tokio::spawn(async move { writer.turn().await });
    tokio::task::yield_now().await;
    let first = tokio::spawn(first.commit());
    let mut second = second.await.expect("it ends").expect("a turn");
    // Only the commit looks at this.
    let orphan = "pragma defer_foreign_keys = on; insert into child (of) values (77)";
    run(&mut second, orphan).await.expect("written");
    let second = second.commit().await;
    let first = first.await.expect("it ends");
    assert!(first.is_err() && second.is_err(), "{first:?} {second:?}");
    assert_eq!(committed(&file).await, 0);
    write_a_row(file.clone()).await;
    assert_eq!(committed(&file).await, 1);
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_by_itself_is_not_told_as_done() {
    let (_folder, file) = file().await;
    let mut first = file.writer.turn().await.expect("a turn");
    run(&mut first, "insert into row default values")
        .await
        .expect("written");
    let writer = file.writer.clone();
    let second = tokio::spawn(async move { writer.turn().await });
    let third = tokio::spawn(write_a_row(file.clone()));
    tokio::task::yield_now().await;
    let first = tokio::spawn(first.commit());
    let mut second = second.await.expect("it ends").expect("a turn");
    // As it does where the disk is full.
    let failed = run(&mut second, "insert or rollback into row (id) values (1)").await;
    assert!(failed.is_err());
    drop(second);
    let first = first.await.expect("it ends");
    assert!(first.is_err(), "{first:?}");
    third.await.expect("the next group is as good as any");
    assert_eq!(committed(&file).await, 1);
}

#[tokio::test]
async fn whoever_stands_in_line_is_served_before_it_closes() {
    let (_folder, file) = file().await;
    let first = file.writer.turn().await.expect("a turn");
    let second = tokio::spawn(write_a_row(file.clone()));
    tokio::task::yield_now().await;
    let closing = tokio::spawn({
        let writer = file.writer.clone();
        async move { writer.close().await }
    });
    tokio::task::yield_now().await;
    first.commit().await.expect("committed");
    second.await.expect("it ends");
    closing.await.expect("it ends");
    assert!(file.writer.turn().await.is_err());
    assert_eq!(committed(&file).await, 1);
}
