//! Deposits by STK push.

use super::{
    StoreError, Tx,
    engine::{expect_rows, parse},
};
use crate::{
    core::{
        ids::{DepositId, PlayerId},
        money::Cents,
        payment::deposit::{Failure, State},
        time::Timestamp,
        trace::TraceId,
    },
    telemetry::trace,
};

/// A deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// The id; stands in the callback URL.
    pub id: DepositId,
    /// Who gets the money.
    pub player: PlayerId,
    /// Where it stands.
    pub state: State,
    /// What the player asked for.
    pub requested: Cents,
    /// The receipt of the payment that was credited.
    pub receipt: Option<String>,
    /// Daraja's `CheckoutRequestID`.
    pub checkout_id: Option<String>,
    /// When the player asked for it.
    pub requested_at: Timestamp,
    /// When the push went out.
    pub pushed_at: Option<Timestamp>,
    /// Whether the next question is about its payment, no more about its push.
    pub asks_status: bool,
    /// The receipt that a callback told without an amount.
    pub told_receipt: Option<String>,
    /// The hop that asked for it; `None`: none did.
    pub trace: Option<TraceId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    player_id: String,
    state: String,
    requested_cents: i64,
    receipt: Option<String>,
    checkout_id: Option<String>,
    requested_at_ms: i64,
    pushed_at_ms: Option<i64>,
    asks_status: i64,
    told_receipt: Option<String>,
    trace_id: Option<String>,
}

impl TryFrom<Row> for Deposit {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = State::named(&row.state);
        Ok(Self {
            id: parse("deposit", "id", &row.id)?,
            player: parse("deposit", "player_id", &row.player_id)?,
            state: state.ok_or_else(|| StoreError::corrupt("deposit", &row.id, "state"))?,
            requested: Cents::new(row.requested_cents),
            receipt: row.receipt,
            checkout_id: row.checkout_id,
            requested_at: Timestamp::from_ms(row.requested_at_ms),
            pushed_at: row.pushed_at_ms.map(Timestamp::from_ms),
            asks_status: row.asks_status != 0,
            told_receipt: row.told_receipt,
            trace: row.trace_id.and_then(|id| id.parse().ok()),
        })
    }
}

