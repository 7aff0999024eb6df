//! Books that are equal, and what each difference is called.

use chrono::DateTime;

use super::super::shown::DepositShown;
use super::*;
use crate::number::Number;

/// A world in which Ann paid KES 200 and was paid KES 100 out of it.
struct Given {
    payments: Vec<Payment>,
    movements: Vec<Movement>,
    books: Books,
    ledger: LedgerShown,
    players: Vec<PlayerShown>,
}

impl Given {
    fn new() -> Self {
        let ann = Number::safaricom(1);
        let at = DateTime::from_timestamp(1_795_338_000, 0).unwrap();
        let payment = Payment {
            receipt: "UKN0000001".into(),
            phone: ann,
            amount_cents: 20_000,
            at,
            reference: "MAJIBU".into(),
            checkout_request_id: "ws_CO_1".into(),
        };
        let movement = |kind, receipt: &str, amount_cents| Movement {
            receipt: receipt.into(),
            kind,
            phone: ann,
            amount_cents,
            fee_cents: 0,
            reference: String::new(),
            at,
        };
        let movements = vec![
            movement(MovementKind::Payment, "UKN0000001", 20_000),
            movement(MovementKind::Payout, "UKN0000002", 10_000),
        ];
        let accounts = [("mpesa", -10_000), ("wallets", 9_100), ("house", 900)];
        let accounts = accounts.map(|(name, cents)| (name.to_owned(), cents));
        Self {
            books: Books::of(&movements),
            payments: vec![payment],
            movements,
            ledger: LedgerShown {
                ok: true,
                findings: Vec::new(),
                accounts: accounts.into(),
            },
            players: vec![PlayerShown {
                msisdn: ann.to_string(),
                balance_cents: 9_100,
                deposits: vec![DepositShown {
                    state: "paid".into(),
                    credited_cents: 20_000,
                    receipt: Some("UKN0000001".into()),
                    flagged: false,
                }],
                withdrawals: vec![WithdrawalShown {
                    state: "paid".into(),
                    amount_cents: 10_000,
                    fee_cents: 900,
                    receipt: Some("UKN0000002".into()),
                    ..WithdrawalShown::default()
                }],
                ..PlayerShown::default()
            }],
        }
    }

    fn reckon(&mut self) -> Result<Reckoned, Vec<String>> {
        // As if everybody's M-Pesa had begun with what it took.
        self.books.issued_cents = self.books.utility_cents + self.books.fees_cents;
        let sides = Sides {
            payments: &self.payments,
            movements: &self.movements,
            books: &self.books,
            ledger: &self.ledger,
            players: &self.players,
            prizes: Prizes::default(),
        };
        sides.reckon()
    }
}

#[test]
fn equal_books_are_equal() {
    let reckoned = Given::new().reckon().expect("no difference");
    assert_eq!((reckoned.payments, reckoned.payouts), (1, 1));
    assert_eq!(reckoned.wallets_cents, 9_100);
}

#[test]
fn every_shilling_too_many_or_too_few_is_named() {
    type Break = fn(&mut Given);
    let broken: [(Break, &str); 9] = [
        (|it| it.players[0].deposits.clear(), "not credited"),
        (
            |it| it.players[0].deposits[0].credited_cents += 1,
            "credited KES 200.01",
        ),
        (
            |it| {
                let twice = it.players[0].deposits[0].clone();
                it.players[0].deposits.push(twice);
            },
            "credited twice",
        ),
        (|it| it.payments.clear(), "which M-Pesa does not know"),
        (
            |it| it.players[0].msisdn = "+254733000000".into(),
            "credited to +254733000000",
        ),
        (|it| it.players[0].withdrawals.clear(), "not booked"),
        (
            |it| it.players[0].balance_cents += 100,
            "KES 92 and not KES 91",
        ),
        (|it| it.ledger.ok = false, "ledger check"),
        (
            |it| {
                it.ledger.accounts.insert("mpesa".into(), -20_000);
            },
            "account mpesa: KES -200 and not KES -100",
        ),
    ];
    for (break_it, words) in broken {
        let mut given = Given::new();
        break_it(&mut given);
        let differences = given.reckon().expect_err(words);
        let named = differences
            .iter()
            .any(|difference| difference.contains(words));
        assert!(named, "{words}: {differences:#?}");
    }
}

#[test]
fn a_payout_that_nobody_can_tell_of_is_the_operators_and_held() {
    let mut given = Given::new();
    let ann = &mut given.players[0];
    ann.balance_cents -= 6_000;
    ann.withdrawals.push(WithdrawalShown {
        state: "unknown".into(),
        amount_cents: 5_000,
        fee_cents: 1_000,
        flagged: true,
        ..WithdrawalShown::default()
    });
    let accounts = [("wallets", 3_100), ("payouts", 6_000)];
    let accounts = accounts.map(|(name, cents)| (name.to_owned(), cents));
    given.ledger.accounts.extend(accounts);
    let reckoned = given.reckon().expect("no difference");
    assert_eq!((reckoned.left, reckoned.left_cents), (1, 6_000));
    // Not flagged, somebody still has to look.
    given.players[0].withdrawals[1].flagged = false;
    let differences = given.reckon().expect_err("under way");
    assert!(
        differences[0].contains("still under way"),
        "{differences:?}"
    );
}

#[test]
fn amounts_read_like_money() {
    assert_eq!(kes(123_450), "KES 1,234.50");
    assert_eq!(kes(-5_000_000), "KES -50,000");
}
