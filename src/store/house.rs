//! Switches of the house, which every process sees at once.

use super::{StoreError, Tx};
use crate::core::{operator::By, time::Timestamp};

/// A switch of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// No new games and no deposits.
    Maintenance,
}

impl Switch {
    /// The name in the database and in the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
        }
    }
}

/// How a switch stands that somebody has turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// Whether it is on.
    pub is_on: bool,
    /// Who turned it last.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Tx {
    /// How a switch stands; `None`: nobody ever turned it.
    pub async fn switch(&mut self, switch: Switch) -> Result<Option<Turned>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, String, String, i64),
            "select is_on, actor, reason, at_ms from house_switch where name = $1",
            switch.name()
        )?;
        Ok(row.map(|(is_on, actor, reason, at_ms)| Turned {
            is_on: is_on == 1,
            actor,
            reason,
            at: Timestamp::from_ms(at_ms),
        }))
    }

    /// Turns a switch; gives whether it stood the other way.
    pub async fn turn_switch(
        &mut self,
        switch: Switch,
        is_on: bool,
        by: &By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.serialise(&format!("switch:{}", switch.name())).await?;
        let before = self.switch(switch).await?;
        if before.is_some_and(|before| before.is_on) == is_on {
            return Ok(false);
        }
        execute!(
            self,
            "insert into house_switch (name, is_on, actor, reason, at_ms)
            values ($1, $2, $3, $4, $5)
            on conflict (name) do update set is_on = excluded.is_on, actor = excluded.actor,
                reason = excluded.reason, at_ms = excluded.at_ms",
            switch.name(),
            i64::from(is_on),
            by.actor.name(),
            by.why.text(),
            now.ms()
        )?;
        Ok(true)
    }
}
