//! Gates that the whole fleet passes: one at a time at a distance, or nobody while one is shut.

use std::time::Duration;

use super::{StoreError, Tx};
use crate::core::time::Timestamp;

/// A gate of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Payouts. Shut after a fault of the house, so that not every payout runs into it.
    Payouts,
    /// Requests to Daraja, whose limits are for the whole app (contract, section 14, trap 37).
    Daraja,
    /// SMS by the first sender. Shut after a fault of the house or the gateway's.
    Sms,
}

/// How a gate stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateState {
    /// When it opens, or opened.
    pub opens_at: Timestamp,
    /// Why it was shut; `None`: it keeps a distance.
    pub why: Option<String>,
    /// How often it was shut without anything having got through since.
    pub step: i64,
}

impl Gate {
    const fn name(self) -> &'static str {
        match self {
            Self::Payouts => "payouts",
            Self::Daraja => "daraja",
            Self::Sms => "sms",
        }
    }
}

impl Tx {
    /// Passes a gate at `now`; the next may pass `distance` later. Gives when it opens where it is
    /// not open.
    pub async fn pass_gate(
        &mut self,
        gate: Gate,
        distance: Duration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "insert into gate (name, opens_at_ms) values ($1, $2)
            on conflict (name) do update set opens_at_ms = excluded.opens_at_ms, why = null
                where gate.opens_at_ms <= $3
            returning opens_at_ms",
            gate.name(),
            now.after(distance).ms(),
            now.ms()
        )?;
        match row {
            Some(_) => Ok(None),
            None => Ok(self.gate_opens_at(gate).await?.or(Some(now))),
        }
    }

    /// When a gate opens that was ever passed or shut.
    pub async fn gate_opens_at(&mut self, gate: Gate) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select opens_at_ms from gate where name = $1",
            gate.name()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }

    /// Shuts a gate until `until` and says why.
    pub async fn shut_gate(
        &mut self,
        gate: Gate,
        until: Timestamp,
        why: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into gate (name, opens_at_ms, why) values ($1, $2, $3)
            on conflict (name) do update set opens_at_ms = excluded.opens_at_ms, why = excluded.why",
            gate.name(),
            until.ms(),
            why
        )?;
        Ok(())
    }

    /// Opens a gate that was shut; gives why it was. `None`: it was open.
    pub async fn open_gate(
        &mut self,
        gate: Gate,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let row = self.gate_shut(gate, now).await?;
        if row.is_some() {
            execute!(
                self,
                "update gate set opens_at_ms = $2, why = null, step = 0 where name = $1",
                gate.name(),
                now.ms()
            )?;
        }
        Ok(row.map(|(_, why)| why))
    }

    /// Until when and why a gate is shut at `now`; `None`: it is not.
    pub async fn gate_shut(
        &mut self,
        gate: Gate,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, String),
            "select opens_at_ms, why from gate
            where name = $1 and opens_at_ms > $2 and why is not null",
            gate.name(),
            now.ms()
        )?;
        Ok(row.map(|(until, why)| (Timestamp::from_ms(until), why)))
    }

    /// How a gate stands; one that nobody ever passed or shut is open.
    pub async fn gate(&mut self, gate: Gate) -> Result<GateState, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, Option<String>, i64),
            "select opens_at_ms, why, step from gate where name = $1",
            gate.name()
        )?;
        Ok(
            row.map_or_else(GateState::default, |(ms, why, step)| GateState {
                opens_at: Timestamp::from_ms(ms),
                why,
                step,
            }),
        )
    }

    /// Lets one transaction at a time shut a gate, until its end.
    pub async fn serialise_gate(&mut self, gate: Gate) -> Result<(), StoreError> {
        self.serialise(&format!("gate:{}", gate.name())).await
    }

    /// Counts that a gate was shut once more.
    pub async fn steepen_gate(&mut self, gate: Gate) -> Result<(), StoreError> {
        execute!(
            self,
            "update gate set step = step + 1 where name = $1",
            gate.name()
        )?;
        Ok(())
    }

    /// What passed a gate got through: it is `by` steps less steep, and open for the next. One that
    /// was shut meanwhile stays as it is.
    pub async fn ease_gate(
        &mut self,
        gate: Gate,
        by: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update gate set step = case when step > $3 then step - $3 else 0 end,
                opens_at_ms = case when opens_at_ms > $2 then $2 else opens_at_ms end
            where name = $1 and (why is null or opens_at_ms <= $2)",
            gate.name(),
            now.ms(),
            by
        )?;
        Ok(())
    }
}
