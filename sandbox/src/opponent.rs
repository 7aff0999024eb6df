//! A simulated opponent for people who are alone.
//!
//! It knows no more than a person does: the screens and their names. It keeps one phone registered
//! and with money, and when somebody reaches a question it types what that person typed since the
//! home screen, so that it comes to the same category and stake. Its failures are noted and never
//! stop anything.

mod bot;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use utoipa::ToSchema;

use crate::number::Number;
use crate::world::World;
use bot::Bot;

/// How long to wait before the next try to make a bot ready; the service may just be starting.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How many troubles are remembered.
const REMEMBERED_TROUBLES: usize = 10;

/// Somebody who reached a question: what a bot needs to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) phone: Number,
    /// What was typed since the home screen.
    pub(crate) keys: Vec<String>,
}

/// What the opponent is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpponentStatus {
    /// Whether it is switched on.
    pub on: bool,
    /// How far it is.
    pub state: OpponentState,
    /// The phone that is ready or getting ready.
    pub phone: Option<Number>,
    /// Games that it played to their end.
    pub games: u32,
    /// What went wrong lately, newest last.
    pub troubles: Vec<String>,
}

/// How far the opponent is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpponentState {
    /// Switched off.
    #[default]
    Off,
    /// Registering and depositing.
    GettingReady,
    /// Waiting for somebody to reach a question.
    Ready,
}

/// Switches the opponent. A game that it is playing goes on.
pub(crate) fn switch(world: &World, on: bool) {
    world.opponent.send_if_modified(|status| {
        let is_changed = status.on != on;
        status.on = on;
        if !on {
            status.state = OpponentState::Off;
            status.phone = None;
        }
        is_changed
    });
}

/// Runs while the simulator runs.
pub(crate) async fn run(world: Arc<World>) {
    let mut status = world.opponent.subscribe();
    while status.wait_for(|status| status.on).await.is_ok() {
        let sightings = world.sightings.subscribe();
        tokio::select! {
            () = serve(&world, sightings) => {}
            _ = status.wait_for(|status| !status.on) => {}
        }
    }
}

/// One bot after the other, each for one game. A sighting that comes while none is ready waits.
async fn serve(world: &Arc<World>, mut sightings: Receiver<Sighting>) {
    loop {
        let Some(bot) = make_ready(world).await else {
            tokio::time::sleep(RETRY_AFTER).await;
            continue;
        };
        let sighting = loop {
            match sightings.recv().await {
                Ok(sighting) => break sighting,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        };
        let shared = Arc::clone(world);
        world.spawn(async move {
            match bot.play(&sighting).await {
                Ok(()) => shared.opponent.send_modify(|status| status.games += 1),
                Err(trouble) => note(
                    &shared,
                    &format!("{}: game not played: {trouble}", bot.number()),
                ),
            }
        });
    }
}

async fn make_ready(world: &Arc<World>) -> Option<Bot> {
    let bot = Bot::new(world);
    let show = |state| {
        world.opponent.send_modify(|status| {
            // It may have been switched off in this moment.
            if status.on {
                status.state = state;
                status.phone = Some(bot.number());
            }
        });
    };
    show(OpponentState::GettingReady);
    match bot.get_ready().await {
        Ok(()) => {
            show(OpponentState::Ready);
            Some(bot)
        }
        Err(trouble) => {
            note(world, &format!("{}: not ready: {trouble}", bot.number()));
            None
        }
    }
}

fn note(world: &World, trouble: &str) {
    tracing::warn!("opponent {trouble}");
    world.opponent.send_modify(|status| {
        if status.troubles.len() == REMEMBERED_TROUBLES {
            status.troubles.remove(0);
        }
        status.troubles.push(trouble.to_owned());
    });
}
