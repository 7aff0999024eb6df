//! One player's whole story in one timeline, newest first: what they dialled, what moved in their
//! wallet, their games, payments, callbacks, SMS, and what was done about them.

use std::collections::BTreeMap;

use super::{
    App, AppError,
    explain::{Asked, View, asked_of},
};
use crate::{
    core::{
        ids::{EntryId, PlayerId},
        ledger::Account,
        money::Cents,
        time::Timestamp,
    },
    session::Conversation,
    store::{
        AuditRow, BookedTransfer, CallbackStory, DepositStory, EndedRow, Entry, HopRow,
        InboundStory, Player, SmsStory, StoreError, Tx, WithdrawalStory,
    },
};

/// How many events a page of a story has, unless more happened at the same instant.
pub const STORY_PAGE: usize = 50;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A hop that had an effect.
    Hop(Hop),
    /// A USSD session ended.
    SessionEnded(EndedRow),
    /// Money moved in the wallet.
    Moved(Movement),
    /// A game, at the time of its stake.
    Game(Box<Game>),
    /// A deposit, at the time it was asked for or came in, with what the paybill confirmed of it.
    Deposit(DepositStory, Vec<CallbackStory>),
    /// A withdrawal, at the time it was asked for.
    Withdrawal(WithdrawalStory),
    /// A callback about one of their payments.
    Callback(CallbackStory),
    /// An SMS to them.
    Sms(SmsStory),
    /// An SMS from them.
    Inbound(InboundStory),
    /// An act of an operator, of themselves, or of the rules.
    Act(AuditRow),
}

/// A hop that had an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The session's id.
    pub session: String,
    /// The whole transcript.
    pub transcript: String,
    /// The name of the screen that answered it.
    pub screen: String,
    /// Its text.
    pub text: String,
    /// Whether the session ended with it.
    pub ends: bool,
}

/// Money that moved in the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The transfer.
    pub transfer: BookedTransfer,
    /// What it did to the wallet: below zero where money left.
    pub change: Cents,
    /// What the wallet held after it.
    pub balance: Cents,
}

/// A game from one player's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    /// The player's entry.
    pub entry: Entry,
    /// The category's name.
    pub category: String,
    /// The stake.
    pub stake: Cents,
    /// The other player.
    pub opponent: Option<(Entry, Player)>,
    /// What was asked and answered; the first of `seen` is this player's.
    pub asked: Vec<Asked>,
}

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// A page of a player's story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The player.
    pub player: Player,
    /// Whether the number refuses promotions.
    pub refuses_promotions: bool,
    /// What happened, newest first.
    pub events: Vec<Told>,
    /// Where the next page begins; `None`: this was the last one.
    pub next: Option<Timestamp>,
}

impl App {
    /// The player of an id. `None`: there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn player_of(&self, id: PlayerId) -> Result<Option<Player>, AppError> {
        known(&mut self.store().read().await?, id).await
    }

    /// The story of a player back from `before`, a page of it. `None`: there is no such player.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn story(
        &self,
        player: PlayerId,
        before: Option<Timestamp>,
    ) -> Result<Option<Story>, AppError> {
        let before = before.unwrap_or(Timestamp::from_ms(i64::MAX));
        let limit = i64::try_from(STORY_PAGE + 1).unwrap_or(i64::MAX);
        let mut tx = self.store().read().await?;
        let Some(player) = known(&mut tx, player).await? else {
            return Ok(None);
        };
        let refuses_promotions = tx.refuses_promotions(&player.msisdn).await?;
        let mut events = payments(&mut tx, player.id, before, limit).await?;
        events.extend(dialled(&mut tx, &player, before, limit).await?);
        events.extend(games(&mut tx, &player, before, limit).await?);
        events.extend(moved(&mut tx, player.id, before, limit).await?);
        let texts = tx.texts_of(player.id, before, limit).await?;
        events.extend(
            texts
                .into_iter()
                .map(|sms| told(sms.at_ms, Event::Sms(sms))),
        );
        let inbound = tx.inbound_of(&player.msisdn, before, limit).await?;
        let inbound = inbound.into_iter();
        events.extend(inbound.map(|sms| told(sms.at_ms, Event::Inbound(sms))));
        let acts = tx.acts_on(player.id, before, limit).await?;
        events.extend(
            acts.into_iter()
                .map(|act| told(act.at.ms(), Event::Act(act))),
        );
        // Stable: what was read newest first stays so within one instant.
        events.sort_by_key(|told| std::cmp::Reverse(told.at));
        let next = cut(&mut events);
        Ok(Some(Story {
            player,
            refuses_promotions,
            events,
            next,
        }))
    }
}

