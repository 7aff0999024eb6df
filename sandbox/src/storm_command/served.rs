//! A Majibu that is started for the storm as a process of its own, in real time. Its engine is its
//! configuration's: `MAJIBU__DATABASE__URL` and `MAJIBU__SESSIONS__URL` name another than the embedded
//! default. Times are as much shorter as the players are faster.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use sandbox::storm::TargetError;
use sandbox::{OrganisationConfig, Simulator};
use tempfile::TempDir;
use tokio::process::Child;

use super::foreign::Program;
use crate::majibu_beside::STARTER_QUESTIONS;

/// How long it may take until it answers.
const START: Duration = Duration::from_secs(60);

/// How often it is looked whether it does.
const LOOK: Duration = Duration::from_millis(50);

/// How long it may take to finish what has begun.
const STOP: Duration = Duration::from_secs(30);

/// A Majibu that was started.
pub(super) struct Served {
    child: Child,
    /// The USSD callback.
    pub(super) url: String,
    /// How its commands are run.
    pub(super) program: Program,
    /// Its database, where it has no other, and its log.
    _folder: TempDir,
}

/// Starts it with an empty or an earlier database, imports questions.
pub(super) async fn start(
    sim: &Simulator,
    mut program: Program,
    code: &str,
    pace: u32,
) -> Result<Served, Box<dyn std::error::Error>> {
    let folder = TempDir::with_prefix("majibu-storm-")?;
    let path = |name: &str| folder.path().join(name);
    let base = format!("http://{}", crate::free_or(([127, 0, 0, 1], 0).into()));
    let certificate = path("daraja.pem");
    fs::write(&certificate, sim.certificate_pem())?;
    let questions = path("questions.csv");
    fs::write(&questions, STARTER_QUESTIONS)?;
    let database = format!("sqlite://{}", path("majibu.db").display());
    let organisation = OrganisationConfig::default();
    let listen = base.trim_start_matches("http://").to_owned();
    let settings = [
        ("MAJIBU__HTTP__LISTEN", listen),
        ("MAJIBU__HTTP__PUBLIC_URL", base.clone()),
        ("MAJIBU__HTTP__CALLBACK_SECRET", "storm".to_owned()),
        ("MAJIBU__HTTP__RATE_PER_SOURCE", "0".to_owned()),
        ("MAJIBU__DATABASE__URL", database),
        ("MAJIBU__USSD__SERVICE_CODES", code.to_owned()),
        ("MAJIBU__AFRICASTALKING__BASE_URL", sim.base_url()),
        ("MAJIBU__AFRICASTALKING__API_KEY", "sandbox".to_owned()),
        ("MAJIBU__AFRICASTALKING__SENDER", "MAJIBU".to_owned()),
        ("MAJIBU__DARAJA__BASE_URL", sim.base_url()),
        ("MAJIBU__DARAJA__CONSUMER_KEY", "sandbox".to_owned()),
        ("MAJIBU__DARAJA__CONSUMER_SECRET", "sandbox".to_owned()),
        (
            "MAJIBU__DARAJA__B2C_SHORTCODE",
            organisation.b2c_shortcode.clone(),
        ),
        (
            "MAJIBU__DARAJA__B2C_INITIATOR",
            organisation.initiator.clone(),
        ),
        (
            "MAJIBU__DARAJA__B2C_PASSWORD",
            organisation.initiator_password,
        ),
        (
            "MAJIBU__DARAJA__CERTIFICATE",
            certificate.display().to_string(),
        ),
        ("MAJIBU__DARAJA__CHARGES", "taken".to_owned()),
        (
            "MAJIBU__PAYBILL__PULL_NUMBER",
            super::PULL_NUMBER.to_owned(),
        ),
    ];
    let times = TIMES.map(|(key, time, least)| {
        let time = (time / pace.max(1)).max(least);
        (key, format!("{}ms", time.as_millis()))
    });
    let all = settings.into_iter().chain(times);
    // What somebody set is left as it is.
    let unset = all.filter(|(key, _)| std::env::var_os(key).is_none());
    program.settings = unset.map(|(key, value)| (key, value.into())).collect();
    program.ask(&["migrate".to_owned()]).await?;
    let import = ["questions", "import", &questions.display().to_string()].map(str::to_owned);
    program.ask(&import).await?;
    let log = path("log");
    let mut command = program.command(&["serve".to_owned()]);
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .spawn()?;
    let secret = program.setting("MAJIBU__HTTP__CALLBACK_SECRET");
    let public = program.setting("MAJIBU__HTTP__PUBLIC_URL");
    let mut served = Served {
        child,
        url: format!("{}/ussd/{secret}", public.trim_end_matches('/')),
        program,
        _folder: folder,
    };
    served
        .until_ready(&format!("{public}/readyz"))
        .await
        .map_err(|error| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            TargetError(format!(
                "{error}: {}",
                said.lines().last().unwrap_or("no word")
            ))
        })?;
    Ok(served)
}

