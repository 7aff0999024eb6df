//! The check of taxes: each is taken off money that came in, once, and no more than all of it.

use super::{StoreError, Tx};

impl Tx {
    /// Names excise that belongs to no credited payment, or is more than it.
    pub(super) async fn check_excise(&mut self) -> Result<Vec<String>, StoreError> {
        let off = fetch_all!(
            self,
            (String,),
            "select excise.cause
            from transfer as excise
            left join transfer as credited
                on credited.cause = substr(excise.cause, 8)
                and credited.reason in ('deposit', 'assign')
                and credited.to_account = excise.from_account
                and credited.amount_cents >= excise.amount_cents
            where excise.reason = 'excise' and credited.cause is null
            order by 1"
        )?;
        Ok(off
            .into_iter()
            .map(|(cause,)| format!("{cause} belongs to no money that came in"))
            .collect())
    }
}