impl Tx {
    /// Adds a deposit whose push is due at `push_at`.
    pub async fn add_deposit(
        &mut self,
        id: DepositId,
        player: PlayerId,
        amount: Cents,
        now: Timestamp,
        push_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into deposit
                (id, player_id, reference, state, requested_cents, requested_at_ms, due_at_ms,
                trace_id)
            values ($1, $2, $3, 'requested', $4, $5, $6, $7)",
            id.to_string(),
            player.to_string(),
            id.reference(),
            amount.get(),
            now.ms(),
            push_at.ms(),
            trace::current_text()
        )?;
        self.tally.deposits("requested", 1);
        Ok(())
    }

    /// Lets one transaction at a time act for a deposit, until its end: of two callbacks at the same
    /// instant, the second sees what the first did.
    pub async fn serialise_deposit(&mut self, id: DepositId) -> Result<(), StoreError> {
        self.serialise(&format!("deposit:{id}")).await
    }

    /// A deposit.
    pub async fn deposit(&mut self, id: DepositId) -> Result<Option<Deposit>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, player_id, state, requested_cents, receipt, checkout_id, requested_at_ms,
                pushed_at_ms, asks_status, told_receipt, trace_id
            from deposit where id = $1",
            id.to_string()
        )?;
        row.map(Deposit::try_from).transpose()
    }

    /// When a player asked for a deposit by the menu last.
    pub async fn last_deposit_at(
        &mut self,
        player: PlayerId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select requested_at_ms from deposit
            where player_id = $1 and (state <> 'paid' or pushed_at_ms is not null)
            order by requested_at_ms desc
            limit 1",
            player.to_string()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }

    /// Writes down, before it is sent, that the push goes out: from here on it may be on the phone,
    /// and is not sent again. False when it is not due any more.
    pub async fn begin_push(
        &mut self,
        id: DepositId,
        lease: i64,
        now: Timestamp,
        look_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update deposit set state = 'pushed', pushed_at_ms = $3, due_at_ms = $4, attempt = 0
            where id = $1 and lease = $2 and state = 'requested'",
            id.to_string(),
            lease,
            now.ms(),
            look_at.ms()
        )?;
        self.tally.deposits("pushed", changed);
        Ok(changed == 1)
    }

    /// The push has certainly not gone out: it is due again at `push_at`.
    pub async fn undo_push(
        &mut self,
        id: DepositId,
        push_at: Timestamp,
        attempt: i64,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set state = 'requested', pushed_at_ms = null, due_at_ms = $2,
                attempt = $3
            where id = $1 and state = 'pushed'",
            id.to_string(),
            push_at.ms(),
            attempt
        )?;
        Ok(())
    }

    /// A claimed push that may not go out yet: due again at `push_at`.
    pub async fn put_push_off(
        &mut self,
        id: DepositId,
        lease: i64,
        push_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set due_at_ms = $3, attempt = attempt - 1
            where id = $1 and lease = $2 and state = 'requested'",
            id.to_string(),
            lease,
            push_at.ms()
        )?;
        Ok(())
    }

    /// A claimed question about a push that may not be asked yet: due again at `look_at`.
    pub async fn put_look_off(
        &mut self,
        id: DepositId,
        lease: i64,
        look_at: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set due_at_ms = $3, attempt = attempt - 1
            where id = $1 and lease = $2 and state = 'pushed'",
            id.to_string(),
            lease,
            look_at.ms()
        )?;
        Ok(())
    }

    /// The next question about a pushed deposit is about its payment, and due at once. It belongs to
    /// the look that is under way, and is no further attempt.
    pub async fn ask_status_next(
        &mut self,
        id: DepositId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set asks_status = 1, due_at_ms = $2,
                attempt = case when attempt > 0 then attempt - 1 else 0 end
            where id = $1 and state = 'pushed'",
            id.to_string(),
            now.ms()
        )?;
        Ok(())
    }

    /// Writes down, before it is sent, that the question about the payment goes out. The next look is
    /// due at `next`; at `None` the deposit is left to the operator, flagged.
    pub async fn status_is_asked(
        &mut self,
        id: DepositId,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set asks_status = 0 where id = $1",
            id.to_string()
        )?;
        self.look_again(id, next, now).await
    }

    /// Keeps the receipt that a callback told without an amount; the first one counts.
    pub async fn keep_told_receipt(
        &mut self,
        id: DepositId,
        receipt: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set told_receipt = $2
            where id = $1 and told_receipt is null and receipt is null",
            id.to_string(),
            receipt
        )?;
        Ok(())
    }

    /// Keeps Daraja's id of the push. The callback may have been here first: the state stays.
    pub async fn keep_checkout_id(
        &mut self,
        id: DepositId,
        checkout_id: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set checkout_id = $2 where id = $1 and checkout_id is null",
            id.to_string(),
            checkout_id
        )?;
        Ok(())
    }

    /// Looks at a pushed deposit again at `due`, or leaves it to the operator, flagged, at `None`.
    pub async fn look_again(
        &mut self,
        id: DepositId,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set due_at_ms = $2,
                flagged = case when $2 is null then 1 else flagged end,
                flagged_at_ms = case when $2 is null then coalesce(flagged_at_ms, $3)
                    else flagged_at_ms end
            where id = $1 and state = 'pushed'",
            id.to_string(),
            due.map(Timestamp::ms),
            now.ms()
        )?;
        Ok(())
    }

    /// A deposit was not paid so far as is known. False when it is not open any more.
    pub async fn fail_deposit(
        &mut self,
        id: DepositId,
        failure: Failure,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update deposit set state = 'failed', failure = $2, due_at_ms = null
            where id = $1 and state in ('requested', 'pushed')",
            id.to_string(),
            failure.name()
        )?;
        self.tally.deposits("failed", changed);
        Ok(changed == 1)
    }

    /// A deposit was paid and credited.
    pub async fn pay_deposit(
        &mut self,
        id: DepositId,
        receipt: &str,
        credited: Cents,
        is_flagged: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update deposit set state = 'paid', receipt = $2, credited_cents = $3,
                flagged = case when $4 = 1 then 1 else flagged end,
                flagged_at_ms = case when $4 = 1 then coalesce(flagged_at_ms, $5)
                    else flagged_at_ms end,
                due_at_ms = null
            where id = $1 and state <> 'paid'",
            id.to_string(),
            receipt,
            credited.get(),
            i64::from(is_flagged),
            now.ms()
        )?;
        self.tally.deposits("paid", changed);
        expect_rows(changed, 1, "deposit", id)
    }

    /// Marks a deposit for the operator's eyes.
    pub async fn flag_deposit(&mut self, id: DepositId, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set flagged = 1, flagged_at_ms = coalesce(flagged_at_ms, $2)
            where id = $1",
            id.to_string(),
            now.ms()
        )?;
        Ok(())
    }
}
