//! One game explained: who played, what each was asked and answered, in which time, by which rule it
//! was decided, and what was booked for it.

use std::collections::BTreeMap;

use super::{App, AppError};
use crate::{
    core::{
        game::score::{Rule, decided_by},
        ids::{EntryId, QuestionId, SetId},
        money::Cents,
    },
    store::{AnsweredAt, BookedTransfer, Entry, EntryState, Player, SetCourse, SetQuestion, Tx},
};

/// A question in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The question.
    pub question: String,
    /// The choices, in the question's own order.
    pub choices: Vec<String>,
}

/// What one player saw and did at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The language that the player has now, or the one that was shown instead.
    pub locale: String,
    /// The choices in the order in which they were shown: each choice's own number, from 1.
    pub order: Vec<u8>,
    /// What was answered in time.
    pub answer: Option<AnsweredAt>,
}

/// One question of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The place, from 1.
    pub position: i64,
    /// The question.
    pub question: QuestionId,
    /// The version that was asked.
    pub version: i64,
    /// The number of the right choice, from 1.
    pub answer: i64,
    /// Its words, by language.
    pub words: BTreeMap<String, Words>,
    /// What each player saw and did, first seat first.
    pub seen: Vec<Seen>,
}

/// One player's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The entry.
    pub entry: Entry,
    /// The player.
    pub player: Player,
}

/// A game explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The set.
    pub set: SetId,
    /// The category's name.
    pub category: String,
    /// The stake of each seat.
    pub stake: Cents,
    /// How it went.
    pub course: SetCourse,
    /// The players, first seat first.
    pub sides: Vec<Side>,
    /// The questions, in order.
    pub asked: Vec<Asked>,
    /// The rule that decided; `None` where no match was settled.
    pub rule: Option<Rule>,
    /// What was booked for it.
    pub transfers: Vec<BookedTransfer>,
}

impl App {
    /// Explains the game of a set, or of an entry of it. `None`: there is neither.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn explain(&self, id: &str) -> Result<Option<Explained>, AppError> {
        let mut tx = self.store().read().await?;
        let (Ok(entry), Ok(set)) = (id.parse::<EntryId>(), id.parse::<SetId>()) else {
            return Ok(None);
        };
        let set = tx.entry(entry).await?.map_or(set, |entry| entry.set);
        let Some(course) = tx.course_of(set).await? else {
            return Ok(None);
        };
        let (category, stake, _) = tx.set_figures(set).await?;
        let entries = tx.entries_of(set).await?;
        let mut sides = Vec::with_capacity(entries.len());
        for entry in entries {
            let player = tx.player_by_id(entry.player).await?;
            sides.push(Side { entry, player });
        }
        let asked = self.asked(&mut tx, &sides).await?;
        let transfers = tx.transfers_of(&causes(&sides)).await?;
        let is_settled = course.settled_at.is_some();
        let rule = match sides.as_slice() {
            [first, second] if is_settled => {
                Some(decided_by(first.entry.score(), second.entry.score()))
            }
            _ => None,
        };
        Ok(Some(Explained {
            set,
            category,
            stake,
            course,
            sides,
            asked,
            rule,
            transfers,
        }))
    }

    /// What was asked in one set, and what these players of it did.
    async fn asked(&self, tx: &mut Tx, sides: &[Side]) -> Result<Vec<Asked>, AppError> {
        let Some(set) = sides.first().map(|side| side.entry.set) else {
            return Ok(Vec::new());
        };
        let questions = tx.questions_of_sets(&[set]).await?;
        let entries: Vec<EntryId> = sides.iter().map(|side| side.entry.id).collect();
        let answers = tx.answers_of_entries(&entries).await?;
        let views: Vec<View<'_>> = sides
            .iter()
            .map(|side| View {
                entry: &side.entry,
                locale: &side.player.locale,
            })
            .collect();
        Ok(asked_of(&questions, &answers, &views))
    }
}

/// One player of a set, for what they saw.
pub(super) struct View<'a> {
    /// The entry.
    pub(super) entry: &'a Entry,
    /// The language of the player.
    pub(super) locale: &'a str,
}

/// The questions of one set, as these players saw them and answered.
pub(super) fn asked_of(
    questions: &[SetQuestion],
    answers: &[AnsweredAt],
    views: &[View<'_>],
) -> Vec<Asked> {
    let mut asked: BTreeMap<i64, Asked> = BTreeMap::new();
    for one in questions {
        let at = asked.entry(one.position).or_insert_with(|| Asked {
            position: one.position,
            question: one.question,
            version: one.version,
            answer: one.answer,
            words: BTreeMap::new(),
            seen: Vec::new(),
        });
        let words = Words {
            question: one.text.clone(),
            choices: one.choices.clone(),
        };
        at.words.insert(one.locale.clone(), words);
    }
    for at in asked.values_mut() {
        let place = usize::try_from(at.position - 1).unwrap_or(usize::MAX);
        at.seen = views
            .iter()
            .filter(|view| at.position <= reached(view.entry))
            .map(|view| {
                let order = view.entry.choice_orders.get(place);
                let is_this =
                    |one: &&AnsweredAt| one.entry == view.entry.id && one.position == at.position;
                Seen {
                    locale: shown_in(&at.words, view.locale),
                    order: order.cloned().unwrap_or_default(),
                    answer: answers.iter().find(is_this).copied(),
                }
            })
            .collect();
    }
    asked.into_values().collect()
}

/// The last place that was shown to a player. A finished round keeps the place it ended at.
fn reached(entry: &Entry) -> i64 {
    let last = i64::try_from(entry.choice_orders.len()).unwrap_or(i64::MAX);
    entry.position.min(last)
}

/// The language that a player of this one is shown: theirs, else English, else any.
fn shown_in(words: &BTreeMap<String, Words>, locale: &str) -> String {
    let known = [locale, "en"]
        .into_iter()
        .find(|one| words.contains_key(*one));
    let any = words.keys().next().map_or("", String::as_str);
    known.unwrap_or(any).to_owned()
}

/// Every cause under which a set may have been booked.
fn causes(sides: &[Side]) -> Vec<String> {
    let mut causes = Vec::new();
    for side in sides {
        let id = side.entry.id;
        let of_entry = ["stake", "bounty", "stake_back", "refund_bonus", "fee"];
        causes.extend(of_entry.map(|reason| format!("{reason}:{id}")));
    }
    causes
}

impl Side {
    /// Whether this side won.
    #[must_use]
    pub fn has_won(&self) -> bool {
        self.entry.state == EntryState::Won
    }
}
