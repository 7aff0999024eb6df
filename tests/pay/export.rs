//! All that is kept of a player is given out to them, and nothing of anybody else.

use std::time::Duration;

use majibu::store::AuditFilter;
use serde_json::Value;

use crate::{
    privacy::with_a_past,
    support::{Answer, by, msisdn},
};

#[tokio::test]
async fn an_export_has_everything_of_the_player_and_no_number_of_anybody_else() {
    let (world, amina, brian) = with_a_past().await;
    let number = msisdn(&amina);
    let app = world.app();
    let export = app.export_player(&number, &by("asked by letter")).await;
    let export = serde_json::to_value(export.expect("read").expect("a player")).expect("JSON");
    let count = |list: &str| export[list].as_array().map_or(0, Vec::len);
    assert_eq!(export["player"]["msisdn"], "+254712345678");
    assert_eq!(
        (count("deposits"), count("withdrawals"), count("games")),
        (2, 1, 2)
    );
    assert_eq!((count("sms_received"), count("ratings")), (3, 1));
    assert_eq!(export["promotions"]["promotions"], "refused");
    let sms = world.report(&amina).await.sms.len();
    assert_eq!(count("sms"), sms);
    assert!(count("hops") > 0 && count("callbacks") > 5);
    let in_and_out = |transfer: &Value| {
        let cents = transfer["amount_cents"].as_i64().expect("cents");
        let wallet = format!("wallet:{}", export["player"]["id"].as_str().expect("an id"));
        if transfer["to_account"] == wallet.as_str() {
            cents
        } else {
            -cents
        }
    };
    let transfers = export["transfers"].as_array().expect("a list");
    assert_eq!(
        transfers.iter().map(in_and_out).sum::<i64>(),
        0,
        "they add up to the wallet"
    );
    let won = export["games"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|game| game["state"] == "won");
    let won = won.expect("a game");
    assert_eq!(won["opponent"], "+25411xxx567");
    assert_eq!(won["questions"].as_array().map(Vec::len), Some(5));
    let question = &won["questions"][0];
    assert_eq!(question["right_choice"], question["own_choice"]);
    assert!(question["question"].is_string() && question["received_at_ms"].is_i64());
    let text = export.to_string();
    let other = msisdn(&brian);
    assert!(
        !text.contains(other.digits()) && !text.contains("110234567"),
        "{text}"
    );
    let log = app
        .audit_log(&AuditFilter::default(), 1)
        .await
        .expect("the log");
    assert_eq!(log[0].action, "export");

    // What is right is not told while the game is open.
    let carol = world.funded("0722345678", 100).await;
    world.stake(&carol, "1").await;
    world
        .answer(&carol, &[Answer::Right; 2], Duration::from_secs(2))
        .await;
    let export = app.export_player(&msisdn(&carol), &by("asked")).await;
    let export = serde_json::to_value(export.expect("read").expect("a player")).expect("JSON");
    let questions = export["games"][0]["questions"].as_array().expect("a list");
    assert_eq!(questions.len(), 3, "as many as were sent");
    assert!(
        questions
            .iter()
            .all(|question| question["right_choice"].is_null())
    );
    let nobody = app
        .export_player(&msisdn(&world.phone("0799999999")), &by("asked"))
        .await;
    assert_eq!(nobody.expect("read"), None);
    world.check().await;
}
