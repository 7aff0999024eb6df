//! Rows held against the books: single cases, and what is true of any rows.

#[cfg(test)]
use proptest::prelude::*;

use super::*;

const NOON: i64 = 1_795_338_000_000;

fn row(kind: Kind, way: Way, receipt: &str, cents: i64) -> Row {
    Row {
        place: Place::default(),
        receipt: receipt.into(),
        at: Timestamp::from_ms(NOON),
        kind,
        way,
        amount: Cents::new(cents),
        label: "Pay Bill Online".into(),
        status: "Completed".into(),
        account: String::new(),
        party: "254712345678 - AMINA".into(),
        linked: None,
        conversation: None,
    }
}

fn booked(cents: i64) -> BookedReceipt {
    BookedReceipt {
        amount: Cents::new(cents),
        at: Timestamp::from_ms(NOON),
        is_parked: false,
    }
}

fn payout(state: State, cents: i64, receipt: Option<&str>) -> OurPayout {
    OurPayout {
        id: "0123456789abcdef0123456789abcdef".parse().unwrap(),
        state,
        amount: Cents::new(cents),
        receipt: receipt.map(str::to_owned),
        originator: "W-1".into(),
        number: Msisdn::parse("0712345678").unwrap(),
        requested_at: Timestamp::from_ms(NOON),
    }
}

fn out(cents: i64, ours: Ours<'_>) -> (Class, Note) {
    let mut reconciler = Reconciler::default();
    reconciler.take(row(Kind::Payout, Way::Out, "UKM1A2B3C4", cents), ours);
    let report = reconciler.finish(Vec::new(), &[]);
    let found = report.findings.first();
    found.map_or((Class::Matched, Note::None), |found| {
        (found.class, found.note)
    })
}

#[test]
fn a_payout_is_known_by_receipt_then_by_our_id_then_by_amount_and_number() {
    let paid = payout(State::Paid, 5_000, Some("UKM1A2B3C4"));
    let by_receipt = Ours {
        paid: Some(&paid),
        ..Ours::default()
    };
    assert_eq!(out(5_000, by_receipt).0, Class::Matched);
    assert_eq!(
        out(6_000, by_receipt),
        (Class::Differs, Note::Withdrawal(paid.id, State::Paid))
    );
    let by_id = Ours {
        named: Some(&paid),
        ..Ours::default()
    };
    assert_eq!(
        out(5_000, by_id),
        (Class::Differs, Note::SecondReceipt(paid.id))
    );
    for state in [State::Sent, State::Unknown, State::Failed] {
        let ours = payout(state, 5_000, None);
        let by_id = Ours {
            named: Some(&ours),
            ..Ours::default()
        };
        assert_eq!(
            out(5_000, by_id),
            (Class::Unsettled, Note::Named(ours.id, state))
        );
    }
    let open = [payout(State::Unknown, 5_000, None)];
    let alike = Ours {
        open: &open,
        ..Ours::default()
    };
    assert_eq!(
        out(5_000, alike),
        (Class::Unsettled, Note::Alike(open[0].id, State::Unknown))
    );
    assert_eq!(out(5_100, alike).0, Class::OnlyAtMpesa);
    let later = OurPayout {
        requested_at: Timestamp::from_ms(NOON + 2_000),
        ..open[0].clone()
    };
    let later = Ours {
        open: &[later],
        ..Ours::default()
    };
    assert_eq!(out(5_000, later).0, Class::OnlyAtMpesa);
}

#[test]
fn a_masked_number_is_that_of_a_player_by_its_end() {
    let number = Msisdn::parse("0712345678").unwrap();
    for party in [
        "254712345678 - J",
        "0712345678 - J",
        "+254712345678",
        "2547****5678 - J",
        "****678",
    ] {
        assert!(has_number(party, &number), "{party}");
    }
    for party in [
        "254712345679 - J",
        "2547****679",
        "*678x",
        "JANE",
        "",
        "5678",
        "*** JANE",
    ] {
        let expected = party == "*678x";
        assert_eq!(has_number(party, &number), expected, "{party}");
    }
}

#[test]
fn only_what_the_sources_cover_is_only_with_us() {
    let day = Timestamp::from_ms(NOON).start_of_day();
    let cover = Cover {
        from: day,
        until: Timestamp::from_ms(day.ms() + 86_399_999),
        deposits: true,
        withdrawals: false,
    };
    let ours = |way, receipt: &str, ms| OnlyOurs {
        way,
        receipt: receipt.into(),
        at: Timestamp::from_ms(ms),
        amount: Cents::new(100),
    };
    let mut reconciler = Reconciler::default();
    reconciler.take(
        row(Kind::NotDone, Way::In, "UKM1A2B3C6", 100),
        Ours::default(),
    );
    let report = reconciler.finish(
        vec![
            ours(Way::In, "UKM1A2B3C4", NOON),
            ours(Way::In, "UKK1A2B3C4", NOON),
            ours(Way::In, "UKM1A2B3C6", NOON),
            ours(Way::In, "UKL1A2B3C5", day.ms() + 1_000),
            ours(Way::In, "UKM1A2B3C5", cover.until.ms() + 1_000),
            ours(Way::In, "UKN1A2B3C5", cover.until.ms() + 1_000),
            ours(Way::Out, "UKM1A2B3C7", NOON),
        ],
        &[cover],
    );
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.receipt.as_str(), found.note))
        .collect();
    let of_the_20th = "2026-11-20".parse().unwrap();
    assert_eq!(
        found,
        [
            ("UKM1A2B3C4", Note::None),
            ("UKK1A2B3C4", Note::OfAnotherDay(of_the_20th)),
            ("UKM1A2B3C6", Note::NotDoneThere),
            ("UKM1A2B3C5", Note::None),
        ]
    );
}

