//! The shape of the source: what may use what, where SQL stands, what may not be called. Cheaper
//! than five crates, and as strict.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The most lines that a file may have; above 400 there is a second subject in it.
const MAX_LINES: usize = 450;

/// A source file: its path below `src/`, and its text.
struct Source {
    path: String,
    text: String,
}

/// A line of code, its number, and whether the attribute above it allows a panic with a reason.
struct Line<'a> {
    number: usize,
    code: &'a str,
    is_expected: bool,
}

impl Source {
    fn is_under(&self, module: &str) -> bool {
        self.path == format!("{module}.rs") || self.path.starts_with(&format!("{module}/"))
    }

    /// The lines of code: without comments, and without the tests at the end of the file.
    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        // Lines since an `#[expect(clippy::...)]` until the end of the item that it stands on.
        let mut expected = None::<usize>;
        for (at, line) in self.text.lines().enumerate() {
            if line.trim_start().starts_with("#[cfg(test)]") {
                break;
            }
            let is_expect = line.trim_start().starts_with("#[expect(");
            let indent = line.len() - line.trim_start().len();
            if is_expect {
                expected = Some(indent);
            }
            let code = line.trim_start();
            let code = if code.starts_with("//") { "" } else { code };
            lines.push(Line {
                number: at + 1,
                code,
                is_expected: expected.is_some(),
            });
            // The item ends where its closing brace stands at the attribute's own depth.
            if expected == Some(indent) && (code.starts_with('}') || code.ends_with(';')) {
                expected = None;
            }
        }
        lines
    }

    /// Where the code has any of these words, as `path:line: code`.
    fn places(&self, words: &[&str]) -> Vec<String> {
        let lines = self.lines().into_iter();
        lines
            .filter(|line| words.iter().any(|word| has_word(line.code, word)))
            .map(|line| format!("{}:{}: {}", self.path, line.number, line.code))
            .collect()
    }
}

/// Whether the text has the word, and not as the end of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = item.expect("an item").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(&root).expect("below src");
                sources.push(Source {
                    path: below.display().to_string(),
                    text: fs::read_to_string(&path).expect("UTF-8"),
                });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 50, "the source is here");
    sources
}

/// No source under the modules uses any of these.
fn nobody_uses(modules: &[&str], words: &[&str]) {
    let mut found = Vec::new();
    for source in sources() {
        if modules.iter().any(|module| source.is_under(module)) {
            found.extend(source.places(words));
        }
    }
    assert!(
        found.is_empty(),
        "{modules:?} must not use:\n{}",
        found.join("\n")
    );
}

