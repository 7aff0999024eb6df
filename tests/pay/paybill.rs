//! Payments that are made to the paybill by hand, and STK payments that the paybill tells of, too.

use serde_json::json;

use crate::{
    help::{
        MINUTE, confirm, failure, last_deposit, outcomes, paybill_outcomes, payment, post,
        post_paybill, pushed, registered_sw, request, sms_of, state, success, tell, texts,
    },
    support::{World, by, dial, msisdn, press},
};

#[tokio::test]
async fn a_payment_with_a_players_number_is_credited_and_told_in_both_languages() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0110234567").await;
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "150.00")).await;
    confirm(&world, &payment("UKM1A2B3C5", "+254 110-234 567", "20.50")).await;
    assert_eq!(world.balance(&amina).await, 15_000);
    assert_eq!(world.balance(&baraka).await, 2_050);
    assert_eq!(
        texts(&amina),
        ["KES 150 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 150. Dial to play."]
    );
    assert_eq!(
        texts(&baraka),
        [
            "KES 20.50 zimepokelewa, risiti ya M-Pesa UKM1A2B3C5. Salio la Majibu KES 20.50. Piga ucheze."
        ]
    );
    let row = last_deposit(&world, &amina).await;
    assert_eq!((row.state.as_str(), row.flagged), ("paid", false));
    assert_eq!((row.requested_cents, row.credited_cents), (15_000, 15_000));
    assert_eq!(row.receipt.as_deref(), Some("UKM1A2B3C4"));
    assert_eq!(world.account("mpesa").await, -17_050);
    // It is no push: the next deposit by the menu need not wait for it.
    request(&amina, 100).await;
    world.check().await;
}

#[tokio::test]
async fn a_payment_that_is_told_of_many_times_is_credited_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let body = payment("UKM1A2B3C4", "0712345678", "150.00");
    for _ in 0..3 {
        confirm(&world, &body).await;
    }
    // And at the same instant, on several workers.
    let other = payment("UKM1A2B3C5", "0712345678", "50").to_string();
    let posts = (0..6).map(|_| post_paybill(&world, "confirmation", other.clone()));
    futures::future::join_all(posts).await;
    let (one, two) = (world.app().clone(), world.app().clone());
    let (a, b) = tokio::join!(one.work_off(), two.work_off());
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(world.balance(&phone).await, 20_000);
    assert_eq!(world.report(&phone).await.deposits.len(), 2);
    assert_eq!(sms_of(&world, &phone, "deposit_paid").await.len(), 2);
    assert!(!last_deposit(&world, &phone).await.flagged);
    world.check().await;
}

#[tokio::test]
async fn trap_07_an_stk_payment_that_is_confirmed_by_paybill_too_is_credited_once_in_either_order()
{
    let world = World::new().await;
    for (place, stk_first) in [true, false].into_iter().enumerate() {
        let phone = world.registered(&format!("071234567{place}")).await;
        let (deposit, checkout) = pushed(&world, &phone, 100).await;
        let receipt = format!("UKM1A2B3C{place}");
        let callback = success(&checkout, &receipt, &json!(100));
        let confirmation = payment(&receipt, &reference(&world, &deposit).await, "100.00");
        if stk_first {
            tell(&world, &deposit, &callback).await;
            confirm(&world, &confirmation).await;
        } else {
            confirm(&world, &confirmation).await;
            assert_eq!(
                state(&world, &phone).await,
                "paid",
                "by the confirmation alone"
            );
            tell(&world, &deposit, &callback).await;
        }
        assert_eq!(world.balance(&phone).await, 10_000);
        let report = world.report(&phone).await;
        assert_eq!(report.deposits.len(), 1, "{:?}", report.deposits);
        assert_eq!(report.deposits[0].id, deposit);
        assert!(!report.deposits[0].flagged);
        assert_eq!(texts(&phone).len(), 1);
    }
    assert!(world.app().parked().await.expect("parked").is_empty());
    world.check().await;
}

#[tokio::test]
async fn trap_07_both_channels_at_the_same_instant_credit_once() {
    let world = World::new().await;
    for round in 0..5 {
        let phone = world.registered(&format!("071234567{round}")).await;
        let (deposit, checkout) = pushed(&world, &phone, 100).await;
        let receipt = format!("UKM1A2B3C{round}");
        let callback = success(&checkout, &receipt, &json!(100)).to_string();
        let confirmation = payment(&receipt, &reference(&world, &deposit).await, "100.00");
        post(&world, &deposit, callback).await;
        post_paybill(&world, "confirmation", confirmation.to_string()).await;
        let (one, two) = (world.app().clone(), world.app().clone());
        let (a, b) = tokio::join!(one.work_off(), two.work_off());
        assert!(a.is_ok() && b.is_ok());
        assert_eq!(world.balance(&phone).await, 10_000);
        assert_eq!(texts(&phone).len(), 1);
    }
    assert!(world.app().parked().await.expect("parked").is_empty());
    world.check().await;
}

