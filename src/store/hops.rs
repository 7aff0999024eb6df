//! Receipts of hops: what a hop with an effect answered, under session id and whole transcript.

use super::{Store, StoreError, Tx};
use crate::core::{msisdn::Msisdn, time::Timestamp};

impl Tx {
    /// Keeps the receipt of a hop: the conversation after it, as JSON, with the reply in it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the same hop has one already: the transaction must not commit.
    pub async fn keep_receipt(
        &mut self,
        session: &str,
        transcript: &str,
        msisdn: &Msisdn,
        conversation: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into hop_receipt (session_id, transcript, msisdn, conversation, at_ms)
            values ($1, $2, $3, $4, $5)",
            session,
            transcript,
            msisdn.e164(),
            conversation,
            now.ms()
        )?;
        Ok(())
    }

    /// The receipt of exactly this hop: the number that sent it, and the conversation after it.
    pub async fn receipt(
        &mut self,
        session: &str,
        transcript: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        fetch_optional!(
            self,
            (String, String),
            "select msisdn, conversation from hop_receipt
            where session_id = $1 and transcript = $2",
            session,
            transcript
        )
    }

    /// The receipt of the longest transcript of a session: the number, and the conversation after
    /// that hop.
    pub async fn last_receipt(
        &mut self,
        session: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        fetch_optional!(
            self,
            (String, String),
            "select msisdn, conversation from hop_receipt
            where session_id = $1
            order by length(transcript) desc, at_ms desc
            limit 1",
            session
        )
    }

    /// Forgets receipts older than `before`; gives how many.
    pub async fn forget_receipts(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from hop_receipt where at_ms < $1",
            before.ms()
        )
    }
}

impl Store {
    /// The same as [`Tx::receipt`], in one trip.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn receipt(
        &self,
        session: &str,
        transcript: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        let mut tx = self.read_once().await?;
        tx.receipt(session, transcript).await
    }

    /// The same as [`Tx::last_receipt`], in one trip.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_receipt(
        &self,
        session: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        let mut tx = self.read_once().await?;
        tx.last_receipt(session).await
    }
}
