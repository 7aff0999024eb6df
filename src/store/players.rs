//! Players and what they chose.

use std::collections::BTreeMap;

use super::{
    StoreError, Tx,
    engine::{expect_rows, ids_json, parse},
};
pub use crate::core::care::Status;
use crate::core::{care::Standing, ids::PlayerId, money::Cents, msisdn::Msisdn, time::Timestamp};

/// A registered player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The id.
    pub id: PlayerId,
    /// The number that identifies them.
    pub msisdn: Msisdn,
    /// Their language.
    pub locale: String,
    /// Whether they may play, as it is kept; [`Player::standing`] knows of exclusions that are over.
    pub status: Status,
    /// What they are again when exclusion and block are over.
    pub before: Status,
    /// When their exclusion ends.
    pub excluded_until: Option<Timestamp>,
    /// What the wallet holds.
    pub balance: Cents,
}

impl Player {
    /// How they stand at `now`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let kept = Standing {
            status: self.status,
            before: self.before,
            excluded_until: self.excluded_until,
        };
        kept.at(now)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct PlayerRow {
    id: String,
    msisdn: String,
    locale: String,
    status: String,
    status_before: Option<String>,
    excluded_until_ms: Option<i64>,
    balance_cents: i64,
}

impl TryFrom<PlayerRow> for Player {
    type Error = StoreError;

    fn try_from(row: PlayerRow) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("player", &row.id, what);
        let status = Status::named(&row.status).ok_or_else(|| corrupt("status"))?;
        let before = match (row.status_before, status) {
            (Some(before), _) => Status::named(&before).ok_or_else(|| corrupt("status_before"))?,
            (None, Status::Verified) => Status::Verified,
            (None, Status::Unverified | Status::Excluded | Status::Blocked) => Status::Unverified,
        };
        Ok(Self {
            id: parse("player", "id", &row.id)?,
            msisdn: Msisdn::parse_kept(&row.msisdn).map_err(|_| corrupt("msisdn"))?,
            status,
            before,
            excluded_until: row.excluded_until_ms.map(Timestamp::from_ms),
            balance: Cents::new(row.balance_cents),
            locale: row.locale,
        })
    }
}

impl Tx {
    /// The player of a number.
    pub async fn player(&mut self, msisdn: &Msisdn) -> Result<Option<Player>, StoreError> {
        let row = fetch_optional!(
            self,
            PlayerRow,
            "select player.id, msisdn, locale, status, status_before, excluded_until_ms,
                balance_cents
            from player
            join wallet on wallet.player_id = player.id
            where msisdn = $1",
            msisdn.e164()
        )?;
        row.map(Player::try_from).transpose()
    }

    /// The player of an id, which some other row names.
    pub async fn player_by_id(&mut self, id: PlayerId) -> Result<Player, StoreError> {
        let row = fetch_optional!(
            self,
            PlayerRow,
            "select player.id, msisdn, locale, status, status_before, excluded_until_ms,
                balance_cents
            from player
            join wallet on wallet.player_id = player.id
            where player.id = $1",
            id.to_string()
        )?;
        row.ok_or_else(|| StoreError::corrupt("player", id, "does not exist"))?
            .try_into()
    }

    /// The players of many ids, which other rows name.
    pub async fn players_by_id(
        &mut self,
        ids: &[PlayerId],
    ) -> Result<BTreeMap<PlayerId, Player>, StoreError> {
        let select = of_ids!(
            self,
            "select player.id, msisdn, locale, status, status_before, excluded_until_ms,
                balance_cents
            from player
            join wallet on wallet.player_id = player.id
            where player.id in ",
            ""
        );
        let rows = fetch_all!(self, PlayerRow, select, ids_json(ids))?;
        let players = rows.into_iter().map(|row| {
            let player = Player::try_from(row)?;
            Ok((player.id, player))
        });
        let players: BTreeMap<_, _> = players.collect::<Result<_, StoreError>>()?;
        match ids.iter().find(|id| !players.contains_key(id)) {
            Some(id) => Err(StoreError::corrupt("player", id, "does not exist")),
            None => Ok(players),
        }
    }

    /// Registers a number with an empty wallet. A number that is registered stays as it is.
    pub async fn register(
        &mut self,
        id: PlayerId,
        msisdn: &Msisdn,
        locale: &str,
        now: Timestamp,
    ) -> Result<Player, StoreError> {
        let inserted = execute!(
            self,
            "insert into player (id, msisdn, locale, registered_at_ms)
            values ($1, $2, $3, $4)
            on conflict (msisdn) do nothing",
            id.to_string(),
            msisdn.e164(),
            locale,
            now.ms()
        )?;
        if inserted > 0 {
            execute!(
                self,
                "insert into wallet (player_id) values ($1)",
                id.to_string()
            )?;
        }
        let player = self.player(msisdn).await?;
        player.ok_or_else(|| StoreError::corrupt("player", id, "was not registered"))
    }

    /// Lets one transaction at a time act for a player, until its end.
    pub async fn serialise_player(&mut self, id: PlayerId) -> Result<(), StoreError> {
        self.serialise(&format!("player:{id}")).await
    }

    /// Keeps a player's language.
    pub async fn set_locale(&mut self, id: PlayerId, locale: &str) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update player set locale = $2 where id = $1",
            id.to_string(),
            locale
        )?;
        expect_rows(changed, 1, "player", id)
    }
}