#[tokio::test]
async fn trap_03_a_deposit_whose_callback_is_lost_is_paid_by_its_confirmation() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(&world, &deposit, &failure(&checkout, &json!(1037))).await;
    assert_eq!(state(&world, &phone).await, "failed");
    // Also after it was taken for failed, and however late.
    world.turn(24 * 60 * MINUTE);
    let reference = reference(&world, &deposit).await;
    confirm(
        &world,
        &payment("UKM1A2B3C4", &reference.to_lowercase(), "100"),
    )
    .await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn trap_11_amounts_of_a_confirmation_are_judged_like_those_of_a_callback() {
    for (amount, credited, parked) in [("60.00", 6_000, 0), ("130.00", 10_000, 3_000)] {
        let world = World::new().await;
        let phone = world.registered("0712345678").await;
        let (deposit, _) = pushed(&world, &phone, 100).await;
        let reference = reference(&world, &deposit).await;
        confirm(&world, &payment("UKM1A2B3C4", &reference, amount)).await;
        let row = last_deposit(&world, &phone).await;
        assert_eq!(
            (row.state.as_str(), row.flagged),
            ("paid", true),
            "{amount}"
        );
        assert_eq!(
            (row.requested_cents, row.credited_cents),
            (10_000, credited)
        );
        assert_eq!(world.balance(&phone).await, credited);
        assert_eq!(world.account("suspense").await, parked);
        world.check().await;
    }
}

#[tokio::test]
async fn trap_11_an_excess_stays_parked_and_its_confirmation_is_shown_to_the_operator() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(130)),
    )
    .await;
    let reason = format!("paid above deposit {deposit}");
    assert_eq!(
        world.app().parked().await.expect("parked")[0].reason,
        reason
    );
    let confirmation = payment("UKM1A2B3C4", &reference(&world, &deposit).await, "130.00");
    for _ in 0..2 {
        confirm(&world, &confirmation).await;
        let parked = world.app().parked().await.expect("parked");
        assert_eq!(parked.len(), 1);
        assert_eq!(
            parked[0].reason,
            format!("{reason}, the amount is confirmed")
        );
    }
    assert_eq!(world.balance(&phone).await, 10_000);
    let (id, to) = (parked_id(&world).await, msisdn(&phone));
    let assigned = world.app().assign(id, &to, &by("confirmed")).await;
    assigned.expect("assigned");
    assert_eq!(world.balance(&phone).await, 13_000);
    world.check().await;
}

#[tokio::test]
async fn a_confirmation_with_another_amount_than_the_callback_flags_the_deposit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    let reference = reference(&world, &deposit).await;
    confirm(&world, &payment("UKM1A2B3C4", &reference, "90.00")).await;
    assert!(last_deposit(&world, &phone).await.flagged);
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(
        paybill_outcomes(&world).await,
        ["booked before, with another amount than 90"]
    );
    world.check().await;
}

#[tokio::test]
async fn a_second_payment_with_the_reference_of_a_paid_deposit_is_parked() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    let reference = reference(&world, &deposit).await;
    confirm(&world, &payment("UKM1A2B3C5", &reference, "100")).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked[0].reason, "second payment of one deposit");
    world.check().await;
}

