//! `mpesa doctor`: goes through everything that M-Pesa needs and says what is wrong, in words that an
//! operator understands. Looks only: it changes no schema and moves no money, and prints no secret.

mod certificate;
mod provider;
mod settings;
mod traffic;

use std::{path::Path, time::Duration};

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::super::{Failed, say};
use crate::{
    app::App,
    config::Config,
    ports::{Clock, SystemClock},
    service::{Migration, World, assemble},
    session::Sessions,
    store::{Schema, Store},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
    /// How many seconds the balance is waited for; 0: it is not asked
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=600))]
    wait: u64,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One check: what was looked at, how it is, and what to do about it.
#[derive(Clone, Debug)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
    hint: String,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, name, detail, "")
    }

    fn warn(name: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, name, detail, hint)
    }

    fn fail(name: &'static str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, name, detail, hint)
    }

    fn new(
        verdict: Verdict,
        name: &'static str,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            name,
            verdict,
            detail: detail.into(),
            hint: hint.into(),
        }
    }

    fn line(&self) -> String {
        let (verdict, name, detail) = (self.verdict.name(), self.name, &self.detail);
        let hint = if self.hint.is_empty() {
            String::new()
        } else {
            format!(" -> {}", self.hint)
        };
        format!("{verdict:<4}  {name:<17}  {detail}{hint}")
    }
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let now = SystemClock.now();
    let mut checks = settings::all(config);
    checks.extend(certificate::all(config, now));
    let sessions = sessions(config, &mut checks).await;
    let has_token = provider::token(config, sessions.as_ref(), &mut checks).await;
    let app = house(config, &mut checks).await;
    if let Some(app) = app {
        checks.extend(traffic::all(&app, now).await);
        let wait = Duration::from_secs(arguments.wait);
        checks.extend(provider::balance(config, &app, has_token, wait).await);
    }
    if arguments.json {
        let listed: Vec<_> = checks
            .iter()
            .map(|check| {
                json!({
                    "name": check.name,
                    "state": check.verdict.name(),
                    "detail": check.detail,
                    "hint": check.hint,
                })
            })
            .collect();
        say(&json!({ "ok": !has_failed(&checks), "checks": listed }).to_string());
    } else {
        for check in &checks {
            say(&check.line());
        }
    }
    if has_failed(&checks) {
        return Err(Failed::Finding(String::new()));
    }
    Ok(())
}

fn has_failed(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.verdict == Verdict::Fail)
}

/// The session store, where the processes share their token.
async fn sessions(config: &Config, checks: &mut Vec<Check>) -> Option<Sessions> {
    let opened = Sessions::open(
        config.sessions.url.expose_secret(),
        &config.sessions.prefix,
        config.ussd.session_ttl,
        config.ussd.finished_ttl,
    );
    match opened.await {
        Ok(sessions) => Some(sessions),
        Err(error) => {
            checks.push(Check::fail(
                "sessions",
                format!("the session store cannot be used: {error}"),
                "look at sessions.url and at Redis; the access token is shared there",
            ));
            None
        }
    }
}

/// The database and the app on it, as they are: nothing is made or changed. `None` where the rest
/// cannot be looked at.
async fn house(config: &Config, checks: &mut Vec<Check>) -> Option<App> {
    let name = "database";
    let url = config.database.url.expose_secret();
    if let Some(path) = sqlite_file(url)
        && !Path::new(path).exists()
    {
        let what = "there is no database file yet";
        checks.push(Check::fail(name, what, "run `majibu migrate`"));
        return None;
    }
    let schema = match Store::open(url).await {
        Ok(store) => {
            let schema = store.schema().await;
            store.close().await;
            schema
        }
        Err(error) => Err(error),
    };
    let migrate = "run `majibu migrate`";
    match schema {
        Ok(Schema::Current) => checks.push(Check::ok(name, "reachable, and its schema is current")),
        Ok(Schema::None) => {
            checks.push(Check::fail(name, "it has no schema yet", migrate));
            return None;
        }
        Ok(Schema::Behind(first)) => {
            let what = format!("its schema is behind: {first} is pending");
            checks.push(Check::fail(name, what, migrate));
            return None;
        }
        Err(error) => {
            let what = format!("it cannot be used: {}", error.in_full());
            let hint = "look at database.url, and whether the server answers from here";
            checks.push(Check::fail(name, what, hint));
            return None;
        }
    }
    match assemble(config, &World::default(), Migration::Skip).await {
        Ok(app) => Some(app),
        Err(error) => {
            checks.push(Check::fail(
                "service",
                format!("`serve` would not start: {error}"),
                "mend this first; traffic and balance were not looked at",
            ));
            None
        }
    }
}

/// The file of a SQLite URL.
fn sqlite_file(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(rest.split_once('?').map_or(rest, |(path, _)| path))
}
