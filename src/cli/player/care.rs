//! `player exclude`, `block`, `unblock`, `verify`, `limit` and `waiting`.

use clap::Args;
use serde_json::json;

use crate::{
    app::{Care, CareError},
    cli::{Failed, by_command, open, open_to_look, say},
    config::Config,
    core::{
        care::{Coming, DepositLimits, Limit, Limits, Period},
        money::Cents,
        msisdn::Msisdn,
    },
};

/// Whom something is done to, and why.
#[derive(Debug, Args)]
pub(crate) struct Whom {
    /// The player's number
    msisdn: String,
    /// Why; kept in the audit log
    #[arg(long)]
    reason: String,
}

impl From<CareError> for Failed {
    fn from(error: CareError) -> Self {
        match error {
            CareError::App(error) => error.into(),
            error @ (CareError::NoPlayer | CareError::Days | CareError::Amount) => {
                Self::Finding(error.to_string())
            }
        }
    }
}

fn number(msisdn: &str) -> Result<Msisdn, Failed> {
    Msisdn::parse(msisdn).map_err(|_| Failed::Finding("not a Kenyan mobile number".into()))
}

pub(super) async fn exclude(config: &Config, whom: &Whom, days: u32) -> Result<(), Failed> {
    let (by, number) = (by_command(&whom.reason)?, number(&whom.msisdn)?);
    let until = open(config).await?.exclude(&number, days, &by).await?;
    say(&format!("{number} is out of play until {until}"));
    Ok(())
}

pub(super) async fn block(config: &Config, whom: &Whom) -> Result<(), Failed> {
    let (by, number) = (by_command(&whom.reason)?, number(&whom.msisdn)?);
    open(config).await?.block(&number, &by).await?;
    say(&format!("{number} is blocked"));
    Ok(())
}

pub(super) async fn unblock(config: &Config, whom: &Whom) -> Result<(), Failed> {
    let (by, number) = (by_command(&whom.reason)?, number(&whom.msisdn)?);
    open(config).await?.unblock(&number, &by).await?;
    say(&format!("{number} is not blocked"));
    Ok(())
}

pub(super) async fn verify(config: &Config, whom: &Whom) -> Result<(), Failed> {
    let (by, number) = (by_command(&whom.reason)?, number(&whom.msisdn)?);
    open(config).await?.verify(&number, &by).await?;
    say(&format!("the identity of {number} is checked"));
    Ok(())
}

/// Sets the limits that are named; the other one stays as it is.
pub(super) async fn limit(
    config: &Config,
    whom: &Whom,
    (daily, weekly): (Option<i64>, Option<i64>),
) -> Result<(), Failed> {
    let (by, number) = (by_command(&whom.reason)?, number(&whom.msisdn)?);
    let app = open(config).await?;
    let report = app.player_report(&number).await?;
    let care = report.ok_or(CareError::NoPlayer)?.care;
    let wanted = |named: Option<i64>, present: Limit| match named {
        Some(shillings) => {
            let limit = Cents::from_shillings(shillings).filter(|limit| *limit > Cents::ZERO);
            limit.map(Some).ok_or(CareError::Amount)
        }
        None => Ok(present.coming.map_or(present.in_force, |coming| coming.to)),
    };
    let limits = DepositLimits {
        daily: wanted(daily, care.limits.daily)?,
        weekly: wanted(weekly, care.limits.weekly)?,
    };
    let kept = app.set_deposit_limits(&number, limits, &by).await?;
    for line in limit_lines(&kept) {
        say(&line);
    }
    Ok(())
}

pub(super) async fn waiting(config: &Config, as_json: bool) -> Result<(), Failed> {
    let waiting = open_to_look(config).await?;
    let waiting = waiting.verifications_waiting().await?;
    if as_json {
        let rows = waiting.iter().map(
            |row| json!({ "msisdn": row.player.msisdn.e164(), "asked_at_ms": row.asked_at.ms() }),
        );
        say(&json!(rows.collect::<Vec<_>>()).to_string());
        return Ok(());
    }
    for row in &waiting {
        say(&format!(
            "{}  since {}",
            row.player.msisdn.e164(),
            row.asked_at
        ));
    }
    say(&format!("{} waiting", waiting.len()));
    Ok(())
}

/// Limits as JSON: `{"day": {...}, "week": {...}}`, null where there is none.
pub(super) fn limits_json(limits: &Limits) -> serde_json::Value {
    let one = |limit: Limit| {
        let coming = limit.coming.map(|Coming { to, from }| {
            json!({ "limit_cents": to.map(Cents::get), "from_ms": from.ms() })
        });
        json!({ "limit_cents": limit.in_force.map(Cents::get), "coming": coming })
    };
    json!({ "day": one(limits.daily), "week": one(limits.weekly) })
}

fn limit_lines(limits: &Limits) -> Vec<String> {
    let shown = |limit: Option<Cents>| limit.map_or("none".into(), |limit| format!("KES {limit}"));
    let line = |period: Period| {
        let limit = limits.of(period);
        let coming = limit.coming.map_or_else(String::new, |coming| {
            format!(", from {} {}", coming.from, shown(coming.to))
        });
        let name = period.name();
        format!(
            "limit    deposits in a {name}: {}{coming}",
            shown(limit.in_force)
        )
    };
    let all = Period::ALL.into_iter();
    all.filter(|period| limits.of(*period) != Limit::default())
        .map(line)
        .collect()
}

/// What `player show` says of a player's care.
pub(super) fn lines(care: &Care) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(until) = care.excluded_until {
        lines.push(format!("excluded until {until}"));
    }
    if let Some((at, by)) = &care.verified {
        lines.push(format!("verified {at} by {by}"));
    }
    if let Some(at) = care.verification_asked_at {
        lines.push(format!("waits for an identity check since {at}"));
    }
    lines.extend(limit_lines(&care.limits));
    if let Some(playing) = &care.playing {
        let (since, games, net) = (playing.since, playing.games, playing.net);
        lines.push(format!(
            "playing  since {since}: {games} games, KES {net} net"
        ));
    }
    lines
}
