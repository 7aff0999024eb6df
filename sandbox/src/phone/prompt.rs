//! The M-Pesa prompt of the SIM: shows an amount and asks for the PIN.
//!
//! The phone only shows it and passes the answer on; what the answer means is decided by M-Pesa.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::{Inner, Owner, Phone, PhoneError, PhoneState};
use crate::mpesa::StkResult;

/// A prompt as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PinPrompt {
    /// What is to be paid, in cents.
    pub amount_cents: i64,
    /// Who asks for it.
    pub business: String,
    /// The paybill.
    pub shortcode: String,
    /// The account reference of the request.
    pub reference: String,
    /// M-Pesa's id of the push.
    pub checkout_request_id: String,
    /// When the prompt goes away by itself.
    pub expires_at: DateTime<Utc>,
}

/// What the person did with the prompt, and where to tell what came of it.
pub(crate) struct Answer {
    pub(crate) choice: Choice,
    pub(crate) done: oneshot::Sender<StkResult>,
}

/// What the person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    Pin(String),
    Cancel,
}

/// A prompt on the phone, and the way back to M-Pesa.
pub(super) struct OpenPrompt {
    pub(super) shown: PinPrompt,
    answer: oneshot::Sender<Answer>,
}

/// What came of the attempt to show a prompt.
pub(crate) enum Placing {
    /// It is shown; the answer comes here. A closed channel means that the phone went away.
    Shown(oneshot::Receiver<Answer>),
    /// A session or another prompt has the screen.
    Occupied,
    /// The phone is off or out of reach.
    Unreachable,
}

impl PhoneState {
    /// Shows a prompt if the screen is free.
    pub(crate) fn place_prompt(&self, prompt: &PinPrompt) -> Placing {
        // Looked at first without a change, so that waiting for a free screen wakes nobody.
        if let Some(refused) = self.read(Inner::refuses_prompt) {
            return refused;
        }
        self.change(|inner| {
            inner.refuses_prompt().unwrap_or_else(|| {
                let (answer, answered) = oneshot::channel();
                inner.prompt = Some(OpenPrompt {
                    shown: prompt.clone(),
                    answer,
                });
                Placing::Shown(answered)
            })
        })
    }

    /// Whether a prompt would be shown now.
    pub(crate) fn can_show_prompt(&self) -> bool {
        self.read(Inner::refuses_prompt).is_none()
    }

    /// Takes a prompt away that was not answered in time.
    pub(crate) fn withdraw_prompt(&self, checkout_request_id: &str) {
        self.change(|inner| {
            inner
                .prompt
                .take_if(|prompt| prompt.shown.checkout_request_id == checkout_request_id);
        });
    }

    /// Whether a bot holds the phone.
    pub(crate) fn is_bot(&self) -> bool {
        self.read(|inner| inner.owner == Owner::Bot)
    }
}

impl Inner {
    fn refuses_prompt(&self) -> Option<Placing> {
        if !self.is_reachable() {
            Some(Placing::Unreachable)
        } else if self.session.is_some() || self.prompt.is_some() {
            Some(Placing::Occupied)
        } else {
            None
        }
    }
}

impl Phone {
    /// The prompt on the screen.
    #[must_use]
    pub fn prompt(&self) -> Option<PinPrompt> {
        self.state
            .read(|inner| inner.prompt.as_ref().map(|prompt| prompt.shown.clone()))
    }

    /// Waits until a prompt is shown.
    pub async fn wait_for_prompt(&self, timeout: Duration) -> Result<PinPrompt, PhoneError> {
        self.state
            .wait_for(timeout, |inner| {
                inner.prompt.as_ref().map(|prompt| prompt.shown.clone())
            })
            .await
    }

    /// Enters a PIN. Returns what M-Pesa made of it, after the money moved and before the service is
    /// told.
    pub async fn enter_pin(&self, pin: &str) -> Result<StkResult, PhoneError> {
        self.answer_prompt(Choice::Pin(pin.to_owned())).await
    }

    /// Cancels the prompt.
    pub async fn cancel_prompt(&self) -> Result<StkResult, PhoneError> {
        self.answer_prompt(Choice::Cancel).await
    }

    async fn answer_prompt(&self, choice: Choice) -> Result<StkResult, PhoneError> {
        let prompt = self
            .state
            .change(|inner| inner.prompt.take())
            .ok_or(PhoneError::NoPrompt)?;
        let (done, result) = oneshot::channel();
        // A closed channel: the prompt expired in this very moment.
        prompt
            .answer
            .send(Answer { choice, done })
            .map_err(|_| PhoneError::NoPrompt)?;
        result.await.map_err(|_| PhoneError::NoPrompt)
    }
}
