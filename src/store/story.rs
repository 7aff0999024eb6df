//! The rows of one player's story beside those of games and the wallet: hops, payments, callbacks,
//! SMS, acts. Each list is newest first and goes back from an instant, by an index.

use serde_json::json;

use super::{AuditRow, StoreError, Tx, audit::Row as AuditLine};
use crate::core::{ids::PlayerId, msisdn::Msisdn, time::Timestamp};

/// A hop that had an effect.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HopRow {
    /// The session's id.
    pub session_id: String,
    /// The whole transcript.
    pub transcript: String,
    /// The session after it, as JSON, with the reply.
    pub conversation: String,
    /// When, in ms since 1970.
    pub at_ms: i64,
}

/// How a session of a player ended.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EndedRow {
    /// The session's id.
    pub id: String,
    /// `success`, `incomplete`, `failed` or `other`.
    pub status: String,
    /// The network's code.
    pub network: String,
    /// The number of hops, where it was told.
    pub hops: Option<i64>,
    /// How long it took in ms, where it was told.
    pub duration_ms: Option<i64>,
    /// The last screen's name; empty where nobody knows.
    pub last_screen: String,
    /// When that was told, in ms since 1970.
    pub at_ms: i64,
}

/// A deposit in a story.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DepositStory {
    /// The id.
    pub id: String,
    /// The reference that the prompt shows.
    pub reference: String,
    /// The state.
    pub state: String,
    /// What was asked for, in cents.
    pub requested_cents: i64,
    /// What was credited, in cents.
    pub credited_cents: i64,
    /// The M-Pesa receipt.
    pub receipt: Option<String>,
    /// Whether the operator should look.
    pub flagged: bool,
    /// Why it failed, or what is missing.
    pub failure: Option<String>,
    /// When it was asked for, in ms since 1970.
    pub at_ms: i64,
    /// When the push went out.
    pub pushed_at_ms: Option<i64>,
}

/// A withdrawal in a story.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WithdrawalStory {
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
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked for, in ms since 1970.
    pub at_ms: i64,
    /// When it was last sent.
    pub sent_at_ms: Option<i64>,
    /// When it ended.
    pub ended_at_ms: Option<i64>,
}

/// A callback in a story.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CallbackStory {
    /// The id.
    pub id: String,
    /// The name of its kind.
    pub kind: String,
    /// What its URL names, or the receipt that its body has.
    pub subject: String,
    /// `new`, `done` or `dead`.
    pub state: String,
    /// What became of it.
    pub outcome: Option<String>,
    /// When it came in, in ms since 1970.
    pub at_ms: i64,
}

/// An SMS to a player in a story.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SmsStory {
    /// The id.
    pub id: String,
    /// What kind it is.
    pub kind: String,
    /// The state.
    pub state: String,
    /// The text.
    pub body: String,
    /// What the sender said last.
    pub failure: Option<String>,
    /// How often it was tried.
    pub attempt: i64,
    /// When it was written, in ms since 1970.
    pub at_ms: i64,
    /// When a sender took it.
    pub sent_at_ms: Option<i64>,
}

/// An SMS from a player in a story.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InboundStory {
    /// What was understood.
    pub keyword: Option<String>,
    /// How it was answered.
    pub answer: Option<String>,
    /// When it came in, in ms since 1970.
    pub at_ms: i64,
}

/// How long before and after a payment its confirmation is looked for, in ms.
const AROUND: i64 = 10 * 60 * 1_000;

