//! When the service is killed: right after something that it did or heard.

use std::{collections::BTreeSet, time::Duration};

use rand::{RngExt, rngs::StdRng};
use sandbox::{Exchange, Simulator};

/// How long a moment is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A moment to kill at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// As soon as it was started.
    Start,
    /// After so many hops.
    Hops(usize),
    /// Daraja has accepted a push; the answer is on its way.
    Push,
    /// A push was paid; its callback is on its way.
    Paid,
    /// So many callbacks of Daraja were acknowledged.
    Callbacks(usize),
    /// So many SMS are on phones; the answer for the last is on its way.
    Sms(usize),
    /// It asked how a push went.
    Query,
}

impl Moment {
    /// A moment for a round: each kind comes, and how much must happen before is left to chance.
    pub(crate) fn of_round(round: usize, rng: &mut StdRng) -> Self {
        match round % 7 {
            0 => Self::Hops(rng.random_range(1..20)),
            1 => Self::Push,
            2 => Self::Callbacks(rng.random_range(1..4)),
            3 => Self::Sms(rng.random_range(1..5)),
            4 => Self::Paid,
            5 => Self::Start,
            _ => Self::Query,
        }
    }

    /// Lets people play for a while first, so that there is something to lose; gives the exchange
    /// from which the moment counts.
    pub(crate) async fn after_play(self, sim: &Simulator, since: u64, rng: &mut StdRng) -> u64 {
        if let Self::Start = self {
            return since;
        }
        let hops = rng.random_range(60..140);
        Self::Hops(hops).wait(sim, since).await;
        sim.exchanges().last().map_or(since, |exchange| exchange.id)
    }

    /// Waits for the moment; counts from the exchange `since`.
    pub(crate) async fn wait(self, sim: &Simulator, since: u64) {
        let (what, count) = match self {
            Self::Start => return,
            Self::Paid => {
                let is_on_its_way =
                    |push: &sandbox::Push| push.result.is_some() && push.callbacks.is_empty();
                let push = sim.wait_for_push(is_on_its_way, PATIENCE).await;
                assert!(push.is_some(), "no push was paid");
                return;
            }
            Self::Hops(count) => ("USSD hop", count),
            Self::Callbacks(count) => ("STK callback", count),
            Self::Push => ("/mpesa/stkpush/v1/processrequest", 1),
            Self::Sms(count) => ("/version1/messaging", count),
            Self::Query => ("/mpesa/stkpushquery/v1/query", 1),
        };
        let mut seen = BTreeSet::new();
        let is_it = |exchange: &Exchange| {
            if exchange.id > since && exchange.what == what && exchange.status.is_some() {
                seen.insert(exchange.id);
            }
            seen.len() >= count
        };
        let came = sim.wait_for_exchange(is_it, PATIENCE).await;
        assert!(came.is_some(), "{self:?} did not come");
    }
}
