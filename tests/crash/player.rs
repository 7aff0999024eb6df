//! A scripted player: dials, registers, deposits, stakes, answers, and redials when the service is
//! gone. Never gives up until told to.

use std::{sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use sandbox::{Phone, PhoneError, Screen, ScreenKind};
use tokio_util::sync::CancellationToken;

use crate::binary::CODE;

/// How long a person takes to dial again.
const REDIAL: Duration = Duration::from_millis(30);

/// The most keys of one session.
const MAX_KEYS: usize = 60;

/// Plays on a phone until told to stop.
pub(crate) async fn play(phone: Phone, seed: u64, stop: Arc<CancellationToken>) {
    let mut rng = StdRng::seed_from_u64(seed);
    while !stop.is_cancelled() {
        session(&phone, &mut rng, &stop).await;
        phone.drop_session();
        tokio::time::sleep(REDIAL).await;
    }
}

async fn session(phone: &Phone, rng: &mut StdRng, stop: &CancellationToken) {
    let mut screen = phone.dial(CODE).await;
    for _ in 0..MAX_KEYS {
        let Some(shown) = fine(screen) else { return };
        if shown.kind == ScreenKind::End || stop.is_cancelled() {
            return;
        }
        let Some(key) = key(&shown, rng) else { return };
        screen = phone.reply(&key).await;
    }
}

/// A screen that is good; nothing where the service was killed under it. Anything else that a
/// gateway would not take fails the test.
fn fine(screen: Result<Screen, PhoneError>) -> Option<Screen> {
    let screen = match screen {
        Ok(screen) => screen,
        Err(PhoneError::SessionEnded) => return None,
        Err(error) => panic!("{error}"),
    };
    let is_gone = |fault: &String| fault.contains("could not be reached");
    if screen.is_failed && screen.faults.iter().all(is_gone) {
        return None;
    }
    assert!(screen.faults.is_empty(), "{screen:?}");
    Some(screen)
}

/// The key that a keen player presses; nothing: leaves.
fn key(screen: &Screen, rng: &mut StdRng) -> Option<String> {
    let one_of = |rng: &mut StdRng, last: u32| rng.random_range(1..=last).to_string();
    let key = match screen.name.as_deref().unwrap_or_default() {
        "language" => one_of(rng, 2),
        "home" if rng.random_bool(0.2) => "2".into(),
        "deposit" => rng.random_range(60..=200).to_string(),
        "home" | "terms" | "stake" | "confirm" | "short" => "1".into(),
        // Some hang up in the middle of a game.
        "question" if rng.random_bool(0.05) => return None,
        // Most like the same subject: there they meet.
        "category" if rng.random_bool(0.8) => "1".into(),
        "category" | "question" => one_of(rng, 3),
        "busy" => return None,
        other => panic!("a screen that nobody asked for: {other}: {}", screen.text),
    };
    Some(key)
}
