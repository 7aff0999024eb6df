//! One step of the menu: an input or an outcome in, a screen to show or an action to run out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Outcome},
    file::{Menu, Screen},
    render::{BACK, Frame, HOME, MORE},
    session::{Item, Session},
    template::Values,
};
use crate::core::money::Cents;

/// What the machine has to know beside the session: the same for all players.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Lists by name: `locales`, `categories`, `stakes`, `deposits`, `withdrawals`.
    pub lists: BTreeMap<&'static str, Vec<Item>>,
    /// Values that every text may use: the figures of the rules.
    pub values: Values,
    /// What may be typed on a screen with an amount, by the list that the screen shows.
    pub amounts: BTreeMap<&'static str, Limits>,
}

/// Limits of an amount, inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The smallest.
    pub min: Cents,
    /// The largest.
    pub max: Cents,
    /// The same as values for texts: `min` and `max`.
    pub values: Values,
}

impl Limits {
    /// Limits from `min` to `max`.
    #[must_use]
    pub fn new(min: Cents, max: Cents) -> Self {
        Self {
            min,
            max,
            values: Values::from([
                ("min".to_owned(), min.to_string()),
                ("max".to_owned(), max.to_string()),
            ]),
        }
    }
}

impl Facts {
    /// What may be typed on a screen; nothing where its list has no limits.
    pub(super) fn limits(&self, screen: &Screen) -> Option<&Limits> {
        let list = screen.list.as_ref().filter(|_| screen.amount)?;
        self.amounts.get(list.get_ref().as_str())
    }
}

