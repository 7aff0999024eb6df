//! The check of the ledger, which recomputes everything.

use std::collections::BTreeMap;

use super::{StoreError, Tx};
use crate::core::{
    ledger::{Account, Reason, SYSTEM_ACCOUNTS},
    money::Cents,
};

/// One thing that is off in the ledger, for a person.
pub type LedgerFinding = String;

/// What a check of the whole ledger found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerReport {
    /// What is off; empty: all is well.
    pub findings: Vec<LedgerFinding>,
    /// The number of transfers.
    pub transfers: i64,
    /// The balance of each system account, and of all wallets together as `wallets`.
    pub accounts: BTreeMap<String, Cents>,
}

/// How many rows of one kind a finding names at most.
const NAMED: usize = 20;

impl Tx {
    /// Recomputes every balance from the transfers and compares it with everything that tells of
    /// money: wallets, entries, deposits, parked payments.
    pub async fn ledger_report(&mut self) -> Result<LedgerReport, StoreError> {
        let mut findings = Vec::new();
        let accounts = self.balances(&mut findings).await?;
        self.check_causes(&mut findings).await?;
        self.check_wallets(&mut findings).await?;
        self.check_entries(&accounts, &mut findings).await?;
        self.check_payments(&accounts, &mut findings).await?;
        self.check_withdrawals(&accounts, &mut findings).await?;
        self.check_adjustments(&mut findings).await?;
        self.check_reversals(&mut findings).await?;
        report(self.check_excise().await?.into_iter(), &mut findings);
        let total = accounts
            .values()
            .try_fold(Cents::ZERO, |sum, balance| sum.plus(*balance));
        if total != Some(Cents::ZERO) {
            findings.push(format!("the accounts do not add up to zero: {total:?}"));
        }
        let transfers = fetch_all!(
            self,
            (i64,),
            "select cast(count(*) as bigint) from transfer"
        )?;
        let transfers = transfers.first().map_or(0, |(count,)| *count);
        Ok(LedgerReport {
            findings,
            transfers,
            accounts,
        })
    }

    async fn balances(
        &mut self,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<BTreeMap<String, Cents>, StoreError> {
        let flows = fetch_all!(
            self,
            (String, String, String, i64, i64),
            "select reason,
                case when substr(from_account, 1, 7) = 'wallet:' then 'wallets' else from_account end,
                case when substr(to_account, 1, 7) = 'wallet:' then 'wallets' else to_account end,
                cast(count(*) as bigint), cast(sum(amount_cents) as bigint)
            from transfer
            group by 1, 2, 3"
        )?;
        let names = SYSTEM_ACCOUNTS
            .iter()
            .map(|(_, name)| *name)
            .chain(["wallets"]);
        let mut balances: BTreeMap<String, i64> = names.map(|name| (name.to_owned(), 0)).collect();
        for (reason, from, to, count, cents) in flows {
            // Any wallet stands for all of them when the reason is judged.
            let account = |name: &str| -> Option<Account> {
                let wallet = "wallet:00000000000000000000000000";
                (if name == "wallets" { wallet } else { name }).parse().ok()
            };
            let is_allowed = match (reason.parse::<Reason>(), account(&from), account(&to)) {
                (Ok(reason), Some(from), Some(to)) => reason.runs_between(from, to),
                _ => false,
            };
            if !is_allowed {
                findings.push(format!(
                    "{count} transfers \"{reason}\" run from {from} to {to}"
                ));
            }
            *balances.entry(from).or_default() -= cents;
            *balances.entry(to).or_default() += cents;
        }
        Ok(balances
            .into_iter()
            .map(|(name, cents)| (name, Cents::new(cents)))
            .collect())
    }

    async fn check_causes(&mut self, findings: &mut Vec<LedgerFinding>) -> Result<(), StoreError> {
        let repeated = fetch_all!(
            self,
            (String,),
            "select cause from transfer group by cause having count(*) > 1 order by 1"
        )?;
        let named = repeated
            .iter()
            .map(|(cause,)| format!("{cause} is booked more than once"));
        report(named, findings);
        Ok(())
    }

    async fn check_wallets(&mut self, findings: &mut Vec<LedgerFinding>) -> Result<(), StoreError> {
        let off = fetch_all!(
            self,
            (String, i64, i64),
            "with moved as (
                select substr(to_account, 8) as player_id, amount_cents as cents
                from transfer where substr(to_account, 1, 7) = 'wallet:'
                union all
                select substr(from_account, 8), -amount_cents
                from transfer where substr(from_account, 1, 7) = 'wallet:'
            ), computed as (
                select player_id, cast(sum(cents) as bigint) as cents from moved group by player_id
            )
            select coalesce(wallet.player_id, computed.player_id), coalesce(balance_cents, 0),
                coalesce(computed.cents, 0)
            from wallet
            full join computed on computed.player_id = wallet.player_id
            where wallet.player_id is null
                or balance_cents <> coalesce(computed.cents, 0) or balance_cents < 0
            order by 1"
        )?;
        let named = off.iter().map(|(player, held, computed)| {
            format!("the wallet of {player} holds {held} cents, its transfers say {computed}")
        });
        report(named, findings);
        Ok(())
    }

