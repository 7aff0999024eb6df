//! The pages that move no money: players, their stories, games, questions, jobs.

use majibu::core::operator::Role;

use crate::{
    browser::{logged_in, with_console},
    support::{Answer, World},
};

const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

#[tokio::test]
async fn searching_shows_what_fits_and_nothing_of_what_is_odd() {
    let world = World::with(with_console).await;
    for number in ["0712345678", "0110235678"] {
        world.registered(number).await;
    }
    let mut viewer = logged_in(&world, Role::Viewer).await;
    let both = viewer.get("/admin/players?q=5678").await;
    assert!(
        both.has("+254712345678") && both.has("+254110235678"),
        "{}",
        both.body
    );
    for odd in [
        "%27%20or%201%3D1--",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%25",
        "%F0%9F%92%B0",
    ] {
        let page = viewer.get(&format!("/admin/players?q={odd}")).await;
        assert_eq!(page.status, 200, "{odd}");
        assert!(page.has("Nothing has that number"), "{odd}: {}", page.body);
        assert!(!page.has("<script>"), "{odd}");
    }
    let nul = viewer.get("/admin/players?q=%00").await;
    assert_eq!(nul.status, 400, "{}", nul.body);
    let long = viewer
        .get(&format!("/admin/players?q={}", "7".repeat(10_000)))
        .await;
    assert_eq!(long.status, 400, "{}", long.body);
    world.check().await;
}

#[tokio::test]
async fn a_game_is_told_in_the_story_and_explained() {
    let world = World::with(with_console).await;
    let amina = world.funded("0712345678", 200).await;
    let baraka = world.funded("0110234567", 200).await;
    for (phone, answers) in [(&amina, [Answer::Right; 5]), (&baraka, [Answer::Wrong; 5])] {
        world.stake(phone, "1").await;
        world.answer(phone, &answers, SECOND).await;
    }
    world.run_due().await;
    let report = world.report(&amina).await;
    let mut viewer = logged_in(&world, Role::Viewer).await;
    let story = viewer
        .get(&format!("/admin/players/{}", report.player.id))
        .await;
    let explained = format!("/admin/match/{}", report.entries[0].id);
    for text in [
        "won",
        "bounty",
        explained.as_str(),
        "5 right of 5",
        "deposit_paid",
    ] {
        let text = text.replace('_', " ");
        assert!(story.has(&text) || story.has(explained.as_str()), "{text}");
    }
    assert!(
        !story.has("Correct the wallet") && !story.has("/block"),
        "a viewer only looks"
    );
    let game = viewer.get(&explained).await;
    for text in [
        "+254712345678",
        "+254110234567",
        "More right answers.",
        "Question 5",
        "picked",
        "bounty",
        "fee",
    ] {
        assert!(game.has(text), "{text}: {}", game.body);
    }
    world.check().await;
}

#[tokio::test]
async fn support_blocks_excludes_and_verifies_a_player_with_a_reason() {
    let world = World::with(with_console).await;
    let amina = world.registered("0712345678").await;
    let page = format!("/admin/players/{}", world.report(&amina).await.player.id);
    let mut support = logged_in(&world, Role::Support).await;
    let reason = ("reason", "asked by phone");
    let shown = support
        .act(&page, &format!("{page}/block"), &[reason])
        .await;
    assert!(
        shown.has("Blocked.") && shown.has("End the block"),
        "{}",
        shown.body
    );
    let shown = support
        .act(&page, &format!("{page}/unblock"), &[reason])
        .await;
    assert!(shown.has("The block has ended."), "{}", shown.body);
    let shown = support
        .act(&page, &format!("{page}/verify"), &[reason])
        .await;
    assert!(shown.has("The identity is checked."), "{}", shown.body);
    let limits = [("daily", "500"), ("weekly", ""), reason];
    let shown = support.act(&page, &format!("{page}/limits"), &limits).await;
    assert!(shown.has("The limits are set"), "{}", shown.body);
    let shown = support
        .act(&page, &format!("{page}/exclude"), &[("days", "7"), reason])
        .await;
    assert!(
        shown.has("Excluded until") && shown.has("excluded"),
        "{}",
        shown.body
    );
    let shown = support
        .act(&page, &format!("{page}/exclude"), &[("days", "0"), reason])
        .await;
    assert!(shown.has("notice refused"), "{}", shown.body);
    for act in ["block", "unblock", "verify", "exclude"] {
        assert!(shown.has(&format!("badge\">{act}<")), "{act} in the story");
    }
    world.check().await;
}

#[tokio::test]
async fn a_question_is_corrected_withdrawn_and_brought_back() {
    let world = World::with(with_console).await;
    let stats = world.app().question_stats(None, 0).await.expect("read");
    let known = &stats[0].question;
    let page = format!("/admin/questions/{}", known.id);
    let mut support = logged_in(&world, Role::Support).await;
    let listed = support.get("/admin/questions").await;
    assert!(listed.has("questions fit."), "{}", listed.body);
    let words = known.texts["en"].clone();
    let found = support
        .get(&format!("/admin/questions?q={}", known.id))
        .await;
    assert!(
        found.has("1 questions fit.") && found.has(&page),
        "{}",
        found.body
    );
    let version = known.version.to_string();
    let answer = known.answer.to_string();
    let mut fields = vec![
        ("version".to_owned(), version),
        ("answer".to_owned(), answer),
        ("reason".to_owned(), "a slip".to_owned()),
    ];
    for (locale, text) in &known.texts {
        let question = if locale == "en" {
            "What is it now?"
        } else {
            &text.question
        };
        fields.push((format!("{locale}.question"), question.to_owned()));
        for (place, choice) in text.choices.iter().enumerate() {
            fields.push((format!("{locale}.{place}"), choice.clone()));
        }
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let shown = support.act(&page, &format!("{page}/fix"), &fields).await;
    assert!(
        shown.has("Corrected: version 2 from now on."),
        "{}",
        shown.body
    );
    assert!(shown.has("What is it now?") && shown.has(&words.choices[0]));
    let shown = support.act(&page, &format!("{page}/fix"), &fields).await;
    assert!(
        shown.has("Somebody else corrected it in the meantime"),
        "{}",
        shown.body
    );
    let reason = [("reason", "two right answers")];
    let shown = support
        .act(&page, &format!("{page}/withdraw"), &reason)
        .await;
    assert!(shown.has("Withdrawn; 0 games voided"), "{}", shown.body);
    let listed = support.get("/admin/questions?stands=withdrawn").await;
    assert!(listed.has("1 questions fit."), "{}", listed.body);
    let shown = support
        .act(&page, &format!("{page}/restore"), &reason)
        .await;
    assert!(shown.has("It is in play again."), "{}", shown.body);
    world.check().await;
}

#[tokio::test]
async fn jobs_and_outbox_show_what_waits() {
    let world = World::with(with_console).await;
    let mut support = logged_in(&world, Role::Support).await;
    let page = support.get("/admin/jobs").await;
    for text in [
        "callbacks",
        "payout queries",
        "None in the last 7 days.",
        "in time",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let reason = [("reason", "mended")];
    let shown = support
        .act("/admin/jobs", "/admin/jobs/sms/resume", &reason)
        .await;
    assert!(shown.has("SMS were not paused."), "{}", shown.body);
    let token = support.token("/admin/jobs").await;
    let form = [("token", token.as_str()), ("reason", "mended")];
    let refused = support.post("/admin/jobs/payouts/resume", &form).await;
    assert_eq!(refused.status, 403, "payouts are money");
    world.check().await;
}
