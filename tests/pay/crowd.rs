//! A crowd that deposits, stakes, answers, hangs up and comes back in any order: at the end every
//! cent that came in is somewhere, and in the right place.

use std::{collections::BTreeMap, time::Duration};

use majibu::app::PlayerReport;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sandbox::{Phone, Screen, text::measure};

use crate::{
    help::{MINUTE, registered_sw},
    support::{PATIENCE, World, dial, press},
};

const PLAYERS: usize = 60;
const STEPS: usize = 900;
const DEPOSIT: i64 = 1_000;

/// Registers the crowd, in both languages, and gives everybody the same by M-Pesa.
async fn crowd(world: &World) -> Vec<Phone> {
    let mut phones = Vec::new();
    for place in 0..PLAYERS {
        let number = format!("07123450{place:02}");
        let phone = if place % 2 == 0 {
            world.registered(&number).await
        } else {
            registered_sw(world, &number).await
        };
        dial(&phone).await;
        press(&phone, &["2", &DEPOSIT.to_string()]).await;
        phones.push(phone);
    }
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    for phone in &phones {
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
        phone.enter_pin("1234").await.expect("paid");
    }
    world.callbacks_are_in().await;
    world.run_due().await;
    phones
}

/// One thing that a player does: dial, press a key of a question, take a seat, or hang up.
async fn act(phone: &Phone, rng: &mut StdRng) {
    if phone.is_in_session() && rng.random_ratio(1, 12) {
        phone.drop_session();
        return;
    }
    let screen = if phone.is_in_session() {
        phone.screen().expect("a screen")
    } else {
        dial(phone).await
    };
    let mut pick = |most: u32| rng.random_range(1..=most).to_string();
    match screen.name.as_deref() {
        Some("question") => {
            let choices = u32::try_from(screen.options().len()).expect("a few");
            press(phone, &[&pick(choices)]).await;
        }
        Some("home") => {
            let keys = ["1", &pick(2), &pick(3), "1"].map(str::to_owned);
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let last: Screen = press(phone, &keys).await;
            if !matches!(last.name.as_deref(), Some("question")) {
                phone.drop_session();
            }
        }
        _ => phone.drop_session(),
    }
}

async fn play(seed: u64) {
    let world = World::with(|config| config.game.rematch_cooldown = 5 * MINUTE).await;
    let phones = crowd(&world).await;
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..STEPS {
        let phone = &phones[rng.random_range(0..phones.len())];
        act(phone, &mut rng).await;
        world.turn(Duration::from_millis(rng.random_range(0..400)));
        match rng.random_range(0..60) {
            0 => world.turn(Duration::from_secs(rng.random_range(1..120))),
            1..=10 => {
                world.run_due().await;
            }
            11 => {
                let runs = (0..3).map(|_| world.run_due());
                futures::future::join_all(runs).await;
            }
            _ => {}
        }
    }
    // Everybody hangs up, and everything falls due.
    for phone in &phones {
        phone.drop_session();
    }
    world.turn(MINUTE);
    world.run_due().await;
    world.turn(31 * MINUTE);
    world.run_due().await;
    balance(&world, &phones).await;
    world.check().await;
}

/// Compares what every account holds with what the players' entries say.
async fn balance(world: &World, phones: &[Phone]) {
    let (mut wallets, mut endings) = (0, BTreeMap::<String, (i64, i64)>::new());
    for phone in phones {
        let report = world.report(phone).await;
        assert_eq!(
            report.player.balance.get(),
            expected(&report),
            "{report:#?}"
        );
        wallets += report.player.balance.get();
        for entry in &report.entries {
            let sum = endings.entry(entry.state.clone()).or_default();
            *sum = (sum.0 + 1, sum.1 + entry.stake_cents);
        }
        let told = report.sms.iter().filter(|sms| sms.kind != "deposit_paid");
        assert_eq!(told.count(), report.entries.len(), "one SMS for each game");
        for sms in &report.sms {
            assert!(measure(&sms.body).septets <= 160, "{}", sms.body);
        }
    }
    let staked = |state: &str| endings.get(state).map_or(0, |sum| sum.1);
    for state in ["won", "lost", "refunded", "returned"] {
        assert!(staked(state) > 0, "nobody {state}: {endings:?}");
    }
    assert_eq!(staked("playing") + staked("waiting"), 0, "{endings:?}");
    assert_eq!(staked("won"), staked("lost"));
    assert_eq!(world.account("wallets").await, wallets);
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(world.account("suspense").await, 0);
    assert_eq!(world.account("house").await, staked("won") * 40 / 100);
    assert_eq!(world.account("promo").await, -staked("refunded") * 5 / 100);
    let came_in = i64::try_from(PLAYERS).expect("a crowd") * DEPOSIT * 100;
    assert_eq!(world.account("mpesa").await, -came_in);
    let house = world.account("house").await + world.account("promo").await;
    assert_eq!(wallets + house, came_in);
}

/// What a player must have, by their deposits and entries.
fn expected(report: &PlayerReport) -> i64 {
    let deposits: i64 = report
        .deposits
        .iter()
        .map(|deposit| deposit.credited_cents)
        .sum();
    let entry = |state: &str, stake: i64| match state {
        "won" => stake * 60 / 100,
        "lost" => -stake,
        "refunded" => stake * 5 / 100,
        _ => 0,
    };
    let entries = report.entries.iter();
    deposits
        + entries
            .map(|row| entry(&row.state, row.stake_cents))
            .sum::<i64>()
}

#[tokio::test]
async fn a_crowd_in_any_order_ends_with_every_cent_accounted_for() {
    play(1).await;
}

#[tokio::test]
async fn another_crowd_in_another_order_does_too() {
    play(2).await;
}
