//! Corrections of the books: proposed, approved by somebody else, booked once.

use super::{LedgerFinding, StoreError, Tx, engine::parse, ledger_check::report};
use crate::core::{
    adjustment::{Kind, State},
    ids::{AdjustmentId, PlayerId, WithdrawalId},
    money::Cents,
    time::Timestamp,
};

/// A correction of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// The id.
    pub id: AdjustmentId,
    /// What it does.
    pub kind: Kind,
    /// Whose wallet it is about; `None`: it is about the cash at M-Pesa.
    pub player: Option<PlayerId>,
    /// The late payout that it closes.
    pub withdrawal: Option<WithdrawalId>,
    /// How much.
    pub amount: Cents,
    /// Where it stands.
    pub state: State,
    /// Whether somebody else than who proposed it has to approve it.
    pub needs_second: bool,
    /// Why it was proposed.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Who approved or rejected it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why it was approved or rejected.
    pub decision: Option<String>,
}

/// Which corrections are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdjustmentFilter {
    /// In this state only.
    pub state: Option<State>,
    /// Of this player only.
    pub player: Option<PlayerId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    player_id: Option<String>,
    withdrawal_id: Option<String>,
    amount_cents: i64,
    state: String,
    needs_second: i64,
    reason: String,
    proposed_by: String,
    proposed_at_ms: i64,
    decided_by: Option<String>,
    decided_at_ms: Option<i64>,
    decision: Option<String>,
}

impl TryFrom<Row> for Adjustment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("adjustment", &row.id, what);
        let player = row.player_id.as_deref();
        let withdrawal = row.withdrawal_id.as_deref();
        Ok(Self {
            id: parse("adjustment", "id", &row.id)?,
            kind: Kind::named(&row.kind).ok_or_else(|| corrupt("kind"))?,
            player: player
                .map(|id| parse("adjustment", "player_id", id))
                .transpose()?,
            withdrawal: withdrawal
                .map(|id| parse("adjustment", "withdrawal_id", id))
                .transpose()?,
            amount: Cents::new(row.amount_cents),
            state: State::named(&row.state).ok_or_else(|| corrupt("state"))?,
            needs_second: row.needs_second == 1,
            reason: row.reason,
            proposed_by: row.proposed_by,
            proposed_at: Timestamp::from_ms(row.proposed_at_ms),
            decided_by: row.decided_by,
            decided_at: row.decided_at_ms.map(Timestamp::from_ms),
            decision: row.decision,
        })
    }
}

impl Tx {
    /// Lets one correction at a time be proposed by a person, until the end of the transaction: what
    /// they booked alone today counts towards the next.
    pub async fn serialise_adjustments(&mut self, by: &str) -> Result<(), StoreError> {
        self.serialise(&format!("adjustments:{by}")).await
    }

    /// Adds a correction. False when its id is there already, or another one closes the same late payout.
    pub async fn add_adjustment(&mut self, adjustment: &Adjustment) -> Result<bool, StoreError> {
        let inserted = execute!(
            self,
            "insert into adjustment (id, kind, player_id, amount_cents, state, needs_second, reason,
                proposed_by, proposed_at_ms, decided_by, decided_at_ms, decision, withdrawal_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict do nothing",
            adjustment.id.to_string(),
            adjustment.kind.name(),
            adjustment.player.map(|player| player.to_string()),
            adjustment.amount.get(),
            adjustment.state.name(),
            i64::from(adjustment.needs_second),
            adjustment.reason.as_str(),
            adjustment.proposed_by.as_str(),
            adjustment.proposed_at.ms(),
            adjustment.decided_by.as_deref(),
            adjustment.decided_at.map(Timestamp::ms),
            adjustment.decision.as_deref(),
            adjustment.withdrawal.map(|withdrawal| withdrawal.to_string())
        )?;
        Ok(inserted == 1)
    }

