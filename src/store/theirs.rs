//! Raw callbacks of one player: those whose path names a deposit or withdrawal of theirs, and those with
//! their number, with or without spaces, or a receipt of theirs in the body. For data-protection requests, which are rare: the whole
//! inbox is gone through.

use super::{StoreError, Tx, engine::ids_json};
use crate::core::{
    fair::payer::hash_of,
    ids::{CallbackId, PlayerId},
    msisdn::Msisdn,
};

/// The digits that every way of writing a number has in common: `712345678`.
pub(super) fn bare(msisdn: &Msisdn) -> &str {
    msisdn.digits().trim_start_matches("254")
}

/// A callback of a player.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TheirCallback {
    /// The id.
    pub id: String,
    /// The name of its kind.
    pub kind: String,
    /// When it came in, in ms since 1970.
    pub received_at_ms: i64,
    /// What became of it.
    pub outcome: Option<String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Tx {
    /// The ids of the callbacks of a player.
    async fn ids_of_theirs(
        &mut self,
        player: PlayerId,
        msisdn: &Msisdn,
    ) -> Result<Vec<String>, StoreError> {
        let select = self.by_engine(
            "select id from callback
            where subject in (
                    select id from deposit where player_id = $1
                    union all select id from withdrawal where player_id = $1)
                or instr(body, cast($2 as blob)) > 0
                or instr(replace(replace(cast(body as text), ' ', ''), '-', ''), $2) > 0
                or instr(body, cast($3 as blob)) > 0
                or kind in ('c2b_confirmation', 'c2b_validation', 'c2b_pull') and exists (
                    select 1 from deposit where player_id = $1 and receipt is not null
                        and instr(body, cast(receipt as blob)) > 0)",
            "select id from callback
            where subject in (
                    select id from deposit where player_id = $1
                    union all select id from withdrawal where player_id = $1)
                or position(convert_to($2, 'UTF8') in body) > 0
                or position($2 in replace(replace(encode(body, 'escape'), ' ', ''), '-', '')) > 0
                or position(convert_to($3, 'UTF8') in body) > 0
                or kind in ('c2b_confirmation', 'c2b_validation', 'c2b_pull') and exists (
                    select 1 from deposit where player_id = $1 and receipt is not null
                        and position(convert_to(receipt, 'UTF8') in body) > 0)",
        );
        let (id, hash) = (player.to_string(), hash_of(msisdn));
        let rows = fetch_all!(self, (String,), select, id, bare(msisdn), hash)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The callbacks of a player, the newest first.
    pub async fn their_callbacks(
        &mut self,
        player: PlayerId,
        msisdn: &Msisdn,
    ) -> Result<Vec<TheirCallback>, StoreError> {
        let ids = self.ids_of_theirs(player, msisdn).await?;
        let select = of_ids!(
            self,
            "select id, kind, received_at_ms, outcome, body from callback where id in ",
            " order by received_at_ms desc, id desc"
        );
        fetch_all!(self, TheirCallback, select, ids_json(&ids))
    }

    /// How many callbacks of a player are still to be acted on.
    pub(super) async fn their_new_callbacks(
        &mut self,
        player: PlayerId,
        msisdn: &Msisdn,
    ) -> Result<i64, StoreError> {
        let ids = self.ids_of_theirs(player, msisdn).await?;
        let select = of_ids!(
            self,
            "select cast(count(*) as bigint) from callback where state = 'new' and id in ",
            ""
        );
        let row = fetch_optional!(self, (i64,), select, ids_json(&ids))?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Empties a callback, as those of a player who is erased.
    pub async fn empty_callback(&mut self, id: CallbackId) -> Result<(), StoreError> {
        execute!(
            self,
            "update callback set headers = '', cut = 1, body = substr(body, 1, 0) where id = $1",
            id.to_string()
        )?;
        Ok(())
    }

    /// Empties the callbacks of a player. They are marked as cut, so that none is ever acted on again.
    pub(super) async fn empty_their_callbacks(
        &mut self,
        player: PlayerId,
        msisdn: &Msisdn,
    ) -> Result<u64, StoreError> {
        let ids = self.ids_of_theirs(player, msisdn).await?;
        // Nothing as bytes, in the way of both engines.
        let update = of_ids!(
            self,
            "update callback set headers = '', cut = 1, body = substr(body, 1, 0) where id in ",
            ""
        );
        execute!(self, update, ids_json(&ids))
    }
}
