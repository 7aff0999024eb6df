//! Money that came in, whichever channel told of it: credited to a deposit, or parked for the operator.

use super::{App, AppError};
use crate::{
    core::{
        fair::payer::Payer,
        ids::{ParkedId, PlayerId},
        ledger,
        money::Cents,
        msisdn::Msisdn,
        payment::{deposit as rules, paybill::shown},
        time::Timestamp,
    },
    store::{Booked, Deposit, Parked, Player, Tx},
};

/// A payment as it is booked: with a receipt and an amount.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) receipt: &'a str,
    pub(super) amount: Cents,
    /// The payer's number, where it is known in full; only an SMS goes there.
    pub(super) payer: Option<&'a Msisdn>,
    /// Who paid, as far as it is told; `None`: the phone of the player, where it was asked.
    pub(super) paid_by: Option<&'a Payer>,
}

/// Why a payment is parked.
#[derive(Clone, Copy)]
pub(super) struct Parking<'a> {
    /// For the log, too.
    pub(super) why: &'a str,
    /// What the payer typed; for the operator's eyes only.
    pub(super) account: Option<&'a str>,
}

impl Parking<'_> {
    pub(super) fn reason(&self) -> String {
        match self.account {
            Some(account) => format!("{} \"{}\"", self.why, shown(account)),
            None => self.why.to_owned(),
        }
    }
}

/// What becomes of a payment to somebody whose data were erased: an operator finds out whose it is now.
pub(super) const GONE: Parking<'static> = Parking {
    why: "for a player whose data were erased",
    account: None,
};

impl App {
    /// The player of an id, unless their data were erased; neither changes until the end of the
    /// transaction.
    pub(super) async fn still_there(
        &self,
        tx: &mut Tx,
        player: PlayerId,
    ) -> Result<Option<Player>, AppError> {
        tx.serialise_player(player).await?;
        let player = tx.player_by_id(player).await?;
        Ok((!player.msisdn.is_erased()).then_some(player))
    }

    /// Credits a deposit with a payment, whichever channel told of it.
    pub(super) async fn credit(
        &self,
        tx: &mut Tx,
        deposit: &Deposit,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let (receipt, stated) = (told.receipt, told.amount);
        let Some(player) = self.still_there(tx, deposit.player).await? else {
            return self.park(tx, told, GONE, now).await;
        };
        let bps = self.settings().wallet.excise_bps;
        let credit = rules::credit(deposit.player, receipt, deposit.requested, stated, bps);
        // The receipt first: where it was booked before, nothing of this payment is.
        let (main, others) = credit.transfers.split_at(credit.transfers.len().min(1));
        if tx.book(main, now).await? == Booked::Before {
            tracing::error!(deposit = %deposit.id, receipt, "receipt was booked before");
            tx.flag_deposit(deposit.id, now).await?;
            return Ok("receipt booked before".into());
        }
        tx.book(others, now).await?;
        tx.pay_deposit(deposit.id, receipt, credit.credited, credit.is_flagged, now)
            .await?;
        if credit.excess.is_positive() {
            let parked = Parked {
                id: ParkedId::new(now, &mut self.inner.random.rng()),
                receipt: receipt.into(),
                amount: credit.excess,
                reason: format!("paid above deposit {}", deposit.id),
            };
            tx.park(&parked, &format!("excess:{receipt}"), now).await?;
            tracing::warn!(deposit = %deposit.id, receipt, "paid more than asked for; the excess is parked");
        }
        self.keep_payer(tx, deposit.id, &player, told.paid_by, now)
            .await?;
        let values = paid_values(credit.credited, receipt, credit.excise);
        let cause = format!("deposit_paid:{}", deposit.id);
        self.tell(tx, deposit.player, "deposit_paid", cause, values, now)
            .await?;
        tracing::info!(deposit = %deposit.id, receipt, amount_cents = credit.credited.get(), "deposit paid");
        Ok("credited".into())
    }

    /// Keeps a payment that nobody can be credited with in `suspense`, for the operator. The payer
    /// hears of it where their number is known.
    pub(super) async fn park(
        &self,
        tx: &mut Tx,
        told: Told<'_>,
        parking: Parking<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let (receipt, why) = (told.receipt, parking.why);
        let Some(transfer) = ledger::park(receipt, told.amount) else {
            return Ok("no amount".into());
        };
        if tx.book(std::slice::from_ref(&transfer), now).await? == Booked::Before {
            return Ok("receipt booked before".into());
        }
        let parked = Parked {
            id: ParkedId::new(now, &mut self.inner.random.rng()),
            receipt: receipt.into(),
            amount: told.amount,
            reason: parking.reason(),
        };
        tx.park(&parked, &transfer.cause, now).await?;
        if let Some(payer) = told.payer {
            let values = [
                ("amount", told.amount.to_string()),
                ("receipt", receipt.to_owned()),
            ];
            let cause = format!("payment_parked:{receipt}");
            self.tell_number(tx, payer, "payment_parked", cause, values, now)
                .await?;
        }
        tracing::error!(parked = %parked.id, receipt, why, "payment parked in suspense");
        Ok(format!("parked: {why}"))
    }
}

/// What an SMS about money that came in tells.
pub(super) fn paid_values(
    amount: Cents,
    receipt: &str,
    duty: Cents,
) -> [(&'static str, String); 4] {
    let [word, excise] = duty_values(duty);
    let amount = ("amount", amount.to_string());
    [amount, ("receipt", receipt.to_owned()), word, excise]
}

/// The words about excise duty; none where there is none.
pub(super) fn duty_values(duty: Cents) -> [(&'static str, String); 2] {
    let (word, amount) = if duty.is_positive() {
        ("duty", duty.to_string())
    } else {
        ("", String::new())
    };
    [("duty", word.to_owned()), ("excise", amount)]
}
