//! What processes cost: processor time and memory, as Linux tells in `/proc`.

use std::fs;

use serde::Serialize;

use super::LoadError;

/// Ticks of processor time in a second, as `/proc` counts them on every Linux.
const TICKS: u64 = 100;

/// What a process had used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used {
    processor_ms: u64,
    resident_kib: u64,
    peak_kib: u64,
}

/// What a process used while it was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessShown {
    /// The process.
    pub pid: u32,
    /// Processor time, of all its threads.
    pub processor_ms: u64,
    /// The same for each hop, in microseconds.
    pub processor_us_per_hop: f64,
    /// Resident memory when the measurement began, in KiB.
    pub resident_before_kib: u64,
    /// Resident memory at its end, in KiB.
    pub resident_after_kib: u64,
    /// The most it ever had, in KiB.
    pub peak_kib: u64,
}

impl Used {
    /// Reads what a process has used so far.
    ///
    /// # Errors
    /// Where there is no such process, or no `/proc`.
    pub(super) fn read(pid: u32) -> Result<Self, LoadError> {
        let strange = || LoadError::plan(format!("process {pid}: /proc says something strange"));
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        // The name stands in brackets and may hold anything, blanks too.
        let (_, fields) = stat.rsplit_once(')').ok_or_else(strange)?;
        let field =
            |place: usize| -> Option<u64> { fields.split_whitespace().nth(place)?.parse().ok() };
        let (user, system) = field(11).zip(field(12)).ok_or_else(strange)?;
        let kib = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Ok(Self {
            processor_ms: (user + system) * 1_000 / TICKS,
            resident_kib: kib("VmRSS:").ok_or_else(strange)?,
            peak_kib: kib("VmHWM:").ok_or_else(strange)?,
        })
    }

    /// Processor time between this and a later instant, in milliseconds.
    pub(super) fn processor_ms_until(self, later: Self) -> u64 {
        later.processor_ms.saturating_sub(self.processor_ms)
    }

    /// What was used between this and a later instant, in which there were so many hops.
    pub(super) fn until(self, later: Self, pid: u32, hops: u64) -> ProcessShown {
        let processor_ms = self.processor_ms_until(later);
        ProcessShown {
            pid,
            processor_ms,
            processor_us_per_hop: super::figures::per(processor_ms * 1_000, hops),
            resident_before_kib: self.resident_kib,
            resident_after_kib: later.resident_kib,
            peak_kib: later.peak_kib,
        }
    }
}

/// The same of many processes.
pub(super) fn read_all(pids: &[u32]) -> Result<Vec<Used>, LoadError> {
    pids.iter().map(|pid| Used::read(*pid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_memory_and_uses_time() -> Result<(), LoadError> {
        let pid = std::process::id();
        let before = Used::read(pid)?;
        assert!(before.resident_kib > 100 && before.peak_kib >= before.resident_kib);
        let mut rounds = 0_u64;
        loop {
            rounds = std::hint::black_box(rounds + 1);
            if rounds.is_multiple_of(1_000_000) && before.processor_ms_until(Used::read(pid)?) > 0 {
                break;
            }
        }
        assert!(Used::read(u32::MAX).is_err());
        Ok(())
    }
}
