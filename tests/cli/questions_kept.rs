//! Looking after the bank: dry runs, corrections, likely duplicates, export, figures, withdrawing.

use serde_json::{Value, json};

use crate::binary::{House, QUESTIONS, Said};

const HEADER: &str = "key,lang,category,question,choice1,choice2,choice3,choice4,answer,source";

fn questions(house: &House, arguments: &[&str]) -> Said {
    house.run(&[&["questions"], arguments].concat())
}

/// Imports rows; gives the report.
fn import(house: &House, rows: &[&str]) -> Value {
    let file = house.write("q.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    questions(house, &["import", &file, "--json"])
        .ended(0)
        .json()
}

fn export(house: &House, more: &[&str]) -> String {
    let arguments = [&["export", "-"], more].concat();
    questions(house, &arguments).ended(0).stdout
}

const ROWS: [&str; 4] = [
    "k1,en,Kenya,Which lake is largest?,Victoria,Turkana,Naivasha,,1,An atlas",
    "k1,sw,Kenya,Ziwa gani kubwa zaidi?,Victoria,Turkana,Naivasha,,1,",
    "k2,en,Bible,Who built the ark?,Noah,Moses,David,Saul,1,\"Genesis 6, 14\"",
    ",en,Bible,Who led Israel?,Noah,Moses,David,,2,",
];

#[test]
fn a_dry_run_says_by_line_what_an_import_would_do_and_does_nothing() {
    let house = House::new();
    import(&house, &ROWS);
    let before = export(&house, &[]);
    let changed = [
        ROWS[0],
        "k1,sw,Kenya,Ziwa lipi kubwa zaidi?,Victoria,Turkana,Naivasha,,1,",
        "k2,sw,Bible,Nani alijenga safina?,Nuhu,Musa,Daudi,Sauli,1,",
        "k3,en,Kenya,Which peak?,a,b,c,,1,",
        "k2,en,Bible,Who built the ark?,Noah,Moses,David,Saul,2,",
        "k4,en,Kenya,No answer?,a,b,c,,5,",
    ];
    let file = house.write("q.csv", format!("{HEADER}\n{}\n", changed.join("\n")));
    let dry = questions(&house, &["import", &file, "--dry-run", "--json"])
        .ended(0)
        .json();
    assert_eq!(dry["dry_run"], true);
    let expected = json!([
        { "line": 3, "change": "changed" },
        { "line": 4, "change": "new" },
        { "line": 5, "change": "new" },
    ]);
    // The answer of k2 is what its first row says, and the bank has it so.
    assert_eq!(dry["changes"], expected);
    let figures = |report: &Value| {
        ["added", "updated", "unchanged"].map(|name| report[name].as_u64().expect("a count"))
    };
    assert_eq!(figures(&dry), [2, 1, 1]);
    let lines: Vec<&Value> = dry["refused"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| &r["line"])
        .collect();
    assert_eq!(lines, [6, 7], "{dry}");
    let said = questions(&house, &["import", &file, "--dry-run"]).ended(0);
    for line in [
        ":3: changed",
        ":4: new",
        ":5: new",
        ":6: the same key",
        ":7: the answer",
    ] {
        assert!(
            said.stdout.contains(&format!("{file}{line}")),
            "{line}: {said:?}"
        );
    }
    assert!(
        said.stdout.contains("nothing written: 2 added, 1 updated"),
        "{said:?}"
    );
    assert_eq!(export(&house, &[]), before, "nothing changed");

    let real = questions(&house, &["import", &file, "--json"])
        .ended(0)
        .json();
    assert_eq!(figures(&real), figures(&dry));
    assert_eq!(real["refused"], dry["refused"]);
    let again = questions(&house, &["import", &file, "--dry-run", "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (figures(&again), &again["changes"]),
        ([0, 0, 4], &json!([]))
    );
}

#[test]
fn an_answer_is_corrected_by_a_file_with_all_languages() {
    let house = House::new();
    import(&house, &ROWS);
    let corrected = ROWS.map(|row| row.replace(",,1,", ",,2,"));
    let one = import(&house, &[&corrected[1]]);
    assert_eq!(
        one["refused"][0]["line"], 2,
        "English says otherwise: {one}"
    );
    let both = import(&house, &[&corrected[0], &corrected[1]]);
    assert_eq!(
        (&both["updated"], &both["refused"]),
        (&json!(2), &json!([]))
    );
    assert!(export(&house, &["--category", "kenya"]).contains(",,2,An atlas"));
}

#[test]
fn an_export_is_sorted_whole_and_imports_again() {
    let house = House::new();
    import(&house, &ROWS);
    let all = export(&house, &[]);
    let expected = [
        HEADER,
        "k2,en,Bible,Who built the ark?,Noah,Moses,David,Saul,1,\"Genesis 6, 14\"",
        ",en,Bible,Who led Israel?,Noah,Moses,David,,2,",
        "k1,en,Kenya,Which lake is largest?,Victoria,Turkana,Naivasha,,1,An atlas",
        "k1,sw,Kenya,Ziwa gani kubwa zaidi?,Victoria,Turkana,Naivasha,,1,An atlas",
    ];
    assert_eq!(all.lines().collect::<Vec<_>>(), expected);
    for (filter, count) in [
        (&["--category", "BIBLE"][..], 2),
        (&["--lang", "sw"], 1),
        (&["--category", "Bible", "--lang", "sw"], 0),
        (&["--category", "Music"], 0),
        (&["--withdrawn"], 0),
    ] {
        assert_eq!(
            export(&house, filter).lines().count(),
            1 + count,
            "{filter:?}"
        );
    }
    let file = house.path("out.csv").display().to_string();
    questions(&house, &["export", &file]).ended(0);
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), all);
    let other = House::new();
    let report = questions(&other, &["import", &file, "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&report["added"], &report["refused"]),
        (&json!(4), &json!([]))
    );
    assert_eq!(export(&other, &[]), all);
    let report = questions(&house, &["import", &file, "--json"])
        .ended(0)
        .json();
    assert_eq!(report["unchanged"], 4, "{report}");
    let nowhere = questions(&house, &["export", "no/such/folder.csv"]).ended(2);
    assert!(nowhere.one_line().contains("no/such/folder.csv"));
}

#[test]
fn likely_duplicates_and_missing_languages_are_warnings_or_findings() {
    let house = House::new();
    let rows = [
        ROWS[0],
        ROWS[1],
        ROWS[2],
        "k5,en,Africa,Which lake is the largest?,Victoria,Turkana,Naivasha,,1,",
        "k5,sw,Africa,Ni ziwa gani lililo kubwa?,Victoria,Turkana,Naivasha,,1,",
        "k6,en,Kenya,WHICH LAKE IS LARGEST,Chad,Victoria,Tana,,2,",
        "k6,sw,Kenya,Lipi?,Chad,Victoria,Tana,,2,",
    ];
    let file = house.write("q.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    let report = questions(&house, &["check", &file, "--json"])
        .ended(0)
        .json();
    let expected = json!([
        { "line": 4, "what": "the question is not there in \"sw\"" },
        { "line": 5, "what": "says the same as line 2" },
        { "line": 7, "what": "says the same as line 2" },
        { "line": 7, "what": "says the same as line 5" },
    ]);
    let mut warnings = report["warnings"].clone();
    // "the" is a word all the same where words are compared one by one.
    for warning in warnings.as_array_mut().expect("a list") {
        let what = warning["what"].as_str().unwrap_or_default().to_owned();
        let what = what
            .replace("nearly ", "")
            .replace(", with the same answer", "");
        warning["what"] = what.into();
    }
    assert_eq!(warnings, expected, "{report}");
    let strict = questions(&house, &["check", &file, "--strict"]).ended(1);
    assert!(
        strict
            .stdout
            .contains(":7: warning: says the same as line 2"),
        "{strict:?}"
    );

    // An import takes them, and compares with what is in the bank.
    import(&house, &rows[..3]);
    let report = import(&house, &[rows[5]]);
    assert_eq!(report["added"], 1);
    let what = report["warnings"][0]["what"].as_str().unwrap_or_default();
    assert!(
        what.contains("Which lake is largest?\", which is in the bank"),
        "{report}"
    );
    assert_eq!(
        import(&house, &[rows[5]])["warnings"],
        json!([]),
        "it is known now"
    );
}

#[test]
fn right_answers_that_always_stand_at_one_place_are_a_warning() {
    let house = House::new();
    let row =
        |n: usize, answer: usize| format!("k{n},en,Kenya,Question {n}?,a{n},b{n},c{n},,{answer},");
    for (answers, code) in [([1, 2, 3], 0), ([2, 2, 3], 1)] {
        let rows: Vec<String> = (0..30).map(|n| row(n, answers[n % 3])).collect();
        let file = house.write("q.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
        let said = questions(&house, &["check", &file, "--strict"]).ended(code);
        let warned = said
            .stdout
            .contains("Kenya: the right answers stand unevenly: 0, 20, 10");
        assert_eq!(warned, code == 1, "{said:?}");
        let report = questions(&house, &["check", &file, "--json"])
            .ended(0)
            .json();
        assert_eq!(report["answers"][0]["uneven"], code == 1, "{report}");
    }
}

#[test]
fn figures_of_a_bank_that_nobody_played() {
    let house = House::new();
    import(&house, &ROWS);
    let stats = |more: &[&str]| {
        let arguments = [&["stats", "--json"], more].concat();
        let object = questions(&house, &arguments).ended(0).json();
        object["questions"].as_array().expect("a list").clone()
    };
    assert_eq!(stats(&[]), [Value::Null; 0], "only those that were shown");
    let all = stats(&["--min-shown", "0"]);
    assert_eq!(all.len(), 3);
    let bible = stats(&["--min-shown", "0", "--category", "bible"]);
    assert_eq!(bible.len(), 2);
    let ark = bible
        .iter()
        .find(|one| one["key"] == "k2")
        .expect("the ark");
    assert_eq!(ark["picked"], json!([0, 0, 0, 0]));
    assert_eq!((&ark["right"], &ark["flag"]), (&json!(0), &Value::Null));
    let said = questions(&house, &["stats", "--min-shown", "0"]).ended(0);
    assert!(
        said.stdout.contains("k2 (Bible): Who built the ark?"),
        "{said:?}"
    );
    assert!(
        said.stdout
            .ends_with("3 questions, 0 likely wrong, 0 trivial\n")
    );
}

#[test]
fn a_question_is_withdrawn_by_its_key_and_restored() {
    let house = House::new();
    import(&house, &ROWS);
    let act = |what: &str, question: &str, reason: &str| {
        let arguments = [
            what, question, "--reason", reason, "--by", "amani", "--json",
        ];
        questions(&house, &arguments)
    };
    let done = act("withdraw", "k1", "Tanganyika is larger")
        .ended(0)
        .json();
    assert_eq!(done["was_withdrawn"], false);
    assert_eq!(
        (&done["sets_voided"], &done["returned_cents"]),
        (&json!(0), &json!(0))
    );
    let again = act("withdraw", "k1", "another reason").ended(0).json();
    assert_eq!(again["was_withdrawn"], true);
    assert_eq!(
        again["reason"], "Tanganyika is larger (says amani)",
        "the first one stands"
    );
    // A name that anybody can type is not that of an administrator.
    assert_eq!(again["by"], "(command line)");
    assert_eq!(export(&house, &["--category", "Kenya"]).lines().count(), 1);
    assert_eq!(export(&house, &["--withdrawn"]).lines().count(), 3);

    // An import corrects it, and does not bring it back.
    let row = ROWS[0].replace("is largest", "is the largest in Kenya");
    assert_eq!(import(&house, &[&row])["updated"], 1);
    assert_eq!(export(&house, &["--category", "Kenya"]).lines().count(), 1);
    let id = done["id"].as_str().expect("an id");
    let restored = act("restore", id, "corrected").ended(0).json();
    assert_eq!(restored, json!({ "id": id, "was_withdrawn": true }));
    assert!(export(&house, &[]).contains("is the largest in Kenya"));
    assert_eq!(
        act("restore", "k1", "corrected").ended(0).json()["was_withdrawn"],
        false
    );

    for what in ["withdraw", "restore"] {
        let said = act(what, "k9", "wrong").ended(1);
        assert!(
            said.json()["error"]
                .as_str()
                .unwrap_or_default()
                .contains("k9")
        );
        let said = act(what, "k1", "  ").ended(2);
        assert!(said.one_line().contains("--reason"), "{said:?}");
    }
}

#[test]
fn the_bank_of_this_repository_survives_the_round_trip() {
    let (house, other) = (House::new(), House::new());
    questions(&house, &["import", QUESTIONS]).ended(0);
    let all = export(&house, &[]);
    let file = other.write("q.csv", &all);
    questions(&other, &["import", &file]).ended(0);
    assert_eq!(export(&other, &[]), all);
}
