//! What must be true when everything has come to rest: the books, M-Pesa and the phones agree.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Phone, Simulator};
use serde_json::Value;

use crate::binary::House;

/// The states in which an entry has ended; its SMS has the same name.
const ENDED: [&str; 5] = ["won", "lost", "drawn", "refunded", "returned"];

/// What the service knows of one player.
pub(crate) struct Account {
    phone: Phone,
    shown: Value,
}

impl Account {
    pub(crate) fn of(house: &House, sim: &Simulator, number: &str) -> Self {
        Self {
            phone: sim.phone(number).expect("a phone"),
            shown: house.player(number),
        }
    }

    fn rows(&self, list: &str) -> &[Value] {
        self.shown[list].as_array().expect("a list")
    }

    /// What is not finished yet. A deposit that is asked for and not pushed does not count: where the
    /// phone had another prompt, the next try is a minute later.
    fn under_way(&self) -> Option<&Value> {
        let is_open = |entry: &&Value| !ENDED.iter().any(|state| entry["state"] == *state);
        let entry = self.rows("entries").iter().find(is_open);
        let is_pending = |sms: &&Value| sms["state"] == "pending";
        entry.or_else(|| self.rows("sms").iter().find(is_pending))
    }

    pub(crate) fn credited(&self, receipt: &str) -> usize {
        let is_it = |deposit: &&Value| deposit["receipt"] == receipt && deposit["state"] == "paid";
        self.rows("deposits").iter().filter(is_it).count()
    }

    /// Each settled entry has its one SMS, and every SMS of the outbox is on the phone.
    fn check_sms(&self) {
        for state in ENDED {
            let entries = self
                .rows("entries")
                .iter()
                .filter(|entry| entry["state"] == state);
            let sms = self.rows("sms").iter().filter(|sms| sms["kind"] == state);
            assert_eq!(entries.count(), sms.count(), "{state}: {}", self.shown);
        }
        let inbox = self.phone.inbox();
        let mut arrived = BTreeMap::<&str, usize>::new();
        for sms in &inbox {
            *arrived.entry(&sms.text).or_default() += 1;
        }
        let mut written = BTreeMap::<&str, usize>::new();
        for sms in self.rows("sms") {
            assert!(
                sms["state"] == "sent" || sms["state"] == "delivered",
                "{sms}"
            );
            *written
                .entry(sms["body"].as_str().expect("a text"))
                .or_default() += 1;
        }
        for (body, count) in &written {
            let arrived = arrived.get(body).copied().unwrap_or_default();
            // Killed before it could note that a text went out, it sends that again.
            assert!(arrived >= *count, "{arrived} of {count}: {body}");
        }
        let unwritten = arrived.keys().find(|body| !written.contains_key(*body));
        assert_eq!(unwritten, None, "a text that the books do not have");
    }

    /// The balance follows from the deposits and the games.
    fn check_balance(&self) {
        let sum = |list: &str, value: &dyn Fn(&Value) -> i64| -> i64 {
            self.rows(list).iter().map(value).sum()
        };
        let cents = |row: &Value, name: &str| row[name].as_i64().expect("cents");
        let deposited = sum("deposits", &|row| cents(row, "credited_cents"));
        let played = sum("entries", &|row| {
            let stake = cents(row, "stake_cents");
            match row["state"].as_str().expect("a state") {
                "won" => stake * 160 / 100 - stake,
                "lost" => -stake,
                "refunded" => stake * 105 / 100 - stake,
                _ => 0,
            }
        });
        assert_eq!(
            cents(&self.shown, "balance_cents"),
            deposited + played,
            "{}",
            self.shown
        );
    }
}

/// What is not finished yet at M-Pesa or in the books.
pub(crate) fn under_way(sim: &Simulator, accounts: &[Account]) -> Option<String> {
    let pushes = sim.pushes();
    if let Some(push) = pushes.iter().find(|push| push.result.is_none()) {
        return Some(format!("{push:?}"));
    }
    let is_credited = |receipt: &str| accounts.iter().any(|account| account.credited(receipt) > 0);
    let payments = sim.payments();
    if let Some(payment) = payments.iter().find(|paid| !is_credited(&paid.receipt)) {
        return Some(format!("{payment:?}"));
    }
    let row = accounts.iter().find_map(Account::under_way);
    row.map(ToString::to_string)
}

/// Fails the test where anything was lost, made or done twice.
pub(crate) fn check(house: &House, sim: &Simulator, accounts: &[Account]) {
    let ledger = house.ledger();
    let balance = |name: &str| ledger["accounts"][name].as_i64().expect("cents");
    let payments = sim.payments();
    let receipts: BTreeSet<&str> = payments.iter().map(|paid| paid.receipt.as_str()).collect();
    assert_eq!(receipts.len(), payments.len());
    for paid in &payments {
        let of_payer = accounts
            .iter()
            .filter(|account| account.phone.number() == paid.phone);
        let of_payer: usize = of_payer
            .map(|account| account.credited(&paid.receipt))
            .sum();
        let of_all: usize = accounts
            .iter()
            .map(|account| account.credited(&paid.receipt))
            .sum();
        assert_eq!((of_payer, of_all), (1, 1), "{paid:?}");
    }
    let paid: i64 = payments.iter().map(|payment| payment.amount_cents).sum();
    assert_eq!(
        balance("mpesa"),
        -paid,
        "what M-Pesa took is what was booked"
    );
    assert_eq!(balance("stakes"), 0, "every stake has ended");
    assert_eq!(balance("suspense"), 0, "every payment had its deposit");
    let total: i64 = ledger["accounts"]
        .as_object()
        .expect("accounts")
        .values()
        .filter_map(Value::as_i64)
        .sum();
    assert_eq!(total, 0, "{ledger}");
    for account in accounts {
        account.check_sms();
        account.check_balance();
    }
}

/// How many entries ended so.
pub(crate) fn ended(accounts: &[Account], state: &str) -> usize {
    let entries = accounts.iter().flat_map(|account| account.rows("entries"));
    entries.filter(|entry| entry["state"] == state).count()
}
