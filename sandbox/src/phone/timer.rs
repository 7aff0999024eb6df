//! The network's clocks: one for the whole session, one for each screen that waits for a reply.

use std::time::Duration;

use super::ending::Ending;
use super::power::Notice;
use super::session::Session;
use super::{Inner, Phone};
use crate::config::IdleLimit;

impl Phone {
    /// How long a screen waits for a reply; `None`: as long as the session lasts.
    pub(super) fn idle_limit(&self) -> Option<Duration> {
        match self.world.config.ussd.idle_limit {
            IdleLimit::OfNetwork => Some(self.network().idle_limit()),
            IdleLimit::Of(limit) => Some(limit),
            IdleLimit::Off => None,
        }
    }

    /// Ends the session at the network's limit.
    pub(super) fn limit_session(&self, id: &str) {
        let limit = self.world.config.ussd.session_limit;
        let notice = Notice::session_limit(self.network(), limit);
        let handle = self.end_after(limit, id, notice, |_| true);
        self.state.change(|inner| match inner.session_of(id) {
            Some(session) => session.keep_limit(handle),
            None => handle.abort(),
        });
    }

    /// Ends the session when its screen waits too long for a reply. The clock stops with the reply.
    pub(super) fn limit_idling(&self, id: &str) {
        let Some(limit) = self.idle_limit() else {
            return;
        };
        let now = self.world.clock.now();
        let notice = Notice::idle(self.network(), limit);
        let handle = self.end_after(limit, id, notice, move |session| {
            session.idle_since() == Some(now)
        });
        self.state.change(|inner| match inner.session_of(id) {
            Some(session) => session.idle(now, handle),
            None => handle.abort(),
        });
    }

    fn end_after(
        &self,
        limit: Duration,
        id: &str,
        notice: Notice,
        fits: impl Fn(&Session) -> bool + Send + 'static,
    ) -> tokio::task::AbortHandle {
        let (phone, id) = (self.clone(), id.to_owned());
        let task = self.world.spawn(async move {
            phone.world.clock.sleep(limit).await;
            let session = phone.state.change(|inner| {
                let session = inner
                    .session
                    .take_if(|session| session.id == id && fits(session))?;
                inner.notice = Some(notice);
                inner.shown += 1;
                Some(session)
            });
            if let Some(session) = session {
                phone.tell_ending(&session, Ending::Incomplete);
            }
        });
        task.abort_handle()
    }
}

impl Inner {
    /// The session that is open, if it is this one.
    pub(super) fn session_of(&mut self, id: &str) -> Option<&mut Session> {
        self.session.as_mut().filter(|session| session.id == id)
    }
}