    async fn check_entries(
        &mut self,
        accounts: &BTreeMap<String, Cents>,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<(), StoreError> {
        let unstaked = fetch_all!(
            self,
            (String,),
            "select entry.id
            from entry
            join question_set on question_set.id = entry.set_id
            left join transfer on transfer.cause = 'stake:' || entry.id
            where transfer.amount_cents is null
                or transfer.amount_cents <> question_set.stake_cents
            order by 1"
        )?;
        report(
            unstaked
                .iter()
                .map(|(id,)| format!("the entry {id} has no stake of its own")),
            findings,
        );
        let unpaid = fetch_all!(
            self,
            (String, String, i64),
            "select entry.id, entry.state, entry.received_cents
            from entry
            where entry.received_cents <> coalesce((
                select sum(amount_cents) from transfer
                where cause in ('bounty:' || entry.id, 'stake_back:' || entry.id,
                    'refund_bonus:' || entry.id)), 0)
                or (entry.state in ('won', 'drawn', 'refunded', 'returned'))
                    <> (entry.received_cents > 0)
            order by 1"
        )?;
        let named = unpaid.iter().map(|(id, state, received)| {
            format!("the entry {id} is {state} with {received} cents; its transfers say otherwise")
        });
        report(named, findings);
        let open = fetch_all!(
            self,
            (i64,),
            "select cast(coalesce(sum(stake_cents), 0) as bigint)
            from entry
            join question_set on question_set.id = entry.set_id
            where entry.state in ('playing', 'waiting')"
        )?;
        compare(
            "stakes",
            "the open entries' stakes",
            &open,
            accounts,
            findings,
        );
        Ok(())
    }

    async fn check_payments(
        &mut self,
        accounts: &BTreeMap<String, Cents>,
        findings: &mut Vec<LedgerFinding>,
    ) -> Result<(), StoreError> {
        let off = fetch_all!(
            self,
            (String,),
            "select deposit.id
            from deposit
            left join transfer on transfer.cause = 'receipt:' || deposit.receipt
            where deposit.state = 'paid' and (transfer.amount_cents is null
                or transfer.amount_cents <> deposit.credited_cents)
            order by 1"
        )?;
        let named = off
            .iter()
            .map(|(id,)| format!("the deposit {id} is paid, yet not in the ledger"));
        report(named, findings);
        let orphans = fetch_all!(
            self,
            (String,),
            "select transfer.cause
            from transfer
            left join deposit on 'receipt:' || deposit.receipt = transfer.cause
            where transfer.reason = 'deposit' and deposit.id is null
            order by 1"
        )?;
        report(
            orphans
                .iter()
                .map(|(cause,)| format!("{cause} was credited to no deposit")),
            findings,
        );
        let waiting = fetch_all!(
            self,
            (i64,),
            "select cast(coalesce((
                    select sum(amount_cents) from parked
                    where assigned_to is null and returned_at_ms is null), 0)
                - coalesce((
                    select sum(payout_cents) from withdrawal
                    where state = 'failed' and receipt is not null), 0)
                + coalesce((
                    select sum(amount_cents) from adjustment
                    where withdrawal_id is not null and state = 'booked'), 0) as bigint)"
        )?;
        compare(
            "suspense",
            "the parked payments less the late payouts that are not closed",
            &waiting,
            accounts,
            findings,
        );
        Ok(())
    }
}

/// Names the first findings of one kind, and counts the rest.
pub(super) fn report(
    named: impl Iterator<Item = LedgerFinding>,
    findings: &mut Vec<LedgerFinding>,
) {
    let mut rest = 0_usize;
    for (place, finding) in named.enumerate() {
        if place < NAMED {
            findings.push(finding);
        } else {
            rest += 1;
        }
    }
    if rest > 0 {
        findings.push(format!("... and {rest} more of this kind"));
    }
}

pub(super) fn compare(
    account: &str,
    what: &str,
    sum: &[(i64,)],
    accounts: &BTreeMap<String, Cents>,
    findings: &mut Vec<LedgerFinding>,
) {
    let told = sum.first().map_or(0, |(cents,)| *cents);
    let held = accounts.get(account).map_or(0, |balance| balance.get());
    if told != held {
        findings.push(format!("{account} holds {held} cents, {what} are {told}"));
    }
}
