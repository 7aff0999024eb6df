//! What looks unfair: rules over what the watch has counted. A case says what was seen and how far it is
//! from ordinary play, for a person to judge; nothing follows from it by itself.
//!
//! Everything is in whole numbers. Evidence names players by their ids, and no phone numbers.

mod pace;
pub mod payer;
mod shared;

use std::time::Duration;

pub use self::{
    pace::{Pace, even_answers, fast_answers},
    shared::{Shared, shared_payer},
};

use super::{
    ids::PlayerId,
    money::Cents,
    time::{Timestamp, ms},
};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// The hours by which Nairobi is ahead, in milliseconds. No summer time there.
const NAIROBI_MS: i64 = 3 * 60 * 60 * 1_000;

/// When something is flagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairRules {
    /// How often the watch looks; nothing: never, and nobody's payer is kept.
    pub every: Duration,
    /// How far back what happened counts; whole days, 1 or more.
    pub window: Duration,
    /// Matches of two players before their meetings are looked at.
    pub min_meetings: i64,
    /// How much more often than by chance two must have met.
    pub chance_factor: i64,
    /// What must have gone from one player to another.
    pub min_flow: Cents,
    /// The share of decided matches that the same one won, in per cent.
    pub one_sided_percent: i64,
    /// Accounts whose deposits one phone paid.
    pub accounts_per_payer: i64,
    /// The least time that carriage takes: from the server to the phone and back.
    pub carriage: Duration,
    /// The least time in which a person reads a question.
    pub reading: Duration,
    /// Right answers that were faster than both together.
    pub fast_answers: i64,
    /// Answers before their evenness is looked at.
    pub even_answers: i64,
    /// The standard deviation below which answers are too even to be a person's.
    pub even_spread: Duration,
}

impl Default for FairRules {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(10 * 60),
            window: Duration::from_secs(28 * 24 * 60 * 60),
            min_meetings: 5,
            chance_factor: 4,
            min_flow: Cents::new(100_000),
            one_sided_percent: 80,
            accounts_per_payer: 2,
            carriage: Duration::from_millis(600),
            reading: Duration::from_millis(800),
            fast_answers: 10,
            even_answers: 50,
            even_spread: Duration::from_millis(120),
        }
    }
}

impl FairRules {
    /// The day in Nairobi of an instant, counted from 1970.
    #[must_use]
    pub const fn day(at: Timestamp) -> i64 {
        at.ms().saturating_add(NAIROBI_MS).div_euclid(DAY_MS)
    }

    /// The first day that counts.
    #[must_use]
    pub fn first_day(&self, now: Timestamp) -> i64 {
        Self::day(now.before(self.window)) + 1
    }

    /// Answers that took less than this were not read, in ms.
    #[must_use]
    pub fn fastest_ms(&self) -> i64 {
        ms(self.carriage).saturating_add(ms(self.reading))
    }
}

/// What kind of case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Two meet far more often than chance would bring them together.
    MeetOften,
    /// One loses to the other again and again.
    OneSided,
    /// What one deposited went through games to the other, who took it out.
    PassedOn,
    /// One phone pays the deposits of several accounts.
    SharedPayer,
    /// Right answers faster than anybody reads.
    FastAnswers,
    /// Answers too even to be a person's.
    EvenAnswers,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::MeetOften,
        Self::OneSided,
        Self::PassedOn,
        Self::SharedPayer,
        Self::FastAnswers,
        Self::EvenAnswers,
    ];

    /// The name in the database and in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MeetOften => "meet_often",
            Self::OneSided => "one_sided",
            Self::PassedOn => "passed_on",
            Self::SharedPayer => "shared_payer",
            Self::FastAnswers => "fast_answers",
            Self::EvenAnswers => "even_answers",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What somebody decided about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing in it.
    Dismissed,
    /// It is what it looks like.
    Confirmed,
}

impl Verdict {
    /// The name in the database and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dismissed => "dismissed",
            Self::Confirmed => "confirmed",
        }
    }

    /// The verdict of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Dismissed, Self::Confirmed]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// Something that looks unfair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What kind.
    pub kind: Kind,
    /// What tells it from every other case of its kind.
    pub about: String,
    /// Whom it is about.
    pub players: Vec<PlayerId>,
    /// How much there is to it: 100 is just enough, 200 twice as much.
    pub score: i64,
    /// It in one line.
    pub summary: String,
    /// What was counted: names and values.
    pub evidence: Vec<(&'static str, String)>,
}

impl Case {
    /// What one case is known by, however often it is seen.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{}:{}", self.kind.name(), self.about)
    }
}

/// Whether a case that was dismissed at one score is to be looked at again at another: there is twice as
/// much to it.
#[must_use]
pub const fn reopens(reviewed_score: i64, score: i64) -> bool {
    score >= reviewed_score.saturating_mul(2)
}

/// Two players and what they did together within the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one with the smaller id.
    pub a: PlayerId,
    /// The other.
    pub b: PlayerId,
    /// Their matches.
    pub met: i64,
    /// Those that a won.
    pub won_a: i64,
    /// Those that b won.
    pub won_b: i64,
    /// What went from b to a, less what went from a to b.
    pub gain_a: Cents,
}

impl Pair {
    fn about(&self) -> String {
        format!("{}+{}", self.a, self.b)
    }

