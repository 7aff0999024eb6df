//! A hop from outside: its id, its deadline, and how it was answered, for the metrics.

use std::time::Instant;

use tracing::{error, warn};

use super::{App, told::Told};
use crate::{
    menu::Shown,
    ports::Hop,
    telemetry::{self, Answered, trace},
};

impl App {
    /// Ends a session without looking at what it is about: a redial finds everything as it was.
    #[must_use]
    pub fn cannot_answer(&self, hop: &Hop) -> Shown {
        let begun = Instant::now();
        let menu = self.menu();
        let shown = Told::new(&menu, self.budget(&hop.network)).notice("sorry");
        count(&shown, Answered::Refused, begun);
        shown
    }

    /// Answers a hop. Whatever goes wrong, the player gets a short END and may dial again.
    pub async fn hop(&self, hop: &Hop) -> Shown {
        let begun = Instant::now();
        let (shown, answered) = trace::hop(self.answer_in_time(hop)).await;
        count(&shown, answered, begun);
        shown
    }

    async fn answer_in_time(&self, hop: &Hop) -> (Shown, Answered) {
        let now = self.clock().now();
        let menu = self.menu();
        let told = Told::new(&menu, self.budget(&hop.network));
        let Ok(msisdn) = self.inner.numbers.read(&hop.phone) else {
            return (told.notice("not_mobile"), Answered::Refused);
        };
        if !self.answers_code(&hop.service_code) {
            warn!(
                session = hop.session,
                code = hop.service_code,
                "service code is not ours"
            );
            return (told.notice("wrong_code"), Answered::Refused);
        }
        let deadline = self.settings().hop_deadline;
        match tokio::time::timeout(deadline, self.answer_hop(hop, &msisdn, now, &told)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                error!(session = hop.session, player = %msisdn, error = ?error, "hop failed");
                (told.notice("sorry"), Answered::Failed)
            }
            Err(_) => {
                // What it was doing is rolled back, unless it was committed: then its receipt is there.
                error!(session = hop.session, player = %msisdn, "hop took too long");
                (told.notice("sorry"), Answered::CutOff)
            }
        }
    }
}

fn count(shown: &Shown, answered: Answered, begun: Instant) {
    telemetry::count_hop(&shown.screen, shown.ends, answered, begun.elapsed());
}
