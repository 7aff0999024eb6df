//! Who acts for the house, and what they may do.

use std::{fmt, str::FromStr};

/// What an administrator may do. Each role may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks, and changes nothing.
    Viewer,
    /// Acts for players: exclusions, blocks, questions, SMS, asking a provider again. Moves no money.
    Support,
    /// Moves money: assigning, refunding, adjusting, resolving payouts.
    Finance,
}

impl Role {
    /// Every role, the lowest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Support, Self::Finance];

    /// The name in the database, on the command line and in the console.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Support => "support",
            Self::Finance => "finance",
        }
    }

    /// Whether this role may do what `needed` may.
    #[must_use]
    pub fn may(self, needed: Self) -> bool {
        self >= needed
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such role: viewer, support or finance")]
pub struct NoSuchRole;

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        let named = Self::ALL.into_iter().find(|role| role.name() == text);
        named.ok_or(NoSuchRole)
    }
}

/// Who does something to a player, a payment or the house: stands in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name of an administrator, or one of the fixed names below.
    name: String,
}

impl Actor {
    /// An administrator, logged in to the console under this name.
    #[must_use]
    pub fn admin(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// Whoever may run commands on the house's machines.
    #[must_use]
    pub fn command_line() -> Self {
        Self::admin("(command line)")
    }

    /// The player, about themselves.
    #[must_use]
    pub fn player() -> Self {
        Self::admin("(player)")
    }

    /// The service, by its rules.
    #[must_use]
    pub fn service() -> Self {
        Self::admin("(service)")
    }

    /// The name, as it is kept.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The longest reason that is kept, in characters.
pub const MAX_REASON: usize = 500;

/// Why somebody acts: one line of plain text that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why(String);

/// What was given as a reason says nothing, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason is needed, of at most {MAX_REASON} characters")]
pub struct NoReason;

impl Why {
    /// Reads a reason; runs of white space become one space.
    ///
    /// # Errors
    /// When nothing is left of it, or more than [`MAX_REASON`] characters.
    pub fn new(text: &str) -> Result<Self, NoReason> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = words.join(" ");
        let is_fine = !line.is_empty() && line.chars().count() <= MAX_REASON;
        is_fine.then_some(Self(line)).ok_or(NoReason)
    }

    /// The reason as text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Who acts, and why: what every act of an operator is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub why: Why,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_lower_ones_may() {
        assert!(Role::Finance.may(Role::Support));
        assert!(Role::Support.may(Role::Support));
        assert!(!Role::Viewer.may(Role::Support));
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert_eq!("root".parse::<Role>(), Err(NoSuchRole));
    }

    #[test]
    fn a_reason_says_something_in_one_line() {
        assert_eq!(Why::new(" \n\t "), Err(NoReason));
        assert_eq!(Why::new(&"x".repeat(MAX_REASON + 1)), Err(NoReason));
        let why = Why::new("  they sent\r\nthe receipt ");
        assert_eq!(why.as_ref().map(Why::text), Ok("they sent the receipt"));
    }
}
