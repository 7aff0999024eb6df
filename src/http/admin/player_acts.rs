//! What administrators do for and to one player.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Fault, form::Act};
use crate::{
    app::Correction,
    core::{
        adjustment::{Kind, State as Stands},
        care::DepositLimits,
        ids::PlayerId,
        money::Cents,
        msisdn::Msisdn,
    },
    http::Web,
};

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
pub(super) struct Days {
    days: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct LimitFields {
    #[serde(default)]
    daily: String,
    #[serde(default)]
    weekly: String,
}

/// A correction of the books.
#[derive(Debug, Deserialize)]
pub(super) struct CorrectionFields {
    id: String,
    kind: String,
    amount: String,
}

impl CorrectionFields {
    /// The correction; `None` where the form was filled in with something else.
    pub(super) fn read(&self, msisdn: Option<Msisdn>) -> Option<Correction> {
        Some(Correction {
            id: self.id.parse().ok()?,
            kind: Kind::named(&self.kind)?,
            msisdn,
            amount: Cents::parse_display(self.amount.trim())?,
        })
    }
}

async fn number(web: &Web, id: &str) -> Result<Msisdn, Response> {
    let id: PlayerId = id.parse().map_err(|_| Fault::NotFound.into_response())?;
    let player = web.app.player_of(id).await;
    let player = player.map_err(|error| Fault::from(error).into_response())?;
    let player = player.ok_or_else(|| Fault::NotFound.into_response())?;
    Ok(player.msisdn)
}

/// `POST /admin/players/{id}/exclude`.
pub(super) async fn exclude(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Days>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    match web.app.exclude(&number, act.form.days, &act.by).await {
        Ok(until) => act.done(format!("Excluded until {until}.")),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/players/{id}/block`.
pub(super) async fn block(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    match web.app.block(&number, &act.by).await {
        Ok(()) => act.done("Blocked."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/players/{id}/unblock`.
pub(super) async fn unblock(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    match web.app.unblock(&number, &act.by).await {
        Ok(()) => act.done("The block has ended."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/players/{id}/verify`.
pub(super) async fn verify(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    match web.app.verify(&number, &act.by).await {
        Ok(()) => act.done("The identity is checked."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/players/{id}/limits`.
pub(super) async fn limits(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<LimitFields>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    let read = |text: &str| match text.trim() {
        "" => Ok(None),
        text => Cents::parse_display(text).map(Some).ok_or(()),
    };
    let (Ok(daily), Ok(weekly)) = (read(&act.form.daily), read(&act.form.weekly)) else {
        return act.refused("a limit is an amount in shillings, or empty");
    };
    let limits = DepositLimits { daily, weekly };
    match web.app.set_deposit_limits(&number, limits, &act.by).await {
        Ok(_) => act.done("The limits are set; what is higher than before holds in a day."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/players/{id}/adjust`.
pub(super) async fn adjust(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<CorrectionFields>,
) -> Response {
    let number = match number(&web, &id).await {
        Ok(number) => number,
        Err(answer) => return answer,
    };
    correct(&web, Some(number), &act).await
}

/// Makes a correction of a form, and says what became of it.
pub(super) async fn correct(
    web: &Web,
    msisdn: Option<Msisdn>,
    act: &Act<CorrectionFields>,
) -> Response {
    let Some(correction) = act.form.read(msisdn) else {
        return act.refused("an amount in shillings is needed, such as 250 or 250.50");
    };
    match web.app.adjust(&correction, &act.by).await {
        Ok(made) => act.done(match made.state {
            Stands::Booked => format!("Booked: KES {}.", made.amount),
            Stands::Proposed => format!(
                "Proposed: KES {} is above the limit, so somebody else has to approve it.",
                made.amount
            ),
            Stands::Rejected => "It was rejected before.".to_owned(),
        }),
        Err(error) => act.refused(error),
    }
}
