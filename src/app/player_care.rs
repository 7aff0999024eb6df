//! Care for players, by the operator or by themselves: exclusions, blocks, identity checks, limits.
//! Each act is written down with who did it and why, and told to the player by SMS.

mod menu;
mod room;

pub(super) use self::menu::{NO_LIMIT, as_app};

use super::{App, AppError};
use crate::{
    core::{
        care::{
            self, DepositLimits, Limit, Limits, MAX_DAYS, Period, REACH, Standing, Status, Stretch,
        },
        ids::PlayerId,
        money::Cents,
        msisdn::Msisdn,
        operator::{Actor, By, Why},
        time::Timestamp,
    },
    store::{Contention, Player, StoreError, Tx, WaitingCheck},
};

/// How many players one transaction lets in again whose exclusion is over.
const LIFTED_AT_ONCE: i64 = 100;

/// How many of those who wait for a check are looked at.
const WAITING: i64 = 1_000;

/// The highest limit that can be set, in shillings.
const MAX_LIMIT: i64 = 10_000_000;

/// Something could not be done for a player.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// No player has that number.
    #[error("no player with this number")]
    NoPlayer,
    /// That is no number of days.
    #[error("an exclusion lasts from 1 to {MAX_DAYS} days")]
    Days,
    /// That is no limit.
    #[error("a limit is in whole shillings, from 0 to {MAX_LIMIT}")]
    Amount,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for CareError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for CareError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NoPlayer | Self::Days | Self::Amount => false,
        }
    }
}

/// How it stands with the care for a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// Whether they may play.
    pub status: Status,
    /// When their exclusion ends; a blocked player may be excluded besides.
    pub excluded_until: Option<Timestamp>,
    /// Their own limits, as they hold now and are to come.
    pub limits: Limits,
    /// When the identity was checked, and by whom.
    pub verified: Option<(Timestamp, String)>,
    /// Since when they wait for an identity check.
    pub verification_asked_at: Option<Timestamp>,
    /// Since when they have been playing without a long pause, and with what success.
    pub playing: Option<Stretch>,
}

/// What an act of care does to how a player stands.
#[derive(Clone, Copy)]
enum Act {
    Exclude(Timestamp),
    Block,
    Unblock,
    Verify,
}

impl Act {
    /// The word in the audit log.
    const fn name(self) -> &'static str {
        match self {
            Self::Exclude(_) => "exclude",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Verify => "verify",
        }
    }

    fn on(self, standing: Standing, now: Timestamp) -> Standing {
        match self {
            Self::Exclude(until) => standing.excluded(until, now),
            Self::Block => standing.blocked(now),
            Self::Unblock => standing.unblocked(now),
            Self::Verify => standing.verified(now),
        }
    }
}

/// A player acts about themselves, by this way.
pub(super) fn by_player(way: &'static str) -> Result<By, AppError> {
    by(Actor::player(), way)
}

fn by(actor: Actor, why: &str) -> Result<By, AppError> {
    let why = Why::new(why).map_err(|_| AppError::Unusable("no reason"))?;
    Ok(By { actor, why })
}

/// An instant as screens and SMS say it.
pub(super) fn shown_date(at: Timestamp) -> String {
    at.in_nairobi().format("%d/%m/%Y %H:%M").to_string()
}

/// The same within a few days.
fn shown_soon(at: Timestamp) -> String {
    at.in_nairobi().format("%d/%m %H:%M").to_string()
}

/// A limit, or the name under `[word]` of there being none.
fn shown_limit(limit: Option<Cents>) -> String {
    limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())
}

impl App {
    /// Shuts a player out of play, deposits and offers for `days` (1 to [`MAX_DAYS`]), by the operator
    /// or by own wish: from now on. One that is longer replaces a shorter one, never the other way.
    /// Gives when it ends. The player hears of it by SMS.
    ///
    /// # Errors
    /// When there is no such player, or so many days are none.
    pub async fn exclude(
        &self,
        msisdn: &Msisdn,
        days: u32,
        by: &By,
    ) -> Result<Timestamp, CareError> {
        let now = self.clock().now();
        let exclude = |mut tx: Tx| async move {
            let player = self.player_to_care_for(&mut tx, msisdn).await?;
            let until = self.exclude_in(&mut tx, &player, days, by, now).await?;
            Ok::<_, CareError>((tx, until))
        };
        self.store().transact(exclude).await
    }

    /// Blocks a player: no play, no deposits, no withdrawals, until somebody ends it.
    ///
    /// # Errors
    /// When there is no such player.
    pub async fn block(&self, msisdn: &Msisdn, by: &By) -> Result<(), CareError> {
        self.act_for(msisdn, Act::Block, by).await
    }

