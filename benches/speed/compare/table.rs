//! The table: medians over the rounds, how far they spread, and the ratios that count.

use std::fmt::Write;

use super::{Arguments, Figures};
use crate::median;

/// One line: what, the figure, what it is compared with, and which ratio is wanted.
struct Line {
    what: &'static str,
    unit: &'static str,
    figure: &'static str,
    of: &'static str,
    against: &'static str,
    wanted: Wanted,
}

#[derive(Clone, Copy)]
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

use Wanted::{AtLeast, AtMost};

const LINES: [Line; 16] = [
    line(
        "menu hop, against one Redis script",
        "hops/s",
        "menu",
        "bare hop, one script",
        "floor.one",
        AtLeast(0.6),
    ),
    line(
        "menu hop, against as many trips",
        "hops/s",
        "menu",
        "bare hop, two trips",
        "floor.two",
        AtLeast(0.85),
    ),
    line(
        "answer hop",
        "hops/s",
        "answer",
        "bare hop, one statement",
        "floor.answer",
        AtLeast(0.7),
    ),
    line(
        "stake hop",
        "hops/s",
        "stake",
        "bare hop, five statements",
        "floor.stake",
        AtLeast(0.6),
    ),
    line(
        "stake hop, all of one category and stake",
        "hops/s",
        "stake.crowded",
        "spread over all",
        "stake",
        AtLeast(0.0),
    ),
    line(
        "whole game, dial to result SMS",
        "hops/s",
        "game",
        "sum of the floors",
        "floor.game",
        AtLeast(0.5),
    ),
    line(
        "whole game, against Node",
        "hops/s",
        "game",
        "Node peer",
        "peer.game",
        AtLeast(2.0),
    ),
    line(
        "processor time a hop, against Node",
        "us",
        "game.processor",
        "Node peer",
        "peer.processor",
        AtMost(0.25),
    ),
    line(
        "settlement in batches of 100",
        "pairs/s",
        "settle.100",
        "bare batch of 100",
        "bare.settle.100",
        AtLeast(0.6),
    ),
    line(
        "settlement, against one by one",
        "pairs/s",
        "settle.100",
        "batches of 1",
        "settle.1",
        AtLeast(10.0),
    ),
    line(
        "SQLite: transactions of one statement, all clients at once",
        "a second",
        "sqlite.shared",
        "bare commits of 16",
        "bare.sqlite.16",
        AtLeast(0.8),
    ),
    line(
        "SQLite: answers, durability full",
        "hops/s",
        "sqlite.answer",
        "bare commits of 16",
        "bare.sqlite.16",
        AtLeast(0.8),
    ),
    line(
        "SQLite: the same, ungrouped",
        "hops/s",
        "sqlite.answer",
        "bare commits of 1",
        "bare.sqlite.1",
        AtLeast(1.0),
    ),
    line(
        "SQLite: whole game",
        "hops/s",
        "sqlite.game",
        "the same on PostgreSQL",
        "game",
        AtLeast(0.0),
    ),
    line(
        "p99 of a menu hop",
        "us",
        "menu.p99",
        "its median",
        "menu.p50",
        AtMost(4.0),
    ),
    line(
        "bare hop without a trip",
        "hops/s",
        "floor.none",
        "with one script",
        "floor.one",
        AtLeast(1.0),
    ),
];

/// What stands for itself: name, unit, figure, the most that it may be.
const ALONE: [(&str, &str, &str, Option<f64>); 12] = [
    (
        "resident memory, idle, PostgreSQL",
        "MiB",
        "idle.postgres.mib",
        Some(40.0),
    ),
    (
        "resident memory, idle, SQLite",
        "MiB",
        "idle.sqlite.mib",
        Some(40.0),
    ),
    (
        "resident memory after menus, 32 clients",
        "MiB",
        "menu.mib",
        Some(100.0),
    ),
    (
        "resident memory after games, 32 clients",
        "MiB",
        "game.mib",
        Some(100.0),
    ),
    ("resident memory of the Node peer", "MiB", "peer.mib", None),
    (
        "processor, idle, PostgreSQL",
        "% of a core",
        "idle.postgres.percent",
        Some(1.0),
    ),
    (
        "processor, idle, SQLite",
        "% of a core",
        "idle.sqlite.percent",
        Some(1.0),
    ),
    (
        "start to ready, PostgreSQL",
        "ms",
        "ready.postgres.ms",
        Some(1_000.0),
    ),
    (
        "start to ready, SQLite",
        "ms",
        "ready.sqlite.ms",
        Some(1_000.0),
    ),
    ("processor time of a menu hop", "us", "menu.processor", None),
    (
        "last answer hop, which ends the round",
        "hops/s",
        "finish",
        None,
    ),
    ("size of the program", "MiB", "binary.mib", None),
];

