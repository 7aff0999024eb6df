//! Redis servers of the test's own: processes in temporary folders that may be killed, stopped in
//! mid-air and started again, and clusters of them.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::bench::{eventually, skipped};

/// One server. Dropped, it is killed.
pub(crate) struct RedisServer {
    pub(crate) port: u16,
    settings: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// A server on a free port; `None`, said aloud, where Redis is not installed.
    pub(crate) async fn start(settings: &[&str]) -> Option<Self> {
        if Command::new("redis-server")
            .arg("--version")
            .output()
            .is_err()
        {
            skipped("redis-server is not installed");
            return None;
        }
        let mut server = Self {
            port: free_port(),
            settings: settings.iter().map(ToString::to_string).collect(),
            folder: TempDir::new().expect("folder"),
            process: None,
        };
        server.restart().await;
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts the server that was killed, on its port and in its folder; nothing was saved but what
    /// a cluster knows of itself.
    pub(crate) async fn restart(&mut self) {
        let started = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(&self.settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(started.expect("redis-server"));
        eventually("the server answers", async || {
            let answer = self.cli(&["ping"]);
            (answer.contains("PONG") || answer.contains("NOAUTH")).then_some(())
        })
        .await;
    }

    /// Kills the server, as a power cut does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("gone");
        }
    }

    /// Stops the server where it is: connections stay, and nothing answers.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets a frozen server go on.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("running").id();
        let sent = Command::new("kill")
            .args([signal, &process.to_string()])
            .status();
        assert!(sent.expect("kill").success());
    }

    /// What `redis-cli` prints for a command to this server.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        let output = command.args(arguments).output().expect("redis-cli");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Three masters that share the keys, and know each other.
pub(crate) struct RedisCluster {
    pub(crate) masters: Vec<RedisServer>,
}

impl RedisCluster {
    pub(crate) async fn start() -> Option<Self> {
        let settings = [
            "--cluster-enabled",
            "yes",
            "--cluster-require-full-coverage",
            "no",
            "--cluster-node-timeout",
            "2000",
        ];
        let mut masters = Vec::new();
        for _ in 0..3 {
            masters.push(RedisServer::start(&settings).await?);
        }
        let cluster = Self { masters };
        let addresses = cluster.addresses();
        let created = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(&addresses)
            .args(["--cluster-replicas", "0", "--cluster-yes"])
            .output();
        let created = created.expect("redis-cli");
        assert!(
            created.status.success(),
            "{}",
            String::from_utf8_lossy(&created.stdout)
        );
        cluster.settles().await;
        Some(cluster)
    }

    /// Waits until every master knows that all of them are there.
    pub(crate) async fn settles(&self) {
        eventually("the cluster is whole", async || {
            let knows_all = |master: &RedisServer| {
                let info = master.cli(&["cluster", "info"]);
                info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384")
            };
            self.masters.iter().all(knows_all).then_some(())
        })
        .await;
    }

    fn addresses(&self) -> Vec<String> {
        let address = |master: &RedisServer| format!("127.0.0.1:{}", master.port);
        self.masters.iter().map(address).collect()
    }

    pub(crate) fn url(&self) -> String {
        format!("redis-cluster://{}", self.addresses().join(","))
    }

    /// Whether the master of this number keeps a key.
    pub(crate) fn keeps(&self, master: usize, key: &str) -> bool {
        self.masters[master].cli(&["exists", key]).trim() == "1"
    }
}

/// A port that is free, as is the one of the cluster's own talk, 10,000 above it.
fn free_port() -> u16 {
    loop {
        let any = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = any.local_addr().expect("an address").port();
        let other = port.checked_add(10_000);
        if other.is_some_and(|other| TcpListener::bind(("127.0.0.1", other)).is_ok()) {
            return port;
        }
    }
}
