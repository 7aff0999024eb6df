//! One phone of the opponent: gets itself registered and funded, then plays one game.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Sighting, reading};
use crate::mpesa::StkResult;
use crate::number::Number;
use crate::phone::{Owner, Phone, PhoneError, Screen, ScreenKind};
use crate::world::World;

/// No walk through the menus takes more hops than this.
const HOP_LIMIT: usize = 30;

/// How long the prompt and the SMS of a deposit may take.
const DEPOSIT_LIMIT: Duration = Duration::from_secs(90);

/// One phone of the opponent.
pub(super) struct Bot {
    phone: Phone,
}

/// Why a bot could not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Phone(#[from] PhoneError),
    #[error("the session ended early: {0:?}")]
    Ended(String),
    #[error("no way on from the screen {0:?}")]
    Lost(String),
    #[error("the deposit ended with result {0}")]
    NotPaid(u16),
    #[error("{HOP_LIMIT} hops led nowhere")]
    Circles,
}

impl Bot {
    pub(super) fn new(world: &Arc<World>) -> Self {
        let phone = Phone::new(world, world.unused_number());
        phone.set_owner(Owner::Bot);
        Self { phone }
    }

    pub(super) fn number(&self) -> Number {
        self.phone.number()
    }

    /// Registers and deposits; returns when the money is said to be there.
    pub(super) async fn get_ready(&self) -> Result<(), Trouble> {
        let result = self.register_and_deposit().await;
        self.phone.drop_session();
        result
    }

    /// Follows somebody to a question and answers until the game is over.
    pub(super) async fn play(&self, sighting: &Sighting) -> Result<(), Trouble> {
        let result = self.follow_and_answer(sighting).await;
        self.phone.drop_session();
        result
    }

    async fn register_and_deposit(&self) -> Result<(), Trouble> {
        let known: BTreeSet<String> = self.phone.inbox().into_iter().map(|sms| sms.id).collect();
        let mut screen = self.dial().await?;
        let mut has_passed_home = false;
        for _ in 0..HOP_LIMIT {
            if screen.kind == ScreenKind::End {
                break;
            }
            has_passed_home |= reading::is_home(&screen);
            let key = reading::key_towards_deposit(&screen)
                .ok_or_else(|| Trouble::Lost(screen.text.clone()))?;
            screen = self.phone.reply(&key).await?;
        }
        match screen.kind {
            ScreenKind::Continue => return Err(Trouble::Circles),
            ScreenKind::End if screen.is_failed || !has_passed_home => {
                return Err(Trouble::Ended(screen.text));
            }
            ScreenKind::End => {}
        }
        let prompt = self.phone.wait_for_prompt(DEPOSIT_LIMIT).await?;
        let result = self
            .phone
            .enter_pin(&self.phone.world.config.daraja.opening_pin)
            .await?;
        let StkResult::Paid(payment) = &result else {
            return Err(Trouble::NotPaid(result.code()));
        };
        // The message names the money in one way or the other; a welcome does not.
        let shillings = (prompt.amount_cents / 100).to_string();
        let tells = |text: &str| {
            text.contains(&payment.receipt) || text.replace(',', "").contains(&shillings)
        };
        self.phone
            .wait_for_sms(
                |sms| !known.contains(&sms.id) && tells(&sms.text),
                DEPOSIT_LIMIT,
            )
            .await?;
        Ok(())
    }

    async fn follow_and_answer(&self, sighting: &Sighting) -> Result<(), Trouble> {
        let mut screen = self.dial().await?;
        if !reading::is_home(&screen) {
            return Err(Trouble::Lost(screen.text));
        }
        for key in &sighting.keys {
            if reading::is_question(&screen) {
                break;
            }
            if screen.kind == ScreenKind::End {
                return Err(Trouble::Ended(screen.text));
            }
            screen = self.phone.reply(key).await?;
        }
        if !reading::is_question(&screen) {
            return Err(Trouble::Lost(screen.text));
        }
        for _ in 0..HOP_LIMIT {
            if screen.kind == ScreenKind::End {
                return if screen.is_failed {
                    Err(Trouble::Ended(screen.text))
                } else {
                    Ok(())
                };
            }
            let key = self
                .answer(&screen)
                .await
                .ok_or_else(|| Trouble::Lost(screen.text.clone()))?;
            screen = self.phone.reply(&key).await?;
        }
        Err(Trouble::Circles)
    }

    /// Thinks a while over a question and guesses; goes on at once on any other screen.
    async fn answer(&self, screen: &Screen) -> Option<String> {
        if !reading::is_question(screen) {
            return reading::affirmative(screen);
        }
        let world = &self.phone.world;
        let pace = &world.config.opponent_pace;
        tokio::time::sleep(world.dice.between(*pace.start(), *pace.end())).await;
        let choices = reading::choices(screen);
        let choice = world.dice.index(choices.len());
        choices.into_iter().nth(choice)
    }

    async fn dial(&self) -> Result<Screen, Trouble> {
        let screen = self
            .phone
            .dial(&self.phone.world.config.service_code)
            .await?;
        if screen.is_failed {
            Err(Trouble::Ended(screen.faults.join("; ")))
        } else {
            Ok(screen)
        }
    }
}
