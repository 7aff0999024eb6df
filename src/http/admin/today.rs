//! Today, or another day: the money, the players, how everything stands, and what needs somebody.

use axum::{extract::State, response::Response};
use chrono::{NaiveDate, NaiveTime};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    charts::{Bars, by_hour},
    parts::{facts, kes, span, state, when},
    visit::{Asked, Visit},
};
use crate::{
    app::{DayFigures, HouseNow, MpesaDrift},
    core::{
        ledger::Reason,
        time::Timestamp,
        today::{self, Day},
    },
    http::{Web, health},
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// As `2026-11-29`; today where it is none.
    #[serde(default)]
    day: String,
}

impl Wanted {
    fn day(&self) -> Option<Day> {
        let date: NaiveDate = self.day.parse().ok()?;
        let midnight = Timestamp::of_nairobi(date.and_time(NaiveTime::MIN))?;
        Some(Day::of(midnight))
    }
}

/// `GET /admin`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let today = Day::of(web.app.clock().now());
    let day = wanted.day().filter(|day| day.from <= today.from);
    let day = day.unwrap_or(today);
    let figures = web.app.day_figures(day).await?;
    let body = if day == today {
        let now = web.app.house_now().await?;
        let health = health::standing(&web).await;
        html! {
            (days(day, today))
            (needs(&now))
            (money(&figures))
            (people(&figures, Some(&now)))
            (charts(&figures))
            div class="columns" {
                (at_mpesa(&now))
                (service(&now, &health.parts))
            }
        }
    } else {
        html! {
            (days(day, today))
            (money(&figures))
            (people(&figures, None))
            (charts(&figures))
        }
    };
    let title = if day == today {
        "Today".to_owned()
    } else {
        day.to_string()
    };
    Ok(visit.page(&title, &body))
}

/// To the days around it.
fn days(day: Day, today: Day) -> Markup {
    let before = day.before();
    html! {
        form method="get" action="/admin" class="search" {
            a href=(format!("/admin?day={before}")) rel="prev" { "← " (before) }
            label {
                "Day, in Nairobi"
                input type="date" name="day" value=(day) max=(today);
            }
            button type="submit" { "Show" }
            @if day != today {
                a href=(format!("/admin?day={}", day.after())) rel="next" { (day.after()) " →" }
                a href="/admin" { "Today" }
            }
        }
    }
}

/// What waits for a person, each with the page where it is worked off.
fn needs(now: &HouseNow) -> Markup {
    let (standing, troubles) = (&now.standing, &now.troubles);
    let open_circuits = now.circuits.iter().filter(|(_, is_open)| *is_open).count();
    let lines = [
        (
            count(standing.parked.count),
            "/admin/parked",
            format!(
                "payments are parked, KES {} together: assign or refund them",
                standing.parked.sum
            ),
        ),
        (
            count(standing.unsure.count),
            "/admin/withdrawals",
            format!(
                "withdrawals are unsure, KES {} together: did M-Pesa pay?",
                standing.unsure.sum
            ),
        ),
        (
            count(standing.late_payouts.count),
            "/admin/withdrawals#ended",
            format!(
                "payouts arrived after their money had gone back, KES {} together: who pays?",
                standing.late_payouts.sum
            ),
        ),
        (
            count(standing.adjustments.count),
            "/admin/adjustments",
            format!(
                "corrections of the books wait for a second administrator, KES {} together",
                standing.adjustments.sum
            ),
        ),
        (
            count(standing.cases),
            "/admin/fair",
            "cases of the fair play watch are open".into(),
        ),
        (
            count(troubles.flagged_withdrawals),
            "/admin/withdrawals#ended",
            "withdrawals were flagged in the last 7 days".into(),
        ),
        (
            count(troubles.flagged_deposits),
            "/admin/players#flagged",
            "deposits were flagged in the last 7 days: they did not add up, or have no receipt"
                .into(),
        ),
        (
            count(troubles.failed_sms),
            "/admin/jobs",
            "SMS could not be sent in the last 7 days".into(),
        ),
        (
            count(troubles.dead_callbacks),
            "/admin/jobs",
            "callbacks could not be acted on in the last 7 days".into(),
        ),
        (
            usize::from(now.payout_pause.is_some()),
            "/admin/jobs",
            "pause of payouts".into(),
        ),
        (
            usize::from(now.sms_pause.is_some()),
            "/admin/jobs",
            "pause of SMS".into(),
        ),
        (
            open_circuits,
            "/admin/jobs",
            "kinds of calls that M-Pesa does not answer".into(),
        ),
        (
            usize::from(now.drift == MpesaDrift::Drift),
            "/admin#mpesa",
            "difference between M-Pesa and the ledger".into(),
        ),
    ];
    let lines = lines.iter().filter(|(count, ..)| *count > 0);
    let lines: Vec<_> = lines.collect();
    html! {
        h2 { "Needs you" }
        ul class="needs" {
            @for (count, path, text) in &lines {
                li { a href=(path) { b { (count) } span { (text) } } }
            }
            @if lines.is_empty() {
                li { p class="calm" { "Nothing waits for you." } }
            }
        }
    }
}

fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or_default()
}

