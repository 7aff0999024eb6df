//! One hop of a USSD session: known or new, repeated or not, with one effect and one reply.
//!
//! The wire has no request id: a hop is its session id and whole transcript. What it answered is
//! kept in the session; a hop with an effect also keeps a receipt in the database, in the same
//! transaction, together with the session after it. So a repeated hop finds its answer even after
//! the session store was lost, and a session that was lost goes on from its last effect.

use tracing::warn;

use super::{
    App, AppError,
    placed::{PlacedHop, Transcript},
    told::{FALLBACK_LOCALE, Told},
};
use crate::{
    core::{msisdn::Msisdn, time::Timestamp},
    menu::{Action, Facts, Input, Menu, Session, Shown, Step},
    ports::{Hop, Typed},
    session::{Conversation, Relation, Saved, Versioned},
    store::{StoreError, Tx},
    telemetry::Answered,
};

/// How often a hop starts anew after it lost a race against another one.
const RACES: usize = 5;

/// The longest transcript that is looked at; replies have 90 characters at most.
const MAX_TRANSCRIPT: usize = 2_000;

impl App {
    pub(super) async fn answer_hop(
        &self,
        hop: &Hop,
        msisdn: &Msisdn,
        now: Timestamp,
        told: &Told<'_>,
    ) -> Result<(Shown, Answered), AppError> {
        for _ in 0..RACES {
            let (known, version) = match self.sessions().read(&hop.session).await? {
                Some(Versioned {
                    conversation,
                    version,
                }) => (Known::Stored(conversation), version),
                None => (self.remembered(hop).await?, 0),
            };
            let placed = PlacedHop::new(hop, &known, now);
            if placed.transcript.len() > MAX_TRANSCRIPT {
                warn!(session = hop.session, player = %msisdn, "transcript too long");
                return Ok((told.notice("sorry"), Answered::Refused));
            }
            let turn = match known {
                Known::No => self.begin(&placed, msisdn, now, told).await,
                Known::Stored(known) => {
                    self.go_on((known, Memory::Whole), &placed, msisdn, now, told)
                        .await
                }
                Known::Restored(known) => {
                    self.go_on((known, Memory::Gap), &placed, msisdn, now, told)
                        .await
                }
            };
            let conversation = match turn {
                Ok(Turn::Answer(shown, answered)) => return Ok((shown, answered)),
                Ok(Turn::Went(conversation)) => conversation,
                // The same hop committed first, elsewhere: its receipt has the answer.
                Err(AppError::Store(StoreError::Conflict(_))) => continue,
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
                Saved::Yes => return Ok((shown, Answered::New)),
                Saved::Lost => {}
            }
        }
        Err(AppError::Unusable("lost every race"))
    }

    /// A session that the store has lost, from the receipts of its hops. A plain dial has one only
    /// where it ended a round that had run out of time, or set its clock right.
    async fn remembered(&self, hop: &Hop) -> Result<Known, AppError> {
        let store = self.store();
        let receipt = match &hop.typed {
            Typed::Transcript(transcript) => match store.receipt(&hop.session, transcript).await? {
                Some(receipt) => Some(receipt),
                None if transcript.is_empty() => None,
                None => store.last_receipt(&hop.session).await?,
            },
            Typed::Latest(_) => store.last_receipt(&hop.session).await?,
        };
        Ok(match receipt {
            Some(receipt) => Known::Restored(read_receipt(receipt)?),
            None => Known::No,
        })
    }

    /// The first hop of a session.
    async fn begin(
        &self,
        hop: &PlacedHop,
        msisdn: &Msisdn,
        now: Timestamp,
        told: &Told<'_>,
    ) -> Result<Turn, AppError> {
        let facts = self.fresh_facts(now).await?;
        let turn = TurnContext {
            hop,
            msisdn,
            menu: told.menu,
            facts: &facts,
            budget: told.budget,
            now,
        };
        let mut conversation = Conversation::new(
            msisdn.e164(),
            &hop.transcript,
            Session::new(FALLBACK_LOCALE),
        );
        conversation.life_ms = self.settings().networks.of(&hop.network).session_ms();
        let start = turn.menu.start();
        let step = match self.run(&turn, &mut conversation, start).await? {
            Ran::Step(step) | Ran::Kept(step) => step,
            Ran::Before(conversation) => return Ok(Turn::Went(*conversation)),
        };
        self.navigate(
            &turn,
            &mut conversation,
            &hop.dialled(&self.settings().service_codes),
        )
        .await?;
        Ok(self.reply(&turn, conversation, step))
    }

