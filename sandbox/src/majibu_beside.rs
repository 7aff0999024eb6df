//! Majibu on its embedded default, in the same process as the simulator. It speaks to the simulator
//! over HTTP and cannot tell it from the real providers.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use majibu::app::{App, hash_password};
use majibu::config::Config;
use majibu::core::payment::balance::Charges;
use majibu::service::{Migration, Parts, Service, World};
use sandbox::{OrganisationConfig, ServiceUrls, Simulator};
use tempfile::TempDir;

/// The questions that a new Majibu begins with.
pub(crate) const STARTER_QUESTIONS: &str = include_str!("../../menus/questions.csv");

/// How long after the END screen the PIN prompt comes: soon, but not before the screen is read.
const STK_DELAY: Duration = Duration::from_millis(1_500);

/// The password of the administrator `admin` of a Majibu that runs here. Everybody knows it: a house
/// has one of its own.
pub(crate) const CONSOLE_PASSWORD: &str = "sandbox-console";

/// Who looks for what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jobs {
    /// Majibu's own job runner.
    Running,
    /// Whoever started it, with [`App::work_off`].
    ByHand {
        /// How often payments are asked for that nobody told of; for no time at all never.
        pull_every: Duration,
    },
}

/// A Majibu that runs beside the simulator.
pub(crate) struct Beside {
    service: Service,
    address: SocketAddr,
    /// Deleted when this goes.
    _temporary: Option<TempDir>,
}

/// Starts Majibu, loads its questions and connects it with the simulator.
pub(crate) async fn start(
    sim: &Simulator,
    listen: SocketAddr,
    data: Option<&Path>,
    code: &str,
    world: &World,
    jobs: Jobs,
) -> Result<Beside, Box<dyn std::error::Error>> {
    let (folder, temporary) = match data {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            (folder.to_owned(), None)
        }
        None => {
            let temporary = TempDir::with_prefix("majibu-sandbox-")?;
            (temporary.path().to_owned(), Some(temporary))
        }
    };
    let mut config = Config::default();
    config.http.listen = listen;
    config.http.public_url = format!("http://{listen}");
    config.database.url = format!("sqlite://{}", folder.join("majibu.db").display()).into();
    // The SMS name the code to dial.
    config.ussd.service_codes.0 = vec![code.to_owned()];
    config.africastalking.base_url = sim.base_url();
    config.africastalking.api_key = "sandbox".into();
    config.africastalking.sender = Some("MAJIBU".into());
    config.daraja.base_url = sim.base_url();
    config.daraja.consumer_key = "sandbox".into();
    config.daraja.consumer_secret = "sandbox".into();
    config.daraja.stk_delay = STK_DELAY;
    let organisation = OrganisationConfig::default();
    let certificate = folder.join("daraja.pem");
    fs::write(&certificate, sim.certificate_pem())?;
    config.daraja.b2c_shortcode = Some(organisation.b2c_shortcode);
    config.daraja.b2c_initiator = Some(organisation.initiator);
    config.daraja.b2c_password = Some(organisation.initiator_password.into());
    config.daraja.certificate = Some(certificate);
    // The simulator takes its charges from the utility account.
    config.daraja.charges = Charges::Taken;
    let parts = match jobs {
        Jobs::Running => {
            // Somebody is there to look at it.
            let hash = hash_password(&CONSOLE_PASSWORD.into(), &mut world.random.rng())?;
            config.admin.password_hash = Some(hash.into());
            Parts::All
        }
        Jobs::ByHand { pull_every } => {
            config.paybill.pull_every = pull_every;
            let number = crate::storm_command::PULL_NUMBER.to_owned();
            config.paybill.pull_number = (!pull_every.is_zero()).then_some(number);
            // One after the other, so that a rerun is exact.
            config.sms.concurrency = 1;
            // Measured by the machine's clock, on which a day is over in a minute.
            config.http.rate_per_source = 0;
            Parts::Http
        }
    };
    let service = Service::start(&config, world, parts, Migration::Run).await?;
    service
        .app()
        .import_questions(STARTER_QUESTIONS.as_bytes())
        .await?;
    let address = service.address().unwrap_or(listen);
    let base = format!("http://{address}");
    sim.set_service(ServiceUrls {
        ussd: Some(format!("{base}/ussd/development")),
        events: Some(format!("{base}/ussd/development/events")),
        delivery: Some(format!("{base}/sms/development/delivery")),
        inbound: Some(format!("{base}/sms/development/inbound")),
        opt_out: Some(format!("{base}/sms/development/optout")),
    });
    // Without it nobody would hear of what is paid to the paybill.
    service.app().register_urls().await?;
    Ok(Beside {
        service,
        address,
        _temporary: temporary,
    })
}

impl Beside {
    /// The app behind it.
    pub(crate) fn app(&self) -> &App {
        self.service.app()
    }

    /// Registers the paybill once more, after the simulator has forgotten it.
    pub(crate) async fn register_again(&self) {
        if let Err(error) = self.service.app().register_urls().await {
            tracing::warn!("the paybill's URLs could not be registered again: {error}");
        }
    }

    /// Where Majibu listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops Majibu; what has begun is finished.
    pub(crate) async fn stop(self) {
        self.service.stop().await;
    }
}
