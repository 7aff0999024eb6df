//! The format of `menus/`: one machine (`menu.toml`) and one file per language.
//!
//! Reading finds what is not TOML, unknown keys, values of the wrong kind and malformed
//! placeholders, all of them at once, each with file, line and key. Whether the machine makes sense
//! is [`super::check`]'s question.

mod print;
mod read;

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

use toml::Spanned;

use super::{
    keyword::Word,
    session::Item,
    template::{Template, Words},
};

/// The name of the machine's file; every other `.toml` beside it is a language.
pub const MACHINE: &str = "menu.toml";

/// The files that the binary carries.
const BUILT_IN: [(&str, &str); 3] = [
    (MACHINE, include_str!("../../menus/menu.toml")),
    ("en.toml", include_str!("../../menus/en.toml")),
    ("sw.toml", include_str!("../../menus/sw.toml")),
];

/// A screen as it stands in the file; its comment block there explains the keys.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// Numbered choices.
    pub options: Vec<Choice>,
    /// The name of a list of numbered choices.
    pub list: Option<Spanned<String>>,
    /// Whether whole shillings may be typed.
    pub amount: bool,
    /// The value that takes what was picked or typed.
    pub set: Option<Spanned<String>>,
    /// The screen that a picked line or a typed amount leads to.
    pub go: Option<Spanned<String>>,
    /// The action that a picked line or a typed amount runs.
    pub run: Option<Spanned<String>>,
    /// Where `0` leads; also that `00` leads home.
    pub back: Option<Spanned<String>>,
    /// Where `00` leads instead of the machine's home.
    pub home: Option<Spanned<String>>,
    /// A question: only the numbers of its choices count.
    pub timed: bool,
    /// Whether the text is cut into pages.
    pub paged: bool,
    /// The last screen of the session.
    pub ends: bool,
    /// Whoever came here finds it where home would be, to the end of the session.
    pub stays: bool,
}

/// One option of a screen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The key that picks it.
    pub key: Spanned<String>,
    /// Its label: a name under `[option]`.
    pub text: Spanned<String>,
    /// The screen that it leads to.
    pub go: Option<Spanned<String>>,
    /// The action that it runs.
    pub run: Option<Spanned<String>>,
}

/// Where the outcomes of an action lead.
#[derive(Clone, Debug)]
pub struct Routes {
    /// Outcome to screen.
    pub on: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// The keys that mean the same on every screen: declared once, never in conflict with an option, a
/// number of a list, an amount or an answer.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Shows the next page of a long list or text.
    pub more: Spanned<String>,
    /// Goes back: a page, or a screen.
    pub back: Spanned<String>,
    /// Goes home.
    pub home: Spanned<String>,
}

/// A text and the line that it stands on.
#[derive(Clone, Debug)]
pub struct Text {
    /// The parsed text.
    pub template: Template,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// Texts of one section by name.
pub type Section = BTreeMap<String, Text>;

/// Everything in one language.
#[derive(Clone, Debug)]
pub struct Texts {
    /// The language's code: the file's name without its ending.
    pub locale: String,
    /// What the language calls itself.
    pub name: String,
    /// Screens.
    pub screen: Section,
    /// Answers outside the menu.
    pub notice: Section,
    /// Labels of options.
    pub option: Section,
    /// Labels of list lines.
    pub label: Section,
    /// Hints above a screen.
    pub hint: Section,
    /// Footers: more, back, home.
    pub footer: Section,
    /// SMS templates.
    pub sms: Section,
    /// Words for states.
    pub word: Words,
    /// Names of categories.
    pub category: Words,
    /// Why a deposit failed.
    pub reason: Words,
    /// What players write by SMS, in the order of the file within each name.
    pub keywords: Vec<Word>,
    /// The lines of the sections, and of the words in them (`word.won`).
    lines: BTreeMap<String, usize>,
    /// What each screen says and what its keys do, as one number.
    prints: BTreeMap<String, u64>,
}

/// The machine with its texts.
#[derive(Clone, Debug)]
pub struct Menu {
    /// The action that begins a session.
    pub start: Spanned<String>,
    /// The screen that the home key leads to.
    pub home: Spanned<String>,
    /// More, back and home.
    pub keys: Keys,
    /// The screens by name.
    pub screens: BTreeMap<String, Screen>,
    /// Where outcomes lead, by action.
    pub routes: BTreeMap<String, Routes>,
    /// The languages by code.
    pub texts: BTreeMap<String, Texts>,
    /// The languages as a list to choose from.
    pub locales: Vec<Item>,
    /// The lines of names in the machine's file: screens and actions.
    pub lines: Lines,
}

/// Turns byte offsets of a file into lines, and knows where screens and actions stand.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    starts: Vec<usize>,
    screens: BTreeMap<String, usize>,
    actions: BTreeMap<String, usize>,
}