/// The player of an id that somebody typed or followed; `None`: there is none.
async fn known(tx: &mut Tx, id: PlayerId) -> Result<Option<Player>, AppError> {
    match tx.player_by_id(id).await {
        Ok(player) => Ok(Some(player)),
        Err(StoreError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Cuts a page off, after everything of the instant at which it is full.
fn cut(events: &mut Vec<Told>) -> Option<Timestamp> {
    let last = events.get(STORY_PAGE - 1)?.at;
    let length = events.iter().take_while(|told| told.at >= last).count();
    let goes_on = length < events.len();
    events.truncate(length);
    goes_on.then_some(last)
}

fn told(at_ms: i64, event: Event) -> Told {
    Told {
        at: Timestamp::from_ms(at_ms),
        event,
    }
}

async fn payments(
    tx: &mut Tx,
    player: PlayerId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Told>, AppError> {
    let deposits = tx.deposits_of(player, before, limit).await?;
    let receipts: Vec<(&str, Timestamp)> = deposits
        .iter()
        .filter_map(|one| {
            let at = one.pushed_at_ms.unwrap_or(one.at_ms);
            Some((one.receipt.as_deref()?, Timestamp::from_ms(at)))
        })
        .collect();
    let mut confirmed = BTreeMap::<String, Vec<CallbackStory>>::new();
    for callback in tx.confirmations_of(&receipts).await? {
        let of = callback.subject.clone();
        confirmed.entry(of).or_default().push(callback);
    }
    let mut events = Vec::new();
    for deposit in deposits {
        let heard = deposit.receipt.as_ref();
        let heard = heard.and_then(|receipt| confirmed.remove(receipt));
        let event = |deposit: DepositStory| {
            told(
                deposit.at_ms,
                Event::Deposit(deposit, heard.unwrap_or_default()),
            )
        };
        events.push(event(deposit));
    }
    let withdrawals = tx.withdrawals_of(player, before, limit).await?.into_iter();
    events.extend(withdrawals.map(|one| told(one.at_ms, Event::Withdrawal(one))));
    let callbacks = tx.callbacks_of(player, before, limit).await?.into_iter();
    events.extend(callbacks.map(|one| told(one.at_ms, Event::Callback(one))));
    Ok(events)
}

async fn dialled(
    tx: &mut Tx,
    player: &Player,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Told>, AppError> {
    let hops = tx.hops_of(&player.msisdn, before, limit).await?.into_iter();
    let mut events: Vec<Told> = hops
        .map(|row| told(row.at_ms, Event::Hop(hop(row))))
        .collect();
    let ended = tx.sessions_of(&player.msisdn, before, limit).await?;
    let ended = ended.into_iter();
    events.extend(ended.map(|row| told(row.at_ms, Event::SessionEnded(row))));
    Ok(events)
}

/// A hop with its reply. One that an older version wrote down differently has no reply to show.
fn hop(row: HopRow) -> Hop {
    let conversation: Option<Conversation> = serde_json::from_str(&row.conversation).ok();
    let reply = conversation.as_ref().and_then(Conversation::last_reply);
    Hop {
        session: row.session_id,
        transcript: row.transcript,
        screen: reply.map_or_else(String::new, |reply| reply.screen.clone()),
        text: reply.map_or_else(String::new, |reply| reply.text.clone()),
        ends: reply.is_some_and(|reply| reply.ends),
    }
}

async fn moved(
    tx: &mut Tx,
    player: PlayerId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Told>, AppError> {
    let (transfers, mut balance) = tx.wallet_transfers(player, before, limit).await?;
    let overflow = || AppError::Unusable("a balance that does not fit");
    let mut events = Vec::with_capacity(transfers.len());
    for transfer in transfers {
        let change = if transfer.to == Account::Wallet(player) {
            transfer.amount
        } else {
            Cents::new(-transfer.amount.get())
        };
        let earlier = balance.minus(change).ok_or_else(overflow)?;
        let movement = Movement {
            change,
            balance,
            transfer,
        };
        events.push(told(movement.transfer.at.ms(), Event::Moved(movement)));
        balance = earlier;
    }
    Ok(events)
}

async fn games(
    tx: &mut Tx,
    player: &Player,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Told>, AppError> {
    let sets = tx.sets_of_player(player.id, before, limit).await?;
    let figures = tx.figures_of(&sets).await?;
    let entries = tx.entries_in(&sets).await?;
    let questions = tx.questions_of_sets(&sets).await?;
    let (own, others): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .partition(|entry| entry.player == player.id);
    let ids: Vec<EntryId> = own.iter().map(|entry| entry.id).collect();
    let answers = tx.answers_of_entries(&ids).await?;
    let mut met: Vec<PlayerId> = others.iter().map(|entry| entry.player).collect();
    met.sort_unstable();
    met.dedup();
    let players = tx.players_by_id(&met).await?;
    let mut events = Vec::with_capacity(own.len());
    for entry in own {
        let Some(of) = figures.get(&entry.set) else {
            continue;
        };
        let of_set: Vec<_> = questions
            .iter()
            .filter(|question| question.set == entry.set)
            .cloned()
            .collect();
        let view = View {
            entry: &entry,
            locale: &player.locale,
        };
        let asked = asked_of(&of_set, &answers, &[view]);
        let opponent = others.iter().find(|other| other.set == entry.set);
        let opponent = opponent.and_then(|other| {
            let player = players.get(&other.player)?;
            Some((other.clone(), player.clone()))
        });
        let game = Game {
            category: of.category.clone(),
            stake: of.stake,
            opponent,
            asked,
            entry,
        };
        let at = game.entry.staked_at.ms();
        events.push(told(at, Event::Game(Box::new(game))));
    }
    events.reverse();
    Ok(events)
}
