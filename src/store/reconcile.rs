//! What the books have of the receipts that M-Pesa tells of, and what they have beside them. In
//! batches: the receipts go as one JSON parameter.

use std::collections::BTreeMap;

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
};
use crate::core::{
    ids::PlayerId,
    money::Cents,
    msisdn::Msisdn,
    payment::{
        reconcile::{BookedReceipt, OnlyOurs, OurPayout, Way},
        withdrawal::State,
    },
    time::Timestamp,
};

/// The most withdrawals without an end that are looked at.
const MAX_OPEN: i64 = 10_000;

#[derive(sqlx::FromRow)]
struct PayoutRow {
    id: String,
    state: String,
    payout_cents: i64,
    receipt: Option<String>,
    originator_id: String,
    msisdn: String,
    requested_at_ms: i64,
}

impl TryFrom<PayoutRow> for OurPayout {
    type Error = StoreError;

    fn try_from(row: PayoutRow) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("withdrawal", &row.id, what);
        Ok(Self {
            id: parse("withdrawal", "id", &row.id)?,
            state: State::named(&row.state).ok_or_else(|| corrupt("state"))?,
            amount: Cents::new(row.payout_cents),
            number: Msisdn::parse_kept(&row.msisdn).map_err(|_| corrupt("msisdn"))?,
            receipt: row.receipt,
            originator: row.originator_id,
            requested_at: Timestamp::from_ms(row.requested_at_ms),
        })
    }
}

fn payouts(rows: Vec<PayoutRow>) -> Result<Vec<OurPayout>, StoreError> {
    rows.into_iter().map(OurPayout::try_from).collect()
}

impl Tx {
    /// What was booked of payments to us, by their receipts; one that is named twice counts once.
    pub async fn booked_receipts(
        &mut self,
        receipts: &[&str],
    ) -> Result<BTreeMap<String, BookedReceipt>, StoreError> {
        let causes: Vec<String> = receipts
            .iter()
            .flat_map(|receipt| [format!("receipt:{receipt}"), format!("excess:{receipt}")])
            .collect();
        let select = self.by_engine(
            "select cause, reason, amount_cents, at_ms
            from transfer
            where cause in (select value from json_each($1))",
            // A cause says when it was booked, and so in which partition its transfer is.
            "select transfer.cause, transfer.reason, transfer.amount_cents, transfer.at_ms
            from (
                select distinct value
                from json_array_elements_text(cast($1 as json)) as named (value)
            ) as ids
            join transfer_cause on transfer_cause.cause = value
            join transfer on transfer.cause = transfer_cause.cause
                and transfer.at_ms = transfer_cause.at_ms",
        );
        let rows = fetch_all!(self, (String, String, i64, i64), select, ids_json(&causes))?;
        let mut booked = BTreeMap::<String, BookedReceipt>::new();
        for (cause, reason, cents, at_ms) in rows {
            let receipt = cause.split_once(':').map_or("", |(_, receipt)| receipt);
            let (amount, at) = (Cents::new(cents), Timestamp::from_ms(at_ms));
            let is_parked = reason == "park";
            booked
                .entry(receipt.to_owned())
                .and_modify(|before| {
                    before.amount = before.amount.plus(amount).unwrap_or(before.amount);
                    before.at = before.at.min(at);
                    before.is_parked &= is_parked;
                })
                .or_insert(BookedReceipt {
                    amount,
                    at,
                    is_parked,
                });
        }
        Ok(booked)
    }

    /// Withdrawals by their receipts.
    pub async fn payouts_of_receipts(
        &mut self,
        receipts: &[&str],
    ) -> Result<Vec<OurPayout>, StoreError> {
        let select = of_ids!(
            self,
            "select withdrawal.id, state, payout_cents, receipt, originator_id, msisdn,
                requested_at_ms
            from withdrawal
            join player on player.id = withdrawal.player_id
            where receipt in ",
            ""
        );
        payouts(fetch_all!(self, PayoutRow, select, ids_json(receipts))?)
    }

    /// Withdrawals by our ids of them at M-Pesa.
    pub async fn payouts_of_originators(
        &mut self,
        originators: &[&str],
    ) -> Result<Vec<OurPayout>, StoreError> {
        let select = of_ids!(
            self,
            "select withdrawal.id, state, payout_cents, receipt, originator_id, msisdn,
                requested_at_ms
            from withdrawal
            join player on player.id = withdrawal.player_id
            where originator_id in ",
            ""
        );
        payouts(fetch_all!(self, PayoutRow, select, ids_json(originators))?)
    }

