//! What happened to a player, line by line.

use maud::{Markup, html};

use super::parts::{empty, kes, span, state, when};
use crate::{
    app::{Asked, Event, Game, Hop, Movement, Story, StoryTold},
    core::{money::Cents, time::Timestamp},
    store::{CallbackStory, DepositStory, EndedRow, EntryState, SmsStory, WithdrawalStory},
};

/// The events of a page, newest first.
pub(super) fn timeline(story: &Story) -> Markup {
    if story.events.is_empty() {
        return empty("Nothing has happened yet.");
    }
    html! {
        ol class="timeline" {
            @for told in &story.events {
                li class=(class(told)) { (when(told.at)) " " (event(told)) }
            }
        }
    }
}

fn class(told: &StoryTold) -> &'static str {
    match &told.event {
        Event::Moved(_) => "money",
        Event::Deposit(one, _) if one.state == "failed" || one.flagged => "trouble",
        Event::Withdrawal(one) if one.state == "failed" || one.flagged => "trouble",
        Event::Callback(one) if one.state == "dead" => "trouble",
        Event::Sms(one) if one.state == "failed" => "trouble",
        Event::Act(_) => "act-line",
        Event::Hop(_)
        | Event::SessionEnded(_)
        | Event::Game(_)
        | Event::Deposit(..)
        | Event::Withdrawal(_)
        | Event::Callback(_)
        | Event::Sms(_)
        | Event::Inbound(_) => "",
    }
}

fn event(told: &StoryTold) -> Markup {
    match &told.event {
        Event::Hop(one) => hop(one),
        Event::SessionEnded(one) => ended(one),
        Event::Moved(one) => moved(one),
        Event::Game(one) => game(one),
        Event::Deposit(one, heard) => deposit(one, heard),
        Event::Withdrawal(one) => withdrawal(one),
        Event::Callback(one) => html! { "Callback " (callback(one)) },
        Event::Sms(one) => sms(one),
        Event::Inbound(one) => html! {
            "SMS from the player: " b { (one.keyword.as_deref().unwrap_or("not understood")) }
            @if let Some(answer) = &one.answer { ", answered: " (answer) }
        },
        Event::Act(one) => html! {
            b { (one.actor) } " did " span class="badge" { (one.action) }
            @if !one.detail.is_empty() { " " (one.detail) }
            br;
            span class="muted" { "Why: " (one.reason) }
        },
    }
}

fn hop(one: &Hop) -> Markup {
    html! {
        "Dialled " code { (if one.transcript.is_empty() { "the code" } else { &one.transcript }) }
        " → screen " b { (if one.screen.is_empty() { "?" } else { &one.screen }) }
        @if one.ends { ", session over" }
        @if !one.text.is_empty() {
            details { summary { "What the screen said" } pre class="phone" { (one.text) } }
        }
    }
}

fn ended(one: &EndedRow) -> Markup {
    html! {
        "USSD session ended: " (state(&one.status))
        @if let Some(hops) = one.hops { ", " (hops) " hops" }
        @if let Some(ms) = one.duration_ms { ", " (span(ms)) }
        @if !one.last_screen.is_empty() { ", last screen " b { (one.last_screen) } }
        " " small { "network " (one.network) }
    }
}

fn moved(one: &Movement) -> Markup {
    let is_in = one.change.is_positive();
    html! {
        b class="kes" {
            @if is_in { "+" }
            (one.change)
        }
        " " (one.transfer.reason.name().replace('_', " "))
        " " small { (if is_in { one.transfer.from } else { one.transfer.to }) }
        " → wallet " b class="kes" { (one.balance) }
        " " small { code { (one.transfer.cause) } }
    }
}

fn game(one: &Game) -> Markup {
    let entry = &one.entry;
    html! {
        "Game: " b { (one.category) } " for KES " (kes(one.stake)) " " (state(entry.state.name()))
        @if entry.received.is_positive() { ", got KES " (kes(entry.received)) }
        ", " (entry.correct) " right of " (entry.choice_orders.len()) " in "
        (span(entry.spent.answering_ms))
        @match &one.opponent {
            Some((other, player)) => {
                ", against "
                a href=(super::players::path(player.id)) class="kes" { (player.msisdn.e164()) }
                @if !matches!(other.state, EntryState::Playing) {
                    " (" (other.correct) " right in " (span(other.spent.answering_ms)) ")"
                }
            }
            None => { ", no opponent" }
        }
        " " a href=(format!("/admin/match/{}", entry.id)) { "Explain" }
        details {
            summary { "Questions and answers" }
            ol class="asked" {
                @for asked in &one.asked { (question(asked)) }
            }
        }
    }
}

