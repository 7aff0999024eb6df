//! `menu draw`, and the picture in the docs.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Stdio},
};

use crate::{binary::House, menus::with_menus};

/// The picture in the docs.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/menu.svg");

/// The command that renews it.
const RENEW: &str = "cargo run -- menu draw --output docs/menu.svg";

/// Every screen of this repository's menu.
fn screens() -> Vec<String> {
    sections("screen")
}

/// The names of the sections of a kind in this repository's menu.
fn sections(kind: &str) -> Vec<String> {
    let menu = include_str!("../../menus/menu.toml");
    let start = format!("[{kind}.");
    let name = |line: &str| Some(line.strip_prefix(&start)?.strip_suffix(']')?.to_owned());
    menu.lines().filter_map(name).collect()
}

fn draw(house: &House, arguments: &[&str]) -> String {
    let said = house.run(&[&["menu", "draw"], arguments].concat()).ended(0);
    assert_eq!(said.stderr, "");
    said.stdout
}

#[test]
fn the_picture_in_the_docs_is_the_menu_as_it_is() {
    let drawn = draw(&House::new(), &[]);
    let kept = fs::read_to_string(PICTURE).unwrap_or_default();
    // Not assert_eq: nobody reads two pictures in a terminal.
    assert!(
        drawn == kept,
        "docs/menu.svg is out of date; renew it: {RENEW}"
    );
}

#[test]
fn the_picture_is_sound_xml_with_every_screen_key_and_sign() {
    let drawn = draw(&House::new(), &[]);
    let svg = roxmltree::Document::parse(&drawn).expect("XML");
    let root = svg.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let texts = |name: &str| -> Vec<String> {
        let named = root
            .descendants()
            .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name)));
        named
            .map(|node| node.text().unwrap_or_default().to_owned())
            .collect()
    };
    let labelled = root.attribute("aria-labelledby").expect("a label");
    let ids: Vec<&str> = root
        .descendants()
        .filter_map(|node| node.attribute("id"))
        .collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "ids are unique");
    assert!(labelled.split(' ').all(|id| unique.contains(id)));
    assert!(texts("title")[0].contains(&format!("{} screens, English", screens().len())));
    assert!(texts("desc")[0].contains("money"));
    for screen in screens() {
        assert!(
            unique.contains(format!("screen_{screen}").as_str()),
            "{screen}"
        );
    }
    // Every jump leads to something that is there.
    let jumps = root.descendants().filter_map(|node| node.attribute("href"));
    for jump in jumps {
        assert!(unique.contains(jump.trim_start_matches('#')), "{jump}");
    }
    // Nothing comes from elsewhere.
    for outside in [
        "http://",
        "https://",
        "url(",
        "<image",
        "<script",
        "@import",
        "@font-face",
    ] {
        let found = drawn.matches(outside).count();
        let own = match outside {
            "http://" => 1,
            "url(" => drawn.matches("url(#tip)").count(),
            _ => 0,
        };
        assert_eq!(found, own, "{outside}");
    }
    assert!(drawn.contains("prefers-color-scheme:dark"));
    // Money by colour and by sign; the start; the ends; the clock.
    let of = |id: &str| {
        root.descendants()
            .find(|node| node.attribute("id") == Some(id))
            .expect("a node")
    };
    let has_class = |id: &str, class: &str| {
        of(id).descendants().any(|node| {
            let classes = node.attribute("class").unwrap_or_default();
            classes.split(' ').any(|known| known == class)
        })
    };
    for action in [
        "open", "register", "stake", "answer", "deposit", "games", "game",
    ] {
        let id = format!("action_{action}");
        let moves_money = ["stake", "deposit"].contains(&action);
        assert_eq!(has_class(&id, "money"), moves_money, "{action}");
        assert_eq!(has_class(&id, "coin"), moves_money, "{action}");
    }
    assert!(has_class("start", "start"));
    assert!(has_class("screen_question", "timed") && has_class("screen_question", "face"));
    assert!(has_class("screen_won", "ends") && !has_class("screen_home", "ends"));
    // Keys of options and lists, typed amounts, outcomes, ways back.
    for (id, text) in [
        ("screen_home", "5"),
        ("screen_category", "1-6"),
        ("screen_deposit", "amount"),
        ("screen_stake", "0 \u{2192} category"),
        ("screen_stake", "00 \u{2192} home"),
        ("screen_home", "Majibu. Balance KES"),
        ("action_stake", "seated"),
        ("action_answer", "next \u{2192} question"),
    ] {
        let found = of(id).descendants().any(|node| node.text() == Some(text));
        assert!(found, "{id}: {text}");
    }
    let pages = |text: &str| text.starts_with("98 page 1 of ");
    assert!(
        of("screen_help")
            .descendants()
            .any(|node| node.text().is_some_and(pages))
    );
}

#[test]
fn the_same_menu_gives_the_same_picture_on_stdout_and_in_a_file() {
    let house = House::new();
    for format in ["svg", "mermaid", "dot"] {
        let drawn = draw(&house, &["--format", format]);
        assert_eq!(drawn, draw(&house, &["--format", format]), "{format}");
        assert_eq!(
            draw(&house, &["--format", format, "--output", "menu.out"]),
            ""
        );
        assert_eq!(
            fs::read_to_string(house.path("menu.out")).expect("a file"),
            drawn
        );
    }
    assert!(!house.path("majibu.db").exists(), "no database is needed");
}

