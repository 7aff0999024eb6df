//! The house at a glance: the figures of a day, how things stand, what needs somebody.

use std::time::Duration;

use super::{App, AppError, MpesaDrift, Payouts};
use crate::{
    core::{
        circuit::Calls,
        money::Cents,
        time::Timestamp,
        today::{Day, Moved, percentile},
    },
    store::{BalanceReport, Gate, Standing, StatusCount, Troubles},
};

/// For how long what went wrong is shown.
const TROUBLES_OF: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The figures of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFigures {
    /// Which.
    pub day: Day,
    /// What moved, by hour and reason.
    pub moved: Vec<Moved>,
    /// Players who registered.
    pub registered: i64,
    /// Matches that were settled and looked at for the two figures below.
    pub matches: usize,
    /// How long half of the players waited for their opponent at most, in ms.
    pub paired_median_ms: Option<i64>,
    /// How long nine in ten of them waited at most, in ms.
    pub paired_p90_ms: Option<i64>,
}

/// How the house stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseNow {
    /// When that is.
    pub at: Timestamp,
    /// What is open.
    pub standing: Standing,
    /// What went wrong in the last seven days.
    pub troubles: Troubles,
    /// USSD sessions that ended since midnight.
    pub sessions: Vec<StatusCount>,
    /// The last report of what M-Pesa holds.
    pub balance: Option<BalanceReport>,
    /// What the ledger says that M-Pesa holds: that of the report, and what moved since.
    pub float: Option<Cents>,
    /// Whether M-Pesa and the ledger agree.
    pub drift: MpesaDrift,
    /// Whether payouts go out.
    pub payouts: Payouts,
    /// Until when SMS pause, and why.
    pub sms_pause: Option<(Timestamp, String)>,
    /// Until when payouts pause, and why.
    pub payout_pause: Option<(Timestamp, String)>,
    /// Calls to Daraja, and whether they are stopped.
    pub circuits: Vec<(Calls, bool)>,
}

impl App {
    /// The figures of a day, from one snapshot.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn day_figures(&self, day: Day) -> Result<DayFigures, AppError> {
        let mut tx = self.store().read().await?;
        let waits = tx.paired_within_ms(day).await?;
        Ok(DayFigures {
            day,
            moved: tx.moved_by_hour(day).await?,
            registered: tx.registered_in(day).await?,
            matches: waits.len(),
            paired_median_ms: percentile(&waits, 50),
            paired_p90_ms: percentile(&waits, 90),
        })
    }

    /// How the house stands, from one snapshot.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn house_now(&self) -> Result<HouseNow, AppError> {
        let (drift, _) = self.mpesa_drift().await?;
        let payouts = self.payouts().await?;
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        let balance = tx.last_balance_judged().await?;
        let mut float = None;
        if let Some(judged) = balance.as_ref().and_then(|report| report.judged) {
            let (came_in, went_out) = tx.moved_at_mpesa(judged.at).await?;
            let moved = came_in.minus(went_out);
            float = moved.and_then(|moved| judged.ledger.plus(moved));
        }
        let circuits = tx.circuits().await?.into_iter();
        Ok(HouseNow {
            at: now,
            standing: tx.standing().await?,
            troubles: tx.troubles_since(now.before(TROUBLES_OF)).await?,
            sessions: tx.sessions_by_status(now.start_of_day()).await?,
            balance,
            float,
            drift,
            payouts,
            sms_pause: tx.gate_shut(Gate::Sms, now).await?,
            payout_pause: tx.gate_shut(Gate::Payouts, now).await?,
            circuits: circuits
                .map(|(calls, circuit)| (calls, circuit.is_open()))
                .collect(),
        })
    }
}
