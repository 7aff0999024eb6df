//! Writes a scenario from the record of a simulator: what the phones did, what went wrong, and what
//! they saw.
//!
//! A rerun has other receipts, and other questions in another order. So receipts and hours are left
//! open, and once somebody has met a question, only what does not hang on the answers is expected of
//! their phone; the rest stands in comments.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::words::{quoted, shillings, written};
use crate::exchange::{Direction, Exchange};
use crate::fault::{FaultPoint, point_of};
use crate::mpesa::StkResult;
use crate::network::Network;
use crate::number::Number;
use crate::world::World;

/// Names of phones, in the order of their appearance.
const NAMES: [&str; 10] = [
    "ann", "ben", "cate", "dan", "eve", "fred", "grace", "hassan", "ida", "john",
];

/// The name of a screen that asks a question; what follows it is chance.
const QUESTION: &str = "question";

/// A PIN that nobody has, for one that was wrong.
const WRONG_PINS: [&str; 2] = ["0000", "0001"];

/// The scenario of what was done so far.
pub(crate) fn record(world: &World) -> String {
    let mut writer = Writer::new(world);
    let mut events = writer.events();
    events.sort_by_key(|event| event.at);
    for event in events {
        writer.event(event);
    }
    writer.finish()
}

/// Something that happened, in the order of its time.
struct Event {
    at: DateTime<Utc>,
    phone: Option<Number>,
    what: Happened,
}

enum Happened {
    Hop(Box<Exchange>),
    /// A message or a request that was spoilt.
    Spoilt(Box<Exchange>),
    /// Lines of what somebody did.
    Did(Vec<String>),
    /// A message came.
    Sms(String),
}

/// What is known of a phone while its scenario is written.
struct Actor {
    name: String,
    session: String,
    transcript: String,
    /// It has met a question: what it sees is chance.
    has_played: bool,
    /// Where its last action stands.
    last_action: usize,
}

struct Writer<'a> {
    world: &'a World,
    actors: BTreeMap<Number, Actor>,
    cast: Vec<Number>,
    lines: Vec<String>,
    last_action: usize,
    last_at: Option<DateTime<Utc>>,
    /// Faults that were written, by the message: a doubled one is in the record twice.
    spoilt: BTreeSet<(String, String, String)>,
    is_cut: bool,
}

impl<'a> Writer<'a> {
    fn new(world: &'a World) -> Self {
        Self {
            world,
            actors: BTreeMap::new(),
            cast: Vec::new(),
            lines: Vec::new(),
            last_action: 0,
            last_at: None,
            spoilt: BTreeSet::new(),
            is_cut: false,
        }
    }

