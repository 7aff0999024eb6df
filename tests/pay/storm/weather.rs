//! The faults of a storm: for each point as many as messages may pass there, chosen by chance.

use std::time::Duration;

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use sandbox::{AfterQueue, Fault, FaultPoint, Simulator};

use super::POINTS;

/// Queues a fault, or none, for each of the next messages of every point.
pub(super) fn turn(sim: &Simulator, rng: &mut StdRng, messages: usize) {
    for point in POINTS {
        let faults: Vec<Fault> = faults(point)
            .into_iter()
            .filter(|fault| point.plays(fault))
            .collect();
        for _ in 0..messages {
            // Late by nothing is no fault.
            let fault = match rng.random_range(0..10) {
                0..=5 => Fault::Late(Duration::ZERO),
                6 => Fault::Late(Duration::from_millis(rng.random_range(1..60))),
                _ => pick(&faults, rng),
            };
            sim.inject(point, fault, 1)
                .expect("a fault that is played here");
        }
    }
}

/// One of the faults; those that cost real time, and lies about amounts, are rare.
fn pick(faults: &[Fault], rng: &mut StdRng) -> Fault {
    let fault = faults.choose(rng).expect("some").clone();
    // The house's own faults stop all payouts for a quarter of an hour.
    let is_rare = matches!(&fault, Fault::Hang | Fault::Amount(_))
        || matches!(&fault, Fault::Outcome(code) if code == "1" || code == "2001");
    if is_rare && !rng.random_ratio(1, 3) {
        return pick(faults, rng);
    }
    fault
}

/// Everything that can go wrong. What M-Pesa states of a payout is never a certain failure of one that
/// it made: whoever lies like that must be believed, and has a test of its own (trap 26).
fn faults(point: FaultPoint) -> Vec<Fault> {
    let mut faults = vec![
        Fault::Refuse(401),
        Fault::Refuse(404),
        Fault::Refuse(429),
        Fault::Refuse(500),
        Fault::Refuse(503),
        Fault::Unheard,
        Fault::Fail(500),
        Fault::Fail(503),
        Fault::Empty,
        Fault::Html,
        Fault::Hang,
        Fault::Cut,
        Fault::Lost,
        Fault::Lost,
        Fault::Twice,
        Fault::Twice,
        Fault::Early,
        Fault::QueueTimeout(AfterQueue::Dropped),
        Fault::QueueTimeout(AfterQueue::Silence),
        Fault::QueueTimeout(AfterQueue::Result),
        Fault::Outcome("1".into()),
        Fault::Outcome("2001".into()),
        Fault::Outcome("8".into()),
        Fault::Outcome("4".into()),
        Fault::Outcome("2040".into()),
        Fault::Outcome("SFC_IC0003".into()),
        Fault::Outcome("26".into()),
        Fault::Amount(77_700),
        Fault::Status("Pending".into()),
        Fault::Status("Authorized".into()),
        Fault::Status("Adrift".into()),
    ];
    let codes: &[&str] = if point == FaultPoint::StkQuery {
        &["0", "1032", "1037", "4999", "7", ""]
    } else if point == FaultPoint::B2cResult {
        &["17", "26", "100000000", "4999", "TP40153", ""]
    } else {
        &["2032", "2001", "17", "25", ""]
    };
    faults.extend(codes.iter().map(|code| Fault::ResultCode((*code).into())));
    faults
}
