//! The SMS outbox: rows written in the same transaction as the money they tell of.

use serde_json::json;

use super::{Leased, StoreError, Tx, engine::parse};
use crate::{
    core::{
        ids::{PlayerId, SmsId},
        msisdn::Msisdn,
        sms::{Consent, ConsentSource, Route, SmsClass},
        time::Timestamp,
        trace::TraceId,
    },
    telemetry::trace,
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
    /// What it is to its reader.
    pub class: SmsClass,
    /// The text.
    pub body: String,
}

/// A leased row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// The id.
    pub id: SmsId,
    /// The lease.
    pub lease: i64,
    /// How often it was claimed, this time included.
    pub attempt: i64,
    /// The number.
    pub msisdn: Msisdn,
    /// What it is to its reader.
    pub class: SmsClass,
    /// The text.
    pub body: String,
    /// Whether the number takes no promotions.
    pub refuses_promotions: bool,
    /// The hop that it follows from; `None`: from none.
    pub trace: Option<TraceId>,
}

/// What becomes of a leased row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The id.
    pub id: SmsId,
    /// The lease. Whoever has taken the row over since decides.
    pub lease: i64,
    /// What becomes of it.
    pub fate: SmsFate,
    /// Who was asked to send it; `None`: nobody.
    pub route: Option<Route>,
    /// What the sender said, where it is of interest.
    pub why: Option<String>,
}

/// Sent, tried again, or given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsFate {
    /// A sender accepted it; its id of it, where it gave one.
    Sent(Option<String>),
    /// Not sent; again at this time.
    Again(Timestamp),
    /// Not tried: due at this time, and this time does not count.
    Back(Timestamp),
    /// Given up.
    GivenUp,
}

/// How much of one class waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxFigure {
    /// The class.
    pub class: SmsClass,
    /// How many wait.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest: Timestamp,
}

/// Why SMS were not sent, and how many.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxTrouble {
    /// `pending` or `failed`.
    pub state: String,
    /// What the sender said last.
    pub failure: String,
    /// How many.
    pub count: i64,
}

impl Tx {
    /// Puts an SMS into the outbox, due now. The same cause again does nothing.
    pub async fn add_sms(&mut self, sms: &Sms, now: Timestamp) -> Result<(), StoreError> {
        self.add_all_sms(std::slice::from_ref(sms), now).await
    }

    /// The same for many.
    pub async fn add_all_sms(&mut self, texts: &[Sms], now: Timestamp) -> Result<(), StoreError> {
        let rows = texts.iter().map(|sms| {
            json!({
                "id": sms.id.to_string(),
                "cause": sms.cause,
                "player": sms.player.map(|player| player.to_string()),
                "msisdn": sms.msisdn.e164(),
                "kind": sms.kind,
                "class": sms.class.name(),
                "body": sms.body,
            })
        });
        let rows: Vec<_> = rows.collect();
        let insert = of_batch!(
            self,
            "insert into outbox
                (id, cause, player_id, msisdn, kind, class, body, state, created_at_ms, due_at_ms,
                trace_id)
            select value ->> 'id', value ->> 'cause', value ->> 'player', value ->> 'msisdn',
                value ->> 'kind', value ->> 'class', value ->> 'body', 'pending', $2, $2,
                cast($3 as text)
            from ",
            " where true
            on conflict (cause) do nothing"
        );
        let trace_id = trace::current_text();
        execute!(self, insert, json!(rows).to_string(), now.ms(), trace_id)?;
        Ok(())
    }

    /// The SMS among leased rows that are still to be sent by the holder of the lease, in the order
    /// in which they were written. A row that cannot be read is logged and left out.
    pub async fn texts_to_send(&mut self, leased: &[Leased]) -> Result<Vec<OutboxRow>, StoreError> {
        let select = of_batch!(
            self,
            "select outbox.id, outbox.lease, outbox.attempt, outbox.msisdn, outbox.class, outbox.body,
                cast(case when sms_consent.promotions = 'refused'
                    or player.status in ('excluded', 'blocked') then 1 else 0 end as bigint),
                outbox.trace_id
            from (
                select value ->> 'id' as id, cast(value ->> 'lease' as bigint) as lease
                from ",
            "
            ) as wanted
            join outbox on outbox.id = wanted.id and outbox.lease = wanted.lease
            left join sms_consent on sms_consent.msisdn = outbox.msisdn
            left join player on player.msisdn = outbox.msisdn
            where outbox.state = 'pending'
            order by outbox.created_at_ms, outbox.id"
        );
        let wanted = leased
            .iter()
            .map(|row| json!({ "id": row.id, "lease": row.lease }));
        let wanted: Vec<_> = wanted.collect();
        let rows = fetch_all!(
            self,
            (
                String,
                i64,
                i64,
                String,
                String,
                String,
                i64,
                Option<String>
            ),
            select,
            json!(wanted).to_string()
        )?;
        let read = |(id, lease, attempt, msisdn, class, body, refuses, trace): (
            String,
            _,
            _,
            String,
            String,
            _,
            i64,
            Option<String>,
        )| {
            let id: SmsId = parse("outbox", "id", &id)?;
            let msisdn: Result<Msisdn, _> = Msisdn::parse(&msisdn);
            let class = SmsClass::named(&class);
            Ok::<_, StoreError>(OutboxRow {
                id,
                lease,
                attempt,
                msisdn: msisdn.map_err(|_| StoreError::corrupt("outbox", id, "msisdn"))?,
                class: class.ok_or_else(|| StoreError::corrupt("outbox", id, "class"))?,
                body,
                refuses_promotions: refuses == 1,
                trace: trace.and_then(|id| id.parse().ok()),
            })
        };
        let readable = rows.into_iter().map(read).filter_map(|row| {
            row.inspect_err(|error| tracing::error!(?error, "SMS that cannot be read"))
                .ok()
        });
        Ok(readable.collect())
    }

