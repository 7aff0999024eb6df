//! `sandbox play`: the worked examples, what it tells when something is not as expected, and mistakes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

use crate::service::FakeService;

/// What a run printed, and its exit code.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the sandbox to its end.
pub(crate) async fn sandbox(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command
        .args(arguments)
        .env_remove("RUST_LOG")
        .kill_on_drop(true);
    let output = command.output().await.unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "scenario"))
        .collect();
    files.sort();
    files
}

/// A scenario in a file of its own.
fn scenario(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Lines after which Ann is at home with KES 100 in her wallet.
const FUNDED: &str = "\
phone ann 0712345678 with KES 500
ann dials *384*55#
ann sends 1
ann sends 1
ann chooses \"Deposit\"
ann sends 100
ann pays with pin 1234
ann gets sms \"KES 100 received\"
ann dials *384*55#
";

#[tokio::test]
async fn the_worked_examples_play_as_they_say() {
    let folder = TempDir::new().unwrap();
    let junit = folder.path().join("junit.xml");
    let files = examples();
    assert!(files.len() >= 10);
    let mut arguments = vec!["play", "--junit", junit.to_str().unwrap()];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let ran = sandbox(&arguments).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.out
            .lines()
            .filter(|line| line.starts_with("ok "))
            .count(),
        files.len()
    );
    let xml = fs::read_to_string(junit).unwrap();
    let counts = format!(
        "tests=\"{}\" skipped=\"0\" errors=\"0\" failures=\"0\"",
        files.len()
    );
    assert!(xml.contains(&counts), "{xml}");
}

