//! The USSD session of a phone, as Africa's Talking carries it.
//!
//! The transcript only grows; the same session id stays from the first hop to the end. A session
//! ends by the service's `END`, by a bad answer, by the person, or by the network's time limit, and
//! then it is told to the events address, if one is set.

use chrono::{DateTime, Utc};
use tokio::task::AbortHandle;

use super::ending::Ending;
use super::{Owner, Phone, PhoneError, Screen, ScreenKind};
use crate::fault::{Fault, FaultPoint};
use crate::network::Network;
use crate::opponent::Sighting;
use crate::outgoing::{Call, RawReply, SendError, form_body};

/// The longest arguments that can be dialled.
const LONGEST_ARGUMENTS: usize = 160;

/// The names of the screens that matter to the simulated opponent.
const HOME: &str = "home";
const QUESTION: &str = "question";

pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// A session that is open.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) transcript: String,
    pub(super) started: DateTime<Utc>,
    /// An answer of the service is on its way.
    is_waiting: bool,
    pub(super) hops: usize,
    pub(super) names: Vec<String>,
    last_name: Option<String>,
    pub(super) last_answer: String,
    /// What was typed since the home screen was shown.
    keys: Vec<String>,
    has_met_question: bool,
    /// Ends the session at the network's limit; stopped when the session is over.
    limit: Option<AbortHandle>,
    /// Since when the screen waits for a reply, and what ends the session for it.
    idle: Option<(DateTime<Utc>, AbortHandle)>,
}

/// One request of the gateway: what is needed to send it, and to send it again.
#[derive(Clone)]
pub(super) struct Hop {
    session: String,
    fields: Vec<(String, String)>,
    hop_metadata: Option<String>,
}

impl Session {
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Since when the screen waits for a reply.
    pub(super) fn idle_since(&self) -> Option<DateTime<Utc>> {
        self.idle.as_ref().map(|(since, _)| *since)
    }

    /// Keeps what ends the session at its limit.
    pub(super) fn keep_limit(&mut self, limit: AbortHandle) {
        self.limit = Some(limit);
    }

    /// The screen waits for a reply from now on.
    pub(super) fn idle(&mut self, since: DateTime<Utc>, end: AbortHandle) {
        self.stop_idling();
        self.idle = Some((since, end));
    }

    fn stop_idling(&mut self) {
        if let Some((_, end)) = self.idle.take() {
            end.abort();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(limit) = self.limit.take() {
            limit.abort();
        }
        self.stop_idling();
    }
}

impl Phone {
    /// Dials a code, with arguments or without: `*384*55*1*2#` opens the session of `*384*55#` with
    /// `1*2` in `text`. A bad answer of the service is an `Ok` screen with faults.
    pub async fn dial(&self, code: &str) -> Result<Screen, PhoneError> {
        let arguments = arguments(code, &self.world.config.service_code)?;
        let id = format!("ATUid_{}", self.world.dice.hex32());
        let hop = self.state.change(|inner| {
            if !inner.is_reachable() {
                return Err(PhoneError::NoSignal);
            }
            if inner.prompt.is_some() {
                return Err(PhoneError::PromptOpen);
            }
            if inner.session.is_some() {
                return Err(PhoneError::SessionOpen);
            }
            let session = Session {
                id: id.clone(),
                keys: if arguments.is_empty() {
                    Vec::new()
                } else {
                    arguments.split('*').map(str::to_owned).collect()
                },
                transcript: arguments,
                started: self.world.clock.now(),
                is_waiting: true,
                hops: 0,
                names: Vec::new(),
                last_name: None,
                last_answer: String::new(),
                has_met_question: false,
                limit: None,
                idle: None,
            };
            let hop = self.hop(&session, inner.network);
            inner.screen = None;
            inner.notice = None;
            inner.last_hop = Some(hop.clone());
            inner.session = Some(session);
            Ok(hop)
        })?;
        self.limit_session(&id);
        self.carry(hop).await
    }

