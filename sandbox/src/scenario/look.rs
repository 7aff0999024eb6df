//! Compares what a scenario expects with what is there, and tells the difference.

use similar::{ChangeTag, TextDiff};

use crate::phone::Screen;
use crate::sms::Sms;

/// Whether a text has a part somewhere; `*` in the part stands for anything within a line.
pub(super) fn has(text: &str, part: &str) -> bool {
    let fits = |text: &str| {
        let mut rest = text;
        let mut pieces = part.split('*');
        let Some(first) = pieces.next() else {
            return true;
        };
        let Some(after) = rest.strip_prefix(first) else {
            return false;
        };
        rest = after;
        for piece in pieces {
            let line = rest.find('\n').unwrap_or(rest.len());
            // What follows the star begins in the same line.
            let Some(at) = rest.find(piece).filter(|at| *at <= line) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
        true
    };
    let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    starts.into_iter().any(|at| fits(&text[at..]))
}

/// Text behind bars, as in a scenario.
pub(super) fn behind_bars(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("    | {line}\n")).collect();
    if lines.is_empty() {
        "    (nothing)\n".to_owned()
    } else {
        lines.concat()
    }
}

/// A screen as a person sees it, or that there is none.
pub(super) fn shown(screen: Option<&Screen>) -> String {
    match screen {
        Some(screen) => {
            let name = screen.name.as_ref().map(|name| format!(" (screen {name})"));
            let faults: String = screen
                .faults
                .iter()
                .map(|fault| format!("    ! {fault}\n"))
                .collect();
            let name = name.unwrap_or_default();
            format!(
                "  the phone shows{name}:\n{}{faults}",
                behind_bars(&screen.text)
            )
        }
        None => "  the phone shows nothing\n".to_owned(),
    }
}

/// The messages that came and were not asked for before.
pub(super) fn messages(unread: &[Sms]) -> String {
    if unread.is_empty() {
        return "  no other message came\n".to_owned();
    }
    let texts = unread.iter().map(|sms| behind_bars(&sms.text));
    format!(
        "  these came:\n{}",
        texts.collect::<Vec<_>>().join("    -\n")
    )
}

/// What has to change for the one to be the other: `-` is expected and missing, `+` is there instead.
pub(super) fn difference(expected: &str, there: &str) -> String {
    let mut lines = "  expected (-), and shown instead (+):\n".to_owned();
    for change in TextDiff::from_lines(expected, there).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        lines.push_str(&format!(
            "    {sign} {}\n",
            change.value().trim_end_matches('\n')
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_may_leave_things_open_within_a_line() {
        let text = "KES 100 received, receipt UKM1234567. Balance KES 100.\nDial *384*55#.";
        for part in [
            "received",
            "KES * received, receipt *. Balance",
            "*384*55#",
            "",
            "*",
        ] {
            assert!(has(text, part), "{part}");
        }
        for part in ["Received", "receipt *Dial", "KES 200", "received*balance"] {
            assert!(!has(text, part), "{part}");
        }
    }

    #[test]
    fn a_difference_names_the_lines() {
        let lines = difference("Home\n1. Play\n2. Help", "Home\n1. Play\n2. Deposit");
        assert!(
            lines.contains("      1. Play\n    - 2. Help\n    + 2. Deposit\n"),
            "{lines}"
        );
    }
}
