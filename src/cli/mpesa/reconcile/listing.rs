//! How a reconciliation is told: a table for each day, then every finding with what to do about it.

use serde_json::{Value, json};

use super::{Outcome, Source};
use crate::{
    cli::say,
    core::{
        money::Cents,
        msisdn::Msisdn,
        payment::{
            paybill::shown,
            reconcile::{Class, Finding, Note, Tally, Way},
            withdrawal::State,
        },
        time::Timestamp,
    },
};

/// The most findings that are written as text.
const LISTED: usize = 500;

pub(super) fn print(outcome: &Outcome<'_>) {
    if outcome.arguments.json {
        say(&as_json(outcome).to_string());
        return;
    }
    for source in &outcome.sources {
        say(&about(source));
    }
    for (day, tallies) in &outcome.report.days {
        say("");
        say(&day.to_string());
        for ((way, class), tally) in tallies.iter().filter(|(_, tally)| tally.count > 0) {
            let words = class_words(*class);
            say(&row(&format!("{:<12}{words}", way_words(*way)), *tally));
        }
    }
    if !outcome.report.statuses.is_empty() {
        let statuses = outcome.report.statuses.iter();
        let told: Vec<String> = statuses
            .map(|(status, count)| format!("{count} {}", shown(status)))
            .collect();
        say("");
        say(&format!("no money moved: {}", told.join(", ")));
    }
    say("");
    for done in &outcome.assigned {
        let (receipt, number, what) = (&done.receipt, &done.number, &done.outcome);
        say(&format!("{receipt} for {number}: {what}"));
    }
    for finding in outcome.report.findings.iter().take(LISTED) {
        print_finding(outcome, finding);
    }
    let count = outcome.report.findings.len();
    if count > LISTED {
        say(&format!("... and {} more; --json has all", count - LISTED));
    }
    say(&match count {
        0 => "everything matches".into(),
        1 => "1 finding".into(),
        _ => format!("{count} findings"),
    });
}

fn row(words: &str, tally: Tally) -> String {
    format!(
        "  {words:<44}{:>12}{:>20}",
        tally.count,
        tally.sum.to_string()
    )
}

fn about(source: &Source) -> String {
    let what = match &source.preamble {
        None => "payments of Pull".to_owned(),
        Some(preamble) => {
            let code = preamble.short_code.as_deref().map(shown);
            let account = preamble.account.as_deref().map(shown);
            let of = [code, account].into_iter().flatten().collect::<Vec<_>>();
            if of.is_empty() {
                "statement".to_owned()
            } else {
                format!("statement of {}", of.join(", "))
            }
        }
    };
    let (name, rows) = (&source.name, source.rows);
    let Some(cover) = source.cover else {
        return format!(
            "{name}: {what}, {rows} rows\n  nothing is looked for that only we have: no time is covered"
        );
    };
    let stated = source
        .preamble
        .as_ref()
        .and_then(|preamble| preamble.period);
    let how = match (&source.preamble, stated) {
        (Some(_), Some(_)) => "the time that it states",
        (None, _) if name.starts_with("--pull") => "the time that was asked for",
        _ => "its first to its last row",
    };
    let ways = ways_of(source);
    let looked = if ways.is_empty() {
        "nothing is looked for that only we have: this account has no payments of players".into()
    } else {
        format!(
            "{} that only we have are looked for in it",
            ways.join(" and ")
        )
    };
    let (from, until) = (cover.from, cover.until);
    format!("{name}: {what}, {rows} rows\n  {from} to {until} ({how})\n  {looked}")
}

fn ways_of(source: &Source) -> Vec<&'static str> {
    let cover = source.cover;
    let deposits = cover.is_some_and(|cover| cover.deposits);
    let withdrawals = cover.is_some_and(|cover| cover.withdrawals);
    let ways = [(deposits, "deposits"), (withdrawals, "withdrawals")];
    let covered = ways.into_iter().filter(|(is_covered, _)| *is_covered);
    covered.map(|(_, words)| words).collect()
}

const fn way_words(way: Way) -> &'static str {
    match way {
        Way::In => "in",
        Way::Out => "out",
    }
}

