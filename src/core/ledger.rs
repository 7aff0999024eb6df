//! Double entry: accounts, the reasons for which money moves, and transfers as values.
//!
//! Every transfer is balanced by construction (one amount, from one account to another) and is
//! made once, by its unique cause. An account's balance is what was moved into it less what was
//! moved out, so all balances together are zero.

use std::{fmt, str::FromStr};

use super::{
    ids::{EntryId, ParkedId, PlayerId},
    money::Cents,
};

/// Where money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// A player's money.
    Wallet(PlayerId),
    /// The cash at M-Pesa, negative: what came in from there has not gone back.
    Mpesa,
    /// Stakes of entries that are not settled.
    Stakes,
    /// What the house earned.
    House,
    /// What was given away, negative: the 5% of refunds.
    Promo,
    /// Withdrawals on their way.
    Payouts,
    /// Payments that matched nothing.
    Suspense,
    /// Excise duty on deposits.
    Excise,
    /// Withholding tax on withdrawals.
    Withholding,
}

/// The accounts that are not wallets, with the names they have in the database and in reports.
pub const SYSTEM_ACCOUNTS: [(Account, &str); 8] = [
    (Account::Mpesa, "mpesa"),
    (Account::Stakes, "stakes"),
    (Account::House, "house"),
    (Account::Promo, "promo"),
    (Account::Payouts, "payouts"),
    (Account::Suspense, "suspense"),
    (Account::Excise, "excise"),
    (Account::Withholding, "withholding"),
];

/// What stands before the player's id in the name of a wallet.
pub const WALLET_PREFIX: &str = "wallet:";

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Wallet(player) = self {
            return write!(f, "{WALLET_PREFIX}{player}");
        }
        let name = SYSTEM_ACCOUNTS.iter().find(|(account, _)| account == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

/// The text names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such account or reason")]
pub struct Unknown;

impl FromStr for Account {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        if let Some(player) = text.strip_prefix(WALLET_PREFIX) {
            return player.parse().map(Self::Wallet).map_err(|_| Unknown);
        }
        let known = SYSTEM_ACCOUNTS.iter().find(|(_, name)| *name == text);
        known.map(|(account, _)| *account).ok_or(Unknown)
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $name:literal: $from:pat => $to:pat,)*) => {
        /// Why money moves. Each reason runs between two kinds of account and no others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $reason,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason,)*];

            /// The name in the database and in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$reason => $name,)* }
            }

            /// Whether money may move between these two accounts for this reason.
            #[must_use]
            pub const fn runs_between(self, from: Account, to: Account) -> bool {
                match self { $(Self::$reason => matches!((from, to), ($from, $to)),)* }
            }
        }
    };
}

reasons! {
    /// A payment came in and its player is known.
    Deposit = "deposit": Account::Mpesa => Account::Wallet(_),
    /// A payment, or the part of it above what was asked for, came in and cannot be credited.
    Park = "park": Account::Mpesa => Account::Suspense,
    /// An operator gave a parked payment to a player.
    Assign = "assign": Account::Suspense => Account::Wallet(_),
    /// A player took a seat.
    Stake = "stake": Account::Wallet(_) => Account::Stakes,
    /// A match was won.
    Bounty = "bounty": Account::Stakes => Account::Wallet(_),
    /// What the house keeps of a match.
    Fee = "fee": Account::Stakes => Account::House,
    /// A stake went back whole: a draw, a refund or a return.
    StakeBack = "stake_back": Account::Stakes => Account::Wallet(_),
    /// The extra that a refund gives on top of the stake.
    RefundBonus = "refund_bonus": Account::Promo => Account::Wallet(_),
    /// A player asked for a withdrawal: everything that it takes is held.
    Withdrawal = "withdrawal": Account::Wallet(_) => Account::Payouts,
    /// A payout reached M-Pesa.
    Payout = "payout": Account::Payouts => Account::Mpesa,
    /// What the house takes for a payout.
    WithdrawalFee = "withdrawal_fee": Account::Payouts => Account::House,
    /// Withholding tax on a payout.
    WithholdingTax = "withholding": Account::Payouts => Account::Withholding,
    /// A withdrawal failed for certain: everything that was held goes back.
    WithdrawalBack = "withdrawal_back": Account::Payouts => Account::Wallet(_),
    /// A payout succeeded after its money had gone back.
    LatePayout = "late_payout": Account::Suspense => Account::Mpesa,
    /// What a late payout took from suspense is made good: by its player, or by the house.
    LatePayoutClosed = "late_payout_closed": Account::Wallet(_) | Account::House => Account::Suspense,
    /// Excise duty on what came into a wallet by M-Pesa.
    Excise = "excise": Account::Wallet(_) => Account::Excise,
    /// M-Pesa gave a parked payment back to its payer.
    ParkedBack = "parked_back": Account::Suspense => Account::Mpesa,
    /// M-Pesa took a credited payment back; the house pays what the wallet does not hold any more.
    DepositBack = "deposit_back": Account::Wallet(_) | Account::House => Account::Mpesa,
    /// M-Pesa took a payout back: the money is here again.
    PayoutBack = "payout_back": Account::Mpesa => Account::Wallet(_),
    /// An operator gave a player money of the house.
    Adjustment = "adjustment": Account::House | Account::Promo => Account::Wallet(_),
    /// An operator took money from a player that was not theirs.
    AdjustmentDown = "adjustment_down": Account::Wallet(_) => Account::House,
    /// M-Pesa holds less than the books say: charges, and what nothing else explains.
    CashShort = "cash_short": Account::House => Account::Mpesa,
    /// M-Pesa holds more than the books say.
    CashOver = "cash_over": Account::Mpesa => Account::House,
}