const fn line(
    what: &'static str,
    unit: &'static str,
    figure: &'static str,
    of: &'static str,
    against: &'static str,
    wanted: Wanted,
) -> Line {
    Line {
        what,
        unit,
        figure,
        of,
        against,
        wanted,
    }
}

impl Figures {
    /// The floor of a whole game: four menu hops, a stake, five answers, and half a settlement, in hops
    /// a second.
    fn game_floor(&self) -> Vec<f64> {
        let each = [
            "floor.one",
            "floor.stake",
            "floor.answer",
            "bare.settle.100",
        ];
        let [menu, stake, answer, settle] = each.map(|name| self.of(name));
        let rounds = menu.iter().zip(stake).zip(answer).zip(settle);
        rounds
            .map(|(((menu, stake), answer), settle)| {
                10.0 / (4.0 / menu + 1.0 / stake + 5.0 / answer + 0.5 / settle)
            })
            .collect()
    }

    fn named(&self, name: &str) -> Vec<f64> {
        if name == "floor.game" {
            self.game_floor()
        } else {
            self.of(name).to_vec()
        }
    }
}

/// The whole table as Markdown.
pub(super) fn table(figures: &Figures, arguments: &Arguments) -> String {
    let mut text = String::new();
    let Arguments {
        rounds,
        seconds,
        games,
        clients,
        ..
    } = arguments;
    let _ = writeln!(
        text,
        "{rounds} rounds; {clients} clients; {seconds} s or {games} games each. Median, and how far the rounds are \
apart in per cent of it. Ratios are taken within a round; theirs is the median too.\n"
    );
    text.push_str("| what | service | against | | ratio | wanted | |\n| --- | ---: | --- | ---: | ---: | ---: | --- |\n");
    for line in &LINES {
        let (own, other) = (figures.named(line.figure), figures.named(line.against));
        if own.is_empty() || other.is_empty() {
            let _ = writeln!(
                text,
                "| {} | | {} | | not measured | | |",
                line.what, line.of
            );
            continue;
        }
        let ratios: Vec<f64> = own
            .iter()
            .zip(&other)
            .map(|(own, other)| own / other)
            .collect();
        let ratio = median(&ratios);
        let (wanted, is_met) = match line.wanted {
            AtLeast(0.0) => (String::new(), None),
            AtLeast(least) => (format!(">= {least}"), Some(ratio >= least)),
            AtMost(most) => (format!("<= {most}"), Some(ratio <= most)),
        };
        let _ = writeln!(
            text,
            "| {} | {} {} | {} | {} | **{ratio:.2}** ({:.2} to {:.2}) | {wanted} | {} |",
            line.what,
            shown(&own),
            line.unit,
            line.of,
            shown(&other),
            least(&ratios),
            most(&ratios),
            verdict(is_met),
        );
    }
    text.push_str("\n| what | measured | wanted | |\n| --- | ---: | ---: | --- |\n");
    for (what, unit, name, wanted) in ALONE {
        let measured = figures.of(name);
        if measured.is_empty() {
            continue;
        }
        let is_met = wanted.map(|most| median(measured) <= most);
        let wanted = wanted.map(|most| format!("<= {most}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {what} | {} {unit} | {wanted} | {} |",
            shown(measured),
            verdict(is_met)
        );
    }
    text
}

/// A figure as a person reads it: `12300 ±4 %`.
fn shown(figures: &[f64]) -> String {
    let middle = median(figures);
    let number = if middle >= 100.0 {
        format!("{middle:.0}")
    } else {
        format!("{middle:.1}")
    };
    let spread = (most(figures) - least(figures)) / middle / 2.0 * 100.0;
    match figures {
        [] | [_] => number,
        _ => format!("{number} ±{spread:.0} %"),
    }
}

fn verdict(is_met: Option<bool>) -> &'static str {
    match is_met {
        None => "",
        Some(true) => "met",
        Some(false) => "not met",
    }
}

fn least(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(0.0, f64::max)
}
