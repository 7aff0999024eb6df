//! Where everything stands: layers from left to right, as a tidy tree.
//!
//! Each node hangs on one way, the one that a player usually comes by; these ways are lines and never
//! cross. Of the other ways those become lines that lead to the next layer without crossing any; the
//! rest are jumps, written beside their key instead of drawn.

use super::graph::{Graph, Kind, NodeId, START};

/// The size of a node, and where lines touch it.
#[derive(Clone, Debug)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
    /// From its top to where lines come in, at the left.
    pub(super) entry: f64,
    /// From its top to where each of its ways goes out, at the right.
    pub(super) exits: Vec<f64>,
}

/// Where a node's upper left corner is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A way that is drawn as a line: its node, and its place among the node's ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) from: NodeId,
    pub(super) way: usize,
}

/// Which node hangs on which, how far from the start.
pub(super) struct Tree {
    depth: Vec<usize>,
    /// The ways to the nodes that hang on each node, in the order of its ways.
    children: Vec<Vec<usize>>,
    /// All lines, in order.
    pub(super) lines: Vec<Line>,
}

/// How far apart layers are.
pub(super) const LAYER_GAP: f64 = 68.0;

/// How far apart nodes of one layer are.
const NODE_GAP: f64 = 26.0;

/// How unusual a way is: another outcome than the first one of an action is unusual, and another
/// than the first at the start, where an old session is taken up again, is very unusual.
fn oddity(graph: &Graph, from: NodeId, way: usize) -> usize {
    let Some(node) = graph.nodes.get(from) else {
        return 0;
    };
    let begins = |start: &super::graph::Node| start.ways.iter().any(|way| way.to == from);
    match (&node.kind, way) {
        (Kind::Start | Kind::Screen(_), _) | (Kind::Action(_), 0) => 0,
        (Kind::Action(_), _) if graph.nodes.get(START).is_some_and(begins) => 100,
        (Kind::Action(_), _) => 1,
    }
}

impl Tree {
    /// The tree of the least odd, then shortest ways, and which further ways can be lines.
    pub(super) fn of(graph: &Graph) -> Self {
        let count = graph.nodes.len();
        let mut best: Vec<Option<(usize, usize)>> = vec![None; count];
        let mut hangs_on: Vec<Option<Line>> = vec![None; count];
        best[START] = Some((0, 0));
        // No way is worse than none, so this ends after as many rounds as there are nodes.
        let mut is_better = true;
        while is_better {
            is_better = false;
            for (from, node) in graph.nodes.iter().enumerate() {
                let Some((odd, long)) = best[from] else {
                    continue;
                };
                for (way, leads) in node.ways.iter().enumerate() {
                    let cost = (odd + oddity(graph, from, way), long + 1);
                    if best[leads.to].is_none_or(|known| cost < known) {
                        best[leads.to] = Some(cost);
                        hangs_on[leads.to] = Some(Line { from, way });
                        is_better = true;
                    }
                }
            }
        }
        let depth: Vec<usize> = best.iter().map(|cost| cost.map_or(0, |c| c.1)).collect();
        let mut lines: Vec<Line> = hangs_on.iter().copied().flatten().collect();
        lines.sort_unstable();
        let mut children = vec![Vec::new(); count];
        for line in &lines {
            children[line.from].push(line.way);
        }
        let mut tree = Self {
            depth,
            children,
            lines,
        };
        tree.add_lines(graph);
        tree
    }

    /// Whether a way is drawn as a line.
    pub(super) fn has_line(&self, from: NodeId, way: usize) -> bool {
        self.lines.binary_search(&Line { from, way }).is_ok()
    }

