//! One node of the picture: the start, an action as a card, a screen as a phone.

use super::{at, escape, put, tooltip};
use crate::menu::{
    display::COLUMNS,
    draw::{
        graph::{Graph, Kind, Node, NodeId, Panel},
        layout::{Place, Size},
    },
};
use std::fmt::Write;

/// The width of a letter of 11 pixels in a font of even widths.
pub(super) const TEXT_WIDTH: f64 = 6.62;

/// The same for one of 10 pixels.
const SMALL_WIDTH: f64 = 6.02;

/// How far apart the lines of a display are.
const LINE: f64 = 14.0;

/// The bar above a display, with the screen's name.
const BAR: f64 = 24.0;

/// From the frame of a phone to its display, and from there to the text.
const FRAME: f64 = 6.0;
const PADDING: f64 = 8.0;

/// The height of a row of chips.
const CHIP: f64 = 19.0;

/// The height of an action's name, and of each outcome.
const CARD_BAR: f64 = 26.0;
const ROW: f64 = 17.0;

/// Whether a way of a node is drawn as a line.
type IsLine<'a> = &'a dyn Fn(NodeId, usize) -> bool;

/// A chip below a display.
struct Chip {
    text: String,
    /// The id of what it leads to; `None`: it stays on the screen.
    to: Option<String>,
    is_jump: bool,
    x: f64,
    row: usize,
}

fn width_of(text: &str, letter: f64) -> f64 {
    f64::from(u32::try_from(text.chars().count()).unwrap_or_default()) * letter
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or_default())
}

fn phone_width() -> f64 {
    count(COLUMNS) * TEXT_WIDTH + 2.0 * (FRAME + PADDING)
}

/// How large a node is.
pub(super) fn size(graph: &Graph, id: NodeId, is_line: IsLine<'_>) -> Size {
    let node = &graph.nodes[id];
    match &node.kind {
        Kind::Start => Size {
            width: 58.0,
            height: 30.0,
            entry: 15.0,
            exits: vec![15.0],
        },
        Kind::Action(_) => {
            let rows = node.ways.len();
            let texts =
                (0..rows).map(|way| width_of(&row_text(graph, id, way, is_line), SMALL_WIDTH));
            let sign = if node.moves_money() { 32.0 } else { 0.0 };
            let name = width_of(node.name(), TEXT_WIDTH) + sign;
            Size {
                width: texts.fold(name, f64::max) + 22.0,
                height: CARD_BAR + count(rows) * ROW + 5.0,
                entry: CARD_BAR / 2.0,
                exits: (0..rows)
                    .map(|row| CARD_BAR + (count(row) + 0.5) * ROW)
                    .collect(),
            }
        }
        Kind::Screen(panel) => {
            let rows = chips(graph, id, panel, is_line)
                .last()
                .map_or(0, |chip| chip.row + 1);
            let middle = |lines: (usize, usize)| {
                display_top() + (count(lines.0 + lines.1) / 2.0 + 0.5) * LINE
            };
            Size {
                width: phone_width(),
                height: BAR + display_height(panel) + count(rows) * CHIP + FRAME,
                entry: BAR / 2.0,
                exits: node.ways.iter().map(|way| middle(way.lines)).collect(),
            }
        }
    }
}

/// From the top of a phone to its first line.
fn display_top() -> f64 {
    BAR + 4.0
}

fn display_height(panel: &Panel) -> f64 {
    count(panel.lines.len()) * LINE + 8.0
}

/// What stands in an action's row: the outcome, and where it leads if no line says so.
fn row_text(graph: &Graph, id: NodeId, way: usize, is_line: IsLine<'_>) -> String {
    let leads = &graph.nodes[id].ways[way];
    if is_line(id, way) {
        leads.label.clone()
    } else {
        format!("{} \u{2192} {}", leads.label, graph.nodes[leads.to].name())
    }
}