impl FromStr for Reason {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.name() == text)
            .ok_or(Unknown)
    }
}

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Where the money leaves.
    pub from: Account,
    /// Where it arrives.
    pub to: Account,
    /// How much: always more than nothing.
    pub amount: Cents,
    /// Why.
    pub reason: Reason,
    /// The one event that this transfer books; unique for ever.
    pub cause: String,
}

impl Transfer {
    /// A transfer, or `None` where there is nothing to move.
    ///
    /// # Panics
    /// When the reason does not run between the accounts, or the amount is negative: only a bug can
    /// bring that about, and it must not be booked.
    #[must_use]
    pub fn new(
        reason: Reason,
        from: Account,
        to: Account,
        amount: Cents,
        cause: String,
    ) -> Option<Self> {
        assert!(
            reason.runs_between(from, to),
            "{reason:?} does not run from {from} to {to}"
        );
        assert!(amount >= Cents::ZERO, "{reason:?} of a negative amount");
        amount.is_positive().then_some(Self {
            from,
            to,
            amount,
            reason,
            cause,
        })
    }
}

/// The transfer of a stake; its cause is the entry.
#[must_use]
pub fn stake(player: PlayerId, entry: EntryId, amount: Cents) -> Option<Transfer> {
    let cause = format!("stake:{entry}");
    Transfer::new(
        Reason::Stake,
        Account::Wallet(player),
        Account::Stakes,
        amount,
        cause,
    )
}

/// The transfer of a payment that came in for a player. The cause is the M-Pesa receipt, whichever
/// channel told of it: one payment, one credit.
#[must_use]
pub fn deposit(player: PlayerId, receipt: &str, amount: Cents) -> Option<Transfer> {
    let cause = format!("receipt:{receipt}");
    Transfer::new(
        Reason::Deposit,
        Account::Mpesa,
        Account::Wallet(player),
        amount,
        cause,
    )
}

/// The transfer of a payment that came in and matched nothing; same cause as [`deposit`].
#[must_use]
pub fn park(receipt: &str, amount: Cents) -> Option<Transfer> {
    let cause = format!("receipt:{receipt}");
    Transfer::new(
        Reason::Park,
        Account::Mpesa,
        Account::Suspense,
        amount,
        cause,
    )
}

/// The transfer of what a payment brought above what was asked for.
#[must_use]
pub fn park_excess(receipt: &str, amount: Cents) -> Option<Transfer> {
    let cause = format!("excess:{receipt}");
    Transfer::new(
        Reason::Park,
        Account::Mpesa,
        Account::Suspense,
        amount,
        cause,
    )
}

/// The transfer that gives a parked payment to a player; its cause is the parked payment.
#[must_use]
pub fn assign(player: PlayerId, parked: ParkedId, amount: Cents) -> Option<Transfer> {
    Transfer::new(
        Reason::Assign,
        Account::Suspense,
        Account::Wallet(player),
        amount,
        format!("assign:{parked}"),
    )
}

/// The transfer of excise duty on what the transfer `credited` brought into a wallet: `bps` basis
/// points, rounded down to the cent. Its cause is that of `credited` behind `excise:`, so that
/// money that comes in once is taxed once. `None` where there is nothing to pay.
#[must_use]
pub fn excise(credited: &Transfer, bps: u32) -> Option<Transfer> {
    let duty = credited.amount.basis_points(bps)?;
    let cause = format!("excise:{}", credited.cause);
    Transfer::new(Reason::Excise, credited.to, Account::Excise, duty, cause)
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::time::Timestamp;

    #[test]
    fn names_survive_text() {
        let player = PlayerId::new(Timestamp::from_ms(1_000), &mut StdRng::seed_from_u64(1));
        for account in SYSTEM_ACCOUNTS
            .iter()
            .map(|(account, _)| *account)
            .chain([Account::Wallet(player)])
        {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        for reason in Reason::ALL {
            assert_eq!(reason.name().parse(), Ok(*reason));
        }
        assert_eq!("wallet:".parse::<Account>(), Err(Unknown));
    }

    #[test]
    #[should_panic(expected = "does not run")]
    fn money_cannot_move_between_the_wrong_accounts() {
        let _ = Transfer::new(
            Reason::Fee,
            Account::Mpesa,
            Account::House,
            Cents::new(1),
            "x".into(),
        );
    }
}