    /// Everything that people did and saw; bots are no people.
    fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let exchanges = self.world.exchanges.all();
        self.is_cut = exchanges.first().is_some_and(|first| first.id > 1);
        let mut messages = BTreeSet::new();
        for exchange in &exchanges {
            let (at, phone) = (exchange.at, exchange.phone);
            let hop = exchange.what == "USSD hop";
            if hop {
                let what = Happened::Hop(Box::new(exchange.clone()));
                events.push(Event { at, phone, what });
                continue;
            }
            if exchange.fault.is_some() {
                let what = Happened::Spoilt(Box::new(exchange.clone()));
                events.push(Event { at, phone, what });
            }
            let is_new = messages.insert((exchange.what.clone(), exchange.request_body.clone()));
            let did = if is_new { done_by(exchange) } else { None };
            if let Some(did) = did {
                let what = Happened::Did(vec![did]);
                events.push(Event { at, phone, what });
            }
        }
        self.add_payments(&exchanges, &mut events);
        for (number, sms) in self.world.inboxes() {
            let what = Happened::Sms(sms.text);
            events.push(Event {
                at: sms.at,
                phone: Some(number),
                what,
            });
        }
        events.retain(|event| {
            event
                .phone
                .is_none_or(|phone| !self.world.phone(phone).is_bot())
        });
        events
    }

    /// Prompts that were answered, and payments to the paybill.
    fn add_payments(&self, exchanges: &[Exchange], events: &mut Vec<Event>) {
        for push in self.world.mpesa.pushes() {
            let told = exchanges.iter().find(|exchange| {
                exchange.direction == Direction::ToService
                    && exchange.request_body.contains(&push.checkout_request_id)
            });
            let told_at = told.map_or(push.at, |told| told.at);
            let asked = format!("is asked to pay KES {}", shillings(push.amount_cents));
            let pin = self.world.mpesa.pin(push.phone);
            let wrong = WRONG_PINS
                .into_iter()
                .find(|wrong| *wrong != pin)
                .unwrap_or_default();
            let is_told = told.is_some_and(|told| {
                told.fault
                    .as_ref()
                    .is_some_and(|f| f.starts_with("outcome"))
            });
            let (at, answer) = match push.result {
                Some(StkResult::Paid(payment)) => (payment.at, format!("pays with pin {pin}")),
                Some(StkResult::NoFunds) if !is_told => (told_at, format!("pays with pin {pin}")),
                Some(StkResult::WrongPin) if !is_told => {
                    (told_at, format!("pays with pin {wrong}"))
                }
                Some(StkResult::Cancelled) if !is_told => {
                    (told_at, "cancels the prompt".to_owned())
                }
                Some(_) | None => continue,
            };
            let what = Happened::Did(vec![asked, answer]);
            events.push(Event {
                at,
                phone: Some(push.phone),
                what,
            });
        }
        let by_menu = self.world.mpesa.payments().into_iter();
        for payment in by_menu.filter(|payment| payment.checkout_request_id.is_empty()) {
            let line = format!(
                "pays KES {} to the paybill as {} with pin {}",
                shillings(payment.amount_cents),
                quoted(&payment.reference),
                self.world.mpesa.pin(payment.phone),
            );
            let what = Happened::Did(vec![line]);
            events.push(Event {
                at: payment.at,
                phone: Some(payment.phone),
                what,
            });
        }
    }

    fn event(&mut self, event: Event) {
        let name = event.phone.map(|phone| self.actor(phone).name.clone());
        match (event.what, event.phone, name) {
            (Happened::Hop(exchange), Some(phone), Some(name)) => self.hop(&exchange, phone, &name),
            (Happened::Spoilt(exchange), phone, name) => {
                self.fault(&exchange, phone, name.as_deref())
            }
            (Happened::Did(lines), Some(phone), Some(name)) => {
                self.act(event.at, phone);
                for line in lines {
                    self.lines.push(format!("{name} {line}"));
                }
            }
            (Happened::Sms(text), Some(phone), Some(name)) => self.sms(&text, phone, &name),
            (Happened::Hop(_) | Happened::Did(_) | Happened::Sms(_), _, _) => {}
        }
    }

    fn hop(&mut self, exchange: &Exchange, phone: Number, name: &str) {
        let fields = form(&exchange.request_body);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let (session, text) = (field("sessionId"), field("text"));
        let actor = self.actor(phone);
        let is_first = actor.session != session;
        if !is_first && actor.transcript == text {
            return;
        }
        let before = std::mem::replace(&mut actor.transcript, text.clone());
        actor.session.clone_from(&session);
        let act = if is_first {
            let code = self.world.config.service_code.trim_end_matches('#');
            let arguments = if text.is_empty() {
                String::new()
            } else {
                format!("*{text}")
            };
            format!("{name} dials {code}{arguments}#")
        } else {
            let typed = text.strip_prefix(&before).unwrap_or(&text);
            format!(
                "{name} sends {}",
                word(typed.strip_prefix('*').unwrap_or(typed))
            )
        };
        self.act(exchange.at, phone);
        self.fault(exchange, Some(phone), Some(name));
        self.lines.push(act);
        self.screen(exchange, phone, name);
    }

    fn screen(&mut self, exchange: &Exchange, phone: Number, name: &str) {
        let body = &exchange.response_body;
        let shown = body.strip_prefix("CON ").map(|text| (text, true));
        let shown = shown.or_else(|| body.strip_prefix("END ").map(|text| (text, false)));
        let Some((text, is_open)) = shown.filter(|_| exchange.status == Some(200)) else {
            self.lines.push(format!("{name} is in no session"));
            return;
        };
        for line in text.lines() {
            self.lines.push(format!("#   | {line}"));
        }
        let headers = exchange.response_headers.iter();
        let label = headers.filter(|(name, _)| name == crate::outgoing::HOP_METADATA);
        let label = label.map(|(_, value)| value.clone()).next();
        let actor = self.actor(phone);
        actor.has_played |= label.as_deref() == Some(QUESTION);
        if actor.has_played && !is_open {
            self.lines.push(format!("{name} is in no session"));
            return;
        }
        match label.filter(|label| !label.contains(char::is_whitespace) && !label.is_empty()) {
            Some(label) => self.lines.push(format!("{name} sees screen {label}")),
            None if self.actor(phone).has_played => {}
            None => {
                let first = text.lines().next().unwrap_or_default();
                self.lines
                    .push(format!("{name} sees {}", quoted(&open(first))));
            }
        }
    }

    fn sms(&mut self, text: &str, phone: Number, name: &str) {
        if self.actor(phone).has_played {
            self.lines
                .push(format!("#   sms: {}", text.replace('\n', " ")));
            self.lines.push(format!("{name} gets sms \"\" within 1h"));
        } else {
            self.lines
                .push(format!("{name} gets sms {}", quoted(&open(text))));
        }
    }

    /// Writes a fault before what brought it about.
    fn fault(&mut self, exchange: &Exchange, phone: Option<Number>, name: Option<&str>) {
        let (Some(fault), Some(point)) = (&exchange.fault, point_of(&exchange.what)) else {
            return;
        };
        let key = (
            exchange.what.clone(),
            exchange.request_body.clone(),
            fault.clone(),
        );
        let is_doubled = fault == "twice" || fault.starts_with("again");
        if !self.spoilt.insert(key) && is_doubled {
            return;
        }
        let whom = name
            .filter(|_| point.has_phone())
            .map(|name| format!(" for {name}"));
        let line = format!("fault {} {fault}{}", point.name(), whom.unwrap_or_default());
        let place = match phone {
            _ if point == FaultPoint::UssdHop => self.lines.len(),
            Some(phone) => self.actor(phone).last_action,
            None => self.last_action,
        };
        let place = place.min(self.lines.len());
        self.lines.insert(place, line);
        self.last_action += usize::from(self.last_action > place);
        for actor in self.actors.values_mut() {
            actor.last_action += usize::from(actor.last_action > place);
        }
    }

    /// Somebody does something: the time since the last such thing has passed.
    fn act(&mut self, at: DateTime<Utc>, phone: Number) {
        let gap = self.last_at.map(|last| at - last).unwrap_or_default();
        let gap = TimeDelta::seconds(gap.num_seconds())
            .to_std()
            .unwrap_or_default();
        if !gap.is_zero() {
            self.lines.push(format!("time passes {}", written(gap)));
        }
        self.last_at = Some(at);
        self.last_action = self.lines.len();
        self.actor(phone).last_action = self.last_action;
    }

    fn actor(&mut self, phone: Number) -> &mut Actor {
        let (cast, place) = (&mut self.cast, self.lines.len());
        self.actors.entry(phone).or_insert_with(|| {
            let name = NAMES.get(cast.len()).map(|name| (*name).to_owned());
            let name = name.unwrap_or_else(|| format!("phone{}", cast.len() + 1));
            cast.push(phone);
            Actor {
                name,
                session: String::new(),
                transcript: String::new(),
                has_played: false,
                last_action: place,
            }
        })
    }

    fn finish(mut self) -> String {
        let mut head = vec!["# Recorded from what was done with the phones.".to_owned()];
        if self.is_cut {
            head.push("# The record was full: its beginning is lost.".to_owned());
        }
        head.push(String::new());
        for phone in std::mem::take(&mut self.cast) {
            let name = self.actor(phone).name.clone();
            let mpesa = &self.world.mpesa;
            let opening = shillings(mpesa.balance_cents(phone) + mpesa.spent_cents(phone));
            let pin = mpesa.pin(phone);
            let local = phone.local();
            let network = self.world.phone(phone).network();
            let network = if network == Network::default() {
                String::new()
            } else {
                format!(" on {}", network.name().to_lowercase())
            };
            head.push(format!(
                "phone {name} {local}{network} with KES {opening} pin {pin}"
            ));
            let left = shillings(mpesa.balance_cents(phone));
            if self.actor(phone).has_played {
                self.lines
                    .push(format!("#   {name} has KES {left} in mpesa"));
            } else {
                self.lines.push(format!("{name} has KES {left} in mpesa"));
            }
        }
        head.push(String::new());
        head.append(&mut self.lines);
        head.push(String::new());
        head.join("\n")
    }
}

