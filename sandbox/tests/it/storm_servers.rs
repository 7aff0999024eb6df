//! PostgreSQL and Redis under a storm: a database of its own, and what Majibu is told of it.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A database that is dropped at the end, and a prefix in Redis.
pub(crate) struct Servers {
    name: String,
    server: PgConnection,
    database: String,
    redis: String,
}

impl Servers {
    /// `None` where there are no servers to test with.
    pub(crate) async fn of(what: &str) -> Option<Self> {
        let (Ok(postgres), Ok(redis)) = (
            std::env::var("TEST_POSTGRES_URL"),
            std::env::var("TEST_REDIS_URL"),
        ) else {
            assert!(std::env::var_os("CI").is_none(), "CI has both servers");
            return None;
        };
        let name = format!("{what}_{}", std::process::id());
        let mut server = PgConnection::connect(&postgres).await.expect("PostgreSQL");
        let create = AssertSqlSafe(format!("create database {name}"));
        let created = sqlx::query(create).execute(&mut server).await;
        created.expect("a database");
        let (base, _) = postgres.rsplit_once('/').expect("a URL with a database");
        Some(Self {
            database: format!("{base}/{name}"),
            name,
            server,
            redis,
        })
    }

    /// What names them in Majibu's environment.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("MAJIBU__DATABASE__URL", self.database.clone()),
            ("MAJIBU__SESSIONS__URL", self.redis.clone()),
            ("MAJIBU__SESSIONS__PREFIX", self.name.clone()),
        ]
    }

    /// How many players the database knows.
    pub(crate) async fn players(&self) -> i64 {
        let database = PgConnection::connect(&self.database).await;
        let mut database = database.expect("its database");
        let counted = sqlx::query_scalar("select count(*) from player");
        let count = counted.fetch_one(&mut database).await.expect("a count");
        database.close().await.expect("closed");
        count
    }

    pub(crate) async fn drop(mut self) {
        let drop = AssertSqlSafe(format!("drop database {} with (force)", self.name));
        let dropped = sqlx::query(drop).execute(&mut self.server).await;
        dropped.expect("dropped");
    }
}
