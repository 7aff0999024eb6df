//! Withdrawals: payouts by B2C.

use std::collections::BTreeMap;

use super::{
    LedgerFinding, StoreError, Tx,
    engine::{expect_rows, parse},
    ledger_check::{compare, report},
};
use crate::core::{
    ids::{PlayerId, WithdrawalId},
    money::Cents,
    payment::withdrawal::{Failure, Quote, State},
    time::Timestamp,
};

/// A withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The id; stands in the callback URLs.
    pub id: WithdrawalId,
    /// Whose money it is.
    pub player: PlayerId,
    /// Our id of the payout at Daraja.
    pub originator_id: String,
    /// Where it stands.
    pub state: State,
    /// What it takes and gives.
    pub quote: Quote,
    /// The M-Pesa receipt, once one is known.
    pub receipt: Option<String>,
    /// Whether an earlier send may have arrived: then nothing but M-Pesa's word makes it a failure.
    pub is_doubtful: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    player_id: String,
    originator_id: String,
    state: String,
    amount_cents: i64,
    fee_cents: i64,
    tax_cents: i64,
    payout_cents: i64,
    receipt: Option<String>,
    doubtful: i64,
}

impl TryFrom<Row> for Withdrawal {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = State::named(&row.state);
        Ok(Self {
            id: parse("withdrawal", "id", &row.id)?,
            player: parse("withdrawal", "player_id", &row.player_id)?,
            state: state.ok_or_else(|| StoreError::corrupt("withdrawal", &row.id, "state"))?,
            originator_id: row.originator_id,
            quote: Quote {
                amount: Cents::new(row.amount_cents),
                fee: Cents::new(row.fee_cents),
                tax: Cents::new(row.tax_cents),
                payout: Cents::new(row.payout_cents),
            },
            receipt: row.receipt,
            is_doubtful: row.doubtful == 1,
        })
    }
}

/// A withdrawal in a report.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WithdrawalRow {
    /// The id.
    pub id: String,
    /// The state.
    pub state: String,
    /// What was asked for, in cents.
    pub amount_cents: i64,
    /// What the house took on top, in cents.
    pub fee_cents: i64,
    /// What was withheld, in cents.
    pub tax_cents: i64,
    /// What M-Pesa paid or is to pay, in cents.
    pub payout_cents: i64,
    /// The M-Pesa receipt.
    pub receipt: Option<String>,
    /// Whether the operator should look.
    pub flagged: bool,
}