    /// Makes lines of those further ways that cross nothing.
    fn add_lines(&mut self, graph: &Graph) {
        let ranks = self.ranks(graph);
        let ends = |line: &Line| {
            let to = graph.nodes[line.from].ways[line.way].to;
            ((ranks[line.from], line.way), ranks[to])
        };
        let is_reached = |node: NodeId| node == START || self.depth[node] > 0;
        let reached: Vec<NodeId> = (0..graph.nodes.len()).filter(|n| is_reached(*n)).collect();
        for from in reached {
            for (way, leads) in graph.nodes[from].ways.iter().enumerate() {
                let line = Line { from, way };
                if self.depth[leads.to] != self.depth[from] + 1 || self.lines.contains(&line) {
                    continue;
                }
                let (begins, arrives) = ends(&line);
                let crosses = |other: &Line| {
                    let (other_begins, other_arrives) = ends(other);
                    self.depth[other.from] == self.depth[from]
                        && begins.cmp(&other_begins) != arrives.cmp(&other_arrives)
                        && arrives != other_arrives
                };
                if !self.lines.iter().any(crosses) {
                    self.lines.push(line);
                }
            }
        }
        self.lines.sort_unstable();
    }

    /// Each node's place from the top within its layer.
    fn ranks(&self, graph: &Graph) -> Vec<usize> {
        let mut ranks = vec![0; graph.nodes.len()];
        let mut next = vec![0; graph.nodes.len() + 1];
        let mut open = vec![START];
        while let Some(node) = open.pop() {
            let layer = &mut next[self.depth[node]];
            ranks[node] = *layer;
            *layer += 1;
            let children = self.children[node].iter().rev();
            open.extend(children.map(|way| graph.nodes[node].ways[*way].to));
        }
        ranks
    }

    /// Places the nodes: no two touch, and no line crosses another.
    pub(super) fn places(&self, graph: &Graph, sizes: &[Size]) -> Vec<Place> {
        let mut places = vec![Place::default(); sizes.len()];
        let tree = self.subtree(graph, sizes, START);
        let top = tree.layers.iter().map(|layer| layer.0);
        let top = top.fold(f64::INFINITY, f64::min);
        for (node, y) in tree.nodes {
            places[node].y = y - top;
        }
        let layers = self.depth.iter().max().map_or(0, |deepest| deepest + 1);
        let mut widths = vec![0.0_f64; layers];
        for (node, size) in sizes.iter().enumerate() {
            let width = &mut widths[self.depth[node]];
            *width = width.max(size.width);
        }
        let starts: Vec<f64> = widths
            .iter()
            .scan(0.0, |x, width| {
                let start = *x;
                *x += width + LAYER_GAP;
                Some(start)
            })
            .collect();
        for (node, place) in places.iter_mut().enumerate() {
            place.x = starts[self.depth[node]];
        }
        places
    }

    fn subtree(&self, graph: &Graph, sizes: &[Size], node: NodeId) -> Subtree {
        let mut all = Subtree::default();
        let mut wanted = Vec::new();
        for way in &self.children[node] {
            let child = graph.nodes[node].ways[*way].to;
            let mut below = self.subtree(graph, sizes, child);
            below.shift(all.room_for(&below));
            let y = below.nodes.first().map_or(0.0, |(_, y)| *y);
            wanted.push(y + sizes[child].entry - sizes[node].exits[*way]);
            all.add(below);
        }
        // Where its lines are as level as can be.
        let y = match (wanted.first(), wanted.last()) {
            (Some(first), Some(last)) => f64::midpoint(*first, *last),
            _ => 0.0,
        };
        all.nodes.insert(0, (node, y));
        all.layers.insert(0, (y, y + sizes[node].height));
        all
    }
}

/// A part of the tree: where its nodes are, its root first, and from where to where each layer goes.
#[derive(Default)]
struct Subtree {
    nodes: Vec<(NodeId, f64)>,
    layers: Vec<(f64, f64)>,
}

impl Subtree {
    /// How far down another one has to go to stand below this one.
    fn room_for(&self, other: &Self) -> f64 {
        let pairs = self.layers.iter().zip(&other.layers);
        let shifts = pairs.map(|(above, below)| above.1 + NODE_GAP - below.0);
        let least = shifts.fold(f64::NEG_INFINITY, f64::max);
        if least.is_finite() { least } else { 0.0 }
    }

