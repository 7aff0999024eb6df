//! One player of a storm: decides by a generator of its own, so that the same seed gives the same
//! decisions however the crowd is interleaved. It knows no more than a person does: the screens and
//! their names.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::figures::Figures;
use crate::phone::{Phone, PhoneError, Screen, ScreenKind};

/// No walk through the menus takes more hops than this.
const MAX_HOPS: u32 = 60;

/// How often a player looks at the phone for the prompt that was promised.
const MAX_LOOKS: u32 = 6;

/// What a player came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Play,
    Deposit,
    Withdraw,
    LookAround,
}

/// Where a player is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The phone lies on the table.
    Away,
    /// A session is open; so many hops were made.
    Dialled { hops: u32 },
    /// The prompt for the PIN was promised; so many looks were in vain.
    Promised { looks: u32 },
}

/// How a player spends the time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// How often the player dials.
    pub(super) visits: u32,
    /// The longest time between two visits.
    pub(super) pause: Duration,
    /// Whether lines drop, PINs are mistyped and keys are wrong.
    pub(super) is_clumsy: bool,
}

/// A player.
pub(super) struct Player {
    phone: Phone,
    rng: StdRng,
    figures: Arc<Figures>,
    habits: Habits,
    visits_left: u32,
    goal: Goal,
    stage: Stage,
}

impl Player {
    pub(super) fn new(phone: Phone, seed: u64, habits: Habits, figures: Arc<Figures>) -> Self {
        Self {
            phone,
            rng: StdRng::seed_from_u64(seed),
            figures,
            habits,
            visits_left: habits.visits,
            goal: Goal::Play,
            stage: Stage::Away,
        }
    }

    /// When the player first takes up the phone.
    pub(super) fn first(&mut self) -> Duration {
        match self.visits_left {
            0 => Duration::ZERO,
            _ => self.within(self.habits.pause),
        }
    }

    /// Whether the phone is looked at for a prompt that was promised.
    pub(super) fn waits_for_prompt(&self) -> bool {
        matches!(self.stage, Stage::Promised { .. })
    }

    /// Does the next thing; gives the time until the one after it, `None` when the player is through.
    pub(super) async fn act(&mut self) -> Option<Duration> {
        match self.stage {
            Stage::Away if self.visits_left == 0 => None,
            Stage::Away => Some(self.dial().await),
            Stage::Dialled { hops } => Some(self.press(hops).await),
            Stage::Promised { looks } => Some(self.look_for_prompt(looks).await),
        }
    }

    async fn dial(&mut self) -> Duration {
        self.visits_left -= 1;
        self.goal = match self.rng.random_range(0..100) {
            0..70 => Goal::Play,
            70..85 => Goal::Deposit,
            85..95 => Goal::Withdraw,
            _ => Goal::LookAround,
        };
        self.phone.set_reachable(true);
        if self.phone.prompt().is_some() {
            // A prompt that came late; nothing can be dialled under it.
            return self.answer_prompt().await;
        }
        self.figures.count("visits");
        let code = self.phone.world.config.service_code.clone();
        let began = Instant::now();
        let screen = self.phone.dial(&code).await;
        self.figures.hop(began.elapsed());
        self.meet(screen, 1)
    }

    async fn press(&mut self, hops: u32) -> Duration {
        let Some(screen) = self.phone.screen() else {
            return self.leave();
        };
        let is_lost = self.habits.is_clumsy && self.rng.random_bool(0.02);
        if hops >= MAX_HOPS || is_lost {
            self.figures.count("sessions dropped");
            return self.drop_line(&screen);
        }
        let key = self.key(&screen);
        let began = Instant::now();
        let screen = self.phone.reply(&key).await;
        self.figures.hop(began.elapsed());
        self.meet(screen, hops + 1)
    }

    /// Looks at what came of a hop.
    fn meet(&mut self, screen: Result<Screen, PhoneError>, hops: u32) -> Duration {
        let screen = match screen {
            Ok(screen) => screen,
            Err(error) => {
                self.figures.count("hops that the network lost");
                tracing::debug!(phone = %self.phone.number(), %error, "no screen");
                return self.leave();
            }
        };
        if screen.is_failed {
            self.figures.count("screens that failed");
        }
        if !screen.is_failed && !screen.faults.is_empty() {
            let name = screen.name.as_deref().unwrap_or_default();
            let faults = screen.faults.join("; ");
            self.figures.find(format!("screen {name:?}: {faults}"));
        }
        if screen.kind == ScreenKind::Continue {
            self.stage = Stage::Dialled { hops };
            return self.thinking(screen.name.as_deref() == Some("question"));
        }
        match screen.name.as_deref() {
            Some("deposit_sent") => {
                self.figures.count("deposits asked for");
                self.stage = Stage::Promised { looks: 0 };
                Duration::from_secs(4)
            }
            name => {
                match name {
                    Some("withdraw_sent") => self.figures.count("withdrawals asked for"),
                    Some("waiting" | "won" | "lost" | "drawn") => {
                        self.figures.count("rounds ended")
                    }
                    Some(_) | None => {}
                }
                self.leave()
            }
        }
    }