#[test]
fn a_picture_is_of_the_configured_menus_in_the_language_that_is_asked_for() {
    let house = with_menus("en.toml", "Choose a category:", "Pick <one> & \\\"go\\\":");
    let drawn = draw(&house, &[]);
    assert!(drawn.contains("Pick &lt;one&gt; &amp; &quot;go&quot;:"));
    assert!(roxmltree::Document::parse(&drawn).is_ok());
    assert!(draw(&house, &["--format", "dot"]).contains("Pick <one> & \\\"go\\\":\\l"));
    let mermaid = draw(&house, &["--format", "mermaid"]);
    assert!(
        mermaid.contains("Pick #60;one#62; #38; #34;go#34;:"),
        "{mermaid}"
    );
    let swahili = draw(&house, &["--locale", "sw"]);
    assert!(swahili.contains("Chagua mada:") && !swahili.contains("Pick"));
    let said = house.run(&["menu", "draw", "--locale", "fr"]).ended(2);
    assert!(said.one_line().contains("it has en, sw"), "{said:?}");
}

#[test]
fn a_menu_with_faults_is_not_drawn() {
    for (from, to) in [
        ("go = \"stake\"", "go = \"steak\""),
        ("paged = true", "pagged = true"),
    ] {
        let house = with_menus("menu.toml", from, to);
        let arguments = ["menu", "draw", "--output", "menu.svg"];
        let said = house.run(&arguments).ended(1);
        assert_eq!(said.stdout, "");
        let place = |line: &str| line.starts_with("menu.toml:");
        assert!(said.stderr.lines().any(place), "{said:?}");
        assert!(!house.path("menu.svg").exists());
    }
    let said = House::new().run(&["menu", "draw", "--output", "no/menu.svg"]);
    assert!(said.ended(2).one_line().contains("no/menu.svg"));
}

/// Every line of the flowchart is a node, an edge between nodes that are there, or a setting.
#[test]
fn the_flowchart_keeps_to_mermaids_grammar() {
    let drawn = draw(&House::new(), &["--format", "mermaid"]);
    let mut lines = drawn.lines();
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("%%{init: {") && line.ends_with("}%%"))
    );
    assert_eq!(lines.next(), Some("flowchart LR"));
    let (mut nodes, mut edges) = (BTreeSet::new(), Vec::new());
    for line in lines {
        let line = line.trim();
        if line.starts_with("accTitle: ") || line.starts_with("classDef ") {
            continue;
        }
        // A text is in quotes, and no other quote is in it.
        let quotes = line.matches('"').count();
        if let Some((from, rest)) = line.split_once(" -->") {
            let (label, to) = rest.rsplit_once(' ').expect("a target");
            assert!(label.is_empty() || label.starts_with("|\"") && label.ends_with("\"|"));
            assert!(quotes == 0 || quotes == 2, "{line}");
            edges.push((from, to));
            continue;
        }
        let id_ends = line.find(['(', '{']).expect("a shape");
        let (id, shape) = line.split_at(id_ends);
        let shape = shape.split(":::").next().expect("a shape");
        let is_shape = [("((\"", "\"))"), ("{{\"", "\"}}"), ("(\"", "\")")]
            .iter()
            .any(|(opens, closes)| shape.starts_with(opens) && shape.ends_with(closes));
        assert!(is_shape && quotes == 2, "{line}");
        assert!(nodes.insert(id), "{id} stands for one thing");
    }
    let known = |id: &&str| nodes.contains(*id);
    assert!(edges.iter().all(|(from, to)| known(from) && known(to)));
    // The start, the actions, and the screens.
    assert_eq!(nodes.len(), 1 + sections("action").len() + screens().len());
    assert_eq!(drawn.matches("moves money").count(), 4);
}

/// Graphviz itself reads it where it is installed; its braces and quotes match in any case.
#[test]
fn graphviz_takes_its_picture() {
    let house = House::new();
    let drawn = draw(&house, &["--format", "dot", "--output", "menu.dot"])
        + &{ fs::read_to_string(house.path("menu.dot")).expect("a file") };
    assert!(drawn.starts_with("digraph menu {\n") && drawn.ends_with("}\n"));
    for line in drawn.lines().filter(|line| line.contains('[')) {
        let plain = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(plain.matches('"').count() % 2, 0, "{line}");
        assert!(line.ends_with("];"), "{line}");
    }
    assert_eq!(drawn.matches("moves money").count(), 4);
    for screen in screens() {
        assert!(
            drawn.contains(&format!("\"screen_{screen}\" [")),
            "{screen}"
        );
    }
    let dot = Command::new("dot")
        .args(["-Tsvg", "-o", "/dev/null"])
        .arg(house.path("menu.dot"))
        .stderr(Stdio::piped())
        .output();
    if let Ok(dot) = dot {
        let complaint = String::from_utf8_lossy(&dot.stderr).into_owned();
        assert!(
            dot.status.success() && !complaint.contains("syntax"),
            "{complaint}"
        );
    }
}