    /// Ends a block. An exclusion that lasts still does.
    ///
    /// # Errors
    /// When there is no such player.
    pub async fn unblock(&self, msisdn: &Msisdn, by: &By) -> Result<(), CareError> {
        self.act_for(msisdn, Act::Unblock, by).await
    }

    /// A player's identity was checked by hand.
    ///
    /// # Errors
    /// When there is no such player.
    pub async fn verify(&self, msisdn: &Msisdn, by: &By) -> Result<(), CareError> {
        self.act_for(msisdn, Act::Verify, by).await
    }

    /// Asks for limits of a player's deposits: what is lower holds at once, what is higher a day later.
    /// Gives what holds and what is to come.
    ///
    /// # Errors
    /// When there is no such player, or a limit is no amount.
    pub async fn set_deposit_limits(
        &self,
        msisdn: &Msisdn,
        limits: DepositLimits,
        by: &By,
    ) -> Result<Limits, CareError> {
        let now = self.clock().now();
        let set = |mut tx: Tx| async move {
            let player = self.player_to_care_for(&mut tx, msisdn).await?;
            for period in Period::ALL {
                let wanted = limits.of(period);
                self.limit_in(&mut tx, &player, period, wanted, by, now)
                    .await?;
            }
            let kept = tx.deposit_limits(player.id).await?.at(now);
            Ok::<_, CareError>((tx, kept))
        };
        self.store().transact(set).await
    }

