//! `SCENARIOS.md` has the tables of the code, and its example plays.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::play::sandbox;

/// Puts a table between its marks.
fn with_table(text: &str, mark: &str, table: &str) -> String {
    let (before, rest) = text.split_once(&format!("<!-- {mark}: ")).unwrap();
    let (head, rest) = rest.split_once("-->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}<!-- {mark}: {head}-->\n{table}<!-- end -->{after}")
}

#[tokio::test]
async fn the_tables_of_the_documentation_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SCENARIOS.md");
    let text = fs::read_to_string(&path).unwrap();
    let made = with_table(&text, "points", &sandbox::fault_table());
    let made = with_table(&made, "amounts", &sandbox::amount_table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made).unwrap();
    } else {
        assert_eq!(
            text, made,
            "UPDATE_DOCS=1 cargo test -p sandbox --test it documented"
        );
    }
    // Every fault that can be played somewhere is explained.
    for point in sandbox::FaultPoint::all() {
        for kind in point.kinds() {
            let row = format!("| `{}", kind.fault);
            assert!(
                made.lines().any(|line| line.starts_with(&row)),
                "{}",
                kind.fault
            );
        }
    }
}

#[tokio::test]
async fn the_example_of_the_documentation_plays() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SCENARIOS.md")).unwrap();
    let example = text
        .split("```\n")
        .find(|part| part.starts_with("# One person"))
        .unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("example.scenario");
    fs::write(&file, example).unwrap();
    let ran = sandbox(&["play", file.to_str().unwrap()]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}