#[tokio::test]
async fn a_screen_that_differs_is_told_by_file_line_and_difference() {
    let folder = TempDir::new().unwrap();
    let text = format!(
        "name a changed menu\n{FUNDED}ann sees exactly\n| Majibu. Balance KES 90\n| 1. Play\n| 2. Deposit\n\
         | 3. My games\n| 4. Language\n| 5. Help\n| 6. Withdraw\n| 7. My limits\n"
    );
    let file = scenario(&folder, "changed.scenario", &text);
    let junit = folder.path().join("junit.xml");
    let ran = sandbox(&["play", &file, "--junit", junit.to_str().unwrap()]).await;
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let expected = format!(
        "FAIL  a changed menu\n{file}:11: ann sees exactly\n  expected (-), and shown instead (+):\n    \
         - Majibu. Balance KES 90\n    + Majibu. Balance KES 100\n      1. Play\n      2. Deposit\n      \
         3. My games\n      4. Language\n      5. Help\n      6. Withdraw\n      7. My limits\n"
    );
    assert!(ran.out.starts_with(&expected), "{}", ran.out);
    assert!(ran.out.contains("1 played, 1 failed"), "{}", ran.out);
    let xml = fs::read_to_string(junit).unwrap();
    for part in [
        "failures=\"1\"",
        "name=\"a changed menu\"",
        "changed.scenario:11: ann sees exactly",
        "- Majibu. Balance KES 90",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

#[tokio::test]
async fn every_kind_of_expectation_fails_when_it_is_not_so() {
    let folder = TempDir::new().unwrap();
    let cases = [
        (
            "ann sees \"Withdrawn\"",
            "expected somewhere on the screen:\n    | Withdrawn\n  the phone shows (screen home):\n    | Majibu. Balance KES 100",
        ),
        ("ann sees no \"Balance\"", "the phone shows (screen home)"),
        ("ann sees screen terms", "the phone shows (screen home)"),
        ("ann is in no session", "the phone shows (screen home)"),
        ("ann chooses \"Roulette\"", "no option has these words"),
        ("ann has KES 401 in mpesa", "    - KES 401\n    + KES 400\n"),
        ("paybill has KES 1", "    - KES 1\n    + KES 100100\n"),
        (
            "ann gets sms \"won\" within 2s",
            "no message has this within 2s\n  no other message came",
        ),
        (
            "ann is asked to pay KES 1 within 1m",
            "M-Pesa does not ask for the PIN within 1m",
        ),
        (
            "ann texts \"BAL\"\nann gets no sms",
            "these came:\n    | Your balance is KES 100.",
        ),
        (
            "ann dials *384*55#",
            "the phone cannot do that: a USSD session is open",
        ),
        ("ann dials *100#", "is not a code of this network"),
        ("fault sms lost was played", ""),
        (
            "fault stk_callback lost was played",
            "it was not; these were:",
        ),
    ];
    for (place, (lines, says)) in cases.into_iter().enumerate() {
        let file = scenario(
            &folder,
            &format!("{place}.scenario"),
            &format!("{FUNDED}{lines}\n"),
        );
        let ran = sandbox(&["play", &file]).await;
        // A fault that no point plays is a mistake and no failure.
        let code = if says.is_empty() { 2 } else { 1 };
        assert_eq!(ran.code, code, "{lines}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(says), "{lines}: {}", ran.out);
        let line = 9 + lines.lines().count();
        assert!(
            format!("{}{}", ran.out, ran.err).contains(&format!("{file}:{line}: ")),
            "{}",
            ran.out
        );
    }
}

#[tokio::test]
async fn a_rerun_is_exact_and_another_seed_is_not() {
    let folder = TempDir::new().unwrap();
    // The message that fails it has M-Pesa's receipt; the round has questions in their order.
    let text = format!(
        "{FUNDED}ann sends 1\nann sends 1\nann sends 1\nann sends 1\nann sends 2\nann hangs up\n\
         ann texts \"BAL\"\nann gets no sms\n"
    );
    let receipts = FUNDED.replace(
        "ann gets sms \"KES 100 received\"\n",
        "time passes 1m\nann gets no sms\n",
    );
    let questions =
        format!("{text}ann sees \"never\"\n").replace("ann gets no sms\nann sees", "ann sees");
    for (name, text) in [
        ("receipt.scenario", receipts),
        ("question.scenario", questions),
    ] {
        let file = scenario(&folder, name, &text);
        let mut told = Vec::new();
        for seed in ["7", "7", "8"] {
            let ran = sandbox(&["play", &file, "--seed", seed]).await;
            assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
            told.push(
                ran.out
                    .lines()
                    .filter(|line| line.starts_with("    |"))
                    .map(str::to_owned)
                    .collect::<Vec<_>>(),
            );
        }
        assert!(!told[0].is_empty());
        assert_eq!(told[0], told[1]);
        assert_ne!(told[0], told[2]);
    }
}

#[tokio::test]
async fn answers_that_come_late_or_never_take_no_real_time() {
    let folder = TempDir::new().unwrap();
    let text = FUNDED
        .replace(
            "ann sends 100\n",
            "fault stk_push late=15000 for ann\nfault sms hang for ann\nfault sms drip=9000 for ann\n\
             fault stk_callback drip=9000 for ann\nann sends 100\n",
        )
        .replace(
            "received\"\n",
            "received\" within 5m\nfault stk_push late=15000 was played\nfault sms hang was played\n\
             fault stk_callback drip=9000 was played\n",
        );
    let file = scenario(&folder, "patience.scenario", &text);
    let began = std::time::Instant::now();
    let ran = sandbox(&["play", &file]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    // The adapters would have waited for 10 s each, at least.
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

#[tokio::test]
async fn all_mistakes_of_all_files_are_told_before_anything_runs() {
    let folder = TempDir::new().unwrap();
    let broken = "\
phone ann 0712345678
phone ann 0712345679
phone bob 0202345678
phone time 0712345671
ann dails *384*55#
bob sees \"Welcome\"
ann sees \"Welcome
fault stk_callback hang
fault stk_callback lost for cate
fault nowhere lost
time passes soon
ann answers right
ann sees exactly
ann pays KES x to the paybill as A with pin 1
| a block
seed seven
no idea
phone dan 0712345679 on vodafone
";
    let first = scenario(&folder, "first.scenario", broken);
    let second = scenario(&folder, "second.scenario", "# nothing\n");
    let good = scenario(&folder, "good.scenario", FUNDED);
    let ran = sandbox(&["play", &good, &first, &second, "no-such.scenario"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for (file, line, says) in [
        (&first, 2, "there is a phone ann already"),
        (&first, 3, "not a Kenyan mobile number"),
        (&first, 4, "cannot be the name of a phone"),
        (&first, 5, "a phone cannot \"dails\"; it dials, sends"),
        (&first, 6, "no phone \"bob\"; there is ann"),
        (&first, 7, "the closing \" is missing"),
        (&first, 8, "hang cannot be played at stk_callback"),
        (&first, 9, "no phone \"cate\""),
        (&first, 10, "no point \"nowhere\""),
        (&first, 11, "\"soon\" is no time"),
        (&first, 12, "answers from FILE"),
        (&first, 13, "the screen follows, each line behind a |"),
        (&first, 14, "\"x\" is no amount"),
        (&first, 16, "is no seed"),
        (&first, 17, "begins with `no`"),
        (
            &first,
            18,
            "no network \"vodafone\"; there are safaricom, airtel",
        ),
        (&second, 1, "nothing happens"),
    ] {
        let found = ran
            .err
            .lines()
            .any(|told| told.starts_with(&format!("{file}:{line}: ")) && told.contains(says));
        assert!(found, "{line}: {says}\n{}", ran.err);
    }
    assert!(ran.err.contains("no-such.scenario:1: "), "{}", ran.err);
}

/// Plays against the small quiz of these tests, in real time.
async fn play_against(text: &str, more: &[&str]) -> Ran {
    let folder = TempDir::new().unwrap();
    let file = scenario(&folder, "foreign.scenario", text);
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().to_string()
    };
    let service = FakeService::start(&format!("http://{port}")).await;
    let urls = service.urls();
    let mut arguments = vec!["play", &file, "--listen", &port, "--service"];
    let (ussd, inbound) = (urls.ussd.unwrap(), urls.inbound.unwrap());
    arguments.extend([ussd.as_str(), "--inbound", inbound.as_str()]);
    arguments.extend(more);
    sandbox(&arguments).await
}

#[tokio::test]
async fn a_service_in_any_language_can_be_played_against() {
    let text = "\
phone ann 0712345678
ann dials *384*55#
ann chooses \"English\"
ann chooses \"accept\"
ann sees \"balance KES 0\"
fault ussd_hop twice for ann
ann chooses \"Deposit\"
fault stk_push late=20 for ann
ann chooses \"KES 100\"
ann is asked to pay KES 100
ann pays with pin 1234
ann gets sms \"Received KES 100\" within 10s
ann has KES 4,900 in mpesa
time passes 10ms
fault ussd_hop twice was played
";
    let ran = play_against(text, &[]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[tokio::test]
async fn against_a_service_a_long_wait_is_refused_before_anything_runs() {
    let text = "phone ann 0712345678\nann dials *384*55#\ntime passes 5s\n";
    let ran = play_against(text, &["--longest-wait", "4"]).await;
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("foreign.scenario:3: ") && ran.err.contains("--longest-wait"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_service_that_breaks_a_rule_of_the_gateway_fails_the_scenario() {
    let folder = TempDir::new().unwrap();
    let file = scenario(
        &folder,
        "rule.scenario",
        "phone ann 0712345678\nann dials *384*55#\n",
    );
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().to_string()
    };
    let service = FakeService::start(&format!("http://{port}")).await;
    service.tell(200, "text/plain", format!("CON {}", "a".repeat(157)));
    let url = service.urls().ussd.unwrap();
    let ran = sandbox(&["play", &file, "--listen", &port, "--service", &url]).await;
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("! the screen has 161 septets, 1 too many"),
        "{}",
        ran.out
    );
    // On a network with longer screens it breaks none.
    let text = "phone ann 0712345678 on airtel\nann dials *384*55#\n";
    let file = scenario(&folder, "airtel.scenario", text);
    let ran = sandbox(&["play", &file, "--listen", &port, "--service", &url]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let hops = service.hops();
    let codes: Vec<_> = hops.iter().map(|hop| &hop["networkCode"]).collect();
    assert_eq!(codes, ["63902", "63903"]);
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let file = scenario(
        &folder,
        "taken.scenario",
        "phone ann 0712345678\nann dials *384*55#\n",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let url = "http://127.0.0.1:9/ussd";
    let ran = sandbox(&["play", &file, "--listen", &port, "--service", url]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(&port), "{}", ran.err);
    assert!(ran.err.contains("another sandbox"), "{}", ran.err);
}

#[tokio::test]
async fn usage_is_as_it_was_and_the_commands_are_told() {
    let help = sandbox(&["--help"]).await;
    for part in [
        "--listen",
        "--service",
        "--opponent",
        "--faults-by-amount",
        "play",
        "record",
    ] {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
    assert_eq!(sandbox(&["play"]).await.code, 2);
    assert_eq!(sandbox(&["--seed", "x"]).await.code, 2);
}
