//! `match`: one game explained.

use serde_json::{Value, json};

use super::{Failed, open_to_look, say};
use crate::{app::Explained, config::Config, core::game::score::Rule};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id of the set, or of an entry of it
    id: String,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let app = open_to_look(config).await?;
    let Some(game) = app.explain(&arguments.id).await? else {
        return Err(Failed::Finding("no game with this id".into()));
    };
    if arguments.json {
        say(&as_json(&game).to_string());
    } else {
        print(&game);
    }
    Ok(())
}

/// The rule that decided, for a person.
const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::NothingAnswered => "neither answered anything",
        Rule::Correct => "more right answers",
        Rule::Answered => "as many right answers, more answers",
        Rule::Time => "as many answers, less time",
        Rule::Equal => "equal in all",
    }
}

fn as_json(game: &Explained) -> Value {
    let players = game.sides.iter().map(|side| {
        json!({
            "entry": side.entry.id.to_string(),
            "msisdn": side.player.msisdn.e164(),
            "state": side.entry.state.name(),
            "correct": side.entry.correct,
            "answered": side.entry.answered,
            "answering_ms": side.entry.spent.answering_ms,
            "received_cents": side.entry.received.get(),
        })
    });
    let players: Vec<_> = players.collect();
    let questions = game.asked.iter().map(|asked| {
        let seen = asked.seen.iter().map(|seen| {
            let answer = seen.answer;
            json!({
                "locale": seen.locale,
                "order": seen.order,
                "choice": answer.map(|one| one.choice),
                "correct": answer.map(|one| one.is_correct),
                "ms": answer.map(|one| one.received_at.ms_since(one.sent_at)),
            })
        });
        json!({
            "question": asked.question.to_string(),
            "version": asked.version,
            "answer": asked.answer,
            "seen": seen.collect::<Vec<_>>(),
        })
    });
    let questions: Vec<_> = questions.collect();
    json!({
        "set": game.set.to_string(),
        "category": game.category,
        "stake_cents": game.stake.get(),
        "winner": game.course.winner.map(|winner| winner.to_string()),
        "rule": game.rule.map(rule),
        "players": players,
        "questions": questions,
        "transfers": game.transfers.iter().map(|one| &one.cause).collect::<Vec<_>>(),
    })
}

fn print(game: &Explained) {
    say(&format!(
        "{}  {} KES {}  opened {}",
        game.set, game.category, game.stake, game.course.opened_at
    ));
    for side in &game.sides {
        say(&format!(
            "player    {}  {}  {} right of {} answered in {} ms  got KES {}",
            side.player.msisdn.e164(),
            side.entry.state.name(),
            side.entry.correct,
            side.entry.answered,
            side.entry.spent.answering_ms,
            side.entry.received
        ));
    }
    if let Some(decided) = game.rule {
        say(&format!("decided   by: {}", rule(decided)));
    }
    for asked in &game.asked {
        for (place, seen) in asked.seen.iter().enumerate() {
            let words = asked.words.get(&seen.locale);
            let choice = |number: i64| {
                let place = usize::try_from(number - 1).ok();
                let of = words.and_then(|words| words.choices.get(place?));
                of.map_or("-", String::as_str)
            };
            let answered = seen.answer.map_or("nothing".to_owned(), |one| {
                let ms = one.received_at.ms_since(one.sent_at);
                format!("{} in {ms} ms", choice(one.choice))
            });
            say(&format!(
                "question  {}.{}  {}  right: {}  answered: {answered}",
                asked.position,
                place + 1,
                words.map_or("", |words| words.question.as_str()),
                choice(asked.answer)
            ));
        }
    }
    for one in &game.transfers {
        say(&format!(
            "booked    {}  {} to {}  KES {}  {}",
            one.at, one.from, one.to, one.amount, one.cause
        ));
    }
}
