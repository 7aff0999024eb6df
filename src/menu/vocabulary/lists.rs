//! The lists that a screen can show.

/// Where the lines of a list come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// They are known on every screen.
    Service,
    /// An action brings them.
    Action,
}

/// A list that a screen can show.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// Its name, also that of its label under `[label]`.
    pub name: &'static str,
    /// The variable that keeps the picked line: the only one that `set` may name.
    pub set: &'static str,
    /// Where its lines come from.
    pub source: Source,
    /// What its label may be filled with; the variables stay set after a line was picked.
    pub values: &'static [&'static str],
    /// What it lists, for a person.
    pub about: &'static str,
}

/// Every list.
pub const LISTS: [List; 10] = [
    List {
        name: "locales",
        set: "locale",
        source: Source::Service,
        values: &["name"],
        about: "the languages: every language file, by its own name",
    },
    List {
        name: "categories",
        set: "category",
        source: Source::Service,
        values: &["name"],
        about: "the categories that have enough questions",
    },
    List {
        name: "stakes",
        set: "stake",
        source: Source::Service,
        values: &["amount", "bounty"],
        about: "what can be staked (`game.stakes`)",
    },
    List {
        name: "deposits",
        set: "amount",
        source: Source::Service,
        values: &["amount"],
        about: "amounts to deposit, as far as the limits allow them",
    },
    List {
        name: "withdrawals",
        set: "amount",
        source: Source::Service,
        values: &["amount"],
        about: "amounts to withdraw, as far as the limits allow them",
    },
    List {
        name: "periods",
        set: "period",
        source: Source::Service,
        values: &["period"],
        about: "what a player can limit deposits for: a day, a week",
    },
    List {
        name: "caps",
        set: "amount",
        source: Source::Service,
        values: &["cap"],
        about: "limits of deposits to choose from, the last one none",
    },
    List {
        name: "pauses",
        set: "days",
        source: Source::Service,
        values: &["span", "unit"],
        about: "for how long a player can be out of play (`players.cool_off_days`, `players.exclusion_days`)",
    },
    List {
        name: "choices",
        set: "choice",
        source: Source::Action,
        values: &["choice"],
        about: "the choices of the question under way",
    },
    List {
        name: "games",
        set: "game",
        source: Source::Action,
        values: &["category", "stake", "state"],
        about: "the player's last games, newest first",
    },
];

/// The list of that name.
#[must_use]
pub fn list(name: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.name == name)
}