/// Why money moves, as the cards and charts put it together.
const DEPOSITS: &[Reason] = &[Reason::Deposit, Reason::Assign];
const STAKES: &[Reason] = &[Reason::Stake];
const BOUNTIES: &[Reason] = &[Reason::Bounty];
const BACK: &[Reason] = &[Reason::StakeBack, Reason::RefundBonus];
const FEES: &[Reason] = &[Reason::Fee, Reason::WithdrawalFee];
const CORRECTED: &[Reason] = &[
    Reason::Adjustment,
    Reason::AdjustmentDown,
    Reason::ParkedBack,
    Reason::DepositBack,
    Reason::PayoutBack,
    Reason::CashShort,
    Reason::CashOver,
    Reason::LatePayoutClosed,
];
const PAID_OUT: &[Reason] = &[Reason::Payout];
const TAXES: &[Reason] = &[Reason::Excise, Reason::WithholdingTax];

fn money(figures: &DayFigures) -> Markup {
    let cards = [
        ("Deposits", DEPOSITS, "payments"),
        ("Withdrawals paid", PAID_OUT, "payouts"),
        ("Stakes", STAKES, "seats"),
        ("Bounties", BOUNTIES, "wins"),
        ("Given back", BACK, "draws, refunds, bonuses"),
        ("Fees to the house", FEES, "matches and payouts"),
        ("Taxes", TAXES, "lines"),
        ("Corrections", CORRECTED, "acts, either way"),
    ];
    html! {
        h2 { "Money" small { " in shillings, from the ledger" } }
        ul class="cards" {
            @for (name, reasons, of) in cards {
                @let total = today::total(&figures.moved, reasons);
                li class="card" {
                    span class="name" { (name) }
                    span class="figure" { (total.sum) }
                    span class="more" { (total.count) " " (of) }
                }
            }
        }
    }
}

fn people(figures: &DayFigures, now: Option<&HouseNow>) -> Markup {
    html! {
        h2 { "Players" }
        ul class="cards" {
            li class="card" {
                span class="name" { "Registered" }
                span class="figure" { (figures.registered) }
                span class="more" { "new players" }
            }
            li class="card" {
                span class="name" { "Paired within" }
                span class="figure" { (figures.paired_median_ms.map_or("-".into(), span)) }
                span class="more" {
                    "half of " (figures.matches) " matches; nine in ten within "
                    (figures.paired_p90_ms.map_or("-".into(), span))
                }
            }
            @if let Some(now) = now {
                @let sessions: i64 = now.sessions.iter().map(|status| status.sessions).sum();
                li class="card" {
                    span class="name" { "Playing now" }
                    span class="figure" { (now.standing.playing) }
                    span class="more" { "rounds under way" }
                }
                li class="card" {
                    span class="name" { "Waiting now" }
                    span class="figure" { (now.standing.waiting) }
                    span class="more" {
                        @match now.standing.waiting_since {
                            Some(since) => { "longest for " (span(now.at.ms_since(since))) }
                            None => { "for an opponent" }
                        }
                    }
                }
                a class="card" href="/admin/menu" {
                    span class="name" { "USSD sessions" }
                    span class="figure" { (sessions) }
                    span class="more" { "ended since midnight" }
                }
            }
        }
    }
}

fn charts(figures: &DayFigures) -> Markup {
    let hours = |reasons| today::by_hour(&figures.moved, reasons);
    let (deposits, paid_out) = (hours(DEPOSITS), hours(PAID_OUT));
    let (stakes, bounties) = (hours(STAKES), hours(BOUNTIES));
    let (fees, back) = (hours(FEES), hours(BACK));
    let bars = |name, hours| Bars { name, hours };
    html! {
        h2 { "By the hour" }
        div class="columns" {
            (by_hour("In and out", &[bars("Deposits", &deposits), bars("Withdrawals paid", &paid_out)]))
            (by_hour("Games", &[bars("Stakes", &stakes), bars("Bounties", &bounties)]))
            (by_hour("House", &[bars("Fees", &fees), bars("Given back", &back)]))
        }
    }
}

fn at_mpesa(now: &HouseNow) -> Markup {
    let drift = match now.drift {
        MpesaDrift::Ok => state("ok"),
        MpesaDrift::Drift => state("drift"),
        MpesaDrift::Unknown => state("unknown"),
    };
    let judged = now.balance.as_ref().and_then(|report| report.judged);
    let never = "never asked: `majibu mpesa balance` does";
    html! {
        section class="panel" id="mpesa" {
            h2 { "At M-Pesa" }
            (facts(&[
                ("The ledger says", now.float.map_or(html! { "-" }, kes)),
                ("M-Pesa said", judged.map_or(html! { (never) }, |found| html! {
                    (kes(found.holdings.held)) " " small { (when(found.at)) }
                })),
                ("Of it to pay out from", judged.and_then(|found| found.holdings.utility)
                    .map_or(html! { "-" }, kes)),
                ("Difference", judged.map_or(html! { "-" }, |found| kes(found.drift))),
                ("Do they agree", drift),
                ("Withdrawals on their way", html! {
                    (now.standing.withdrawals.count) ", " (kes(now.standing.withdrawals.sum))
                }),
            ]))
        }
    }
}

fn service(now: &HouseNow, parts: &[(&'static str, &'static str)]) -> Markup {
    html! {
        section class="panel" {
            h2 { "Service" }
            dl class="facts" {
                @for (name, word) in parts {
                    div { dt { (name.replace('_', " ")) } dd { (state(word)) } }
                }
            }
            @for (what, pause) in [("Payouts", &now.payout_pause), ("SMS", &now.sms_pause)] {
                @if let Some((until, why)) = pause {
                    p { (what) " pause until " (when(*until)) ": " (why) "." }
                }
            }
        }
    }
}
