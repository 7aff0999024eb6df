//! The house as a whole: whether it is open, and the maintenance that an operator switches on and off
//! without a restart.

use super::{App, AppError};
use crate::{
    core::{operator::By, time::Timestamp},
    menu::Outcome,
    store::{Switch, Turned, Tx},
};

/// How the house stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseStatus {
    /// Whether games can be started now.
    pub is_open: bool,
    /// Whether the configuration has it in maintenance.
    pub is_configured_shut: bool,
    /// How the switch for maintenance stands; `None`: nobody ever turned it.
    pub maintenance: Option<Turned>,
    /// When it opens next, as `08:00`, where the hours have closed it.
    pub opens: Option<String>,
}

impl App {
    /// How the house stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn house_status(&self) -> Result<HouseStatus, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        let hours = self.settings().hours;
        let is_maintained = self.is_in_maintenance(&mut tx).await?;
        Ok(HouseStatus {
            is_open: !is_maintained && hours.is_open(now),
            is_configured_shut: hours.maintenance,
            maintenance: tx.switch(Switch::Maintenance).await?,
            opens: hours.opens_next(now).map(shown_time),
        })
    }

    /// Switches maintenance on or off, for every process from now on; gives whether it stood the other
    /// way. Games and money under way go on, and withdrawals stay possible.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_maintenance(&self, is_on: bool, by: &By) -> Result<bool, AppError> {
        let now = self.clock().now();
        let turn = |mut tx: Tx| async move {
            let has_changed = tx.turn_switch(Switch::Maintenance, is_on, by, now).await?;
            if has_changed {
                let subject = ("house", Switch::Maintenance.name().to_owned());
                let detail = if is_on { "on" } else { "off" };
                self.write_down(&mut tx, by, "maintenance", subject, detail, now)
                    .await?;
            }
            Ok::<_, AppError>((tx, has_changed))
        };
        let has_changed = self.store().transact(turn).await?;
        let (actor, reason) = (by.actor.name(), by.why.text());
        tracing::warn!(is_on, has_changed, actor, reason, "maintenance");
        Ok(has_changed)
    }

    /// Whether there are no new games and no deposits: by the configuration, or by the switch.
    pub(super) async fn is_in_maintenance(&self, tx: &mut Tx) -> Result<bool, AppError> {
        if self.settings().hours.maintenance {
            return Ok(true);
        }
        let switch = tx.switch(Switch::Maintenance).await?;
        Ok(switch.is_some_and(|turned| turned.is_on))
    }

    /// Why no game can be started now, as an outcome; it is known how the switch for maintenance stands.
    pub(super) fn closed(&self, is_maintained: bool, now: Timestamp) -> Option<Outcome> {
        let hours = self.settings().hours;
        if is_maintained || hours.maintenance {
            return Some(closed_until(None));
        }
        if hours.is_open(now) {
            return None;
        }
        Some(closed_until(hours.opens_next(now)))
    }
}

/// The house is closed until this minute of the day, where that is known.
pub(super) fn closed_until(opens: Option<u32>) -> Outcome {
    let opening = opens.map_or("", |_| "opening");
    let opens = opens.map_or_else(String::new, shown_time);
    Outcome::named("closed").with([("opening", opening.to_owned()), ("opens", opens)])
}

fn shown_time(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
