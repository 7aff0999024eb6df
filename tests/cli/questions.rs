//! `questions import` and `questions check`: what fits is loaded, what does not is listed by line
//! with the reason, and a file that cannot be read as a whole loads nothing.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::{House, QUESTIONS, Said};

const HEADER: &str = "category,question,choice1,choice2,choice3,choice4,answer,lang,key";

/// Rows with the faults of real exports. The line of each is its place here and 1.
const ROWS: [(&str, Option<&str>); 22] = [
    ("FOOTBALL,Who won?,Brazil,Italy,Germany,,3,,", None),
    ("Kenya,“Nyumba” isn’t a…?,a house,a car,a cow,,1,,", None),
    (
        "Kenya,Which lake is it?\\r\\n,Victoria,Turkana,Naivasha,,1,en,",
        None,
    ),
    ("Kenya,Four choices?,a,b,c,d,4,,", None),
    ("Kenya,Ziwa gani?,Victoria,Turkana,Naivasha,,1,SW,", None),
    ("Kenya,\"Two\nlines, quoted?\",a,b,c,,2,,", None),
    (
        "Kenya,Is the answer out of range?,a,b,c,,4,,",
        Some("answer"),
    ),
    ("Kenya,Is the answer nought?,a,b,c,,0,,", Some("answer")),
    ("Kenya,Is the answer a word?,a,b,c,,two,,", Some("answer")),
    ("Kenya,Is the answer missing?,a,b,c,,,,", Some("answer")),
    (
        "Kenya,Is a choice empty?,a, ,c,,1,,",
        Some("choice2 is empty"),
    ),
    (
        ",Is the category empty?,a,b,c,,1,,",
        Some("category is empty"),
    ),
    ("Kenya,,a,b,c,,1,,", Some("question is empty")),
    ("Kenya,Are two choices the same?,a,b,A,,1,,", Some("same")),
    ("Kenya,Too few fields?,a,b,c", Some("5 fields instead of 9")),
    (
        "Kenya,Too many?,a,b,c,,1,,,,,",
        Some("12 fields instead of 9"),
    ),
    (
        "football,WHO WON?,Brazil,Italy,Germany,,3,,",
        Some("further up"),
    ),
    ("Kenya,Quelle langue?,a,b,c,,1,fr,", Some("fr")),
    ("Kenya,Что это?,a,b,c,,1,,", Some("GSM")),
    ("Kenya,Is 漢 a choice?,漢,b,c,,1,,", Some("GSM")),
    (
        "A category that has far too long a name,Q?,a,b,c,,1,,",
        Some("category"),
    ),
    ("Kenya,LONG,a,b,c,,1,,", Some("septets too long")),
];

/// The rows as a file, with the line on which each begins.
fn fixture(line_end: &str, mark: &str) -> (String, Vec<(u64, &'static str)>) {
    let mut text = format!("{mark}{HEADER}{line_end}");
    let (mut line, mut refused) = (2, Vec::new());
    for (row, why) in ROWS {
        let row = row.replace("LONG", &format!("{}?", "a long question ".repeat(12)));
        let row = row.replace('\n', line_end);
        refused.extend(why.map(|why| (line, why)));
        line += 1 + u64::try_from(row.matches('\n').count()).expect("a count");
        text.push_str(&row);
        text.push_str(line_end);
    }
    (text, refused)
}

fn count(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{report}"))
}

/// The report refuses these lines for these reasons, and no others.
fn refuses(report: &Value, expected: &[(u64, &str)]) {
    let refused = report["refused"].as_array().expect("a list");
    let lines: Vec<u64> = refused.iter().map(|row| count(row, "line")).collect();
    let expected_lines: Vec<u64> = expected.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, expected_lines, "{report}");
    for (row, (line, why)) in refused.iter().zip(expected) {
        let said = row["why"].as_str().expect("a reason");
        assert!(said.contains(why), "line {line}: {said}");
    }
}

