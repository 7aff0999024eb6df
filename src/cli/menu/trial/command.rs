//! What can be typed.

use std::time::Duration;

use humantime_serde::re::humantime;

/// The most that `wait` lets pass at once.
const MAX_WAIT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What `help` says.
pub(super) const HELP: &str = "\
  dial                 dial the service; dial 1*2 or dial *384*55*1*2# goes straight to a screen
  1, 00, 250, ...      a reply to the screen; just Enter is an empty one
  type TEXT            a reply that would be a command
  hang up              drop the session, as a lost network does
  redial               dial the same again
  1234                 the M-Pesa PIN, while M-Pesa asks for it; anything else is a wrong one
  cancel               cancel M-Pesa's request
  phone 2              take the other phone (1 to 9), to play against yourself
  wait 30m             let time pass: 5s, 2m, 1h 30m
  help, quit";

/// One line of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// With what stands behind it.
    Dial(String),
    Redial,
    HangUp,
    /// A reply, or a PIN.
    Typed(String),
    /// A reply, whatever it looks like.
    Reply(String),
    Cancel,
    Phone(usize),
    Wait(Duration),
    Help,
    Quit,
    /// A command that makes no sense, and why.
    Wrong(&'static str),
}

impl Command {
    /// Reads a line. Blanks around it do not count, except in a reply by `type`.
    pub(super) fn read(line: &str) -> Self {
        let text = line.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        match (word.to_lowercase().as_str(), rest) {
            ("dial", rest) => Self::Dial(rest.into()),
            ("redial", "") => Self::Redial,
            ("hang", "up") | ("hangup", "") => Self::HangUp,
            ("cancel", "") => Self::Cancel,
            ("help" | "?", "") => Self::Help,
            ("quit" | "exit", "") => Self::Quit,
            ("type", _) => {
                let reply = line.trim_start().get("type ".len()..).unwrap_or_default();
                Self::Reply(reply.into())
            }
            ("phone", number) => match number.parse() {
                Ok(number @ 1..=9) => Self::Phone(number),
                Ok(_) | Err(_) => Self::Wrong("phones have the numbers 1 to 9"),
            },
            ("wait", time) => match humantime::parse_duration(time) {
                Ok(time) if time <= MAX_WAIT => Self::Wait(time),
                Ok(_) => Self::Wrong("30 days at most"),
                Err(_) => Self::Wrong("wait how long? For example: wait 30m"),
            },
            _ if text.starts_with('*') && text.ends_with('#') && text.len() > 2 => {
                Self::Dial(text.into())
            }
            _ => Self::Typed(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_words_and_everything_else_is_typed() {
        for (line, command) in [
            ("dial", Command::Dial(String::new())),
            (" Dial  1*2 ", Command::Dial("1*2".into())),
            ("*384*55*1#", Command::Dial("*384*55*1#".into())),
            ("hang up", Command::HangUp),
            ("1", Command::Typed("1".into())),
            ("", Command::Typed(String::new())),
            ("*", Command::Typed("*".into())),
            ("*#", Command::Typed("*#".into())),
            ("hello there", Command::Typed("hello there".into())),
            ("type quit", Command::Reply("quit".into())),
            ("type  1 ", Command::Reply(" 1 ".into())),
            ("type", Command::Reply(String::new())),
            ("phone 2", Command::Phone(2)),
            ("phone 0", Command::Wrong("phones have the numbers 1 to 9")),
            ("wait 1h 30m", Command::Wait(Duration::from_secs(90 * 60))),
            ("wait 9000d", Command::Wrong("30 days at most")),
            (
                "wait long",
                Command::Wrong("wait how long? For example: wait 30m"),
            ),
            ("quit", Command::Quit),
        ] {
            assert_eq!(Command::read(line), command, "{line:?}");
        }
    }
}
