//! Files of the portal as they come, and as they should not.

#[cfg(test)]
use proptest::prelude::*;

use super::*;

const NAMES: &str = "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,\
    Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\n";

fn rows(file: &str) -> Result<(Preamble, Vec<Row>), Unreadable> {
    let File::Statement(mut statement) = open(file.as_bytes())? else {
        panic!("not taken as a statement");
    };
    let mut rows = Vec::new();
    while let Some(row) = statement.next_row()? {
        rows.push(row);
    }
    Ok((statement.preamble.clone(), rows))
}

fn one(line: &str) -> Row {
    let (_, rows) = rows(&format!("{NAMES}{line}\n")).unwrap();
    rows.into_iter().next().unwrap()
}

fn refusal(file: &str) -> String {
    rows(file).unwrap_err().to_string()
}

#[test]
fn the_portals_file_is_read_with_what_stands_before_it() {
    let file = format!(
        "\u{feff}Organization Name:,Majibu Ltd\r\nShort Code:,174379\r\nAccount:,Utility Account\r\n\
         Time Period:,From 22-11-2026 00:00:00 to 22-11-2026 23:59:59\r\n\
         Opening Balance:,\"1,000.00\"\r\n\r\n{}\
         UKM1A2B3C4,22-11-2026 12:00:07,22-11-2026 12:00:01,Pay Bill from 2547****678 - AMINA W Acc. \
         0712345678,Completed,\"1,250.50\",,\"2,250.50\",true,Pay Bill Online,2547****678 - AMINA W,,\
         0712345678\r\n\
         UKM1A2B3C5,22-11-2026 11:00:00,,Business Payment to 254712345678 - AMINA W via API. Original \
         conversation ID is W-7.,Completed,,-500.00,,true,Business Payment to Customer,254712345678 - \
         AMINA W,,\r\n",
        NAMES.replace('\n', "\r\n")
    );
    let (preamble, rows) = rows(&file).unwrap();
    assert_eq!(preamble.short_code.as_deref(), Some("174379"));
    assert_eq!(preamble.account.as_deref(), Some("Utility Account"));
    let (from, until) = preamble.period.unwrap();
    assert_eq!(from.to_string(), "2026-11-22 00:00:00");
    assert_eq!(until.to_string(), "2026-11-22 23:59:59");
    let [paid, out] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (paid.kind, paid.way, paid.amount.get()),
        (Kind::Payment, Way::In, 125_050)
    );
    assert_eq!(paid.at.to_string(), "2026-11-22 12:00:07");
    assert_eq!((paid.account.as_str(), paid.place.line), ("0712345678", 8));
    assert_eq!(
        (out.kind, out.way, out.amount.get()),
        (Kind::Payout, Way::Out, 50_000)
    );
    assert_eq!(out.conversation.as_deref(), Some("W-7"));
    assert_eq!(out.party, "254712345678 - AMINA W");
}

#[test]
fn columns_come_in_any_order_and_under_older_names() {
    let file = "Date;Receipt;Paid In;Withdrawn;Status;Balance;Transaction Type;Details;More\n\
         2026-11-22 12:00:07;UKM1A2B3C4;50.00;;Completed;1;Pay Utility;from somebody;x\n";
    let (_, rows) = rows(file).unwrap();
    assert_eq!((rows[0].kind, rows[0].amount.get()), (Kind::Payment, 5_000));
    assert_eq!(rows[0].at.to_string(), "2026-11-22 12:00:07");
}

#[test]
fn what_is_no_business_of_the_ledger_is_told_apart() {
    for (details, reason, paid_in, withdrawn, kind) in [
        ("Pay merchant Charge", "", "", "-2.20", Kind::Charge),
        (
            "Business Payment Charge",
            "Business Payment Charge",
            "",
            "33",
            Kind::Charge,
        ),
        ("Pay Bill Charge", "Pay Bill Charge", "", "5", Kind::Charge),
        (
            "Merchant Account to Organization Settlement Account",
            "",
            "",
            "9",
            Kind::Move,
        ),
        (
            "Organization Settle to Bank",
            "Withdraw Funds to Bank",
            "",
            "-4000.00",
            Kind::Move,
        ),
        (
            "Funds received from KCB",
            "Organization Settlement",
            "600",
            "",
            Kind::Move,
        ),
        (
            "Business Pay Bill to 572572 - KRA Acc. 1",
            "Business Pay Bill",
            "",
            "9",
            Kind::Move,
        ),
        (
            "Pay Utility Reversal",
            "Pay Utility Reversal",
            "",
            "9",
            Kind::Reversal,
        ),
        ("Reversal of UKM1A2B3C4", "", "", "9", Kind::Reversal),
        (
            "Business Payment from API",
            "Business Payment to Customer",
            "",
            "9",
            Kind::Payout,
        ),
        ("Salary Payment to 254712345678", "", "", "9", Kind::Payout),
        (
            "Pay Bill from 2547****678 - J Acc. reversal charge bank",
            "",
            "9",
            "",
            Kind::Payment,
        ),
        (
            "Customer Merchant Payment",
            "Pay Merchant",
            "9",
            "",
            Kind::Payment,
        ),
        ("Something new", "Something new", "9", "", Kind::Payment),
        ("Something new", "Something new", "", "9", Kind::Payout),
    ] {
        let line = format!(
            "UKM1A2B3C5,22-11-2026 12:00:07,,{details},Completed,{paid_in},{withdrawn},,,{reason},,,"
        );
        assert_eq!(one(&line).kind, kind, "{details} {reason}");
    }
    for status in ["Failed", "Declined", "Cancelled", "Pending Authorized", ""] {
        let line = format!("UKM1A2B3C5,22-11-2026 12:00:07,,Pay Bill,{status},9,,,,,,,");
        assert_eq!(one(&line).kind, Kind::NotDone, "{status}");
    }
    let back = one("UKM1A2B3C9,22-11-2026 12:00,,Reversal of UKM1A2B3C4,Completed,,9,,,,,,");
    assert_eq!(back.linked.as_deref(), Some("UKM1A2B3C4"));
    let back =
        one("UKM1A2B3C9,22-11-2026 12:00,,x,Completed,,9,,,Pay Utility Reversal,,UKM1A2B3C4,");
    assert_eq!(back.linked.as_deref(), Some("UKM1A2B3C4"));
}

