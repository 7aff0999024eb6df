//! SIGHUP: a running process reads its menu again, and keeps the one it has where the new one has
//! faults.

use sandbox::{Phone, Simulator, SimulatorConfig};

use crate::{
    binary::{CODE, House, Process, eventually},
    menus::{copy_menus, edit},
};

const SECRET: &str = "Unguessable-path-0003";

async fn first_screen(phone: &Phone) -> String {
    phone.drop_session();
    phone.dial(CODE).await.expect("a screen").text
}

/// Sends SIGHUP and waits until the log has these words once more.
async fn reload(process: &Process, words: &str) {
    let count = |log: &str| log.matches(words).count();
    let before = count(&process.log());
    process.signal("HUP");
    let said = || (count(&process.log()) > before).then_some(());
    eventually(words, said).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sighup_exchanges_the_menu_and_a_broken_one_is_refused_with_its_place() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    copy_menus(&mut house);
    let source = std::fs::read_to_string(house.path("menus/en.toml")).expect("a file");
    let line = source
        .lines()
        .position(|line| line.starts_with("language = "));
    let line = line.expect("a line") + 1;
    let place = format!("en.toml:{line}: screen.language: {{balance}}");
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    assert!(
        first_screen(&phone)
            .await
            .starts_with("Majibu: answer, win.")
    );

    edit(
        &house,
        "en.toml",
        "Majibu: answer, win.",
        "Majibu: know it, win it.",
    );
    // An edit alone changes nothing.
    assert!(
        first_screen(&phone)
            .await
            .starts_with("Majibu: answer, win.")
    );
    reload(&service, "the menu is reloaded").await;
    assert!(
        first_screen(&phone)
            .await
            .starts_with("Majibu: know it, win it.")
    );

    edit(
        &house,
        "en.toml",
        "Majibu: know it, win it.",
        "Majibu {balance}",
    );
    edit(&house, "menu.toml", "go = \"declined\"", "go = \"decline\"");
    reload(&service, "was not reloaded").await;
    // The findings are logged one by one.
    let last = "there is no screen";
    let told = || {
        let log = service.log();
        (log.contains(&place) && log.contains(last)).then_some(())
    };
    eventually("the place", told).await;
    let log = service.log();
    for word in [
        "screen.terms.options[2].go: there is no screen",
        "key=\"screen.language\"",
        "file=\"menu.toml\"",
        &format!("line={line}"),
    ] {
        let plain: String = log.split("\u{1b}[").map(after_colour).collect();
        assert!(plain.contains(word), "{word}: {plain}");
    }
    assert!(
        first_screen(&phone)
            .await
            .starts_with("Majibu: know it, win it.")
    );

    // The same fault at start: no service.
    let refused = house.run(&["serve"]).ended(2);
    assert!(refused.stderr.contains(&place), "{refused:?}");

    edit(&house, "en.toml", "Majibu {balance}", "Majibu!");
    edit(&house, "menu.toml", "go = \"decline\"", "go = \"declined\"");
    reload(&service, "the menu is reloaded").await;
    assert!(first_screen(&phone).await.starts_with("Majibu!\n"));
    service.stop();
    sim.stop().await;
}

/// What follows a colour code of the terminal.
fn after_colour(text: &str) -> &str {
    text.split_once('m').map_or(text, |(code, rest)| {
        let is_code = code
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b';');
        if is_code { rest } else { text }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sighup_without_a_folder_is_told_and_does_nothing() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    let before = first_screen(&phone).await;
    reload(&service, "nothing to reload").await;
    assert_eq!(first_screen(&phone).await, before);
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_writes_its_sms_in_the_new_words() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    copy_menus(&mut house);
    let mut http = house.serve(&base, &["--no-jobs"]).await;
    let mut work = house.spawn(&["work"]);
    let phone = sim.phone("0712345678").expect("a phone");
    let (old, new) = ("Dial to play.", "Dial and play.");
    let mut heard = Vec::new();
    for (keys, words) in [
        (["1", "1", "2", "100"].as_slice(), old),
        (&["2", "50"], new),
    ] {
        if words == new {
            edit(&house, "en.toml", old, new);
            reload(&work, "the menu is reloaded").await;
        }
        phone.dial(CODE).await.expect("a screen");
        for key in keys {
            phone.reply(key).await.expect("a screen");
        }
        phone
            .wait_for_prompt(crate::binary::PATIENCE)
            .await
            .expect("a prompt");
        phone.enter_pin("1234").await.expect("paid");
        let is_told = |sms: &sandbox::Sms| sms.text.contains(words);
        let sms = phone.wait_for_sms(is_told, crate::binary::PATIENCE).await;
        heard.push(sms.expect("an SMS").text);
    }
    assert!(
        heard[0].contains("KES 100") && heard[1].contains("KES 50"),
        "{heard:?}"
    );
    work.stop();
    http.stop();
    sim.stop().await;
}