/// One question with what the first player of it did.
fn question(asked: &Asked) -> Markup {
    let Some(seen) = asked.seen.first() else {
        return html! { li class="muted" { "not reached" } };
    };
    let words = asked.words.get(&seen.locale);
    let choice = |number: i64| {
        let place = usize::try_from(number - 1).ok();
        let of = words.and_then(|words| words.choices.get(place?));
        of.map_or("?", String::as_str)
    };
    html! {
        li {
            (words.map_or("", |words| words.question.as_str()))
            br;
            @match seen.answer {
                Some(given) => {
                    (state(if given.is_correct { "right" } else { "wrong" }))
                    " " (choice(given.choice)) " in "
                    (span(given.received_at.ms_since(given.sent_at)))
                    @if !given.is_correct { small { ", right: " (choice(asked.answer)) } }
                }
                None => { span class="muted" { "not answered, right: " (choice(asked.answer)) } }
            }
        }
    }
}

fn deposit(one: &DepositStory, heard: &[CallbackStory]) -> Markup {
    html! {
        "Deposit of KES " (kes(Cents::new(one.requested_cents))) " " (state(&one.state))
        @if one.flagged { " " (super::parts::badge("flagged", super::parts::Tone::Warn)) }
        @if one.credited_cents > 0 && one.credited_cents != one.requested_cents {
            ", credited KES " (kes(Cents::new(one.credited_cents)))
        }
        @if let Some(receipt) = &one.receipt { ", receipt " code { (receipt) } }
        @if let Some(failure) = &one.failure { ", " (failure.replace('_', " ")) }
        br;
        small {
            "reference " code { (one.reference) } ", id " code { (one.id) }
            @if let Some(ms) = one.pushed_at_ms { ", pushed " (when(Timestamp::from_ms(ms))) }
        }
        @for callback_of in heard {
            br;
            small { "confirmed at the paybill " (when(Timestamp::from_ms(callback_of.at_ms))) ": " }
            (callback(callback_of))
        }
    }
}

fn withdrawal(one: &WithdrawalStory) -> Markup {
    html! {
        "Withdrawal of KES " (kes(Cents::new(one.amount_cents))) " " (state(&one.state))
        @if one.flagged { " " (super::parts::badge("flagged", super::parts::Tone::Warn)) }
        ", M-Pesa pays KES " (kes(Cents::new(one.payout_cents)))
        ", fee " (Cents::new(one.fee_cents))
        @if one.tax_cents > 0 { ", tax " (Cents::new(one.tax_cents)) }
        @if let Some(receipt) = &one.receipt { ", receipt " code { (receipt) } }
        @if let Some(failure) = &one.failure { ", " (failure.replace('_', " ")) }
        br;
        small {
            a href=(format!("/admin/withdrawals/{}", one.id)) { code { (one.id) } }
            @if let Some(ms) = one.sent_at_ms { ", sent " (when(Timestamp::from_ms(ms))) }
            @if let Some(ms) = one.ended_at_ms { ", ended " (when(Timestamp::from_ms(ms))) }
        }
    }
}

fn callback(one: &CallbackStory) -> Markup {
    html! {
        b { (one.kind.replace('_', " ")) } " " (state(&one.state))
        @if let Some(outcome) = &one.outcome { ": " (outcome) }
        " " small { code { (one.id) } }
    }
}

fn sms(one: &SmsStory) -> Markup {
    html! {
        "SMS " (state(&one.state)) ": " (one.body)
        br;
        small {
            (one.kind.replace('_', " "))
            @if let Some(ms) = one.sent_at_ms { ", sent " (when(Timestamp::from_ms(ms))) }
            @if one.state == "failed" || one.state == "pending" {
                ", tried " (one.attempt) " times"
                @if let Some(failure) = &one.failure { ": " (failure) }
            }
        }
    }
}