/// What a person did to bring a message about.
fn done_by(exchange: &Exchange) -> Option<String> {
    let fields = form(&exchange.request_body);
    match exchange.what.as_str() {
        "inbound SMS" => Some(format!("texts {}", quoted(fields.get("text")?))),
        "opt-out" => Some("opts out".to_owned()),
        "end event" if fields.get("status")? == "Incomplete" => Some("hangs up".to_owned()),
        _ => None,
    }
}

fn form(body: &str) -> BTreeMap<String, String> {
    serde_urlencoded::from_str(body).unwrap_or_default()
}

/// A word that reads back as it was; in quotation marks where it has to be.
fn word(text: &str) -> String {
    let is_plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '"');
    if is_plain && !text.starts_with('#') {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text with its receipts and hours left open.
fn open(text: &str) -> String {
    let words = text.split_inclusive(' ').map(|word| {
        let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_receipt = core.len() == 10
            && core
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && core.bytes().any(|b| b.is_ascii_uppercase());
        let is_hour = core.len() == 5
            && core.char_indices().all(|(at, c)| {
                if at == 2 {
                    c == ':'
                } else {
                    c.is_ascii_digit()
                }
            });
        if is_receipt || is_hour {
            word.replace(core, "*")
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_and_hours_are_left_open() {
        assert_eq!(
            open("KES 100 received, M-Pesa receipt UKMHB8YRAH. By 14:30, code *384*55#."),
            "KES 100 received, M-Pesa receipt *. By *, code *384*55#."
        );
        assert_eq!(
            (word("1").as_str(), word("").as_str(), word("#1").as_str()),
            ("1", "\"\"", "\"#1\"")
        );
    }
}
