//! What writers of menus may use, as Markdown tables: made from the service's own tables, so that
//! the page cannot say anything else than the code does.

use std::fmt::Write;

use super::file::Menu;
use super::{
    action::Action,
    vocabulary::{
        ALWAYS, HINTS, LABELS, LISTS, Lookup, NOTICES, Named, PLACEHOLDERS, SMS, Source,
        placeholder,
    },
};

/// Every action, list, placeholder and text that the service asks for by name; for a menu, also
/// what each of its screens may say.
#[must_use]
pub fn reference(menu: &Menu) -> String {
    let mut out = String::new();
    actions(&mut out);
    lists(&mut out);
    screens(&mut out, menu);
    texts(&mut out);
    placeholders(&mut out);
    out.trim_end().into()
}

fn table(
    out: &mut String,
    title: &str,
    heads: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) {
    let _ = writeln!(out, "### {title}\n\n| {} |", heads.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(heads.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.push('\n');
}

fn braced<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let shown = names
        .into_iter()
        .filter(|name| placeholder(name).is_some())
        .map(|name| format!("`{{{name}}}`"));
    shown.collect::<Vec<_>>().join(" ")
}

fn actions(out: &mut String) {
    let rows = Action::ALL.iter().flat_map(|action| {
        let needs = action.needs().iter();
        let needs: Vec<&str> = needs
            .copied()
            // Brought along with the question, not chosen by anybody.
            .filter(|need| !["entry", "n"].contains(need))
            .collect();
        let about = format!("`{}`: {}", action.name(), action.about());
        action.outcomes().iter().zip(0..).map(move |(outcome, at)| {
            let (about, needs) = if at == 0 {
                (about.clone(), needs.join(", "))
            } else {
                (String::new(), String::new())
            };
            let list = action.brings_list(outcome);
            let list = list
                .map(|list| format!(" list `{list}`"))
                .unwrap_or_default();
            let brings = format!("{}{list}", braced(action.brings(outcome)));
            vec![
                about,
                needs,
                format!("`{outcome}`"),
                brings.trim().to_owned(),
            ]
        })
    });
    table(
        out,
        "Actions",
        &["action", "needs", "outcome", "brings"],
        rows,
    );
}

fn lists(out: &mut String) {
    let rows = LISTS.iter().map(|list| {
        let source = match list.source {
            Source::Service => "always",
            Source::Action => "brought by an action",
        };
        vec![
            format!("`{}`", list.name),
            list.about.into(),
            source.into(),
            format!("`{}`", list.set),
            braced(list.values.iter().copied()),
        ]
    });
    let heads = [
        "list",
        "what it lists",
        "there",
        "`set`",
        "its label may say",
    ];
    table(out, "Lists", &heads, rows);
}

fn screens(out: &mut String, menu: &Menu) {
    let flow = super::check::certain(menu);
    let rows = menu.screens.keys().map(|name| {
        let values = flow.get(name).into_iter().flatten();
        vec![format!("`{name}`"), braced(values.map(String::as_str))]
    });
    let title = "Screens";
    let always = format!("may say, beside {}", braced(ALWAYS.iter().copied()));
    table(out, title, &["screen", &always], rows);
}

fn texts(out: &mut String) {
    let named = |section: &'static str, texts: &'static [Named]| {
        texts.iter().map(move |(name, values)| {
            let values = braced(values.iter().copied());
            vec![format!("`[{section}] {name}`"), values]
        })
    };
    let rows = named("label", &LABELS)
        .chain(named("hint", &HINTS))
        .chain(named("notice", &NOTICES))
        .chain(named("sms", &SMS));
    table(out, "Other texts", &["text", "may say"], rows);
}

fn placeholders(out: &mut String) {
    let rows = PLACEHOLDERS.iter().map(|known| {
        let written = match known.lookup {
            Lookup::Plain => format!("`{{{}}}`", known.name),
            Lookup::Category => format!("`{{{0}}}` or `{{{0}:category}}`", known.name),
            Lookup::Code(table) => format!("`{{{}:{table}}}`", known.name),
        };
        vec![written, known.about.into()]
    });
    table(out, "Placeholders", &["placeholder", "what it is"], rows);
}