const fn class_words(class: Class) -> &'static str {
    match class {
        Class::Matched => "matched",
        Class::OnlyAtMpesa => "only at M-Pesa",
        Class::OnlyWithUs => "only with us",
        Class::Differs => "differing amounts",
        Class::Unsettled => "paid by M-Pesa, not settled with us",
        Class::Reversed => "reversed",
        Class::Charge => "charges of M-Pesa, not in the ledger",
        Class::Move => "moves of the house, not in the ledger",
        Class::NotDone => "no money moved",
        Class::Repeated => "told once more",
    }
}

fn print_finding(outcome: &Outcome<'_>, finding: &Finding) {
    let place = finding.place.map_or_else(String::new, |place| {
        let source = outcome.sources.get(place.source);
        let name = source.map_or("", |source| source.name.as_str());
        format!("  {name}:{}", place.line)
    });
    let amount =
        |cents: Option<Cents>| cents.map_or_else(|| "-".to_owned(), |cents| cents.to_string());
    say(&format!(
        "{}: {}  {}  {}{place}",
        class_words(finding.class).to_uppercase(),
        finding.receipt,
        finding.at,
        way_words(finding.way),
    ));
    say(&format!(
        "  KES {} at M-Pesa, {} with us{}",
        amount(finding.told),
        amount(finding.booked),
        texts(finding)
    ));
    say(&format!("  {}", advice(finding)));
    if let Some(command) = command(outcome, finding) {
        say(&format!("  {command}"));
    }
}

/// What M-Pesa says about it, fit to be shown.
fn texts(finding: &Finding) -> String {
    let mut texts = String::new();
    let account = shown(&finding.account);
    for (name, text) in [
        ("", shown(&finding.label)),
        ("account ", account),
        ("", party(finding)),
    ] {
        if !text.is_empty() {
            texts.push_str(&format!("; {name}\"{text}\""));
        }
    }
    texts
}

/// The other party with its number masked.
fn party(finding: &Finding) -> String {
    let text = shown(&finding.party);
    let mut masked = String::new();
    let mut digits = String::new();
    // A space behind the end closes the last number.
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if digits.len() >= 9 {
            let (start, end) = (&digits[..5], &digits[digits.len() - 3..]);
            masked.push_str(&format!("{start}xxx{end}"));
        } else {
            masked.push_str(&digits);
        }
        digits.clear();
        masked.push(letter);
    }
    masked.trim_end().to_owned()
}

fn advice(finding: &Finding) -> String {
    let console = "resolve it in the console, with this receipt as the evidence";
    match (finding.class, finding.note) {
        (_, Note::PartlyBack(back)) => {
            format!("KES {back} of it was reversed: agree with the payer about the rest")
        }
        (_, Note::ToldTwice) => "the files have it with two amounts: ask M-Pesa".into(),
        (_, Note::NotDoneThere) => {
            "booked with us; M-Pesa has it as not completed: a callback that was not M-Pesa's?"
                .into()
        }
        (_, Note::OfAnotherDay(day)) => {
            format!(
                "its receipt is of {day}: reconcile the statement of that day along with this one"
            )
        }
        (_, Note::Unlinked) => {
            "a reversal that does not say of what: look it up in the portal".into()
        }
        (_, Note::StillBooked) => {
            "M-Pesa took it back, and it is in the books still: `mpesa reversed`, or `suspense \
             give-back` if it is parked"
                .into()
        }
        (_, Note::Withdrawal(id, state)) => {
            format!("withdrawal {id}, {}: compare with the portal", state.name())
        }
        (_, Note::SecondReceipt(id)) => {
            format!("withdrawal {id} is paid under another receipt: it may have gone out twice")
        }
        (_, Note::Named(id, State::Failed)) => {
            format!("withdrawal {id}, failed: its money went back to the wallet; {console}")
        }
        (_, Note::Named(id, state)) => {
            format!(
                "withdrawal {id}, {}: M-Pesa names its id; {console}",
                state.name()
            )
        }
        (_, Note::Alike(id, state)) => format!(
            "withdrawal {id}, {}: the same amount and number; {console}",
            state.name()
        ),
        (Class::Differs, Note::Parked) => {
            "parked with another amount: compare before you assign it".into()
        }
        (Class::OnlyAtMpesa, Note::None) if finding.way == Way::In => {
            "book it for its player:".into()
        }
        (Class::OnlyAtMpesa, _) => "no withdrawal of ours: who paid it out, and what for?".into(),
        (Class::OnlyWithUs, _) => {
            "M-Pesa does not have it in that time: a callback that was not M-Pesa's?".into()
        }
        (_, Note::None | Note::Parked) => "compare with the portal".into(),
    }
}

