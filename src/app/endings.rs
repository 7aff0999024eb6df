//! Ends of USSD sessions: what a gateway tells of them becomes figures. Unsigned, late, early, twice
//! or never, they say nothing about money, and the clock of a round does not know them.

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::{money::Cents, msisdn::Msisdn},
    ports::SessionEnd,
    session::{Conversation, Saved},
    store::{Callback, EndedSession, Measure, StatusCount, Tx},
    telemetry,
};

/// The longest text of an event that is kept; the whole of it is in the raw callback.
const LONGEST: usize = 100;

/// How many screens the figures name as those where sessions were left.
const GIVEN_UP: u32 = 20;

/// How often closing a session starts anew after a hop got in between.
const RACES: usize = 5;

/// The figures of the sessions that ended in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFigures {
    /// By status.
    pub statuses: Vec<StatusCount>,
    /// The median of hops; `None` without sessions that told theirs.
    pub median_hops: Option<i64>,
    /// The median duration in ms.
    pub median_duration_ms: Option<i64>,
    /// Where sessions that the service did not end were left, most frequent first.
    pub given_up: Vec<GivenUp>,
}

/// A screen on which sessions were left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// The screen's name; empty where nobody knows.
    pub screen: String,
    /// How many sessions.
    pub sessions: i64,
}

impl App {
    /// The gateway says that a session is over: nothing new is taken from it. Nothing else happens;
    /// a round under way goes on with its clock, and is found on redial.
    ///
    /// # Errors
    /// When the session store does not answer.
    pub async fn close_session(&self, session: &str) -> Result<(), AppError> {
        for _ in 0..RACES {
            let Some(mut known) = self.sessions().read(session).await? else {
                return Ok(());
            };
            if !known.conversation.close() {
                return Ok(());
            }
            let saved = self
                .sessions()
                .save(session, &known.conversation, known.version);
            if saved.await? == Saved::Yes {
                return Ok(());
            }
        }
        Err(AppError::Unusable("lost every race"))
    }

    /// Acts on the event of a session's end; gives what became of it.
    pub(super) async fn take_session_end(
        &self,
        tx: &mut Tx,
        callback: &Callback,
    ) -> Result<String, AppError> {
        let gateway = match callback.subject.as_str() {
            // Events of the gateway whose route has no name.
            "" => self.gateways().first(),
            name => self.gateways().named(name),
        };
        let Some(gateway) = gateway else {
            return Ok("unknown gateway".into());
        };
        let Some(end) = gateway.read_end(&callback.body) else {
            return Ok("unreadable".into());
        };
        if let Ok(number) = Msisdn::parse(&end.phone) {
            self.forget_strangers(tx, callback, &[number]).await?;
        }
        let known = self.last_known(tx, &end.session).await?;
        let ended = self.ended(gateway.name(), &end, known.as_ref());
        if !tx.end_session(&ended, self.clock().now()).await? {
            return Ok("known already".into());
        }
        let is_ours = self.menu().screens.contains_key(&ended.last_screen);
        let screen = if is_ours {
            ended.last_screen.as_str()
        } else {
            "other"
        };
        telemetry::count_session(
            gateway.name(),
            ended.status,
            screen,
            ended.hops,
            ended.duration_ms,
        );
        Ok(ended.status.into())
    }

    /// What this service remembers of a session, from the session store or from its receipts.
    async fn last_known(
        &self,
        tx: &mut Tx,
        session: &str,
    ) -> Result<Option<Conversation>, AppError> {
        // The session store is asked for a name only: without it the figures are poorer, and right.
        if let Ok(Some(known)) = self.sessions().read(session).await {
            return Ok(Some(known.conversation));
        }
        let receipt = tx.last_receipt(session).await?;
        Ok(receipt.and_then(|(_, json)| serde_json::from_str(&json).ok()))
    }

    fn ended(&self, gateway: &str, end: &SessionEnd, known: Option<&Conversation>) -> EndedSession {
        let own_screen = known
            .and_then(Conversation::last_reply)
            .map(|shown| &shown.screen);
        let last_screen = match (end.last_screen.as_str(), own_screen) {
            ("", Some(screen)) => screen,
            (screen, _) => screen,
        };
        EndedSession {
            id: end.session.clone(),
            gateway: gateway.into(),
            network: cut(&end.network),
            service_code: cut(&end.service_code),
            status: end.ending.kind.name(),
            word: cut(&end.ending.word),
            hops: end.hops,
            duration_ms: end.duration_ms,
            cost: cut(&end.cost),
            cost_cents: cost(&end.cost),
            last_screen: cut(last_screen),
            is_known: known.is_some(),
        }
    }

    /// The figures of the sessions whose end was told in the last `span`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session_figures(&self, span: Duration) -> Result<SessionFigures, AppError> {
        let since = self.clock().now().before(span);
        let mut tx = self.store().read().await?;
        let given_up = tx.given_up_on(since, GIVEN_UP).await?;
        Ok(SessionFigures {
            statuses: tx.sessions_by_status(since).await?,
            median_hops: tx.median_of_sessions(Measure::Hops, since).await?,
            median_duration_ms: tx.median_of_sessions(Measure::DurationMs, since).await?,
            given_up: given_up
                .into_iter()
                .map(|(screen, sessions)| GivenUp { screen, sessions })
                .collect(),
        })
    }
}

/// An outside text, bounded, and without what no database takes.
fn cut(text: &str) -> String {
    let printable = text.chars().filter(|character| !character.is_control());
    printable.take(LONGEST).collect()
}

/// A cost in shillings: seen as `0.00`, and as `KES 0.10` (contract, section 2). Other currencies and
/// fractions of a cent stay text.
fn cost(text: &str) -> Option<Cents> {
    let text = text.trim();
    let amount = text.strip_prefix("KES").map_or(text, str::trim_start);
    Cents::parse_shillings(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_read_where_it_is_an_amount_of_shillings() {
        for (text, cents) in [
            ("0.00", Some(0)),
            ("KES 0.10", Some(10)),
            ("KES 0.8000", Some(80)),
            ("KES1.5", Some(150)),
            (" 2 ", Some(200)),
            ("USD 0.0079", None),
            ("KES 0.0079", None),
            ("-1.00", None),
            ("KES", None),
            ("", None),
            ("1,000.00", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(cost(text).map(Cents::get), cents, "{text}");
        }
    }

    #[test]
    fn outside_texts_are_bounded() {
        assert_eq!(cut("a\0b\nc"), "abc");
        assert_eq!(cut(&"é".repeat(500)).chars().count(), 100);
    }
}
