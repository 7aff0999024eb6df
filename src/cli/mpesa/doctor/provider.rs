//! What M-Pesa itself says: is a token given, what time is it there, what is in the accounts.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::{
    super::balance::{learn, words},
    Check,
    settings::settings_to_look_at,
};
use crate::{
    app::{App, AskError},
    config::Config,
    core::{money::Cents, payment::balance::State, time::Timestamp},
    ports::{Clock, SystemClock, TokenStore},
    provider::daraja::{TokenProblem, check_token},
    service::http_client,
    session::Sessions,
    store::BalanceReport,
};

/// So far the clocks may be apart: an answer takes a moment, and its header has whole seconds.
const SKEW_WARN_MS: i64 = 10_000;

/// From here on pushes may be refused, and the clock of games is wrong for everybody.
const SKEW_FAIL_MS: i64 = 5 * 60 * 1_000;

/// Asks for a token; whether one was given.
pub(super) async fn token(
    config: &Config,
    sessions: Option<&Sessions>,
    checks: &mut Vec<Check>,
) -> bool {
    let name = "token";
    let daraja = &config.daraja;
    let has_keys = [&daraja.consumer_key, &daraja.consumer_secret]
        .iter()
        .all(|key| !key.expose_secret().trim().is_empty());
    if !has_keys {
        let what = "not asked for: the keys are not set";
        checks.push(Check::fail(name, what, "see keys"));
        return false;
    }
    let (Some(settings), Ok(http)) = (settings_to_look_at(config), http_client()) else {
        let what = "cannot be asked for: no HTTP client can be made";
        checks.push(Check::fail(
            name,
            what,
            "are the CA certificates installed?",
        ));
        return false;
    };
    let shared = sessions.map(|sessions| sessions as &dyn TokenStore);
    let before = SystemClock.now();
    match check_token(&http, &settings, shared).await {
        Ok(facts) => {
            let what = format!("given, for {} s", facts.life.as_secs());
            checks.push(Check::ok(name, what));
            checks.push(clock(facts.server_time, before, SystemClock.now()));
            true
        }
        Err(problem) => {
            checks.push(Check::fail(name, problem.to_string(), hint(&problem)));
            false
        }
    }
}

const fn hint(problem: &TokenProblem) -> &'static str {
    match problem {
        TokenProblem::NotReached(_) => {
            "look at daraja.base_url, and whether this machine can reach it (DNS, firewall, proxy)"
        }
        TokenProblem::NoAnswer(_) => "M-Pesa is slow or down, or something in between cuts it off",
        TokenProblem::WrongKeys { .. } => {
            "look at daraja.consumer_key and daraja.consumer_secret; sandbox and production have \
             keys of their own"
        }
        TokenProblem::Other { .. } => {
            "M-Pesa is in trouble, or daraja.base_url is not where Daraja is"
        }
    }
}

/// The clock of M-Pesa against ours, which was read before and after.
fn clock(theirs: Option<Timestamp>, before: Timestamp, after: Timestamp) -> Check {
    let name = "clock";
    let Some(theirs) = theirs else {
        let what = "M-Pesa did not tell the time";
        return Check::warn(name, what, "make sure that this machine runs NTP");
    };
    // Outside of the time that the request took, and the header's second.
    let ahead = before.ms_since(theirs.after(Duration::from_secs(1)));
    let behind = theirs.ms_since(after);
    let skew = ahead.max(behind);
    let side = if ahead > behind { "ahead of" } else { "behind" };
    let hint = "run NTP: pushes carry the time, in East Africa Time, and the clock of the game is \
        this one";
    let what = format!("this machine is {} s {side} M-Pesa", skew / 1_000);
    if skew >= SKEW_FAIL_MS {
        Check::fail(name, what, hint)
    } else if skew >= SKEW_WARN_MS {
        Check::warn(name, what, hint)
    } else {
        let eat = after.in_nairobi().format("%H:%M");
        Check::ok(
            name,
            format!("agrees with M-Pesa's; it is {eat} in Nairobi"),
        )
    }
}

