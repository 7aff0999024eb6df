//! What the menu has to know that is the same for all players: categories, stakes, figures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{App, AppError, Settings};
use crate::{
    core::{money::Cents, text::SEGMENT, time::Timestamp},
    menu::{Facts, Item, Limits, Menu, template::Values},
};

/// How old the list of categories may be when a session begins.
const FRESH: Duration = Duration::from_secs(2);

/// Amounts that the deposit screen offers, in shillings, as far as the limits allow them.
const DEPOSIT_TIERS: [i64; 4] = [50, 100, 200, 500];

/// The same for withdrawals.
const WITHDRAWAL_TIERS: [i64; 4] = [100, 200, 500, 1_000];

/// Septets of a screen: one figure, and others per network code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// For every network that has no figure of its own.
    pub default: usize,
    /// By network code.
    pub networks: BTreeMap<String, usize>,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            default: SEGMENT,
            networks: BTreeMap::new(),
        }
    }
}

impl Budgets {
    /// The budget of a network; an unknown or empty code gets the default.
    #[must_use]
    pub fn of(&self, network: &str) -> usize {
        self.networks.get(network).copied().unwrap_or(self.default)
    }

    /// The tightest: what menus and questions have to fit.
    #[must_use]
    pub fn tightest(&self) -> usize {
        self.networks
            .values()
            .copied()
            .min()
            .unwrap_or(self.default)
            .min(self.default)
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
        let facts = Arc::new(menu_facts(self.menu(), self.settings(), categories));
        self.inner.facts.set(now, &facts);
        Ok(facts)
    }
}

/// What the menu has to know of a house that has questions in these categories.
#[must_use]
pub fn menu_facts(menu: &Menu, settings: &Settings, categories: Vec<String>) -> Facts {
    let (rules, wallet) = (&settings.rules, &settings.wallet);
    let locales = menu.texts.values();
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
    let deposits = Limits::new(wallet.min_deposit, wallet.max_deposit);
    let withdrawals = Limits::new(wallet.min_withdrawal, wallet.max_withdrawal);
    let named = |name: String| Item::new(name.clone(), "name", name);
    let lists = BTreeMap::from([
        (
            "locales",
            locales
                .map(|t| Item::new(&*t.locale, "name", &*t.name))
                .collect(),
        ),
        ("categories", categories.into_iter().map(named).collect()),
        ("stakes", stakes.collect()),
        ("deposits", tiers(DEPOSIT_TIERS, &deposits)),
        ("withdrawals", tiers(WITHDRAWAL_TIERS, &withdrawals)),
    ]);
    let (levy, rate) = match wallet.excise_bps {
        0 => ("", String::new()),
        // A per cent is written like a shilling: 5, or 12.50.
        bps => ("levy", format!("{}%", Cents::new(bps.into()))),
    };
    let values = [
        ("percent", rules.bounty_percent.to_string()),
        ("refund", rules.refund_percent.to_string()),
        ("questions", rules.questions_per_set.to_string()),
        ("thinking", rules.thinking_time.as_secs().to_string()),
        ("window", (rules.pairing_window.as_secs() / 60).to_string()),
        ("levy", levy.to_owned()),
        ("rate", rate),
    ];
    Facts {
        lists,
        values: values
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
        amounts: BTreeMap::from([("deposits", deposits), ("withdrawals", withdrawals)]),
    }
}

/// The tiers, in shillings, that are within the limits.
fn tiers<const N: usize>(tiers: [i64; N], limits: &Limits) -> Vec<Item> {
    let allowed = limits.min..=limits.max;
    tiers
        .into_iter()
        .filter_map(Cents::from_shillings)
        .filter(|tier| allowed.contains(tier))
        .map(|tier| Item::new(tier.to_string(), "amount", tier.to_string()))
        .collect()
}
