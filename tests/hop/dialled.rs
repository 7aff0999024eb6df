//! Dialling with arguments: it navigates and does nothing else.

use crate::{
    line::Line,
    support::{Answer, World, dial, press},
};

const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

#[tokio::test]
async fn arguments_navigate_to_the_screen_they_name() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (code, name) in [
        ("*384*55*1#", "category"),
        ("*384*55*1*1#", "stake"),
        ("*384*55*1*1*2#", "confirm"),
        ("*384*55*1*1*2*0#", "stake"),
        ("*384*55*1*1*00*2#", "deposit"),
        ("*384*55*2#", "deposit"),
        ("*384*55*3#", "no_games"),
        ("*384*55*4#", "switch_language"),
        ("*384*55*5*98#", "help"),
    ] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(
            screen.name.as_deref(),
            Some(name),
            "{code}: {}",
            screen.text
        );
        assert!(screen.faults.is_empty(), "{:?}", screen.faults);
        phone.drop_session();
    }
    world.check().await;
}

#[tokio::test]
async fn arguments_never_confirm_a_stake() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for code in [
        "*384*55*1*1*2*1#",
        "*384*55*1*1*2*1*1*1*1#",
        "*384*55*1*1*2*1*00*1*1*2*1#",
    ] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(
            screen.name.as_deref(),
            Some("confirm"),
            "{code}: {}",
            screen.text
        );
        phone.drop_session();
    }
    assert_eq!(world.balance(&phone).await, 10_000);
    assert!(world.report(&phone).await.entries.is_empty());
    // Typed, the same key confirms.
    phone.dial("*384*55*1*1*2*1#").await.expect("a screen");
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn arguments_never_accept_the_terms() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    for code in ["*384*55*1*1#", "*384*55*2*1*1*1*1#"] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(
            screen.name.as_deref(),
            Some("terms"),
            "{code}: {}",
            screen.text
        );
        phone.drop_session();
    }
    assert_eq!(
        dial(&phone).await.name.as_deref(),
        Some("language"),
        "no account"
    );
    phone.drop_session();
    let screen = phone.dial("*384*55*2#").await.expect("a screen");
    assert!(screen.text.starts_with("Lazima"), "{}", screen.text);
    assert_eq!(press(&phone, &["1"]).await.name.as_deref(), Some("home"));
    assert_eq!(world.report(&phone).await.player.locale, "sw");
    world.check().await;
}

#[tokio::test]
async fn arguments_never_answer_a_question() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let question = world.stake(&phone, "1").await;
    phone.drop_session();
    for code in [
        "*384*55*1#",
        "*384*55*2#",
        "*384*55*3#",
        "*384*55*1*1*1*1#",
        "*384*55*0*1#",
    ] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(screen.name.as_deref(), Some("question"), "{code}");
        assert!(
            screen.text.ends_with(&question.text),
            "{code}: {}",
            screen.text
        );
        phone.drop_session();
    }
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    phone.dial("*384*55*1#").await.expect("a screen");
    let screen = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(screen.text.starts_with("Q2/5"), "{}", screen.text);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.correct), (1, 1));
    world.check().await;
}

#[tokio::test]
async fn arguments_never_ask_for_a_deposit_nor_change_the_language() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    for (code, name) in [
        ("*384*55*2*1#", "deposit"),
        ("*384*55*2*150#", "deposit"),
        ("*384*55*2*150*1#", "deposit"),
        ("*384*55*4*2#", "switch_language"),
        ("*384*55*4*2*1#", "switch_language"),
    ] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(
            screen.name.as_deref(),
            Some(name),
            "{code}: {}",
            screen.text
        );
        phone.drop_session();
    }
    let report = world.report(&phone).await;
    assert!(report.deposits.is_empty());
    assert_eq!(report.player.locale, "en");
    let home = dial(&phone).await;
    assert!(home.text.contains("Balance"), "{}", home.text);
    world.check().await;
}

#[tokio::test]
async fn arguments_beyond_a_wrong_key_are_dropped() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (code, name) in [
        ("*384*55*9*1#", "home"),
        ("*384*55*1*9*1#", "category"),
        ("*384*55*1**1#", "category"),
        ("*384*55*1*1*77*2#", "stake"),
        ("*384*55*2*9999999999*3#", "deposit"),
        ("*384*55*1*98*1#", "category"),
    ] {
        let screen = phone.dial(code).await.expect("a screen");
        assert_eq!(
            screen.name.as_deref(),
            Some(name),
            "{code}: {}",
            screen.text
        );
        // The screen stands as if it had been reached by keys: no hint about a key never pressed.
        let options = screen.options();
        assert!(!options.is_empty() && !screen.text.contains("Not on the list"));
        phone.drop_session();
    }
    world.check().await;
}

#[tokio::test]
async fn a_whole_dial_string_as_text_reads_like_its_arguments() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (place, (text, name)) in [
        ("*384*55#", "home"),
        ("*384*55", "home"),
        ("#", "home"),
        ("*384*55*1#", "category"),
        ("*384*55*1*1*2#", "confirm"),
        ("*384*55*1*1*2*1#", "confirm"),
        ("1*1#", "stake"),
    ]
    .into_iter()
    .enumerate()
    {
        let line = Line::new(&phone, &format!("ATUid_whole{place}"));
        assert_eq!(line.send(text).await.name, name, "{text}");
        assert_eq!(line.send(text).await.name, name, "{text} again");
    }
    let line = Line::new(&phone, "ATUid_on");
    assert_eq!(line.send("*384*55*1*1#").await.name, "stake");
    assert_eq!(line.send("*384*55*1*1#*2").await.name, "confirm");
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(line.send("*384*55*1*1#*2*1").await.name, "question");
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn arguments_after_a_round_ran_out_show_how_it_ended() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    phone.drop_session();
    world.turn(SECOND * 60);
    let screen = phone.dial("*384*55*1*1*1*1#").await.expect("a screen");
    assert_eq!(screen.name.as_deref(), Some("waiting"), "{}", screen.text);
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.check().await;
}
