//! One hop of a USSD session: known or new, repeated or not, with one effect and one reply.
//!
//! The wire has no request id: a hop is its session id and whole transcript. What it answered is
//! kept in the session; a hop with an effect also keeps a receipt in the database, in the same
//! transaction, together with the session after it. So a repeated hop finds its answer even after
//! the session store was lost, and a session that was lost goes on from its last effect.

use std::time::Duration;

use tracing::{error, warn};

use super::{App, AppError};
use crate::{
    core::{msisdn::Msisdn, time::Timestamp},
    menu::{Action, Facts, Input, Session, Shown, Step},
    ports::Hop,
    session::{Conversation, Relation, Saved, Versioned},
    store::{StoreError, Tx},
};

/// How long a hop may take. The gateway gives up after 10 s (contract, section 1.5).
const DEADLINE: Duration = Duration::from_secs(8);

/// How often a hop starts anew after it lost a race against another one.
const RACES: usize = 5;

/// The longest transcript that is looked at; replies have 90 characters at most.
const MAX_TRANSCRIPT: usize = 2_000;

/// What a player hears when nothing can be told.
pub(super) const FALLBACK_LOCALE: &str = "en";

impl App {
    /// Answers a hop. Whatever goes wrong, the player gets a short END and may dial again.
    pub async fn hop(&self, hop: &Hop) -> Shown {
        let now = self.clock().now();
        let Ok(msisdn) = Msisdn::parse(&hop.phone) else {
            return self.notice(FALLBACK_LOCALE, "not_mobile");
        };
        if !self.answers_code(&hop.service_code) {
            warn!(
                session = hop.session,
                code = hop.service_code,
                "service code is not ours"
            );
            return self.notice(FALLBACK_LOCALE, "wrong_code");
        }
        if hop.transcript.len() > MAX_TRANSCRIPT {
            warn!(session = hop.session, player = %msisdn, "transcript too long");
            return self.notice(FALLBACK_LOCALE, "sorry");
        }
        match tokio::time::timeout(DEADLINE, self.answer_hop(hop, &msisdn, now)).await {
            Ok(Ok(shown)) => shown,
            Ok(Err(error)) => {
                error!(session = hop.session, player = %msisdn, error = ?error, "hop failed");
                self.notice(FALLBACK_LOCALE, "sorry")
            }
            Err(_) => {
                error!(session = hop.session, player = %msisdn, "hop took too long");
                self.notice(FALLBACK_LOCALE, "sorry")
            }
        }
    }

    /// An answer outside the menu; it ends the session.
    fn notice(&self, locale: &str, name: &str) -> Shown {
        Shown {
            screen: name.into(),
            text: self.menu().notice(locale, name),
            ends: true,
        }
    }

