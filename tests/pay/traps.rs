//! Traps of the Daraja contract (section 14) that no other file of these tests is about. Each test
//! is named after its trap.

use serde_json::{Value, json};

use crate::{
    help::{
        MINUTE, PUSH, QUERY, SECOND, calls, failure, last_deposit, outcomes, pushed, sms_of, state,
        success, tell, texts,
    },
    support::World,
};

/// The longest text of a prompt, in characters (contract, section 4, code 1025).
const PROMPT: usize = 182;

#[tokio::test]
async fn trap_02_a_callback_with_a_code_that_nobody_listed_ends_nothing_and_the_query_decides() {
    let world = World::new().await;
    for (place, code) in [
        json!(7),
        json!("500.001.1001"),
        json!(4999),
        json!(26),
        json!("?"),
    ]
    .into_iter()
    .enumerate()
    {
        let phone = world.registered(&format!("071234567{place}")).await;
        let (deposit, checkout) = pushed(&world, &phone, 100).await;
        tell(&world, &deposit, &failure(&checkout, &code)).await;
        assert_eq!(state(&world, &phone).await, "pushed", "{code}");
        assert!(texts(&phone).is_empty(), "{code}");
        phone.cancel_prompt().await.expect("cancelled");
        world.callbacks_are_in().await;
        world.run_due().await;
        assert_eq!(state(&world, &phone).await, "failed", "{code}");
    }
    // One that stays alone is asked about, and then left to the operator.
    let phone = world.registered("0712345679").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(&world, &deposit, &failure(&checkout, &json!(7))).await;
    let before = calls(&world, QUERY).len();
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    assert_eq!(calls(&world, QUERY).len(), before + 1);
    let known = outcomes(&world).await;
    assert_eq!(known.last().expect("it").1, "code 7 proves nothing");
    // And a late success still credits.
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn trap_03_code_0_without_a_callback_is_kept_as_paid_with_its_receipt_missing() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (_, checkout) = pushed(&world, &phone, 100).await;
    for _ in 0..20 {
        let says_paid = sandbox::Fault::ResultCode("0".into());
        let query = sandbox::FaultPoint::StkQuery;
        world.sim.inject(query, says_paid, 1).expect("a fault");
    }
    let mut passed = std::time::Duration::ZERO;
    while passed < world.config.jobs.stk_expire_after + 10 * MINUTE {
        world.turn(30 * SECOND);
        passed += 30 * SECOND;
        world.run_due().await;
    }
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
    assert_eq!(row.failure.as_deref(), Some("receipt_missing"));
    assert_eq!(sms_of(&world, &phone, "deposit_unconfirmed").await.len(), 1);
    assert_eq!(world.balance(&phone).await, 0);
    let _ = checkout;
    world.check().await;
}

#[tokio::test]
async fn trap_10_no_text_about_1037_or_1032_says_that_no_money_was_taken() {
    let world = World::new().await;
    for (place, code) in [1037, 1032].into_iter().enumerate() {
        let phone = world.registered(&format!("071234567{place}")).await;
        let (deposit, checkout) = pushed(&world, &phone, 100).await;
        tell(&world, &deposit, &failure(&checkout, &json!(code))).await;
        assert!(
            texts(&phone)[0]
                .ends_with("If M-Pesa took the money it will be added when it arrives."),
            "{:?}",
            texts(&phone)
        );
        let receipt = format!("UKM1A2B3C{place}");
        tell(&world, &deposit, &success(&checkout, &receipt, &json!(100))).await;
        assert_eq!(world.balance(&phone).await, 10_000, "{code}");
    }
    world.check().await;
}

#[tokio::test]
async fn trap_19_the_prompt_stays_short_with_a_long_business_name() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    pushed(&world, &phone, 70_000).await;
    let body: Value = serde_json::from_str(&calls(&world, PUSH)[0].request_body).expect("JSON");
    let text = |name: &str| body[name].as_str().expect("text").to_owned();
    let (reference, description) = (text("AccountReference"), text("TransactionDesc"));
    assert!(reference.len() <= 12 && (1..=13).contains(&description.len()));
    // M-Pesa's own words around them, with a long business name.
    let prompt = format!(
        "Do you want to pay Ksh. 70000.00 to A BUSINESS NAME THAT IS FORTY LETTERS LONG Account \
         no. {reference}? Enter M-PESA PIN:"
    );
    assert!(prompt.len() <= PROMPT, "{} characters", prompt.len());
    world.check().await;
}