    /// What became of leased rows, all in one statement. A delivery report may have been here first.
    pub async fn keep_texts(&mut self, kept: &[Kept], now: Timestamp) -> Result<(), StoreError> {
        let update = of_batch!(
            self,
            "update outbox
            set state = kept.state,
                provider_id = coalesce(kept.provider_id, outbox.provider_id),
                sender = coalesce(kept.sender, outbox.sender),
                failure = coalesce(kept.failure, outbox.failure),
                sent_at_ms = case when kept.state = 'sent' then $2 else outbox.sent_at_ms end,
                due_at_ms = kept.due_at_ms,
                attempt = outbox.attempt - kept.uncounted
            from (
                select value ->> 'id' as id, cast(value ->> 'lease' as bigint) as lease,
                    value ->> 'state' as state, value ->> 'provider_id' as provider_id,
                    value ->> 'sender' as sender, value ->> 'failure' as failure,
                    cast(value ->> 'due_at_ms' as bigint) as due_at_ms,
                    cast(value ->> 'uncounted' as bigint) as uncounted
                from ",
            "
            ) as kept
            where outbox.id = kept.id and outbox.lease = kept.lease and outbox.state = 'pending'"
        );
        let rows = kept.iter().map(|kept| {
            let (state, provider_id, due, uncounted) = match &kept.fate {
                SmsFate::Sent(id) => (SmsState::Sent, id.as_deref(), None, 0),
                SmsFate::Again(due) => (SmsState::Pending, None, Some(due.ms()), 0),
                SmsFate::Back(due) => (SmsState::Pending, None, Some(due.ms()), 1),
                SmsFate::GivenUp => (SmsState::Failed, None, None, 0),
            };
            json!({
                "id": kept.id.to_string(),
                "lease": kept.lease,
                "state": state.name(),
                "provider_id": provider_id,
                "sender": kept.route.map(Route::name),
                "failure": kept.why,
                "due_at_ms": due,
                "uncounted": uncounted,
            })
        });
        let rows: Vec<_> = rows.collect();
        execute!(self, update, json!(rows).to_string(), now.ms())?;
        Ok(())
    }

    /// Numbers that take no promotions, says the gateway at `at`; those that said something later
    /// keep that.
    pub async fn keep_refusals(
        &mut self,
        numbers: &[Msisdn],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let insert = of_batch!(
            self,
            "insert into sms_consent (msisdn, promotions, source, at_ms)
            select distinct value ->> 'msisdn', $2, $3, cast($4 as bigint) from ",
            " where true
            on conflict (msisdn) do update
                set promotions = excluded.promotions, source = excluded.source,
                    at_ms = excluded.at_ms
                where sms_consent.at_ms <= excluded.at_ms"
        );
        let rows = numbers
            .iter()
            .map(|number| json!({ "msisdn": number.e164() }));
        let rows: Vec<_> = rows.collect();
        execute!(
            self,
            insert,
            json!(rows).to_string(),
            Consent::Refused.name(),
            ConsentSource::Gateway.name(),
            at.ms()
        )?;
        Ok(())
    }

    /// What waits in the outbox, by class; a class of which nothing waits is left out.
    pub async fn outbox_figures(&mut self) -> Result<Vec<OutboxFigure>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64, i64),
            "select class, cast(count(*) as bigint), min(created_at_ms)
            from outbox
            where due_at_ms is not null
            group by class
            order by class desc"
        )?;
        let figure = |(class, waiting, oldest): (String, i64, i64)| {
            Some(OutboxFigure {
                class: SmsClass::named(&class)?,
                waiting,
                oldest: Timestamp::from_ms(oldest),
            })
        };
        Ok(rows.into_iter().filter_map(figure).collect())
    }

    /// Why SMS that were written since then were not sent, the most frequent first.
    pub async fn outbox_troubles(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<OutboxTrouble>, StoreError> {
        fetch_all!(
            self,
            OutboxTrouble,
            "select state, failure, cast(count(*) as bigint) as count
            from outbox
            where created_at_ms >= $1 and state in ('pending', 'failed') and failure is not null
            group by state, failure
            order by count(*) desc, state, failure
            limit $2",
            since.ms(),
            limit
        )
    }

    /// A delivery report of the first sender: on the phone, or not. What is final stays. False when no SMS has this id.
    pub async fn sms_reported(
        &mut self,
        provider_id: &str,
        state: SmsState,
        why: Option<&str>,
    ) -> Result<bool, StoreError> {
        let known = fetch_optional!(
            self,
            (String,),
            "select id from outbox where provider_id = $1 and coalesce(sender, 'first') = 'first'",
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
