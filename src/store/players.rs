//! Players and what they chose.

use std::collections::BTreeMap;

use super::{
    StoreError, Tx,
    engine::{expect_rows, ids_json, parse},
};
use crate::core::{ids::PlayerId, money::Cents, msisdn::Msisdn, time::Timestamp};

/// Whether a player may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Registered; identity not checked.
    Unverified,
    /// Identity checked.
    Verified,
    /// Excluded by own wish.
    Excluded,
    /// Blocked by the operator.
    Blocked,
}

impl Status {
    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
            Self::Excluded => "excluded",
            Self::Blocked => "blocked",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [
            Self::Unverified,
            Self::Verified,
            Self::Excluded,
            Self::Blocked,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }
}

/// A registered player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The id.
    pub id: PlayerId,
    /// The number that identifies them.
    pub msisdn: Msisdn,
    /// Their language.
    pub locale: String,
    /// Whether they may play.
    pub status: Status,
    /// What the wallet holds.
    pub balance: Cents,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    msisdn: String,
    locale: String,
    status: String,
    balance_cents: i64,
}

impl TryFrom<Row> for Player {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("player", &row.id, what);
        Ok(Self {
            id: parse("player", "id", &row.id)?,
            msisdn: Msisdn::parse_kept(&row.msisdn).map_err(|_| corrupt("msisdn"))?,
            status: Status::named(&row.status).ok_or_else(|| corrupt("status"))?,
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
            Row,
            "select player.id, msisdn, locale, status, balance_cents
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
            Row,
            "select player.id, msisdn, locale, status, balance_cents
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
            "select player.id, msisdn, locale, status, balance_cents
            from player
            join wallet on wallet.player_id = player.id
            where player.id in ",
            ""
        );
        let rows = fetch_all!(self, Row, select, ids_json(ids))?;
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