impl Tx {
    /// Adds a withdrawal whose payout is due now.
    pub async fn add_withdrawal(
        &mut self,
        id: WithdrawalId,
        player: PlayerId,
        quote: &Quote,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into withdrawal (id, player_id, originator_id, state, amount_cents, fee_cents,
                tax_cents, payout_cents, requested_at_ms, due_at_ms, trace_id)
            values ($1, $2, $3, 'requested', $4, $5, $6, $7, $8, $8, $9)",
            id.to_string(),
            player.to_string(),
            id.originator_id(),
            quote.amount.get(),
            quote.fee.get(),
            quote.tax.get(),
            quote.payout.get(),
            now.ms(),
            crate::telemetry::trace::current_text()
        )?;
        self.tally.withdrawals("requested", 1);
        Ok(())
    }

    /// Lets one transaction at a time act for a withdrawal, until its end.
    pub async fn serialise_withdrawal(&mut self, id: WithdrawalId) -> Result<(), StoreError> {
        self.serialise(&format!("withdrawal:{id}")).await
    }

    /// A withdrawal.
    pub async fn withdrawal(&mut self, id: WithdrawalId) -> Result<Option<Withdrawal>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, player_id, originator_id, state, amount_cents, fee_cents, tax_cents,
                payout_cents, receipt, doubtful
            from withdrawal where id = $1",
            id.to_string()
        )?;
        row.map(Withdrawal::try_from).transpose()
    }

    /// When a player asked for a withdrawal last.
    pub async fn last_withdrawal_at(
        &mut self,
        player: PlayerId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select requested_at_ms from withdrawal
            where player_id = $1
            order by requested_at_ms desc
            limit 1",
            player.to_string()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }

    /// When it was last found that a payment of a player does not add up: the youngest flag of their
    /// deposits and withdrawals. What is flagged again keeps its time.
    pub async fn last_flagged_at(
        &mut self,
        player: PlayerId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select at_ms from (
                select flagged_at_ms as at_ms from deposit
                where player_id = $1 and flagged_at_ms is not null
                union all
                select flagged_at_ms from withdrawal
                where player_id = $1 and flagged_at_ms is not null
            ) as flagged
            order by at_ms desc
            limit 1",
            player.to_string()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }

    /// Writes down, before it is sent, that the payout goes out: from here on it may have arrived.
    /// False when it is not due any more.
    pub async fn begin_payout(
        &mut self,
        id: WithdrawalId,
        lease: i64,
        now: Timestamp,
        ask_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set state = 'sent', sent_at_ms = $3, due_at_ms = $4, attempt = 0
            where id = $1 and lease = $2 and state = 'requested'",
            id.to_string(),
            lease,
            now.ms(),
            ask_at.ms()
        )?;
        self.tally.withdrawals("sent", changed);
        Ok(changed == 1)
    }

    /// The payout has certainly not gone out: it is due again at `send_at`. Not where a result came
    /// in the meantime.
    pub async fn undo_payout(
        &mut self,
        id: WithdrawalId,
        send_at: Timestamp,
        attempt: i64,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update withdrawal set state = 'requested', due_at_ms = $2, attempt = $3,
                unheard_of = 0
            where id = $1 and state in ('sent', 'unknown')",
            id.to_string(),
            send_at.ms(),
            attempt
        )?;
        Ok(())
    }

    /// A claimed payout that may not go out yet: due again at `send_at`.
    pub async fn put_payout_off(
        &mut self,
        id: WithdrawalId,
        lease: i64,
        send_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update withdrawal set due_at_ms = $3, attempt = attempt - 1
            where id = $1 and lease = $2 and state = 'requested'",
            id.to_string(),
            lease,
            send_at.ms()
        )?;
        Ok(())
    }

    /// A claimed question about a payout that may not be asked yet: due again at `ask_at`.
    pub async fn put_question_off(
        &mut self,
        id: WithdrawalId,
        lease: i64,
        ask_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update withdrawal set due_at_ms = $3, attempt = attempt - 1
            where id = $1 and lease = $2 and state in ('sent', 'unknown')",
            id.to_string(),
            lease,
            ask_at.ms()
        )?;
        Ok(())
    }

    /// Payouts that were put off are due now.
    pub async fn hasten_payouts(&mut self, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            "update withdrawal set due_at_ms = $1 where state = 'requested' and due_at_ms > $1",
            now.ms()
        )?;
        Ok(())
    }

    /// Nobody can tell what became of a payout: its status is asked at `ask_at`.
    pub async fn payout_unknown(
        &mut self,
        id: WithdrawalId,
        ask_at: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set state = 'unknown', doubtful = 1, due_at_ms = $2
            where id = $1 and state in ('sent', 'unknown')",
            id.to_string(),
            ask_at.ms()
        )?;
        self.tally.withdrawals("unknown", changed);
        Ok(())
    }

    /// M-Pesa knows nothing of a payout; gives how often it has said so.
    pub async fn payout_unheard_of(&mut self, id: WithdrawalId) -> Result<i64, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "update withdrawal set unheard_of = unheard_of + 1, doubtful = 1
            where id = $1 and state in ('sent', 'unknown')
            returning unheard_of",
            id.to_string()
        )?;
        Ok(row.map_or(0, |(times,)| times))
    }

    /// A payout arrived.
    pub async fn pay_withdrawal(
        &mut self,
        id: WithdrawalId,
        receipt: &str,
        is_flagged: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set state = 'paid', receipt = $2, ended_at_ms = $3, due_at_ms = null,
                flagged = case when $4 = 1 then 1 else flagged end,
                flagged_at_ms = case when $4 = 1 then coalesce(flagged_at_ms, $3)
                    else flagged_at_ms end
            where id = $1 and state in ('requested', 'sent', 'unknown')",
            id.to_string(),
            receipt,
            now.ms(),
            i64::from(is_flagged)
        )?;
        self.tally.withdrawals("paid", changed);
        expect_rows(changed, 1, "withdrawal", id)
    }

    /// A withdrawal certainly failed, and its money goes back. False when it is not open any more.
    pub async fn fail_withdrawal(
        &mut self,
        id: WithdrawalId,
        failure: Failure,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set state = 'failed', failure = $2, ended_at_ms = $3,
                due_at_ms = null
            where id = $1 and state in ('requested', 'sent', 'unknown')",
            id.to_string(),
            failure.name(),
            now.ms()
        )?;
        self.tally.withdrawals("failed", changed);
        Ok(changed == 1)
    }

    /// A failed withdrawal turned out to be paid: both facts stand, for the operator.
    pub async fn keep_late_receipt(
        &mut self,
        id: WithdrawalId,
        receipt: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update withdrawal set receipt = $2, flagged = 1,
                flagged_at_ms = coalesce(flagged_at_ms, $3)
            where id = $1 and state = 'failed' and receipt is null",
            id.to_string(),
            receipt,
            now.ms()
        )?;
        expect_rows(changed, 1, "withdrawal", id)
    }

    /// Whether a receipt is that of another withdrawal.
    pub async fn is_receipt_of_another(
        &mut self,
        id: WithdrawalId,
        receipt: &str,
    ) -> Result<bool, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(1 as bigint) from withdrawal where receipt = $2 and id <> $1",
            id.to_string(),
            receipt
        )?;
        Ok(row.is_some())
    }

    /// Marks a withdrawal for the operator's eyes.
    pub async fn flag_withdrawal(
        &mut self,
        id: WithdrawalId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update withdrawal set flagged = 1, flagged_at_ms = coalesce(flagged_at_ms, $2)
            where id = $1",
            id.to_string(),
            now.ms()
        )?;
        Ok(())
    }

    /// All withdrawals of a player, newest first.
    pub async fn withdrawal_rows(
        &mut self,
        player: PlayerId,
    ) -> Result<Vec<WithdrawalRow>, StoreError> {
        fetch_all!(
            self,
            WithdrawalRow,
            "select id, state, amount_cents, fee_cents, tax_cents, payout_cents, receipt,
                flagged = 1 as flagged
            from withdrawal where player_id = $1
            order by requested_at_ms desc, id desc",
            player.to_string()
        )
    }

    /// Holds withdrawals against the ledger: what is held is that of the open ones, and what ended
    /// was booked as it ended.
    pub(super) async fn check_withdrawals(
        &mut self,
        accounts: &BTreeMap<String, Cents>,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<(), StoreError> {
        let held = fetch_all!(
            self,
            (i64,),
            "select cast(coalesce(sum(payout_cents + fee_cents + tax_cents), 0) as bigint)
            from withdrawal where state in ('requested', 'sent', 'unknown')"
        )?;
        compare("payouts", "the open withdrawals", &held, accounts, findings);
        let off = fetch_all!(
            self,
            (String, String),
            "select withdrawal.id, withdrawal.state
            from withdrawal
            left join transfer as held on held.cause = 'withdrawal:' || withdrawal.id
            left join transfer as paid on paid.cause = 'payout:' || withdrawal.id
            left join transfer as back on back.cause = 'withdrawal_back:' || withdrawal.id
            left join transfer as late on late.cause = 'late_payout:' || withdrawal.id
            where coalesce(held.amount_cents, 0) <> payout_cents + fee_cents + tax_cents
                or coalesce(paid.amount_cents, 0)
                    <> case when withdrawal.state = 'paid' then payout_cents else 0 end
                or coalesce(back.amount_cents, 0)
                    <> case when withdrawal.state = 'failed'
                        then payout_cents + fee_cents + tax_cents else 0 end
                or coalesce(late.amount_cents, 0)
                    <> case when withdrawal.state = 'failed' and withdrawal.receipt is not null
                        then payout_cents else 0 end
            order by 1"
        )?;
        let named = off.iter().map(|(id, state)| {
            format!("the withdrawal {id} is {state}; its transfers say otherwise")
        });
        report(named, findings);
        Ok(())
    }
}
