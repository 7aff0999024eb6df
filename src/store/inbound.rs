//! SMS that came in, each once, and the numbers that refuse promotions.

use super::{StoreError, Tx};
use crate::core::{
    msisdn::Msisdn,
    sms::{Answer, Consent, ConsentSource, Keyword},
    time::Timestamp,
};

/// An SMS that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// What tells it from every other message.
    pub identity: String,
    /// Who sent it.
    pub msisdn: Msisdn,
    /// What was understood; `None`: nothing.
    pub keyword: Option<Keyword>,
    /// When the gateway told of it.
    pub received_at: Timestamp,
}

impl Tx {
    /// Lets one transaction at a time answer a number, until its end: what it was answered before
    /// decides what it is answered now.
    pub async fn serialise_sender(&mut self, msisdn: &Msisdn) -> Result<(), StoreError> {
        self.serialise(&format!("sms:{}", msisdn.e164())).await
    }

    /// Writes an SMS down; false when it was known.
    pub async fn add_inbound(&mut self, inbound: &Inbound) -> Result<bool, StoreError> {
        let added = execute!(
            self,
            "insert into sms_inbound (identity, msisdn, keyword, received_at_ms)
            values ($1, $2, $3, $4)
            on conflict (identity) do nothing",
            inbound.identity.as_str(),
            inbound.msisdn.e164(),
            inbound.keyword.map(Keyword::name),
            inbound.received_at.ms()
        )?;
        Ok(added > 0)
    }

    /// An SMS is answered.
    pub async fn inbound_answered(
        &mut self,
        identity: &str,
        answer: Answer,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update sms_inbound set answer = $2 where identity = $1",
            identity,
            answer.name()
        )?;
        Ok(())
    }

    /// How many messages of a number that came in after `since` were answered.
    pub async fn answers_since(
        &mut self,
        msisdn: &Msisdn,
        since: Timestamp,
    ) -> Result<u32, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(count(*) as bigint) from sms_inbound
            where msisdn = $1 and received_at_ms > $2 and answer is not null",
            msisdn.e164(),
            since.ms()
        )?;
        let count = row.map_or(0, |(count,)| count);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Whether a number had this answer to a message that came in after `since`.
    pub async fn had_answer_since(
        &mut self,
        msisdn: &Msisdn,
        answer: Answer,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select identity from sms_inbound
            where msisdn = $1 and received_at_ms > $2 and answer = $3
            limit 1",
            msisdn.e164(),
            since.ms(),
            answer.name()
        )?;
        Ok(row.is_some())
    }

    /// Forgets messages that came in before `before`; gives how many.
    pub async fn forget_inbound(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from sms_inbound where received_at_ms < $1",
            before.ms()
        )
    }

    /// Keeps what a number said about promotions at `at`, unless it said something later. True
    /// when promotions were refused and now are not, or the other way round.
    pub async fn keep_consent(
        &mut self,
        msisdn: &Msisdn,
        consent: Consent,
        source: ConsentSource,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let before = self.refuses_promotions(msisdn).await?;
        execute!(
            self,
            "insert into sms_consent (msisdn, promotions, source, at_ms)
            values ($1, $2, $3, $4)
            on conflict (msisdn) do update
                set promotions = excluded.promotions, source = excluded.source,
                    at_ms = excluded.at_ms
                where sms_consent.at_ms <= excluded.at_ms",
            msisdn.e164(),
            consent.name(),
            source.name(),
            at.ms()
        )?;
        Ok(self.refuses_promotions(msisdn).await? != before)
    }

    /// Whether a number refuses promotions.
    pub async fn refuses_promotions(&mut self, msisdn: &Msisdn) -> Result<bool, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select promotions from sms_consent where msisdn = $1",
            msisdn.e164()
        )?;
        Ok(row.is_some_and(|(promotions,)| promotions == Consent::Refused.name()))
    }
}
