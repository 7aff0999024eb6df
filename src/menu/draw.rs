//! Pictures of the menu machine, for people who look after it: every screen as it stands on a small
//! phone, every key and every outcome as an arrow. SVG to look at, Mermaid and DOT for other tools.
//!
//! Pure functions over a sound menu; the same menu always gives the same picture.

mod dot;
mod graph;
mod layout;
mod mermaid;
mod sample;
mod svg;

use super::{Facts, Menu};

/// What a picture is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A picture for browsers and documents.
    Svg,
    /// A Mermaid flowchart.
    Mermaid,
    /// Graphviz' language.
    Dot,
}

/// Categories for the picture of a house whose questions are not at hand.
pub const CATEGORIES: [&str; 6] = [
    "Africa",
    "Bible",
    "Football",
    "Kenya",
    "Music and film",
    "Science",
];

/// Draws a menu that [`super::check::check`] has nothing against, in one of its languages. `facts`
/// are the house's; what only a player has (a balance, a question, games) is made up. Screens are
/// rendered for a network with `budget` septets, prefix included.
#[must_use]
pub fn draw(menu: &Menu, facts: &Facts, locale: &str, budget: usize, format: Format) -> String {
    let graph = graph::Graph::of(menu, facts, locale, budget);
    match format {
        Format::Svg => svg::write(&graph),
        Format::Mermaid => mermaid::write(&graph),
        Format::Dot => dot::write(&graph),
    }
}
