//! What the menu has to know that is the same for all players: categories, stakes, figures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{App, AppError, Settings, player_care::NO_LIMIT};
use crate::{
    core::{
        care::{Period, Span},
        money::Cents,
        rules::WalletRules,
        time::Timestamp,
    },
    menu::{
        AmountLimits, Facts, Item,
        check::{Amounts, Limits},
        template::Values,
    },
};

/// How old the list of categories may be when a session begins.
const FRESH: Duration = Duration::from_secs(2);

/// Amounts that the deposit screen offers, in shillings, as far as the limits allow them.
const DEPOSIT_TIERS: [i64; 4] = [50, 100, 200, 500];

/// The same for withdrawals.
const WITHDRAWAL_TIERS: [i64; 4] = [100, 200, 500, 1_000];

/// The amounts that a screen offers: the tiers that are within the limits. None where the number of
/// one could be an amount that somebody types.
fn tiers<const N: usize>(tiers: [i64; N], limits: &AmountLimits) -> Vec<Cents> {
    let allowed = limits.min..=limits.max;
    let tiers: Vec<Cents> = tiers
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

/// The same for limits of deposits, where the last line is no limit.
const LIMIT_TIERS: [i64; 4] = [200, 500, 1_000, 5_000];

/// The limits of a player's own limits, in shillings: above the numbers of the list.
const OWN_LIMITS: (i64, i64) = (10, 1_000_000);

/// The limits of each list of amounts, and what it offers.
fn amounts(wallet: &WalletRules) -> [(&'static str, AmountLimits, Vec<String>); 3] {
    let deposits = AmountLimits::new(wallet.min_deposit, wallet.max_deposit);
    let withdrawals = AmountLimits::new(wallet.min_withdrawal, wallet.max_withdrawal);
    let own = |shillings| Cents::from_shillings(shillings).unwrap_or_default();
    let caps = AmountLimits::new(own(OWN_LIMITS.0), own(OWN_LIMITS.1));
    let shown = |tiers: Vec<Cents>| tiers.iter().map(ToString::to_string).collect::<Vec<_>>();
    let offered = (
        shown(tiers(DEPOSIT_TIERS, &deposits)),
        shown(tiers(WITHDRAWAL_TIERS, &withdrawals)),
        shown(tiers(LIMIT_TIERS, &caps)),
    );
    let limits = offered.2.into_iter().chain([NO_LIMIT.to_owned()]);
    [
        ("deposits", deposits, offered.0),
        ("withdrawals", withdrawals, offered.1),
        ("caps", caps, limits.collect()),
    ]
}

impl Settings {
    /// Where a player finds help with gambling, as texts are filled with it.
    pub(super) fn helpline(&self) -> [(String, String); 2] {
        let number = self.care.helpline.clone();
        let support = number.as_ref().map_or("", |_| "support");
        [
            ("support".to_owned(), support.to_owned()),
            ("helpline".to_owned(), number.unwrap_or_default()),
        ]
    }

    /// What a menu has to hold for.
    #[must_use]
    pub fn menu_limits(&self) -> Limits {
        Limits {
            networks: self.networks.budgets(),
            amounts: amounts(&self.wallet)
                .into_iter()
                .map(|(list, limits, shown)| {
                    let AmountLimits { min, max, .. } = limits;
                    (list, Amounts { min, max, shown })
                })
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

/// A break of so many days, as a line of a list.
fn pause(days: u32) -> Item {
    let span = Span::of_days(days);
    let values = [
        ("span".to_owned(), span.count.to_string()),
        ("unit".to_owned(), span.unit.name().to_owned()),
    ];
    Item {
        value: days.to_string(),
        values: Values::from(values),
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
    let named = |name: String| Item::new(name.clone(), "name", name);
    let periods = Period::ALL.map(|period| Item::new(period.name(), "period", period.name()));
    let pauses = settings.care.pauses.iter().map(|days| pause(*days));
    let mut lists = BTreeMap::from([
        ("categories", categories.into_iter().map(named).collect()),
        ("stakes", stakes.collect()),
        ("periods", periods.into()),
        ("pauses", pauses.collect()),
    ]);
    let mut limits = BTreeMap::new();
    for (list, of, offered) in amounts(wallet) {
        let name = if list == "caps" { "cap" } else { "amount" };
        let item = |amount: String| Item::new(amount.clone(), name, amount);
        lists.insert(list, offered.into_iter().map(item).collect());
        limits.insert(list, of);
    }
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
        ("min", wallet.min_deposit.to_string()),
        ("max", wallet.max_deposit.to_string()),
        ("levy", levy.to_owned()),
        ("rate", rate),
    ];
    Facts {
        lists,
        values: values
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .chain(settings.helpline())
            .collect(),
        amounts: limits,
    }
}