    /// Replies to the screen; an empty reply adds an empty segment.
    pub async fn reply(&self, text: &str) -> Result<Screen, PhoneError> {
        if text.chars().count() > self.network().reply_limit() {
            return Err(PhoneError::ReplyTooLong);
        }
        if let Some(screen) = self.turn_page(text) {
            return Ok(screen);
        }
        let hop = self.state.change(|inner| {
            let session = inner.session.as_mut().ok_or(PhoneError::NoSession)?;
            if session.is_waiting {
                return Err(PhoneError::Busy);
            }
            // Answers are joined by `*`; the first of a plain dial has none before it.
            if session.transcript.is_empty() && session.hops == 1 {
                text.clone_into(&mut session.transcript);
            } else {
                session.transcript.push('*');
                session.transcript.push_str(text);
            }
            session.keys.push(text.to_owned());
            session.is_waiting = true;
            session.stop_idling();
            let hop = self.hop(session, inner.network);
            inner.last_hop = Some(hop.clone());
            Ok(hop)
        })?;
        self.carry(hop).await
    }

    /// The screen shown last, also after the session ended.
    #[must_use]
    pub fn screen(&self) -> Option<Screen> {
        self.state.read(|inner| inner.screen.clone())
    }

    /// Whether a session is open.
    #[must_use]
    pub fn is_in_session(&self) -> bool {
        self.state.read(|inner| inner.session.is_some())
    }

    /// Leaves the session, as by the red key or a lost signal: the service is told by the end event
    /// only. Does nothing without a session.
    pub fn drop_session(&self) {
        if let Some(session) = self.state.change(|inner| inner.session.take()) {
            self.tell_ending(&session, Ending::Incomplete);
        }
    }

    /// The fields of the last hop, in the order of the wire.
    #[must_use]
    pub fn last_hop(&self) -> Option<Vec<(String, String)>> {
        self.state
            .read(|inner| inner.last_hop.as_ref().map(|hop| hop.fields.clone()))
    }

    /// The gateway repeats the last hop verbatim, also after the session ended. The phone's screen
    /// stays as it is.
    pub async fn resend_last(&self) -> Result<RawReply, PhoneError> {
        let hop = self
            .state
            .read(|inner| inner.last_hop.clone())
            .ok_or(PhoneError::NothingSent)?;
        self.send_hop(hop, None).await?.map_err(PhoneError::Send)
    }

    /// Sends any fields as a hop, past the phone's session: for what no well-behaved gateway sends.
    pub async fn raw_hop(&self, fields: &[(&str, &str)]) -> Result<RawReply, PhoneError> {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let hop = Hop {
            session: String::new(),
            fields,
            hop_metadata: None,
        };
        self.send_hop(hop, None).await?.map_err(PhoneError::Send)
    }

    fn hop(&self, session: &Session, network: Network) -> Hop {
        let fields = [
            ("phoneNumber", self.number().to_string()),
            ("serviceCode", self.world.config.service_code.clone()),
            ("text", session.transcript.clone()),
            ("sessionId", session.id.clone()),
            ("networkCode", network.code().to_owned()),
        ];
        Hop {
            session: session.id.clone(),
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            hop_metadata: session.last_name.clone(),
        }
    }

    /// Sends a hop of the session and shows the answer. Runs to its end even when the caller goes away.
    async fn carry(&self, hop: Hop) -> Result<Screen, PhoneError> {
        let phone = self.clone();
        let carried = self.world.spawn(async move {
            let id = hop.session.clone();
            let number = Some(phone.number());
            let fault = phone.world.take_fault(FaultPoint::UssdHop, number);
            let answer = match phone.send_hop(hop, fault).await {
                Ok(answer) => answer,
                Err(error) => {
                    phone.state.change(|inner| inner.session = None);
                    return Err(error);
                }
            };
            phone.show(&id, answer.as_ref())
        });
        carried
            .await
            .ok()
            .flatten()
            .unwrap_or(Err(PhoneError::Stopped))
    }

