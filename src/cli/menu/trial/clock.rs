//! A clock that can be put forward.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use crate::{core::time::Timestamp, ports::Clock};

/// Another clock, and how far it is put forward.
#[derive(Debug)]
pub(super) struct ShiftedClock {
    base: Arc<dyn Clock>,
    shift_ms: AtomicI64,
}

impl ShiftedClock {
    pub(super) fn new(base: Arc<dyn Clock>) -> Self {
        Self {
            base,
            shift_ms: AtomicI64::new(0),
        }
    }

    /// Lets so much time pass.
    pub(super) fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let put = |shift: i64| Some(shift.saturating_add(ms));
        // The function never refuses.
        let _ = self
            .shift_ms
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, put);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let shift = self.shift_ms.load(Ordering::SeqCst);
        Timestamp::from_ms(self.base.now().ms().saturating_add(shift))
    }
}
