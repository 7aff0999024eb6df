//! Who paid deposits: marks of phones, never numbers; and the keys that marks are made with.

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
    fair_seen::Looked,
};
use crate::core::{
    fair::Shared,
    ids::{DepositId, PlayerId},
    time::Timestamp,
};

/// The mark of who paid a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerMark {
    /// The mark.
    pub payer: String,
    /// Whether it names one phone.
    pub is_certain: bool,
}

impl Tx {
    /// A random key of the house that is kept for good; `None` where it was not made yet.
    pub async fn secret_key(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select key from secret_key where name = $1",
            name
        )?;
        Ok(row.map(|(key,)| key))
    }

    /// Keeps a key, unless there is one; gives the one there is.
    pub async fn make_secret_key(&mut self, name: &str, key: &str) -> Result<String, StoreError> {
        execute!(
            self,
            "insert into secret_key (name, key) values ($1, $2) on conflict (name) do nothing",
            name,
            key
        )?;
        let kept = self.secret_key(name).await?;
        kept.ok_or_else(|| StoreError::corrupt("secret_key", name, "was not kept"))
    }

    /// Keeps who paid a deposit; the first that is told counts.
    pub async fn keep_payer(
        &mut self,
        deposit: DepositId,
        player: PlayerId,
        mark: &PayerMark,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into deposit_payer (deposit_id, player_id, payer, is_certain, at_ms)
            values ($1, $2, $3, $4, $5)
            on conflict (deposit_id) do nothing",
            deposit.to_string(),
            player.to_string(),
            mark.payer.as_str(),
            i64::from(mark.is_certain),
            now.ms()
        )?;
        Ok(())
    }

    /// The payers of the deposits after those looked at and before `until`, at most `limit`; and how far
    /// that is.
    pub async fn payers_after(
        &mut self,
        looked: &Looked,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, Looked)>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64, String),
            "select payer, at_ms, deposit_id from deposit_payer
            where (at_ms, deposit_id) > ($1, $2) and at_ms < $3
            order by at_ms, deposit_id
            limit $4",
            looked.at.ms(),
            looked.id.as_str(),
            until.ms(),
            limit
        )?;
        let row = |(payer, ms, id): (String, i64, String)| {
            let at = Timestamp::from_ms(ms);
            (payer, Looked { at, id })
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// The payers among these who paid for more than one account, with these accounts; what they did in
    /// games is not in it.
    pub async fn shared_payers(&mut self, payers: &[String]) -> Result<Vec<Shared>, StoreError> {
        let select = of_ids!(
            self,
            "select payer, player_id, cast(count(*) as bigint), cast(min(is_certain) as bigint)
            from deposit_payer where payer in ",
            " group by payer, player_id
            order by payer, player_id"
        );
        let rows = fetch_all!(self, (String, String, i64, i64), select, ids_json(payers))?;
        let mut shared: Vec<Shared> = Vec::new();
        for (payer, player, deposits, is_certain) in rows {
            let account = (parse("deposit_payer", "player_id", &player)?, deposits);
            match shared.last_mut().filter(|last| last.payer == payer) {
                Some(last) => last.accounts.push(account),
                None => shared.push(Shared {
                    payer,
                    is_certain: is_certain == 1,
                    accounts: vec![account],
                    met: 0,
                }),
            }
        }
        shared.retain(|shared| shared.accounts.len() > 1);
        Ok(shared)
    }
}
