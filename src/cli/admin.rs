//! `admin`: who may use the console.

use std::io::{self, BufRead as _, Read as _};

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::{AdminError, Administrator, hash_password},
    config::Config,
    core::operator::Role,
    ports::{Random as _, SystemRandom},
};

/// The most that is read as a password, in bytes.
const MAX_INPUT: u64 = 4_096;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an administrator; asks for their password
    Add {
        /// The name that they log in with: small letters, digits, dots, - and _
        name: String,
        /// What they may do: viewer looks, support acts for players, finance moves money, too
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        password: Password,
        /// Why; kept in the audit log
        #[arg(long, default_value = "added on the command line")]
        reason: String,
    },
    /// Everybody who may log in, or once could
    List {
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// Shut somebody out; their sessions end at once
    Disable {
        /// Their name
        name: String,
        /// Why; kept in the audit log
        #[arg(long, default_value = "disabled on the command line")]
        reason: String,
    },
    /// Give somebody another role; it holds from their next page on
    Role {
        /// Their name
        name: String,
        /// What they may do: viewer, support or finance
        role: Role,
        /// Why; kept in the audit log
        #[arg(long, default_value = "set on the command line")]
        reason: String,
    },
    /// Give somebody another password; their sessions end, and who was disabled may log in again
    Password {
        /// Their name
        name: String,
        #[command(flatten)]
        password: Password,
        /// Why; kept in the audit log
        #[arg(long, default_value = "set on the command line")]
        reason: String,
    },
    /// Print what `admin.password_hash` needs for a password
    Hash {
        #[command(flatten)]
        password: Password,
    },
}

#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Password {
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl Password {
    /// The password, typed twice; or as it comes in.
    fn read(&self) -> Result<SecretString, Failed> {
        if self.password_stdin {
            let mut line = String::new();
            let read = io::stdin().lock().take(MAX_INPUT).read_line(&mut line);
            read.map_err(|error| Failed::Usage(format!("--password-stdin: {error}")))?;
            return Ok(line.trim_end_matches(['\r', '\n']).into());
        }
        let ask = |prompt: &str| {
            let typed = rpassword::prompt_password(prompt);
            typed.map(SecretString::from).map_err(|error| {
                Failed::Usage(format!("no terminal to ask on ({error}): --password-stdin"))
            })
        };
        let (first, again) = (ask("Password: ")?, ask("The same again: ")?);
        if first.expose_secret() != again.expose_secret() {
            return Err(Failed::Usage("the two passwords differ".into()));
        }
        Ok(first)
    }
}

impl From<AdminError> for Failed {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Name | AdminError::BuiltIn | AdminError::Password(_) => {
                Self::Usage(error.to_string())
            }
            AdminError::Taken | AdminError::Unknown => Self::Finding(error.to_string()),
            AdminError::App(error) => error.into(),
        }
    }
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Add {
            name,
            role,
            password,
            reason,
        } => {
            let (by, password) = (by_command(reason)?, password.read()?);
            let app = open(config).await?;
            app.add_admin(name, *role, &password, &by).await?;
            say(&format!("{name} may log in as {role}"));
            Ok(())
        }
        Command::List { json } => list(config, *json).await,
        Command::Disable { name, reason } => {
            let by = by_command(reason)?;
            open(config).await?.disable_admin(name, &by).await?;
            say(&format!("{name} is shut out"));
            Ok(())
        }
        Command::Role { name, role, reason } => {
            let by = by_command(reason)?;
            open(config).await?.set_admin_role(name, *role, &by).await?;
            say(&format!("{name} is {role}"));
            Ok(())
        }
        Command::Password {
            name,
            password,
            reason,
        } => {
            let (by, password) = (by_command(reason)?, password.read()?);
            let app = open(config).await?;
            app.set_admin_password(name, &password, &by).await?;
            say(&format!("{name} has another password"));
            Ok(())
        }
        Command::Hash { password } => {
            let hash = hash_password(&password.read()?, &mut SystemRandom.rng());
            say(&hash.map_err(|error| Failed::Usage(error.to_string()))?);
            Ok(())
        }
    }
}

async fn list(config: &Config, json: bool) -> Result<(), Failed> {
    let admins = open_to_look(config).await?.administrators().await?;
    if json {
        let rows: Vec<_> = admins
            .iter()
            .map(|admin| {
                json!({
                    "name": admin.name,
                    "role": admin.role.name(),
                    "is_disabled": admin.disabled_at.is_some(),
                    "added_at_ms": admin.added_at.map(|at| at.ms()),
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return Ok(());
    }
    for admin in &admins {
        say(&line(admin));
    }
    if admins.is_empty() {
        say("nobody: the console is off");
    }
    Ok(())
}

fn line(admin: &Administrator) -> String {
    let since = match (admin.added_at, admin.disabled_at) {
        (_, Some(at)) => format!("disabled {at}"),
        (Some(at), None) => format!("since {at}"),
        (None, None) => "by the configuration".into(),
    };
    format!("{:<20} {:<8} {since}", admin.name, admin.role.name())
}
