//! Delivery reports: how an SMS got to its phone, or not.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fault::FaultPoint;
use crate::number::Number;
use crate::outgoing::{CALLBACK_TIMEOUT, Call, form_body};
use crate::pending::Job;
use crate::phone::Away;
use crate::world::World;

/// How far an SMS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub enum DeliveryStatus {
    /// On its way: passed on to the network.
    Sent,
    /// On its way: taken by the network.
    Submitted,
    /// On its way: waits for the phone.
    Buffered,
    /// On the phone.
    Success,
    /// Not delivered: turned away.
    Rejected,
    /// Not delivered.
    Failed,
    /// The phone is off or out of reach.
    AbsentSubscriber,
    /// Not delivered: thrown away by the network.
    Expired,
}

impl DeliveryStatus {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "Sent",
            Self::Submitted => "Submitted",
            Self::Buffered => "Buffered",
            Self::Success => "Success",
            Self::Rejected => "Rejected",
            Self::Failed => "Failed",
            Self::AbsentSubscriber => "AbsentSubscriber",
            Self::Expired => "Expired",
        }
    }

    /// Whether the network tells why: only these two carry `failureReason`.
    #[must_use]
    pub fn has_reason(self) -> bool {
        matches!(self, Self::Rejected | Self::Failed)
    }
}

/// Reports about one SMS that are to be told, one after the other.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Report {
    number: Number,
    id: String,
    steps: Vec<DeliveryStatus>,
    reason: Option<String>,
}

/// Tells the service that a message reached its phone.
pub(crate) fn report_delivery(world: &Arc<World>, number: Number, id: String) {
    report(world, number, id, vec![DeliveryStatus::Success], None);
}

/// Tells the service of a message that was just accepted, as far as it got.
pub(super) fn report_acceptance(
    world: &Arc<World>,
    number: Number,
    id: String,
    is_delivered: bool,
) {
    let mut steps = Vec::new();
    if world.config.sms.reports_every_step {
        steps.extend([DeliveryStatus::Sent, DeliveryStatus::Submitted]);
        if !is_delivered {
            steps.push(DeliveryStatus::Buffered);
        }
    }
    if is_delivered {
        steps.push(DeliveryStatus::Success);
    }
    report(world, number, id, steps, None);
}

/// A message that waits for its phone, and is thrown away when the network has tried for long enough.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Expiry {
    number: Number,
    id: String,
    at: DateTime<Utc>,
}

/// Lets a message wait for its phone, for as long as the network tries.
pub(super) fn expire(world: &Arc<World>, number: Number, id: String) {
    let validity = TimeDelta::from_std(world.config.sms.validity).unwrap_or(TimeDelta::MAX);
    let at = world.clock.now().checked_add_signed(validity);
    let at = at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let expiry = Expiry { number, id, at };
    let job = Job::Expiry(expiry.clone());
    let life = expire_later(Arc::clone(world), expiry);
    world.spawn_patiently(world.until_done(job, life));
}

/// Throws the message away at its time, unless it has reached its phone, and tells the service.
pub(crate) async fn expire_later(world: Arc<World>, expiry: Expiry) {
    let left = expiry.at - world.clock.now();
    world.clock.sleep(left.to_std().unwrap_or_default()).await;
    let _step = world.step();
    let status = match world.phone(expiry.number).throw_away(&expiry.id) {
        Some(Away::Off) => DeliveryStatus::AbsentSubscriber,
        Some(Away::OutOfReach) => DeliveryStatus::Expired,
        None => return,
    };
    report(&world, expiry.number, expiry.id, vec![status], None);
}

/// Tells the service so, whatever the truth is.
pub(crate) fn report(
    world: &Arc<World>,
    number: Number,
    id: String,
    steps: Vec<DeliveryStatus>,
    reason: Option<String>,
) {
    if steps.is_empty() || world.urls().delivery.is_none() {
        return;
    }
    let report = Report {
        number,
        id,
        steps,
        reason,
    };
    let job = Job::Report(report.clone());
    world.spawn(world.until_done(job, report_later(Arc::clone(world), report)));
}

/// Tells the reports, each after the network's while, so that they come in their order.
pub(crate) async fn report_later(world: Arc<World>, report: Report) {
    for status in report.steps {
        world.clock.sleep(world.config.sms.delivery_delay).await;
        let Some(url) = world.urls().delivery else {
            return;
        };
        let phone = report.number.to_string();
        let network = world.phone(report.number).network();
        let reason = report.reason.as_deref().unwrap_or("DeliveryFailure");
        let fields = [
            ("phoneNumber", phone.as_str()),
            ("failureReason", reason),
            ("retryCount", "0"),
            ("id", report.id.as_str()),
            ("status", status.name()),
            ("networkCode", network.code()),
        ];
        let told = fields
            .into_iter()
            .filter(|(name, _)| *name != "failureReason" || status.has_reason());
        let call = Call {
            what: "delivery report",
            phone: Some(report.number),
            url,
            content_type: "application/x-www-form-urlencoded",
            user_agent: None,
            hop_metadata: None,
            body: form_body(told),
            timeout: CALLBACK_TIMEOUT,
        };
        world.send_callback(FaultPoint::DeliveryReport, &call).await;
    }
}
