//! Small pieces that pages are made of.

use chrono::SecondsFormat;
use maud::{Markup, html};

use crate::core::{money::Cents, time::Timestamp};

/// An amount, right-aligned where it stands in a column.
pub(super) fn kes(amount: Cents) -> Markup {
    html! { span class="kes" { (amount) } }
}

/// An instant, in Nairobi.
pub(super) fn when(at: Timestamp) -> Markup {
    let precise = at
        .in_nairobi()
        .to_rfc3339_opts(SecondsFormat::Millis, false);
    html! { time datetime=(precise) { (at) } }
}

/// How a state is looked upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Under way.
    Plain,
    /// Somebody should look.
    Warn,
    /// It failed.
    Bad,
}

/// A state as a word in a coloured field; the word says it, the colour helps.
pub(super) fn badge(word: &str, tone: Tone) -> Markup {
    let class = match tone {
        Tone::Good => "badge good",
        Tone::Plain => "badge",
        Tone::Warn => "badge warn",
        Tone::Bad => "badge bad",
    };
    html! { span class=(class) { (word) } }
}

/// A state of the domain (of a deposit, withdrawal, entry, SMS, callback, player) as a badge.
pub(super) fn state(word: &str) -> Markup {
    let tone = match word {
        "paid" | "won" | "right" | "success" | "delivered" | "verified" | "done" | "ok"
        | "active" | "booked" => Tone::Good,
        "unknown" | "waiting" | "proposed" | "paused" | "excluded" | "off" => Tone::Warn,
        "failed" | "blocked" | "wrong" | "dead" | "drift" | "open" | "stopped" | "unavailable" => {
            Tone::Bad
        }
        _ => Tone::Plain,
    };
    badge(word, tone)
}

/// What stands where there is nothing, so that nobody wonders whether the page is broken.
pub(super) fn empty(text: &str) -> Markup {
    html! { p class="empty" { (text) } }
}

/// A table in a box of its own that scrolls sideways where it is too wide. `heads` are the columns; one
/// that begins with `#` has figures and is aligned to the right (its cells need `class="num"`).
pub(super) fn table(heads: &[&str], rows: &Markup) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="Table" {
            table {
                thead { tr {
                    @for head in heads {
                        @match head.strip_prefix('#') {
                            Some(head) => { th scope="col" class="num" { (head) } }
                            None => { th scope="col" { (head) } }
                        }
                    }
                } }
                tbody { (rows) }
            }
        }
    }
}

/// Names and values, one below the other.
pub(super) fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in pairs {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// A span of time for a person, in its two largest units: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn span(ms: i64) -> String {
    let (seconds, minutes, hours) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{seconds} s"),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        3_600_000..86_400_000 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_in_two_units() {
        for (ms, text) in [
            (0, "0 ms"),
            (12_400, "12 s"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
            (100_000_000, "1 d 3 h"),
        ] {
            assert_eq!(span(ms), text);
        }
    }

    #[test]
    fn what_stands_in_a_state_is_escaped() {
        let markup = state("<b>").into_string();
        assert_eq!(markup, "<span class=\"badge\">&lt;b&gt;</span>");
    }
}
