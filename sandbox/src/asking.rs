//! Calls to the service whose answer is waited for: a hop by a person, a validation by M-Pesa.
//!
//! What a fault makes late or doubles reaches the service all the same, also when nobody waits any
//! more.

use std::sync::Arc;

use crate::fault::Fault;
use crate::outgoing::{Call, RawReply, SendError};
use crate::world::World;

impl World {
    /// Sends a call as the fault leaves it, and gives the answer that the caller sees.
    pub(crate) async fn ask_spoilt(
        self: &Arc<Self>,
        fault: Option<Fault>,
        mut call: Call,
    ) -> Result<RawReply, SendError> {
        let noted = fault.as_ref();
        match &fault {
            Some(Fault::Lost) => {
                self.record_lost(&call);
                Err(SendError::Lost)
            }
            Some(Fault::Twice) => {
                let first = self.send_noting(&call, noted);
                let second = self.send_noting(&call, noted);
                tokio::join!(first, second).0
            }
            Some(Fault::Again(delay)) => {
                let answer = self.send_noting(&call, noted).await;
                let (shared, delay) = (Arc::clone(self), *delay);
                self.spawn(async move {
                    shared.clock.sleep(delay).await;
                    shared.send_noting(&call, Some(&Fault::Again(delay))).await
                });
                answer
            }
            Some(Fault::Late(delay)) if *delay >= call.timeout => {
                // It reaches the service when all is decided.
                let (shared, late, delay) = (Arc::clone(self), call.clone(), *delay);
                self.spawn(async move {
                    shared.clock.sleep(delay).await;
                    shared.send_noting(&late, Some(&Fault::Late(delay))).await
                });
                self.clock.sleep(call.timeout).await;
                Err(SendError::Timeout(call.timeout))
            }
            Some(Fault::Late(delay)) => {
                self.clock.sleep(*delay).await;
                call.timeout -= *delay;
                self.send_noting(&call, noted).await
            }
            Some(_) | None => self.send_noting(&call, noted).await,
        }
    }
}