    /// Who gained from whom, how much, and of how many decided matches the gainer won how many.
    fn flow(&self) -> Flow {
        let decided = self.won_a.saturating_add(self.won_b);
        let gain = Cents::new(self.gain_a.get().saturating_abs());
        let (to, from, won) = if self.gain_a.get() >= 0 {
            (self.a, self.b, self.won_a)
        } else {
            (self.b, self.a, self.won_b)
        };
        Flow {
            to,
            from,
            gain,
            won,
            decided,
        }
    }
}

struct Flow {
    to: PlayerId,
    from: PlayerId,
    gain: Cents,
    won: i64,
    decided: i64,
}

/// How many matches two players had on one day in one pool, a category and a stake, and how many all had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Company {
    /// Matches of the one.
    pub games_a: i64,
    /// Matches of the other.
    pub games_b: i64,
    /// Matches of everybody.
    pub matches: i64,
}

/// How often chance would have brought two together, in thousandths of a match: in each match of the one,
/// every other seat of the pool is as likely.
#[must_use]
pub fn expected_milli(company: &[Company]) -> i64 {
    let expected = company.iter().map(|day| {
        let others = day
            .matches
            .saturating_mul(2)
            .saturating_sub(day.games_a)
            .max(1);
        let pairs = day.games_a.saturating_mul(day.games_b);
        pairs.saturating_mul(1_000) / others
    });
    expected.fold(0, i64::saturating_add)
}

/// A share in per cent of a threshold.
fn score(measure: i64, threshold: i64) -> i64 {
    let score = i128::from(measure) * 100 / i128::from(threshold.max(1));
    i64::try_from(score).unwrap_or(i64::MAX)
}

/// Two who met far more often than by chance.
#[must_use]
pub fn meet_often(pair: &Pair, expected_milli: i64, rules: &FairRules) -> Option<Case> {
    let by_chance = expected_milli.saturating_mul(rules.chance_factor);
    let met_milli = pair.met.saturating_mul(1_000);
    if pair.met < rules.min_meetings || met_milli < by_chance {
        return None;
    }
    let expected = format!(
        "{}.{}",
        expected_milli / 1_000,
        expected_milli % 1_000 / 100
    );
    let threshold = by_chance.max(rules.min_meetings.saturating_mul(1_000));
    Some(Case {
        kind: Kind::MeetOften,
        about: pair.about(),
        players: vec![pair.a, pair.b],
        score: score(met_milli, threshold),
        summary: format!(
            "met {} times; chance would have brought them together {expected} times",
            pair.met
        ),
        evidence: vec![
            ("matches of the two", pair.met.to_string()),
            ("expected by chance", expected),
            ("won by the first", pair.won_a.to_string()),
            ("won by the second", pair.won_b.to_string()),
        ],
    })
}

/// Two of whom one loses to the other again and again.
#[must_use]
pub fn one_sided(pair: &Pair, rules: &FairRules) -> Option<Case> {
    let flow = pair.flow();
    let is_clear =
        flow.won.saturating_mul(100) >= flow.decided.saturating_mul(rules.one_sided_percent);
    if flow.decided < rules.min_meetings || !is_clear || flow.gain < rules.min_flow {
        return None;
    }
    let (won, decided, gain) = (flow.won, flow.decided, flow.gain);
    Some(Case {
        kind: Kind::OneSided,
        about: pair.about(),
        // Who gains stands first.
        players: vec![flow.to, flow.from],
        score: score(gain.get(), rules.min_flow.get()),
        summary: format!("the first won {won} of {decided} matches, and KES {gain} of the second"),
        evidence: vec![
            ("who gains", flow.to.to_string()),
            ("who loses", flow.from.to_string()),
            ("decided matches", decided.to_string()),
            ("won by who gains", won.to_string()),
            ("KES gained", gain.to_string()),
        ],
    })
}

/// What a player paid in and took out within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Deposits that were credited.
    pub deposited: Cents,
    /// Withdrawals that were paid, or are on their way.
    pub withdrawn: Cents,
}

/// Money that one deposited and the other took out, having won it. Half of what was deposited must have
/// gone over, and half of that must have been taken out: less is what any winner does.
#[must_use]
pub fn passed_on(
    pair: &Pair,
    purse: impl Fn(PlayerId) -> Purse,
    rules: &FairRules,
) -> Option<Case> {
    let flow = pair.flow();
    let (giver, taker) = (purse(flow.from), purse(flow.to));
    let twice = |amount: Cents| amount.get().saturating_mul(2);
    let passed = flow.gain.min(taker.withdrawn).min(giver.deposited);
    let is_most =
        twice(flow.gain) >= giver.deposited.get() && twice(taker.withdrawn) >= flow.gain.get();
    // Who deposited as much as was taken out took out the own money.
    let is_own = taker.deposited >= taker.withdrawn;
    if passed < rules.min_flow || !is_most || is_own {
        return None;
    }
    let gain = flow.gain;
    Some(Case {
        kind: Kind::PassedOn,
        about: pair.about(),
        players: vec![flow.to, flow.from],
        score: score(passed.get(), rules.min_flow.get()),
        summary: format!(
            "the second deposited KES {}, lost KES {gain} to the first, who took out KES {}",
            giver.deposited, taker.withdrawn
        ),
        evidence: vec![
            ("who deposited", flow.from.to_string()),
            ("KES deposited", giver.deposited.to_string()),
            ("KES passed through games", gain.to_string()),
            ("who took out", flow.to.to_string()),
            ("KES taken out", taker.withdrawn.to_string()),
            ("KES deposited by who took out", taker.deposited.to_string()),
            ("matches of the two", pair.met.to_string()),
        ],
    })
}

#[cfg(test)]
mod tests;