impl Tx {
    /// The hops of a number that had an effect.
    pub async fn hops_of(
        &mut self,
        msisdn: &Msisdn,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<HopRow>, StoreError> {
        fetch_all!(
            self,
            HopRow,
            "select session_id, transcript, conversation, at_ms from hop_receipt
            where msisdn = $1 and at_ms < $2
            order by at_ms desc, length(transcript) desc
            limit $3",
            msisdn.e164(),
            before.ms(),
            limit
        )
    }

    /// How the sessions of a number ended, as far as one of their hops is kept.
    pub async fn sessions_of(
        &mut self,
        msisdn: &Msisdn,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<EndedRow>, StoreError> {
        fetch_all!(
            self,
            EndedRow,
            "select id, status, network, hops, duration_ms, last_screen, told_at_ms as at_ms
            from ussd_session
            where id in (select session_id from hop_receipt where msisdn = $1) and told_at_ms < $2
            order by told_at_ms desc, id desc
            limit $3",
            msisdn.e164(),
            before.ms(),
            limit
        )
    }

    /// The deposits of a player.
    pub async fn deposits_of(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<DepositStory>, StoreError> {
        fetch_all!(
            self,
            DepositStory,
            "select id, reference, state, requested_cents, credited_cents, receipt,
                flagged = 1 as flagged, failure, requested_at_ms as at_ms, pushed_at_ms
            from deposit
            where player_id = $1 and requested_at_ms < $2
            order by requested_at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )
    }

    /// The withdrawals of a player.
    pub async fn withdrawals_of(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<WithdrawalStory>, StoreError> {
        fetch_all!(
            self,
            WithdrawalStory,
            "select id, state, amount_cents, fee_cents, tax_cents, payout_cents, receipt,
                flagged = 1 as flagged, failure, requested_at_ms as at_ms, sent_at_ms, ended_at_ms
            from withdrawal
            where player_id = $1 and requested_at_ms < $2
            order by requested_at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )
    }

    /// The callbacks whose URL names a deposit or a withdrawal of a player.
    pub async fn callbacks_of(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<CallbackStory>, StoreError> {
        fetch_all!(
            self,
            CallbackStory,
            "select id, kind, subject, state, outcome, received_at_ms as at_ms
            from callback
            where subject <> '' and received_at_ms < $2
                and subject in (
                    select id from deposit where player_id = $1
                    union all
                    select id from withdrawal where player_id = $1)
            order by received_at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )
    }

    /// The confirmations by the paybill that name one of these receipts, each with the instant around
    /// which it came in. Their URL names nothing, so the bodies of that time are looked through.
    pub async fn confirmations_of(
        &mut self,
        receipts: &[(&str, Timestamp)],
    ) -> Result<Vec<CallbackStory>, StoreError> {
        if receipts.is_empty() {
            return Ok(Vec::new());
        }
        let rows = receipts.iter().map(|(receipt, at)| {
            json!({
                "receipt": receipt,
                "from": at.ms().saturating_sub(AROUND),
                "until": at.ms().saturating_add(AROUND),
            })
        });
        let rows: Vec<_> = rows.collect();
        let select = self.by_engine(
            "select callback.id, kind, receipt as subject, state, outcome, received_at_ms as at_ms
            from (
                select value ->> 'receipt' as receipt, value ->> 'from' as from_ms,
                    value ->> 'until' as until_ms
                from json_each($1)
            ) as wanted
            join callback on received_at_ms >= from_ms and received_at_ms <= until_ms
                and kind in ('c2b_validation', 'c2b_confirmation')
                and instr(body, cast(receipt as blob)) > 0
            order by received_at_ms, callback.id",
            "select callback.id, kind, receipt as subject, state, outcome, received_at_ms as at_ms
            from (
                select value ->> 'receipt' as receipt, cast(value ->> 'from' as bigint) as from_ms,
                    cast(value ->> 'until' as bigint) as until_ms
                from json_array_elements(cast($1 as json)) as rows (value)
            ) as wanted
            join callback on received_at_ms >= from_ms and received_at_ms <= until_ms
                and kind in ('c2b_validation', 'c2b_confirmation')
                and position(convert_to(receipt, 'UTF8') in body) > 0
            order by received_at_ms, callback.id",
        );
        fetch_all!(self, CallbackStory, select, json!(rows).to_string())
    }

    /// The SMS to a player.
    pub async fn texts_of(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<SmsStory>, StoreError> {
        fetch_all!(
            self,
            SmsStory,
            "select id, kind, state, body, failure, attempt, created_at_ms as at_ms, sent_at_ms
            from outbox
            where player_id = $1 and created_at_ms < $2
            order by created_at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )
    }

    /// The SMS from a number.
    pub async fn inbound_of(
        &mut self,
        msisdn: &Msisdn,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<InboundStory>, StoreError> {
        fetch_all!(
            self,
            InboundStory,
            "select keyword, answer, received_at_ms as at_ms from sms_inbound
            where msisdn = $1 and received_at_ms < $2
            order by received_at_ms desc, identity
            limit $3",
            msisdn.e164(),
            before.ms(),
            limit
        )
    }

    /// What operators, the player and the rules did to a player, their payments and their wallet.
    pub async fn acts_on(
        &mut self,
        player: PlayerId,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let rows = fetch_all!(
            self,
            AuditLine,
            "select id, at_ms, actor, action, subject, subject_id, reason, detail
            from audit
            where at_ms < $2 and (
                (subject = 'player' and subject_id = $1)
                or (subject = 'deposit' and subject_id in (
                    select id from deposit where player_id = $1))
                or (subject = 'withdrawal' and subject_id in (
                    select id from withdrawal where player_id = $1))
                or (subject = 'parked' and subject_id in (
                    select id from parked where assigned_to = $1 and assigned_to is not null))
                or (subject = 'adjustment' and subject_id in (
                    select id from adjustment where player_id = $1)))
            order by at_ms desc, id desc
            limit $3",
            player.to_string(),
            before.ms(),
            limit
        )?;
        rows.into_iter().map(AuditRow::try_from).collect()
    }
}
