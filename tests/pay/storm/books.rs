//! The two books side by side: the ledger's and M-Pesa's.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{MovementKind, Number};

use super::Storm;
use crate::help::{Beside, beside};

/// A transfer of the ledger.
struct Transfer {
    cause: String,
    from: String,
    to: String,
    cents: i64,
}

/// A withdrawal, as the service has it.
struct Withdrawal {
    id: String,
    state: String,
    receipt: String,
    is_flagged: bool,
    held_cents: i64,
}

/// What the service's database says.
struct Kept {
    transfers: Vec<Transfer>,
    /// By the originator id.
    withdrawals: BTreeMap<String, Withdrawal>,
    /// Receipts that an operator looks at: of deposits that are flagged, and of payments that are parked.
    flagged: BTreeSet<String>,
}

async fn rows(db: &mut Beside, sql: &'static str) -> Vec<Vec<String>> {
    let rows = db.pairs(sql).await.into_iter();
    rows.map(|(row, _)| row.split('|').map(str::to_owned).collect())
        .collect()
}

impl Kept {
    async fn read(storm: &Storm) -> Self {
        let mut db = beside(&storm.world).await;
        let cents = |text: &String| text.parse::<i64>().expect("cents");
        let sql = "select cause || '|' || from_account || '|' || to_account || '|' ||
            cast(amount_cents as text), null from transfer";
        let transfers = rows(&mut db, sql).await.into_iter().map(|row| Transfer {
            cause: row[0].clone(),
            from: row[1].clone(),
            to: row[2].clone(),
            cents: cents(&row[3]),
        });
        let transfers = transfers.collect();
        let sql =
            "select originator_id || '|' || id || '|' || state || '|' || coalesce(receipt, '')
            || '|' || cast(flagged as text) || '|' ||
            cast(payout_cents + tax_cents + fee_cents as text), null from withdrawal";
        let withdrawals = rows(&mut db, sql).await.into_iter().map(|row| {
            let withdrawal = Withdrawal {
                id: row[1].clone(),
                state: row[2].clone(),
                receipt: row[3].clone(),
                is_flagged: row[4] == "1",
                held_cents: cents(&row[5]),
            };
            (row[0].clone(), withdrawal)
        });
        let withdrawals = withdrawals.collect();
        let sql = "select receipt, null from deposit where flagged = 1 and receipt is not null
            union select receipt, null from parked";
        let flagged = rows(&mut db, sql)
            .await
            .into_iter()
            .map(|row| row[0].clone());
        let flagged = flagged.collect();
        Self {
            transfers,
            withdrawals,
            flagged,
        }
    }
}

/// The receipts of which M-Pesa told another amount than moved, as the simulator was told to.
fn lied_about(storm: &Storm) -> BTreeSet<String> {
    let moved = storm.world.sim.movements();
    let told = storm.world.sim.exchanges();
    let lies = told.iter().filter(|told| {
        let trouble = told.trouble.as_deref().unwrap_or_default();
        trouble.starts_with("fault played: Amount")
    });
    let lies: Vec<&str> = lies.map(|lie| lie.request_body.as_str()).collect();
    let receipts = moved.into_iter().map(|movement| movement.receipt);
    receipts
        .filter(|receipt| lies.iter().any(|lie| lie.contains(receipt)))
        .collect()
}

