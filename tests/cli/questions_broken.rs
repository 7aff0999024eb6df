//! Files that cannot be imported: each gets one line that says what is wrong, an exit code, and
//! nothing of it is loaded.

use crate::binary::House;

const HEADER: &str = "category,question,choice1,choice2,choice3,answer";
const SOUND: &str = "Kenya,Which lake?,Victoria,Turkana,Naivasha,1";

/// What was loaded, counted by an export.
fn loaded(house: &House) -> usize {
    let said = house.run(&["questions", "export", "-"]).ended(0);
    said.stdout.lines().count() - 1
}

fn utf_16(text: &str, is_little: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if is_little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

#[test]
fn a_broken_file_is_refused_whole_with_one_line_that_says_why() {
    let house = House::new();
    let text = format!("{HEADER}\n{SOUND}\n");
    let mut latin_1 = text.clone().into_bytes();
    latin_1.extend(b"Kenya,Caf\xe9?,a,b,c,1\n");
    let files: [(&str, Vec<u8>, &str); 15] = [
        ("an empty file", b"".to_vec(), "no column \"category\""),
        ("blank lines", b"\r\n\r\n".to_vec(), "no column"),
        ("a lone mark", b"\xef\xbb\xbf".to_vec(), "no column"),
        ("UTF-16, little end first", utf_16(&text, true), "UTF-16"),
        ("UTF-16, big end first", utf_16(&text, false), "UTF-16"),
        (
            "UTF-16 without a mark",
            utf_16(&text, true)[2..].to_vec(),
            "UTF-16",
        ),
        ("Latin-1", latin_1, "line 3: the file is not UTF-8"),
        (
            "a NUL",
            format!("{text}Kenya,Q\0?,a,b,c,1\n").into(),
            "line 3: a NUL",
        ),
        (
            "no header",
            format!("{SOUND}\n{SOUND}\n").into(),
            "no column",
        ),
        (
            "a column twice",
            format!("{HEADER},Question\n").into(),
            "\"question\" stands twice",
        ),
        (
            "an unknown column",
            format!("{HEADER},hint\n").into(),
            "unknown column \"hint\"",
        ),
        (
            "another separator",
            text.replace(',', ";").into(),
            "no column",
        ),
        (
            "a quote that is never closed",
            format!("{text}Kenya,\"Q?,a,b,c,1\n{SOUND}\n").into(),
            "line 3: a quote that is never closed",
        ),
        (
            "quotes that swallow lines",
            format!("{text}Kenya,\"Q?,a,b,c,1\nKenya,\"R?\",a,b,c,1\n").into(),
            "line 4: text behind the quote",
        ),
        (
            "a quote within quotes",
            format!("{text}Kenya,\"Who said \"Uhuru\"?\",a,b,c,1\n").into(),
            "written twice",
        ),
    ];
    for (what, bytes, why) in files {
        let file = house.write("q.csv", bytes);
        let said = house.run(&["questions", "check", &file]).ended(1);
        let line = said.one_line();
        assert!(line.contains(&file) && line.contains(why), "{what}: {line}");
        assert_eq!(said.stdout, "", "{what}");
        let said = house
            .run(&["questions", "import", &file, "--json"])
            .ended(1);
        let error = said.json()["error"].as_str().unwrap_or_default().to_owned();
        assert!(error.contains(why), "{what}: {error}");
    }
    assert_eq!(loaded(&house), 0);
}

#[test]
fn what_is_no_file_is_bad_usage() {
    let house = House::new();
    for file in ["nowhere.csv", "."] {
        for command in ["check", "import"] {
            let said = house.run(&["questions", command, file]).ended(2);
            assert!(said.one_line().contains(file), "{said:?}");
        }
    }
}

#[test]
fn a_huge_file_is_refused_without_being_read() {
    let house = House::new();
    let file = house.write("q.csv", format!("{HEADER}\n{SOUND}\n"));
    // Sparse: 200 MB that take no room.
    let opened = std::fs::OpenOptions::new().write(true).open(&file);
    opened
        .and_then(|file| file.set_len(200_000_000))
        .expect("a huge file");
    let said = house.run(&["questions", "import", &file]).ended(1);
    assert!(
        said.one_line().contains("larger than 64 MiB; split it"),
        "{said:?}"
    );
    // The length of a device says nothing; it is read as far as a file may be long.
    let said = house.run(&["questions", "check", "/dev/zero"]).ended(1);
    assert!(said.one_line().contains("larger than 64 MiB"), "{said:?}");
    assert_eq!(loaded(&house), 0);
}

#[test]
fn a_bad_row_is_left_out_and_the_others_are_loaded() {
    let house = House::new();
    let thousand = vec!["x"; 1_000].join(",");
    let text = format!(
        "\u{feff}{HEADER}\r\n{SOUND}\r\n{thousand}\r\nKenya,\"Two\r\nlines?\",a,b,c,2\r\nKenya,Q?,a,b\r\n"
    );
    let file = house.write("q.csv", text);
    for command in [&["check"][..], &["import", "--dry-run"], &["import"]] {
        let arguments = [&["questions"], command, &[file.as_str(), "--json"]].concat();
        let said = house.run(&arguments);
        assert_eq!(said.code, i32::from(command == ["check"]), "{said:?}");
        let report = said.json();
        assert_eq!(report["added"], 2, "{report}");
        let refused = report["refused"].as_array().expect("a list");
        let lines: Vec<u64> = refused
            .iter()
            .filter_map(|row| row["line"].as_u64())
            .collect();
        assert_eq!(lines, [3, 6], "{report}");
        assert_eq!(refused[0]["why"], "1000 fields instead of 6");
        assert_eq!(refused[1]["why"], "4 fields instead of 6");
    }
    assert_eq!(loaded(&house), 2);
}
