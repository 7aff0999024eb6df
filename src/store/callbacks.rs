//! Provider callbacks as they came, written down before anything is done about them.

use super::{Source, StoreError, Tx};
use crate::core::{ids::CallbackId, time::Timestamp, trace::TraceId};

/// What kind of callback it is; each has its route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackKind {
    /// The outcome of an STK push.
    Stk,
    /// What became of the payment of a deposit, asked by us.
    StkStatus,
    /// M-Pesa asks whether it may take a payment to the paybill.
    C2bValidation,
    /// A payment to the paybill.
    C2bConfirmation,
    /// Payments to the paybill that were asked for.
    C2bPull,
    /// A delivery report of an SMS.
    SmsDelivery,
    /// An SMS from a phone.
    SmsInbound,
    /// A number refuses promotions, or takes them again.
    SmsOptOut,
    /// The end of a USSD session.
    UssdEvent,
    /// The outcome of a payout.
    Payout,
    /// A payout waited for too long in M-Pesa's queue.
    PayoutTimeout,
    /// What a payout's status is, asked by us.
    PayoutStatus,
    /// What there is at M-Pesa, asked by us.
    Balance,
    /// That question waited for too long in M-Pesa's queue.
    BalanceTimeout,
}

impl CallbackKind {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stk => "stk",
            Self::StkStatus => "stk_status",
            Self::C2bValidation => "c2b_validation",
            Self::C2bConfirmation => "c2b_confirmation",
            Self::C2bPull => "c2b_pull",
            Self::SmsDelivery => "sms_delivery",
            Self::SmsInbound => "sms_inbound",
            Self::SmsOptOut => "sms_optout",
            Self::UssdEvent => "ussd_event",
            Self::Payout => "payout",
            Self::PayoutTimeout => "payout_timeout",
            Self::PayoutStatus => "payout_status",
            Self::Balance => "balance",
            Self::BalanceTimeout => "balance_timeout",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Stk,
            Self::StkStatus,
            Self::SmsDelivery,
            Self::SmsInbound,
            Self::SmsOptOut,
            Self::UssdEvent,
            Self::Payout,
            Self::PayoutTimeout,
            Self::PayoutStatus,
            Self::Balance,
            Self::BalanceTimeout,
            Self::C2bValidation,
            Self::C2bConfirmation,
            Self::C2bPull,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// A callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The id.
    pub id: CallbackId,
    /// What kind it is.
    pub kind: CallbackKind,
    /// What its URL names; empty where it names nothing.
    pub subject: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Tx {
    /// Writes a callback down, due now.
    pub async fn add_callback(
        &mut self,
        callback: &Callback,
        source: impl Into<Source>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let source = source.into();
        execute!(
            self,
            "insert into callback
                (id, kind, subject, body, source, received_at_ms, state, due_at_ms, headers)
            values ($1, $2, $3, $4, $5, $6, 'new', $6, $7)",
            callback.id.to_string(),
            callback.kind.name(),
            callback.subject.as_str(),
            callback.body.as_slice(),
            source.address.as_str(),
            now.ms(),
            source.headers.as_str()
        )?;
        Ok(())
    }

    /// Writes down the beginning of a callback that is larger than is taken. It is never acted on;
    /// `outcome` says why.
    pub async fn add_cut_callback(
        &mut self,
        callback: &Callback,
        source: &Source,
        outcome: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into callback
                (id, kind, subject, body, source, received_at_ms, state, headers, outcome, cut)
            values ($1, $2, $3, $4, $5, $6, 'done', $7, $8, 1)",
            callback.id.to_string(),
            callback.kind.name(),
            callback.subject.as_str(),
            callback.body.as_slice(),
            source.address.as_str(),
            now.ms(),
            source.headers.as_str(),
            outcome
        )?;
        Ok(())
    }

    /// A callback that is still to be acted on.
    pub async fn new_callback(&mut self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String, Vec<u8>),
            "select kind, subject, body from callback where id = $1 and state = 'new'",
            id.to_string()
        )?;
        row.map(|(kind, subject, body)| {
            let kind = CallbackKind::named(&kind);
            let kind = kind.ok_or_else(|| StoreError::corrupt("callback", id, "kind"))?;
            Ok(Callback {
                id,
                kind,
                subject,
                body,
            })
        })
        .transpose()
    }

    /// The hop that asked for the deposit or withdrawal with this id; `None`: there is no such thing, or
    /// no hop asked for it.
    pub async fn trace_of(&mut self, subject: &str) -> Result<Option<TraceId>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<String>,),
            "select coalesce(
                (select trace_id from deposit where id = $1),
                (select trace_id from withdrawal where id = $1))",
            subject
        )?;
        Ok(row
            .and_then(|(trace_id,)| trace_id)
            .and_then(|id| id.parse().ok()))
    }

    /// What became of a callback, as far as anything did.
    pub async fn callback_outcome(&mut self, id: CallbackId) -> Result<Option<String>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<String>,),
            "select outcome from callback where id = $1",
            id.to_string()
        )?;
        Ok(row.and_then(|(outcome,)| outcome))
    }

    /// A callback was acted on; `outcome` says what became of it, for the operator.
    pub async fn callback_done(&mut self, id: CallbackId, outcome: &str) -> Result<(), StoreError> {
        execute!(
            self,
            "update callback set state = 'done', outcome = $2, due_at_ms = null
            where id = $1 and state = 'new'",
            id.to_string(),
            outcome
        )?;
        Ok(())
    }

    /// A callback could not be acted on: again at `due`, or left to the operator at `None`.
    pub async fn callback_failed(
        &mut self,
        id: CallbackId,
        why: &str,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update callback set due_at_ms = $3, outcome = $2,
                state = case when $3 is null then 'dead' else state end
            where id = $1 and state = 'new'",
            id.to_string(),
            why,
            due.map(Timestamp::ms)
        )?;
        Ok(())
    }

    /// Forgets callbacks that came in before `before` and wait for nothing; gives how many.
    pub async fn forget_callbacks(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from callback where received_at_ms < $1 and state <> 'new'",
            before.ms()
        )
    }
}
