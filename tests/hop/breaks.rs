//! Breaks and exclusions, as players live through them on the screen.

use majibu::store::Status;

use crate::{
    care::{DAY, SECOND, by, shows, speaks_swahili, status},
    support::{Answer, World, dial, msisdn, press},
};

#[tokio::test]
async fn a_break_shuts_play_and_deposits_has_a_home_of_its_own_and_ends_by_itself() {
    let world = World::with(|config| config.house.helpline = Some("1199".into())).await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    let pauses = press(&phone, &["7", "2"]).await.text;
    assert!(
        pauses.contains("1. 1 day\n2. 7 days\n3. 30 days\n4. 6 months"),
        "{pauses}"
    );
    let confirm = press(&phone, &["2"]).await;
    assert!(
        confirm.text.starts_with(
            "No games, deposits and offers for 7 days. It cannot be ended early. You can withdraw \
             at any time.\n1. Confirm"
        ),
        "{}",
        confirm.text
    );
    let until = world.now().after(7 * DAY).in_nairobi();
    let until = until.format("%d/%m/%Y %H:%M").to_string();
    let done = press(&phone, &["1"]).await;
    let told = format!("You are out of play until {until}. Dial again to withdraw. Help: 1199");
    assert_eq!(done.text, told);
    world.run_due().await;
    assert_eq!(
        world.last_sms(&phone),
        format!(
            "You are out of play until {until}: no games, deposits and offers. You can withdraw at \
             any time. Help: 1199"
        )
    );
    assert_eq!(status(&world, &phone).await, Status::Excluded);
    let home = format!(
        "You are out of play until {until}. Balance KES 100. Help: 1199\n3. My games\n\
         4. Language\n5. Help\n6. Withdraw"
    );
    // Wherever they go, this is their home.
    for keys in [
        &[][..],
        &["00"],
        &["3", "0"],
        &["5", "00"],
        &["6", "0"],
        &["4", "1"],
        &["3", "1", "1", "1", "1"],
    ] {
        let shown = shows(&phone, keys, "excluded", "You are out of play").await;
        assert!(shown.contains(&home), "{keys:?}: {shown}");
    }
    for key in ["1", "2", "7"] {
        let shown = shows(&phone, &[key], "excluded", "Not on the list.").await;
        assert!(shown.contains("Balance KES 100"), "{shown}");
    }
    shows(&phone, &["6"], "withdraw", "Withdraw. Balance KES 100.").await;
    // A second before it is over.
    world.turn(7 * DAY - SECOND);
    shows(&phone, &[], "excluded", "You are out of play").await;
    world.turn(SECOND);
    shows(&phone, &[], "home", "Majibu. Balance KES 100").await;
    assert_eq!(status(&world, &phone).await, Status::Unverified);
    shows(&phone, &["1", "1", "1", "1"], "question", "Q1/5").await;
    // The row learns of it too, and the audit log.
    world.app().sweep().await.expect("swept");
    let log = world
        .app()
        .audit_log(&Default::default(), 10)
        .await
        .expect("read");
    let acts: Vec<_> = log.iter().map(|row| (&*row.action, &*row.actor)).collect();
    assert_eq!(acts, [("lift", "(service)"), ("exclude", "(player)")]);
    world.check().await;
}

#[tokio::test]
async fn a_break_is_taken_in_swahili() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    speaks_swahili(&phone).await;
    let pauses = shows(
        &phone,
        &["7", "2"],
        "pause",
        "Bila michezo na bila kuweka pesa kwa:",
    )
    .await;
    assert!(
        pauses.contains("1. siku 1\n2. siku 7\n3. siku 30\n4. miezi 6"),
        "{pauses}"
    );
    shows(
        &phone,
        &["7", "2", "5"],
        "pause_confirm",
        "Bila michezo, kuweka pesa na matangazo kwa mwaka 1.",
    )
    .await;
    press(&phone, &["1"]).await;
    shows(&phone, &[], "excluded", "Nje ya michezo hadi").await;
    world.check().await;
}

#[tokio::test]
async fn a_game_under_way_finishes_and_settles_though_its_player_is_excluded() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    let until = world
        .app()
        .exclude(&msisdn(&amina), 30, &by("asked by phone"))
        .await;
    assert_eq!(until.expect("excluded"), world.now().after(30 * DAY));
    // A redial finds the question, not the home of the excluded.
    amina.drop_session();
    assert_eq!(dial(&amina).await.name.as_deref(), Some("question"));
    let closing = world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    assert_eq!(closing.name.as_deref(), Some("waiting"), "{}", closing.text);
    // It waits on, and somebody joins it.
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 8_000);
    shows(&amina, &[], "excluded", "You are out of play").await;
    world.check().await;
}

#[tokio::test]
async fn nobody_ends_an_exclusion_early_and_a_longer_one_replaces_a_shorter() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let number = msisdn(&phone);
    let app = world.app();
    app.verify(&number, &by("saw the card"))
        .await
        .expect("verified");
    let begun = world.now();
    app.exclude(&number, 30, &by("asked"))
        .await
        .expect("excluded");
    world.turn(DAY);
    let until = app
        .exclude(&number, 7, &by("asked"))
        .await
        .expect("excluded");
    assert_eq!(until, begun.after(30 * DAY));
    // Blocked meanwhile: the block ends, the exclusion goes on.
    app.block(&number, &by("two accounts"))
        .await
        .expect("blocked");
    shows(&phone, &[], "barred", "This number cannot play.").await;
    app.unblock(&number, &by("only one"))
        .await
        .expect("unblocked");
    shows(&phone, &[], "excluded", "You are out of play").await;
    app.verify(&number, &by("saw the card again"))
        .await
        .expect("verified");
    assert_eq!(status(&world, &phone).await, Status::Excluded);
    world.turn(29 * DAY);
    assert_eq!(status(&world, &phone).await, Status::Verified);
    let kinds = world.report(&phone).await.sms.into_iter();
    let mut kinds: Vec<String> = kinds.map(|sms| sms.kind).collect();
    // Some were told of at the same instant.
    kinds.sort_unstable();
    assert_eq!(kinds, ["blocked", "excluded", "unblocked", "verified"]);
    for days in [0, 36_501] {
        app.exclude(&number, days, &by("asked"))
            .await
            .expect_err("no such days");
    }
    world.check().await;
}
