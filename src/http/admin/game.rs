//! One game explained: who, what was asked and answered, which rule decided, what was booked.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    parts::{empty, facts, kes, span, state, table, when},
    players,
    visit::{Asked as Query, Visit},
};
use crate::{
    app::{Asked, Explained, Seen, Side},
    core::{game::score::Rule, ledger::Account},
    http::Web,
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    id: String,
}

/// `GET /admin/match`.
pub(super) async fn search(visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    let id = wanted.id.trim();
    let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain {
        return Redirect::to(&format!("/admin/match/{id}")).into_response();
    }
    let body = html! {
        p class="lead" {
            "Any game explained. The id of an entry or a set stands in a player's story, where each game \
             has its link."
        }
        form method="get" action="/admin/match" class="search" role="search" {
            label class="wide" {
                "Id of an entry or a set"
                input type="search" name="id" value=(wanted.id) maxlength="40" autocomplete="off";
            }
            button type="submit" class="primary" { "Explain" }
        }
        @if !id.is_empty() { (empty("That is no id.")) }
    };
    visit.page("Matches", &body)
}

/// `GET /admin/match/{id}`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let game = web.app.explain(&id).await?.ok_or(Fault::NotFound)?;
    let body = html! {
        div class="panel" { (course(&game)) }
        h2 { "Players" }
        (sides(&game))
        h2 { "Questions" }
        @for asked in &game.asked { (question(&game, asked)) }
        h2 { "Booked" }
        (booked(&game))
    };
    Ok(visit.page("Match", &body))
}

/// The rule that decided, as a sentence.
const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::NothingAnswered => "Neither answered anything: a draw.",
        Rule::Correct => "More right answers.",
        Rule::Answered => "As many right answers; more questions answered.",
        Rule::Time => "As many right answers and as many answers; less time.",
        Rule::Equal => "Equal in answers and time: a draw.",
    }
}

fn course(game: &Explained) -> Markup {
    let mut pairs = vec![
        ("Category", html! { (game.category) }),
        ("Stake", html! { "KES " (kes(game.stake)) }),
        ("Opened", when(game.course.opened_at)),
        ("Set", html! { code { (game.set) } }),
    ];
    if let Some(at) = game.course.settled_at {
        pairs.push(("Settled", when(at)));
    }
    if let Some(decided) = game.rule {
        pairs.push(("Decided by", html! { b { (rule(decided)) } }));
    }
    if let Some(at) = game.course.voided_at {
        pairs.push(("Voided", when(at)));
    }
    if let Some(reason) = &game.course.void_reason {
        pairs.push(("Because a question was withdrawn", html! { (reason) }));
    }
    facts(&pairs)
}

fn sides(game: &Explained) -> Markup {
    let rows = html! {
        @for side in &game.sides {
            @let entry = &side.entry;
            tr {
                td { (entry.seat) }
                td { (players::link(&side.player)) }
                td { (state(entry.state.name())) }
                td class="num" { (entry.correct) }
                td class="num" { (entry.answered) }
                td class="num" { (span(entry.spent.answering_ms)) }
                td class="num" { (span(entry.spent.thinking_ms)) }
                td class="num" { (kes(entry.received)) }
                td { (when(entry.staked_at)) }
                td { code { (entry.id) } }
            }
        }
        @if game.sides.len() == 1 {
            tr { td { "2" } td colspan="9" class="muted" { "Nobody took the second seat." } }
        }
    };
    let heads = [
        "Seat",
        "Player",
        "Became",
        "#Right",
        "#Answered",
        "#Answering",
        "#Thinking",
        "#Got KES",
        "Staked",
        "Entry",
    ];
    table(&heads, &rows)
}

fn question(game: &Explained, asked: &Asked) -> Markup {
    html! {
        section class="panel" {
            h3 {
                "Question " (asked.position)
                " " a href=(format!("/admin/questions/{}", asked.question)) { "in the bank" }
                " " small { "version " (asked.version) }
            }
            div class="columns" {
                @for (side, seen) in game.sides.iter().zip(&asked.seen) {
                    (seen_by(side, asked, seen))
                }
                @if asked.seen.is_empty() { p class="muted" { "Nobody got this far." } }
            }
        }
    }
}

/// What one player saw, in their order, and what they picked.
fn seen_by(side: &Side, asked: &Asked, seen: &Seen) -> Markup {
    let words = asked.words.get(&seen.locale);
    let picked = seen.answer.map(|one| one.choice);
    html! {
        div {
            p { small { (side.player.msisdn.e164()) ", " (seen.locale) } }
            p { b { (words.map_or("", |words| words.question.as_str())) } }
            ol {
                @for number in &seen.order {
                    @let own = i64::from(*number);
                    @let place = usize::from(number.saturating_sub(1));
                    li {
                        (words.and_then(|words| words.choices.get(place)).map_or("?", String::as_str))
                        @if own == asked.answer { " " (state("right")) }
                        @if Some(own) == picked && own != asked.answer { " " (state("wrong")) }
                        @if Some(own) == picked { " ← picked" }
                    }
                }
            }
            p class="muted" {
                @match seen.answer {
                    Some(one) => {
                        "Sent " (when(one.sent_at)) ", answered after "
                        (span(one.received_at.ms_since(one.sent_at)))
                    }
                    None => { "Not answered in time." }
                }
            }
        }
    }
}

fn booked(game: &Explained) -> Markup {
    if game.transfers.is_empty() {
        return empty("Nothing is booked.");
    }
    let name = |account: Account| {
        let Account::Wallet(player) = account else {
            return html! { (account) };
        };
        let side = game.sides.iter().find(|side| side.player.id == player);
        side.map_or_else(|| html! { "wallet" }, |side| players::link(&side.player))
    };
    let rows = html! {
        @for one in &game.transfers {
            tr {
                td { (when(one.at)) }
                td { (one.reason.name().replace('_', " ")) }
                td { (name(one.from)) }
                td { (name(one.to)) }
                td class="num" { (kes(one.amount)) }
                td { code { (one.cause) } }
            }
        }
    };
    table(&["When", "Why", "From", "To", "#KES", "Cause"], &rows)
}