    async fn send_hop(
        &self,
        hop: Hop,
        fault: Option<Fault>,
    ) -> Result<Result<RawReply, SendError>, PhoneError> {
        let call = Call {
            what: "USSD hop",
            phone: Some(self.number()),
            url: self.world.urls().ussd.ok_or(PhoneError::NoService)?,
            content_type: FORM,
            user_agent: Some("at-ussd-api/1.0"),
            hop_metadata: hop.hop_metadata,
            body: form_body(
                hop.fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            ),
            timeout: self.world.config.ussd.hop_timeout,
        };
        Ok(self.world.ask_spoilt(fault, call).await)
    }

    /// Shows an answer, unless the session it belongs to has ended meanwhile.
    fn show(&self, id: &str, answer: Result<&RawReply, &SendError>) -> Result<Screen, PhoneError> {
        let screen = Screen::read(answer, self.screen_budget());
        let (ended, sighting) = self.state.change(|inner| {
            let session = inner
                .session
                .as_mut()
                .filter(|session| session.id == id)
                .ok_or(PhoneError::SessionEnded)?;
            session.is_waiting = false;
            session.hops += 1;
            session.last_answer = answer.map_or_else(|_| String::new(), |reply| reply.body.clone());
            session.names.extend(screen.name.clone());
            session.last_name.clone_from(&screen.name);
            let sighting = session.sighting(&screen, inner.owner, self);
            inner.screen = Some(screen.clone());
            inner.shown += 1;
            inner.page = 0;
            let ended = if screen.kind == ScreenKind::End {
                inner.session.take()
            } else {
                None
            };
            Ok::<_, PhoneError>((ended, sighting))
        })?;
        if screen.kind == ScreenKind::Continue {
            self.limit_idling(id);
        }
        if let Some(session) = ended {
            self.tell_ending(
                &session,
                if screen.is_failed {
                    Ending::Failed
                } else {
                    Ending::Success
                },
            );
        }
        if let Some(sighting) = sighting {
            // Nobody listens while the opponent is off.
            let _ = self.world.sightings.send(sighting);
        }
        Ok(screen)
    }

    /// Septets that an answer may have on this phone.
    fn screen_budget(&self) -> usize {
        let budget = self.world.config.ussd.screen_budget;
        budget.unwrap_or_else(|| self.network().screen_budget())
    }
}

impl Session {
    /// Keeps the keys since the home screen, and reports a person's first question of the session.
    fn sighting(&mut self, screen: &Screen, owner: Owner, phone: &Phone) -> Option<Sighting> {
        match screen.name.as_deref() {
            Some(HOME) => self.keys.clear(),
            Some(QUESTION) if !self.has_met_question => {
                self.has_met_question = true;
                // Without keys the question is that of a game begun in an earlier session.
                if owner == Owner::Person && !self.keys.is_empty() {
                    return Some(Sighting {
                        phone: phone.number(),
                        keys: self.keys.clone(),
                    });
                }
            }
            Some(_) | None => {}
        }
        None
    }
}

/// The arguments in a dialled code: empty for the bare service code.
fn arguments(code: &str, service_code: &str) -> Result<String, PhoneError> {
    let unknown = || PhoneError::UnknownCode(code.chars().take(40).collect());
    let base = service_code.trim_end_matches('#');
    let rest = code
        .trim()
        .strip_suffix('#')
        .and_then(|dialled| dialled.strip_prefix(base))
        .ok_or_else(unknown)?;
    let is_dialable =
        rest.len() <= LONGEST_ARGUMENTS && rest.bytes().all(|b| b.is_ascii_digit() || b == b'*');
    match rest.strip_prefix('*') {
        None if rest.is_empty() => Ok(String::new()),
        Some(arguments) if is_dialable => Ok(arguments.to_owned()),
        Some(_) | None => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_what_follows_the_service_code() {
        let read = |code| arguments(code, "*384*55#");
        assert_eq!(read("*384*55#"), Ok(String::new()));
        assert_eq!(read("*384*55*1*2#"), Ok("1*2".to_owned()));
        for code in [
            "",
            "#",
            "*384#",
            "*384*555#",
            "*384*55",
            "*384*55*a#",
            "*144#",
            "0712345678",
        ] {
            assert!(read(code).is_err(), "{code}");
        }
    }
}
