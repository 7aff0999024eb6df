//! The actions that screens can run, the outcomes that each can have, and what an outcome brings.

use super::{session::Item, template::Values};

/// Stands among the needs of an action for a caller who is registered; no placeholder.
pub const PLAYER: &str = "a registered player";

const BALANCE: &str = "balance";
/// A question is under way.
const QUESTION: &[&str] = &["entry", "n", "of", "question"];
/// A round has ended.
const ENDING: &[&str] = &[
    "ending", "category", "stake", "of", "correct", "seconds", "by",
];
/// The opponent is done, too.
const OPPONENT: &[&str] = &["opponent", "their_correct", "their_seconds"];
/// A game is looked at.
const QUOTE: &[&str] = &["amount", "fee", "tax", "payout", "held"];
const GAME: &[&str] = &[
    "category", "stake", "state", "of", "correct", "seconds", "received", "by",
];

/// What a screen can ask the service to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A session begins: who is it, and where did they leave off?
    Open,
    /// The caller is 18 or older and accepts the terms.
    Register,
    /// Keep the chosen language.
    SetLanguage,
    /// Take a seat: `category` and `stake` are chosen.
    Stake,
    /// Answer the question under way with `choice`.
    Answer,
    /// Ask M-Pesa for `amount`.
    Deposit,
    /// What a withdrawal of `amount` costs and brings.
    QuoteWithdrawal,
    /// Pay `amount` out to the caller's own number.
    Withdraw,
    /// List the player's games.
    Games,
    /// Show one `game`.
    Game,
    /// Take a seat after a reality check: `category` and `stake` are chosen.
    PlayOn,
    /// Show the player's own limit of deposits for a `period`.
    Limit,
    /// Ask for another one: `amount`.
    SetLimit,
    /// Keep the one that holds, where another one was to come.
    KeepLimit,
    /// Be out of play for so many `days`.
    Exclude,
}

impl Action {
    /// Every action.
    pub const ALL: &[Self] = &[
        Self::Open,
        Self::Register,
        Self::SetLanguage,
        Self::Stake,
        Self::Answer,
        Self::Deposit,
        Self::QuoteWithdrawal,
        Self::Withdraw,
        Self::Games,
        Self::Game,
        Self::PlayOn,
        Self::Limit,
        Self::SetLimit,
        Self::KeepLimit,
        Self::Exclude,
    ];

