//! What the providers have still to do: a prompt to follow, a result or a report to tell. Kept in a
//! state, so that it is done after a restart too.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::mpesa::result::Asked;
use crate::mpesa::reversal::Order;
use crate::mpesa::status::Question;
use crate::sms::{Expiry, Report};
use crate::world::{World, lock};

/// Something that is still to be done.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// The push of this id, until its callback.
    Push(String),
    /// The payout of this request, until its result.
    Payout(Asked),
    /// The confirmation of the payment with this receipt, with the service's own id.
    Confirmation(String, String),
    /// The answer about a transaction.
    Status(Question, Asked),
    /// The answer about the balance of a shortcode.
    Balance(String, Asked),
    /// A reversal, until its result.
    Reversal(Order, Asked),
    /// A delivery report.
    Report(Report),
    /// An SMS that waits for its phone, until it is thrown away.
    Expiry(Expiry),
}

/// Which job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JobId(u64);

/// All that is to be done, oldest first.
#[derive(Default)]
pub(crate) struct Pending {
    jobs: BTreeMap<u64, Job>,
    next: u64,
}

impl World {
    /// Notes a job.
    pub(crate) fn begin(&self, job: Job) -> JobId {
        let mut pending = lock(&self.pending);
        let id = pending.next;
        pending.next += 1;
        pending.jobs.insert(id, job);
        JobId(id)
    }

    /// Carries a job that was noted to its end, and crosses it out.
    pub(crate) fn until_end_of<L>(
        self: &Arc<Self>,
        id: JobId,
        life: L,
    ) -> impl Future<Output = ()> + Send + 'static
    where
        L: Future<Output = ()> + Send + 'static,
    {
        let world = Arc::clone(self);
        async move {
            life.await;
            lock(&world.pending).jobs.remove(&id.0);
        }
    }

    /// Notes a job at once, carries it to its end when polled, and crosses it out.
    pub(crate) fn until_done<L>(
        self: &Arc<Self>,
        job: Job,
        life: L,
    ) -> impl Future<Output = ()> + Send + 'static
    where
        L: Future<Output = ()> + Send + 'static,
    {
        self.until_end_of(self.begin(job), life)
    }

    /// All jobs, oldest first.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        lock(&self.pending).jobs.values().cloned().collect()
    }

    /// Forgets all jobs.
    pub(crate) fn forget_jobs(&self) {
        lock(&self.pending).jobs.clear();
    }
}
