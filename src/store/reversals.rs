//! What M-Pesa took back: parked payments given back to their payers, credited payments, payouts.

use std::collections::BTreeMap;

use super::{
    LedgerFinding, Parked, StoreError, Tx,
    engine::{ids_json, parse},
    ledger_check::report,
};
use crate::core::{
    ids::{DepositId, ParkedId, PlayerId, ReversalId, WithdrawalId},
    money::Cents,
    payment::reversal::What,
    time::Timestamp,
};

/// That M-Pesa took something back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal {
    /// The id.
    pub id: ReversalId,
    /// What was taken back.
    pub what: What,
    /// The id of the parked payment, the deposit or the withdrawal.
    pub subject: String,
    /// The receipt of what was taken back.
    pub receipt: String,
    /// The receipt of the reversal.
    pub reversal_receipt: String,
    /// How much.
    pub amount: Cents,
}

impl Tx {
    /// Writes a reversal down. False where this thing was taken back before, or the receipt of the
    /// reversal is that of another.
    pub async fn add_reversal(
        &mut self,
        reversal: &Reversal,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let inserted = execute!(
            self,
            "insert into reversal
                (id, what, subject_id, receipt, reversal_receipt, amount_cents, at_ms)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict do nothing",
            reversal.id.to_string(),
            reversal.what.name(),
            reversal.subject.as_str(),
            reversal.receipt.as_str(),
            reversal.reversal_receipt.as_str(),
            reversal.amount.get(),
            now.ms()
        )?;
        Ok(inserted == 1)
    }

    /// Whether a receipt is that of a reversal that is written down.
    pub async fn is_reversal(&mut self, receipt: &str) -> Result<bool, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(1 as bigint) from reversal where reversal_receipt = $1",
            receipt
        )?;
        Ok(row.is_some())
    }

    /// What the books have as taken back, by the receipts of what it was.
    pub async fn taken_back(
        &mut self,
        receipts: &[&str],
    ) -> Result<BTreeMap<String, Cents>, StoreError> {
        let select = of_ids!(
            self,
            "select receipt, cast(sum(amount_cents) as bigint) from reversal where receipt in ",
            " group by receipt"
        );
        let rows = fetch_all!(self, (String, i64), select, ids_json(receipts))?;
        let named = rows.into_iter();
        Ok(named
            .map(|(receipt, cents)| (receipt, Cents::new(cents)))
            .collect())
    }

    /// Marks a parked payment as given back to its payer; `None` when it does not wait any more.
    pub async fn return_parked(
        &mut self,
        id: ParkedId,
        note: &str,
        now: Timestamp,
    ) -> Result<Option<Parked>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, i64, String),
            "update parked set returned_at_ms = $2, note = $3
            where id = $1 and assigned_to is null and returned_at_ms is null
            returning receipt, amount_cents, reason",
            id.to_string(),
            now.ms(),
            note
        )?;
        Ok(row.map(|(receipt, cents, reason)| Parked {
            id,
            receipt,
            amount: Cents::new(cents),
            reason,
        }))
    }

    /// The paid deposit with a receipt: its id, whose it is and what was credited.
    pub async fn deposit_of_receipt(
        &mut self,
        receipt: &str,
    ) -> Result<Option<(DepositId, PlayerId, Cents)>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String, i64),
            "select id, player_id, credited_cents from deposit
            where receipt = $1 and state = 'paid'",
            receipt
        )?;
        row.map(|(id, player, cents)| {
            let id = parse("deposit", "id", &id)?;
            Ok((
                id,
                parse("deposit", "player_id", &player)?,
                Cents::new(cents),
            ))
        })
        .transpose()
    }

    /// The withdrawal with a receipt.
    pub async fn withdrawal_of_receipt(
        &mut self,
        receipt: &str,
    ) -> Result<Option<WithdrawalId>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select id from withdrawal where receipt = $1",
            receipt
        )?;
        row.map(|(id,)| parse("withdrawal", "id", &id)).transpose()
    }

    /// Holds reversals against the ledger, and parked payments that went back against both.
    pub(super) async fn check_reversals(
        &mut self,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<(), StoreError> {
        let off = fetch_all!(
            self,
            (String,),
            "select reversal.id
            from reversal
            left join transfer as own on own.cause = 'reversal:' || reversal.id
            left join transfer as rest on rest.cause = 'reversal_rest:' || reversal.id
            where coalesce(own.amount_cents, 0) + coalesce(rest.amount_cents, 0)
                <> reversal.amount_cents
            order by 1"
        )?;
        let named = off
            .iter()
            .map(|(id,)| format!("the reversal {id} is not in the ledger with its amount"));
        report(named, findings);
        let orphans = fetch_all!(
            self,
            (String,),
            "select transfer.cause
            from transfer
            left join reversal
                on transfer.cause in ('reversal:' || reversal.id, 'reversal_rest:' || reversal.id)
            where transfer.reason in ('parked_back', 'deposit_back', 'payout_back')
                and reversal.id is null
            order by 1"
        )?;
        let named = orphans
            .iter()
            .map(|(cause,)| format!("{cause} was booked for no reversal"));
        report(named, findings);
        let untold = fetch_all!(
            self,
            (String,),
            "select parked.id
            from parked
            left join reversal on reversal.what = 'parked' and reversal.subject_id = parked.id
            where (parked.returned_at_ms is null) <> (reversal.id is null)
                or (parked.returned_at_ms is not null and parked.assigned_to is not null)
            order by 1"
        )?;
        let named = untold
            .iter()
            .map(|(id,)| format!("the parked payment {id} and its reversal do not agree"));
        report(named, findings);
        Ok(())
    }
}
