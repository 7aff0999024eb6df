//! An answer in the middle of a round: most hops of a game, so it takes two statements and no locks.

use super::{
    App, AppError,
    hop::{TurnContext, written},
    play::asked,
};
use crate::{
    core::{game::clock::Verdict, ids::EntryId},
    menu::{Action, Step},
    session::Conversation,
    store::{AnswerAndReceipt, Contention, Entry, EntryState, GivenAnswer},
};

impl App {
    /// Answers the question that the session shows, if it is under way, in time and not the last one: gives
    /// the conversation after it, which is kept as the receipt. `None`: it takes more than that, or somebody
    /// else was faster, and nothing was done.
    pub(super) async fn answer_at_once(
        &self,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Option<(Step, Conversation)>, AppError> {
        let state = &conversation.state;
        let (Ok(id), Ok(choice), Some(player)) = (
            state.value("entry").parse::<EntryId>(),
            state.value("choice").parse::<u8>(),
            conversation.player,
        ) else {
            return Ok(None);
        };
        let Some(round) = self.store().round(id, player, &state.locale).await? else {
            return Ok(None);
        };
        let (entry, Some(next)) = (round.entry, round.next) else {
            return Ok(None);
        };
        let is_shown = entry.position.to_string() == state.value("n");
        if entry.state != EntryState::Playing || !is_shown {
            return Ok(None);
        }
        let judged = self
            .round_clock()
            .judge(entry.spent, entry.sent_at, turn.now);
        let Verdict::InTime(spent) = judged else {
            return Ok(None);
        };
        let answer = GivenAnswer {
            choice,
            is_correct: choice == round.question.answer,
            received_at: turn.now,
        };
        let sent_at = self.question_sent_at(turn);
        let position = entry.position + 1;
        let asked = asked(
            &Entry {
                position,
                ..entry.clone()
            },
            next,
        )?;
        let mut after = conversation.clone();
        let step = turn.menu.outcome(&mut after.state, Action::Answer, asked);
        self.show_step(turn, &mut after, step);
        let json = written(&after)?;
        let kept = AnswerAndReceipt {
            entry: &entry,
            answer,
            spent,
            sent_at,
            clock_ends: self.due_after(spent, sent_at),
            session: &turn.hop.session,
            transcript: &turn.hop.transcript,
            msisdn: turn.msisdn,
            conversation: &json,
        };
        match self.store().keep_answer(&kept).await {
            Ok(true) => Ok(Some((step, after))),
            Ok(false) => Ok(None),
            Err(error) if error.is_contended() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
