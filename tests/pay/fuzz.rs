//! Any bytes at every callback route: never a 5xx or a panic, always written down, and money moves only
//! for a body that says so itself.
//!
//! `FUZZ_CASES` sets how many bodies each seed makes, `FUZZ_SEED` another seed.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    help::{beside, failure, payment, pushed, success},
    payouts::{ask, last, originator, pays_out, success as paid_out},
    support::World,
};

/// A route below the service's address, and a body that a provider would send there.
struct Seed {
    path: String,
    body: String,
}

/// Changes a body in one of the ways that wires, proxies and liars do.
fn mutate(body: &str, rng: &mut StdRng) -> Vec<u8> {
    if rng.random_ratio(1, 2)
        && let Ok(mut value) = serde_json::from_str::<Value>(body)
    {
        for _ in 0..rng.random_range(1..4) {
            change(&mut value, rng);
        }
        return value.to_string().into_bytes();
    }
    let mut bytes = body.as_bytes().to_vec();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..=bytes.len());
        match rng.random_range(0..5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, rng.random()),
            2 if at < bytes.len() => bytes[at] = rng.random(),
            3 => bytes.extend_from_within(at..),
            _ if at < bytes.len() => {
                bytes.remove(at);
            }
            _ => {}
        }
    }
    bytes
}

/// Replaces, removes, doubles or wraps one value somewhere inside.
fn change(value: &mut Value, rng: &mut StdRng) {
    let goes_deeper = rng.random_ratio(4, 5);
    match value {
        Value::Object(fields) if goes_deeper && !fields.is_empty() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = names.choose(rng).expect("some").clone();
            match rng.random_range(0..8) {
                0 => {
                    fields.remove(&name);
                }
                1 => {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(name.to_lowercase(), moved);
                }
                _ => change(&mut fields[&name], rng),
            }
        }
        Value::Array(items) if goes_deeper && !items.is_empty() => {
            let at = rng.random_range(0..items.len());
            match rng.random_range(0..6) {
                0 => {
                    items.remove(at);
                }
                1 => {
                    let twice = items[at].clone();
                    items.push(twice);
                }
                2 => items.reverse(),
                _ => change(&mut items[at], rng),
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => *value = strange(value, rng),
    }
}

fn strange(value: &Value, rng: &mut StdRng) -> Value {
    let values = [
        Value::Null,
        json!(""),
        json!(0),
        json!("0"),
        json!(-1),
        json!(1e300),
        json!(0.001),
        json!(u64::MAX),
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!("\u{0}\u{1b}[31m\u{202e}'; drop table transfer; --"),
        json!("99999999999999999999999999"),
        json!("NaN"),
        json!("x".repeat(5_000)),
        json!([value]),
        json!({"Value": value}),
        json!(value.to_string()),
    ];
    values.choose(rng).expect("some").clone()
}

/// All numbers of cents that a body states anywhere.
fn amounts(value: &Value, found: &mut Vec<i64>) {
    let text = match value {
        Value::Array(items) => return items.iter().for_each(|item| amounts(item, found)),
        Value::Object(fields) => return fields.values().for_each(|field| amounts(field, found)),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) => return,
    };
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let cents = format!("{cents:0<2}");
    if let (Ok(whole), Ok(cents)) = (whole.parse::<i64>(), cents.parse::<i64>()) {
        found.extend(
            whole
                .checked_mul(100)
                .and_then(|whole| whole.checked_add(cents)),
        );
    }
}

/// What moved between M-Pesa and the house: the causes in the ledger, and cents.
async fn causes(world: &World) -> BTreeMap<String, i64> {
    let sql = "select cause || '|' || cast(amount_cents as text), null from transfer
        where from_account = 'mpesa' or to_account = 'mpesa'";
    let rows = beside(world).await.pairs(sql).await.into_iter();
    let read = |row: String| {
        let (cause, cents) = row.split_once('|').expect("both");
        (cause.to_owned(), cents.parse().expect("cents"))
    };
    rows.map(|(row, _)| read(row)).collect()
}