#[test]
fn what_fits_is_loaded_and_what_does_not_is_listed_by_line() {
    for (line_end, mark) in [("\n", ""), ("\r\n", ""), ("\r\n", "\u{feff}")] {
        let house = House::new();
        let (text, refused) = fixture(line_end, mark);
        let file = house.write("q.csv", text);

        let report = house
            .run(&["questions", "check", &file, "--json"])
            .ended(1)
            .json();
        refuses(&report, &refused);
        assert_eq!((count(&report, "added"), count(&report, "updated")), (6, 0));

        let report = house
            .run(&["questions", "import", &file, "--json"])
            .ended(0)
            .json();
        assert_eq!(count(&report, "added"), 6, "check loaded nothing");
        assert_eq!(count(&report, "converted"), 3, "quotes and line breaks");
        refuses(&report, &refused);

        let said = house.run(&["questions", "import", &file]).ended(0);
        for (line, why) in &refused {
            let place = format!("{file}:{line}: ");
            let found = said
                .stdout
                .lines()
                .any(|row| row.starts_with(&place) && row.contains(why));
            assert!(found, "{place}{why}: {}", said.stdout);
        }
        let summary = said.stdout.lines().last().unwrap_or_default();
        assert!(
            summary.starts_with("0 added, 0 updated, 6 unchanged, 16 refused"),
            "{summary}"
        );
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let house = House::new();
    let bad = "Kenya,Q?,a,b,c,,9,,";
    for (text, lines) in [
        (format!("{HEADER}\n\n\n{bad}\n\n{bad}"), [4, 6]),
        (format!("{HEADER}\r\n\r\n{bad}\r\n\r\n{bad}\r\n"), [3, 5]),
        (format!("{HEADER}\r{bad}\r{bad}\r"), [2, 3]),
        (
            format!("\n{HEADER}\nKenya,\"A\r\nB\",a,b,c,,9,,\n{bad}\n"),
            [3, 5],
        ),
    ] {
        let file = house.write("q.csv", &text);
        let report = house
            .run(&["questions", "check", &file, "--json"])
            .ended(1)
            .json();
        refuses(&report, &lines.map(|line| (line, "answer")));
    }
}

#[test]
fn importing_a_file_again_changes_nothing() {
    let house = House::new();
    let check = house
        .run(&["questions", "check", QUESTIONS, "--json"])
        .ended(0)
        .json();
    let rows = count(&check, "added");
    assert!(
        rows >= 240,
        "at least 120 questions in two languages: {rows}"
    );
    let first = house
        .run(&["questions", "import", QUESTIONS, "--json"])
        .ended(0)
        .json();
    assert_eq!(
        first,
        json!({ "added": rows, "updated": 0, "unchanged": 0, "converted": 0, "refused": [],
            "warnings": [] })
    );
    let second = house
        .run(&["questions", "import", QUESTIONS, "--json"])
        .ended(0)
        .json();
    assert_eq!(
        second,
        json!({ "added": 0, "updated": 0, "unchanged": rows, "converted": 0, "refused": [],
            "warnings": [] })
    );
}

#[test]
fn a_changed_row_with_a_key_is_updated_and_a_contradicting_one_refused() {
    let house = House::new();
    let import = |rows: &str| {
        let file = house.write("q.csv", format!("{HEADER}\n{rows}"));
        house
            .run(&["questions", "import", &file, "--json"])
            .ended(0)
            .json()
    };
    import("Kenya,Which lake?,a,b,c,,1,en,k1\nKenya,Ziwa gani?,x,y,z,,1,sw,k1\n");
    let report = import("Kenya,Which great lake?,a,b,c,,1,en,k1\n");
    assert_eq!((count(&report, "added"), count(&report, "updated")), (0, 1));
    let report = import("Kenya,Ziwa gani?,x,y,z,,2,sw,k1\n");
    refuses(&report, &[(2, "same key")]);
    let report =
        import("Kenya,Which great lake?,a,b,c,,1,en,k1\nKenya,Ziwa gani?,x,y,z,,1,sw,k1\n");
    assert_eq!(count(&report, "unchanged"), 2, "{report}");
}

#[test]
fn columns_may_stand_in_any_order_and_the_wrong_ones_are_refused_in_one_line() {
    let house = House::new();
    let check = |text: &[u8]| {
        let file = house.write("q.csv", text);
        house.run(&["questions", "check", &file])
    };
    check(b"Answer,choice3,CHOICE2,choice1, question ,category\n1,c,b,a,Q?,Kenya\n").ended(0);
    let refused = |text: &[u8], name: &str| {
        let said = check(text).ended(1);
        assert!(said.one_line().contains(name), "{said:?}");
        assert_eq!(said.stdout, "");
    };
    refused(b"", "category");
    refused(b"\n\n", "category");
    refused(
        b"category,question,choice1,choice2,choice3\nKenya,Q?,a,b,c\n",
        "answer",
    );
    refused(
        b"category,question,choice1,choice2,choice3,answer,hint\n",
        "hint",
    );
    refused(
        b"category,question,choice1,choice2,choice3,answer,answer\n",
        "twice",
    );
    refused(
        b"category;question;choice1;choice2;choice3;answer\n",
        "category",
    );
    refused("x,".repeat(1_000).as_bytes(), "category");
    // Nothing to load is nothing wrong.
    check(b"category,question,choice1,choice2,choice3,answer\n").ended(0);
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_with_the_line() {
    let house = House::new();
    let mut text = b"category,question,choice1,choice2,choice3,answer\r\n\
        Kenya,Q?,a,b,c,1\r\nKenya,Caf"
        .to_vec();
    text.extend(b"\xe9?,a,b,c,1\r\n");
    let file = house.write("latin1.csv", text);
    for command in ["check", "import"] {
        let said = house.run(&["questions", command, &file]).ended(1);
        let line = said.one_line();
        assert!(line.contains("line 3") && line.contains("UTF-8"), "{line}");
        let said = house.run(&["questions", command, &file, "--json"]).ended(1);
        assert!(said.stdout.is_empty() || said.json()["error"].is_string());
    }
}

#[test]
fn rows_of_any_size_are_refused_and_not_choked_on() {
    let house = House::new();
    let header = "category,question,choice1,choice2,choice3,answer";
    let text = format!(
        "{header}\n{}\nKenya,{},a,b,c,1\nKenya,Q?,a,b,c,1\n",
        ["x"; 1_000].join(","),
        "y".repeat(1_000_000)
    );
    let file = house.write("q.csv", text);
    let report = house
        .run(&["questions", "import", &file, "--json"])
        .ended(0)
        .json();
    refuses(
        &report,
        &[
            (2, "1000 fields instead of 6"),
            (3, "question has more than"),
        ],
    );
    assert_eq!(count(&report, "added"), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_bad_usage() {
    let house = House::new();
    for file in ["nowhere.csv", "."] {
        let said: Said = house.run(&["questions", "check", file]).ended(2);
        assert!(said.one_line().contains(file), "{said:?}");
    }
}

/// The questions of the web version are not in this repository; the fixture above has their faults.
#[test]
fn the_file_of_the_web_version_is_loaded_as_far_as_it_fits() {
    let beside = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/seed-questions.csv"
    );
    let file = std::env::var_os("MAJIBU_SEED_QUESTIONS").map_or(beside.into(), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("{} is not here", file.display());
        return;
    };
    let house = House::new();
    let file = file.display().to_string();
    let first = house
        .run(&["questions", "import", &file, "--json"])
        .ended(0)
        .json();
    let refused = first["refused"].as_array().expect("a list");
    let added = count(&first, "added");
    let rows = text.trim_end().lines().count() - 1;
    assert_eq!(added + u64::try_from(refused.len()).expect("a count"), 555);
    assert_eq!(rows, 555, "one row is one line in this file");
    assert!(added > 300, "{first}");
    // Every line that is said to be too long is long: the lines are those of the file.
    let lines: Vec<&str> = text.lines().collect();
    for row in refused {
        let line = usize::try_from(count(row, "line")).expect("a line");
        let why = row["why"].as_str().expect("a reason");
        let length = lines[line - 1].chars().count();
        assert!(!why.contains("too long") || length > 120, "{line}: {why}");
    }
    let second = house
        .run(&["questions", "import", &file, "--json"])
        .ended(0)
        .json();
    assert_eq!(count(&second, "unchanged"), added);
    assert_eq!(second["refused"], first["refused"]);
}
