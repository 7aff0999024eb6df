//! `database.url`, `sessions.url` and `http.listen`: what cannot be used is said in one clear line
//! that names the key and shows no password.

use std::net::TcpListener;

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::binary::House;

impl House {
    /// Runs a statement on the database behind the binary's back; gives the last number of it.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let url = format!("sqlite://{}", self.path("majibu.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut connection = SqliteConnection::connect(&url).await.expect("connected");
            let sql = AssertSqlSafe(sql.to_owned());
            let rows = sqlx::query(sql).fetch_all(&mut connection).await;
            let number = rows.expect("done").first().map(|row| row.get::<i64, _>(0));
            connection.close().await.expect("closed");
            number.map(|number| number.to_string()).unwrap_or_default()
        })
    }
}

fn refused(variable: &str, value: &str, key: &str) {
    let house = House::new();
    for command in [&["migrate"][..], &["serve"], &["ledger", "check", "--json"]] {
        let said = house.run_with(&[(variable, value)], command).ended(2);
        assert_eq!(said.stdout, "", "{value}");
        let line = said.one_line();
        assert_eq!(line.matches(key).count(), 1, "{value}: {line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

#[test]
fn a_database_that_cannot_be_used_is_refused() {
    for url in [
        "",
        "majibu.db",
        "mysql://majibu:hunter2@localhost/majibu",
        "sqlite:///no/such/folder/majibu.db",
        "sqlite://no/such/folder/majibu.db",
        "sqlite:///",
        "sqlite://majibu.db?mode=nope",
        // Each connection would have a database of its own, and none would outlive the process.
        "sqlite://",
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://majibu.db?mode=memory",
    ] {
        refused("MAJIBU__DATABASE__URL", url, "database.url");
    }
}

#[test]
fn a_database_that_is_not_ours_is_refused() {
    let house = House::new();
    house.write("majibu.db", "This is a letter to my bank, and no database.");
    let said = house.run(&["migrate"]).ended(2);
    assert!(said.one_line().contains("database.url"), "{said:?}");
}

#[test]
fn sessions_that_this_build_does_not_have_are_refused() {
    for url in ["", "memory", "rubbish", "file:///tmp/sessions"] {
        refused("MAJIBU__SESSIONS__URL", url, "sessions.url");
    }
}

#[test]
fn sqlite_takes_relative_and_absolute_paths_and_creates_the_file() {
    let house = House::new();
    let absolute = house.path("absolute.db");
    for (url, path) in [
        ("sqlite://relative.db".to_owned(), house.path("relative.db")),
        (format!("sqlite://{}", absolute.display()), absolute),
    ] {
        let env = [("MAJIBU__DATABASE__URL", url.as_str())];
        house.run_with(&env, &["migrate"]).ended(0);
        assert!(path.exists(), "{url}");
        house.run_with(&env, &["ledger", "check"]).ended(0);
    }
}

/// A statement of M-Pesa's without a row.
const MPESA: &str = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn\n";

/// Commands that only look leave a schema alone that is not theirs, and say what to do.
#[test]
fn what_only_looks_changes_no_schema() {
    let house = House::new();
    let looks = [
        &["ledger", "check"][..],
        &["player", "show", "0712345678"],
        &["suspense", "list"],
        &["statement", "--date", "2024-03-01"],
        &["mpesa", "reconcile", "mpesa.csv"],
    ];
    house.write("mpesa.csv", MPESA);
    let last = "select max(version) from _sqlx_migrations";
    // A house of version 0.1, which ended at the third migration.
    house.write("majibu.db", "");
    house.sql(include_str!("../released/0.1/sqlite.sql"));
    for command in looks {
        let said = house.run(command).ended(2);
        let line = said.one_line();
        assert!(
            line.contains("database.url") && line.contains("majibu migrate"),
            "{line}"
        );
        assert_eq!(house.sql(last), "3");
    }
    house.run(&["migrate"]).ended(0);
    assert_ne!(house.sql(last), "3");
    house.run(&["ledger", "check"]).ended(0);
    house.sql("update _sqlx_migrations set version = 9999 where version = 4");
    for command in looks {
        let said = house.run(command).ended(2);
        let line = said.one_line();
        assert!(
            line.contains("database.url") && line.contains("9999"),
            "{line}"
        );
    }
}

#[test]
fn a_port_in_use_is_said_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let house = House::new();
    let said = house
        .run_with(&[("MAJIBU__HTTP__LISTEN", &address)], &["serve"])
        .ended(2);
    let line = said.stderr.lines().last().unwrap_or_default();
    assert!(
        line.contains("http.listen") && line.contains(&address),
        "{said:?}"
    );
}
