//! The menu machine: a key, a screen, a whole hop of a session that is kept as JSON.

use divan::{Bencher, black_box};
use majibu::{
    app::menu_facts,
    config::Config,
    core::text,
    menu::{Facts, Input, Menu, Outcome, Session, Step},
};

/// Septets of a screen.
const BUDGET: usize = 160;

struct Known {
    menu: Menu,
    facts: Facts,
}

fn known() -> Known {
    let settings = Config::default().settings().expect("the defaults");
    let categories = ["Bible", "Football", "Kenya", "Science", "World"];
    Known {
        menu: Menu::built_in().expect("a menu"),
        facts: menu_facts(&settings, categories.map(Into::into).to_vec()),
    }
}

impl Known {
    /// A player who has dialled and sees the home screen.
    fn at_home(&self) -> Session {
        let mut session = Session::new("en");
        let home =
            Outcome::named("home").with([("balance", "1,250".into()), ("player", "p".into())]);
        self.menu.outcome(&mut session, self.menu.start(), home);
        self.menu.keep_shown(&mut session, &self.facts);
        session
    }

    fn press(&self, session: &mut Session, key: &str) -> Step {
        let step = self
            .menu
            .input(session, Input::Typed(key), &self.facts, BUDGET);
        self.menu.keep_shown(session, &self.facts);
        step
    }
}

#[divan::bench]
fn machine_step(bencher: Bencher) {
    let known = known();
    let home = known.at_home();
    bencher
        .with_inputs(|| home.clone())
        .bench_values(|mut session| known.press(&mut session, black_box("1")));
}

#[divan::bench(args = ["home", "category", "stake", "confirm"])]
fn render(bencher: Bencher, screen: &str) {
    let known = known();
    let mut session = known.at_home();
    for _ in ["home", "category", "stake", "confirm"]
        .iter()
        .take_while(|name| **name != screen)
    {
        known.press(&mut session, "1");
    }
    assert_eq!(session.screen, screen);
    bencher.bench(|| {
        known
            .menu
            .show(black_box(&session), None, &known.facts, BUDGET)
    });
}

#[divan::bench]
fn session_to_json_and_back(bencher: Bencher) {
    let known = known();
    let mut session = known.at_home();
    known.press(&mut session, "1");
    bencher.bench(|| {
        let json = serde_json::to_string(black_box(&session)).expect("JSON");
        serde_json::from_str::<Session>(&json).expect("a session")
    });
}

#[divan::bench]
fn load_the_menu() -> Menu {
    Menu::built_in().expect("a menu")
}

const SCREEN: &str = "CON Majibu. Balance KES 1,250\n1. Play\n2. Deposit\n3. My games\n4. Language\n\
5. Help\n6. Withdraw";

#[divan::bench]
fn septets() -> usize {
    text::septets(black_box(SCREEN))
}

#[divan::bench]
fn plain_text() -> String {
    text::plain(black_box("“What’s the capital of Kenya…?” – Nairobi"))
}
