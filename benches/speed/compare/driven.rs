//! Loads, by the load generator in a process of its own.

use std::{ops::Range, path::Path, process::Command};

use serde_json::Value;

use crate::Failure;

/// A whole game, of any category and for any stake.
pub(super) const GAME: &str = "dial:home 1:category ?:stake ?:confirm 1:question 1:question \
1:question 1:question 1:question 1:waiting|won|lost|drawn";

/// The same for a service that names no screens.
pub(super) const NAMELESS: &str = "dial 1 ? ? 1*6";

/// A game up to its first question, of one category and for one stake: they start one after the other.
pub(super) const CROWDED: &str = "dial:home 1:category 1:stake 1:confirm 1:question";

/// What is the same for all loads.
pub(super) struct Load<'a> {
    pub(super) program: &'a Path,
    pub(super) clients: u32,
    pub(super) seconds: u64,
}

/// What came of one.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) hops_per_second: f64,
    /// Microseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    /// Processor time of the measured process for each hop, in microseconds.
    pub(super) processor: f64,
    /// Its memory at the end.
    pub(super) resident_mib: f64,
    /// Hops and seconds of each step.
    steps: Vec<(f64, f64)>,
}

impl Report {
    /// Hops a second over some steps.
    pub(super) fn rate(&self, steps: Range<usize>) -> f64 {
        let steps = self.steps.get(steps).unwrap_or_default();
        let hops: f64 = steps.iter().map(|(hops, _)| hops).sum();
        let seconds: f64 = steps.iter().map(|(_, seconds)| seconds).sum();
        hops / seconds
    }
}

impl Load<'_> {
    /// A script over and over, of so many callers; a marker tells them apart.
    pub(super) fn timed(
        &self,
        url: &str,
        script: &str,
        (callers, marker): (u32, &str),
        pid: u32,
    ) -> Result<Report, Failure> {
        let (seconds, callers) = (self.seconds.to_string(), callers.to_string());
        self.run(
            url,
            script,
            pid,
            &[
                "--seconds",
                &seconds,
                "--callers",
                &callers,
                "--marker",
                marker,
            ],
        )
    }

    /// So many games, step by step, of callers from `first` on.
    pub(super) fn stepped(
        &self,
        url: &str,
        script: &str,
        first: u32,
        games: u32,
        pid: u32,
    ) -> Result<Report, Failure> {
        let (first, games) = (caller(first), games.to_string());
        let arguments = ["--steps", "--sessions", &games, "--first-caller", &first];
        self.run(url, script, pid, &arguments)
    }

    /// So many games, each client on its own, of callers from `first` on.
    pub(super) fn games(
        &self,
        url: &str,
        script: &str,
        first: u32,
        games: u32,
        pid: u32,
    ) -> Result<Report, Failure> {
        let (first, games) = (caller(first), games.to_string());
        let arguments = [
            "--sessions",
            &games,
            "--first-caller",
            &first,
            "--warm-up",
            "0",
        ];
        self.run(url, script, pid, &arguments)
    }

    /// # Errors
    /// When an answer was wrong as well: what is wrong may be as fast as it likes.
    fn run(&self, url: &str, script: &str, pid: u32, more: &[&str]) -> Result<Report, Failure> {
        let mut command = Command::new(self.program);
        command
            .args(["load", url, "--json", "--script", script])
            .args([
                "--clients",
                &self.clients.to_string(),
                "--pid",
                &pid.to_string(),
            ])
            .args(more);
        let output = command.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let complained = String::from_utf8_lossy(&output.stderr);
            return Err(format!("load of {url}: {said}{complained}").into());
        }
        let report: Value = serde_json::from_slice(&output.stdout)?;
        let number = |value: &Value| value.as_f64().unwrap_or_default();
        let process = &report["processes"][0];
        let steps = report["steps"].as_array().into_iter().flatten();
        Ok(Report {
            hops_per_second: number(&report["hops_per_second"]),
            p50: number(&report["latency"]["p50_us"]),
            p99: number(&report["latency"]["p99_us"]),
            processor: number(&process["processor_us_per_hop"]),
            resident_mib: number(&process["resident_after_kib"]) / 1_024.0,
            steps: steps
                .map(|step| (number(&step["hops"]), number(&step["seconds"])))
                .collect(),
        })
    }
}

fn caller(place: u32) -> String {
    format!("+254{}", 700_000_000 + place)
}
