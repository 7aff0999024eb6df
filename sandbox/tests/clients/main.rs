//! Real client libraries against the simulator, unchanged but for the base URL: the official SDKs
//! of Africa's Talking for Python and Node, and two public clients of Daraja. They are installed
//! from the package registries, pinned, once into the folder of test files; the programs are in
//! `sandbox/clients` and `sandbox/examples`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod daraja;
mod examples;
mod install;
mod program;
mod sms;

use std::time::Duration;

use sandbox::{Simulator, SimulatorConfig};

/// Far longer than anything takes, so that reaching it is a failure and not a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The phone of all tests.
const PHONE: &str = "+254712345678";

/// A simulator whose phones enter their PIN by themselves.
async fn simulator() -> Simulator {
    let mut config = SimulatorConfig {
        seed: Some(1),
        ..SimulatorConfig::instant()
    };
    config.daraja.auto_pin = Some("1234".into());
    Simulator::start(config).await.unwrap()
}
