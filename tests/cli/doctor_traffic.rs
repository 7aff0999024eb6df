//! `mpesa doctor` and `mpesa balance` beside a service that runs: the answer comes to `serve`, and the
//! command waits for it.

use sandbox::Simulator;
use serde_json::Value;

use crate::{
    binary::{CODE, House, PATIENCE, eventually},
    doctor::{check, doctor, house},
};

/// `mpesa balance --json`, which must end so.
fn balance(house: &House, code: i32) -> Value {
    house
        .run(&["mpesa", "balance", "--json", "--wait", "20"])
        .ended(code)
        .json()
}

async fn deposit(sim: &Simulator, house: &House) {
    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1", "2", "100"] {
        phone.reply(key).await.expect("a screen");
    }
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    eventually("the money", || {
        (house.player("0712345678")["balance_cents"] == 10_000).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_balance_stands_beside_the_ledger_and_can_be_accepted() {
    let (mut house, base, sim) = house().await;
    house.set("JOBS__BALANCE_CONFIRM_AFTER", "100ms");
    house.set("JOBS__BALANCE_CHECK", "off");
    let said = house.run(&["mpesa", "balance", "--last"]).ended(1);
    assert!(said.stderr.contains("never told"), "{said:?}");
    let said = house.run(&["mpesa", "balance", "--wait", "1"]).ended(1);
    assert!(said.stderr.contains("not answered within 1 s"), "{said:?}");
    let mut service = house.serve(&base, &[]).await;
    deposit(&sim, &house).await;
    let told = balance(&house, 1);
    assert_eq!(told["state"], "suspect");
    assert_eq!(told["held_cents"], 10_010_000);
    assert_eq!(told["utility_cents"], 10_010_000);
    assert_eq!(
        (&told["ledger_cents"], &told["drift_cents"]),
        (&10_000.into(), &10_000_000.into())
    );
    assert_eq!(told["accounts"][2]["name"], "Utility Account");
    // It has lasted by now.
    assert_eq!(balance(&house, 1)["state"], "drift");
    let said = house.run(&["mpesa", "balance", "--last"]).ended(1);
    assert!(
        said.stdout.contains("DRIFT") && said.stdout.contains("100,000"),
        "{said:?}"
    );
    for usage in [
        &["mpesa", "balance", "--accept"][..],
        &["mpesa", "balance", "--reason", "x"],
        &["mpesa", "balance", "--accept", "--reason", "x", "--last"],
    ] {
        house.run(usage).ended(2);
    }
    let accept = ["mpesa", "balance", "--accept", "--reason", "opening float"];
    let said = house.run(&accept).ended(0);
    assert!(said.stdout.contains("KES 100,000"), "{said:?}");
    let told = balance(&house, 0);
    assert_eq!(
        (&told["state"], &told["drift_cents"]),
        (&"ok".into(), &0.into())
    );
    assert_eq!(told["baseline_cents"], 10_000_000);
    house.ledger();
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_doctor_asks_what_there_is_and_what_came_back() {
    let (house, base, sim) = house().await;
    let mut service = house.serve(&base, &[]).await;
    deposit(&sim, &house).await;
    let (code, told) = doctor(&house, &[], "20");
    assert_eq!(code, 0, "{told:#}");
    for (name, words) in [
        ("configuration", "can be run with"),
        ("keys", "are set"),
        ("stk", "174379"),
        ("certificate", "Simulated Daraja"),
        ("certificate_dates", "valid until 2056"),
        ("credential", "2048 bits"),
        ("token", "given"),
        ("clock", "agrees"),
        ("database", "current"),
        ("payouts_pause", "go out"),
        ("push_callbacks", "ago"),
        ("balance", "KES 100,100"),
        ("float", "KES 100,100"),
    ] {
        let (state, detail) = check(&told, name);
        assert_eq!(state, "ok", "{name}: {detail}");
        assert!(detail.contains(words), "{name}: {detail}");
    }
    for name in ["callback_urls", "registered_urls", "drift"] {
        assert_eq!(check(&told, name).0, "warn", "{name}: {told:#}");
    }
    house
        .run(&["mpesa", "balance", "--accept", "--reason", "float"])
        .ended(0);
    sim.set_float(999_999 + 1);
    let env = [("MAJIBU__DARAJA__FLOAT_WARNING", "10001")];
    let (_, told) = doctor(&house, &env, "20");
    let (state, detail) = check(&told, "float");
    assert_eq!(state, "warn");
    assert!(detail.contains("KES 10,000 to pay out from"), "{detail}");
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_doctor_does_not_lock_an_initiator_that_is_at_fault() {
    let (house, base, sim) = house().await;
    let mut service = house.serve(&base, &[]).await;
    sim.set_initiator_password("another");
    let (code, told) = doctor(&house, &[], "20");
    assert_eq!(code, 1, "{told:#}");
    let (_, detail) = check(&told, "balance");
    assert!(detail.contains("code 2001"), "{detail}");
    let (_, told) = doctor(&house, &[], "20");
    let (state, detail) = check(&told, "payouts_pause");
    assert_eq!(state, "fail");
    assert!(detail.contains("result code 2001"), "{detail}");
    assert!(check(&told, "balance").1.contains("not asked"), "{told:#}");
    let asked = sim.exchanges().into_iter();
    let asked = asked.filter(|exchange| exchange.what.contains("accountbalance"));
    assert_eq!(asked.count(), 1, "one wrong try");
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_that_does_not_come_is_a_finding() {
    let (house, _, sim) = house().await;
    house.run(&["migrate"]).ended(0);
    let (code, told) = doctor(&house, &[], "1");
    assert_eq!(code, 1, "{told:#}");
    let (state, detail) = check(&told, "balance");
    assert_eq!(state, "fail");
    assert!(detail.contains("no answer came within 1 s"), "{detail}");
    sim.stop().await;
}
