//! The words that `menus/` and the service share: lists, placeholders with their widest values,
//! hints, notices and SMS, and what each text may be filled with. The checker proves the files
//! against these tables, and the page for writers of menus is made from them.

mod lists;
mod sms;

pub use lists::{LISTS, List, Source, list};
pub use sms::{SMS, sms_values};

/// The longest name of a category that the import takes, in septets.
pub const CATEGORY_SEPTETS: usize = 18;

/// The most lines that a list has: they are picked by one or two digits, and the number after
/// the last must be left for the key "more".
pub const LONGEST_LIST: usize = 97;

/// The most choices that a question has.
pub const CHOICES: usize = 4;

/// The variable that a typed amount is kept in.
pub const AMOUNT: &str = "amount";

/// How a value reaches a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// As it is: `{name}`.
    Plain,
    /// As it is, or looked up: `{name}` or `{name:category}`.
    Category,
    /// It is a code, and must be looked up in this table.
    Code(&'static str),
}

/// A placeholder.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder {
    /// Its name.
    pub name: &'static str,
    /// Whether its value is looked up in a table.
    pub lookup: Lookup,
    /// Values among which the widest is, or all that a code can be.
    pub widest: &'static [&'static str],
    /// What it is, for a person.
    pub about: &'static str,
}

const fn plain(
    name: &'static str,
    widest: &'static [&'static str],
    about: &'static str,
) -> Placeholder {
    Placeholder {
        name,
        lookup: Lookup::Plain,
        widest,
        about,
    }
}

/// A name of a category as wide as the import takes them.
pub const WIDE_CATEGORY: &str = "MMMMMMMMMMMMMMMMMM";

/// More words than any page holds.
const PAGES: &str = "MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM \
    MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM \
    MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM MMMM";

/// Every placeholder. Amounts are at the limits that the configuration allows; a balance of ten
/// million is more than M-Pesa lets anybody hold.
pub const PLACEHOLDERS: [Placeholder; 62] = [
    plain("amount", &["250,000.50"], "an amount in shillings"),
    plain(
        "answers",
        &[PAGES],
        "every question of a game with its answers, a line each",
    ),
    plain(
        "balance",
        &["9,999,999.99"],
        "the player's wallet, in shillings",
    ),
    plain(
        "bonuses",
        &["999"],
        "how many refunds of a day have a bonus",
    ),
    plain("bounty", &["200,000"], "what the winner gets, in shillings"),
    plain(
        "by",
        &["23:59"],
        "the time of day by which the result is known",
    ),
    Placeholder {
        name: "cap",
        lookup: Lookup::Code("word"),
        widest: &["none", "MMMMMMMMMM"],
        about: "the player's own limit of deposits in shillings, or `none`",
    },
    Placeholder {
        name: "category",
        lookup: Lookup::Category,
        widest: &[WIDE_CATEGORY],
        about: "the category that was chosen",
    },
    plain("choice", &["MMMMMMMMMM"], "one choice of a question"),
    plain("choices", &["4"], "how many choices the question has"),
    Placeholder {
        name: "code",
        lookup: Lookup::Code("word"),
        // The second is as wide as a long shared code.
        widest: &["any_code", "MMMMMMMMMMMMMM"],
        about: "the code to dial, or `any_code` where the configuration names none",
    },
    Placeholder {
        name: "coming",
        lookup: Lookup::Code("word"),
        widest: &["none", "MMMMMMMMMM"],
        about: "the limit that is to come in shillings, or `none`",
    },
    plain("correct", &["9"], "right answers of the player"),
    Placeholder {
        name: "duty",
        lookup: Lookup::Code("word"),
        widest: &["duty"],
        about: "words before the excise duty of a deposit; nothing where there is none",
    },
    Placeholder {
        name: "ending",
        lookup: Lookup::Code("word"),
        widest: &["done", "late"],
        about: "how the round ended: `done` or `late`",
    },
    plain(
        "excise",
        &["250,000.50"],
        "the excise duty, in shillings; nothing where there is none",
    ),
    plain("fee", &["10,000"], "the fee of a withdrawal, in shillings"),
    plain("from", &["30/11 23:59"], "from when another limit holds"),
    plain("games", &["M"], "the last games, as many as one SMS holds"),
    plain(
        "held",
        &["260,000.50"],
        "what a withdrawal takes from the wallet, in shillings",
    ),
    plain(
        "helpline",
        &["MMMMMMMMMMMMMMMM"],
        "the number for help with gambling; nothing where the house names none",
    ),
    plain("left", &["999"], "seconds of thinking that are left"),
    Placeholder {
        name: "levy",
        lookup: Lookup::Code("word"),
        widest: &["levy"],
        about: "words before the rate of excise duty; nothing where there is none",
    },
    plain(
        "limit",
        &["10,000,000"],
        "what may be deposited in a day, in shillings",
    ),
    plain("max", &["250,000"], "the largest deposit, in shillings"),
    plain("min", &["250,000"], "the smallest deposit, in shillings"),
    plain("minutes", &["2880"], "for how long the player has played"),
    plain(
        "missing",
        &["100,000.50"],
        "what the wallet lacks for the stake, in shillings",
    ),
    plain("n", &["9"], "the number of the question"),
    Placeholder {
        name: "name",
        lookup: Lookup::Category,
        widest: &[WIDE_CATEGORY],
        about: "the name of a language, or of a category",
    },
    plain(
        "net",
        &["-9,999,999.99"],
        "what the player has won since then, in shillings; below zero: lost",
    ),
    plain("of", &["9"], "how many questions the game has"),
    Placeholder {
        name: "opening",
        lookup: Lookup::Code("word"),
        widest: &["opening"],
        about: "words before the time at which the house opens; nothing where that is not known",
    },
    plain(
        "opens",
        &["23:59"],
        "the time of day at which the house opens; nothing where that is not known",
    ),
    plain(
        "opponent",
        &["+25471xxx678"],
        "the opponent's masked number",
    ),
    plain(
        "pauses",
        &["1, 7, 30, 180, 365, 1825"],
        "for how many days a player can be out of play",
    ),
    plain("payout", &["250,000"], "what M-Pesa pays out, in shillings"),
    plain(
        "percent",
        &["200"],
        "what the winner gets, in per cent of a stake",
    ),
    Placeholder {
        name: "period",
        lookup: Lookup::Code("word"),
        widest: &["day", "week"],
        about: "what a limit is for: `day` or `week`",
    },
    plain(
        "question",
        &["MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"],
        "the question",
    ),
    plain("questions", &["9"], "how many questions a game has"),
    plain(
        "rate",
        &["99.99%"],
        "the rate of excise duty; nothing where there is none",
    ),
    Placeholder {
        name: "reason",
        lookup: Lookup::Code("reason"),
        widest: &[
            "no_funds",
            "cancelled",
            "wrong_pin",
            "unreachable",
            "same_amount",
            "unavailable",
            "other",
            "account_full",
            "not_registered",
            "payout_unavailable",
        ],
        about: "why a deposit or a withdrawal failed",
    },
    plain("receipt", &["MMMMMMMMMMMM"], "the M-Pesa receipt"),
    plain("received", &["200,000.50"], "what came back, in shillings"),
    plain(
        "refund",
        &["200"],
        "what an unpaired player gets back, in per cent of a stake",
    ),
    plain("right", &["MMMMMMMMMM"], "the right answer"),
    plain(
        "room",
        &["10,000,000"],
        "what may still be deposited today, in shillings",
    ),
    plain("seconds", &["999.9"], "the player's answering time"),
    plain("span", &["9999"], "for how long, in the unit"),
    plain("stake", &["100,000"], "the stake, in shillings"),
    Placeholder {
        name: "state",
        lookup: Lookup::Code("word"),
        widest: &[
            "playing", "waiting", "won", "lost", "drawn", "refunded", "returned",
        ],
        about: "how a game stands",
    },
    Placeholder {
        name: "support",
        lookup: Lookup::Code("word"),
        widest: &["support"],
        about: "words before the number for help with gambling; nothing where the house names none",
    },
    plain(
        "tax",
        &["250,000.50"],
        "what is withheld from a withdrawal, in shillings",
    ),
    plain("their_correct", &["9"], "right answers of the opponent"),
    plain("their_seconds", &["999.9"], "the opponent's answering time"),
    plain(
        "thinking",
        &["999"],
        "thinking time over all questions, in seconds",
    ),
    Placeholder {
        name: "unit",
        lookup: Lookup::Code("word"),
        widest: &[
            "unit_day",
            "unit_days",
            "unit_months",
            "unit_year",
            "unit_years",
        ],
        about: "the unit of a time",
    },
    plain("until", &["31/12/2026 23:59"], "when an exclusion ends"),
    plain(
        "wait",
        &["9999"],
        "seconds until the next deposit can be asked for",
    ),
    plain(
        "window",
        &["9999"],
        "minutes until an unpaired player gets the stake back",
    ),
    // The player's own answer in words, or `nothing`.
    Placeholder {
        name: "yours",
        lookup: Lookup::Code("word"),
        widest: &["nothing", "MMMMMMMMMM"],
        about: "the player's answer, or `nothing`",
    },
];

