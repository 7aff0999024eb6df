//! Exit codes and `--help`: 0 fine, 1 a finding, 2 bad usage or configuration.

use crate::binary::House;

/// Every command, and words that its help must have.
const COMMANDS: [(&str, &str); 29] = [
    ("serve", "http"),
    ("work", "jobs"),
    ("migrate", "schema"),
    ("questions", "load questions"),
    ("questions import", "csv"),
    ("questions check", "without loading"),
    ("questions export", "imports again"),
    ("questions stats", "trivial"),
    ("questions withdraw", "stakes go back"),
    ("questions restore", "back into play"),
    ("menu", "menu"),
    ("menu check", "file and line"),
    ("menu draw", "arrow"),
    ("menu try", "terminal"),
    ("menu reference", "placeholders"),
    ("inbox", "callbacks"),
    ("inbox list", "newest first"),
    ("inbox show", "not masked"),
    ("inbox replay", "not done twice"),
    ("ledger", "books"),
    ("ledger check", "recompute"),
    ("player", "player"),
    ("player show", "balance"),
    ("mpesa balance", "beside the ledger"),
    ("mpesa doctor", "what is wrong"),
    ("mpesa reconcile", "exports it"),
    ("statement", "taxes"),
    ("suspense list", "payments that wait"),
    ("suspense assign", "player"),
];

#[test]
fn help_says_what_every_command_does() {
    let house = House::new();
    let overview = house.run(&["--help"]).ended(0).stdout;
    for words in ["majibu.toml", "MAJIBU__", "Exit codes: 0", "--config"] {
        assert!(overview.contains(words), "{words}: {overview}");
    }
    for (command, words) in COMMANDS {
        let first = command.split(' ').next().unwrap_or_default();
        assert!(overview.contains(first), "{first}: {overview}");
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let said = house.run(&arguments).ended(0);
        assert!(
            said.stdout.to_lowercase().contains(words),
            "{command}: {}",
            said.stdout
        );
        assert_eq!(said.stderr, "", "{command}");
    }
    assert!(!house.path("majibu.db").exists(), "help opens no database");
}

#[test]
fn bad_usage_is_exit_code_2_and_says_what_was_wrong() {
    let house = House::new();
    for (arguments, named) in [
        (&[][..], "Usage"),
        (&["frobnicate"], "frobnicate"),
        (&["ledger"], "Usage"),
        (&["ledger", "balance"], "balance"),
        (&["migrate", "--frobnicate"], "--frobnicate"),
        (&["serve", "--no-job"], "--no-job"),
        (&["player", "show"], "MSISDN"),
        (&["questions", "import"], "FILE"),
        (&["questions", "withdraw", "football-001"], "--reason"),
        (&["suspense", "assign", "x", "0712345678"], "--reason"),
        (&["--config"], "--config"),
    ] {
        let said = house.run(arguments).ended(2);
        assert!(said.stderr.contains(named), "{arguments:?}: {said:?}");
        assert_eq!(said.stdout, "", "{arguments:?}");
    }
    assert!(!house.path("majibu.db").exists(), "nothing was opened");
}

#[test]
fn migrate_creates_the_database_and_changes_nothing_the_second_time() {
    let house = House::new();
    for _ in 0..2 {
        let said = house.run(&["migrate"]).ended(0);
        assert!(said.stdout.contains("up to date"), "{said:?}");
        assert_eq!(said.stderr, "");
    }
    assert!(house.path("majibu.db").exists());
    house.ledger();
}

#[test]
fn the_version_is_that_of_the_package() {
    let said = House::new().run(&["--version"]).ended(0);
    assert_eq!(
        said.stdout,
        concat!("majibu ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
