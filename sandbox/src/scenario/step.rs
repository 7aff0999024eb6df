//! What a scenario can say.

use std::time::Duration;

use super::answers::Answers;
use crate::fault::{Fault, FaultPoint};
use crate::network::Network;
use crate::number::Number;

/// A scenario that was read without a mistake.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file as it was named.
    pub file: String,
    /// Its name: what it says itself, or the file's.
    pub name: String,
    /// Seed of all ids and choices, where it names one.
    pub seed: Option<u64>,
    /// What the organisation can pay out of, where it says so, in cents.
    pub(super) paybill_cents: Option<i64>,
    pub(super) phones: Vec<Cast>,
    pub(super) steps: Vec<Step>,
    pub(super) answers: Answers,
}

impl Scenario {
    /// The longest time that passes in one step, with its line.
    #[must_use]
    pub fn longest_wait(&self) -> Option<(usize, Duration)> {
        let waits = self.steps.iter().filter_map(|step| match step.what {
            What::TimePasses(time) => Some((step.line, time)),
            What::Phone(..)
            | What::Fault { .. }
            | What::NoFaults
            | What::Played { .. }
            | What::PaybillHas(_) => None,
        });
        waits.max_by_key(|(_, time)| *time)
    }
}

/// A phone of the scenario.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) name: String,
    pub(super) number: Number,
    pub(super) network: Network,
    /// What it has in M-Pesa, in cents, where the scenario says so.
    pub(super) balance_cents: Option<i64>,
    pub(super) pin: Option<String>,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) line: usize,
    /// As it stands in the file.
    pub(super) text: String,
    pub(super) what: What,
}

/// What happens, or should be so.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// The phone of this place does something, or shows something.
    Phone(usize, Does),
    TimePasses(Duration),
    Fault {
        point: FaultPoint,
        fault: Fault,
        phone: Option<Number>,
        times: usize,
    },
    NoFaults,
    /// A fault was played.
    Played {
        point: FaultPoint,
        fault: String,
    },
    /// The organisation can pay out of so many cents.
    PaybillHas(i64),
}

/// What a phone does, or shows.
#[derive(Debug, Clone)]
pub(super) enum Does {
    Dials(String),
    Sends(String),
    /// The option whose label has these words.
    Chooses(String),
    Answers {
        is_right: bool,
        times: usize,
    },
    HangsUp,
    PaysWithPin(String),
    CancelsPrompt,
    PaysPaybill {
        cents: i64,
        account: String,
        pin: String,
    },
    Texts(String),
    OptsOut,
    GoesOutOfReach,
    ComesBack,
    Sees(Seen),
    IsAskedToPay {
        cents: Option<i64>,
        within: Option<Duration>,
    },
    IsNotAsked,
    GetsSms {
        text: String,
        within: Option<Duration>,
    },
    GetsNoSms(Option<String>),
    HasInMpesa(i64),
}

/// What a phone should show.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// A part of the screen.
    Part(String),
    /// No such part.
    NoPart(String),
    /// The whole screen.
    Exactly(String),
    /// The screen of this name.
    Screen(String),
    /// An open session, or none.
    Session(bool),
}
