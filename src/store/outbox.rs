//! The SMS outbox: rows written in the same transaction as the money they tell of.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    ids::{PlayerId, SmsId},
    msisdn::Msisdn,
    time::Timestamp,
};

/// Where an SMS stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsState {
    /// Not accepted by the gateway yet.
    Pending,
    /// Accepted by the gateway.
    Sent,
    /// On the phone.
    Delivered,
    /// Given up.
    Failed,
}

impl SmsState {
    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// An SMS to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    /// The id.
    pub id: SmsId,
    /// The event that it tells of; one SMS for each.
    pub cause: String,
    /// Whom it is for; `None`: the number is no player.
    pub player: Option<PlayerId>,
    /// The number.
    pub msisdn: Msisdn,
    /// What kind it is: a name under `[sms]`.
    pub kind: &'static str,
    /// The text.
    pub body: String,
}

/// A leased row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The id.
    pub id: SmsId,
    /// The number.
    pub msisdn: Msisdn,
    /// The text.
    pub body: String,
}

impl Tx {
    /// Puts an SMS into the outbox, due now. The same cause again does nothing.
    pub async fn add_sms(&mut self, sms: &Sms, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into outbox
                (id, cause, player_id, msisdn, kind, body, state, created_at_ms, due_at_ms)
            values ($1, $2, $3, $4, $5, $6, 'pending', $7, $7)
            on conflict (cause) do nothing",
            sms.id.to_string(),
            sms.cause.as_str(),
            sms.player.map(|player| player.to_string()),
            sms.msisdn.e164(),
            sms.kind,
            sms.body.as_str(),
            now.ms()
        )?;
        Ok(())
    }

    /// An SMS that is still to be sent by the holder of a lease.
    pub async fn pending_sms(
        &mut self,
        id: SmsId,
        lease: i64,
    ) -> Result<Option<OutboxRow>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String),
            "select msisdn, body from outbox where id = $1 and lease = $2 and state = 'pending'",
            id.to_string(),
            lease
        )?;
        row.map(|(msisdn, body)| {
            let msisdn: Result<Msisdn, _> = Msisdn::parse(&msisdn);
            let msisdn = msisdn.map_err(|_| StoreError::corrupt("outbox", id, "msisdn"))?;
            Ok(OutboxRow { id, msisdn, body })
        })
        .transpose()
    }

    /// The gateway accepted an SMS. A delivery report may have been here first.
    pub async fn sms_sent(
        &mut self,
        id: SmsId,
        lease: i64,
        provider_id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update outbox set state = 'sent', provider_id = $3, sent_at_ms = $4, due_at_ms = null
            where id = $1 and lease = $2 and state = 'pending'",
            id.to_string(),
            lease,
            provider_id,
            now.ms()
        )?;
        Ok(())
    }

    /// An SMS could not be sent: again at `due`, or given up at `None`.
    pub async fn sms_not_sent(
        &mut self,
        id: SmsId,
        lease: i64,
        why: &str,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update outbox set due_at_ms = $4, failure = $3,
                state = case when $4 is null then 'failed' else state end
            where id = $1 and lease = $2 and state = 'pending'",
            id.to_string(),
            lease,
            why,
            due.map(Timestamp::ms)
        )?;
        Ok(())
    }

    /// A delivery report: on the phone, or not. What is final stays. False when no SMS has this id.
    pub async fn sms_reported(
        &mut self,
        provider_id: &str,
        state: SmsState,
        why: Option<&str>,
    ) -> Result<bool, StoreError> {
        let known = fetch_optional!(
            self,
            (String,),
            "select id from outbox where provider_id = $1",
            provider_id
        )?;
        let Some((id,)) = known else { return Ok(false) };
        let id: SmsId = parse("outbox", "id", &id)?;
        execute!(
            self,
            "update outbox set state = $2, failure = coalesce($3, failure)
            where id = $1 and state = 'sent'",
            id.to_string(),
            state.name(),
            why
        )?;
        Ok(true)
    }
}