    fn shift(&mut self, by: f64) {
        for (_, y) in &mut self.nodes {
            *y += by;
        }
        for (top, bottom) in &mut self.layers {
            *top += by;
            *bottom += by;
        }
    }

    fn add(&mut self, below: Self) {
        self.nodes.extend(below.nodes);
        for (layer, reach) in below.layers.into_iter().enumerate() {
            match self.layers.get_mut(layer) {
                Some(known) => known.1 = reach.1,
                None => self.layers.push(reach),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::menu::draw::graph::{Node, Panel, Way};

    /// A graph of nameless screens with these ways between them.
    fn graph(count: usize, ways: &[(usize, usize)]) -> Graph {
        let panel = || Panel {
            name: String::new(),
            lines: Vec::new(),
            pages: 1,
            ends: false,
            is_timed: false,
            back: None,
            home: None,
        };
        let leads = |from: usize| {
            let from_here = ways.iter().filter(|(of, to)| *of == from && *to < count);
            let way = |(_, to): &(usize, usize)| Way {
                label: String::new(),
                lines: (0, 0),
                to: *to,
            };
            from_here.map(way).collect()
        };
        let nodes = (0..count).map(|number| Node {
            kind: Kind::Screen(panel()),
            ways: leads(number),
        });
        Graph {
            nodes: nodes.collect(),
            language: String::new(),
            keys: crate::menu::draw::graph::NavigationKeys::default(),
        }
    }

    /// Sizes that differ, with an exit for each way from the top down.
    fn sizes(graph: &Graph) -> Vec<Size> {
        let size = |(number, node): (usize, &Node)| {
            let step = |at: usize| f64::from(u32::try_from(at).unwrap());
            let ways = node.ways.len();
            Size {
                width: 40.0 + 13.0 * step(number % 5),
                height: 30.0 + 10.0 * step(ways) + 7.0 * step(number % 3),
                entry: 10.0,
                exits: (0..ways).map(|way| 20.0 + 10.0 * step(way)).collect(),
            }
        };
        graph.nodes.iter().enumerate().map(size).collect()
    }

    proptest! {
        #[test]
        fn nothing_overlaps_and_no_line_crosses_another(
            count in 1..24_usize,
            ways in prop::collection::vec((0..24_usize, 0..24_usize), 0..60),
        ) {
            let graph = graph(count, &ways);
            let sizes = sizes(&graph);
            let tree = Tree::of(&graph);
            let places = tree.places(&graph, &sizes);
            let is_reached = |node: NodeId| node == START || tree.depth[node] > 0;
            let reached: Vec<NodeId> = (0..count).filter(|node| is_reached(*node)).collect();
            for (at, one) in reached.iter().enumerate() {
                prop_assert!(places[*one].y >= 0.0);
                for other in &reached[at + 1..] {
                    let (a, b) = (places[*one], places[*other]);
                    let is_apart = a.x + sizes[*one].width <= b.x
                        || b.x + sizes[*other].width <= a.x
                        || a.y + sizes[*one].height <= b.y
                        || b.y + sizes[*other].height <= a.y;
                    prop_assert!(is_apart, "{one} and {other}");
                }
            }
            // Each node but the start has a line to it, from the layer before.
            let end = |line: &Line| graph.nodes[line.from].ways[line.way].to;
            for node in reached.iter().filter(|node| **node != START) {
                prop_assert!(tree.lines.iter().any(|line| end(line) == *node));
            }
            for one in &tree.lines {
                prop_assert_eq!(tree.depth[one.from] + 1, tree.depth[end(one)]);
                for other in &tree.lines {
                    if tree.depth[one.from] != tree.depth[other.from] {
                        continue;
                    }
                    let begins = |line: &Line| places[line.from].y + sizes[line.from].exits[line.way];
                    let arrives = |line: &Line| places[end(line)].y;
                    let (left, right) = (begins(one) - begins(other), arrives(one) - arrives(other));
                    prop_assert!(left * right >= 0.0, "{one:?} crosses {other:?}");
                }
            }
        }
    }
}