/// The words by which code names modules of this crate, also within `use crate::{a, b}`.
fn uses_of(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.lines().iter().map(|line| line.code).collect();
    let code = lines.join(" ");
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let name = |text: &str| -> String {
            text.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0_usize;
            let mut item = String::new();
            for letter in list.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => modules.push(name(std::mem::take(&mut item).trim())),
                    letter if depth == 0 => item.push(letter),
                    _ => {}
                }
            }
            modules.push(name(item.trim()));
        } else {
            modules.push(name(rest));
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

#[test]
fn the_arrows_of_the_map_are_kept() {
    // Who may use which modules of this crate; "an arrow means may use, and nothing else may".
    let arrows: [(&str, &[&str]); 8] = [
        ("core", &["core"]),
        ("menu", &["core", "menu"]),
        ("ports", &["core", "menu", "ports"]),
        // Whoever does something may count it.
        (
            "provider",
            &["core", "menu", "ports", "provider", "telemetry"],
        ),
        ("store", &["core", "store", "telemetry"]),
        // It keeps the token that all processes share, which is a port of the providers.
        ("session", &["core", "menu", "ports", "session"]),
        ("telemetry", &["config", "core", "telemetry"]),
        (
            "app",
            &[
                "app",
                "core",
                "menu",
                "ports",
                "session",
                "store",
                "telemetry",
            ],
        ),
    ];
    let mut found = Vec::new();
    for source in sources() {
        let arrow = arrows.iter().find(|(module, _)| source.is_under(module));
        let Some((_, allowed)) = arrow else { continue };
        let uses = uses_of(&source).into_iter();
        let wrong = uses.filter(|module| !allowed.contains(&module.as_str()));
        found.extend(wrong.map(|module| format!("{} uses crate::{module}", source.path)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn core_and_menu_do_no_io() {
    let crates = [
        "tokio", "sqlx", "reqwest", "axum", "apalis", "hyper", "config::", "tracing",
    ];
    nobody_uses(&["core", "menu"], &crates);
    nobody_uses(
        &["core"],
        &["std::fs", "std::io", "std::net", "std::env", "async fn"],
    );
    nobody_uses(&["menu"], &["std::net", "std::env", "async fn"]);
}

#[test]
fn the_app_knows_no_sql_and_no_http() {
    nobody_uses(&["app"], &["sqlx", "axum", "reqwest", "hyper"]);
    nobody_uses(&["http"], &["sqlx", "reqwest"]);
    nobody_uses(&["store", "session"], &["axum", "reqwest"]);
}

/// What writes does so where the store can run it again.
#[test]
fn nobody_outside_of_the_store_begins_to_write() {
    let everybody = [
        "app", "cli", "http", "jobs", "provider", "service", "session",
    ];
    nobody_uses(&everybody, &[".write().await", "store.write()"]);
}

#[test]
fn sql_stands_in_the_store_only() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.is_under("store")) {
        let words = [
            "sqlx::",
            "use sqlx",
            "query_as(",
            "query_as::",
            "query_scalar",
        ];
        found.extend(source.places(&words));
        for (at, literal) in literals(source) {
            let text = literal.to_lowercase();
            let words: Vec<&str> = text.split_whitespace().collect();
            let follows = |first: &str, second: &str| {
                let place = words.iter().position(|word| *word == first);
                place.is_some_and(|at| words[at + 1..].contains(&second))
            };
            let is_sql = words.first() == Some(&"select") && follows("select", "from")
                || text.contains("insert into ")
                || words.first() == Some(&"update") && follows("update", "set")
                || text.contains("delete from ")
                || text.contains("create table ");
            if is_sql {
                found.push(format!("{}:{at}: {literal}", source.path));
            }
        }
    }
    assert!(
        found.is_empty(),
        "SQL outside of the store:\n{}",
        found.join("\n")
    );
}

/// The string literals of a file with their lines.
fn literals(source: &Source) -> Vec<(usize, String)> {
    let lines = source.lines();
    let (mut literals, mut open) = (Vec::new(), None::<(usize, String)>);
    for line in &lines {
        let mut letters = line.code.chars().peekable();
        while let Some(letter) = letters.next() {
            match (&mut open, letter) {
                // A character literal: '"', '\'', 'x'; not a lifetime.
                (None, '\'') if letters.peek() == Some(&'"') => {
                    letters.next();
                }
                (None, '"') => open = Some((line.number, String::new())),
                (None, _) => {}
                (Some(_), '"') => literals.extend(open.take()),
                (Some((_, text)), '\\') => {
                    letters.next();
                    text.push(' ');
                }
                (Some((_, text)), letter) => text.push(letter),
            }
        }
        if let Some((_, text)) = &mut open {
            text.push(' ');
        }
    }
    literals
}

#[test]
fn nothing_panics_outside_of_tests() {
    let words = [
        ".unwrap()",
        ".unwrap_err()",
        ".expect(",
        ".expect_err(",
        "panic!",
        "todo!",
        "unimplemented!",
        "unreachable!",
    ];
    let mut found = Vec::new();
    for source in sources() {
        for line in source.lines() {
            let panics = words.iter().any(|word| line.code.contains(word));
            // What only a bug can break: an unbalanced booking is stopped before it is committed.
            let asserts = ["assert!(", "assert_eq!(", "assert_ne!("]
                .iter()
                .any(|word| has_word(line.code, word))
                && !source.is_under("core/ledger");
            if (panics || asserts) && !line.is_expected {
                found.push(format!("{}:{}: {}", source.path, line.number, line.code));
            }
        }
    }
    assert!(found.is_empty(), "may panic:\n{}", found.join("\n"));
}

#[test]
fn time_comes_from_the_clock_and_chance_from_random() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !source.is_under("ports")) {
        found.extend(source.places(&[
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "rand::rng",
            "thread_rng",
            "from_os_rng",
            "Ulid::generate",
        ]));
    }
    assert!(found.is_empty(), "past the ports:\n{}", found.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for_and_is_of_a_size_to_be_read() {
    let mut found = Vec::new();
    for source in sources() {
        let first = source.text.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") {
            found.push(format!("{}: does not begin with //!", source.path));
        }
        let lines = source.text.lines().count();
        if lines > MAX_LINES {
            found.push(format!("{}: {lines} lines", source.path));
        }
        if source.path.ends_with("mod.rs") {
            found.push(format!("{}: modules are game.rs and game/", source.path));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn migrations_are_numbered_without_gaps_and_alike_for_every_engine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |folder: &Path| -> Vec<String> {
        let items = fs::read_dir(folder)
            .expect("a folder")
            .map(|item| item.expect("an item"));
        let mut names: Vec<String> = items
            .map(|item| item.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let engines = names(&root);
    assert!(engines.contains(&"sqlite".to_owned()), "{engines:?}");
    let expected = names(&root.join("sqlite"));
    for engine in engines {
        let found = names(&root.join(&engine));
        assert_eq!(found, expected, "{engine} has other migrations than sqlite");
        for (at, name) in found.iter().enumerate() {
            let number = format!("{:04}_", at + 1);
            assert!(name.starts_with(&number), "{engine}: {name}, not {number}");
            assert!(name.ends_with(".sql"), "{engine}: {name}");
            let text = fs::read_to_string(root.join(&engine).join(name)).expect("UTF-8");
            assert!(
                text.starts_with("--"),
                "{engine}/{name} says nothing about itself"
            );
        }
    }
}

/// The checks above find what they look for.
#[test]
fn the_checks_are_not_blind() {
    let source = |text: &str| Source {
        path: "app/x.rs".into(),
        text: text.into(),
    };
    let uses = uses_of(&source(
        "use crate::{\n app::{A, B},\n http,\n};\nlet x = crate::store::Tx;",
    ));
    assert_eq!(uses, ["app", "http", "store"]);
    let found = literals(&source(
        "a(\"one\", '\"', \"two \\\" three\");\n// \"none\"\nb(\"x\ny\")",
    ));
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["one", "two   three", "x y"]);
    let text = "#[expect(clippy::x)]\nfn a() {\n  b.unwrap();\n}\nfn c() {\n  d.unwrap();\n}\n";
    let expected: Vec<bool> = source(text)
        .lines()
        .iter()
        .map(|line| line.is_expected)
        .collect();
    assert_eq!(expected, [true, true, true, true, false, false, false]);
    assert!(has_word("use tokio::x", "tokio") && !has_word("my_tokio", "tokio"));
}
