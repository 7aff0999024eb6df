//! The picture in Graphviz' language: `dot -Tsvg menu.dot`.

use std::fmt::Write;

use super::graph::{Graph, Kind, Node, Panel};

/// Writes the picture.
pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::from("digraph menu {\n");
    let title = format!(
        "The USSD menu: {} screens, {}",
        graph.screens(),
        graph.language
    );
    let _ = writeln!(
        out,
        "  graph [rankdir=LR, label={}, labelloc=t, fontname=\"Helvetica\", tooltip=\"menu\"];",
        quoted(&title)
    );
    out.push_str("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontname=\"Courier\", fontsize=10];\n");
    out.push_str("  edge [color=\"#64748b\", fontname=\"Courier\", fontsize=10];\n");
    for node in &graph.nodes {
        let _ = writeln!(out, "  {} [{}];", quoted(&node.id()), attributes(node));
    }
    for node in &graph.nodes {
        for way in &node.ways {
            let _ = writeln!(
                out,
                "  {} -> {} [label={}];",
                quoted(&node.id()),
                quoted(&graph.nodes[way.to].id()),
                quoted(&way.label)
            );
        }
    }
    out.push_str("}\n");
    out
}

fn attributes(node: &Node) -> String {
    match &node.kind {
        Kind::Start => "shape=circle, fillcolor=\"#bbf7d0\", label=\"dial\"".into(),
        Kind::Action(_) if node.moves_money() => format!(
            "shape=hexagon, style=filled, fillcolor=\"#fde68a\", color=\"#d97706\", penwidth=3, label={}",
            quoted(&format!("{}\nKES: moves money", node.name()))
        ),
        Kind::Action(_) => format!(
            "shape=hexagon, style=filled, fillcolor=\"#e0e7ff\", label={}",
            quoted(node.name())
        ),
        Kind::Screen(panel) => {
            let look = if panel.ends {
                "peripheries=2, fillcolor=\"#e2e8f0\", "
            } else if panel.is_timed {
                "color=\"#be185d\", penwidth=2, "
            } else {
                ""
            };
            format!("{look}label={}", left(&label(panel)))
        }
    }
}

/// What a screen's node says, line by line.
pub(super) fn label(panel: &Panel) -> Vec<String> {
    let sign = match (panel.ends, panel.is_timed) {
        (true, _) => " (END)",
        (false, true) => " (against the clock)",
        (false, false) => "",
    };
    let mut lines = vec![format!("[{}]{sign}", panel.name)];
    lines.extend(panel.lines.iter().map(|line| line.text.clone()));
    let ways = [("0", &panel.back), ("00", &panel.home)];
    let ways = ways
        .into_iter()
        .filter_map(|(key, to)| to.as_ref().map(|to| format!("{key}: {to}")));
    let ways: Vec<String> = ways.collect();
    if !ways.is_empty() {
        lines.push(format!("({})", ways.join(", ")));
    }
    lines
}

/// A text in quotes. Backslashes and quotes are escaped; a line break is centred.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text).replace('\n', "\\n"))
}

/// Lines flush left, in quotes.
fn left(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("{}\\l", escape(line)));
    format!("\"{}\"", lines.collect::<String>())
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
