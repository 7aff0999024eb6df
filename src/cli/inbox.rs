//! `inbox list`, `inbox show` and `inbox replay`: provider callbacks as they came.

use std::{fmt::Write as _, time::Duration};

use clap::{Subcommand, ValueEnum};
use humantime_serde::re::humantime::parse_duration;
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::ReplayError,
    config::Config,
    core::{ids::CallbackId, time::Timestamp},
    store::{CallbackKind, CallbackState, InboxRow},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The callbacks that came in, newest first
    List {
        /// Only of this kind: stk, sms_delivery, sms_inbound, ... (the second column)
        #[arg(long)]
        kind: Option<String>,
        /// Only in this state
        #[arg(long)]
        state: Option<State>,
        /// How far to look back: 90m, 24h, 7d; as far as they are kept where it is not said
        #[arg(long, value_parser = parse_duration, value_name = "SPAN")]
        since: Option<Duration>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// One callback whole: headers, outcome and the raw body. Numbers in it are not masked
    Show {
        /// The callback's id, from `inbox list`
        id: String,
    },
    /// Run a callback again. Safe at any time: what was booked or sent before is not done twice
    Replay {
        /// The callback's id, from `inbox list`
        #[arg(required_unless_present = "dead", conflicts_with = "dead")]
        id: Option<String>,
        /// All that are dead, in the order in which they came
        #[arg(long)]
        dead: bool,
        /// With --dead: only those of this kind
        #[arg(long, requires = "dead", conflicts_with = "id")]
        kind: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum State {
    /// A job acts on it
    New,
    /// It was acted on
    Done,
    /// Tried in vain; it waits for you
    Dead,
}

impl From<State> for CallbackState {
    fn from(state: State) -> Self {
        match state {
            State::New => Self::New,
            State::Done => Self::Done,
            State::Dead => Self::Dead,
        }
    }
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::List {
            kind,
            state,
            since,
            limit,
            json,
        } => {
            let kind = known(kind.as_deref())?;
            let state = state.map(CallbackState::from);
            let app = open_to_look(config).await?;
            let rows = app.inbox(kind, state, *since, *limit).await?;
            if *json {
                let rows: Vec<_> = rows.iter().map(as_json).collect();
                say(&json!(rows).to_string());
            } else {
                list(&rows, *limit);
            }
            Ok(())
        }
        Command::Show { id } => show(config, id).await,
        Command::Replay { id: Some(id), .. } => replay(config, id).await,
        Command::Replay { id: None, kind, .. } => {
            let kind = known(kind.as_deref())?;
            replay_dead(config, kind).await
        }
    }
}

/// The name of a kind that there is.
fn known(kind: Option<&str>) -> Result<Option<&str>, Failed> {
    match kind {
        Some(name) if CallbackKind::named(name).is_none() => {
            let why = format!("--kind: \"{}\" is no kind of callback", escaped(name));
            Err(Failed::Usage(why))
        }
        kind => Ok(kind),
    }
}

fn parse(id: &str) -> Result<CallbackId, Failed> {
    id.parse()
        .map_err(|_| Failed::Finding(ReplayError::Unknown.to_string()))
}

fn as_json(row: &InboxRow) -> serde_json::Value {
    json!({
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "source": row.source,
        "received_at_ms": row.received_at_ms,
        "bytes": row.bytes,
        "state": row.state,
        "outcome": row.outcome,
        "attempts": row.attempt,
        "replays": row.replays,
        "first_outcome": row.first_outcome,
        "cut": row.cut,
    })
}

fn list(rows: &[InboxRow], limit: u32) {
    for row in rows {
        say(&format!(
            "{}  {:<14}  {}  {:<4}  {}",
            row.id,
            row.kind,
            time(row.received_at_ms),
            row.state,
            escaped(row.outcome.as_deref().unwrap_or("-")),
        ));
    }
    let more = if u32::try_from(rows.len()) == Ok(limit) {
        "; there may be more (--limit)"
    } else {
        ""
    };
    say(&format!("{} callbacks{more}", rows.len()));
}

async fn show(config: &Config, id: &str) -> Result<(), Failed> {
    let id = parse(id)?;
    let found = open_to_look(config).await?.inbox_callback(id).await?;
    let (row, raw) = found.ok_or_else(|| Failed::Finding(ReplayError::Unknown.to_string()))?;
    say(&format!("id         {}", row.id));
    say(&format!("kind       {}", row.kind));
    say(&format!("subject    {}", escaped(&row.subject)));
    say(&format!("source     {}", escaped(&row.source)));
    say(&format!("received   {}", time(row.received_at_ms)));
    say(&format!(
        "state      {}, tried {} times",
        row.state, row.attempt
    ));
    let outcome = row.outcome.as_deref().unwrap_or("-");
    say(&format!("outcome    {}", escaped(outcome)));
    if row.replays > 0 {
        let first = row.first_outcome.as_deref().unwrap_or("-");
        let (times, first) = (row.replays, escaped(first));
        say(&format!("run again  {times} times; at first: {first}"));
    }
    for header in raw.headers.lines() {
        say(&format!("header     {}", escaped(header)));
    }
    let more = if row.cut {
        ", and more that was not kept"
    } else {
        ""
    };
    say(&format!("body       {} bytes{more}", row.bytes));
    for line in body(&raw.body).lines() {
        say(&format!("| {line}"));
    }
    Ok(())
}

async fn replay(config: &Config, id: &str) -> Result<(), Failed> {
    let id = parse(id)?;
    let by = by_command("inbox replay")?;
    let replayed = open(config).await?.replay(id, &by).await;
    let replayed = replayed.map_err(|error| Failed::Finding(error.to_string()))?;
    tell(&replayed.before, &replayed.after);
    if replayed.after.is_done() {
        return Ok(());
    }
    Err(Failed::Finding("not done; a job tries it again".into()))
}

async fn replay_dead(config: &Config, kind: Option<&str>) -> Result<(), Failed> {
    let app = open(config).await?;
    let by = by_command("inbox replay --dead")?;
    let (mut done, mut not_done) = (0_u64, 0_u64);
    for id in app.dead_callbacks(kind).await? {
        match app.replay(id, &by).await {
            Ok(replayed) => {
                tell(&replayed.before, &replayed.after);
                if replayed.after.is_done() {
                    done += 1;
                } else {
                    not_done += 1;
                }
            }
            // Somebody else was faster, or it was forgotten meanwhile.
            Err(ReplayError::New | ReplayError::Unknown | ReplayError::Cut) => {}
            Err(error @ ReplayError::App(_)) => return Err(Failed::Finding(error.to_string())),
        }
    }
    say(&format!("{done} done, {not_done} not done"));
    if not_done == 0 {
        return Ok(());
    }
    Err(Failed::Finding(format!(
        "{not_done} not done; a job tries them again"
    )))
}

/// What became of a callback that was run again.
fn tell(before: &InboxRow, after: &InboxRow) {
    let what = |row: &InboxRow| {
        let outcome = row.outcome.as_deref().unwrap_or("-");
        format!("{} ({})", row.state, escaped(outcome))
    };
    let (id, kind) = (&after.id, &after.kind);
    say(&format!(
        "{id}  {kind}  was {}, is {}",
        what(before),
        what(after)
    ));
}

fn time(ms: i64) -> String {
    let time = Timestamp::from_ms(ms).in_nairobi();
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A text from outside in one line that cannot steer a terminal.
fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        push(&mut line, char);
    }
    line
}

/// A body that cannot steer a terminal: its lines stay, all else that shows nothing is written out,
/// bytes that are no text as `\xNN`.
fn body(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if char == '\n' {
                text.push(char);
            } else {
                push(&mut text, char);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn push(text: &mut String, char: char) {
    match char {
        // Only these are written out though they show something.
        '"' | '\'' | '\\' => text.push(char),
        char => text.extend(char.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_body_steers_a_terminal() {
        let raw = b"{\"a\": \"\\u00e9 caf\xc3\xa9\"}\n\x1b[2J\r\x07\xc2\x9b0m\xe2\x80\xae\xff\0";
        assert_eq!(
            body(raw),
            "{\"a\": \"\\u00e9 caf\u{e9}\"}\n\\u{1b}[2J\\r\\u{7}\\u{9b}0m\\u{202e}\\xff\\0"
        );
        assert_eq!(escaped("one\ntwo\tthree"), "one\\ntwo\\tthree");
    }
}