    /// A correction.
    pub async fn adjustment(&mut self, id: AdjustmentId) -> Result<Option<Adjustment>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, kind, player_id, withdrawal_id, amount_cents, state, needs_second, reason,
                proposed_by, proposed_at_ms, decided_by, decided_at_ms, decision
            from adjustment where id = $1",
            id.to_string()
        )?;
        row.map(Adjustment::try_from).transpose()
    }

    /// The correction that closes a late payout: booked, or waiting for a second person.
    pub async fn closing_of(
        &mut self,
        withdrawal: WithdrawalId,
    ) -> Result<Option<Adjustment>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, kind, player_id, withdrawal_id, amount_cents, state, needs_second, reason,
                proposed_by, proposed_at_ms, decided_by, decided_at_ms, decision
            from adjustment where withdrawal_id = $1 and state <> 'rejected'",
            withdrawal.to_string()
        )?;
        row.map(Adjustment::try_from).transpose()
    }

    /// Approves or rejects a correction that waits; `None` where it does not. The database refuses
    /// the approval of one that needs a second person by whoever proposed it.
    pub async fn decide_adjustment(
        &mut self,
        id: AdjustmentId,
        state: State,
        by: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<Adjustment>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "update adjustment
            set state = $2, decided_by = $3, decided_at_ms = $4, decision = $5
            where id = $1 and state = 'proposed'
            returning id, kind, player_id, withdrawal_id, amount_cents, state, needs_second, reason,
                proposed_by, proposed_at_ms, decided_by, decided_at_ms, decision",
            id.to_string(),
            state.name(),
            by,
            now.ms(),
            why
        )?;
        row.map(Adjustment::try_from).transpose()
    }

    /// What a person booked since `since` without anybody else: for one player, or for the cash.
    pub async fn booked_alone(
        &mut self,
        by: &str,
        player: Option<PlayerId>,
        since: Timestamp,
    ) -> Result<Cents, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(coalesce(sum(amount_cents), 0) as bigint) from adjustment
            where proposed_by = $1 and proposed_at_ms >= $2 and state = 'booked'
                and needs_second = 0 and coalesce(player_id, '') = $3",
            by,
            since.ms(),
            player.map_or_else(String::new, |player| player.to_string())
        )?;
        Ok(Cents::new(row.map_or(0, |(cents,)| cents)))
    }

    /// Corrections, newest first, at most `limit`.
    pub async fn adjustments(
        &mut self,
        filter: AdjustmentFilter,
        limit: i64,
    ) -> Result<Vec<Adjustment>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select id, kind, player_id, withdrawal_id, amount_cents, state, needs_second, reason,
                proposed_by, proposed_at_ms, decided_by, decided_at_ms, decision
            from adjustment
            where (cast($1 as text) is null or state = $1)
                and (cast($2 as text) is null or player_id = $2)
            order by proposed_at_ms desc, id desc
            limit $3",
            filter.state.map(State::name),
            filter.player.map(|player| player.to_string()),
            limit
        )?;
        rows.into_iter().map(Adjustment::try_from).collect()
    }

    /// Holds corrections against the ledger: what is booked has its transfers, nothing else has.
    pub(super) async fn check_adjustments(
        &mut self,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<(), StoreError> {
        let off = fetch_all!(
            self,
            (String, String),
            "select adjustment.id, adjustment.state
            from adjustment
            left join transfer as own on own.cause = 'adjustment:' || adjustment.id
            left join transfer as rest on rest.cause = 'adjustment_rest:' || adjustment.id
            where coalesce(own.amount_cents, 0) + coalesce(rest.amount_cents, 0)
                <> case when state = 'booked' then adjustment.amount_cents else 0 end
            order by 1"
        )?;
        let named = off.iter().map(|(id, state)| {
            format!("the adjustment {id} is {state}; its transfer says otherwise")
        });
        report(named, findings);
        let orphans = fetch_all!(
            self,
            (String,),
            "select transfer.cause
            from transfer
            left join adjustment on transfer.cause
                in ('adjustment:' || adjustment.id, 'adjustment_rest:' || adjustment.id)
            where transfer.reason in ('adjustment', 'adjustment_down', 'cash_short', 'cash_over',
                    'late_payout_closed')
                and adjustment.id is null
            order by 1"
        )?;
        let named = orphans
            .iter()
            .map(|(cause,)| format!("{cause} was booked for no adjustment"));
        report(named, findings);
        Ok(())
    }
}
