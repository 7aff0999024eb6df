//! The picture as a Mermaid flowchart, for documents whose reader draws it.

use std::fmt::Write;

use super::{
    dot::label,
    graph::{Graph, Kind, Node},
};

/// Screens are wrapped already.
const SETTINGS: &str = "%%{init: {\"flowchart\": {\"wrappingWidth\": 400}}}%%\nflowchart LR\n";

/// Writes the picture.
pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::from(SETTINGS);
    let title = format!(
        "The USSD menu: {} screens, {}",
        graph.screens(),
        graph.language
    );
    let _ = writeln!(out, "  accTitle: {}", title.replace(['\n', ';'], " "));
    // Names may hold what Mermaid's ids must not, so the nodes are numbered.
    for (number, node) in graph.nodes.iter().enumerate() {
        let _ = writeln!(out, "  n{number}{}", shape(node));
    }
    for (number, node) in graph.nodes.iter().enumerate() {
        for way in &node.ways {
            let label = match way.label.as_str() {
                "" => String::new(),
                label => format!("|{}|", quoted(&[label])),
            };
            let _ = writeln!(out, "  n{number} -->{label} n{}", way.to);
        }
    }
    out.push_str("  classDef screen text-align:left,font-family:monospace\n");
    out.push_str(
        "  classDef ends stroke:#475569,stroke-width:4px,text-align:left,font-family:monospace\n",
    );
    out.push_str(
        "  classDef timed stroke:#be185d,stroke-width:3px,text-align:left,font-family:monospace\n",
    );
    out.push_str("  classDef money fill:#fde68a,stroke:#d97706,stroke-width:4px,color:#451a03\n");
    out.push_str("  classDef start fill:#bbf7d0,stroke:#16a34a,color:#14532d\n");
    out
}

/// A node's shape, text and class.
fn shape(node: &Node) -> String {
    match &node.kind {
        Kind::Start => format!("(({})):::start", quoted(&["dial"])),
        Kind::Action(_) if node.moves_money() => {
            format!(
                "{{{{{}}}}}:::money",
                quoted(&[node.name(), "KES: moves money"])
            )
        }
        Kind::Action(_) => format!("{{{{{}}}}}", quoted(&[node.name()])),
        Kind::Screen(panel) => {
            let class = match (panel.ends, panel.is_timed) {
                (true, _) => "ends",
                (false, true) => "timed",
                (false, false) => "screen",
            };
            let lines = label(panel);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            format!("({}):::{class}", quoted(&lines))
        }
    }
}

/// Lines in quotes. Whatever means something to Mermaid, HTML or Markdown is written as a number.
fn quoted(lines: &[&str]) -> String {
    let escape = |line: &&str| -> String {
        let letters = line.chars().map(|letter| {
            if letter.is_alphanumeric() || " ,.:?!+-/%()=".contains(letter) {
                letter.to_string()
            } else {
                format!("#{};", u32::from(letter))
            }
        });
        // "1. " at the start of a line would make it a Markdown list.
        letters.collect::<String>().replacen(". ", "#46; ", 1)
    };
    let lines: Vec<String> = lines.iter().map(escape).collect();
    format!("\"{}\"", lines.join("<br/>"))
}