/// Asks for the balance, and waits for the answer.
pub(super) async fn balance(
    config: &Config,
    app: &App,
    has_token: bool,
    wait: Duration,
) -> Vec<Check> {
    let name = "balance";
    if !has_token || wait.is_zero() {
        let why = if has_token {
            "as told"
        } else {
            "there is no token"
        };
        let what = format!("not asked: {why}");
        return vec![Check::warn(
            name,
            what,
            "run it again without --wait 0 and with a token",
        )];
    }
    let report = match learn(app, wait).await {
        Ok(Some(report)) => report,
        Ok(None) => {
            let seconds = wait.as_secs();
            let what = format!("M-Pesa took the question, and no answer came within {seconds} s");
            let hint = "is `serve` running, with jobs, and does M-Pesa reach http.public_url? \
                `majibu mpesa balance --last` shows an answer that comes later";
            return vec![Check::fail(name, what, hint)];
        }
        Err(error @ AskError::Off) => {
            return vec![Check::warn(
                name,
                format!("not asked: {error}"),
                "see payouts",
            )];
        }
        Err(error @ AskError::Paused { .. }) => {
            let hint = "mend the initiator first, then `majibu mpesa resume`";
            return vec![Check::fail(name, format!("not asked: {error}"), hint)];
        }
        Err(error @ AskError::Refused(_)) => {
            let hint = "does the initiator have the role \"Balance Query ORG API\"?";
            return vec![Check::fail(name, error.to_string(), hint)];
        }
        Err(error @ AskError::App(_)) => {
            let hint = "look at the database; the question has to be written down";
            return vec![Check::fail(name, format!("not asked: {error}"), hint)];
        }
    };
    told(&report, config.daraja.float_warning)
}

/// What a report says.
fn told(report: &BalanceReport, float_warning: i64) -> Vec<Check> {
    let Some(judged) = &report.judged else {
        let why = report.failure.as_deref().unwrap_or_default();
        return vec![Check::fail(
            "balance",
            format!("M-Pesa did not tell it: {why}"),
            refusal_hint(why),
        )];
    };
    let held = judged.holdings.held;
    let mut checks = vec![Check::ok("balance", format!("M-Pesa holds KES {held}"))];
    let limit = Cents::from_shillings(float_warning).unwrap_or_default();
    checks.push(match judged.holdings.utility {
        None => Check::warn(
            "float",
            "no utility account is listed",
            "payouts are made from it: ask M-Pesa for one",
        ),
        Some(utility) if utility < limit => Check::warn(
            "float",
            format!("KES {utility} to pay out from, less than {limit}"),
            "move money into the utility account, or set daraja.float_warning",
        ),
        Some(utility) => Check::ok("float", format!("KES {utility} to pay out from")),
    });
    let (drift, state) = (judged.drift, report.state);
    let what = format!("KES {drift}: {}", words(state));
    checks.push(match state {
        State::Ok => Check::ok("drift", what),
        State::UnderWay => Check::warn("drift", what, "ask again in a quiet minute"),
        State::Asked | State::Failed | State::Suspect => Check::warn(
            "drift",
            what,
            "the daily job asks again in some minutes; `majibu mpesa balance` shows the figures",
        ),
        State::Drift => Check::fail(
            "drift",
            what,
            "find out why (operations.md, \"M-Pesa and the ledger differ\"), then book or accept it",
        ),
    });
    checks
}

fn refusal_hint(why: &str) -> &'static str {
    match why.trim_start_matches("code ") {
        "2001" => {
            "wrong name or password of the initiator, or the certificate of the other environment; \
             the password expires after 90 days"
        }
        "8006" => "the initiator is locked: unlock it in M-Pesa's organisation portal",
        "21" => "give the initiator the role \"Balance Query ORG API\"",
        "2028" | "SFC_IC0003" => "is daraja.b2c_shortcode that of this initiator?",
        _ => "look the code up in M-Pesa's documentation; try again later",
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    #[test]
    fn clocks_are_held_against_each_other_for_as_long_as_the_answer_took() {
        let now = Timestamp::from_ms(1_795_338_000_000);
        let late = now.after(Duration::from_secs(3));
        let at = |theirs: Timestamp| clock(Some(theirs), now, late);
        assert_eq!(clock(None, now, late).verdict, Verdict::Warn);
        for (seconds, expected) in [
            (-301, Verdict::Fail),
            (-30, Verdict::Warn),
            (-5, Verdict::Ok),
            (0, Verdict::Ok),
            (9, Verdict::Ok),
            (30, Verdict::Warn),
            (3_600, Verdict::Fail),
        ] {
            let theirs = Timestamp::from_ms(now.ms() + seconds * 1_000);
            let check = at(theirs);
            assert_eq!(check.verdict, expected, "{seconds}: {check:?}");
        }
        assert!(
            at(now.after(Duration::from_secs(33)))
                .detail
                .contains("30 s behind")
        );
        let ahead = at(now.before(Duration::from_secs(31)));
        assert!(ahead.detail.contains("30 s ahead of"), "{ahead:?}");
    }
}
