//! A crowd that pays and is paid, under every fault that leaves the money true: the books agree.

use std::collections::BTreeMap;
use std::time::Duration;

use sandbox::{
    AfterQueue, Fault, FaultPoint, MovementKind, PaybillResult, PayoutResult, SimulatorConfig,
};
use serde_json::json;

use crate::PATIENCE;
use crate::organisation::Office;

#[tokio::test]
async fn no_shilling_is_lost_or_made_whatever_is_played() {
    let mut config = SimulatorConfig::instant();
    config.daraja.auto_pin = Some("1234".into());
    let office = Office::open(config).await;
    let sim = &office.till.sim;
    let faults = [
        Fault::Lost,
        Fault::Twice,
        Fault::Late(Duration::from_millis(5)),
        Fault::Early,
        Fault::Amount(1),
        Fault::ResultCode("1".into()),
        Fault::Outcome("17".into()),
        Fault::QueueTimeout(AfterQueue::Dropped),
        Fault::QueueTimeout(AfterQueue::Silence),
        Fault::QueueTimeout(AfterQueue::Result),
    ];
    let phones: Vec<_> = (0..5).map(|_| sim.new_phone()).collect();
    // What each phone must have moved: in, out.
    let mut expected = BTreeMap::new();
    for round in 0..4_u32 {
        for (index, phone) in (0_u32..).zip(&phones) {
            let moved = expected.entry(phone.number()).or_insert((0_i64, 0_i64));
            let shillings = 20 + 10 * round + index;
            let paid = phone
                .pay_to_paybill("A1", i64::from(shillings) * 100, "1234")
                .await;
            assert!(matches!(paid, Ok(PaybillResult::Paid(_))));
            moved.0 += i64::from(shillings) * 100;
            let place = usize::try_from(round * 5 + index).unwrap();
            let fault = faults[place % faults.len()].clone();
            sim.inject(FaultPoint::B2cResult, fault, 1).unwrap();
            let id = format!("W-{round}-{index}");
            let mut body = office.payout(&id, 100 + shillings);
            body["PartyB"] = json!(phone.number().digits().to_string());
            office.pay_out(&body).await;
        }
    }
    let all_ended = async {
        for payout in sim.payouts() {
            let id = payout.originator_conversation_id;
            let ended = |payout: &sandbox::Payout| {
                payout.originator_conversation_id == id && payout.result.is_some()
            };
            assert!(sim.wait_for_payout(ended, PATIENCE).await.is_some());
        }
    };
    all_ended.await;
    let mut fees = 0;
    for payout in sim.payouts() {
        let moved = expected.get_mut(&payout.phone.unwrap()).unwrap();
        if let Some(PayoutResult::Paid { fee_cents, .. }) = payout.result {
            moved.1 += payout.amount_cents;
            fees += fee_cents;
        }
    }
    let books = sim.books();
    assert_eq!(books.difference_cents(), 0);
    assert_eq!(books.fees_cents, fees);
    assert!(fees > 0);
    for (number, (paid, received)) in &expected {
        let phone = books.phones[number];
        assert_eq!((phone.paid_cents, phone.received_cents), (*paid, *received));
        assert_eq!(phone.balance_cents, 500_000 - paid + received);
    }
    let (paid_in, paid_out) = (books.paid_in_cents, books.paid_out_cents);
    assert_eq!(
        books.utility_cents,
        10_000_000 + paid_in - paid_out - books.fees_cents
    );
    let of_kind = |kind| {
        let movements = sim.movements().into_iter();
        let of_kind = movements.filter(|movement| movement.kind == kind);
        of_kind.map(|movement| movement.amount_cents).sum::<i64>()
    };
    assert_eq!(of_kind(MovementKind::Payment), paid_in);
    assert_eq!(of_kind(MovementKind::Payout), paid_out);
    // Four of twenty failed or were dropped.
    let payouts = sim.payouts();
    let paid = payouts.iter().filter(|payout| payout.is_paid()).count();
    assert_eq!((paid, payouts.len()), (16, 20));
}