/// The placeholder of that name.
#[must_use]
pub fn placeholder(name: &str) -> Option<&'static Placeholder> {
    PLACEHOLDERS.iter().find(|known| known.name == name)
}

/// The codes that a table of words must have, besides names of categories.
pub fn codes(table: &str) -> impl Iterator<Item = &'static str> {
    PLACEHOLDERS
        .iter()
        .filter(move |known| matches!(known.lookup, Lookup::Code(of) if of == table))
        .flat_map(|known| known.widest)
        .copied()
        // A stand-in for any text is no code.
        .filter(|code| !code.starts_with('M'))
}

/// A text that the service asks for by name, and what it may be filled with.
pub type Named = (&'static str, &'static [&'static str]);

/// What every text of a screen may be filled with: the figures of the rules.
pub const ALWAYS: &[&str] = &[
    "percent",
    "refund",
    "questions",
    "thinking",
    "window",
    "min",
    "max",
    "levy",
    "rate",
    "support",
    "helpline",
];

/// Labels beside those of the lists.
pub const LABELS: [Named; 1] = [("answer", &["n", "question", "right", "yours"])];

/// Hints above a screen.
pub const HINTS: [Named; 7] = [
    ("wrong_key", &[]),
    ("menu_changed", &[]),
    ("wrong_answer", &["choices"]),
    ("not_an_amount", &[]),
    ("below_minimum", &[]),
    ("above_maximum", &[]),
    ("resumed", &["left"]),
];

/// Answers outside the menu.
pub const NOTICES: [Named; 5] = [
    ("not_mobile", &[]),
    ("session_over", &[]),
    ("sorry", &[]),
    ("wrong_code", &[]),
    ("wrong_phone", &[]),
];

/// The names of the keys at the foot of a screen.
pub const FOOTERS: [Named; 3] = [("more", &[]), ("back", &[]), ("home", &[])];