impl Lines {
    fn of(source: &str) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0).chain(ends).collect(),
            ..Self::default()
        }
    }

    fn at_byte(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte)
    }

    /// The line, from 1, of a place in the file.
    #[must_use]
    pub fn at<T>(&self, place: &Spanned<T>) -> usize {
        self.at_byte(place.span().start)
    }

    /// The line of a screen's name.
    #[must_use]
    pub fn screen(&self, name: &str) -> usize {
        self.screens.get(name).copied().unwrap_or(1)
    }

    /// The line of an action's name.
    #[must_use]
    pub fn action(&self, name: &str) -> usize {
        self.actions.get(name).copied().unwrap_or(1)
    }
}

/// Something wrong in `menus/`, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The key in the file, such as `screen.home.options[2].go`; empty where there is none.
    pub key: String,
    /// What is wrong, for a person.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)
    }
}

/// The menu could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MenuError {
    /// A file could not be opened.
    #[error("cannot read {file}: {source}")]
    Io {
        /// The path.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// Files are not what they should be.
    #[error("{}", list(.0))]
    Malformed(Vec<Finding>),
    /// There is no machine, or no language.
    #[error("no {MACHINE} or no language file in {0}")]
    Missing(String),
}

fn list(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// The files of a menu: name and source.
pub type Sources = Vec<(String, Vec<u8>)>;

/// The files in a folder; without one, those that the binary carries.
///
/// # Errors
/// When they cannot be read, or there is no machine or no language among them.
pub fn sources(folder: Option<&Path>) -> Result<Sources, MenuError> {
    let Some(folder) = folder else {
        return Ok(BUILT_IN
            .map(|(name, source)| (name.to_owned(), source.into()))
            .into());
    };
    let io = |path: &Path| {
        let file = path.display().to_string();
        move |source| MenuError::Io { file, source }
    };
    let mut files = Sources::new();
    for item in fs::read_dir(folder).map_err(io(folder))? {
        let path = item.map_err(io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Editors keep hidden files beside the one that is being written.
        let is_hidden = name.starts_with('.');
        if path.extension().is_some_and(|ending| ending == "toml") && !is_hidden {
            let source = fs::read(&path).map_err(io(&path))?;
            files.push((name.into_owned(), source));
        }
    }
    files.sort();
    if files.len() < 2 || !files.iter().any(|(name, _)| name == MACHINE) {
        return Err(MenuError::Missing(folder.display().to_string()));
    }
    Ok(files)
}

impl Menu {
    /// The menu that the binary carries.
    ///
    /// # Errors
    /// When it is malformed; the tests see to it that it is not.
    pub fn built_in() -> Result<Self, MenuError> {
        Self::read(&sources(None)?)
    }

    /// The menu in a folder.
    ///
    /// # Errors
    /// When a file cannot be read or is malformed.
    pub fn in_folder(folder: &Path) -> Result<Self, MenuError> {
        Self::read(&sources(Some(folder))?)
    }

    /// The menu from the contents of its files: name and source.
    ///
    /// # Errors
    /// When a file is malformed.
    pub fn read<S: AsRef<[u8]>>(files: &[(String, S)]) -> Result<Self, MenuError> {
        match Self::read_all(files) {
            (Some(menu), findings) if findings.is_empty() => Ok(menu),
            (_, findings) if findings.is_empty() => Err(MenuError::Missing("the menu".into())),
            (_, findings) => Err(MenuError::Malformed(findings)),
        }
    }

    /// The texts of a language; of the first one where it does not exist.
    ///
    /// # Panics
    /// Never: a menu without any language is refused when it is read.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a menu without a language is refused when it is read"
    )]
    pub fn texts(&self, locale: &str) -> &Texts {
        let known = self
            .texts
            .get(locale)
            .or_else(|| self.texts.values().next());
        known.expect("a menu has at least one language")
    }

    /// The screen that asks questions.
    #[must_use]
    pub fn timed_screen(&self) -> Option<&str> {
        let timed = self.screens.iter().find(|(_, screen)| screen.timed);
        timed.map(|(name, _)| name.as_str())
    }
}

impl Texts {
    /// The line of a section, or of a word in one (`word.won`); the first line where it is not
    /// there.
    #[must_use]
    pub fn line(&self, key: &str) -> usize {
        self.lines.get(key).copied().unwrap_or(1)
    }

    /// What a screen says and what its keys do, as one number: another one after any edit that
    /// makes a key mean something else than the player read.
    #[must_use]
    pub fn print(&self, screen: &str) -> u64 {
        self.prints.get(screen).copied().unwrap_or_default()
    }

    /// The tables that placeholders are looked up in.
    #[must_use]
    pub fn tables(&self) -> BTreeMap<&'static str, &Words> {
        BTreeMap::from([
            ("word", &self.word),
            ("category", &self.category),
            ("reason", &self.reason),
        ])
    }
}