#[tokio::test]
async fn trap_17_what_names_nobody_is_parked_and_the_payer_hears_of_it_if_their_number_is_known() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let stranger = world.phone("0799999999");
    // The account of nobody; masked and hashed payers; then full ones: a player's and a stranger's.
    let typed = [
        "JOHN",
        "0799 999 999",
        "<b>\u{1b}[31m\r\n",
        "0202345678",
        "",
    ];
    let payers = [
        json!("2547 ***** 678"),
        json!("a".repeat(64)),
        json!(""),
        json!("254712345678"),
        json!(254_799_999_999_i64),
    ];
    for (place, (account, payer)) in typed.iter().zip(&payers).enumerate() {
        let mut body = payment(&format!("UKM1A2B3C{place}"), account, "150.00");
        body["MSISDN"] = payer.clone();
        for _ in 0..2 {
            confirm(&world, &body).await;
        }
    }
    assert_eq!(world.account("suspense").await, 5 * 15_000);
    assert_eq!(
        world.balance(&amina).await,
        0,
        "the payer's number chooses nobody"
    );
    let parked = world.app().parked().await.expect("parked");
    let reasons: Vec<&str> = parked
        .iter()
        .rev()
        .map(|parked| parked.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "the account number names nobody: \"JOHN\"",
            "no player has the account number \"0799 999 999\"",
            "the account number names nobody: \"<b>[31m\"",
            "the account number names nobody: \"0202345678\"",
            "the account number names nobody: \"\"",
        ]
    );
    let told = |receipt: &str| {
        format!(
            "We have your KES 150, receipt {receipt}, but its account is no Majibu player. \
             We are looking into it. Use your phone number next time."
        )
    };
    assert_eq!(texts(&amina), [told("UKM1A2B3C3")]);
    assert_eq!(texts(&stranger), [told("UKM1A2B3C4")]);
    // Registering later gives nobody anything by itself: an operator assigns it.
    let newcomer = world.registered("0799999999").await;
    assert_eq!(world.balance(&newcomer).await, 0);
    let id = parked
        .iter()
        .find(|parked| parked.receipt == "UKM1A2B3C1")
        .expect("it")
        .id;
    let to = msisdn(&newcomer);
    let assigned = world.app().assign(id, &to, &by("their number")).await;
    assigned.expect("assigned");
    assert_eq!(world.balance(&newcomer).await, 15_000);
    world.check().await;
}

#[tokio::test]
async fn a_payment_for_another_short_code_is_parked() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let mut body = payment("UKM1A2B3C4", "0712345678", "150.00");
    body["BusinessShortCode"] = json!("600000");
    confirm(&world, &body).await;
    assert_eq!(world.balance(&phone).await, 0);
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(
        parked[0].reason,
        "for another short code, account \"0712345678\""
    );
    // A number instead of text, and a short code that is not named, are fine.
    let mut body = payment("UKM1A2B3C5", "0712345678", "150.00");
    body["BusinessShortCode"] = json!(174_379);
    confirm(&world, &body).await;
    let mut body = payment("UKM1A2B3C6", "0712345678", "150.00");
    body.as_object_mut()
        .expect("fields")
        .remove("BusinessShortCode");
    confirm(&world, &body).await;
    assert_eq!(world.balance(&phone).await, 30_000);
    world.check().await;
}

#[tokio::test]
async fn a_payment_that_was_made_is_taken_whatever_the_player_may_do() {
    let world = World::with(|config| {
        config.players.daily_deposit_limit = 100;
        config.players.require_verification = true;
        config.hours.maintenance = true;
    })
    .await;
    let phone = world.registered("0712345678").await;
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "100000")).await;
    confirm(&world, &payment("UKM1A2B3C5", "0712345678", "0.50")).await;
    assert_eq!(world.balance(&phone).await, 10_000_050);
    world.check().await;
}

#[tokio::test]
async fn a_paybill_deposit_stakes_like_any_other() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    confirm(&world, &payment("UKM1A2B3C4", "712345678", "100")).await;
    world.stake(&phone, "1").await;
    assert_eq!(world.balance(&phone).await, 8_000);
    phone.drop_session();
    dial(&phone).await;
    world.turn(40 * MINUTE);
    world.run_due().await;
    phone.drop_session();
    dial(&phone).await;
    let games = press(&phone, &["3"]).await;
    assert_eq!(games.name.as_deref(), Some("games"));
    world.check().await;
}

/// The `AccountReference` of a deposit's push.
pub(crate) async fn reference(world: &World, deposit: &str) -> String {
    let pushes = crate::help::calls(world, crate::help::PUSH);
    let push = pushes
        .iter()
        .find(|push| push.request_body.contains(deposit))
        .expect("its push");
    let body: serde_json::Value = serde_json::from_str(&push.request_body).expect("JSON");
    body["AccountReference"]
        .as_str()
        .expect("a reference")
        .to_owned()
}

async fn parked_id(world: &World) -> majibu::core::ids::ParkedId {
    world.app().parked().await.expect("parked")[0].id
}

#[tokio::test]
async fn stk_outcomes_are_kept_apart_from_those_of_the_paybill() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let confirmation = payment("UKM1A2B3C4", &reference(&world, &deposit).await, "100");
    confirm(&world, &confirmation).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    confirm(&world, &confirmation).await;
    assert_eq!(
        paybill_outcomes(&world).await,
        ["credited", "booked before"]
    );
    assert_eq!(outcomes(&world).await, [("done".into(), "repeated".into())]);
    world.check().await;
}
