//! Corrections of the books: booked once, above a limit only by two people, never below zero.

use majibu::{
    app::{AdjustError, Correction},
    core::{
        adjustment::{Kind, State},
        money::Cents,
        operator::{Actor, By, Why},
    },
    store::{Adjustment, AdjustmentFilter, AuditFilter},
};
use sandbox::Phone;

use crate::{
    help::{DAY, sms_of, texts},
    support::{World, by, msisdn},
};

fn another(reason: &str) -> By {
    By {
        actor: Actor::admin("otieno"),
        why: Why::new(reason).expect("a reason"),
    }
}

fn of(world: &World, kind: Kind, phone: Option<&Phone>, shillings: i64) -> Correction {
    Correction {
        id: world.app().adjustment_id(),
        kind,
        msisdn: phone.map(msisdn),
        amount: Cents::from_shillings(shillings).expect("an amount"),
    }
}

async fn adjust(world: &World, correction: &Correction) -> Adjustment {
    let made = world.app().adjust(correction, &by("promised")).await;
    made.expect("made")
}

#[tokio::test]
async fn a_small_correction_is_booked_at_once_and_once_however_often_its_form_is_sent() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let gift = of(&world, Kind::FromPromo, Some(&amina), 50);
    let (one, two) = (by("promised"), by("promised"));
    let (first, second) = tokio::join!(
        world.app().adjust(&gift, &one),
        world.app().adjust(&gift, &two)
    );
    assert_eq!(first.expect("made").state, State::Booked);
    assert_eq!(second.expect("made").state, State::Booked);
    assert_eq!(adjust(&world, &gift).await.state, State::Booked);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 15_000);
    assert_eq!(world.account("promo").await, -5_000);
    assert_eq!(sms_of(&world, &amina, "adjusted_up").await.len(), 1);
    let told = texts(&amina).pop().expect("an SMS");
    assert!(told.starts_with("KES 50 from Majibu"), "{told}");
    // The same form with another amount is another wish: refused.
    let other = Correction {
        amount: Cents::new(7_000),
        ..gift
    };
    let refused = world.app().adjust(&other, &by("promised")).await;
    assert!(
        matches!(refused, Err(AdjustError::OtherForm)),
        "{refused:?}"
    );
    let log = world.app().audit_log(&AuditFilter::default(), 10).await;
    let acts: Vec<String> = log
        .expect("read")
        .into_iter()
        .map(|row| row.action)
        .collect();
    assert_eq!(
        acts.iter().filter(|act| *act == "adjust").count(),
        1,
        "{acts:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn a_large_correction_waits_for_a_second_person() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let gift = of(&world, Kind::FromHouse, Some(&amina), 1_001);
    let made = adjust(&world, &gift).await;
    assert_eq!((made.state, made.needs_second), (State::Proposed, true));
    assert_eq!(world.balance(&amina).await, 0);
    let own = world.app().approve_adjustment(made.id, &by("mine")).await;
    assert!(matches!(own, Err(AdjustError::SamePerson)), "{own:?}");
    let (ann, ben) = (another("looked at it"), another("looked at it"));
    let (first, second) = tokio::join!(
        world.app().approve_adjustment(made.id, &ann),
        world.app().approve_adjustment(made.id, &ben)
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(world.balance(&amina).await, 100_100);
    assert_eq!(world.account("house").await, -100_100);
    let late = world.app().reject_adjustment(made.id, &by("no")).await;
    assert!(matches!(late, Err(AdjustError::Decided { .. })), "{late:?}");
    world.check().await;
}

#[tokio::test]
async fn what_is_rejected_moves_nothing_and_cannot_be_approved_any_more() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let made = adjust(&world, &of(&world, Kind::FromHouse, Some(&amina), 2_000)).await;
    let rejected = world.app().reject_adjustment(made.id, &another("no")).await;
    assert_eq!(rejected.expect("rejected").state, State::Rejected);
    let approved = world
        .app()
        .approve_adjustment(made.id, &another("yes"))
        .await;
    assert!(matches!(approved, Err(AdjustError::Decided { .. })));
    assert_eq!(world.balance(&amina).await, 0);
    world.check().await;
}

