//! The simulator against a small service that plays a quiz: over HTTP on both sides, as in use.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod api;
mod b2c;
mod bad_input;
mod books;
mod c2b;
mod checks;
mod client;
mod desk;
mod documented;
mod faults;
mod faults_asked;
mod gateway;
mod load;
mod opponent;
mod organisation;
mod page;
mod payout_trouble;
mod play;
mod recorded;
mod service;
mod sms;
mod sms_network;
mod state;
mod status;
mod stk;
mod stk_trouble;
mod storm;
mod storm_against;
mod storm_served;
mod storm_servers;
mod ussd;
mod wire;

use std::time::Duration;

use sandbox::{Simulator, SimulatorConfig};
use service::FakeService;

/// Far longer than anything takes, so that reaching it is a failure and not a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);

/// A simulator and a service that know each other.
pub(crate) async fn world(config: SimulatorConfig) -> (Simulator, FakeService) {
    let sim = Simulator::start(SimulatorConfig {
        seed: Some(1),
        ..config
    })
    .await
    .unwrap();
    let service = FakeService::start(&sim.base_url()).await;
    sim.set_service(service.urls());
    (sim, service)
}

/// The same without delays, and with the default otherwise.
pub(crate) async fn instant_world() -> (Simulator, FakeService) {
    world(SimulatorConfig::instant()).await
}
