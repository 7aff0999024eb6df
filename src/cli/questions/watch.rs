//! Questions in play: how they fared, and taking bad ones out.

use serde_json::{Value, json};

use super::{Act, Failed, by_command, open, say};
use crate::{
    app::{QuestionStats, WithdrawReport},
    config::Config,
    core::{
        bank::{Text, figures::Flag},
        operator::By,
    },
};

pub(super) async fn stats(
    config: &Config,
    category: Option<String>,
    min_shown: u32,
    json: bool,
) -> Result<(), Failed> {
    let app = open(config).await?;
    let stats = app.question_stats(category, min_shown.into()).await?;
    if json {
        let questions: Vec<Value> = stats.iter().map(as_json).collect();
        say(&json!({ "questions": questions }).to_string());
        return Ok(());
    }
    say("flag      shown  right   late     mean  picked        question");
    for one in &stats {
        say(&as_line(one));
    }
    let flagged = |flag| {
        stats
            .iter()
            .filter(|one| one.figures.flag() == Some(flag))
            .count()
    };
    say(&format!(
        "{} questions, {} likely wrong, {} trivial",
        stats.len(),
        flagged(Flag::Wrong),
        flagged(Flag::Trivial)
    ));
    Ok(())
}

/// A question's words: in English where it has them.
fn words(one: &QuestionStats) -> Option<&Text> {
    let texts = &one.question.texts;
    texts.get("en").or_else(|| texts.values().next())
}

fn as_line(one: &QuestionStats) -> String {
    let figures = &one.figures;
    let flag = figures.flag().map_or("", Flag::name);
    let right = figures.right_permille();
    let right = right.map_or("-".into(), |r| format!("{}.{}%", r / 10, r % 10));
    let mean = figures.answering_ms;
    let mean = mean.map_or("-".into(), |ms| {
        format!("{}.{}s", ms / 1_000, ms % 1_000 / 100)
    });
    // The right choice in brackets.
    let picked: Vec<String> = figures
        .picked
        .iter()
        .zip(1_u8..)
        .map(|(count, choice)| {
            if choice == figures.answer {
                format!("[{count}]")
            } else {
                count.to_string()
            }
        })
        .collect();
    let id = one.question.id.to_string();
    format!(
        "{flag:8} {:>6} {right:>6} {:>6} {mean:>8}  {:12}  {} ({}): {}",
        figures.shown,
        figures.late(),
        picked.join(" "),
        one.question.key().unwrap_or(&id),
        one.question.category,
        words(one).map_or("", |text| text.question.as_str())
    )
}

fn as_json(one: &QuestionStats) -> Value {
    let (question, figures) = (&one.question, &one.figures);
    json!({
        "id": question.id.to_string(),
        "key": question.key(),
        "category": question.category,
        "question": words(one).map(|text| text.question.as_str()),
        "choices": words(one).map(|text| text.choices.as_slice()),
        "answer": figures.answer,
        "version": question.version,
        "shown": figures.shown,
        "answered": figures.answered(),
        "right": figures.right(),
        "late": figures.late(),
        "picked": figures.picked,
        "answering_ms": figures.answering_ms,
        "flag": figures.flag().map(Flag::name),
    })
}

pub(super) async fn withdraw(config: &Config, act: &Act) -> Result<(), Failed> {
    let by = by(act)?;
    let app = open(config).await?;
    let done = app.withdraw_question(&act.question, &by).await?;
    let Some(WithdrawReport {
        withdrawal,
        was_withdrawn,
        voided,
    }) = done
    else {
        return Err(unknown(act));
    };
    if act.json {
        let object = json!({
            "id": withdrawal.question.to_string(),
            "was_withdrawn": was_withdrawn,
            "reason": withdrawal.reason,
            "by": withdrawal.by,
            "at_ms": withdrawal.at.ms(),
            "sets_voided": voided.sets,
            "entries_voided": voided.entries,
            "returned_cents": voided.returned.get(),
        });
        say(&object.to_string());
        return Ok(());
    }
    let when = withdrawal.at.in_nairobi().format("%Y-%m-%d %H:%M");
    if was_withdrawn {
        say(&format!(
            "{} was withdrawn before, by {} on {when}: {}",
            act.question, withdrawal.by, withdrawal.reason
        ));
    } else {
        say(&format!("{} is withdrawn", act.question));
    }
    say(&format!(
        "{} sets voided, {} stakes of KES {} in all returned",
        voided.sets, voided.entries, voided.returned
    ));
    Ok(())
}

pub(super) async fn restore(config: &Config, act: &Act) -> Result<(), Failed> {
    let by = by(act)?;
    let app = open(config).await?;
    let done = app.restore_question(&act.question, &by).await?;
    let Some((question, withdrawal)) = done else {
        return Err(unknown(act));
    };
    let was_withdrawn = withdrawal.is_some();
    if act.json {
        let id = question.to_string();
        say(&json!({ "id": id, "was_withdrawn": was_withdrawn }).to_string());
    } else if was_withdrawn {
        say(&format!("{} is in play again", act.question));
    } else {
        say(&format!("{} is in play; nothing changed", act.question));
    }
    Ok(())
}

/// Whoever runs the command, and the reason, which an operator who looks back must be able to read. The
/// name that they give is only what they say: it stands with the reason, and never as who acted.
fn by(act: &Act) -> Result<By, Failed> {
    let by = by_command(&act.reason)?;
    match act.by.trim() {
        "" => Ok(by),
        name => by_command(&format!("{} (says {name})", by.why.text())),
    }
}

fn unknown(act: &Act) -> Failed {
    let what = format!("no question has the key or id \"{}\"", act.question);
    if act.json {
        say(&json!({ "error": what }).to_string());
    }
    Failed::Finding(what)
}
