//! Everything about a phone that its page shows, in one value.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Inner, Notice, Phone, PinPrompt, Screen};
use crate::clock::Clock;
use crate::network::NetworkLimits;
use crate::sms::Sms;

/// A phone as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneView {
    /// `+254712345678`.
    pub number: String,
    /// `0712345678`.
    pub local_number: String,
    /// The network of the SIM, and what it allows.
    pub network: NetworkLimits,
    /// The code to dial.
    pub service_code: String,
    /// The code that SMS are sent to.
    pub short_code: String,
    /// Whether a USSD session is open.
    pub is_in_session: bool,
    /// Whether the service's answer is on its way.
    pub is_waiting: bool,
    /// Whether the phone is on and has signal.
    pub is_reachable: bool,
    /// Whether the phone is switched on.
    pub is_on: bool,
    /// Whether the phone has signal; not in airplane mode.
    pub has_signal: bool,
    /// The session that is open.
    pub session: Option<SessionView>,
    /// The screen shown last, as the service sent it.
    pub screen: Option<Screen>,
    /// What the phone makes of that screen.
    pub shown: Option<Shown>,
    /// What the phone shows instead, after the network ended the session.
    pub notice: Option<Notice>,
    /// Counts up with each screen and notice.
    pub shown_count: u64,
    /// Messages, oldest first.
    pub inbox: Vec<Sms>,
    /// Ids of the messages that were not opened yet.
    pub unread: Vec<String>,
    /// How many messages wait at the gateway until the phone can be reached.
    pub held: usize,
    /// The M-Pesa prompt on the screen.
    pub prompt: Option<PinPrompt>,
    /// The paybill that can be paid to.
    pub paybill: String,
    /// What the owner has in M-Pesa, in cents.
    pub mpesa_balance_cents: i64,
    /// The owner's M-Pesa PIN.
    pub mpesa_pin: String,
    /// Whether the owner is a customer of M-Pesa.
    pub is_mpesa_registered: bool,
}

/// A session as somebody sees it who looks on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionView {
    /// The gateway's id.
    pub id: String,
    /// Everything that was typed, joined by `*`.
    pub transcript: String,
    /// Answers of the service so far.
    pub hops: usize,
    /// Milliseconds until the network ends the session, at the moment of this view.
    pub ends_in_ms: u64,
    /// Milliseconds until it ends for want of a reply; `None` while no reply is waited for.
    pub idle_in_ms: Option<u64>,
}

/// A screen as the phone shows it: the whole text, or a page of one that is too long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shown {
    /// The text of the page.
    pub text: String,
    /// Which page, from 1.
    pub page: usize,
    /// Of how many.
    pub pages: usize,
}

impl Phone {
    /// Everything that a page shows, at one moment.
    #[must_use]
    pub fn view(&self) -> PhoneView {
        let mpesa = &self.world.mpesa;
        let mpesa_balance_cents = self.mpesa_balance_cents();
        let (mpesa_pin, is_mpesa_registered) = mpesa.pin_and_registration(self.number());
        let (idle_limit, session_limit) = (self.idle_limit(), self.world.config.ussd.session_limit);
        self.state.read(|inner| PhoneView {
            number: self.number().to_string(),
            local_number: self.number().local(),
            network: inner.network.limits(),
            service_code: self.world.config.service_code.clone(),
            short_code: self.world.config.sms.short_code.clone(),
            paybill: self.world.config.daraja.shortcode.clone(),
            is_in_session: inner.session.is_some(),
            is_waiting: inner
                .session
                .as_ref()
                .is_some_and(super::Session::is_waiting),
            is_reachable: inner.is_reachable(),
            is_on: inner.is_on,
            has_signal: inner.has_signal,
            session: inner.session_view(&self.world.clock, session_limit, idle_limit),
            screen: inner.screen.clone(),
            shown: inner.shown_page(),
            notice: inner.notice.clone(),
            shown_count: inner.shown,
            inbox: inner.inbox.clone(),
            unread: inner.unread(),
            held: inner.held.len(),
            prompt: inner.prompt.as_ref().map(|prompt| prompt.shown.clone()),
            mpesa_balance_cents,
            mpesa_pin,
            is_mpesa_registered,
        })
    }
}

impl Inner {
    fn session_view(
        &self,
        clock: &Clock,
        limit: Duration,
        idle_limit: Option<Duration>,
    ) -> Option<SessionView> {
        let session = self.session.as_ref()?;
        let left = |since: DateTime<Utc>, limit: Duration| {
            let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
            limit.saturating_sub(clock.millis_since(since))
        };
        let idle_since = session.idle_since();
        Some(SessionView {
            id: session.id.clone(),
            transcript: session.transcript.clone(),
            hops: session.hops,
            ends_in_ms: left(session.started, limit),
            idle_in_ms: idle_since.and_then(|since| Some(left(since, idle_limit?))),
        })
    }

    fn shown_page(&self) -> Option<Shown> {
        let pages = self.screen.as_ref()?.pages(self.network);
        Some(Shown {
            text: pages.get(self.page).cloned().unwrap_or_default(),
            page: self.page + 1,
            pages: pages.len(),
        })
    }

    fn unread(&self) -> Vec<String> {
        let ids = self.inbox.iter().map(|sms| sms.id.clone());
        ids.filter(|id| !self.opened.contains(id)).collect()
    }
}
