//! SMS between a player and the house: what a player may ask for by SMS, what is answered and what
//! is not, and which texts a player can refuse.
//!
//! A service that answers whatever comes in can be made to talk to another one for ever, and each
//! text costs money. So what nobody asked for is said once a day, and there is a limit in the hour.

mod quiet;

use std::time::Duration;

pub use quiet::QuietHours;

/// For how long an answer that nobody asked for is not repeated. Rolling: at midnight it would
/// come twice within minutes.
pub const ONCE_A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time over which answers to one number are counted.
pub const HOUR: Duration = Duration::from_secs(60 * 60);

/// What a kind of SMS is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsClass {
    /// Tells of the player's own money or game: always sent.
    Receipt,
    /// Answers an SMS of the player: always sent.
    Answer,
    /// Wants to sell something: never sent to a number that refused it.
    Promotion,
}

impl SmsClass {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Receipt, Self::Answer, Self::Promotion];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Answer => "answer",
            Self::Promotion => "promotion",
        }
    }

    /// The class of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// By which sender an SMS goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// Africa's Talking.
    #[default]
    First,
    /// The second one, where one is set up.
    Fallback,
}

impl Route {
    /// The name in the database and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Fallback => "fallback",
        }
    }
}

/// Whether a number takes promotions. One that never said anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Promotions are welcome again.
    Given,
    /// No promotions.
    Refused,
}

impl Consent {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
        }
    }
}

/// Who told that a number refuses promotions, or takes them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentSource {
    /// The owner of the number, by STOP or START.
    Keyword,
    /// The gateway, by its opt-out callback.
    Gateway,
}

impl ConsentSource {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Gateway => "gateway",
        }
    }
}

/// What can be asked for by SMS; the words for it stand in the language files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// How much is in the wallet.
    Balance,
    /// The last games.
    Games,
    /// What can be asked for.
    Help,
    /// No promotions.
    Stop,
    /// Promotions again.
    Start,
    /// Out of play for some days.
    Exclude,
}

impl Keyword {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Balance,
        Self::Games,
        Self::Help,
        Self::Stop,
        Self::Start,
        Self::Exclude,
    ];

    /// The name under `[keyword]` in the language files, and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Games => "games",
            Self::Help => "help",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Exclude => "exclude",
        }
    }

    /// What it says about promotions.
    #[must_use]
    pub const fn consent(self) -> Option<Consent> {
        match self {
            Self::Stop => Some(Consent::Refused),
            Self::Start => Some(Consent::Given),
            Self::Balance | Self::Games | Self::Help | Self::Exclude => None,
        }
    }
}

/// An answer to an SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The balance.
    Balance,
    /// The last games.
    Games,
    /// What can be asked for.
    Help,
    /// The same, to words that nobody understood.
    UnaskedHelp,
    /// Promotions have stopped.
    Stopped,
    /// Promotions come again.
    Started,
    /// How to become a player.
    Register,
    /// How to be out of play, to somebody who did not say for how long.
    HowToExclude,
}

impl Answer {
    /// The answer to a keyword, or to words that are none, of a player or of somebody else.
    #[must_use]
    pub const fn to(keyword: Option<Keyword>, is_player: bool) -> Self {
        match (keyword, is_player) {
            (Some(Keyword::Stop), _) => Self::Stopped,
            (_, false) => Self::Register,
            (Some(Keyword::Balance), true) => Self::Balance,
            (Some(Keyword::Games), true) => Self::Games,
            (Some(Keyword::Help), true) => Self::Help,
            (Some(Keyword::Start), true) => Self::Started,
            (Some(Keyword::Exclude), true) => Self::HowToExclude,
            (None, true) => Self::UnaskedHelp,
        }
    }

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Games => "games",
            Self::Help => "help",
            Self::UnaskedHelp => "unasked_help",
            Self::Stopped => "stopped",
            Self::Started => "started",
            Self::Register => "register",
            Self::HowToExclude => "how_to_exclude",
        }
    }

    /// Whether it is given once a day at most. A refusal that has just taken effect is confirmed
    /// whenever it does.
    #[must_use]
    pub const fn is_once_a_day(self, has_changed_consent: bool) -> bool {
        match self {
            Self::Balance | Self::Games | Self::Help | Self::HowToExclude => false,
            Self::UnaskedHelp | Self::Register => true,
            Self::Stopped | Self::Started => !has_changed_consent,
        }
    }
}

/// What a number was answered before, on which the next answer depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// Answers in the last [`HOUR`].
    pub in_the_hour: u32,
    /// Whether this very answer was given within [`ONCE_A_DAY`].
    pub same_today: bool,
}

/// Why an SMS is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// The number had all answers of the hour.
    #[error("over the limit of the hour")]
    Limit,
    /// It was said today.
    #[error("said today")]
    SaidToday,
}

/// Whether an answer is given, where a number gets `per_hour` answers at most.
///
/// # Errors
/// The reason why not.
pub const fn permit(
    answer: Answer,
    has_changed_consent: bool,
    before: Before,
    per_hour: u32,
) -> Result<(), Silence> {
    if before.in_the_hour >= per_hour {
        Err(Silence::Limit)
    } else if before.same_today && answer.is_once_a_day(has_changed_consent) {
        Err(Silence::SaidToday)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Before = Before {
        in_the_hour: 0,
        same_today: false,
    };
    const TODAY: Before = Before {
        in_the_hour: 1,
        same_today: true,
    };

    #[test]
    fn what_was_asked_for_is_answered_as_often_as_it_is_asked() {
        for keyword in [Keyword::Balance, Keyword::Games, Keyword::Help] {
            let answer = Answer::to(Some(keyword), true);
            assert_eq!(answer.name(), keyword.name());
            assert_eq!(permit(answer, false, TODAY, 10), Ok(()));
        }
    }

    #[test]
    fn what_nobody_asked_for_is_said_once_a_day() {
        for (keyword, is_player) in [
            (None, true),
            (None, false),
            (Some(Keyword::Balance), false),
            (Some(Keyword::Start), false),
            (Some(Keyword::Stop), true),
            (Some(Keyword::Start), true),
        ] {
            let answer = Answer::to(keyword, is_player);
            assert_eq!(permit(answer, false, NEVER, 10), Ok(()));
            assert_eq!(permit(answer, false, TODAY, 10), Err(Silence::SaidToday));
        }
    }

    #[test]
    fn a_change_of_mind_is_confirmed_each_time() {
        for answer in [Answer::Stopped, Answer::Started] {
            assert_eq!(permit(answer, true, TODAY, 10), Ok(()));
        }
    }

    #[test]
    fn who_is_no_player_hears_of_nobodys_wallet() {
        for keyword in Keyword::ALL {
            let answer = Answer::to(Some(keyword), false);
            assert!(matches!(answer, Answer::Register | Answer::Stopped));
        }
    }

    #[test]
    fn above_the_limit_nothing_is_said() {
        let many = Before {
            in_the_hour: 10,
            same_today: false,
        };
        for answer in [Answer::Balance, Answer::Stopped, Answer::Register] {
            assert_eq!(permit(answer, true, many, 10), Err(Silence::Limit));
            assert_eq!(permit(answer, true, NEVER, 0), Err(Silence::Limit));
        }
    }
}
