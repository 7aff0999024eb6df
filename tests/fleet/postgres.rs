//! Databases of the tests' own, and a PostgreSQL server of the storm's own, which may be restarted.

use std::{
    fs::{self, File},
    os::unix::{fs::chown, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::binary::{PATIENCE, free_port};

/// A database on a server.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// An empty one.
    pub(crate) async fn new(server: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let database = Self {
            server: server.into(),
            name: format!("majibu_fleet_{}_{number}", std::process::id()),
        };
        database
            .tell_server(format!("create database {}", database.name))
            .await;
        database
    }

    pub(crate) fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').expect("a URL with a database");
        format!("{base}/{}", self.name)
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url())
            .await
            .expect("a connection")
    }

    /// The one number of a query.
    pub(crate) async fn number(&self, query: &'static str) -> i64 {
        number(&mut self.connect().await, query).await
    }

    /// A test that fails leaves its database to be looked at.
    pub(crate) async fn drop(self) {
        let drop = format!("drop database {} with (force)", self.name);
        self.tell_server(drop).await;
    }

    async fn tell_server(&self, statement: String) {
        let mut connection = PgConnection::connect(&self.server).await.expect("server");
        let done = sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        done.expect("done");
    }
}

/// The one number of a query.
pub(crate) async fn number(connection: &mut PgConnection, query: &'static str) -> i64 {
    let number = sqlx::query_scalar(query).fetch_one(connection).await;
    number.expect("a number")
}

/// A throwaway server; stopped when dropped.
pub(crate) struct Postgres {
    port: u16,
    folder: TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    child: Child,
}

impl Postgres {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let (programs, user) = (programs(), user());
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).expect("a folder of theirs");
        }
        let made = command(&programs.join("initdb"), &folder, user)
            .args(["-D", "data", "-U", "postgres", "-A", "trust", "--no-sync"])
            .status();
        assert!(made.expect("initdb").success());
        let port = free_port();
        let child = spawn(&programs, &folder, user, port);
        let server = Self {
            port,
            folder,
            programs,
            user,
            child,
        };
        server.answers().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    async fn answers(&self) {
        let deadline = Instant::now() + PATIENCE;
        while PgConnection::connect(&self.url()).await.is_err() {
            assert!(Instant::now() < deadline, "PostgreSQL does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every connection breaks at once, as in a crash; then it is back.
    pub(crate) async fn restart(&mut self) {
        self.stop();
        self.child = spawn(&self.programs, &self.folder, self.user, self.port);
        self.answers().await;
    }

    /// The immediate shutdown: no goodbye, and recovery at the next start.
    fn stop(&mut self) {
        let told = Command::new("kill")
            .arg("-QUIT")
            .arg(self.child.id().to_string())
            .status();
        if !told.is_ok_and(|told| told.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where the server's programs are; Debian keeps them out of `PATH`.
fn programs() -> PathBuf {
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&in_path).collect::<Vec<_>>();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = versions.flatten().map(|version| version.path().join("bin"));
    let mut folders = in_path.into_iter().chain(versions);
    let found = folders.find(|folder| folder.join("initdb").exists());
    found.expect("initdb; install postgresql")
}

/// Who runs the server: it refuses to run as root.
fn user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let said = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(said.stdout).ok()?.trim().parse().ok()
    };
    let of = |name: &str| Some((id(&["-u", name])?, id(&["-g", name])?));
    if id(&["-u"]) != Some(0) {
        return None;
    }
    Some(of("postgres").or_else(|| of("nobody")).expect("a user"))
}

fn command(program: &PathBuf, folder: &TempDir, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.path().join("log"));
    command
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.expect("a log"));
    command
}

fn spawn(
    programs: &std::path::Path,
    folder: &TempDir,
    user: Option<(u32, u32)>,
    port: u16,
) -> Child {
    let sockets = format!("unix_socket_directories={}", folder.path().display());
    command(&programs.join("postgres"), folder, user)
        .args(["-D", "data", "-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1", "-c", &sockets])
        // Thrown away in seconds: it need not survive a power cut.
        .args(["-c", "fsync=off", "-c", "max_connections=200"])
        .spawn()
        .expect("postgres")
}