/// What a player sends in one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Typed in reply to a screen.
    Typed(&'a str),
    /// Dialled behind the service code: it navigates and does nothing else.
    Dialled(&'a str),
}

/// What the phone is to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The screen's name.
    pub screen: String,
    /// The text, without the gateway's prefix.
    pub text: String,
    /// Whether the session ends with it.
    pub ends: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Show the session's screen.
    Show,
    /// Show it with a hint above: a name under `[hint]`.
    Hint(&'static str),
    /// Run an action and hand its outcome to [`Menu::outcome`].
    Run(Action),
    /// The input was dialled and is not navigation: what was dialled behind it is dropped.
    Stop,
}

/// The longest amount that is looked at, in digits.
const AMOUNT_DIGITS: usize = 9;

impl Menu {
    /// The action that begins a session.
    #[must_use]
    pub fn start(&self) -> Action {
        Action::named(self.start.get_ref()).unwrap_or(Action::Open)
    }

    /// One input on the session's screen.
    pub fn input(
        &self,
        session: &mut Session,
        input: Input<'_>,
        facts: &Facts,
        budget: usize,
    ) -> Step {
        let (text, is_dialled) = match input {
            Input::Typed(text) => (text.trim(), false),
            Input::Dialled(text) => (text.trim(), true),
        };
        let before = session.clone();
        let step = self.typed(session, text, facts, budget);
        let is_refused = match step {
            Step::Run(action) => action.is_durable(),
            Step::Hint(_) | Step::Stop => true,
            Step::Show => false,
        };
        if is_dialled && is_refused {
            *session = before;
            return Step::Stop;
        }
        step
    }

    fn typed(&self, session: &mut Session, text: &str, facts: &Facts, budget: usize) -> Step {
        let Some(screen) = self.screens.get(&session.screen) else {
            return Step::Show;
        };
        if screen.ends {
            return Step::Show;
        }
        if let Some(step) = self.navigation(screen, session, text, facts, budget) {
            return step;
        }
        if let Some(option) = screen
            .options
            .iter()
            .find(|option| option.key.get_ref() == text)
        {
            return Self::lead(session, option.go.as_ref(), option.run.as_ref());
        }
        let frame = Frame {
            menu: self,
            session,
            facts,
            budget,
        };
        if let Some(item) = picked(frame.items(screen), text).cloned() {
            if let Some(name) = &screen.set {
                session.values.extend(item.values);
                session.values.insert(name.clone(), item.value);
            }
            return self.chosen(screen, session);
        }
        if screen.amount {
            return match amount(text, facts.limits(screen)) {
                Err(hint) => Step::Hint(hint),
                Ok(amount) => {
                    let name = screen.set.clone().unwrap_or_default();
                    session.values.insert(name, amount.to_string());
                    self.chosen(screen, session)
                }
            };
        }
        if screen.timed {
            let choices = frame.items(screen).len().to_string();
            session.values.insert("choices".into(), choices);
            return Step::Hint("wrong_answer");
        }
        Step::Hint("wrong_key")
    }

    /// `0`, `00` and `98`, where the screen takes them.
    fn navigation(
        &self,
        screen: &Screen,
        session: &mut Session,
        text: &str,
        facts: &Facts,
        budget: usize,
    ) -> Option<Step> {
        if screen.timed {
            return None;
        }
        let has_more = Frame {
            menu: self,
            session,
            facts,
            budget,
        }
        .has_more(screen);
        match (text, &screen.back) {
            (BACK, Some(_)) if session.page > 0 => session.page -= 1,
            (BACK, Some(back)) => goto(session, back.get_ref()),
            (HOME, Some(_)) => goto(
                session,
                screen.home.as_ref().unwrap_or(&self.home).get_ref(),
            ),
            (MORE, _) if has_more => session.page += 1,
            _ => return None,
        }
        Some(Step::Show)
    }

    /// Language changes show at once: a value called `locale` is the session's language.
    fn chosen(&self, screen: &Screen, session: &mut Session) -> Step {
        if screen.set.as_deref() == Some("locale") {
            let locale = session.value("locale").to_owned();
            if self.texts.contains_key(&locale) {
                session.locale = locale;
            }
        }
        Self::lead(session, screen.go.as_ref(), screen.run.as_ref())
    }

    fn lead(
        session: &mut Session,
        go: Option<&toml::Spanned<String>>,
        run: Option<&toml::Spanned<String>>,
    ) -> Step {
        if let Some(action) = run.and_then(|run| Action::named(run.get_ref())) {
            return Step::Run(action);
        }
        if let Some(target) = go {
            goto(session, target.get_ref());
        }
        Step::Show
    }

    /// An action has ended: its values go into the session, which moves to the screen that the
    /// outcome is routed to.
    pub fn outcome(&self, session: &mut Session, action: Action, outcome: Outcome) -> Step {
        session.values.extend(outcome.values);
        if let Some(items) = outcome.items {
            session.items = items;
        }
        let routes = self.routes.get(action.name());
        let target = routes.and_then(|routes| {
            routes
                .on
                .iter()
                .find(|(name, _)| name.get_ref() == outcome.name)
                .map(|(_, to)| to)
        });
        if let Some(target) = target {
            goto(session, target.get_ref());
        }
        outcome.hint.map_or(Step::Show, Step::Hint)
    }

    /// What the phone shows for the session's screen.
    #[must_use]
    pub fn show(
        &self,
        session: &Session,
        hint: Option<&str>,
        facts: &Facts,
        budget: usize,
    ) -> Shown {
        Frame {
            menu: self,
            session,
            facts,
            budget,
        }
        .show(hint)
    }

    /// A text outside the menu: a name under `[notice]`.
    #[must_use]
    pub fn notice(&self, locale: &str, name: &str) -> String {
        let facts = Facts::default();
        let session = Session::new(locale);
        Frame {
            menu: self,
            session: &session,
            facts: &facts,
            budget: 0,
        }
        .notice(name)
    }
}

fn goto(session: &mut Session, screen: &str) {
    session.page = 0;
    session.screen = screen.into();
}

/// The line of a list that a key names: its number, without signs, blanks or leading zeros.
fn picked<'a>(items: &'a [Item], key: &str) -> Option<&'a Item> {
    if key.starts_with('0') || key.len() > 2 || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = key.parse().ok()?;
    items.get(number.checked_sub(1)?)
}

fn amount(text: &str, limits: Option<&Limits>) -> Result<Cents, &'static str> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err("not_an_amount");
    }
    let shillings = if text.len() > AMOUNT_DIGITS {
        i64::MAX
    } else {
        text.parse().unwrap_or(0)
    };
    match (Cents::from_shillings(shillings), limits) {
        (Some(amount), Some(limits)) if amount < limits.min => Err("below_minimum"),
        (Some(amount), Some(limits)) if amount <= limits.max => Ok(amount),
        _ => Err("above_maximum"),
    }
}
