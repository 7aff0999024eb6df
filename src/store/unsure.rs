//! Withdrawals whose end nobody can tell, and those that an operator should look at.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    ids::{DepositId, PlayerId, WithdrawalId},
    money::Cents,
    msisdn::Msisdn,
    payment::withdrawal::State,
    time::Timestamp,
};

/// A withdrawal that is open for long, or flagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsure {
    /// The id.
    pub id: WithdrawalId,
    /// Whose money it is.
    pub player: PlayerId,
    /// Their number.
    pub msisdn: Msisdn,
    /// Where it stands.
    pub state: State,
    /// What the player asked for.
    pub amount: Cents,
    /// What M-Pesa pays out.
    pub payout: Cents,
    /// Our id of it at M-Pesa.
    pub originator_id: String,
    /// The M-Pesa receipt, once one is known.
    pub receipt: Option<String>,
    /// Whether the operator should look.
    pub is_flagged: bool,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Option<Timestamp>,
    /// When the next thing happens by itself.
    pub due_at: Option<Timestamp>,
    /// How often it was asked about, or sent.
    pub attempt: i64,
    /// How often M-Pesa said that it knows nothing of it.
    pub unheard_of: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    player_id: String,
    msisdn: String,
    state: String,
    amount_cents: i64,
    payout_cents: i64,
    originator_id: String,
    receipt: Option<String>,
    flagged: i64,
    requested_at_ms: i64,
    sent_at_ms: Option<i64>,
    due_at_ms: Option<i64>,
    attempt: i64,
    unheard_of: i64,
}

impl Unsure {
    /// Whether M-Pesa paid it after its money had gone back to the wallet.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.state == State::Failed && self.receipt.is_some()
    }
}

impl TryFrom<Row> for Unsure {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("withdrawal", &row.id, what);
        Ok(Self {
            id: parse("withdrawal", "id", &row.id)?,
            player: parse("withdrawal", "player_id", &row.player_id)?,
            msisdn: Msisdn::parse_kept(&row.msisdn).map_err(|_| corrupt("msisdn"))?,
            state: State::named(&row.state).ok_or_else(|| corrupt("state"))?,
            amount: Cents::new(row.amount_cents),
            payout: Cents::new(row.payout_cents),
            originator_id: row.originator_id,
            receipt: row.receipt,
            is_flagged: row.flagged == 1,
            requested_at: Timestamp::from_ms(row.requested_at_ms),
            sent_at: row.sent_at_ms.map(Timestamp::from_ms),
            due_at: row.due_at_ms.map(Timestamp::from_ms),
            attempt: row.attempt,
            unheard_of: row.unheard_of,
        })
    }
}

/// A deposit that an operator should look at.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FlaggedDeposit {
    /// The id.
    pub id: String,
    /// Whose it is.
    pub player_id: String,
    /// Their number.
    pub msisdn: String,
    /// Where it stands.
    pub state: String,
    /// What was asked for, in cents.
    pub requested_cents: i64,
    /// What was credited, in cents.
    pub credited_cents: i64,
    /// The M-Pesa receipt.
    pub receipt: Option<String>,
    /// Why it failed, or what is missing.
    pub failure: Option<String>,
    /// When it was flagged, in ms since 1970.
    pub flagged_at_ms: i64,
}

impl Tx {
    /// The deposits that were asked for since then and flagged, newest first, at most `limit`.
    pub async fn flagged_deposits(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<FlaggedDeposit>, StoreError> {
        fetch_all!(
            self,
            FlaggedDeposit,
            "select deposit.id, player_id, msisdn, state, requested_cents, credited_cents, receipt,
                failure, coalesce(flagged_at_ms, requested_at_ms) as flagged_at_ms
            from deposit
            join player on player.id = player_id
            where flagged = 1 and requested_at_ms >= $1
            order by requested_at_ms desc, deposit.id desc
            limit $2",
            since.ms(),
            limit
        )
    }

    /// The withdrawals that are `unknown`, or open since before `before`, oldest first.
    pub async fn unsure_withdrawals(
        &mut self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<Unsure>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select withdrawal.id, player_id, msisdn, state, amount_cents, payout_cents,
                originator_id, receipt, flagged, requested_at_ms, sent_at_ms, due_at_ms, attempt,
                unheard_of
            from withdrawal
            join player on player.id = player_id
            where state in ('requested', 'sent', 'unknown')
                and (state = 'unknown' or flagged = 1 or requested_at_ms < $1)
            order by requested_at_ms, withdrawal.id
            limit $2",
            before.ms(),
            limit
        )?;
        rows.into_iter().map(Unsure::try_from).collect()
    }

    /// The withdrawals that were paid after their money had gone back and are not closed, and those that
    /// have ended and were flagged, of what was asked for since then; oldest first, at most `limit`.
    pub async fn ended_withdrawals_to_look_at(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<Unsure>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select withdrawal.id, player_id, msisdn, state, amount_cents, payout_cents,
                originator_id, receipt, flagged, requested_at_ms, sent_at_ms, due_at_ms, attempt,
                unheard_of
            from (
                select id as found from withdrawal
                where state = 'failed' and receipt is not null and not exists (
                    select 1 from adjustment
                    where withdrawal_id = withdrawal.id and adjustment.state = 'booked')
                union
                select id from withdrawal
                where flagged = 1 and requested_at_ms >= $1 and state in ('paid', 'failed')
            ) as ended
            join withdrawal on withdrawal.id = found
            join player on player.id = player_id
            order by requested_at_ms, withdrawal.id
            limit $2",
            since.ms(),
            limit
        )?;
        rows.into_iter().map(Unsure::try_from).collect()
    }

    /// One withdrawal, whatever its state.
    pub async fn withdrawal_in_full(
        &mut self,
        id: WithdrawalId,
    ) -> Result<Option<Unsure>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select withdrawal.id, player_id, msisdn, state, amount_cents, payout_cents,
                originator_id, receipt, flagged, requested_at_ms, sent_at_ms, due_at_ms, attempt,
                unheard_of
            from withdrawal
            join player on player.id = player_id
            where withdrawal.id = $1",
            id.to_string()
        )?;
        row.map(Unsure::try_from).transpose()
    }

    /// Takes the flag off a deposit that has ended and that somebody has looked at. False where there is
    /// none to take off.
    pub async fn unflag_deposit(&mut self, id: DepositId) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update deposit set flagged = 0
            where id = $1 and flagged = 1 and state in ('paid', 'failed')",
            id.to_string()
        )?;
        Ok(changed == 1)
    }

    /// The same for a withdrawal.
    pub async fn unflag_withdrawal(&mut self, id: WithdrawalId) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set flagged = 0
            where id = $1 and flagged = 1 and state in ('paid', 'failed')",
            id.to_string()
        )?;
        Ok(changed == 1)
    }

    /// Makes the question about a payout that was sent due now. False where there is none to ask.
    pub async fn hasten_question(
        &mut self,
        id: WithdrawalId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set due_at_ms = $2
            where id = $1 and state in ('sent', 'unknown')",
            id.to_string(),
            now.ms()
        )?;
        Ok(changed == 1)
    }
}
