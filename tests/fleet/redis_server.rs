//! A Redis of the fleet's own: it may be flushed, halted and killed.

use std::{
    process::{Child, Command, Stdio},
    time::Instant,
};

use tempfile::TempDir;

use crate::binary::{PATIENCE, free_port};

/// A running server; killed when dropped.
pub(crate) struct Redis {
    port: u16,
    folder: TempDir,
    child: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        let (port, folder) = (free_port(), TempDir::new().expect("a folder"));
        let child = spawn(port, &folder);
        let redis = Self {
            port,
            folder,
            child,
        };
        redis.answers().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Waits until it answers.
    async fn answers(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.ask("PING").await.is_err() {
            assert!(Instant::now() < deadline, "Redis does not start");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    async fn ask(&self, command: &str) -> redis::RedisResult<String> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd(command).query_async(&mut connection).await
    }

    /// Everything in it is lost.
    pub(crate) async fn flush(&self) {
        self.ask("FLUSHALL").await.expect("flushed");
    }

    /// It neither answers nor hangs up, until [`Redis::go_on`].
    pub(crate) fn halt(&self) {
        self.signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.expect("kill").success());
    }

    /// It is gone, with everything in it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a process");
        self.child.wait().expect("a process");
    }

    /// It is there again, empty.
    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(self.port, &self.folder);
        self.answers().await;
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Fails where it has ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server")
}