    async fn answer_hop(
        &self,
        hop: &Hop,
        msisdn: &Msisdn,
        now: Timestamp,
    ) -> Result<Shown, AppError> {
        for _ in 0..RACES {
            let (known, version) = match self.sessions().read(&hop.session).await? {
                Some(Versioned {
                    conversation,
                    version,
                }) => (Known::Stored(conversation), version),
                None => (self.remembered(hop).await?, 0),
            };
            let turn = match known {
                Known::No => self.begin(hop, msisdn, now).await,
                Known::Stored(known) => self.go_on(known, Memory::Whole, hop, msisdn, now).await,
                Known::Restored(known) => self.go_on(known, Memory::Gap, hop, msisdn, now).await,
            };
            let conversation = match turn {
                Ok(Turn::Answer(shown)) => return Ok(shown),
                Ok(Turn::Went(conversation)) => conversation,
                // The same hop committed first, elsewhere: its receipt has the answer. Or another
                // transaction was in the way.
                Err(AppError::Store(StoreError::Conflict(_) | StoreError::Contended(_))) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(shown) = conversation.last_reply().cloned() else {
                return Err(AppError::Unusable("no reply"));
            };
            match self
                .sessions()
                .save(&hop.session, &conversation, version)
                .await?
            {
                Saved::Yes => return Ok(shown),
                Saved::Lost => {}
            }
        }
        Err(AppError::Unusable("lost every race"))
    }

    /// A session that the store has lost, from the receipts of its hops. A plain dial has one only
    /// where it ended a round that had run out of time.
    async fn remembered(&self, hop: &Hop) -> Result<Known, AppError> {
        let mut tx = self.store().read().await?;
        let receipt = match tx.receipt(&hop.session, &hop.transcript).await? {
            Some(receipt) => Some(receipt),
            None if hop.transcript.is_empty() => None,
            None => tx.last_receipt(&hop.session).await?,
        };
        Ok(match receipt {
            Some((_, json)) => Known::Restored(read_conversation(&json)?),
            None => Known::No,
        })
    }

    /// The first hop of a session.
    async fn begin(&self, hop: &Hop, msisdn: &Msisdn, now: Timestamp) -> Result<Turn, AppError> {
        let facts = self.fresh_facts(now).await?;
        let turn = TurnContext {
            hop,
            msisdn,
            facts: &facts,
            budget: self.budget(hop),
            now,
        };
        let mut conversation = Conversation::new(
            msisdn.e164(),
            &hop.transcript,
            Session::new(FALLBACK_LOCALE),
        );
        let start = self.menu().start();
        let step = match self.run(&turn, &mut conversation, start).await? {
            Ran::Step(step) => step,
            Ran::Before(conversation) => return Ok(Turn::Went(conversation)),
        };
        self.navigate(&turn, &mut conversation, &dialled(hop))
            .await?;
        Ok(self.reply(&turn, conversation, step))
    }

    /// A hop of a session that is known.
    async fn go_on(
        &self,
        mut conversation: Conversation,
        memory: Memory,
        hop: &Hop,
        msisdn: &Msisdn,
        now: Timestamp,
    ) -> Result<Turn, AppError> {
        if conversation.phone != msisdn.e164() {
            warn!(session = hop.session, player = %msisdn, "session of another phone");
            return Ok(Turn::Answer(self.notice(FALLBACK_LOCALE, "wrong_phone")));
        }
        let input = match conversation.relation(&hop.transcript) {
            Relation::Repeat(shown) => return Ok(Turn::Answer(shown)),
            Relation::Next(input) => Some(input),
            Relation::Diverges => None,
        };
        if let (true, Some(last)) = (conversation.has_ended(), conversation.last_reply()) {
            return Ok(Turn::Answer(last.clone()));
        }
        let facts = self.facts(now).await?;
        let turn = TurnContext {
            hop,
            msisdn,
            facts: &facts,
            budget: self.budget(hop),
            now,
        };
        let Some(input) = input else {
            return self.stray(&turn, conversation).await;
        };
        if memory == Memory::Gap && input.contains('*') {
            // Hops without an effect were lost with the session: they navigate once more.
            let inputs: Vec<&str> = input.split('*').collect();
            self.navigate(&turn, &mut conversation, &inputs).await?;
            return Ok(self.reply(&turn, conversation, Step::Show));
        }
        let step = self.menu().input(
            &mut conversation.state,
            Input::Typed(input),
            &facts,
            turn.budget,
        );
        let step = match step {
            Step::Run(action) => match self.run(&turn, &mut conversation, action).await? {
                Ran::Step(step) => step,
                Ran::Before(conversation) => return Ok(Turn::Went(conversation)),
            },
            step @ (Step::Show | Step::Hint(_) | Step::Stop) => step,
        };
        Ok(self.reply(&turn, conversation, step))
    }

    /// A transcript that is neither a repeat nor a continuation. A hop whose effect is known gets its
    /// answer from the receipt; anything else gets the current screen once more, and no effect.
    async fn stray(
        &self,
        turn: &TurnContext<'_>,
        conversation: Conversation,
    ) -> Result<Turn, AppError> {
        let mut tx = self.store().read().await?;
        if let Some((_, json)) = tx.receipt(&turn.hop.session, &turn.hop.transcript).await? {
            let known = read_conversation(&json)?;
            let shown = known.last_reply().cloned();
            return shown
                .map(Turn::Answer)
                .ok_or(AppError::Unusable("receipt without reply"));
        }
        warn!(session = turn.hop.session, player = %turn.msisdn, "transcript diverges");
        if conversation.transcript.starts_with(&turn.hop.transcript) {
            let shown = self
                .menu()
                .show(&conversation.state, None, turn.facts, turn.budget);
            return Ok(Turn::Answer(shown));
        }
        Ok(self.reply(turn, conversation, Step::Show))
    }

    /// Follows what was dialled behind the service code, as far as it only navigates.
    async fn navigate(
        &self,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        arguments: &[&str],
    ) -> Result<(), AppError> {
        for argument in arguments {
            let state = &mut conversation.state;
            match self
                .menu()
                .input(state, Input::Dialled(argument), turn.facts, turn.budget)
            {
                Step::Show => {}
                Step::Run(action) => match self.run(turn, conversation, action).await? {
                    Ran::Step(_) => {}
                    Ran::Before(_) => return Ok(()),
                },
                Step::Hint(_) | Step::Stop => return Ok(()),
            }
        }
        Ok(())
    }

    /// Runs an action. A durable one runs in a writing transaction, which keeps the hop's receipt
    /// with the reply in it.
    async fn run(
        &self,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        action: Action,
    ) -> Result<Ran, AppError> {
        if !action.is_durable() {
            let mut tx = self.store().read().await?;
            if let Some(outcome) = self.look(&mut tx, turn, conversation, action).await? {
                let step = self
                    .menu()
                    .outcome(&mut conversation.state, action, outcome);
                return Ok(Ran::Step(step));
            }
        }
        let mut tx = self.store().write().await?;
        if let Some(before) = self.ran_before(&mut tx, turn.hop).await? {
            return Ok(Ran::Before(before));
        }
        let outcome = self.act(&mut tx, turn, conversation, action).await?;
        let step = self
            .menu()
            .outcome(&mut conversation.state, action, outcome);
        self.show_step(turn, conversation, step);
        let json = serde_json::to_string(&conversation)
            .map_err(|_| AppError::Unusable("cannot be written down"))?;
        let hop = turn.hop;
        tx.keep_receipt(&hop.session, &hop.transcript, turn.msisdn, &json, turn.now)
            .await?;
        tx.commit().await?;
        self.wake_after(action);
        Ok(Ran::Step(step))
    }

    async fn ran_before(&self, tx: &mut Tx, hop: &Hop) -> Result<Option<Conversation>, AppError> {
        let receipt = tx.receipt(&hop.session, &hop.transcript).await?;
        receipt
            .map(|(_, json)| read_conversation(&json))
            .transpose()
    }

    fn reply(&self, turn: &TurnContext<'_>, mut conversation: Conversation, step: Step) -> Turn {
        self.show_step(turn, &mut conversation, step);
        Turn::Went(conversation)
    }

    /// Renders what a step leads to and writes it down as the answer to this hop.
    fn show_step(&self, turn: &TurnContext<'_>, conversation: &mut Conversation, step: Step) {
        let hint = match step {
            Step::Hint(hint) => Some(hint),
            Step::Show | Step::Stop | Step::Run(_) => None,
        };
        let shown = self
            .menu()
            .show(&conversation.state, hint, turn.facts, turn.budget);
        conversation.answered(&turn.hop.transcript, &shown);
    }

    /// Whether a service code is one of ours. A gateway may leave out the channel of a shared code:
    /// `*384#` for `*384*55#` (contract, section 1.1).
    fn answers_code(&self, code: &str) -> bool {
        let bare = |code: &str| code.trim().trim_end_matches('#').to_owned();
        let code = bare(code);
        let ours = &self.settings().service_codes;
        let is_shared = |ours: &str| ours.strip_prefix(&code).is_some_and(|r| r.starts_with('*'));
        ours.is_empty()
            || code.is_empty()
            || ours
                .iter()
                .map(|ours| bare(ours))
                .any(|ours| ours == code || is_shared(&ours))
    }

    fn budget(&self, hop: &Hop) -> usize {
        self.settings().budgets.of(&hop.network)
    }
}

/// What is known of a session.
enum Known {
    /// Nothing: it begins.
    No,
    /// Everything: it is in the session store.
    Stored(Conversation),
    /// As it was after its last hop with an effect.
    Restored(Conversation),
}

/// Whether every hop of a conversation is remembered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Whole,
    /// Hops without an effect may be missing.
    Gap,
}

