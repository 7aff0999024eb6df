//! Circuits: whether calls of a kind are sent to the provider, for the whole fleet.

use super::{StoreError, Tx};
use crate::core::{
    circuit::{Calls, Circuit},
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    failures: i64,
    openings: i64,
    refusals: i64,
    trying: i64,
    until_ms: i64,
}

impl From<Row> for Circuit {
    fn from(row: Row) -> Self {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            failures: count(row.failures),
            openings: count(row.openings),
            refusals: count(row.refusals),
            is_trying: row.trying != 0,
            until: Timestamp::from_ms(row.until_ms),
        }
    }
}

impl Tx {
    /// Lets one transaction at a time change a circuit, until its end.
    pub async fn serialise_circuit(&mut self, calls: Calls) -> Result<(), StoreError> {
        self.serialise(&format!("circuit:{}", calls.name())).await
    }

    /// A circuit; closed where nothing was ever wrong.
    pub async fn circuit(&mut self, calls: Calls) -> Result<Circuit, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select name, failures, openings, refusals, trying, until_ms
            from circuit where name = $1",
            calls.name()
        )?;
        Ok(row.map(Circuit::from).unwrap_or_default())
    }

    /// All circuits.
    pub async fn circuits(&mut self) -> Result<Vec<(Calls, Circuit)>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select name, failures, openings, refusals, trying, until_ms from circuit"
        )?;
        let mut circuits: Vec<_> = Calls::ALL.map(|calls| (calls, Circuit::default())).into();
        for row in rows {
            let named = circuits
                .iter_mut()
                .find(|(calls, _)| calls.name() == row.name);
            if let Some((_, circuit)) = named {
                *circuit = row.into();
            }
        }
        Ok(circuits)
    }

    /// Keeps a circuit; `why` is the last trouble, for the operator.
    pub async fn keep_circuit(
        &mut self,
        calls: Calls,
        circuit: &Circuit,
        why: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into circuit (name, failures, openings, refusals, trying, until_ms, why)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (name) do update set failures = excluded.failures,
                openings = excluded.openings, refusals = excluded.refusals,
                trying = excluded.trying, until_ms = excluded.until_ms, why = excluded.why",
            calls.name(),
            i64::from(circuit.failures),
            i64::from(circuit.openings),
            i64::from(circuit.refusals),
            i64::from(circuit.is_trying),
            circuit.until.ms(),
            why
        )?;
        Ok(())
    }

    /// What was put off until just this instant is due now: the circuit that it waited for closed.
    /// Questions about payouts are in no hurry.
    pub async fn hasten(
        &mut self,
        calls: Calls,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = match calls {
            Calls::Pushes => {
                "update deposit set due_at_ms = $1 where state = 'requested' and due_at_ms = $2"
            }
            Calls::Queries => {
                "update deposit set due_at_ms = $1 where state = 'pushed' and due_at_ms = $2"
            }
            Calls::Payouts => {
                "update withdrawal set due_at_ms = $1 where state = 'requested' and due_at_ms = $2"
            }
        };
        execute!(self, statement, now.ms(), until.ms())?;
        Ok(())
    }
}