    /// A hop of a session that is known.
    async fn go_on(
        &self,
        (mut conversation, memory): (Conversation, Memory),
        hop: &PlacedHop,
        msisdn: &Msisdn,
        now: Timestamp,
        told: &Told<'_>,
    ) -> Result<Turn, AppError> {
        if conversation.phone != msisdn.e164() {
            // Whoever this is, it is not the one whose language the session knows.
            warn!(session = hop.session, player = %msisdn, "session of another phone");
            return Ok(Turn::Answer(told.notice("wrong_phone"), Answered::Refused));
        }
        told.speak(&conversation.state.locale);
        let input = match conversation.relation(&hop.transcript) {
            // The dial once more, or an empty first reply: the next star is not typed then.
            Relation::Repeat(_) if hop.transcript.is_empty() && conversation.dials_again() => {
                return Ok(Turn::Went(conversation));
            }
            Relation::Repeat(shown) => return Ok(Turn::Answer(shown, Answered::Repeated)),
            Relation::Next(input) => Some(input),
            Relation::Diverges => None,
        };
        if let (true, Some(last)) = (conversation.has_ended(), conversation.last_reply()) {
            let shown = if last.ends {
                last.clone()
            } else {
                told.notice("session_over")
            };
            return Ok(Turn::Answer(shown, Answered::Repeated));
        }
        let facts = self.facts(now).await?;
        let turn = TurnContext {
            hop,
            msisdn,
            menu: told.menu,
            facts: &facts,
            budget: told.budget,
            now,
        };
        let Some(input) = input else {
            return self.stray(&turn, conversation).await;
        };
        if hop.stands == Transcript::Adrift {
            warn!(session = hop.session, player = %msisdn, "a reply to a screen that is not known");
            return Ok(self.reply(&turn, conversation, Step::Show));
        }
        if memory == Memory::Gap && hop.place.is_none() && input.contains('*') {
            // Hops without an effect were lost with the session: they navigate once more.
            let inputs: Vec<&str> = input.split('*').collect();
            self.navigate(&turn, &mut conversation, &inputs).await?;
            return Ok(self.reply(&turn, conversation, Step::Show));
        }
        let step = turn.menu.input(
            &mut conversation.state,
            Input::Typed(input),
            &facts,
            turn.budget,
        );
        let step = match step {
            Step::Run(action) => match self.run(&turn, &mut conversation, action).await? {
                Ran::Step(step) => step,
                Ran::Kept(_) => return Ok(Turn::Went(conversation)),
                Ran::Before(conversation) => return Ok(Turn::Went(*conversation)),
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
        if let Some(known) = self.ran_before(turn.hop).await? {
            let shown = known.last_reply().cloned();
            return shown
                .map(|shown| Turn::Answer(shown, Answered::Repeated))
                .ok_or(AppError::Unusable("receipt without reply"));
        }
        warn!(session = turn.hop.session, player = %turn.msisdn, "transcript diverges");
        if conversation.transcript.starts_with(&turn.hop.transcript) {
            let shown = turn
                .menu
                .show(&conversation.state, None, turn.facts, turn.budget);
            return Ok(Turn::Answer(shown, Answered::Repeated));
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
            match turn
                .menu
                .input(state, Input::Dialled(argument), turn.facts, turn.budget)
            {
                Step::Show => {}
                Step::Run(action) => match self.run(turn, conversation, action).await? {
                    Ran::Step(_) | Ran::Kept(_) => {}
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
            let looked = Box::pin(self.look(&mut tx, turn, conversation, action));
            if let Some(outcome) = looked.await? {
                let step = turn.menu.outcome(&mut conversation.state, action, outcome);
                return Ok(Ran::Step(step));
            }
        }
        // Most hops need nothing of this: their futures are small without it.
        let kept = match Box::pin(self.keep(turn, conversation, action)).await {
            Ok(kept) => kept,
            // The same hop may have run before, elsewhere: then its receipt has the answer.
            Err(error) if !error.is_of_the_database() => {
                let before = self.has_run(turn.hop).await?;
                return before.map(Box::new).map(Ran::Before).ok_or(error);
            }
            Err(error) => return Err(error),
        };
        let (step, after) = kept;
        *conversation = after;
        self.wake_after(action);
        Ok(Ran::Kept(step))
    }

    /// Runs a durable action; gives the conversation after it, with the reply.
    async fn keep(
        &self,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
        action: Action,
    ) -> Result<(Step, Conversation), AppError> {
        if action == Action::Answer
            && let Some(kept) = self.answer_at_once(turn, conversation).await?
        {
            return Ok(kept);
        }
        let act = |tx| self.run_durably(tx, turn, conversation.clone(), action);
        self.store().transact(act).await
    }

    /// Runs an action in a transaction that writes, with its receipt, which no other run of the same hop
    /// has; gives the conversation after it.
    async fn run_durably(
        &self,
        mut tx: Tx,
        turn: &TurnContext<'_>,
        mut conversation: Conversation,
        action: Action,
    ) -> Result<(Tx, (Step, Conversation)), AppError> {
        let outcome = self.act(&mut tx, turn, &mut conversation, action).await?;
        let step = turn.menu.outcome(&mut conversation.state, action, outcome);
        self.show_step(turn, &mut conversation, step);
        let json = written(&conversation)?;
        let hop = turn.hop;
        tx.keep_receipt(&hop.session, &hop.transcript, turn.msisdn, &json, turn.now)
            .await?;
        Ok((tx, (step, conversation)))
    }

    /// The session after this hop, where it ran before.
    async fn ran_before(&self, hop: &PlacedHop) -> Result<Option<Conversation>, AppError> {
        let receipt = self.store().receipt(&hop.session, &hop.transcript).await?;
        receipt.map(read_receipt).transpose()
    }

    /// The same for a hop whose receipt was in the way of another run a moment ago: on SQLite it may not be
    /// on the disk yet, so this waits in line with what writes, and for the same commit.
    async fn has_run(&self, hop: &PlacedHop) -> Result<Option<Conversation>, AppError> {
        let look = |mut tx: Tx| async move {
            let receipt = tx.receipt(&hop.session, &hop.transcript).await?;
            Ok::<_, AppError>((tx, receipt))
        };
        let receipt = self.store().transact(look).await?;
        receipt.map(read_receipt).transpose()
    }

    fn reply(&self, turn: &TurnContext<'_>, mut conversation: Conversation, step: Step) -> Turn {
        self.show_step(turn, &mut conversation, step);
        Turn::Went(conversation)
    }

    /// Renders what a step leads to and writes it down as the answer to this hop.
    pub(super) fn show_step(
        &self,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        step: Step,
    ) {
        let hint = match step {
            Step::Hint(hint) => Some(hint),
            Step::Show | Step::Stop | Step::Run(_) => None,
        };
        turn.menu.keep_shown(&mut conversation.state, turn.facts);
        let shown = turn
            .menu
            .show(&conversation.state, hint, turn.facts, turn.budget);
        conversation.answered(&turn.hop.transcript, &shown);
        if let Some(place) = &turn.hop.place {
            conversation.place(place, turn.now);
        }
    }

    /// Whether a service code is one of ours. A gateway may leave out the channel of a shared code:
    /// `*384#` for `*384*55#` (contract, section 1.1).
    pub(super) fn answers_code(&self, code: &str) -> bool {
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

    pub(super) fn budget(&self, network: &str) -> usize {
        self.settings().networks.of(network).budget
    }
}

/// What is known of a session.
pub(super) enum Known {
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
    Answer(Shown, Answered),
    /// The last reply of the session, which is to be stored.
    Went(Conversation),
}

/// What became of an action.
enum Ran {
    /// It ran; this comes next.
    Step(Step),
    /// It ran with an effect; this comes next, and the conversation has the reply already.
    Kept(Step),
    /// The same hop ran before; this is the session after it.
    Before(Box<Conversation>),
}

/// What all steps of one hop share.
pub(super) struct TurnContext<'a> {
    pub(super) hop: &'a PlacedHop,
    pub(super) msisdn: &'a Msisdn,
    /// The menu in force when the hop came in; it holds to the end of the hop.
    pub(super) menu: &'a Menu,
    pub(super) facts: &'a Facts,
    pub(super) budget: usize,
    pub(super) now: Timestamp,
}

/// A conversation as its receipt keeps it.
pub(super) fn written(conversation: &Conversation) -> Result<String, AppError> {
    serde_json::to_string(conversation).map_err(|_| AppError::Unusable("cannot be written down"))
}

/// The conversation of a receipt, which stands behind the number that sent the hop.
fn read_receipt((_, json): (String, String)) -> Result<Conversation, AppError> {
    serde_json::from_str(&json).map_err(|_| AppError::Unusable("receipt cannot be read"))
}