#[test]
fn what_cannot_be_read_is_named_by_line_and_column() {
    let line = |cells: &str| format!("Short Code,174379\n{NAMES}{cells}\n");
    for (file, expected) in [
        (
            line("UKM1A2B3C4,22-11-2026 12:00:07,,x,Completed,abc,,,,,,,"),
            "line 3, column \"Paid In\": \"abc\" is no amount",
        ),
        (
            line("UKM1A2B3C4,22-11-2026 12:00:07,,x,Completed,\"12,5\",,,,,,,"),
            "line 3, column \"Paid In\": \"12,5\" is no amount",
        ),
        (
            line("UKM1A2B3C4,22-11-2026 12:00:07,,x,Completed,1,1,,,,,,"),
            "line 3, column \"Withdrawn\": \"1\" stands beside an amount paid in",
        ),
        (
            line("UKM1A2B3C4,22-13-2026 12:00:07,,x,Completed,1,,,,,,,"),
            "line 3, column \"Completion Time\": \"22-13-2026 12:00:07\" is no time",
        ),
        (
            line("UKM1A2B3C4,46348.5,,x,Completed,1,,,,,,,"),
            "line 3, column \"Completion Time\": \"46348.5\" is a spreadsheet's day number; export \
             the file again, and do not save it from a spreadsheet",
        ),
        (
            line("UKM-1\u{1b}[2J,22-11-2026 12:00:07,,x,Completed,1,,,,,,,"),
            "line 3, column \"Receipt No.\": \"UKM-1[2J\" is no receipt",
        ),
        (
            line(",22-11-2026 12:00:07,,x,Completed,1,,,,,,,"),
            "line 3, column \"Receipt No.\": \"\" is no receipt",
        ),
        (
            "Receipt No.,Completion Time,Details,Transaction Status,Paid In\n".into(),
            "line 1: there is no column \"Withdrawn\"",
        ),
        (
            "\nReceipt No.,Completion Time,Details,Status,Paid In,Withdrawn,Paid In\n".into(),
            "line 2: there are two columns \"Paid In\"",
        ),
    ] {
        assert_eq!(refusal(&file), expected);
    }
    for none in [
        "",
        "\n\n",
        "hello\nworld\n",
        "Name,Phone\nJane,0712345678\n",
    ] {
        assert!(
            refusal(none).starts_with("no row of column names"),
            "{none:?}"
        );
    }
    for (alien, word) in [
        (&b"PK\x03\x04..."[..], "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xfeR\0e\0c\0", "UTF-16"),
        (b"\x00\x01\x02", "binary"),
    ] {
        let said = open(alien).err().unwrap().to_string();
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn totals_blanks_and_repeated_names_are_no_transactions() {
    let line = "UKM1A2B3C4,22-11-2026 12:00:07,,x,Completed,1.00,0.00,,,,,,\n";
    let file = format!("{NAMES}{line}\n,,,,,,,,\n{NAMES}Total,,,,,1.00,,,,,,,\n");
    assert_eq!(rows(&file).unwrap().1.len(), 1);
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..400), names in any::<bool>()) {
        let mut file = if names { NAMES.as_bytes().to_vec() } else { Vec::new() };
        file.extend(body);
        if let Ok(File::Statement(mut statement)) = open(file.as_slice()) {
            while let Ok(Some(_)) = statement.next_row() {}
        }
    }

    #[test]
    fn amounts_are_read_exactly(cents in 0..100_000_000_000_i64, negative in any::<bool>()) {
        let text = Cents::new(cents).to_string();
        let text = if negative { format!("-{text}") } else { text };
        prop_assert_eq!(amount(&text), Ok(Cents::new(cents)));
    }
}