/// The chips below a screen, in rows: pages, keys without a line, back, home.
fn chips(graph: &Graph, id: NodeId, panel: &Panel, is_line: IsLine<'_>) -> Vec<Chip> {
    let chip = |text: String, to: Option<String>, is_jump: bool| Chip {
        text,
        to,
        is_jump,
        x: 0.0,
        row: 0,
    };
    let mut chips = Vec::new();
    if panel.pages > 1 {
        chips.push(chip(
            format!("{} page 1 of {}", graph.keys.more, panel.pages),
            None,
            false,
        ));
    }
    for (way, leads) in graph.nodes[id].ways.iter().enumerate() {
        if !is_line(id, way) {
            let to = &graph.nodes[leads.to];
            let text = format!("{} \u{2192} {}", leads.label, to.target());
            chips.push(chip(text, Some(to.id()), true));
        }
    }
    let mut key = |key: &str, to: &Option<String>| {
        if let Some(to) = to {
            chips.push(chip(
                format!("{key} \u{2192} {to}"),
                Some(format!("screen_{to}")),
                false,
            ));
        }
    };
    if panel.back == panel.home {
        let both = format!("{}, {}", graph.keys.back, graph.keys.home);
        key(&both, &panel.home);
    } else {
        key(&graph.keys.back, &panel.back);
        key(&graph.keys.home, &panel.home);
    }
    let (mut x, mut row) = (FRAME, 0);
    for chip in &mut chips {
        let width = width_of(&chip.text, SMALL_WIDTH) + 10.0;
        if x > FRAME && x + width > phone_width() - FRAME {
            (x, row) = (FRAME, row + 1);
        }
        (chip.x, chip.row) = (x, row);
        x += width + 4.0;
    }
    chips
}

/// Draws a node.
pub(super) fn draw_node(
    out: &mut String,
    graph: &Graph,
    id: NodeId,
    place: Place,
    size: &Size,
    is_line: IsLine<'_>,
) {
    let node = &graph.nodes[id];
    let class = match &node.kind {
        Kind::Screen(panel) if panel.ends => " class=\"ends\"",
        Kind::Screen(panel) if panel.is_timed => " class=\"timed\"",
        Kind::Screen(_) | Kind::Start | Kind::Action(_) => "",
    };
    put!(
        out,
        "<g id=\"{}\"{class} transform=\"translate({} {})\"><title>{}</title>",
        escape(&node.id()),
        at(place.x),
        at(place.y),
        escape(&tooltip(node))
    );
    match &node.kind {
        Kind::Start => start(out, size),
        Kind::Action(_) => card(out, graph, id, size, is_line),
        Kind::Screen(panel) => {
            phone(out, panel, size);
            for chip in chips(graph, id, panel, is_line) {
                draw_chip(out, panel, &chip);
            }
            keys(out, node, id, size, is_line);
        }
    }
    put!(out, "</g>");
}

fn start(out: &mut String, size: &Size) {
    put!(
        out,
        "<rect class=\"start\" width=\"{}\" height=\"{}\" rx=\"15\"/>\
        <text class=\"name middle\" x=\"{}\" y=\"19\">dial</text>",
        at(size.width),
        at(size.height),
        at(size.width / 2.0)
    );
}

fn card(out: &mut String, graph: &Graph, id: NodeId, size: &Size, is_line: IsLine<'_>) {
    let node = &graph.nodes[id];
    let money = if node.moves_money() { " money" } else { "" };
    put!(
        out,
        "<rect class=\"card{money}\" width=\"{}\" height=\"{}\" rx=\"5\"/>\
        <text class=\"name\" x=\"10\" y=\"17.5\">{}</text>",
        at(size.width),
        at(size.height),
        escape(node.name())
    );
    if node.moves_money() {
        put!(out, "{}", coin(size.width - 15.0, 14.0));
    }
    for (way, leads) in node.ways.iter().enumerate() {
        let y = size.exits[way];
        let text = escape(&row_text(graph, id, way, is_line));
        if is_line(id, way) {
            put!(
                out,
                "<text class=\"chip-text\" x=\"10\" y=\"{}\">{text}</text>\
                <circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"2.6\"/>",
                at(y + 3.5),
                at(size.width),
                at(y)
            );
        } else {
            put!(
                out,
                "<a href=\"#{}\"><text class=\"jump-text\" x=\"10\" y=\"{}\">{text}</text></a>",
                escape(&graph.nodes[leads.to].id()),
                at(y + 3.5)
            );
        }
    }
}

