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
                "new", "home", "playing", "waiting", "won", "lost", "drawn", "barred",
            ],
            Self::Register => &["registered", "playing"],
            Self::SetLanguage => &["done"],
            Self::Stake => &[
                "seated",
                "short",
                "busy",
                "too_few_questions",
                "closed",
                "barred",
            ],
            Self::Answer => &["next", "waiting", "won", "lost", "drawn", "voided"],
            Self::Deposit => &[
                "requested",
                "too_soon",
                "same_amount",
                "over_limit",
                "unreachable",
                "unverified",
                "closed",
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
        }
    }

    /// Whether the action moves money, or asks for some: what the picture of the menu marks. What a
    /// game brings is moved later, by the settlement.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        match self {
            Self::Stake | Self::Deposit | Self::Withdraw => true,
            Self::Open
            | Self::Register
            | Self::SetLanguage
            | Self::Answer
            | Self::QuoteWithdrawal
            | Self::Games
            | Self::Game => false,
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
            (Self::Stake, "seated") => &[&[BALANCE], QUESTION],
            (Self::Stake, "short") => &[&[BALANCE, "missing"]],
            (Self::Answer, "next") => &[QUESTION],
            (Self::Answer, "waiting") => &[ENDING],
            (Self::Answer, "won" | "lost" | "drawn") => &[&["bounty"], ENDING, OPPONENT],
            (Self::Answer, "voided") => &[&["category", "received"]],
            (Self::Deposit, "too_soon" | "same_amount") => &[&["wait"]],
            (Self::Deposit, "over_limit") => &[&["limit", "room"]],
            (Self::Deposit, "requested") => &[&["duty", "excise"]],
            (Self::QuoteWithdrawal, "quoted" | "quoted_with_tax") => &[QUOTE],
            (Self::Withdraw, "requested") => &[QUOTE, &[BALANCE]],
            (Self::QuoteWithdrawal | Self::Withdraw, "short") => &[QUOTE, &[BALANCE]],
            (Self::QuoteWithdrawal | Self::Withdraw, "too_soon") => &[&["wait"]],
            (Self::Game, "open" | "voided") => &[GAME],
            (Self::Game, "settled") => &[GAME, &["answers"], OPPONENT],
            (Self::Game, "unpaired") => &[GAME, &["answers"]],
            _ => &[],
        };
        groups.concat()
    }

    /// The list that an outcome brings.
    #[must_use]
    pub fn brings_list(self, outcome: &str) -> Option<&'static str> {
        match (self, outcome) {
            (Self::Open | Self::Register, "playing")
            | (Self::Stake, "seated")
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
            | Self::Game => false,
        }
    }

    /// What the session must hold before the action can run: variables, and [`PLAYER`].
    #[must_use]
    pub const fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Open | Self::Register => &[],
            Self::SetLanguage => &[PLAYER, "locale"],
            Self::Stake => &[PLAYER, "category", "stake"],
            Self::Answer => &[PLAYER, "entry", "n", "choice"],
            Self::Deposit | Self::QuoteWithdrawal | Self::Withdraw => &[PLAYER, "amount"],
            Self::Games => &[PLAYER],
            Self::Game => &[PLAYER, "game"],
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
            | Self::Answer
            | Self::Deposit
            | Self::Withdraw => true,
            Self::Open | Self::QuoteWithdrawal | Self::Games | Self::Game => false,
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