/// Times of the service in people's time, and the least that machines need.
const TIMES: [(&str, Duration, Duration); 17] = [
    ("MAJIBU__PAYBILL__PULL_EVERY", super::PULL_EVERY, secs(5)),
    ("MAJIBU__GAME__PAIRING_WINDOW", minutes(30), secs(15)),
    ("MAJIBU__GAME__THINKING_TIME", secs(15), secs(3)),
    ("MAJIBU__GAME__HOP_ALLOWANCE", secs(4), secs(1)),
    ("MAJIBU__GAME__REMATCH_COOLDOWN", minutes(120), secs(0)),
    ("MAJIBU__WALLET__WITHDRAWAL_INTERVAL", minutes(2), secs(0)),
    ("MAJIBU__DARAJA__STK_DELAY", millis(1_500), millis(10)),
    ("MAJIBU__DARAJA__PUSH_INTERVAL", secs(60), millis(10)),
    ("MAJIBU__DARAJA__TIMEOUT", secs(20), secs(2)),
    ("MAJIBU__DARAJA__PAYOUT_PAUSE", minutes(15), secs(3)),
    ("MAJIBU__AFRICASTALKING__TIMEOUT", secs(10), secs(2)),
    ("MAJIBU__SMS__PAUSE", minutes(15), secs(3)),
    ("MAJIBU__JOBS__POLL", millis(500), millis(50)),
    ("MAJIBU__JOBS__STK_QUERY_AFTER", secs(90), secs(2)),
    ("MAJIBU__JOBS__STK_EXPIRE_AFTER", minutes(60), secs(90)),
    ("MAJIBU__JOBS__PAYOUT_QUERY_AFTER", minutes(2), secs(2)),
    ("MAJIBU__JOBS__SMS_BACKOFF", secs(10), millis(300)),
];

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

impl Program {
    /// What a key is set to, here or by somebody.
    fn setting(&self, key: &str) -> String {
        let own = self.settings.iter().find(|(own, _)| *own == key);
        let own = own.map(|(_, value)| value.clone());
        let value = own.or_else(|| std::env::var_os(key));
        value.unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Served {
    async fn until_ready(&mut self, url: &str) -> Result<(), String> {
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| error.to_string())?;
        let begins = tokio::time::Instant::now();
        while begins.elapsed() < START {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("majibu serve ended with {status}"));
            }
            let answer = client.get(url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!("majibu serve was not ready within {START:?}"))
    }

    /// Asks it to stop, and waits for it.
    pub(super) async fn stop(mut self) {
        let id = self.child.id().map(|id| id.to_string());
        let asked = match id {
            // The standard library knows of no signal but the one that kills.
            Some(id) => tokio::process::Command::new("kill").arg(id).status().await,
            None => return,
        };
        let is_asked = asked.is_ok_and(|status| status.success());
        if !is_asked || tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
