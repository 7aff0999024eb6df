//! The reality check: for how long somebody has been playing, and what it has cost so far.

use std::time::Duration;

use crate::core::{money::Cents, time::Timestamp};

/// A pause between games that ends a stretch of play: half an hour without a question.
pub const PAUSE: Duration = Duration::from_secs(30 * 60);

/// How far back games are looked at: nobody plays for longer without such a pause.
pub const REACH: Duration = Duration::from_secs(48 * 60 * 60);

/// A game, as the check needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// When it began.
    pub staked_at: Timestamp,
    /// When its player was done; `None`: they are not.
    pub finished_at: Option<Timestamp>,
    /// What it cost.
    pub stake: Cents,
    /// What came back so far.
    pub received: Cents,
}

/// A stretch of play: games with no [`PAUSE`] between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When the first of them began.
    pub since: Timestamp,
    /// What came back less what was staked. Negative: it was lost.
    pub net: Cents,
    /// How many games.
    pub games: u32,
}

/// The stretch that goes on at `now`. `games` are a player's last ones, oldest first.
#[must_use]
pub fn stretch(games: &[Played], now: Timestamp) -> Option<Stretch> {
    let mut begun: Option<Stretch> = None;
    let mut next = now;
    for game in games.iter().rev() {
        let done = game.finished_at.unwrap_or(next);
        if next >= done.after(PAUSE) {
            break;
        }
        let gain = game.received.minus(game.stake).unwrap_or_default();
        let (net, count) = begun.map_or((Cents::ZERO, 0), |begun| (begun.net, begun.games));
        begun = Some(Stretch {
            since: game.staked_at,
            net: net.plus(gain).unwrap_or_default(),
            games: count + 1,
        });
        next = game.staked_at;
    }
    begun
}

/// Whether a player is to be told for how long they have played: `every` so long, counted from the
/// last time within the stretch. `every` of nothing: never.
#[must_use]
pub fn is_check_due(
    stretch: Stretch,
    told_at: Option<Timestamp>,
    every: Duration,
    now: Timestamp,
) -> bool {
    let since = told_at.map_or(stretch.since, |told| told.max(stretch.since));
    !every.is_zero() && now >= since.after(every)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_ms(minute * MINUTE)
    }

    fn game(begin: i64, received: i64) -> Played {
        Played {
            staked_at: at(begin),
            finished_at: Some(at(begin + 1)),
            stake: Cents::new(5_000),
            received: Cents::new(received),
        }
    }

    #[test]
    fn a_stretch_begins_after_the_last_long_pause() {
        let games = [game(0, 8_000), game(50, 0), game(80, 8_000), game(100, 0)];
        let stretch = stretch(&games, at(110)).unwrap();
        assert_eq!((stretch.since, stretch.games), (at(50), 3));
        assert_eq!(stretch.net, Cents::new(-7_000));
    }

    #[test]
    fn who_has_not_played_for_a_while_is_in_no_stretch() {
        assert_eq!(stretch(&[], at(0)), None);
        assert_eq!(stretch(&[game(0, 0)], at(31)), None);
        assert!(stretch(&[game(0, 0)], at(30)).is_some());
    }

    #[test]
    fn the_check_comes_each_hour_of_play() {
        let stretch = Stretch {
            since: at(10),
            net: Cents::ZERO,
            games: 1,
        };
        for (told, now, is_due) in [
            (None, 69, false),
            (None, 70, true),
            // Told in an earlier stretch: that does not count.
            (Some(5), 69, false),
            (Some(5), 70, true),
            (Some(70), 129, false),
            (Some(70), 130, true),
        ] {
            let due = is_check_due(stretch, told.map(at), HOUR, at(now));
            assert_eq!(due, is_due, "{told:?} {now}");
            assert!(!is_check_due(
                stretch,
                told.map(at),
                Duration::ZERO,
                at(now)
            ));
        }
    }

    proptest! {
        /// Whatever the games: the stretch is a tail of them with no long pause in it, and a long pause
        /// before it.
        #[test]
        fn a_stretch_is_the_longest_tail_without_a_pause(
            gaps in prop::collection::vec(0..90_i64, 1..20), idle in 0..90_i64,
        ) {
            let mut begin = 0;
            let games: Vec<Played> = gaps.iter().map(|gap| {
                begin += gap + 1;
                game(begin, 0)
            }).collect();
            let now = at(begin + 1 + idle);
            let tail = gaps.iter().skip(1).chain([&idle]).rev().take_while(|gap| **gap < 30);
            let count = tail.count().min(games.len());
            let found = stretch(&games, now);
            prop_assert_eq!(found.map_or(0, |found| found.games as usize), count);
            prop_assert_eq!(
                found.map(|found| found.since),
                games.get(games.len() - count).map(|first| first.staked_at)
            );
        }
    }
}
