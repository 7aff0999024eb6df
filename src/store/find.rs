//! Finding whose something is: by a number, the end of one, a receipt, or any id.

use super::{StoreError, Tx, engine::parse};
use crate::core::ids::PlayerId;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is: `player`, `deposit`, `withdrawal`, `entry`, `set`, `sms`, `parked`, `adjustment`.
    pub what: String,
    /// Its id.
    pub id: String,
    /// Whose it is; `None`: nobody's, or several players'.
    pub player: Option<PlayerId>,
}

impl Tx {
    /// What has this id, receipt or reference; at most `limit`. Each is looked up by an index.
    pub async fn find_by_name(&mut self, name: &str, limit: i64) -> Result<Vec<Hit>, StoreError> {
        let (upper, lower) = (name.to_ascii_uppercase(), name.to_ascii_lowercase());
        let rows = fetch_all!(
            self,
            (String, String, Option<String>),
            "select 'player' as what, id, id as player_id from player where id = $1
            union all
            select 'deposit', id, player_id from deposit
            where id = $2 or receipt = $1 or reference = $1
            union all
            select 'withdrawal', id, player_id from withdrawal
            where id = $2 or receipt = $1 or originator_id = $1
            union all
            select 'parked', id, assigned_to from parked where id = $1 or receipt = $1
            union all
            select 'reversal', id, null from reversal where reversal_receipt = $1
            union all
            select 'entry', id, player_id from entry where id = $1
            union all
            select 'set', id, null from question_set where id = $1
            union all
            select 'sms', id, player_id from outbox where id = $1
            union all
            select 'adjustment', id, player_id from adjustment where id = $1
            limit $3",
            upper,
            lower,
            limit
        )?;
        rows.into_iter()
            .map(|(what, id, player)| {
                let player = player.as_deref();
                let player = player.map(|id| parse("player", "id", id)).transpose()?;
                Ok(Hit { what, id, player })
            })
            .collect()
    }

    /// The players whose number ends with these digits, four at least; at most `limit`.
    pub async fn players_by_last_digits(
        &mut self,
        digits: &str,
        limit: i64,
    ) -> Result<Vec<PlayerId>, StoreError> {
        let Some(last_four) = digits.len().checked_sub(4).and_then(|at| digits.get(at..)) else {
            return Ok(Vec::new());
        };
        let rows = fetch_all!(
            self,
            (String,),
            "select id from player
            where substr(msisdn, 10) = $1 and substr(msisdn, cast(14 - $2 as integer)) = $3
            order by msisdn
            limit $4",
            last_four,
            i64::try_from(digits.len()).unwrap_or(i64::MAX),
            digits,
            limit
        )?;
        rows.iter().map(|(id,)| parse("player", "id", id)).collect()
    }
}
