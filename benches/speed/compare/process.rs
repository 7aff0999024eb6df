//! A process that is measured: started, watched, and killed when it is dropped.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::Failure;

/// How long a process may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ticks of processor time in a second, as `/proc` counts them.
const TICKS: u64 = 100;

pub(super) struct Started(Child);

impl Started {
    /// Starts a program, without its output.
    pub(super) fn start(command: &mut Command) -> Result<Self, Failure> {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }

    pub(super) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until something listens on a port of this machine.
    pub(super) async fn until_it_listens(&mut self, port: u16) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            self.is_alive()?;
            if Instant::now() > deadline {
                return Err("nothing listens".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Fails when the process has ended.
    pub(super) fn is_alive(&mut self) -> Result<(), Failure> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("a measured process has ended: {status}").into()),
        }
    }

    /// Processor time so far.
    pub(super) fn processor(&self) -> Result<Duration, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        let (_, fields) = stat
            .rsplit_once(')')
            .ok_or("/proc says something strange")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |place: usize| -> Result<u64, Failure> {
            Ok(fields.get(place).ok_or("/proc says too little")?.parse()?)
        };
        Ok(Duration::from_millis(
            (ticks(11)? + ticks(12)?) * 1_000 / TICKS,
        ))
    }

    /// Resident memory, in MiB.
    pub(super) fn resident_mib(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: u64 = line
            .and_then(|line| line.split_whitespace().next())
            .ok_or("/proc says too little")?
            .parse()?;
        Ok(super::mib(kib * 1_024))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens on.
pub(super) fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
