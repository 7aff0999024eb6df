//! `menu try`: a person's terminal, or a script.

use std::{
    fs,
    io::{Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{
    binary::{House, Said},
    menus::with_menus,
};

/// Questions whose right answer says so.
fn questions() -> String {
    let rows = (1..=6).map(|number| format!("Test,Question {number}?,right,wrong,bad,1\n"));
    let header = "category,question,choice1,choice2,choice3,answer\n";
    format!("{header}{}", rows.collect::<String>())
}

/// A house in which a slow machine does not run out of thinking time.
fn unhurried() -> House {
    let mut house = House::new();
    house.set("GAME__THINKING_TIME", "5m");
    house
}

fn command(house: &House, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_majibu"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MAJIBU") {
            command.env_remove(name);
        }
    }
    // What it leaves behind would be here.
    fs::create_dir_all(house.path("tmp")).expect("a folder");
    command
        .env_remove("RUST_LOG")
        .env("TMPDIR", house.path("tmp"))
        .envs(house.env.iter().cloned())
        .args(["menu", "try"])
        .args(arguments)
        .current_dir(house.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a script to its end.
fn script(house: &House, arguments: &[&str], lines: &[&str]) -> Said {
    let mut child = command(house, arguments).spawn().expect("the binary");
    let mut input = child.stdin.take().expect("a pipe");
    let text = lines.iter().map(|line| format!("{line}\n"));
    // A command that refused to start reads nothing.
    let _ = input.write_all(text.collect::<String>().as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// What stands in the boxes, on one line: the display breaks lines where it likes.
fn shown(stdout: &str) -> String {
    let boxed = |line: &str| {
        let inner = line.trim().strip_prefix('│')?.strip_suffix('│')?;
        Some(inner.trim().to_owned())
    };
    let lines: Vec<String> = stdout.lines().filter_map(boxed).collect();
    lines.join(" ")
}

/// Registers, deposits 100 and pays: each line is what a player types.
const DEPOSIT: [&str; 6] = ["dial", "1", "1", "2", "100", "1234"];

/// Somebody at the terminal who reads before typing.
struct Person {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Person {
    fn sits_down(house: &House, arguments: &[&str]) -> Self {
        let mut child = command(house, arguments).spawn().expect("the binary");
        let input = child.stdin.take().expect("a pipe");
        let output = child.stdout.take().expect("a pipe");
        let mut person = Self {
            child,
            input,
            output,
        };
        person.read();
        person
    }

    /// Reads up to the next prompt.
    fn read(&mut self) -> String {
        let mut text = Vec::new();
        let mut byte = [0];
        while self.output.read(&mut byte).expect("output") > 0 {
            text.push(byte[0]);
            let is_prompt = text.ends_with(b"\n1> ") || text.ends_with(b"\n2> ");
            if is_prompt {
                break;
            }
        }
        String::from_utf8(text).expect("UTF-8")
    }

    /// Types a line; gives what came of it.
    fn types(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").expect("input");
        self.read()
    }

    fn types_all(&mut self, lines: &[&str]) -> String {
        let said = lines.iter().map(|line| self.types(line));
        said.last().expect("a line")
    }

    /// Answers the five questions, so many of them right.
    fn answers(&mut self, screen: &str, right: usize) -> String {
        let mut screen = screen.to_owned();
        for number in 0..5 {
            assert!(screen.contains("question, CON"), "{screen}");
            let choice = if number < right { "right" } else { "wrong" };
            let line = screen
                .lines()
                .find(|line| line.contains(&format!(". {choice}")));
            let line = line.expect("the choice").trim_start_matches([' ', '│']);
            let key = line.split('.').next().expect("a key").to_owned();
            screen = self.types(&key);
        }
        screen
    }

    fn leaves(mut self) {
        drop(self.input);
        assert_eq!(self.child.wait().expect("an end").code(), Some(0));
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut log).expect("UTF-8");
        assert_eq!(log, "");
    }
}

#[test]
fn two_phones_in_one_terminal_play_each_other() {
    let house = unhurried();
    let file = house.write("questions.csv", questions());
    let mut person = Person::sits_down(&house, &["--questions", &file]);
    let paid = person.types_all(&DEPOSIT);
    assert!(paid.contains("SMS to phone 1"), "{paid}");
    assert!(shown(&paid).contains("KES 100 received"), "{paid}");
    let first = person.types_all(&["dial", "1", "1", "3", "1"]);
    let waiting = person.answers(&first, 4);
    assert!(waiting.contains("waiting, END"), "{waiting}");
    assert!(shown(&waiting).contains("4/5 right"), "{waiting}");

    person.types("phone 2");
    let paid = person.types_all(&DEPOSIT);
    assert!(paid.contains("SMS to phone 2"), "{paid}");
    let first = person.types_all(&["dial 1*1*3", "1"]);
    let done = person.answers(&first, 2);
    assert!(done.contains("lost, END"), "{done}");
    let texts = shown(&done);
    assert!(done.contains("SMS to phone 1") && done.contains("SMS to phone 2"));
    assert!(texts.contains("You won KES 160! Test: you 4/5"), "{texts}");
    assert!(texts.contains("Balance KES 160."), "{texts}");
    assert!(texts.contains("You lost KES 100. Test: you 2/5"), "{texts}");
    assert!(texts.contains("Balance KES 0."), "{texts}");

    let home = person.types_all(&["phone 1", "dial"]);
    assert!(shown(&home).contains("Balance KES 160"), "{home}");
    let games = person.types("3");
    assert!(shown(&games).contains("Test 100 won"), "{games}");
    person.leaves();
}

#[test]
fn a_deposit_is_cancelled_or_refused_for_its_pin_and_nothing_is_credited() {
    let house = House::new();
    let mut lines = DEPOSIT[..5].to_vec();
    lines.extend(["cancel", "wait 1m", "dial 2", "100", "0000", "wait 1m"]);
    // More than M-Pesa has, and a prompt that nobody answers.
    lines.extend([
        "dial 2", "20000", "1234", "wait 1m", "dial 2", "100", "wait 2m",
    ]);
    lines.extend(["dial"]);
    let said = script(&house, &[], &lines).ended(0);
    assert_eq!(said.stderr, "");
    assert_eq!(said.stdout.matches("M-Pesa on phone 1").count(), 4);
    let texts = shown(&said.stdout);
    for (told, reason) in [
        ("M-Pesa: cancelled", "not completed: it was cancelled."),
        ("M-Pesa: wrong PIN", "not completed: wrong M-Pesa PIN."),
        (
            "M-Pesa: not enough money",
            "not completed: not enough money at M-Pesa.",
        ),
        (
            "M-Pesa: no answer in time",
            "not completed: your phone did not answer.",
        ),
    ] {
        assert!(said.stdout.contains(told), "{told}: {}", said.stdout);
        assert!(texts.contains(reason), "{reason}: {texts}");
    }
    assert!(texts.ends_with(
        "Balance KES 0 1. Play 2. Deposit 3. My games 4. Language 5. Help 6. Withdraw \
             7. My limits"
    ));
}

#[test]
fn a_game_without_an_opponent_is_refunded_when_time_passes() {
    let house = unhurried();
    let file = house.write("questions.csv", questions());
    let mut person = Person::sits_down(&house, &["--questions", &file]);
    person.types_all(&DEPOSIT);
    let first = person.types_all(&["dial", "1", "1", "3", "1"]);
    person.answers(&first, 1);
    let early = person.types("wait 29m");
    assert!(!early.contains("SMS"), "{early}");
    let late = person.types("wait 2m");
    assert!(late.contains("SMS to phone 1"), "{late}");
    let text = shown(&late);
    assert!(
        text.contains("You get 105% back: KES 105. Balance KES 105."),
        "{text}"
    );
    person.leaves();
}

#[test]
fn a_dropped_question_goes_on_after_a_redial() {
    let house = House::new();
    let mut lines = DEPOSIT.to_vec();
    lines.extend([
        "dial 1*1*3",
        "1",
        "hang up",
        "redial",
        "",
        "type help",
        "wait 4m",
    ]);
    let said = script(&house, &[], &lines).ended(0);
    let screens: Vec<&str> = said
        .stdout
        .lines()
        .filter_map(|line| line.trim().split_once(", CON, "))
        .map(|(screen, _)| screen)
        .collect();
    // Arguments lead to the confirmation, never past it; a redial resumes the question.
    let end = &screens[screens.len() - 5..];
    assert_eq!(
        end,
        ["confirm", "question", "question", "question", "question"]
    );
    let texts = shown(&said.stdout);
    assert_eq!(
        texts.matches("Answer 1-").count(),
        2,
        "an empty reply, and a word"
    );
    assert!(
        said.stdout
            .contains("the network has ended the session of phone 1")
    );
}

#[test]
fn it_ends_with_its_input_and_leaves_nothing_behind() {
    let mut house = House::new();
    house.set("DATABASE__URL", "sqlite://real.db");
    for lines in [
        &[][..],
        &["dial"],
        &["dial", "quit", "dial"],
        &["help", "phone 12", "wait"],
    ] {
        let said = script(&house, &[], lines).ended(0);
        assert_eq!(said.stderr, "");
        let dials = said.stdout.matches("language, CON").count();
        let wanted = usize::from(lines.first() == Some(&"dial"));
        assert_eq!(dials, wanted, "{lines:?}: {}", said.stdout);
    }
    let left: Vec<_> = fs::read_dir(house.path("tmp")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!house.path("real.db").exists(), "the house's own database");
}

#[test]
fn a_screen_has_its_name_and_its_septets_of_the_networks_budget() {
    let mut house = House::new();
    house.set("USSD__NETWORK_BUDGETS", "63903:182");
    let screen = "CON Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili";
    let line = format!("language, CON, {} of 160 septets", screen.len());
    let said = script(&house, &[], &["dial"]).ended(0);
    assert!(said.stdout.contains(&line), "{said:?}");
    let arguments = ["--phone", "0733123456", "--network", "63903"];
    let said = script(&house, &arguments, &["dial"]).ended(0);
    assert!(said.stdout.contains("+254733123456"), "{said:?}");
    assert!(said.stdout.contains("of 182 septets"), "{said:?}");
}

#[test]
fn edited_menus_are_played_and_broken_ones_refused_by_file_and_line() {
    let edited = with_menus("en.toml", "Majibu: answer, win.", "Jibu: play, win.");
    let said = script(&edited, &[], &["dial"]).ended(0);
    assert!(shown(&said.stdout).contains("Jibu: play, win."), "{said:?}");

    let broken = with_menus("menu.toml", "go = \"stake\"", "go = \"steak\"");
    let said = script(&broken, &[], &["dial"]).ended(1);
    assert_eq!(said.stdout, "");
    let named = said.stderr.lines().any(|line| {
        line.starts_with("menu.toml:") && line.contains("there is no screen \"steak\"")
    });
    assert!(named, "{said:?}");

    // By the argument, in a house whose configuration names no menus.
    let house = House::new();
    let folder = broken.path("menus").display().to_string();
    let said = script(&house, &["--menus", &folder], &["dial"]).ended(1);
    assert!(said.stderr.contains("steak"), "{said:?}");
}

#[test]
fn what_it_cannot_begin_with_is_bad_usage() {
    let house = House::new();
    for (arguments, named) in [
        (&["--phone", "0202345678"][..], "--phone"),
        (&["--menus", "nowhere"], "nowhere"),
        (&["--questions", "nowhere.csv"], "nowhere.csv"),
    ] {
        let said = script(&house, arguments, &["dial"]).ended(2);
        assert!(said.one_line().contains(named), "{said:?}");
    }
}
