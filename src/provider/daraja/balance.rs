//! Account Balance: what the organisation has (contract, section 8).

use futures::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    client::{DarajaClient, Endpoint},
    result::Outcome,
    stk::number,
};
use crate::{
    core::{money::Cents, payment::balance::AccountBalance},
    ports::{BalanceAnswer, BalanceResult, Balances},
};

/// What the question is for: to 100 characters.
const REMARKS: &str = "Majibu balance";

/// The most accounts that are read; the longest list seen has ten.
const MAX_ACCOUNTS: usize = 64;

/// The longest name of an account that is kept.
const MAX_NAME: usize = 64;

impl Balances for DarajaClient {
    fn balance_shortcodes(&self) -> Vec<String> {
        let settings = self.settings();
        let Some(payouts) = &settings.payouts else {
            return Vec::new();
        };
        // Where payouts have a short code of their own, the house has money at both.
        let mut codes = vec![settings.shortcode.clone(), payouts.shortcode.clone()];
        codes.dedup();
        codes
    }

    fn ask_balance<'a>(
        &'a self,
        shortcode: &'a str,
        question_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(ask(self, shortcode, question_id))
    }

    fn read_balance(&self, body: &[u8]) -> Option<BalanceResult> {
        read(body)
    }
}

async fn ask(
    client: &DarajaClient,
    shortcode: &str,
    question_id: &str,
) -> Result<Option<String>, String> {
    let payouts = client.settings().payouts.as_ref();
    let payouts = payouts.ok_or_else(|| "payouts are not set up".to_owned())?;
    let callback = client.callback_url(&format!("balance/{question_id}"));
    let body = json!({
        "Initiator": payouts.initiator,
        "SecurityCredential": payouts.credential.expose_secret(),
        "CommandID": "AccountBalance",
        "PartyA": number(shortcode),
        "IdentifierType": "4",
        "Remarks": REMARKS,
        "QueueTimeOutURL": format!("{callback}/timeout"),
        "ResultURL": format!("{callback}/result"),
    });
    match client.post(Endpoint::Balance, &body).await {
        Ok(answer) if answer.is_accepted() => {
            let id = answer.text("OriginatorConversationID");
            Ok(id.filter(|id| !id.is_empty()))
        }
        Ok(answer) => Err(answer.why()),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a result; `None` when the body is none.
fn read(body: &[u8]) -> Option<BalanceResult> {
    let result = Outcome::read(body)?;
    let answer = match result.code().as_deref() {
        None => BalanceAnswer::Unclear("no result code".into()),
        Some("0") => match result.parameter("AccountBalance") {
            None => BalanceAnswer::Unclear("code 0 without a balance".into()),
            Some(text) => accounts(&text),
        },
        Some(code) => BalanceAnswer::Refused {
            code: code.chars().take(32).collect(),
        },
    };
    Some(BalanceResult {
        conversation_id: result.text("OriginatorConversationID"),
        answer,
    })
}

/// Reads `name|KES|current|available|reserved|uncleared`, joined by `&`. The portal's own labels for
/// the columns disagree; the first amount is the whole of it in all samples.
///
/// Pieces that are no account are passed over. An account without a readable amount is not: a sum
/// without it would be wrong.
fn accounts(text: &str) -> BalanceAnswer {
    let mut accounts = Vec::new();
    for piece in text.split('&') {
        let mut fields = piece.split('|').map(str::trim);
        let (Some(name), Some(currency), Some(amount)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let is_currency =
            currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        if name.is_empty() || !is_currency {
            continue;
        }
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let name: String = name.chars().take(MAX_NAME).collect();
        let Some(balance) = amount_of(amount) else {
            return BalanceAnswer::Unclear(format!("the amount of {name} cannot be read"));
        };
        accounts.push(AccountBalance {
            name,
            currency: currency.to_ascii_uppercase(),
            balance,
        });
        if accounts.len() > MAX_ACCOUNTS {
            return BalanceAnswer::Unclear("more accounts than anybody has".into());
        }
    }
    if accounts.is_empty() {
        return BalanceAnswer::Unclear("no account can be read".into());
    }
    BalanceAnswer::Accounts(accounts)
}

/// An amount in shillings, below zero too: `-1540.00`, `46,713`, `+10.5`.
fn amount_of(text: &str) -> Option<Cents> {
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let amount = Cents::parse_display(rest.trim())?;
    if is_negative {
        Cents::ZERO.minus(amount)
    } else {
        Some(amount)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::core::payment::balance::holdings;

    /// The portal's sample, with the amounts of one account in another shape each.
    const SAMPLE: &str = "Working Account|KES|700000.00|700000.00|0.00|0.00\
        &Float Account|KES|0.00|0.00|0.00|0.00\
        &Utility Account|KES|228037.00|228037.00|0.00|0.00\
        &Charges Paid Account|KES|-1540.00|-1540.00|0.00|0.00\
        &Organization Settlement Account|KES|0.00|0.00|0.00|0.00";

    fn result(code: &Value, balance: &str) -> BalanceAnswer {
        let body = json!({"Result": {
            "ResultType": "0", "ResultCode": code, "OriginatorConversationID": "of-the-question",
            "ResultParameters": {"ResultParameter": [
                {"Key": "AccountBalance", "Value": balance},
                {"Key": "BOCompletedTime", "Value": 20_200_109_125_710_i64},
            ]},
        }});
        let read = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(read.conversation_id.as_deref(), Some("of-the-question"));
        read.answer
    }

    fn cents(text: &str) -> Vec<(String, i64)> {
        match accounts(text) {
            BalanceAnswer::Accounts(accounts) => accounts
                .into_iter()
                .map(|account| (account.name, account.balance.get()))
                .collect(),
            other @ (BalanceAnswer::Refused { .. } | BalanceAnswer::Unclear(_)) => {
                panic!("{other:?}")
            }
        }
    }

    #[test]
    fn the_portals_sample_is_read() {
        for code in [json!("0"), json!(0)] {
            let BalanceAnswer::Accounts(read) = result(&code, SAMPLE) else {
                panic!("not read");
            };
            assert_eq!(read.len(), 5);
            let holdings = holdings(&read).unwrap();
            assert_eq!(holdings.held, Cents::new(92_803_700));
            assert_eq!(holdings.charges, Cents::new(-154_000));
        }
    }

    #[test]
    fn order_noise_and_odd_amounts_do_not_matter() {
        let odd = "& Utility Account | kes | 46,713.5 &garbage&||&Loan|K|1|\u{7}\
            &Working Account|KES|+10|x|y&Dollars|USD|1.50&Charges Paid Account|KES|-0.05";
        let expected = [
            ("Utility Account", 4_671_350),
            ("Working Account", 1_000),
            ("Dollars", 150),
            ("Charges Paid Account", -5),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, cents)| ((*name).to_owned(), *cents))
            .collect();
        assert_eq!(cents(odd), expected);
    }

    #[test]
    fn an_account_without_its_amount_spoils_the_sum() {
        for text in [
            "Utility Account|KES|",
            "Utility Account|KES|1e9|1",
            "Working Account|KES|5.00&Utility Account|KES|lots|5.00",
            "Utility Account|KES|--5.00",
            "",
            "&&&",
            "nothing of the kind",
            "Utility Account|KES",
        ] {
            assert!(
                matches!(accounts(text), BalanceAnswer::Unclear(_)),
                "{text}"
            );
        }
        let many = "A|KES|1&".repeat(MAX_ACCOUNTS + 2);
        assert!(matches!(accounts(&many), BalanceAnswer::Unclear(_)));
    }

    #[test]
    fn what_is_no_answer_is_told_as_such() {
        let refused = |code: &str| BalanceAnswer::Refused { code: code.into() };
        assert_eq!(result(&json!(2001), SAMPLE), refused("2001"));
        assert_eq!(result(&json!("SFC_IC0003"), SAMPLE), refused("SFC_IC0003"));
        for code in [json!(null), json!(""), json!(false)] {
            assert!(matches!(result(&code, SAMPLE), BalanceAnswer::Unclear(_)));
        }
        let bare = json!({"Result": {"ResultCode": 0, "ResultParameters": null}});
        let bare = read(bare.to_string().as_bytes()).unwrap();
        assert!(matches!(bare.answer, BalanceAnswer::Unclear(_)));
        for body in [b"".as_slice(), b"<html>", b"{}", b"[]", b"{\"Result\":1}"] {
            assert_eq!(read(body), None);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s)([A-Za-z ]{0,9}[|&]|KES|-?[0-9]{0,22}[.,]?|.){0,60}") {
            let _ = accounts(&text);
        }

        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }

        #[test]
        fn what_is_written_is_read_whatever_the_order(
            amounts in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..9),
        ) {
            let line = |(place, cents): (usize, &i64)| {
                let sign = if *cents < 0 { "-" } else { "" };
                let magnitude = cents.unsigned_abs();
                let amount = format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100);
                format!("Account {place}|KES|{amount}|{amount}|0.00|0.00")
            };
            let lines: Vec<String> = amounts.iter().enumerate().map(line).collect();
            let read = cents(&lines.join("&"));
            let read: Vec<i64> = read.into_iter().map(|(_, cents)| cents).collect();
            prop_assert_eq!(&read, &amounts);
            let turned: Vec<&str> = lines.iter().rev().map(String::as_str).collect();
            let sum: i64 = cents(&turned.join("&")).iter().map(|(_, cents)| cents).sum();
            prop_assert_eq!(sum, amounts.iter().sum::<i64>());
        }
    }
}
