//! Made-up values for the picture: a player in the middle of things.

use crate::menu::{
    Facts, Item, Menu, Session,
    file::{Screen, Section, Texts},
    render,
    template::Values,
};

/// What each placeholder is filled with that the house's facts do not fill.
const VALUES: [(&str, &str); 51] = [
    ("amount", "200"),
    ("answers", "1."),
    ("balance", "1,250"),
    ("bonuses", "3"),
    ("bounty", "160"),
    ("by", "14:30"),
    ("cap", "500"),
    ("category", "Football"),
    ("choice", "Nile"),
    ("choices", "3"),
    ("coming", "1,000"),
    ("correct", "4"),
    ("duty", ""),
    ("ending", "done"),
    ("excise", ""),
    ("fee", "5"),
    ("from", "30/11 14:00"),
    ("game", "1"),
    ("held", "205"),
    ("left", "11"),
    ("limit", "1,000"),
    ("locale", "en"),
    ("minutes", "65"),
    ("missing", "50"),
    ("n", "1"),
    ("name", "English"),
    ("net", "-120"),
    ("of", "5"),
    ("opening", "opening"),
    ("opens", "08:00"),
    ("opponent", "+25471xxx678"),
    ("pauses", "1, 7, 30"),
    ("payout", "160"),
    ("period", "day"),
    ("question", "Which river flows through Cairo?"),
    ("reason", "cancelled"),
    ("receipt", "SFF6XYZ123"),
    ("received", "105"),
    ("right", "Nile"),
    ("room", "150"),
    ("seconds", "21.4"),
    ("span", "7"),
    ("stake", "100"),
    ("state", "won"),
    ("tax", "40"),
    ("their_correct", "3"),
    ("their_seconds", "24.0"),
    ("unit", "unit_days"),
    ("until", "06/12/2026 14:00"),
    ("wait", "42"),
    ("yours", "Nile"),
];

/// The sample question in languages other than English.
const QUESTIONS: [(&str, &str); 1] = [("sw", "Mto upi hupita Cairo?")];

/// The sample question's choices: names, which are the same in every language.
const CHOICES: [&str; 3] = ["Nile", "Congo", "Niger"];

/// The games of the sample player: category, stake, state.
const GAMES: [(&str, &str, &str); 3] = [
    ("Football", "100", "won"),
    ("Kenya", "50", "lost"),
    ("Bible", "20", "refunded"),
];

/// A session that stands on a screen, with all that the screen may show.
pub(super) fn session(menu: &Menu, facts: &Facts, locale: &str, screen: &str) -> Session {
    let mut session = Session::new(locale);
    session.screen = screen.into();
    let texts = menu.texts(locale);
    session.values = values(texts, facts);
    if let Some(state) = state_on(menu, screen) {
        session.values.insert("state".into(), state.into());
    }
    let answer = render::label(menu, locale, "answer", &session.values);
    session.values.insert("answers".into(), answer);
    if let Some(shown) = menu.screens.get(screen) {
        session.items = items(shown);
    }
    session
}

/// A value for every placeholder of the language: an unknown one stands for itself.
fn values(texts: &Texts, facts: &Facts) -> Values {
    let sections: [&Section; 4] = [&texts.screen, &texts.option, &texts.label, &texts.hint];
    let named = sections.into_iter().flat_map(|section| section.values());
    let mut values: Values = named
        .flat_map(|text| text.template.placeholders())
        .filter(|placeholder| !facts.values.contains_key(placeholder.name))
        .map(|placeholder| {
            let name = placeholder.name;
            (name.to_owned(), format!("{{{name}}}"))
        })
        .collect();
    values.extend(VALUES.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let question = QUESTIONS.iter().find(|(locale, _)| *locale == texts.locale);
    if let Some((_, question)) = question {
        values.insert("question".into(), (*question).into());
    }
    values
}

/// The state of the game that a screen shows, by the outcomes that lead there.
fn state_on(menu: &Menu, screen: &str) -> Option<&'static str> {
    let leads_here = |outcome: &str| {
        menu.routes.values().any(|routes| {
            let mut on = routes.on.iter();
            on.any(|(name, to)| name.get_ref() == outcome && to.get_ref() == screen)
        })
    };
    [
        ("open", "waiting"),
        ("settled", "won"),
        ("unpaired", "refunded"),
    ]
    .into_iter()
    .find_map(|(outcome, state)| leads_here(outcome).then_some(state))
}

/// What an action would have brought to a screen that shows a list of its own.
fn items(screen: &Screen) -> Vec<Item> {
    if screen.timed {
        return CHOICES.map(|choice| Item::new("", "choice", choice)).into();
    }
    let game = |(category, stake, state): (&str, &str, &str)| Item {
        value: String::new(),
        values: Values::from(
            [("category", category), ("stake", stake), ("state", state)]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        ),
    };
    GAMES.map(game).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_the_menu_has_a_sample() {
        let menu = Menu::built_in().unwrap();
        let facts = Facts {
            values: [
                "percent",
                "refund",
                "questions",
                "thinking",
                "window",
                "min",
                "max",
                "levy",
                "rate",
                "support",
                "helpline",
            ]
            .map(|name| (name.to_owned(), "1".to_owned()))
            .into(),
            ..Facts::default()
        };
        for texts in menu.texts.values() {
            for (name, value) in values(texts, &facts) {
                assert!(
                    !value.starts_with('{'),
                    "{name} has no sample: add it to VALUES in {}",
                    file!()
                );
            }
        }
    }
}
