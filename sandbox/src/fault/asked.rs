//! Faults that come with a request of the service: by the header `X-Sandbox-Fault`, or by its amount.
//!
//! Amounts follow the custom of test gateways that the amount is the code of what happens (as
//! Braintree's 2000.00 to 2999.99 are its decline codes), with 5xxx for the wire. People's own
//! deposits have such amounts too, so they mean something only where that was switched on.

use super::{Fault, FaultPoint};

/// A fault as a header or a scenario writes it: `cut`, `late=2000`, `stk_callback:lost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Where; `None`: at the request itself.
    pub(crate) point: Option<FaultPoint>,
    pub(crate) fault: Fault,
}

impl Spec {
    /// Reads one.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (point, rest) = match text.split_once(':') {
            Some((point, rest)) => (Some(FaultPoint::read(point.trim())?), rest),
            None => (None, text),
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value.trim())),
            None => (rest, None),
        };
        let fault = Fault::read(name.trim(), value)?;
        Ok(Self { point, fault })
    }

    /// Reads a list with commas between.
    pub(crate) fn read_list(text: &str) -> Result<Vec<Self>, String> {
        let parts = text.split(',').map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(Self::read)
            .collect()
    }
}

/// Shillings, what they mean for a push, what for a payout; empty: nothing.
const AMOUNTS: [(i64, &str, &str); 23] = [
    (1032, "stk_callback:outcome=1032", ""),
    (1037, "stk_callback:outcome=1037", ""),
    (1051, "stk_callback:outcome=1", "b2c_result:outcome=1"),
    (2001, "stk_callback:outcome=2001", "b2c_result:outcome=2001"),
    (2040, "", "b2c_result:outcome=2040"),
    (5001, "stk_callback:lost", "b2c_result:lost"),
    (5002, "stk_callback:twice", "b2c_result:twice"),
    (5003, "stk_callback:late=10000", "b2c_result:late=10000"),
    (5004, "stk_callback:again=10000", "b2c_result:again=10000"),
    (5005, "stk_callback:held", "b2c_result:held"),
    (5006, "stk_callback:answer_lost", "b2c_result:answer_lost"),
    (5007, "stk_callback:html", "b2c_result:html"),
    (
        5008,
        "stk_query:result_code=1032",
        "status_result:result_code=2032",
    ),
    (5009, "", "b2c_result:queue_timeout=silence"),
    (
        5010,
        "stk_callback:result_code=1032",
        "b2c_result:result_code=2001",
    ),
    (5011, "cut", "cut"),
    (5012, "hang", "hang"),
    (5013, "empty", "empty"),
    (5014, "html", "html"),
    (5015, "drip=10000", "drip=10000"),
    (5429, "refuse=429", "refuse=429"),
    (5500, "refuse=500", "refuse=500"),
    (5503, "refuse=503", "refuse=503"),
];

/// What an amount means at a point, in cents.
pub(crate) fn by_amount(point: FaultPoint, cents: i64) -> Vec<Spec> {
    let found = AMOUNTS
        .iter()
        .find(|(shillings, ..)| shillings * 100 == cents);
    let Some((_, push, payout)) = found else {
        return Vec::new();
    };
    let text = if point == FaultPoint::StkPush {
        push
    } else if point == FaultPoint::B2cRequest {
        payout
    } else {
        return Vec::new();
    };
    Spec::read_list(text).unwrap_or_default()
}

/// The table of amounts as the documentation has it.
#[must_use]
pub fn amount_table() -> String {
    let mut table = String::from("| KES | a push | a payout |\n| --- | --- | --- |\n");
    let cell = |text: &str| match text {
        "" => "-".to_owned(),
        text => format!("`{text}`"),
    };
    for (shillings, push, payout) in AMOUNTS {
        let line = format!("| {shillings} | {} | {} |\n", cell(push), cell(payout));
        table.push_str(&line);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_header_has_one_fault_or_several() {
        let list = Spec::read_list("late=2000, stk_callback:lost").unwrap();
        let late = Fault::Late(Duration::from_millis(2_000));
        assert_eq!(
            list[0],
            Spec {
                point: None,
                fault: late
            }
        );
        assert_eq!(
            list[1],
            Spec {
                point: Some(FaultPoint::StkCallback),
                fault: Fault::Lost
            }
        );
        assert_eq!(Spec::read_list(" "), Ok(Vec::new()));
        for text in ["late", "stk:lost", "nothing", "late=2000;lost"] {
            assert!(Spec::read_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_amount_of_the_table_means_something_that_can_be_played() {
        for (shillings, push, payout) in AMOUNTS {
            for (own, text) in [
                (FaultPoint::StkPush, push),
                (FaultPoint::B2cRequest, payout),
            ] {
                let specs = by_amount(own, shillings * 100);
                assert_eq!(specs, Spec::read_list(text).unwrap(), "{shillings}");
                for spec in specs {
                    assert!(
                        spec.point.unwrap_or(own).plays(&spec.fault),
                        "{shillings}: {text}"
                    );
                }
            }
        }
        assert_eq!(by_amount(FaultPoint::StkPush, 10_000), []);
        assert_eq!(by_amount(FaultPoint::StkPush, 103_250), []);
    }
}
