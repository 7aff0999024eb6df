//! Pages that are made from the code and the menu: they say what is so, or this fails. With
//! `UPDATE_PAGES=1` it writes them instead.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

use std::{fs, path::PathBuf};

use majibu::{
    app::KENYA,
    config::Config,
    menu::{Menu, check, reference::reference},
    telemetry::catalog,
};

fn is_current(page: &str, make: impl FnOnce(&str) -> String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let new = make(&old);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(path, new).expect("written");
        return;
    }
    let differs = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    let is_same = old == new;
    assert!(
        is_same,
        "docs/{page} is not current (UPDATE_PAGES=1 writes it): {differs:#?}"
    );
}

#[test]
fn the_list_of_all_screens_is_current() {
    is_current("screens.md", |_| {
        let limits = Config::default()
            .settings()
            .expect("settings")
            .menu_limits();
        let menu = Menu::built_in().expect("a menu");
        let widths = check::widths(&menu, &limits);
        format!("{}\n", check::page(&widths, &limits, &KENYA))
    });
}

#[test]
fn the_tables_for_writers_of_menus_are_current() {
    let (begin, end) = ("<!-- reference -->\n", "<!-- /reference -->");
    is_current("menus.md", |old| {
        let (head, rest) = old.split_once(begin).expect("a place for the tables");
        let (_, tail) = rest.split_once(end).expect("the end of the tables");
        let menu = Menu::built_in().expect("a menu");
        format!("{head}{begin}\n{}\n\n{end}{tail}", reference(&menu))
    });
}

#[test]
fn the_list_of_all_metrics_is_current() {
    let (begin, end) = ("<!-- metrics -->\n", "<!-- /metrics -->");
    is_current("metrics.md", |old| {
        let (head, rest) = old.split_once(begin).expect("a place for the tables");
        let (_, tail) = rest.split_once(end).expect("the end of the tables");
        format!("{head}{begin}{}\n{end}{tail}", catalog::page())
    });
}
