//! What the menu has to know that is the same for all players: categories, stakes, figures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{App, AppError, Settings};
use crate::{
    core::{money::Cents, rules::WalletRules, time::Timestamp},
    menu::{Facts, Item, check::Limits, template::Values},
};

/// How old the list of categories may be when a session begins.
const FRESH: Duration = Duration::from_secs(2);

/// Amounts that the deposit screen offers, in shillings, as far as the limits allow them.
const DEPOSIT_TIERS: [i64; 4] = [50, 100, 200, 500];

/// The amounts that the deposit screen offers. None where the number of one could be an amount that
/// somebody types.
fn tiers(wallet: &WalletRules) -> Vec<Cents> {
    let allowed = wallet.min_deposit..=wallet.max_deposit;
    let tiers: Vec<Cents> = DEPOSIT_TIERS
        .into_iter()
        .filter_map(Cents::from_shillings)
        .filter(|tier| allowed.contains(tier))
        .collect();
    let numbers = (1..)
        .zip(&tiers)
        .filter_map(|(number, _)| Cents::from_shillings(number));
    let is_amount = numbers.into_iter().any(|number| allowed.contains(&number));
    if is_amount { Vec::new() } else { tiers }
}

impl Settings {
    /// What a menu has to hold for.
    #[must_use]
    pub fn menu_limits(&self) -> Limits {
        Limits {
            networks: self.networks.budgets(),
            min_amount: self.wallet.min_deposit,
            max_amount: self.wallet.max_deposit,
            deposits: tiers(&self.wallet)
                .iter()
                .map(ToString::to_string)
                .collect(),
        }
    }
}

/// The facts as they were read last.
#[derive(Debug, Default)]
pub(super) struct FactsCache {
    read: Mutex<Option<(Timestamp, Arc<Facts>)>>,
}

impl FactsCache {
    fn get(&self) -> Option<(Timestamp, Arc<Facts>)> {
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, at: Timestamp, facts: &Arc<Facts>) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, facts.clone()));
    }
}

impl App {
    /// The facts as they are known; read first where they never were.
    pub(super) async fn facts(&self, now: Timestamp) -> Result<Arc<Facts>, AppError> {
        match self.inner.facts.get() {
            Some((_, facts)) => Ok(facts),
            None => self.fresh_facts(now).await,
        }
    }

    /// The facts for a session that begins: read again when they are old.
    pub(super) async fn fresh_facts(&self, now: Timestamp) -> Result<Arc<Facts>, AppError> {
        if let Some((at, facts)) = self.inner.facts.get()
            && at <= now
            && now <= at.after(FRESH)
        {
            return Ok(facts);
        }
        let mut tx = self.store().read().await?;
        let categories = tx.categories(self.rules().questions_per_set).await?;
        let facts = Arc::new(menu_facts(self.settings(), categories));
        self.inner.facts.set(now, &facts);
        Ok(facts)
    }
}

/// What the menu has to know of a house that has questions in these categories.
#[must_use]
pub fn menu_facts(settings: &Settings, categories: Vec<String>) -> Facts {
    let (rules, wallet) = (&settings.rules, &settings.wallet);
    let stakes = rules.stakes.iter().map(|stake| {
        let bounty = rules.bounty(*stake).unwrap_or_default();
        let values = [
            ("amount".into(), stake.to_string()),
            ("bounty".into(), bounty.to_string()),
        ];
        Item {
            value: stake.to_string(),
            values: Values::from(values),
        }
    });
    let tiers = tiers(wallet).into_iter();
    let tiers = tiers.map(|tier| Item::new(tier.to_string(), "amount", tier.to_string()));
    let named = |name: String| Item::new(name.clone(), "name", name);
    let lists = BTreeMap::from([
        ("categories", categories.into_iter().map(named).collect()),
        ("stakes", stakes.collect()),
        ("deposits", tiers.collect()),
    ]);
    let values = [
        ("percent", rules.bounty_percent.to_string()),
        ("refund", rules.refund_percent.to_string()),
        ("questions", rules.questions_per_set.to_string()),
        ("thinking", rules.thinking_time.as_secs().to_string()),
        ("window", (rules.pairing_window.as_secs() / 60).to_string()),
        ("min", wallet.min_deposit.to_string()),
        ("max", wallet.max_deposit.to_string()),
    ];
    Facts {
        lists,
        values: values
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
        min_amount: wallet.min_deposit,
        max_amount: wallet.max_deposit,
    }
}