async fn seeds(world: &World) -> Vec<Seed> {
    let amina = world.funded("0712345678", 1_000).await;
    ask(&amina, 300).await;
    world
        .sim
        .inject(sandbox::FaultPoint::B2cResult, sandbox::Fault::Lost, 1)
        .expect("possible");
    world.run_due().await;
    let withdrawal = last(world, &amina).await.id;
    let own = originator(world);
    let baraka = world.registered("0722345678").await;
    let (deposit, checkout) = pushed(world, &baraka, 100).await;
    let result = paid_out(&own, "UKM9A9B9C9", 300).to_string();
    let seed = |path: String, body: String| Seed { path, body };
    let b2c = |route: &str| format!("pay/development/b2c/{withdrawal}/{route}");
    vec![
        seed(
            format!("pay/development/stk/{deposit}"),
            success(&checkout, "UKM1A2B3C4", &json!(100)).to_string(),
        ),
        seed(
            format!("pay/development/stk/{deposit}"),
            failure(&checkout, &json!(1032)).to_string(),
        ),
        seed(
            "pay/development/stk/nobody".into(),
            success("ws_CO_1", "UKM1A2B3C5", &json!("50.00")).to_string(),
        ),
        seed(b2c("result"), result.clone()),
        seed(b2c("timeout"), result.clone()),
        seed(b2c("status"), result),
        seed(
            "pay/development/c2b/confirmation".into(),
            payment("UKM1A2B3C6", "0712345678", "150.00").to_string(),
        ),
        seed(
            "pay/development/c2b/validation".into(),
            payment("UKM1A2B3C7", "0712345678", "150.00").to_string(),
        ),
        seed(
            "pay/development/c2b/pull".into(),
            payment("UKM1A2B3C8", "0712345678", "150.00").to_string(),
        ),
        seed(
            "sms/development/delivery".into(),
            "id=ATXid_1&status=Success&phoneNumber=%2B254712345678&networkCode=63902".into(),
        ),
        seed(
            "sms/development/inbound".into(),
            "from=%2B254712345678&text=BAL&to=22384&id=a1&date=2026-11-22+12%3A00%3A00".into(),
        ),
        seed(
            "sms/development/optout".into(),
            "senderId=MAJIBU&phoneNumber=%2B254712345678".into(),
        ),
        seed(
            "ussd/development/events".into(),
            "sessionId=ATUid_1&status=Success&durationInMillis=10&hopsCount=2&date=x".into(),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_bytes_at_any_callback_route_are_kept_answered_and_move_nothing_without_cause() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
    };
    let (seed, cases) = (number("FUZZ_SEED", 1), number("FUZZ_CASES", 25));
    println!("FUZZ_SEED={seed} FUZZ_CASES={cases}");
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::with(|config| {
        pays_out(config);
        config.sms.inbound_per_hour = 0;
    })
    .await;
    let seeds = seeds(&world).await;
    let client = Client::new();
    let count = async |world: &World| {
        beside(world)
            .await
            .pairs("select id, kind from callback")
            .await
            .len()
    };
    let mut booked = causes(&world).await;
    for Seed { path, body } in &seeds {
        for _ in 0..cases {
            let body = mutate(body, &mut rng);
            let stored = count(&world).await;
            let shown = String::from_utf8_lossy(&body).into_owned();
            let sent = client
                .post(format!("{}/{path}", world.base()))
                .body(body)
                .send()
                .await;
            assert_eq!(sent.expect("an answer").status(), 200, "{path}: {shown}");
            world.run_due().await;
            // The simulator's own phones tell of something, too.
            assert!(count(&world).await > stored, "{path}: {shown}");
            let now = causes(&world).await;
            let mut stated = Vec::new();
            if now != booked {
                // Whoever moves money states the amount and the receipt, on a route about money.
                let body = serde_json::from_str(&shown).expect("what moves money is JSON");
                amounts(&body, &mut stated);
                assert!(path.starts_with("pay/"), "{path}: {shown}");
            }
            let new = now.iter().filter(|(cause, _)| !booked.contains_key(*cause));
            let new: Vec<_> = new.collect();
            let total: i64 = new.iter().map(|(_, cents)| **cents).sum();
            for (cause, _) in new {
                let (what, receipt) = cause.split_once(':').expect("a cause");
                // A payout moves what was sent, whatever its result states.
                let is_payout = what.contains("payout") && total == 30_000;
                let is_stated = shown.contains(receipt) && stated.contains(&total);
                assert!(is_payout || is_stated, "{cause}, {total} by {shown}");
            }
            booked = now;
        }
    }
    // Every one of them was acted on, and none is still being tried.
    let sql = "select kind || ' ' || state, outcome from callback where state <> 'done'";
    let left = beside(&world).await.pairs(sql).await;
    let left: Vec<_> = left
        .iter()
        .filter(|(what, _)| !what.starts_with("sms_delivery"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    world.check().await;
}
