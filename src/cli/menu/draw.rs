//! `menu draw`.

use std::{fs, path::PathBuf};

use clap::{Args, ValueEnum};

use super::sound_menu;
use crate::{
    app::menu_facts,
    cli::{Failed, say},
    config::Config,
    menu::draw::{self, CATEGORIES, draw},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// What to write: a picture, or the source of one
    #[arg(long, value_enum, default_value_t = Format::Svg)]
    format: Format,
    /// The language of the screens: the name of a language file
    #[arg(long, default_value = "en")]
    locale: String,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A picture for browsers and documents
    Svg,
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz' language
    Dot,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let menu = sound_menu(config)?;
    let locale = &arguments.locale;
    if !menu.texts.contains_key(locale) {
        let known: Vec<&str> = menu.texts.keys().map(String::as_str).collect();
        let known = known.join(", ");
        return Err(Failed::Usage(format!(
            "--locale {locale}: the menu has no such language; it has {known}"
        )));
    }
    let settings = config.settings()?;
    let categories = CATEGORIES.map(str::to_owned).into();
    let facts = menu_facts(&settings, categories);
    let format = match arguments.format {
        Format::Svg => draw::Format::Svg,
        Format::Mermaid => draw::Format::Mermaid,
        Format::Dot => draw::Format::Dot,
    };
    let picture = draw(&menu, &facts, locale, settings.networks.tightest(), format);
    match &arguments.output {
        None => say(picture.trim_end()),
        Some(file) => fs::write(file, picture)
            .map_err(|error| Failed::Usage(format!("cannot write {}: {error}", file.display())))?,
    }
    Ok(())
}