/// What a hop is answered with.
enum Turn {
    /// This, and the session stays as it is.
    Answer(Shown),
    /// The last reply of the session, which is to be stored.
    Went(Conversation),
}

/// What became of an action.
enum Ran {
    /// It ran; this comes next.
    Step(Step),
    /// The same hop ran before; this is the session after it.
    Before(Conversation),
}

/// What all steps of one hop share.
pub(super) struct TurnContext<'a> {
    pub(super) hop: &'a Hop,
    pub(super) msisdn: &'a Msisdn,
    pub(super) facts: &'a Facts,
    pub(super) budget: usize,
    pub(super) now: Timestamp,
}

fn read_conversation(json: &str) -> Result<Conversation, AppError> {
    serde_json::from_str(json).map_err(|_| AppError::Unusable("receipt cannot be read"))
}

/// What was dialled behind the service code. Some gateways send the whole dial string
/// (`*384*55*1#`): a leading service code and a trailing `#` are taken off.
fn dialled(hop: &Hop) -> Vec<&str> {
    let text = hop.transcript.trim_end_matches('#');
    let code = hop.service_code.trim_end_matches('#');
    let text = match text.strip_prefix(code) {
        Some(rest) if !code.is_empty() => rest.trim_start_matches('*'),
        _ => text,
    };
    if text.is_empty() {
        Vec::new()
    } else {
        text.split('*').collect()
    }
}
