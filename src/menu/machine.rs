//! One step of the menu: an input or an outcome in, a screen to show or an action to run out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Outcome, PLAYER},
    file::{Menu, Screen},
    render::{Frame, PREFIX},
    session::{Item, Session},
    template::Values,
    vocabulary::{self, Source},
};
use crate::core::{money::Cents, text::septets};

/// What the machine has to know beside the session: the same for all players.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Lists by name: `categories`, `stakes`, `deposits`, `withdrawals`; the languages are the menu's
    /// own.
    pub lists: BTreeMap<&'static str, Vec<Item>>,
    /// Values that every text may use: the figures of the rules.
    pub values: Values,
    /// What may be typed on a screen with an amount, by the list that the screen shows.
    pub amounts: BTreeMap<&'static str, AmountLimits>,
}

/// AmountLimits of an amount, inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountLimits {
    /// The smallest.
    pub min: Cents,
    /// The largest.
    pub max: Cents,
    /// The same as values for texts: `min` and `max`.
    pub values: Values,
}

impl AmountLimits {
    /// AmountLimits from `min` to `max`.
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
    pub(super) fn limits(&self, screen: &Screen) -> Option<&AmountLimits> {
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

/// The session's value that names a home of its own.
const OWN_HOME: &str = "own home";

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
        let step = match self.changed(session) {
            Some(step) => step,
            None => self.typed(session, text, facts, budget),
        };
        let step = match step {
            // The choices that the action needs were made in a menu that is no more.
            Step::Run(action) if !has_all(session, action) => Step::Run(self.start()),
            step @ (Step::Show | Step::Hint(_) | Step::Run(_) | Step::Stop) => step,
        };
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

    /// What comes first when the menu was exchanged under the session. A question under way is
    /// asked on, and what was typed counts as its answer: the choices are the session's own. A screen
    /// that says something else now is shown once more, and nothing is done; one that is gone is
    /// left by the way on which a session begins.
    fn changed(&self, session: &mut Session) -> Option<Step> {
        let screen = self.screens.get(&session.screen);
        let seen = session.seen.as_deref();
        if seen.is_some_and(|seen| seen.is_question) {
            if screen.is_none_or(|screen| !screen.timed) {
                self.goto(session, self.timed_screen()?);
            }
            return None;
        }
        let Some(screen) = screen else {
            return Some(Step::Run(self.start()));
        };
        let print = self.texts(&session.locale).print(&session.screen);
        if seen.is_none_or(|seen| seen.print == print) {
            return None;
        }
        session.seen = None;
        Some(if screen.ends {
            Step::Show
        } else {
            Step::Hint("menu_changed")
        })
    }

    /// Writes down what the player is about to see: the list behind the numbers, and the print of
    /// the screen. Called before each reply.
    pub fn keep_shown(&self, session: &mut Session, facts: &Facts) {
        let Some(screen) = self.screens.get(&session.screen) else {
            return;
        };
        let list = screen.list.as_ref().map(|list| list.get_ref().as_str());
        let print = self.texts(&session.locale).print(&session.screen);
        let seen = session.seen.get_or_insert_default();
        seen.print = print;
        seen.is_question = screen.timed;
        if seen.list.as_ref().map(|kept| kept.list.as_str()) == list {
            return;
        }
        seen.list = None;
        let known = list.and_then(vocabulary::list);
        if let Some(list) = known.filter(|list| list.source == Source::Service) {
            let frame = Frame {
                menu: self,
                session,
                facts,
                budget: 0,
            };
            let items = frame.items(screen).to_vec();
            session.keep(list.name, items);
        }
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
            return self.lead(session, option.go.as_ref(), option.run.as_ref());
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
                session.values.insert(name.get_ref().clone(), item.value);
            }
            return self.chosen(screen, session);
        }
        if screen.amount {
            return match amount(text, facts.limits(screen)) {
                Err(hint) => Step::Hint(hint),
                Ok(amount) => {
                    let name = screen
                        .set
                        .as_ref()
                        .map_or(vocabulary::AMOUNT, |set| set.get_ref());
                    session.values.insert(name.to_owned(), amount.to_string());
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

    /// The keys for back, home and more, where the screen takes them.
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
        let is = |key: &toml::Spanned<String>| key.get_ref() == text;
        match &screen.back {
            Some(_) if is(&self.keys.back) && session.page > 0 => session.page -= 1,
            Some(back) if is(&self.keys.back) => self.goto(session, back.get_ref()),
            Some(_) if is(&self.keys.home) => self.goto(
                session,
                screen.home.as_ref().unwrap_or(&self.home).get_ref(),
            ),
            _ if is(&self.keys.more) && has_more => session.page += 1,
            _ => return None,
        }
        Some(Step::Show)
    }

    /// Language changes show at once: a value called `locale` is the session's language.
    fn chosen(&self, screen: &Screen, session: &mut Session) -> Step {
        if screen
            .set
            .as_ref()
            .is_some_and(|set| set.get_ref() == "locale")
        {
            let locale = session.value("locale").to_owned();
            if self.texts.contains_key(&locale) {
                session.locale = locale;
            }
        }
        self.lead(session, screen.go.as_ref(), screen.run.as_ref())
    }

    fn lead(
        &self,
        session: &mut Session,
        go: Option<&toml::Spanned<String>>,
        run: Option<&toml::Spanned<String>>,
    ) -> Step {
        if let Some(action) = run.and_then(|run| Action::named(run.get_ref())) {
            return Step::Run(action);
        }
        if let Some(target) = go {
            self.goto(session, target.get_ref());
        }
        Step::Show
    }

    /// An action has ended: its values go into the session, which moves to the screen that the
    /// outcome is routed to.
    pub fn outcome(&self, session: &mut Session, action: Action, outcome: Outcome) -> Step {
        debug_assert!(
            action.brings(outcome.name).iter().all(|name| {
                outcome.values.contains_key(*name) || session.values.contains_key(*name)
            }),
            "{action:?} brings less than it says: {outcome:?}"
        );
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
            self.goto(session, target.get_ref());
        }
        outcome.hint.map_or(Step::Show, Step::Hint)
    }

    /// Moves the session to a screen; who has a home of their own is led there instead of home.
    fn goto(&self, session: &mut Session, screen: &str) {
        session.page = 0;
        session.seen = None;
        let own = session.values.get(OWN_HOME);
        let own =
            own.filter(|own| screen == self.home.get_ref() && self.screens.contains_key(*own));
        session.screen = own.map_or_else(|| screen.to_owned(), Clone::clone);
        if self.screens.get(screen).is_some_and(|screen| screen.stays) {
            session.values.insert(OWN_HOME.into(), screen.into());
        }
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

    /// A text outside the menu for somebody whose language is not known: in as many languages as
    /// fit one screen of `budget` septets, `first` before the others.
    #[must_use]
    pub fn notice_to_all(&self, first: &str, name: &str, budget: usize) -> String {
        let own = self.texts(first).locale.as_str();
        let others = self.texts.keys().filter(|locale| *locale != own);
        let mut notice = self.notice(own, name);
        for locale in others {
            let longer = format!("{notice}\n{}", self.notice(locale, name));
            if septets(&longer) + PREFIX <= budget {
                notice = longer;
            }
        }
        notice
    }
}

/// Whether the session holds every variable that an action needs.
fn has_all(session: &Session, action: Action) -> bool {
    let mut needs = action.needs().iter().filter(|need| **need != PLAYER);
    needs.all(|need| session.values.contains_key(*need))
}

/// The line of a list that a key names: its number, without signs, blanks or leading zeros.
fn picked<'a>(items: &'a [Item], key: &str) -> Option<&'a Item> {
    if key.starts_with('0') || key.len() > 2 || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = key.parse().ok()?;
    items.get(number.checked_sub(1)?)
}

fn amount(text: &str, limits: Option<&AmountLimits>) -> Result<Cents, &'static str> {
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
