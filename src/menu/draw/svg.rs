//! The picture as SVG: no fonts, scripts or files from elsewhere; colours for light and for dark
//! surroundings; every text escaped.

mod node;
mod style;

use std::fmt::Write;

use self::{
    node::{TEXT_WIDTH, draw_node, size},
    style::STYLE,
};
use super::{
    graph::{Graph, Kind, Node},
    layout::{LAYER_GAP, Place, Size, Tree},
};

/// Around everything.
const MARGIN: f64 = 28.0;

/// The room for the title and the legend above the picture.
const HEAD: f64 = 84.0;

/// What the picture says about itself where it is not seen.
const DESCRIPTION: &str = "Screens as small phone displays, from left to right in the order in which \
players come to them. An arrow leaves from the key that is pressed, or from the outcome of an action. \
Actions that move money have a thick amber frame and a coin; screens that end the session say END; \
questions against the clock have a clock. Chips below a screen name where other keys lead.";

/// Text and attribute values as XML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no other control characters than these.
            letter if letter.is_control() && !"\n\t".contains(letter) => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A coordinate: no more digits than an eye can see.
pub(super) fn at(coordinate: f64) -> String {
    let text = format!("{coordinate:.1}");
    text.strip_suffix(".0").map_or(text.clone(), Into::into)
}

/// Writes the picture.
pub(super) fn write(graph: &Graph) -> String {
    let tree = Tree::of(graph);
    let is_line = |from, way| tree.has_line(from, way);
    let sizes: Vec<Size> = (0..graph.nodes.len())
        .map(|node| size(graph, node, &is_line))
        .collect();
    let mut places = tree.places(graph, &sizes);
    for place in &mut places {
        place.x += MARGIN;
        place.y += MARGIN + HEAD;
    }
    let ends = places.iter().zip(&sizes);
    let (width, height) = ends.fold((0.0_f64, 0.0_f64), |(width, height), (place, size)| {
        let (right, bottom) = (place.x + size.width, place.y + size.height);
        (width.max(right + MARGIN), height.max(bottom + MARGIN))
    });
    let mut out = String::new();
    head(&mut out, graph, width.max(LEGEND_WIDTH), height);
    for line in &tree.lines {
        let to = graph.nodes[line.from].ways[line.way].to;
        arrow(
            &mut out,
            (places[line.from], &sizes[line.from], line.way),
            (places[to], &sizes[to]),
        );
    }
    for node in 0..graph.nodes.len() {
        draw_node(&mut out, graph, node, places[node], &sizes[node], &is_line);
    }
    out.push_str("</svg>\n");
    out
}

/// Adds a line of text to the picture; formatting into a string cannot fail.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {{
        let _ = writeln!($out, $($text)*);
    }};
}
use put;

fn head(out: &mut String, graph: &Graph, width: f64, height: f64) {
    let (width, height) = (at(width.ceil()), at(height.ceil()));
    let title = format!(
        "The USSD menu: {} screens, {}",
        graph.screens(),
        graph.language
    );
    put!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
        viewBox=\"0 0 {width} {height}\" role=\"graphics-document document\" \
        aria-labelledby=\"title description\">"
    );
    put!(out, "<title id=\"title\">{}</title>", escape(&title));
    put!(out, "<desc id=\"description\">{DESCRIPTION}</desc>");
    put!(out, "<style>{STYLE}</style>");
    put!(
        out,
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
        markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
        <path class=\"tip\" d=\"M0 0.5 8 4 0 7.5z\"/></marker></defs>"
    );
    put!(
        out,
        "<rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>"
    );
    put!(
        out,
        "<text class=\"title\" x=\"{}\" y=\"46\">{}</text>",
        at(MARGIN),
        escape(&title)
    );
    legend(out);
}

/// How wide a picture is at least, for the legend.
const LEGEND_WIDTH: f64 = 1_240.0;

/// What the signs mean.
fn legend(out: &mut String) {
    let y = 62.0;
    let mut x = MARGIN;
    let mut item = |sign: &str, sign_width: f64, text: &str| {
        put!(
            out,
            "<g transform=\"translate({} {})\">{sign}<text class=\"note\" x=\"{}\" y=\"13\">{}</text></g>",
            at(x),
            at(y),
            at(sign_width + 7.0),
            escape(text)
        );
        let letters = u32::try_from(text.chars().count()).unwrap_or_default();
        x += sign_width + 7.0 + f64::from(letters) * TEXT_WIDTH + 22.0;
    };
    item(
        "<rect class=\"key\" y=\"2\" width=\"20\" height=\"14\" rx=\"7\"/><text class=\"key-text\" x=\"10\" y=\"12.5\">1</text>",
        20.0,
        "key, or numbers of a list",
    );
    item(
        "<rect class=\"chip\" y=\"1\" width=\"64\" height=\"15\" rx=\"4\"/>\
        <text class=\"chip-text\" x=\"5\" y=\"12\">0 \u{2192} home</text>",
        64.0,
        "back and home",
    );
    item(
        "<rect class=\"chip jump\" y=\"1\" width=\"82\" height=\"15\" rx=\"4\"/>\
        <text class=\"jump-text\" x=\"5\" y=\"12\">1 \u{2192} deposit</text>",
        82.0,
        "leads elsewhere in the picture",
    );
    item(
        "<rect class=\"card\" x=\"1\" y=\"1\" width=\"26\" height=\"15\" rx=\"3\"/>",
        28.0,
        "action with its outcomes",
    );
    item(
        &format!(
            "<rect class=\"card money\" x=\"1\" y=\"1\" width=\"26\" height=\"15\" rx=\"3\"/>{}",
            node::coin(14.0, 8.5)
        ),
        28.0,
        "moves money",
    );
    item(&node::clock(9.0, 9.0), 18.0, "against the clock");
    item(&node::end_badge(0.0, 2.0), 28.0, "ends the session");
}

/// A line from a way's exit to the entry of the node in the next layer.
fn arrow(out: &mut String, from: (Place, &Size, usize), to: (Place, &Size)) {
    let (start, size, way) = from;
    let (x1, y1) = (start.x + size.width, start.y + size.exits[way]);
    let (x2, y2) = (to.0.x, to.0.y + to.1.entry);
    // Level as far as its own layer goes, so that it does not run into a wider neighbour.
    let bend = x2 - LAYER_GAP;
    let middle = bend + LAYER_GAP / 2.0;
    put!(
        out,
        "<path class=\"line\" d=\"M{} {}H{}C{} {} {} {} {} {}\" marker-end=\"url(#tip)\"/>",
        at(x1),
        at(y1),
        at(bend),
        at(middle),
        at(y1),
        at(middle),
        at(y2),
        at(x2),
        at(y2)
    );
}

/// What a node is, for who points at it.
fn tooltip(node: &Node) -> String {
    let name = node.name();
    match &node.kind {
        Kind::Start => "A player dials".into(),
        Kind::Action(_) if node.moves_money() => format!("Action {name}: moves money"),
        Kind::Action(_) => format!("Action {name}"),
        Kind::Screen(panel) if panel.ends => format!("Screen {name}: ends the session"),
        Kind::Screen(panel) if panel.is_timed => format!("Screen {name}: against the clock"),
        Kind::Screen(_) => format!("Screen {name}"),
    }
}