    /// The name in the menu file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Register => "register",
            Self::SetLanguage => "set_language",
            Self::Stake => "stake",
            Self::Answer => "answer",
            Self::Deposit => "deposit",
            Self::QuoteWithdrawal => "quote_withdrawal",
            Self::Withdraw => "withdraw",
            Self::Games => "games",
            Self::Game => "game",
            Self::PlayOn => "play_on",
            Self::Limit => "limit",
            Self::SetLimit => "set_limit",
            Self::KeepLimit => "keep_limit",
            Self::Exclude => "exclude",
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// Every outcome that the action can have; the menu must route each.
    #[must_use]
    pub const fn outcomes(self) -> &'static [&'static str] {
        match self {
            Self::Open => &[
                "new", "home", "playing", "waiting", "won", "lost", "drawn", "excluded", "barred",
            ],
            Self::Register => &["registered", "playing"],
            Self::SetLanguage => &["done"],
            Self::Stake => &[
                "seated",
                "short",
                "busy",
                "too_few_questions",
                "reality",
                "closed",
                "excluded",
                "barred",
            ],
            Self::PlayOn => &[
                "seated",
                "short",
                "busy",
                "too_few_questions",
                "closed",
                "excluded",
                "barred",
            ],
            Self::Answer => &["next", "waiting", "won", "lost", "drawn", "voided"],
            Self::Deposit => &[
                "requested",
                "too_soon",
                "same_amount",
                "over_limit",
                "over_week_limit",
                "unreachable",
                "unverified",
                "closed",
                "excluded",
                "barred",
            ],
            Self::QuoteWithdrawal => &[
                "quoted",
                "quoted_with_tax",
                "short",
                "too_little",
                "too_soon",
                "held",
                "closed",
                "barred",
            ],
            Self::Withdraw => &[
                "requested",
                "short",
                "too_little",
                "too_soon",
                "held",
                "closed",
                "barred",
            ],
            Self::Games => &["some", "none"],
            Self::Game => &["open", "settled", "unpaired", "voided", "none"],
            Self::Limit => &["steady", "changing"],
            Self::SetLimit | Self::KeepLimit => &["set", "coming"],
            Self::Exclude => &["done"],
        }
    }

    /// Whether the action moves money, or asks for some: what the picture of the menu marks. What a
    /// game brings is moved later, by the settlement.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        match self {
            Self::Stake | Self::PlayOn | Self::Deposit | Self::Withdraw => true,
            Self::Open
            | Self::Register
            | Self::SetLanguage
            | Self::Answer
            | Self::QuoteWithdrawal
            | Self::Games
            | Self::Game
            | Self::Limit
            | Self::SetLimit
            | Self::KeepLimit
            | Self::Exclude => false,
        }
    }

    /// The values that an outcome certainly brings into the session, beside [`PLAYER`].
    #[must_use]
    pub fn brings(self, outcome: &str) -> Vec<&'static str> {
        let groups: &[&[&str]] = match (self, outcome) {
            (Self::Open | Self::Register, "playing") => &[&[BALANCE, "left"], QUESTION],
            (Self::Open, "home" | "barred") | (Self::Register, "registered") => &[&[BALANCE]],
            (Self::Open, "waiting") => &[&[BALANCE], ENDING],
            (Self::Open, "won" | "lost" | "drawn") => &[&[BALANCE, "bounty"], ENDING, OPPONENT],
            (Self::Stake | Self::PlayOn, "seated") => &[&[BALANCE], QUESTION],
            (Self::Stake | Self::PlayOn, "short") => &[&[BALANCE, "missing"]],
            (Self::Stake, "reality") => &[&["minutes", "net"]],
            (Self::Stake | Self::PlayOn | Self::Deposit, "closed") => &[&["opening", "opens"]],
            (Self::Open | Self::Stake | Self::PlayOn | Self::Deposit, "excluded") => {
                &[&[BALANCE, "until"]]
            }
            (Self::Answer, "next") => &[QUESTION],
            (Self::Answer, "waiting") => &[ENDING],
            (Self::Answer, "won" | "lost" | "drawn") => &[&["bounty"], ENDING, OPPONENT],
            (Self::Answer, "voided") => &[&["category", "received"]],
            (Self::Deposit, "too_soon" | "same_amount") => &[&["wait"]],
            (Self::Deposit, "over_limit" | "over_week_limit") => &[&["limit", "room"]],
            (Self::Deposit, "requested") => &[&["duty", "excise"]],
            (Self::QuoteWithdrawal, "quoted" | "quoted_with_tax") => &[QUOTE],
            (Self::Withdraw, "requested") => &[QUOTE, &[BALANCE]],
            (Self::QuoteWithdrawal | Self::Withdraw, "short") => &[QUOTE, &[BALANCE]],
            (Self::QuoteWithdrawal | Self::Withdraw, "too_soon") => &[&["wait"]],
            (Self::Game, "open" | "voided") => &[GAME],
            (Self::Game, "settled") => &[GAME, &["answers"], OPPONENT],
            (Self::Game, "unpaired") => &[GAME, &["answers"]],
            (Self::Limit, "steady") | (Self::SetLimit | Self::KeepLimit, "set") => &[&["cap"]],
            (Self::Limit, "changing") | (Self::SetLimit | Self::KeepLimit, "coming") => {
                &[&["cap", "coming", "from"]]
            }
            (Self::Exclude, "done") => &[&["until"]],
            _ => &[],
        };
        groups.concat()
    }

    /// The list that an outcome brings.
    #[must_use]
    pub fn brings_list(self, outcome: &str) -> Option<&'static str> {
        match (self, outcome) {
            (Self::Open | Self::Register, "playing")
            | (Self::Stake | Self::PlayOn, "seated")
            | (Self::Answer, "next") => Some("choices"),
            (Self::Games, "some") => Some("games"),
            _ => None,
        }
    }

    /// Whether the caller is certainly registered after an outcome of this action.
    #[must_use]
    pub fn brings_player(self, outcome: &str) -> bool {
        match self {
            Self::Open => outcome != "new",
            Self::Register => true,
            Self::SetLanguage
            | Self::Stake
            | Self::Answer
            | Self::Deposit
            | Self::QuoteWithdrawal
            | Self::Withdraw
            | Self::Games
            | Self::Game
            | Self::PlayOn
            | Self::Limit
            | Self::SetLimit
            | Self::KeepLimit
            | Self::Exclude => false,
        }
    }

    /// What the session must hold before the action can run: variables, and [`PLAYER`].
    #[must_use]
    pub const fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Open | Self::Register => &[],
            Self::SetLanguage => &[PLAYER, "locale"],
            Self::Stake | Self::PlayOn => &[PLAYER, "category", "stake"],
            Self::Answer => &[PLAYER, "entry", "n", "choice"],
            Self::Deposit | Self::QuoteWithdrawal | Self::Withdraw => &[PLAYER, "amount"],
            Self::Games => &[PLAYER],
            Self::Game => &[PLAYER, "game"],
            Self::Limit | Self::KeepLimit => &[PLAYER, "period"],
            Self::SetLimit => &[PLAYER, "period", "amount"],
            Self::Exclude => &[PLAYER, "days"],
        }
    }

    /// What the action does, for a person.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Open => "a session begins: who calls, and where did they leave off?",
            Self::Register => "registers the caller, who is 18 or older and accepts the terms",
            Self::SetLanguage => "keeps the chosen language",
            Self::Stake => "takes the stake from the wallet and a seat, and begins the game",
            Self::Answer => "answers the question under way",
            Self::Deposit => "asks M-Pesa for the amount",
            Self::QuoteWithdrawal => "says what a withdrawal of the amount costs and brings",
            Self::Withdraw => "pays the amount out to the caller's own M-Pesa",
            Self::Games => "lists the player's games",
            Self::Game => "shows one game",
            Self::PlayOn => "the same as `stake`, by a player who was told for how long they play",
            Self::Limit => "shows the player's own limit of deposits",
            Self::SetLimit => "asks for another limit: lower at once, higher a day later",
            Self::KeepLimit => "keeps the limit that holds, where another one was to come",
            Self::Exclude => "no play and no deposits for the days; nobody can end it earlier",
        }
    }

    /// Whether the action has an effect that must not come from what was typed behind the service
    /// code: it moves money, answers a question, accepts terms or writes something down. Such an
    /// action also keeps a receipt, so that a repeated hop has no second effect.
    #[must_use]
    pub const fn is_durable(self) -> bool {
        match self {
            Self::Register
            | Self::SetLanguage
            | Self::Stake
            | Self::PlayOn
            | Self::Answer
            | Self::Deposit
            | Self::Withdraw
            | Self::SetLimit
            | Self::KeepLimit
            | Self::Exclude => true,
            Self::Open | Self::QuoteWithdrawal | Self::Games | Self::Game | Self::Limit => false,
        }
    }
}

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// One of [`Action::outcomes`].
    pub name: &'static str,
    /// Values for the session, to fill texts with.
    pub values: Values,
    /// A list for the session: games, or the choices of a question. `None`: leave it.
    pub items: Option<Vec<Item>>,
    /// A hint to show above the screen: a name under `[hint]`.
    pub hint: Option<&'static str>,
}

impl Outcome {
    /// An outcome that brings nothing.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self {
            name,
            values: Values::new(),
            items: None,
            hint: None,
        }
    }

    /// The same with values.
    #[must_use]
    pub fn with<const N: usize>(mut self, values: [(&str, String); N]) -> Self {
        self.values
            .extend(values.map(|(name, value)| (name.to_owned(), value)));
        self
    }
}