    /// The key that a keen player presses.
    fn key(&mut self, screen: &Screen) -> String {
        if self.habits.is_clumsy && self.rng.random_bool(0.02) {
            let slips = ["9", "", "00", "abc", "1*1", "-5"];
            let slip = self.rng.random_range(0..slips.len());
            return slips.get(slip).copied().unwrap_or_default().to_owned();
        }
        let first = || "1".to_owned();
        let one_of = |rng: &mut StdRng, screen: &Screen| {
            let numbers = screen.options().into_iter().map(|(number, _)| number);
            let choices: Vec<String> = numbers
                .filter(|number| number.parse().is_ok_and(|n: u32| (1..98).contains(&n)))
                .collect();
            let choice = rng.random_range(0..choices.len().max(1));
            choices.get(choice).cloned().unwrap_or_else(|| "0".into())
        };
        match screen.name.as_deref().unwrap_or_default() {
            "language" | "question" | "games" | "help" => one_of(&mut self.rng, screen),
            "home" => self.at_home(),
            // Most like the same subject and the small stakes: there they meet.
            "category" if self.rng.random_bool(0.7) => first(),
            "stake" => self.rng.random_range(1..=2).to_string(),
            "deposit" => (self.rng.random_range(2..=20) * 10).to_string(),
            "withdraw" => self.rng.random_range(50..=120).to_string(),
            "terms" | "confirm" | "withdraw_confirm" | "withdraw_confirm_taxed" | "short" => {
                first()
            }
            "category" => one_of(&mut self.rng, screen),
            _ => "0".to_owned(),
        }
    }

    fn at_home(&mut self) -> String {
        let goal = self.goal;
        // Whoever comes back here has seen enough, or plays.
        self.goal = Goal::Play;
        let key = match goal {
            Goal::Play => 1,
            Goal::Deposit => 2,
            Goal::Withdraw => 6,
            Goal::LookAround if self.rng.random_bool(0.5) => 3,
            Goal::LookAround => 5,
        };
        key.to_string()
    }

    /// The line breaks; whoever was in a round dials again soon, for the clock goes on.
    fn drop_line(&mut self, screen: &Screen) -> Duration {
        self.phone.drop_session();
        self.stage = Stage::Away;
        if screen.name.as_deref() == Some("question") {
            self.visits_left += 1;
            return Duration::from_secs(self.rng.random_range(2..=20));
        }
        self.between_visits()
    }

    async fn look_for_prompt(&mut self, looks: u32) -> Duration {
        if self.phone.prompt().is_some() {
            return self.answer_prompt().await;
        }
        if looks >= MAX_LOOKS {
            self.figures.count("prompts that never came");
            return self.leave();
        }
        self.stage = Stage::Promised { looks: looks + 1 };
        Duration::from_secs(5)
    }

    async fn answer_prompt(&mut self) -> Duration {
        let pin = self.phone.world.config.daraja.opening_pin.clone();
        let slip = if self.habits.is_clumsy {
            self.rng.random_range(0..100)
        } else {
            100
        };
        let result = match slip {
            0..6 => self.phone.cancel_prompt().await,
            6..9 => self.phone.enter_pin("0000").await,
            9..11 => {
                // Out of reach in the middle of it.
                self.phone.set_reachable(false);
                self.figures.count("phones lost during a prompt");
                return self.leave();
            }
            _ => self.phone.enter_pin(&pin).await,
        };
        if result.is_ok_and(|result| result.code() == 0) {
            self.figures.count("prompts paid");
        } else {
            self.figures.count("prompts not paid");
        }
        self.leave()
    }

    fn leave(&mut self) -> Duration {
        self.phone.drop_session();
        self.stage = Stage::Away;
        self.between_visits()
    }

    fn between_visits(&mut self) -> Duration {
        self.within(self.habits.pause)
    }

    fn thinking(&mut self, is_question: bool) -> Duration {
        let ms = if is_question {
            500..=4_000
        } else {
            800..=5_000
        };
        Duration::from_millis(self.rng.random_range(ms))
    }

    fn within(&mut self, longest: Duration) -> Duration {
        let ms = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.rng.random_range(0..=ms))
    }
}
