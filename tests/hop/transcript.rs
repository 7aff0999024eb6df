//! Transcripts that no well-behaved phone makes: answered politely, without an effect.

use sandbox::Phone;

use crate::{
    line::{Line, Reply},
    support::{Answer, World, dial, press},
};

/// Inputs that are no choice on any screen, and no amount.
fn rubbish() -> Vec<String> {
    let mut inputs: Vec<String> = [
        "*",
        "**",
        "#",
        "1#",
        "#1",
        "+1",
        "-1",
        "1.",
        "1.0",
        "01",
        "1 1",
        "1x",
        "l",
        "Ndiyo",
        "%31",
        "%2A1",
        "1%00",
        "\0",
        "\n",
        "1\n1",
        "\u{feff}",
        "\u{661}",
        "\u{ff11}",
        "é",
        "日本",
        "\u{1f600}",
        "1;drop table player",
        "' or 1=1 --",
        "{balance}",
        "<b>1</b>",
        "&text=1",
        "true",
        "null",
        "NaN",
        "1e1",
        "0x1",
        "99999999999999999999999999",
    ]
    .map(str::to_owned)
    .to_vec();
    inputs.extend(["7", "é", "日"].map(|character| character.repeat(80)));
    inputs.extend(["1", "x"].map(|character| character.repeat(90)));
    inputs
}

#[tokio::test]
async fn rubbish_gets_the_same_screen_with_a_hint_on_every_screen() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (path, name) in [
        ("", "home"),
        ("1", "category"),
        ("1*1", "stake"),
        ("1*1*2", "confirm"),
        ("2", "deposit"),
        ("3", "no_games"),
        ("4", "switch_language"),
        ("5", "help"),
    ] {
        let line = Line::new(&phone, &format!("ATUid_{name}"));
        let shown = line.send(path).await;
        assert_eq!(shown.name, name, "{}", shown.text);
        assert_stays(&line, path, &shown, &rubbish()).await;
    }
    assert_nothing_happened(&world, &phone).await;
    world.check().await;
}

#[tokio::test]
async fn rubbish_in_mid_game_answers_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let shown: Reply = world.stake(&phone, "1").await.into();
    let line = Line::of(&phone);
    let mut inputs = rubbish();
    inputs.extend(["", "0", "00", "98", "4", "1*2", "1*1*1*1*1"].map(str::to_owned));
    assert_stays(&line, &line.transcript, &shown, &inputs).await;
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.position), (0, 1));
    world.check().await;
}

/// Each input in turn behind the transcript so far: the same screen under a hint.
async fn assert_stays(line: &Line, path: &str, shown: &Reply, inputs: &[String]) {
    let mut transcript = path.to_owned();
    for input in inputs {
        if !transcript.is_empty() || input.contains('*') {
            transcript.push('*');
        }
        transcript.push_str(input);
        let reply = line.send(&transcript).await;
        assert_eq!((&reply.name, reply.ends), (&shown.name, false), "{input:?}");
        let (hint, rest) = reply.text.split_once('\n').expect("a hint");
        assert_eq!(rest, shown.text, "{input:?}");
        assert!(hint.ends_with('.') && hint.len() < 40, "{hint}");
    }
}

async fn assert_nothing_happened(world: &World, phone: &Phone) {
    let report = world.report(phone).await;
    assert_eq!((report.entries.len(), report.deposits.len()), (0, 1));
    assert_eq!(report.player.balance.get(), 10_000);
}

#[tokio::test]
async fn a_transcript_with_a_gap_is_no_choice() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let line = Line::new(&phone, "ATUid_gap");
    line.send("").await;
    assert_eq!(line.send("1").await.name, "category");
    let reply = line.send("1*1*2").await;
    assert_eq!(reply.name, "category");
    assert!(reply.text.starts_with("Not on the list."), "{}", reply.text);
    // At the confirmation a gap confirms nothing either.
    assert_eq!(line.send("1*1*2*1").await.name, "stake");
    assert_eq!(line.send("1*1*2*1*2").await.name, "confirm");
    assert_eq!(line.send("1*1*2*1*2*1*1").await.name, "confirm");
    assert_eq!(line.send("1*1*2*1*2*1*1*1*1*1*1").await.name, "confirm");
    assert_nothing_happened(&world, &phone).await;
    world.check().await;
}