fn phone(out: &mut String, panel: &Panel, size: &Size) {
    let (width, height) = (size.width, size.height);
    if panel.pages > 1 {
        put!(
            out,
            "<rect class=\"page\" x=\"5\" y=\"5\" width=\"{}\" height=\"{}\" rx=\"9\"/>",
            at(width),
            at(height)
        );
    }
    put!(
        out,
        "<rect class=\"body\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
        <text class=\"name\" x=\"10\" y=\"16.5\">{}</text>\
        <rect class=\"lcd\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>",
        at(width),
        at(height),
        escape(&panel.name),
        at(FRAME),
        at(BAR),
        at(width - 2.0 * FRAME),
        at(display_height(panel) - 2.0)
    );
    if panel.ends {
        put!(
            out,
            "<text class=\"badge-text\" x=\"{}\" y=\"16.5\">END</text>",
            at(width - 20.0)
        );
    }
    if panel.is_timed {
        put!(out, "{}", clock(width - 17.0, BAR / 2.0));
    }
    for (number, line) in panel.lines.iter().enumerate() {
        if line.text.is_empty() {
            continue;
        }
        // The length is given, so that every font breaks where the display does.
        put!(
            out,
            "<text class=\"lcd-text\" x=\"{}\" y=\"{}\" textLength=\"{}\" \
            lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            at(FRAME + PADDING),
            at(display_top() + (count(number) + 0.78) * LINE),
            at(width_of(&line.text, TEXT_WIDTH)),
            escape(&line.text)
        );
    }
}

fn draw_chip(out: &mut String, panel: &Panel, chip: &Chip) {
    let y = BAR + display_height(panel) + count(chip.row) * CHIP + 1.0;
    let (chip_class, text_class) = if chip.is_jump {
        ("chip jump", "jump-text")
    } else {
        ("chip", "chip-text")
    };
    let shape = format!(
        "<rect class=\"{chip_class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"15\" rx=\"4\"/>\
        <text class=\"{text_class}\" x=\"{}\" y=\"{}\">{}</text>",
        at(chip.x),
        at(y),
        at(width_of(&chip.text, SMALL_WIDTH) + 10.0),
        at(chip.x + 5.0),
        at(y + 11.0),
        escape(&chip.text)
    );
    match &chip.to {
        Some(to) => put!(out, "<a href=\"#{}\">{shape}</a>", escape(to)),
        None => put!(out, "{shape}"),
    }
}

/// The keys that lines leave from, on the right edge of a phone.
fn keys(out: &mut String, node: &Node, id: NodeId, size: &Size, is_line: IsLine<'_>) {
    for (way, leads) in node.ways.iter().enumerate() {
        if !is_line(id, way) {
            continue;
        }
        let y = size.exits[way];
        let (first, last) = leads.lines;
        if last > first {
            let reach = count(last - first + 1) * LINE / 2.0 - 3.0;
            put!(
                out,
                "<path class=\"bracket\" d=\"M{} {}h5v{}h-5\"/>",
                at(size.width - FRAME - 6.0),
                at(y - reach),
                at(2.0 * reach)
            );
        }
        let width = width_of(&leads.label, SMALL_WIDTH) + 12.0;
        let x = size.width - 9.0;
        put!(
            out,
            "<rect class=\"key\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" rx=\"7\"/>\
            <text class=\"key-text\" x=\"{}\" y=\"{}\">{}</text>",
            at(x),
            at(y - 7.0),
            at(width),
            at(x + width / 2.0),
            at(y + 3.5),
            escape(&leads.label)
        );
    }
}

/// The sign of money: a coin.
pub(super) fn coin(x: f64, y: f64) -> String {
    format!(
        "<circle class=\"coin\" cx=\"{}\" cy=\"{}\" r=\"8.5\"/>\
        <text class=\"coin-text\" x=\"{}\" y=\"{}\">KES</text>",
        at(x),
        at(y),
        at(x),
        at(y + 2.5)
    )
}

/// The sign of a question against the clock.
pub(super) fn clock(x: f64, y: f64) -> String {
    format!(
        "<circle class=\"face\" cx=\"{}\" cy=\"{}\" r=\"7\"/>\
        <path class=\"hand\" d=\"M{} {}v-4.5M{} {}h3.5\"/>",
        at(x),
        at(y),
        at(x),
        at(y),
        at(x),
        at(y)
    )
}

/// The sign of a screen that ends the session.
pub(super) fn end_badge(x: f64, y: f64) -> String {
    format!(
        "<rect class=\"badge\" x=\"{}\" y=\"{}\" width=\"28\" height=\"14\" rx=\"3\"/>\
        <text class=\"badge-text\" x=\"{}\" y=\"{}\">END</text>",
        at(x),
        at(y),
        at(x + 14.0),
        at(y + 10.8)
    )
}
