//! Phones that press anything: whatever is reached, every screen fits and every answer is one that a
//! gateway takes.

use std::{collections::BTreeSet, time::Duration};

use majibu::config::List;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sandbox::{Phone, PhoneError, Screen};

use crate::support::{PATIENCE, World, msisdn};

const HOPS: usize = 4_000;

/// What people and pockets type beside the keys on the screen.
const OTHER: [&str; 12] = [
    "0", "0", "00", "98", "98", "75", "150", "9", "", "*", "abc", "1*1",
];

/// What is dialled: mostly the plain code.
const CODES: [&str; 6] = [
    "*384*55#",
    "*384*55#",
    "*384*55*1*1*1#",
    "*384*55*3*1#",
    "*384*55*5*98#",
    "*384*55*1*1*1*1*1#",
];

struct Walk {
    world: World,
    rng: StdRng,
    /// What was seen: language and screen.
    seen: BTreeSet<(String, String)>,
}

impl Walk {
    /// One key of one phone, or a dial, or a lost signal.
    async fn step(&mut self, phone: &Phone) {
        if !phone.is_in_session() {
            let code = *CODES.choose(&mut self.rng).expect("a code");
            let screen = phone.dial(code).await.expect("a screen");
            return self.look(phone, &screen).await;
        }
        if self.rng.random_ratio(1, 40) {
            return phone.drop_session();
        }
        let shown = phone.screen().expect("a screen");
        let numbers: Vec<String> = shown
            .options()
            .into_iter()
            .map(|(number, _)| number)
            .collect();
        let key = match numbers.choose(&mut self.rng) {
            Some(number) if self.rng.random_ratio(5, 6) => number.clone(),
            _ => (*OTHER.choose(&mut self.rng).expect("a key")).to_owned(),
        };
        let screen = phone.reply(&key).await.expect("a screen");
        self.look(phone, &screen).await;
    }

    /// The properties of every screen.
    async fn look(&mut self, phone: &Phone, screen: &Screen) {
        let text = &screen.text;
        assert!(
            screen.faults.is_empty() && !screen.is_failed,
            "{:?}: {text}",
            screen.faults
        );
        assert!(screen.septets <= 160, "{text}");
        assert!(
            !text.contains(['{', '}']) && !text.contains("\n\n"),
            "{text}"
        );
        let name = screen.name.clone().expect("a name");
        assert!(!["sorry", "wrong_phone"].contains(&name.as_str()), "{text}");
        // Whoever took a break would not play again in this walk: it ends soon.
        if name == "excluded" && self.rng.random_ratio(1, 4) {
            self.world.turn(Duration::from_secs(25 * 60 * 60));
        }
        if name == "deposit_sent" {
            self.pay(phone).await;
        }
        let player = self.world.app().player_report(&msisdn(phone)).await;
        let locale = player
            .expect("read")
            .map_or("en".into(), |known| known.player.locale);
        self.seen.insert((locale, name));
    }

    async fn pay(&mut self, phone: &Phone) {
        let world = &self.world;
        world.turn(world.config.daraja.stk_delay);
        world.run_due().await;
        // M-Pesa refuses the same amount twice within two minutes of its own; then no prompt comes.
        let is_asked = tokio::select! {
            prompt = phone.wait_for_prompt(PATIENCE) => prompt.is_ok(),
            () = world.callbacks_are_in() => false,
        };
        if !is_asked {
            world.run_due().await;
            return;
        }
        let paid = if self.rng.random_ratio(4, 5) {
            phone.enter_pin("1234").await
        } else {
            phone.cancel_prompt().await
        };
        assert!(!matches!(paid, Err(PhoneError::NoPrompt)));
        world.callbacks_are_in().await;
        world.run_due().await;
    }

    async fn pass_time(&mut self) {
        let ms = match self.rng.random_range(0..60) {
            0 => 31 * 60 * 1_000,
            1 => 25_000,
            2..10 => 3_000,
            _ => 300,
        };
        self.world.turn(Duration::from_millis(ms));
        if self.rng.random_ratio(1, 8) {
            self.world.run_due().await;
        }
    }
}

/// Screens that a walk of this length finds for sure. The others need a configuration or an
/// instant of their own, and have tests of their own.
const FOUND: [&str; 24] = [
    "language",
    "terms",
    "declined",
    "home",
    "switch_language",
    "help",
    "category",
    "stake",
    "confirm",
    "question",
    "waiting",
    "won",
    "lost",
    "short",
    "busy",
    "deposit",
    "deposit_sent",
    "deposit_too_soon",
    "games",
    "no_games",
    "game_open",
    "game_settled",
    "game_unpaired",
    "answers",
];

#[tokio::test]
async fn every_screen_that_a_phone_reaches_fits_and_no_key_breaks_the_service() {
    let world = World::with(|config| {
        config.game.stakes = List(vec![20, 500]);
        config.game.questions_per_set = 2;
        config.game.rematch_cooldown = Duration::ZERO;
        config.players.cool_off_days = List(vec![1]);
        config.players.exclusion_days = List(vec![2]);
    })
    .await;
    let mut walk = Walk {
        world,
        rng: StdRng::seed_from_u64(2),
        seen: BTreeSet::new(),
    };
    let phones: Vec<Phone> = ["0712345678", "0110234567", "0722345678", "0799345678"]
        .map(|number| walk.world.phone(number))
        .to_vec();
    for _ in 0..HOPS {
        let phone = phones.choose(&mut walk.rng).expect("a phone").clone();
        walk.step(&phone).await;
        walk.pass_time().await;
    }
    let is_seen = |name: &str| walk.seen.iter().any(|(_, seen)| seen == name);
    let missed: Vec<_> = FOUND.into_iter().filter(|name| !is_seen(name)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    for locale in ["en", "sw"] {
        let seen = walk
            .seen
            .iter()
            .filter(|(in_locale, _)| in_locale == locale);
        assert!(seen.count() >= 18, "{locale}: {:?}", walk.seen);
    }

    // Everything under way ends, and the money is where it belongs.
    for phone in &phones {
        phone.drop_session();
    }
    walk.world.turn(Duration::from_secs(60 * 60));
    walk.world.run_due().await;
    assert_eq!(walk.world.account("stakes").await, 0);
    walk.world.check().await;
}
