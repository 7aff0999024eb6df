//! An apalis source that leases due rows of one kind: it polls, and is woken by whoever made a row
//! due in this process. A database outage makes it wait; it never ends the worker.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::{Task, builder::TaskBuilder},
    worker::context::WorkerContext,
};
use futures::future::BoxFuture;
use tower::layer::util::Identity;

use crate::{
    app::{App, AppError, Work},
    store::Claim,
    telemetry,
};

/// How long the source waits after a claim that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The source.
pub(super) struct DueBackend {
    app: App,
    what: Claim,
    limit: usize,
    poll: Duration,
    state: State,
}

enum State {
    Buffered(VecDeque<Arc<Work>>),
    Claiming(BoxFuture<'static, Result<Vec<Work>, AppError>>),
    Idle(BoxFuture<'static, ()>),
}

impl DueBackend {
    /// A source of one kind of work.
    pub(super) fn new(app: App, what: Claim, limit: usize, poll: Duration) -> Self {
        Self {
            app,
            what,
            limit,
            poll,
            state: State::Buffered(VecDeque::new()),
        }
    }

    fn claim(&self) -> State {
        let (app, what, limit) = (self.app.clone(), self.what, self.limit);
        State::Claiming(Box::pin(async move { app.claim(what, limit).await }))
    }

    /// Waits for the next poll, or for a nudge.
    fn idle(&self, wait: Duration) -> State {
        let nudge = self.app.nudge(self.what);
        State::Idle(Box::pin(async move {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = nudge.notified() => {}
            }
        }))
    }
}

impl Backend for DueBackend {
    type Task = Task<Arc<Work>>;
    type Error = Infallible;

    fn poll_ready(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Infallible>>> {
        loop {
            self.state = match &mut self.state {
                State::Buffered(buffered) => match buffered.pop_front() {
                    Some(work) => {
                        return Poll::Ready(Some(Ok(TaskBuilder::new(work).build())));
                    }
                    None => self.claim(),
                },
                State::Claiming(claim) => match ready!(claim.as_mut().poll(cx)) {
                    Ok(claimed) if claimed.is_empty() => self.idle(self.poll),
                    Ok(claimed) => {
                        for work in &claimed {
                            telemetry::count_leased(self.what.name(), work.rows.len());
                        }
                        State::Buffered(claimed.into_iter().map(Arc::new).collect())
                    }
                    Err(error) => {
                        tracing::warn!(job = self.what.name(), error = ?error, "claim failed");
                        self.idle(AFTER_FAILURE)
                    }
                },
                State::Idle(wait) => {
                    ready!(wait.as_mut().poll(cx));
                    State::Buffered(VecDeque::new())
                }
            };
        }
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for DueBackend {
    type Args = Arc<Work>;
    type Id = String;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