#[test]
fn what_was_taken_back_is_a_finding_only_where_it_is_booked() {
    let back = |receipt: &str, of: &str, cents| Row {
        linked: Some(of.to_owned()),
        ..row(Kind::Reversal, Way::Out, receipt, cents)
    };
    let mut reconciler = Reconciler::default();
    let ours = booked(700);
    let has = Ours {
        deposit: Some(&ours),
        ..Ours::default()
    };
    // Before and behind its original; in part; and one of what we have.
    reconciler.take(back("UKM0000001", "UKM1A2B3C1", 500), Ours::default());
    for (receipt, cents) in [("UKM1A2B3C1", 500), ("UKM1A2B3C2", 600)] {
        reconciler.take(row(Kind::Payment, Way::In, receipt, cents), Ours::default());
    }
    reconciler.take(row(Kind::Payment, Way::In, "UKM1A2B3C3", 700), has);
    reconciler.take(back("UKM0000002", "UKM1A2B3C2", 100), Ours::default());
    reconciler.take(back("UKM0000003", "UKM1A2B3C3", 700), has);
    reconciler.take(
        row(Kind::Reversal, Way::Out, "UKM0000004", 5),
        Ours::default(),
    );
    let report = reconciler.finish(Vec::new(), &[]);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.receipt.as_str(), found.class, found.note))
        .collect();
    assert_eq!(
        found,
        [
            (
                "UKM1A2B3C2",
                Class::OnlyAtMpesa,
                Note::PartlyBack(Cents::new(100))
            ),
            ("UKM0000003", Class::Reversed, Note::StillBooked),
            ("UKM0000004", Class::Reversed, Note::Unlinked),
        ]
    );
    assert!(report.findings.iter().all(|found| !found.is_assignable()));
    assert_eq!(
        report.total(Way::In, Class::Reversed),
        Tally {
            count: 1,
            sum: Cents::new(500)
        }
    );
    assert_eq!(report.total(Way::In, Class::Matched).count, 1);
}

#[test]
fn what_was_taken_back_and_is_booked_as_taken_back_is_no_finding() {
    let back = |receipt: &str, cents| Row {
        linked: Some("UKM1A2B3C4".to_owned()),
        ..row(Kind::Reversal, Way::Out, receipt, cents)
    };
    let ours = booked(700);
    let found = |taken_back, rows: &[(&str, i64)]| {
        let has = Ours {
            deposit: Some(&ours),
            taken_back: Cents::new(taken_back),
            ..Ours::default()
        };
        let mut reconciler = Reconciler::default();
        reconciler.take(row(Kind::Payment, Way::In, "UKM1A2B3C4", 700), has);
        for (receipt, cents) in rows {
            reconciler.take(back(receipt, *cents), has);
        }
        reconciler.finish(Vec::new(), &[]).findings.len()
    };
    let whole = [("UKM0000001", 700)];
    assert_eq!((found(0, &whole), found(700, &whole)), (1, 0));
    assert_eq!(
        found(500, &whole),
        1,
        "M-Pesa took back more than is booked"
    );
    let twice = [("UKM0000001", 500), ("UKM0000002", 200)];
    assert_eq!((found(700, &twice), found(500, &twice)), (0, 1));
}

fn any_row() -> impl Strategy<Value = (Row, Option<i64>)> {
    let kinds = prop::sample::select(vec![
        (Kind::Payment, Way::In),
        (Kind::Payout, Way::Out),
        (Kind::Reversal, Way::Out),
        (Kind::Reversal, Way::In),
        (Kind::Charge, Way::Out),
        (Kind::Move, Way::In),
        (Kind::NotDone, Way::In),
    ]);
    let linked = prop::option::of(0..6_u8);
    (kinds, 0..6_u8, 0..4_i64, linked, prop::option::of(0..4_i64)).prop_map(
        |((kind, way), name, cents, linked, ours)| {
            let row = Row {
                linked: linked.map(|name| format!("UKM000000{name}")),
                ..row(kind, way, &format!("UKM000000{name}"), cents)
            };
            (row, ours)
        },
    )
}

proptest! {
    /// Every row is counted in one class and in no other, with its whole amount; every finding is
    /// one of those rows.
    #[test]
    fn every_row_lands_in_exactly_one_class(rows in prop::collection::vec(any_row(), 0..60)) {
        let mut reconciler = Reconciler::default();
        let (count, mut sum) = (rows.len(), 0);
        for (row, ours) in rows {
            sum += row.amount.get();
            let ours = ours.map(booked);
            reconciler.take(row, Ours { deposit: ours.as_ref(), ..Ours::default() });
        }
        let report = reconciler.finish(Vec::new(), &[]);
        let mut total = Tally::default();
        for way in [Way::In, Way::Out] {
            for class in Class::ALL {
                let tally = report.total(way, class);
                total.count += tally.count;
                total.sum = total.sum.plus(tally.sum).unwrap();
                let found = report.findings.iter()
                    .filter(|found| (found.way, found.class) == (way, class)).count() as u64;
                let is_finding =
                    matches!(class, Class::OnlyAtMpesa | Class::Differs | Class::Unsettled);
                if is_finding {
                    prop_assert_eq!(found, tally.count);
                } else if class == Class::Reversed {
                    prop_assert!(found <= tally.count);
                } else {
                    prop_assert_eq!(found, 0);
                }
            }
        }
        prop_assert_eq!(usize::try_from(total.count).unwrap(), count);
        prop_assert_eq!(total.sum.get(), sum);
    }
}
