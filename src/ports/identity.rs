//! The seam for an identity check between registration and the first deposit.

use crate::core::msisdn::Msisdn;

/// What an identity check knows of a player who wants to deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityAnswer {
    /// Who they are is certain: they may.
    Certain,
    /// They wait until somebody verifies them.
    Waits,
}

/// Whether players have to be checked, and how it begins. It is asked within a transaction, so it
/// talks to nobody: who has to ask a register answers [`IdentityAnswer::Waits`], works through those
/// who wait, and verifies them then.
pub trait IdentityCheck: Send + Sync + std::fmt::Debug {
    /// Whether nobody deposits who was not checked.
    fn is_required(&self) -> bool;

    /// A player who was not checked wants to deposit.
    fn begin(&self, msisdn: &Msisdn) -> IdentityAnswer;
}

/// Nobody is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCheck;

impl IdentityCheck for NoCheck {
    fn is_required(&self) -> bool {
        false
    }

    fn begin(&self, _: &Msisdn) -> IdentityAnswer {
        IdentityAnswer::Certain
    }
}

/// An operator looks at each player, and verifies them by hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckByHand;

impl IdentityCheck for CheckByHand {
    fn is_required(&self) -> bool {
        true
    }

    fn begin(&self, _: &Msisdn) -> IdentityAnswer {
        IdentityAnswer::Waits
    }
}
