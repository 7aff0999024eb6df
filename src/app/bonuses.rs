//! Bonuses of refunds, counted per player and day where the rules cap them. A refund belongs to the day
//! in which its window ended, whenever the job gets round to it.

use std::{collections::BTreeMap, time::Duration};

use super::{App, AppError};
use crate::{
    core::{
        game::settle::Settlement,
        ids::{EntryId, PlayerId},
        ledger::Reason,
        time::Timestamp,
    },
    store::{BonusDay, Entry, Tx},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many bonuses players have had.
pub(super) struct Bonuses {
    cap: Option<u32>,
    window: Duration,
    /// As the database had them, by the entry that is refunded now.
    known: BTreeMap<EntryId, u32>,
    /// What this batch adds, by player and beginning of the day.
    added: BTreeMap<(PlayerId, Timestamp), u32>,
}

impl Bonuses {
    fn day(&self, entry: &Entry) -> (PlayerId, Timestamp) {
        let ended = entry.staked_at.after(self.window);
        (entry.player, ended.start_of_day())
    }

    /// How many the player of an entry has had on its day.
    pub(super) fn before(&self, entry: &Entry) -> u32 {
        let known = self.known.get(&entry.id).copied().unwrap_or_default();
        let added = self.added.get(&self.day(entry)).copied();
        known.saturating_add(added.unwrap_or_default())
    }

    /// Takes a refund in; gives whether the cap has kept a bonus from it.
    pub(super) fn count(&mut self, entry: &Entry, refunded: &Settlement) -> bool {
        let has_bonus = refunded
            .transfers
            .iter()
            .any(|transfer| transfer.reason == Reason::RefundBonus);
        let is_capped = entry.answered > 0 && self.cap.is_some_and(|cap| self.before(entry) >= cap);
        if has_bonus {
            *self.added.entry(self.day(entry)).or_default() += 1;
        }
        is_capped
    }
}

impl App {
    /// Lets one transaction at a time count the bonuses of the players of these entries. Before any
    /// other lock of the batch.
    pub(super) async fn serialise_bonuses(
        &self,
        tx: &mut Tx,
        entries: &[EntryId],
    ) -> Result<(), AppError> {
        if self.rules().bonus_refunds_per_day.is_none() {
            return Ok(());
        }
        let players = tx.players_of(entries).await?;
        Ok(tx.serialise_bonuses(&players).await?)
    }

    /// The bonuses that the players of unpaired entries have had, and puts the entries into the order in
    /// which they were staked: the first ones have the bonuses of the day.
    pub(super) async fn bonuses_before(
        &self,
        tx: &mut Tx,
        unpaired: &mut [Entry],
    ) -> Result<Bonuses, AppError> {
        unpaired.sort_by_key(|entry| (entry.staked_at, entry.id));
        let window = self.rules().pairing_window;
        let mut bonuses = Bonuses {
            cap: self.rules().bonus_refunds_per_day,
            window,
            known: BTreeMap::new(),
            added: BTreeMap::new(),
        };
        if bonuses.cap.is_some() {
            let day = |entry: &Entry| {
                let (player, begin) = bonuses.day(entry);
                BonusDay {
                    entry: entry.id,
                    player,
                    from: begin.before(window),
                    until: begin.after(DAY).before(window),
                }
            };
            let days: Vec<BonusDay> = unpaired.iter().map(day).collect();
            bonuses.known = tx.bonuses_on(&days).await?;
        }
        Ok(bonuses)
    }
}
