//! What an operator wants to know of the traffic with M-Pesa: when something was last heard.

use super::{CallbackKind, StoreError, Tx};
use crate::core::time::Timestamp;

impl Tx {
    /// When the last callback of a kind came in, of those that are kept.
    pub async fn last_callback(
        &mut self,
        kind: CallbackKind,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select received_at_ms from callback where kind = $1
            order by received_at_ms desc limit 1",
            kind.name()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }

    /// When the last push went out.
    pub async fn last_push(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<i64>,),
            "select max(pushed_at_ms) from deposit"
        )?;
        Ok(row.and_then(|(ms,)| ms).map(Timestamp::from_ms))
    }

    /// When the last payout went out.
    pub async fn last_payout(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<i64>,),
            "select max(sent_at_ms) from withdrawal"
        )?;
        Ok(row.and_then(|(ms,)| ms).map(Timestamp::from_ms))
    }
}
