//! The state: everything that a restart would lose, as one JSON document that can be saved, loaded
//! and forgotten.
//!
//! Kept are M-Pesa with its books, open prompts and results that are still to be told, the phones
//! with their inboxes, what the gateway keeps of SMS, and the place of the dice, so that a loaded
//! state goes on as the saved one would have. Not kept are the configuration, the record of
//! exchanges, faults that wait, and USSD sessions, which no gateway keeps over a restart.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::dice::Place;
use crate::mpesa::{Restored, SavedMpesa, resumed};
use crate::number::Number;
use crate::pending::Job;
use crate::phone::SavedPhone;
use crate::pulse::Change;
use crate::sms::SmsBooks;
use crate::world::{World, lock};

/// What the document says that it is.
const FORMAT: &str = "sandbox state";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// Why a state was not loaded or saved. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It is not a state, or a broken one.
    #[error("not a state that can be loaded: {0}")]
    Broken(String),
    /// It is of another version of the simulator.
    #[error("the state is of version {0}, and this simulator reads version {VERSION} only")]
    Version(u64),
    /// The simulator runs on a virtual clock, where the times of a state mean nothing.
    #[error("no state can be loaded on a virtual clock")]
    VirtualClock,
    /// The simulator was started without a file for it.
    #[error("there is no state file; start with --state FILE")]
    NoFile,
    /// The file cannot be read.
    #[error("cannot read {}: {}", .0.display(), .1)]
    Read(PathBuf, io::Error),
    /// The file cannot be written.
    #[error("cannot write {}: {}", .0.display(), .1)]
    Write(PathBuf, io::Error),
    /// The file is there and is not a good state.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, Box<StateError>),
}

/// The head of the document, looked at before the rest.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u64,
}

/// The document.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct State {
    format: String,
    version: u32,
    dice: Place,
    mpesa: SavedMpesa,
    phones: Vec<SavedPhone>,
    /// The phones on the page, in their order.
    desk: Vec<Number>,
    sms: SmsBooks,
    pending: Vec<Job>,
}

impl World {
    /// The state at this moment, as JSON.
    pub(crate) fn state(&self) -> String {
        let _still = self.stand_still();
        let state = State {
            format: FORMAT.to_owned(),
            version: VERSION,
            dice: self.dice.place(),
            mpesa: self.mpesa.saved(),
            phones: self.phones().iter().map(|phone| phone.saved()).collect(),
            desk: lock(&self.desk).clone(),
            sms: lock(&self.sms).clone(),
            pending: self.jobs(),
        };
        // Text, numbers and lists only: there is nothing in it that cannot be written.
        let mut json = serde_json::to_string_pretty(&state).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Puts a state in the place of this one. What was under way is given up first.
    pub(crate) async fn load(self: &Arc<Self>, json: &str) -> Result<(), StateError> {
        if self.config.starts_at.is_some() {
            return Err(StateError::VirtualClock);
        }
        let broken = |error: serde_json::Error| StateError::Broken(error.to_string());
        let head: Head = serde_json::from_str(json).map_err(broken)?;
        if head.format != FORMAT {
            return Err(StateError::Broken(format!("it says {:?}", head.format)));
        }
        if head.version != u64::from(VERSION) {
            return Err(StateError::Version(head.version));
        }
        let state: State = serde_json::from_str(json).map_err(broken)?;
        let mpesa = state.mpesa.restored(&self.config.daraja);
        let mpesa = mpesa.map_err(StateError::Broken)?;
        if !state.pending.iter().all(|job| mpesa.knows(job)) || mpesa.has_forsaken(&state.pending) {
            let reason = "what is still to be done does not fit the pushes and payouts";
            return Err(StateError::Broken(reason.to_owned()));
        }
        if !state.dice.is_plausible() {
            return Err(StateError::Broken(
                "the dice were thrown too often".to_owned(),
            ));
        }
        self.replace(mpesa, state.phones, state.desk, state.sms, || {
            self.dice.go_to(state.dice)
        })
        .await;
        for job in state.pending {
            let is_patient = matches!(job, Job::Expiry(_));
            let Some(life) = resumed(self, job.clone()) else {
                continue;
            };
            if is_patient {
                self.spawn_patiently(self.until_done(job, life));
            } else {
                self.spawn(self.until_done(job, life));
            }
        }
        Ok(())
    }

    /// Forgets everything, as if the simulator had just been started with the same configuration.
    pub(crate) async fn reset(&self) {
        let mpesa = Restored::fresh(&self.config.daraja);
        let dice = || self.dice.reset(self.config.seed);
        self.replace(mpesa, Vec::new(), Vec::new(), SmsBooks::default(), dice)
            .await;
        self.resets.send_modify(|count| *count += 1);
    }

    async fn replace(
        &self,
        mpesa: Restored,
        phones: Vec<SavedPhone>,
        desk: Vec<Number>,
        sms: SmsBooks,
        dice: impl FnOnce(),
    ) {
        let life = self.give_up().await;
        {
            let _still = self.stand_still();
            dice();
            self.mpesa.replace(mpesa);
            *lock(&self.sms) = sms;
            self.sms_account.reset();
            self.forget_jobs();
            self.clear_faults(None);
            self.exchanges.clear();
            self.pulse.tell(Change::Record);
            self.replace_phones(phones, desk);
        }
        self.live_again(life);
    }

    /// Writes the state into its file.
    pub(crate) fn save(&self) -> Result<PathBuf, StateError> {
        let file = self.config.state.as_ref().ok_or(StateError::NoFile)?;
        write(file, &self.state()).map_err(|error| StateError::Write(file.clone(), error))?;
        Ok(file.clone())
    }

    /// Loads the state from its file, if there is one.
    pub(crate) async fn load_file(self: &Arc<Self>) -> Result<(), StateError> {
        let Some(file) = &self.config.state else {
            return Ok(());
        };
        match fs::read_to_string(file) {
            Ok(json) => self
                .load(&json)
                .await
                .map_err(|error| StateError::File(file.clone(), Box::new(error))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StateError::Read(file.clone(), error)),
        }
    }
}

/// Whole or not at all: beside the file first, then in its place.
fn write(file: &Path, json: &str) -> io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(json.as_bytes())?;
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}
