//! What goes out and what comes back: pauses, callbacks, registered URLs.

use super::Check;
use crate::{
    app::{App, Payouts, Traffic},
    core::time::Timestamp,
};

/// So long after a push or a payout its callback is missed.
const MISSED_AFTER_MS: i64 = 15 * 60 * 1_000;

pub(super) async fn all(app: &App, now: Timestamp) -> Vec<Check> {
    match app.traffic().await {
        Ok(traffic) => {
            let mut checks = Vec::new();
            if !matches!(app.payouts().await, Ok(Payouts::Off)) {
                checks.push(pause(&traffic));
            }
            checks.extend(callbacks(&traffic, now));
            checks.push(registered(&traffic, now));
            checks
        }
        Err(error) => vec![Check::fail(
            "traffic",
            format!("cannot be looked at: {error}"),
            "look at the database",
        )],
    }
}

fn pause(traffic: &Traffic) -> Check {
    let name = "payouts_pause";
    match &traffic.pause {
        None => Check::ok(name, "payouts go out"),
        Some((until, why)) => Check::fail(
            name,
            format!("payouts pause until {until}: {why}"),
            "mend the cause, then `majibu mpesa resume`",
        ),
    }
}

/// Whether what was sent is answered.
fn callbacks(traffic: &Traffic, now: Timestamp) -> Vec<Check> {
    [
        (
            "push_callbacks",
            "push",
            traffic.push,
            traffic.push_callback,
        ),
        (
            "payout_callbacks",
            "payout",
            traffic.payout,
            traffic.payout_callback,
        ),
    ]
    .into_iter()
    .filter_map(|(name, what, sent, told)| {
        let hint = "does M-Pesa reach http.public_url? look at the proxy and http.allow.daraja";
        let sent = sent?;
        let is_late = now.ms_since(sent) >= MISSED_AFTER_MS;
        Some(match told {
            Some(told) if told >= sent || !is_late => {
                Check::ok(name, format!("the last one came {}", ago(told, now)))
            }
            None if !is_late => Check::ok(name, format!("the first {what} waits for its own")),
            Some(told) => Check::warn(
                name,
                format!(
                    "a {what} went out {}, the last callback came {}",
                    ago(sent, now),
                    ago(told, now)
                ),
                hint,
            ),
            None => Check::fail(
                name,
                format!("a {what} went out {}, and none ever came", ago(sent, now)),
                hint,
            ),
        })
    })
    .collect()
}

/// M-Pesa does not tell which URLs are registered: only that it uses them.
fn registered(traffic: &Traffic, now: Timestamp) -> Check {
    let name = "registered_urls";
    match traffic.confirmation {
        Some(told) => Check::ok(
            name,
            format!("the paybill told of a payment {}", ago(told, now)),
        ),
        None => Check::warn(
            name,
            "M-Pesa does not say which are registered, and the paybill has told of no payment yet",
            "run `majibu mpesa register-urls` once, if that was not done",
        ),
    }
}

fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.ms_since(then) / 60_000;
    match minutes {
        0 => "less than a minute ago".into(),
        1..120 => format!("{minutes} min ago"),
        120..2_880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::Verdict, *};

    #[test]
    fn a_callback_that_does_not_come_is_missed() {
        let now = Timestamp::from_ms(1_795_338_000_000);
        let ago = |minutes: u64| Some(now.before(Duration::from_secs(minutes * 60)));
        let check = |push, push_callback| {
            let traffic = Traffic {
                push,
                push_callback,
                ..Traffic::default()
            };
            callbacks(&traffic, now).first().map(|check| check.verdict)
        };
        assert_eq!(check(None, None), None);
        assert_eq!(check(ago(5), None), Some(Verdict::Ok));
        assert_eq!(check(ago(20), None), Some(Verdict::Fail));
        assert_eq!(check(ago(20), ago(19)), Some(Verdict::Ok));
        assert_eq!(check(ago(20), ago(60)), Some(Verdict::Warn));
        assert_eq!(check(ago(5), ago(60)), Some(Verdict::Ok));
    }
}
