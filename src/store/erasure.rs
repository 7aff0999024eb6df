//! Erasing a player's personal data. The books name players by their ids and stay as they are; the number,
//! and everything in which it stands, goes.

use super::{StoreError, Tx, engine::expect_rows, theirs::bare};
use crate::core::{
    ids::PlayerId,
    msisdn::{MASKED_ERASED, Msisdn},
    time::Timestamp,
};

/// What keeps a player's data from being erased now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Games without an end.
    pub games: i64,
    /// Deposits that may still be paid.
    pub deposits: i64,
    /// Withdrawals without an end.
    pub withdrawals: i64,
    /// Corrections that wait for approval.
    pub adjustments: i64,
    /// Callbacks that are still to be acted on.
    pub callbacks: i64,
}

/// What was erased, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// SMS to the player.
    pub sms: u64,
    /// SMS to others in which the number stood, masked.
    pub sms_to_others: u64,
    /// SMS from the player.
    pub inbound: u64,
    /// Receipts of hops.
    pub hops: u64,
    /// Raw callbacks.
    pub callbacks: u64,
    /// Marks of who paid.
    pub payers: u64,
}

/// What stands in the place of a text.
const ERASED: &str = "(erased)";

impl Tx {
    /// What keeps a player's data from being erased now.
    pub async fn ties_of(&mut self, player: PlayerId, msisdn: &Msisdn) -> Result<Ties, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64, i64, i64),
            "select (
                    select cast(count(*) as bigint) from entry
                    where player_id = $1 and state in ('playing', 'waiting')
                ), (
                    select cast(count(*) as bigint) from deposit
                    where player_id = $1 and state in ('requested', 'pushed')
                ), (
                    select cast(count(*) as bigint) from withdrawal
                    where player_id = $1 and state in ('requested', 'sent', 'unknown')
                ), (
                    select cast(count(*) as bigint) from adjustment
                    where player_id = $1 and state = 'proposed'
                )",
            player.to_string()
        )?;
        let (games, deposits, withdrawals, adjustments) = row.unwrap_or_default();
        let callbacks = self.their_new_callbacks(player, msisdn).await?;
        Ok(Ties {
            games,
            deposits,
            withdrawals,
            adjustments,
            callbacks,
        })
    }

    /// Erases the personal data of a player. `payer` is the mark of their phone, where marks are kept. The
    /// caller has looked at [`Tx::ties_of`] in this transaction, with the player serialised.
    pub async fn erase_player(
        &mut self,
        player: PlayerId,
        msisdn: &Msisdn,
        payer: Option<&str>,
        now: Timestamp,
    ) -> Result<Erased, StoreError> {
        let id = player.to_string();
        let pseudonym = Msisdn::erased(player);
        // Before the number goes, by which they are found.
        let callbacks = self.empty_their_callbacks(player, msisdn).await?;
        let sms_to_others = execute!(
            self,
            "update outbox set body = replace(body, $2, $3)
            where cause in (
                select 'result:' || theirs.id
                from entry as mine
                join entry as theirs on theirs.set_id = mine.set_id and theirs.id <> mine.id
                where mine.player_id = $1)",
            id.as_str(),
            msisdn.masked(),
            MASKED_ERASED
        )?;
        execute!(
            self,
            "update hop_receipt set conversation = replace(conversation, $2, $3)
            where msisdn in (
                select other.msisdn
                from entry as mine
                join entry as theirs on theirs.set_id = mine.set_id and theirs.id <> mine.id
                join player as other on other.id = theirs.player_id
                where mine.player_id = $1)",
            id.as_str(),
            msisdn.masked(),
            MASKED_ERASED
        )?;
        // A cause may have the number in it where the SMS answers one.
        let sms = execute!(
            self,
            "update outbox set msisdn = $3, body = $4, provider_id = null, due_at_ms = null,
                failure = case state when 'pending' then 'erased' else null end,
                state = case state when 'pending' then 'failed' else state end,
                cause = case when cause like 'inbound:%' then 'erased:' || id else cause end
            where player_id = $1 or msisdn = $2",
            id.as_str(),
            msisdn.e164(),
            pseudonym.e164(),
            ERASED
        )?;
        let inbound = execute!(
            self,
            "delete from sms_inbound where msisdn = $1",
            msisdn.e164()
        )?;
        execute!(
            self,
            "delete from sms_consent where msisdn = $1",
            msisdn.e164()
        )?;
        let hops = execute!(
            self,
            "delete from hop_receipt where msisdn = $1",
            msisdn.e164()
        )?;
        // M-Pesa's ids of requests end with the number.
        execute!(
            self,
            "update deposit set checkout_id = null where player_id = $1",
            id.as_str()
        )?;
        let payers = execute!(
            self,
            "delete from deposit_payer where player_id = $1 or payer = $2",
            id.as_str(),
            payer
        )?;
        self.erase_from_parked(msisdn).await?;
        let changed = execute!(
            self,
            "update player set msisdn = $2, status = 'blocked', excluded_until_ms = null, erased_at_ms = $3,
                verified_by = null, verification_asked_at_ms = null, reality_check_at_ms = null
            where id = $1 and erased_at_ms is null",
            id.as_str(),
            pseudonym.e164(),
            now.ms()
        )?;
        expect_rows(changed, 1, "player", player)?;
        Ok(Erased {
            sms,
            sms_to_others,
            inbound,
            hops,
            callbacks,
            payers,
        })
    }

    /// What payers typed as account number, and what operators noted, where the number stands in it with
    /// or without spaces.
    async fn erase_from_parked(&mut self, msisdn: &Msisdn) -> Result<(), StoreError> {
        let digits = format!("%{}%", bare(msisdn));
        for update in [
            "update parked set reason = $2
            where replace(replace(reason, ' ', ''), '-', '') like $1",
            "update parked set note = $2
            where replace(replace(note, ' ', ''), '-', '') like $1",
        ] {
            execute!(self, update, digits.as_str(), ERASED)?;
        }
        Ok(())
    }
}