#[tokio::test]
async fn a_shortened_or_diverging_transcript_shows_the_screen_again() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let line = Line::new(&phone, "ATUid_diverging");
    let confirm = line.send("1*1*2").await;
    assert_eq!(confirm.name, "confirm");
    for transcript in [
        "1*1", "1", "", "1*1*", "1*1*3", "1*2*2*1", "2*50", "11*1*2*1", "x",
    ] {
        assert_eq!(line.send(transcript).await, confirm, "{transcript:?}");
    }
    assert_nothing_happened(&world, &phone).await;
    // The session is not lost by it: the next input goes on from the last transcript.
    assert_eq!(line.send("x*0").await.name, "stake");
    world.check().await;
}

#[tokio::test]
async fn a_diverging_transcript_in_mid_game_answers_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let question = world
        .answer(&phone, &[Answer::Right], std::time::Duration::ZERO)
        .await;
    let line = Line::of(&phone);
    for transcript in ["1", "2*1", "1*1*1*1*3*1", "1*1*1"] {
        let reply = line.send(transcript).await;
        assert!(!reply.ends, "{}", reply.text);
        assert_eq!(
            world.entry_under_way(&phone).await.answered,
            1,
            "{transcript}"
        );
    }
    let screen = press(&phone, &["9"]).await;
    assert!(screen.text.ends_with(&question.text), "{}", screen.text);
    world.check().await;
}

#[tokio::test]
async fn empty_replies_and_typed_stars_shift_no_position() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let line = Line::new(&phone, "ATUid_empty");
    line.send("").await;
    let hops = [
        ("1", "category"),
        ("1*", "category"),
        ("1**", "category"),
        ("1*****", "category"),
        ("1******1", "stake"),
        ("1******1*", "stake"),
        ("1******1**2", "confirm"),
        ("1******1**2*", "confirm"),
        ("1******1**2**", "confirm"),
    ];
    for (transcript, name) in hops {
        assert_eq!(line.send(transcript).await.name, name, "{transcript}");
    }
    assert_nothing_happened(&world, &phone).await;
    let reply = line.send("1******1**2***1").await;
    assert_eq!(reply.name, "question", "{}", reply.text);
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn the_longest_reply_is_a_wrong_key_and_the_game_goes_on() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    for _ in 0..4 {
        let screen = press(&phone, &[&"1".repeat(80)]).await;
        assert!(
            screen.text.starts_with("Not on the list."),
            "{}",
            screen.text
        );
    }
    let screen = press(&phone, &["1", "1", "1", "1"]).await;
    assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    world.check().await;
}

#[tokio::test]
async fn a_huge_transcript_ends_politely_and_costs_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let line = Line::of(&phone);
    for length in [2_001, 5_000, 10_000] {
        for input in [
            "1".repeat(length),
            "1*".repeat(length / 2),
            "é".repeat(length),
        ] {
            let reply = line.send(&line.with(&input)).await;
            assert!(reply.ends || reply.name == "question", "{}", reply.text);
        }
        let reply = line.send(&line.with(&"1".repeat(length))).await;
        assert_eq!((reply.name.as_str(), reply.ends), ("sorry", true));
        let fresh = Line::new(&phone, &format!("ATUid_{length}"));
        assert!(fresh.send(&"1*".repeat(length)).await.ends);
    }
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    // The phone's own session goes on.
    let screen = world
        .answer(&phone, &[Answer::Right], std::time::Duration::ZERO)
        .await;
    assert!(screen.text.starts_with("Q2/5"), "{}", screen.text);
    assert_eq!(world.balance(&phone).await, 8_000);
    world.check().await;
}
