//! `player export` and `player erase`: data-protection requests.

use std::{fs::OpenOptions, io::Write, path::Path};

use crate::{
    cli::{Failed, by_command, open, say},
    config::Config,
    core::msisdn::Msisdn,
};

fn number_of(msisdn: &str) -> Result<Msisdn, Failed> {
    let number = Msisdn::parse(msisdn);
    number.map_err(|_| Failed::Finding("not a Kenyan mobile number".into()))
}

pub(super) async fn export(
    config: &Config,
    msisdn: &str,
    reason: &str,
    output: Option<&Path>,
) -> Result<(), Failed> {
    let (number, by) = (number_of(msisdn)?, by_command(reason)?);
    let app = open(config).await?;
    let export = app.export_player(&number, &by).await?;
    let export = export.ok_or_else(|| Failed::Finding("no player with this number".into()))?;
    let unwritable = |error: &dyn std::error::Error| Failed::Finding(error.to_string());
    let text = serde_json::to_string_pretty(&export).map_err(|error| unwritable(&error))?;
    let Some(path) = output else {
        say(&text);
        return Ok(());
    };
    // Never over something that is there: it may be somebody else's.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let name = path.display();
    let told = |error: std::io::Error| Failed::Finding(format!("{name}: {error}"));
    let mut file = options.open(path).map_err(told)?;
    writeln!(file, "{text}").map_err(told)?;
    say(&format!("all that is kept of {number} is in {name}"));
    Ok(())
}

pub(super) async fn erase(config: &Config, msisdn: &str, reason: &str) -> Result<(), Failed> {
    let (number, by) = (number_of(msisdn)?, by_command(reason)?);
    let app = open(config).await?;
    let erased = app.erase_player(&number, &by).await;
    let erased = erased.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&format!(
        "erased: {} SMS to the player and {} from them, {} hops, {} callbacks, {} marks of payers; the \
         number is masked wholly in {} SMS to others. The books stay",
        erased.sms,
        erased.inbound,
        erased.hops,
        erased.callbacks,
        erased.payers,
        erased.sms_to_others
    ));
    Ok(())
}