#[tokio::test]
async fn many_small_corrections_in_a_day_need_a_second_person_like_a_large_one() {
    let world = World::new().await;
    let (amina, baraka) = (
        world.registered("0712345678").await,
        world.registered("0110234567").await,
    );
    for _ in 0..2 {
        let made = adjust(&world, &of(&world, Kind::FromHouse, Some(&amina), 500)).await;
        assert_eq!(made.state, State::Booked);
    }
    let third = of(&world, Kind::FromHouse, Some(&amina), 1);
    assert_eq!(adjust(&world, &third).await.state, State::Proposed);
    // Another player, another person and another day count for themselves.
    let other = of(&world, Kind::FromHouse, Some(&baraka), 1_000);
    assert_eq!(adjust(&world, &other).await.state, State::Booked);
    let by_other = of(&world, Kind::FromHouse, Some(&amina), 1_000);
    let made = world.app().adjust(&by_other, &another("promised")).await;
    assert_eq!(made.expect("made").state, State::Booked);
    world.turn(DAY + DAY / 24);
    let next_day = of(&world, Kind::FromHouse, Some(&amina), 1_000);
    assert_eq!(adjust(&world, &next_day).await.state, State::Booked);
    world.check().await;
}

#[tokio::test]
async fn a_wallet_gives_back_what_it_holds_and_never_more() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let all = of(&world, Kind::ToHouse, Some(&amina), 100);
    let more = of(&world, Kind::ToHouse, Some(&amina), 101);
    let refused = world.app().adjust(&more, &by("twice credited")).await;
    assert!(
        matches!(refused, Err(AdjustError::HoldsLess(held)) if held.get() == 10_000),
        "{refused:?}"
    );
    assert_eq!(adjust(&world, &all).await.state, State::Booked);
    assert_eq!(world.balance(&amina).await, 0);
    assert_eq!(world.account("house").await, 10_000);
    world.run_due().await;
    assert_eq!(sms_of(&world, &amina, "adjusted_down").await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_difference_at_mpesa_is_booked_against_the_house() {
    let world = World::new().await;
    let _amina = world.funded("0712345678", 100).await;
    assert_eq!(world.account("mpesa").await, -10_000);
    let made = adjust(&world, &of(&world, Kind::CashShort, None, 3)).await;
    assert_eq!((made.state, made.player), (State::Booked, None));
    assert_eq!(world.account("mpesa").await, -9_700);
    adjust(&world, &of(&world, Kind::CashOver, None, 1)).await;
    assert_eq!(world.account("mpesa").await, -9_800);
    assert_eq!(world.account("house").await, -200);
    let listed = world.app().adjustments(AdjustmentFilter::default()).await;
    assert_eq!(listed.expect("read").len(), 2);
    world.check().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    for (kind, phone, shillings) in [
        (Kind::FromHouse, Some(&amina), 0),
        (Kind::FromHouse, Some(&amina), -5),
        (Kind::FromHouse, Some(&amina), 1_000_001),
        (Kind::FromHouse, None, 5),
        (Kind::CashShort, Some(&amina), 5),
    ] {
        let correction = of(&world, kind, phone, shillings);
        let refused = world.app().adjust(&correction, &by("x")).await;
        assert!(
            matches!(refused, Err(AdjustError::Senseless)),
            "{correction:?}: {refused:?}"
        );
    }
    let nobody = world.phone("0799999999");
    let gift = of(&world, Kind::FromHouse, Some(&nobody), 5);
    let refused = world.app().adjust(&gift, &by("x")).await;
    assert!(matches!(refused, Err(AdjustError::NoPlayer)), "{refused:?}");
    world.check().await;
}
