//! The bank that this repository ships: how many questions, in which categories and languages, and
//! whether they are as a bank has to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::json;

use crate::binary::House;

const CATEGORIES: [&str; 6] = [
    "Africa",
    "Bible",
    "Football",
    "Kenya",
    "Music and film",
    "Science and nature",
];
const COLUMNS: [&str; 10] = [
    "key", "lang", "category", "question", "choice1", "choice2", "choice3", "choice4", "answer",
    "source",
];

/// The rows of all `menus/questions*.csv`, with every column.
fn rows() -> Vec<BTreeMap<&'static str, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("menus");
    let items = fs::read_dir(folder).expect("menus");
    let mut files: Vec<_> = items.map(|item| item.expect("a file").path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("questions") && name.ends_with(".csv")
    });
    files.sort();
    assert!(!files.is_empty());
    let mut rows = Vec::new();
    for file in files {
        let mut reader = csv::Reader::from_path(&file).expect("a file");
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let mut row = row.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            rows.push(
                COLUMNS
                    .map(|name| (name, row.remove(name).unwrap_or_default()))
                    .into(),
            );
            assert!(row.is_empty(), "{}: {row:?}", file.display());
        }
    }
    rows
}

/// The languages of each key.
fn locales() -> BTreeMap<String, BTreeSet<String>> {
    let mut locales: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows() {
        assert!(!row["key"].is_empty(), "{row:?}");
        locales
            .entry(row["key"].clone())
            .or_default()
            .insert(row["lang"].clone());
    }
    locales
}

#[test]
fn the_bundled_bank_has_at_least_400_questions() {
    let count = locales().len();
    assert!(count >= 400, "{count} questions");
}

#[test]
fn the_bundled_bank_has_six_categories_of_enough_questions() {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows() {
        keys.entry(row["category"].clone())
            .or_default()
            .insert(row["key"].clone());
    }
    assert_eq!(
        keys.keys().map(String::as_str).collect::<Vec<_>>(),
        CATEGORIES
    );
    for (category, keys) in keys {
        // Ten games before a player sees the first question again.
        assert!(keys.len() >= 50, "{category}: {}", keys.len());
    }
}

#[test]
fn every_bundled_question_is_in_english_and_swahili() {
    let both = BTreeSet::from(["en".to_owned(), "sw".to_owned()]);
    for (key, locales) in locales() {
        assert_eq!(locales, both, "{key}");
    }
}

/// Checked by the binary itself, as one file: three or four choices, one right answer, within the
/// budget of every network, no two that say the same or nearly so, answers spread evenly.
#[test]
fn the_bundled_bank_passes_the_strict_check() {
    let house = House::new();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("a header");
    let rows = rows();
    for row in &rows {
        writer
            .write_record(COLUMNS.map(|name| &row[name]))
            .expect("a row");
    }
    let file = house.write("all.csv", writer.into_inner().expect("bytes"));
    let said = house.run(&["questions", "check", &file, "--json", "--strict"]);
    let report = said.json();
    assert_eq!(
        (&report["refused"], &report["warnings"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(report["added"], rows.len());
    assert_eq!(
        report["converted"], 0,
        "plain characters in the file itself"
    );
    said.ended(0);
}

#[test]
fn the_right_answers_of_the_bundled_bank_are_spread_evenly() {
    let mut places: BTreeMap<usize, BTreeMap<String, usize>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows() {
        if seen.insert(row["key"].clone()) {
            let choices = if row["choice4"].is_empty() { 3 } else { 4 };
            let of = places.entry(choices).or_default();
            *of.entry(row["answer"].clone()).or_default() += 1;
        }
    }
    for (choices, counts) in places {
        let all: usize = counts.values().sum();
        for (answer, count) in counts {
            let off = (count * choices).abs_diff(all) * 100;
            // Within five in a hundred questions, or two questions where there are few.
            let is_even = off <= all * choices * 5 || off <= 2 * choices * 100;
            assert!(
                is_even,
                "{count} of {all} with {choices} choices at {answer}"
            );
        }
    }
}