    /// How it stands with the care for a player.
    ///
    /// # Errors
    /// When the database does not answer, or nobody has the id.
    pub async fn care_of(&self, player: PlayerId) -> Result<Care, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        self.care_in(&mut tx, player, now).await
    }

    pub(super) async fn care_in(
        &self,
        tx: &mut Tx,
        player: PlayerId,
        now: Timestamp,
    ) -> Result<Care, AppError> {
        let standing = tx.player_by_id(player).await?.standing(now);
        let checks = tx.checks(player).await?;
        let games = tx.played_since(player, now.before(REACH)).await?;
        Ok(Care {
            status: standing.status,
            excluded_until: standing.excluded_until,
            limits: tx.deposit_limits(player).await?.at(now),
            verified: checks.verified,
            verification_asked_at: checks.verification_asked_at,
            playing: care::stretch(&games, now),
        })
    }

    /// Who waits for an identity check, the longest first; at most a thousand of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verifications_waiting(&self) -> Result<Vec<WaitingCheck>, AppError> {
        let mut tx = self.store().read().await?;
        Ok(tx.waiting_checks(WAITING).await?)
    }

    /// Lets players in again whose exclusion is over; gives how many. They may play since then in any
    /// case: this only writes it down.
    pub(super) async fn lift_exclusions(&self) -> Result<u64, AppError> {
        let now = self.clock().now();
        let by = &by(Actor::service(), "the exclusion is over")?;
        let lift = |mut tx: Tx| async move {
            let players = tx.exclusions_over(now, LIFTED_AT_ONCE).await?;
            for id in &players {
                tx.serialise_player(*id).await?;
                let player = tx.player_by_id(*id).await?;
                tx.keep_standing(*id, player.standing(now)).await?;
                let subject = ("player", id.to_string());
                self.write_down(&mut tx, by, "lift", subject, "exclusion", now)
                    .await?;
            }
            Ok::<_, AppError>((tx, players.len() as u64))
        };
        self.store().transact(lift).await
    }

    /// The player of a number, for whom nobody else acts until the end of the transaction.
    async fn player_to_care_for(&self, tx: &mut Tx, msisdn: &Msisdn) -> Result<Player, CareError> {
        let id = tx.player(msisdn).await?.ok_or(CareError::NoPlayer)?.id;
        tx.serialise_player(id).await?;
        Ok(tx.player_by_id(id).await?)
    }

    async fn act_for(&self, msisdn: &Msisdn, act: Act, by: &By) -> Result<(), CareError> {
        let now = self.clock().now();
        let carry_out = |mut tx: Tx| async move {
            let player = self.player_to_care_for(&mut tx, msisdn).await?;
            self.carry_out_in(&mut tx, &player, act, by, now).await?;
            Ok::<_, CareError>((tx, ()))
        };
        self.store().transact(carry_out).await
    }

    /// Excludes a player whose turn it is in this transaction; gives until when.
    pub(super) async fn exclude_in(
        &self,
        tx: &mut Tx,
        player: &Player,
        days: u32,
        by: &By,
        now: Timestamp,
    ) -> Result<Timestamp, CareError> {
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(CareError::Days);
        }
        let act = Act::Exclude(care::end_of(days, now));
        let standing = self.carry_out_in(tx, player, act, by, now).await?;
        let without_end = || care::end_of(MAX_DAYS, now);
        Ok(standing.excluded_until.unwrap_or_else(without_end))
    }

    /// Carries an act out, writes it down and tells the player; gives how they stand then.
    async fn carry_out_in(
        &self,
        tx: &mut Tx,
        player: &Player,
        act: Act,
        by: &By,
        now: Timestamp,
    ) -> Result<Standing, AppError> {
        let id = player.id;
        let before = player.standing(now);
        let after = act.on(before, now);
        tx.keep_standing(id, after).await?;
        if let Act::Verify = act {
            tx.keep_verified(id, &by.actor, now).await?;
        }
        let detail = match (act, after.excluded_until) {
            (Act::Exclude(_), Some(until)) => format!("until {until}"),
            (Act::Exclude(_), None) => "without an end".to_owned(),
            (Act::Block | Act::Unblock | Act::Verify, _) => {
                format!(
                    "{} before, {} now",
                    before.status.name(),
                    after.status.name()
                )
            }
        };
        let subject = ("player", id.to_string());
        self.write_down(tx, by, act.name(), subject, &detail, now)
            .await?;
        let (actor, reason) = (by.actor.name(), by.why.text());
        tracing::info!(player = %player.msisdn, act = act.name(), detail, actor, reason, "player cared for");
        self.tell_act(tx, player, act, (before, after), now).await?;
        Ok(after)
    }

    /// The SMS of an act that changed something. One text a day about the same end of an exclusion.
    async fn tell_act(
        &self,
        tx: &mut Tx,
        player: &Player,
        act: Act,
        (before, after): (Standing, Standing),
        now: Timestamp,
    ) -> Result<(), AppError> {
        let id = player.id;
        let (kind, cause) = match (act, after.excluded_until) {
            (Act::Exclude(_), Some(until)) => {
                let day = until.in_nairobi().format("%Y-%m-%d");
                ("excluded", format!("excluded:{id}:{day}"))
            }
            (Act::Exclude(_), None) => return Ok(()),
            _ if before == after => return Ok(()),
            (Act::Block, _) => ("blocked", format!("blocked:{id}:{}", now.ms())),
            (Act::Unblock, _) => ("unblocked", format!("unblocked:{id}:{}", now.ms())),
            (Act::Verify, _) => ("verified", format!("verified:{id}:{}", now.ms())),
        };
        let until = after.excluded_until.map_or_else(String::new, shown_date);
        self.tell(tx, id, kind, cause, [("until", until)], now)
            .await
    }

    /// A limit of one period is asked for, by the player or the operator; gives it as it stands then.
    async fn limit_in(
        &self,
        tx: &mut Tx,
        player: &Player,
        period: Period,
        wanted: Option<Cents>,
        by: &By,
        now: Timestamp,
    ) -> Result<Limit, CareError> {
        let max = Cents::from_shillings(MAX_LIMIT).unwrap_or_default();
        let is_limit =
            |limit: Cents| limit >= Cents::ZERO && limit <= max && limit.get() % 100 == 0;
        if !wanted.is_none_or(is_limit) {
            return Err(CareError::Amount);
        }
        let before = tx.deposit_limits(player.id).await?.of(period).at(now);
        let after = before.asked(wanted, now);
        if before == after {
            return Ok(after);
        }
        tx.keep_deposit_limit(player.id, period, after).await?;
        let coming = after.coming.map_or_else(String::new, |coming| {
            format!(", from {} {}", coming.from, shown_limit(coming.to))
        });
        let detail = format!("{}: {}{coming}", period.name(), shown_limit(after.in_force));
        let subject = ("player", player.id.to_string());
        self.write_down(tx, by, "limit", subject, &detail, now)
            .await?;
        tracing::info!(player = %player.msisdn, detail, "deposit limit");
        // Players see it on the screen.
        if by.actor != Actor::player() {
            let kind = if after.coming.is_some() {
                "limit_coming"
            } else {
                "limit_set"
            };
            let cause = format!("limit:{}:{}:{}", player.id, period.name(), now.ms());
            let values = limit_values(period, after);
            self.tell(tx, player.id, kind, cause, values, now).await?;
        }
        Ok(after)
    }
}

/// What texts say of a limit.
fn limit_values(period: Period, limit: Limit) -> [(&'static str, String); 4] {
    let coming = limit.coming;
    [
        ("period", period.name().to_owned()),
        ("cap", shown_limit(limit.in_force)),
        (
            "coming",
            coming.map_or_else(String::new, |c| shown_limit(c.to)),
        ),
        (
            "from",
            coming.map_or_else(String::new, |c| shown_soon(c.from)),
        ),
    ]
}