/// Fails unless money booked equals money moved.
pub(super) async fn compare(storm: &Storm) {
    let kept = Kept::read(storm).await;
    let lied = lied_about(storm);
    let mut wrong = Vec::new();
    let booked_in = compare_payments(storm, &kept, &lied, &mut wrong);
    let booked_out = compare_payouts(storm, &kept, &mut wrong);
    let report = storm.world.app().ledger_report().await.expect("report");
    wrong.extend(report.findings.iter().map(ToString::to_string));
    let at_mpesa = storm.world.account("mpesa").await;
    if at_mpesa != booked_out - booked_in {
        wrong.push(format!(
            "mpesa holds {at_mpesa}, yet {booked_in} came and {booked_out} went"
        ));
    }
    let books = storm.world.sim.books();
    println!(
        "moved in {}, booked {booked_in}; moved out {}, booked {booked_out}; {} amounts told wrong",
        books.paid_in_cents,
        books.paid_out_cents,
        lied.len()
    );
    assert_eq!(books.difference_cents(), 0, "the simulator's own books");
    compare_wallets(storm, &kept, &lied, &mut wrong).await;
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Every payment at M-Pesa is in the ledger with its amount, and nothing else is. Gives what is booked.
fn compare_payments(
    storm: &Storm,
    kept: &Kept,
    lied: &BTreeSet<String>,
    wrong: &mut Vec<String>,
) -> i64 {
    let mut booked = BTreeMap::<String, i64>::new();
    for transfer in kept
        .transfers
        .iter()
        .filter(|transfer| transfer.from == "mpesa")
    {
        let receipt = transfer
            .cause
            .split_once(':')
            .map_or("", |(_, receipt)| receipt);
        *booked.entry(receipt.to_owned()).or_default() += transfer.cents;
    }
    let total = booked.values().sum();
    for movement in storm.world.sim.movements() {
        if movement.kind != MovementKind::Payment {
            continue;
        }
        let receipt = movement.receipt.as_str();
        match booked.remove(receipt) {
            Some(cents) if cents == movement.amount_cents => {}
            Some(_) if lied.contains(receipt) => {
                if !kept.flagged.contains(receipt) {
                    wrong.push(format!(
                        "{receipt} is booked as it was lied about, and not flagged"
                    ));
                }
            }
            other => wrong.push(format!(
                "{receipt} moved {}, booked {other:?}",
                movement.amount_cents
            )),
        }
    }
    wrong.extend(
        booked
            .keys()
            .map(|receipt| format!("{receipt} was booked and never moved")),
    );
    total
}

/// Every payout at M-Pesa is in the ledger once, and no other. Gives what is booked.
fn compare_payouts(storm: &Storm, kept: &Kept, wrong: &mut Vec<String>) -> i64 {
    let mut booked = BTreeMap::<&str, (usize, i64)>::new();
    for transfer in kept
        .transfers
        .iter()
        .filter(|transfer| transfer.to == "mpesa")
    {
        let id = transfer.cause.split_once(':').map_or("", |(_, id)| id);
        let sum = booked.entry(id).or_default();
        *sum = (sum.0 + 1, sum.1 + transfer.cents);
    }
    let total = booked.values().map(|(_, cents)| cents).sum();
    let mut seen = BTreeSet::new();
    for movement in storm.world.sim.movements() {
        if movement.kind != MovementKind::Payout {
            continue;
        }
        let Some(withdrawal) = kept.withdrawals.get(&movement.reference) else {
            wrong.push(format!("{} paid out for nobody", movement.receipt));
            continue;
        };
        if !seen.insert(withdrawal.id.as_str()) {
            wrong.push(format!("{} was paid out twice", withdrawal.id));
        }
        let is_booked = booked.remove(withdrawal.id.as_str()) == Some((1, movement.amount_cents));
        let is_known = withdrawal.receipt == movement.receipt;
        if !is_booked || !is_known {
            wrong.push(format!(
                "{} was paid out with {}, and is {} with {:?}",
                withdrawal.id, movement.receipt, withdrawal.state, withdrawal.receipt
            ));
        }
    }
    wrong.extend(
        booked
            .keys()
            .map(|id| format!("{id} was booked and never paid out")),
    );
    for withdrawal in kept.withdrawals.values() {
        let has_ended = matches!(withdrawal.state.as_str(), "paid" | "failed");
        if !has_ended && !withdrawal.is_flagged {
            wrong.push(format!(
                "{} is {} and nobody knows",
                withdrawal.id, withdrawal.state
            ));
        }
    }
    total
}

/// Each wallet holds what M-Pesa's movements say: what came in for the player less the duty, less what
/// was paid out and its costs. Players of whose money something is in doubt are left out.
async fn compare_wallets(
    storm: &Storm,
    kept: &Kept,
    lied: &BTreeSet<String>,
    wrong: &mut Vec<String>,
) {
    let mut expected = BTreeMap::<Number, i64>::new();
    let mut doubtful = BTreeSet::new();
    let pushed: BTreeMap<String, Number> = storm
        .world
        .sim
        .pushes()
        .into_iter()
        .map(|push| (push.reference, push.phone))
        .collect();
    for movement in storm.world.sim.movements() {
        let (owner, cents) = match movement.kind {
            MovementKind::Payment => {
                let typed = movement.reference.trim();
                let owner = pushed.get(typed).copied().or_else(|| typed.parse().ok());
                (
                    owner,
                    movement.amount_cents - movement.amount_cents * 500 / 10_000,
                )
            }
            MovementKind::Payout => {
                let withdrawal = &kept.withdrawals[&movement.reference];
                if withdrawal.state != "paid" {
                    doubtful.insert(movement.phone);
                }
                (Some(movement.phone), -withdrawal.held_cents)
            }
            MovementKind::Reversal => (None, 0),
        };
        let Some(owner) = owner else { continue };
        *expected.entry(owner).or_default() += cents;
        if lied.contains(&movement.receipt) && movement.kind == MovementKind::Payment {
            doubtful.insert(owner);
        }
    }
    for payout in storm.world.sim.payouts() {
        // Held until the operator has found out.
        let kept = kept.withdrawals.get(&payout.originator_conversation_id);
        let is_open = kept.is_none_or(|kept| !matches!(kept.state.as_str(), "paid" | "failed"));
        doubtful.extend(payout.phone.filter(|_| is_open));
    }
    let mut compared = 0;
    for phone in &storm.phones {
        if doubtful.contains(&phone.number()) {
            continue;
        }
        compared += 1;
        let has = storm.world.balance(phone).await;
        let should = expected.get(&phone.number()).copied().unwrap_or_default();
        if has != should {
            wrong.push(format!(
                "{} has {has} and should have {should}",
                phone.number()
            ));
        }
    }
    println!("{compared} of {} wallets compared", storm.phones.len());
    assert!(
        compared * 2 > storm.phones.len(),
        "most wallets are certain"
    );
}
