//! One session of the load: what goes out next, and whether what came back is right.

use std::fmt::Write;

use hyper::body::Bytes;
use rand::Rng;

use super::client::Reply;
use super::rules::any_key;
use super::{LoadPlan, Play, Rule, Step};
use crate::text;

/// The key of a script that stands for that of any line.
const ANY: &str = "?";

/// A session under way.
#[derive(Debug)]
pub(super) struct Session {
    /// The caller's place among the callers.
    place: u32,
    phone: String,
    /// The form up to the value of `text`.
    form: String,
    transcript: String,
    /// How many hops were answered.
    hops: usize,
    /// The last screen.
    screen: String,
    is_over: bool,
}

/// What comes next.
pub(super) enum Next {
    /// This form goes out.
    Send(Bytes),
    /// The session has come to its end.
    Over,
    /// No rule knows what to do on the screen.
    Stuck,
}

/// What a reply was like.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// The screen's name.
    pub(super) screen: String,
    /// What is wrong with it, if anything is.
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not 200, neither `CON` nor `END`, or longer than the network takes.
    Malformed,
    /// Of another caller.
    Crossed,
    /// Not the screen that had to come.
    Wrong,
}

impl Session {
    /// Session `number` of the run with this name.
    pub(super) fn new(plan: &LoadPlan, run: u64, number: u64) -> Self {
        let callers = plan.callers.end - plan.callers.start;
        let place = u32::try_from(number % u64::from(callers)).unwrap_or_default();
        let phone = format!("+254{}", plan.callers.start + place);
        let mut form = format!("sessionId=ATUid_{run:x}_{number}&phoneNumber=");
        push_encoded(&mut form, &phone);
        form.push_str("&networkCode=");
        form.push_str(plan.network.code());
        form.push_str("&serviceCode=");
        push_encoded(&mut form, &plan.service_code);
        form.push_str("&text=");
        Self {
            place,
            phone,
            form,
            transcript: String::new(),
            hops: 0,
            screen: String::new(),
            is_over: false,
        }
    }

    /// What goes out next.
    pub(super) fn next(&mut self, play: &Play, rng: &mut impl Rng) -> Next {
        if self.is_over {
            return Next::Over;
        }
        let key = match play {
            Play::Script(steps) => match steps.get(self.hops) {
                Some(step) if step.key.as_deref() == Some(ANY) => {
                    match any_key(&self.screen, rng) {
                        Some(key) => Some(key),
                        None => return Next::Stuck,
                    }
                }
                Some(step) => step.key.as_deref(),
                None => return Next::Over,
            },
            Play::Rules(_, most) if self.hops >= *most => return Next::Over,
            Play::Rules(..) if self.hops == 0 => None,
            Play::Rules(rules, _) => {
                let rule = rules.of(&self.screen);
                if rule.is_some_and(Rule::hangs_up) {
                    return Next::Over;
                }
                let Some(key) = rule.and_then(|rule| rule.key(&self.screen, rng)) else {
                    return Next::Stuck;
                };
                Some(key)
            }
        };
        if let Some(key) = key {
            if self.hops > 1 {
                self.transcript.push('*');
            }
            self.transcript.push_str(key);
        }
        let mut form = String::with_capacity(self.form.len() + self.transcript.len() + 16);
        form.push_str(&self.form);
        push_encoded(&mut form, &self.transcript);
        Next::Send(form.into())
    }

    /// Ends the session before its time.
    pub(super) fn give_up(&mut self) {
        self.is_over = true;
    }

    /// The last screen, for whoever wants to tell of it.
    pub(super) fn screen(&self) -> &str {
        &self.screen
    }

    /// Takes the reply to what went out last.
    pub(super) fn take(&mut self, plan: &LoadPlan, reply: &Reply) -> Judged {
        let step = match &plan.play {
            Play::Script(steps) => steps.get(self.hops),
            Play::Rules(..) => None,
        };
        let is_last = match &plan.play {
            Play::Script(steps) => self.hops + 1 >= steps.len(),
            Play::Rules(..) => true,
        };
        self.hops += 1;
        let body = String::from_utf8_lossy(&reply.body);
        self.screen.clear();
        self.screen.push_str(&body);
        let ends = match (reply.status, kind(&body)) {
            (200, Some(ends)) if fits(&body, plan.network.screen_budget()) => ends,
            _ => {
                self.is_over = true;
                return Judged {
                    screen: "malformed".into(),
                    fault: Some(Fault::Malformed),
                };
            }
        };
        self.is_over = ends;
        let screen = name(plan, step, reply, &body, ends);
        let marker = plan.marker.as_ref();
        let fault = if marker.is_some_and(|m| m.is_crossed(&body, &self.phone, self.place)) {
            Some(Fault::Crossed)
        } else if is_wrong(step, reply.screen.as_deref()) || (ends && !is_last) {
            Some(Fault::Wrong)
        } else {
            None
        };
        self.is_over |= fault.is_some();
        Judged { screen, fault }
    }
}

/// What a screen is called in the figures: its own name, else that of the rule or the step.
fn name(plan: &LoadPlan, step: Option<&Step>, reply: &Reply, body: &str, ends: bool) -> String {
    if let Some(screen) = &reply.screen {
        return screen.clone();
    }
    match (&plan.play, step) {
        (_, Some(step)) => step.name(),
        (Play::Rules(rules, _), None) => match rules.of(body) {
            Some(rule) if !ends => rule.name.clone(),
            _ => (if ends { "end" } else { "unknown" }).into(),
        },
        (Play::Script(_), None) => "unknown".into(),
    }
}

/// Whether another screen than those of the step has come. A service that names none is believed.
fn is_wrong(step: Option<&Step>, screen: Option<&str>) -> bool {
    let (Some(step), Some(screen)) = (step, screen) else {
        return false;
    };
    !step.screens.is_empty() && !step.screens.iter().any(|name| name == screen)
}

/// Whether a reply ends the session; `None`: it says neither.
fn kind(body: &str) -> Option<bool> {
    let ends = match body.get(..3)? {
        "CON" => false,
        "END" => true,
        _ => return None,
    };
    let next = body.chars().nth(3);
    next.is_none_or(char::is_whitespace).then_some(ends)
}

/// Whether a reply is within the network's budget. Measured only where its length leaves a doubt.
fn fits(body: &str, budget: usize) -> bool {
    body.len() * 2 <= budget || text::measure(body).septets <= budget
}

/// Appends a value as a form has it.
fn push_encoded(form: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) {
            form.push(byte.into());
        } else {
            // Writing to a String cannot fail.
            let _ = write!(form, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_says_con_or_end() {
        assert_eq!(kind("CON Hello"), Some(false));
        assert_eq!(kind("END\nBye"), Some(true));
        for neither in ["", "CO", "CONTINUE", "con x", "Hello", "ñÑ"] {
            assert_eq!(kind(neither), None, "{neither:?}");
        }
    }

    #[test]
    fn a_form_is_encoded() {
        let mut form = String::new();
        push_encoded(&mut form, "+254*384*1# é");
        assert_eq!(form, "%2B254*384*1%23%20%C3%A9");
    }
}
