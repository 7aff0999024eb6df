//! What administrators do for and to one player.

use axum::{
    extract::{FromRequestParts, Path, State},
    http::{header, request::Parts},
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
    store::Adjustment,
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

/// The player whom an act is about.
#[derive(Debug)]
pub(super) struct Of {
    id: PlayerId,
    msisdn: Msisdn,
}

impl FromRequestParts<Web> for Of {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Fault> {
        let path = Path::<String>::from_request_parts(parts, web).await;
        let Path(id) = path.map_err(|_| Fault::NotFound)?;
        let id: PlayerId = id.parse().map_err(|_| Fault::NotFound)?;
        let player = web.app.player_of(id).await?.ok_or(Fault::NotFound)?;
        // Nothing is done for or to somebody whose data were erased.
        if player.msisdn.is_erased() {
            return Err(Fault::NotFound);
        }
        Ok(Self {
            id,
            msisdn: player.msisdn,
        })
    }
}

/// `POST /admin/players/{id}/exclude`.
pub(super) async fn exclude(State(web): State<Web>, of: Of, act: Act<Days>) -> Response {
    let until = web.app.exclude(&of.msisdn, act.form.days, &act.by).await;
    act.answer(until.map(|until| format!("Excluded until {until}.")))
}

/// `POST /admin/players/{id}/block`.
pub(super) async fn block(State(web): State<Web>, of: Of, act: Act<Nothing>) -> Response {
    let done = web.app.block(&of.msisdn, &act.by).await;
    act.answer(done.map(|()| "Blocked."))
}

/// `POST /admin/players/{id}/unblock`.
pub(super) async fn unblock(State(web): State<Web>, of: Of, act: Act<Nothing>) -> Response {
    let done = web.app.unblock(&of.msisdn, &act.by).await;
    act.answer(done.map(|()| "The block has ended."))
}

/// `POST /admin/players/{id}/verify`.
pub(super) async fn verify(State(web): State<Web>, of: Of, act: Act<Nothing>) -> Response {
    let done = web.app.verify(&of.msisdn, &act.by).await;
    act.answer(done.map(|()| "The identity is checked."))
}

/// `POST /admin/players/{id}/limits`.
pub(super) async fn limits(State(web): State<Web>, of: Of, act: Act<LimitFields>) -> Response {
    let read = |text: &str| match text.trim() {
        "" => Ok(None),
        text => Cents::parse_display(text).map(Some).ok_or(()),
    };
    let (Ok(daily), Ok(weekly)) = (read(&act.form.daily), read(&act.form.weekly)) else {
        return act.refused("a limit is an amount in shillings, or empty");
    };
    let limits = DepositLimits { daily, weekly };
    let set = web
        .app
        .set_deposit_limits(&of.msisdn, limits, &act.by)
        .await;
    act.answer(set.map(|_| "The limits are set; what is higher than before holds in a day."))
}

/// `POST /admin/players/{id}/export`: a file with all that is kept of the player.
pub(super) async fn export(State(web): State<Web>, of: Of, act: Act<Nothing>) -> Response {
    let export = match web.app.export_player(&of.msisdn, &act.by).await {
        Ok(Some(export)) => export,
        Ok(None) => return Fault::NotFound.into_response(),
        Err(error) => return act.failed(error),
    };
    let Ok(text) = serde_json::to_vec_pretty(&export) else {
        return Fault::Broken.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        // By the id: names of files are seen by more people than what is in them.
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"player-{}.json\"", of.id),
        ),
    ];
    (headers, text).into_response()
}

/// `POST /admin/players/{id}/erase`.
pub(super) async fn erase(State(web): State<Web>, of: Of, act: Act<Nothing>) -> Response {
    let erased = web.app.erase_player(&of.msisdn, &act.by).await;
    act.answer(erased.map(|erased| {
        format!(
            "Erased, with {} SMS, {} hops and {} callbacks. The books stay.",
            erased.sms.saturating_add(erased.inbound),
            erased.hops,
            erased.callbacks
        )
    }))
}

/// `POST /admin/players/{id}/adjust`.
pub(super) async fn adjust(State(web): State<Web>, of: Of, act: Act<CorrectionFields>) -> Response {
    correct(&web, Some(of.msisdn), &act).await
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
    let made = web.app.adjust(&correction, &act.by).await;
    act.answer(made.map(|made| became(&made)))
}

/// What became of a correction.
pub(super) fn became(made: &Adjustment) -> String {
    match made.state {
        Stands::Booked => format!("Booked: KES {}.", made.amount),
        Stands::Proposed => format!(
            "Proposed: KES {} is above the limit, so somebody else has to approve it.",
            made.amount
        ),
        Stands::Rejected => "It was rejected before.".to_owned(),
    }
}
