//! The settings in force in this process, with what they mean: the words of docs/configuration.md.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use super::{
    parts::{Tone, badge, table},
    visit::Visit,
};
use crate::{
    config::{Setting, SettingValue},
    http::Web,
};

/// What each key means, in Markdown.
static MEANINGS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| meanings(include_str!("../../../docs/configuration.md")));

/// `GET /admin/settings`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Response {
    let settings = &web.console.settings;
    let own = settings.iter().filter(|setting| !setting.is_default);
    let mut sections: Vec<(&str, Vec<&Setting>)> = Vec::new();
    for setting in settings {
        let section = setting.key.split('.').next().unwrap_or_default();
        match sections.last_mut() {
            Some((name, settings)) if *name == section => settings.push(setting),
            _ => sections.push((section, vec![setting])),
        }
    }
    let body = html! {
        p class="lead" {
            "What this process was started with. " (own.count()) " of " (settings.len())
            " keys differ from their default. Settings are changed in majibu.toml or in the \
             environment, and hold from the next start."
        }
        @for (name, settings) in &sections {
            h2 id=(name) { (name) }
            (rows(settings))
        }
    };
    visit.page("Settings in force", &body)
}

fn rows(settings: &[&Setting]) -> Markup {
    let rows = html! {
        @for setting in settings {
            tr {
                th scope="row" { code { (setting.key) } }
                td {
                    @match &setting.value {
                        SettingValue::Text(text) => { code { (text) } },
                        SettingValue::Unset => { span class="muted" { "unset" } },
                        SettingValue::Secret(_) => { span class="muted" { "set, not shown" } },
                    }
                }
                td { @if !setting.is_default { (badge("own", Tone::Warn)) } }
                td { (meaning(&setting.key)) }
            }
        }
    };
    table(&["Key", "Value", "", "Meaning"], &rows)
}

fn meaning(key: &str) -> Markup {
    let text = MEANINGS.get(key).map_or("", String::as_str);
    // Every other piece stands between backticks.
    html! {
        @for (at, piece) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (unlinked(piece)) }
        }
    }
}

/// Markdown without its links: `[text](address)` is the text.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        let parts = link.split_once("](").and_then(|(name, address)| {
            let (_, after) = address.split_once(')')?;
            Some((name, after))
        });
        let Some((name, after)) = parts else {
            out.push('[');
            rest = link;
            continue;
        };
        out.push_str(name);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The keys of the tables of a page and what they mean. Several keys may share a line, and a dot stands
/// for the section of the one before it; a table whose head names a prefix has it before its keys.
fn meanings(page: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut prefix = String::new();
    for line in page.lines() {
        let Some((keys, rest)) = line
            .strip_prefix("| ")
            .and_then(|line| line.split_once(" | "))
        else {
            continue;
        };
        if keys.starts_with('-') {
            continue;
        }
        if let Some(below) = keys.strip_prefix("key") {
            let below = below.trim().trim_start_matches("below").trim();
            prefix = below.trim_matches('`').to_owned();
            continue;
        }
        let meaning = rest.rsplit_once(" | ").map_or(rest, |(_, meaning)| meaning);
        let meaning = meaning.trim_end_matches('|').trim();
        let mut section = String::new();
        for key in keys.split(',') {
            let key = key.trim().trim_matches('`');
            let key = match key.strip_prefix('.') {
                Some(name) => format!("{section}.{name}"),
                None if prefix.is_empty() => key.to_owned(),
                None => format!("{prefix}.{key}"),
            };
            section = key
                .rsplit_once('.')
                .map_or("", |(section, _)| section)
                .into();
            found.insert(key, meaning.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_key_is_documented_and_every_documented_key_exists() {
        let shown = Config::default().shown();
        let without: Vec<_> = shown
            .iter()
            .map(|setting| setting.key.as_str())
            // The page has `sms.fallback.*` as one line, and a table for what is below it.
            .filter(|key| *key != "sms.fallback" && !MEANINGS.contains_key(*key))
            .collect();
        assert!(
            without.is_empty(),
            "not in docs/configuration.md: {without:?}"
        );
        let known = |key: &str| {
            shown.iter().any(|setting| setting.key == key)
                || key.starts_with("sms.fallback.")
                || key.starts_with("http.allow.")
        };
        let extra: Vec<_> = MEANINGS.keys().filter(|key| !known(key)).collect();
        assert!(extra.is_empty(), "no keys: {extra:?}");
        assert!(MEANINGS.values().all(|meaning| !meaning.is_empty()));
    }

    #[test]
    fn markdown_reads_as_text() {
        assert_eq!(
            unlinked("see [menus.md](menus.md), [x] and y"),
            "see menus.md, [x] and y"
        );
        let markup = meaning("http.callback_secret").into_string();
        assert!(markup.contains("<code>-</code>"), "{markup}");
    }
}
