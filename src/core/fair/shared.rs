//! Accounts whose deposits one phone paid.

use super::{Case, FairRules, Kind, score};
use crate::core::ids::PlayerId;

/// One phone, and the accounts whose deposits it paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The mark of the payer.
    pub payer: String,
    /// Whether the mark names one phone.
    pub is_certain: bool,
    /// The accounts, each with its number of deposits from this phone.
    pub accounts: Vec<(PlayerId, i64)>,
    /// Matches of these accounts among each other, as far as they were counted.
    pub met: i64,
}

/// A phone that paid for several accounts.
#[must_use]
pub fn shared_payer(shared: &Shared, rules: &FairRules) -> Option<Case> {
    let count = i64::try_from(shared.accounts.len()).unwrap_or(i64::MAX);
    if count < rules.accounts_per_payer.max(2) {
        return None;
    }
    let how = if shared.is_certain {
        "one phone paid"
    } else {
        "one name and masked number, which may be several people, paid"
    };
    let met = shared.met;
    let among = match met {
        0 => "they have not met in games".to_owned(),
        met => format!("they met {met} times in games"),
    };
    let deposits = shared
        .accounts
        .iter()
        .map(|(player, deposits)| format!("{player} {deposits}"));
    // Accounts that play each other are what this is about; a family that shares a phone is not.
    let weight = if met > 0 { 2 } else { 1 };
    let certain = if shared.is_certain { 2 } else { 1 };
    Some(Case {
        kind: Kind::SharedPayer,
        about: shared.payer.clone(),
        players: shared.accounts.iter().map(|(player, _)| *player).collect(),
        score: score(
            count.saturating_mul(weight * certain),
            rules.accounts_per_payer.saturating_mul(2),
        ),
        summary: format!("{how} the deposits of {count} accounts; {among}"),
        evidence: vec![
            ("accounts", count.to_string()),
            (
                "deposits by account",
                deposits.collect::<Vec<_>>().join(", "),
            ),
            (
                "the payer is",
                if shared.is_certain {
                    "certain"
                } else {
                    "probable"
                }
                .to_owned(),
            ),
            ("matches among them", met.to_string()),
        ],
    })
}