    /// The withdrawals that have no end yet, the oldest first.
    pub async fn open_payouts(&mut self) -> Result<Vec<OurPayout>, StoreError> {
        payouts(fetch_all!(
            self,
            PayoutRow,
            "select withdrawal.id, state, payout_cents, receipt, originator_id, msisdn,
                requested_at_ms
            from withdrawal
            join player on player.id = withdrawal.player_id
            where state in ('requested', 'sent', 'unknown')
            order by requested_at_ms, withdrawal.id
            limit $1",
            MAX_OPEN
        )?)
    }

    /// What was booked of one way in a time and is not among these receipts: payments to us, or
    /// payouts that arrived.
    pub async fn booked_beside(
        &mut self,
        way: Way,
        from: Timestamp,
        until: Timestamp,
        receipts: &[&str],
    ) -> Result<Vec<OnlyOurs>, StoreError> {
        let select = match way {
            Way::In => self.by_engine(
                "select substr(cause, instr(cause, ':') + 1), min(at_ms),
                    cast(sum(amount_cents) as bigint)
                from transfer
                where at_ms >= $1 and at_ms <= $2 and reason in ('deposit', 'park')
                    and substr(cause, instr(cause, ':') + 1) not in (
                        select value from json_each($3))
                group by 1 order by 2, 1",
                "select split_part(cause, ':', 2), min(at_ms), cast(sum(amount_cents) as bigint)
                from transfer
                left join json_array_elements_text(cast($3 as json)) as told (value)
                    on value = split_part(cause, ':', 2)
                where at_ms >= $1 and at_ms <= $2 and reason in ('deposit', 'park')
                    and value is null
                group by 1 order by 2, 1",
            ),
            Way::Out => self.by_engine(
                "select receipt, transfer.at_ms, transfer.amount_cents
                from transfer
                join withdrawal on withdrawal.id = substr(cause, length(reason) + 2)
                where at_ms >= $1 and at_ms <= $2 and reason in ('payout', 'late_payout')
                    and receipt not in (select value from json_each($3))
                order by at_ms, receipt",
                "select receipt, transfer.at_ms, transfer.amount_cents
                from transfer
                join withdrawal on withdrawal.id = substr(cause, length(reason) + 2)
                left join json_array_elements_text(cast($3 as json)) as told (value)
                    on value = receipt
                where at_ms >= $1 and at_ms <= $2 and reason in ('payout', 'late_payout')
                    and receipt is not null and value is null
                order by at_ms, receipt",
            ),
        };
        let rows = fetch_all!(
            self,
            (String, i64, i64),
            select,
            from.ms(),
            until.ms(),
            ids_json(receipts)
        )?;
        let ours = rows.into_iter().map(|(receipt, at_ms, cents)| OnlyOurs {
            way,
            receipt,
            at: Timestamp::from_ms(at_ms),
            amount: Cents::new(cents),
        });
        Ok(ours.collect())
    }

    /// The players of deposits, by the references of these: reference, player, number.
    pub async fn players_of_references(
        &mut self,
        references: &[&str],
    ) -> Result<Vec<(String, PlayerId, Msisdn)>, StoreError> {
        let select = of_ids!(
            self,
            "select reference, player.id, msisdn
            from deposit
            join player on player.id = deposit.player_id
            where reference in ",
            ""
        );
        let rows = fetch_all!(self, (String, String, String), select, ids_json(references))?;
        rows.into_iter()
            .map(|(reference, id, msisdn)| {
                let number = Msisdn::parse_kept(&msisdn);
                let number = number.map_err(|_| StoreError::corrupt("player", &id, "msisdn"))?;
                Ok((reference, parse("player", "id", &id)?, number))
            })
            .collect()
    }

    /// Which of these numbers are players'.
    pub async fn numbers_of_players(
        &mut self,
        numbers: &[&str],
    ) -> Result<Vec<String>, StoreError> {
        let select = of_ids!(self, "select msisdn from player where msisdn in ", "");
        let rows = fetch_all!(self, (String,), select, ids_json(numbers))?;
        Ok(rows.into_iter().map(|(number,)| number).collect())
    }
}