/// The command that would book a payment that only M-Pesa has.
fn command(outcome: &Outcome<'_>, finding: &Finding) -> Option<String> {
    if !finding.is_assignable() {
        return None;
    }
    let mut words = vec!["majibu mpesa reconcile".to_owned()];
    let files = outcome.arguments.files.iter();
    words.extend(files.map(|file| quoted(&file.display().to_string())));
    words.extend(
        outcome
            .arguments
            .pull
            .map(|hours| format!("--pull {hours}")),
    );
    let payee = outcome.payees.get(&finding.receipt).map(Msisdn::e164);
    let payee = payee.unwrap_or("MSISDN");
    words.push(format!("--assign {}={payee}", finding.receipt));
    Some(words.join(" "))
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn as_json(outcome: &Outcome<'_>) -> Value {
    let report = &outcome.report;
    let days: Vec<Value> = report
        .days
        .keys()
        .map(|day| {
            let of_way = |way| {
                tallies(|class| {
                    report
                        .days
                        .get(day)
                        .and_then(|day| day.get(&(way, class)))
                        .copied()
                })
            };
            json!({ "date": day.to_string(), "in": of_way(Way::In), "out": of_way(Way::Out) })
        })
        .collect();
    let total = |way| tallies(|class| Some(report.total(way, class)));
    let sources: Vec<Value> = outcome.sources.iter().map(source_json).collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| finding_json(outcome, finding))
        .collect();
    let assigned: Vec<Value> = outcome
        .assigned
        .iter()
        .map(|done| json!({ "receipt": done.receipt, "outcome": done.outcome }))
        .collect();
    let is_ok =
        report.findings.is_empty() && outcome.assigned.iter().all(super::Assigned::is_booked);
    json!({
        "ok": is_ok,
        "sources": sources,
        "days": days,
        "total": { "in": total(Way::In), "out": total(Way::Out) },
        "statuses": report.statuses,
        "findings": findings,
        "assigned": assigned,
    })
}

fn tallies(of: impl Fn(Class) -> Option<Tally>) -> Value {
    let tallies = Class::ALL.into_iter().map(|class| {
        let tally = of(class).unwrap_or_default();
        let body = json!({ "count": tally.count, "cents": tally.sum.get() });
        (class.name().to_owned(), body)
    });
    Value::Object(tallies.collect())
}

fn source_json(source: &Source) -> Value {
    let preamble = source.preamble.as_ref();
    let time = |at: Timestamp| at.in_nairobi().to_rfc3339();
    json!({
        "name": source.name,
        "kind": if preamble.is_some() { "statement" } else { "pull" },
        "short_code": preamble.and_then(|preamble| preamble.short_code.as_deref()).map(shown),
        "account": preamble.and_then(|preamble| preamble.account.as_deref()).map(shown),
        "rows": source.rows,
        "from": source.cover.map(|cover| time(cover.from)),
        "until": source.cover.map(|cover| time(cover.until)),
        "is_stated": preamble.is_some_and(|preamble| preamble.period.is_some()),
        "covers": ways_of(source),
    })
}

fn finding_json(outcome: &Outcome<'_>, finding: &Finding) -> Value {
    let place = finding.place;
    let source = place.and_then(|place| outcome.sources.get(place.source));
    json!({
        "class": finding.class.name(),
        "way": way_words(finding.way),
        "receipt": finding.receipt,
        "at": finding.at.in_nairobi().to_rfc3339(),
        "source": source.map(|source| source.name.as_str()),
        "line": place.map(|place| place.line),
        "mpesa_cents": finding.told.map(Cents::get),
        "ledger_cents": finding.booked.map(Cents::get),
        "label": shown(&finding.label),
        "account": shown(&finding.account),
        "party": party(finding),
        "withdrawal": withdrawal(finding.note),
        "advice": advice(finding),
        "command": command(outcome, finding),
    })
}

fn withdrawal(note: Note) -> Option<String> {
    match note {
        Note::Withdrawal(id, _)
        | Note::SecondReceipt(id)
        | Note::Named(id, _)
        | Note::Alike(id, _) => Some(id.to_string()),
        Note::None
        | Note::Parked
        | Note::ToldTwice
        | Note::Unlinked
        | Note::StillBooked
        | Note::PartlyBack(_)
        | Note::NotDoneThere
        | Note::OfAnotherDay(_) => None,
    }
}
