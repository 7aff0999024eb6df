//! The format of `menus/`: one machine (`menu.toml`) and one file per language.
//!
//! Reading refuses what is not TOML, unknown keys and malformed placeholders, with file and line.
//! Whether the machine makes sense is [`super::check`]'s question.

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

use serde::Deserialize;
use toml::Spanned;

use super::{
    keyword::{self, Word},
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// Numbered choices.
    pub options: Vec<Choice>,
    /// The name of a list of numbered choices.
    pub list: Option<Spanned<String>>,
    /// Whether whole shillings may be typed.
    pub amount: bool,
    /// The value that takes what was picked or typed.
    pub set: Option<String>,
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
}

/// One option of a screen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// Outcome to screen.
    pub on: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineFile {
    start: Spanned<String>,
    home: Spanned<String>,
    screen: BTreeMap<Spanned<String>, Screen>,
    action: BTreeMap<Spanned<String>, Routes>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextsFile {
    name: String,
    screen: BTreeMap<String, Spanned<String>>,
    notice: BTreeMap<String, Spanned<String>>,
    option: BTreeMap<String, Spanned<String>>,
    label: BTreeMap<String, Spanned<String>>,
    hint: BTreeMap<String, Spanned<String>>,
    footer: BTreeMap<String, Spanned<String>>,
    sms: BTreeMap<String, Spanned<String>>,
    word: Words,
    category: Words,
    reason: Words,
    #[serde(default)]
    keyword: keyword::Section,
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
}

/// The machine with its texts.
#[derive(Clone, Debug)]
pub struct Menu {
    /// The action that begins a session.
    pub start: Spanned<String>,
    /// The screen that `00` leads to.
    pub home: Spanned<String>,
    /// The screens by name, with the place of the name.
    pub screens: BTreeMap<String, Screen>,
    /// Where outcomes lead, by action.
    pub routes: BTreeMap<String, Routes>,
    /// The languages by code.
    pub texts: BTreeMap<String, Texts>,
    /// The lines of names in the machine's file: screens and actions.
    pub lines: Lines,
}

/// Turns byte offsets of the machine's file into lines.
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

    /// The line, from 1, of a place in the file.
    #[must_use]
    pub fn at<T>(&self, place: &Spanned<T>) -> usize {
        self.starts
            .partition_point(|start| *start <= place.span().start)
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, for a person.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
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
    /// A file is not what it should be.
    #[error("{0}")]
    Malformed(Finding),
    /// There is no machine, or no language.
    #[error("no {MACHINE} or no language file in {0}")]
    Missing(String),
}

impl Menu {
    /// The menu that the binary carries.
    ///
    /// # Errors
    /// When it is malformed; the tests see to it that it is not.
    pub fn built_in() -> Result<Self, MenuError> {
        Self::read(&BUILT_IN.map(|(name, source)| (name.to_owned(), source.to_owned())))
    }

    /// The menu in a folder.
    ///
    /// # Errors
    /// When a file cannot be read or is malformed.
    pub fn in_folder(folder: &Path) -> Result<Self, MenuError> {
        let io = |path: &Path| {
            let file = path.display().to_string();
            move |source| MenuError::Io { file, source }
        };
        let mut files = Vec::new();
        for item in fs::read_dir(folder).map_err(io(folder))? {
            let path = item.map_err(io(folder))?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                files.push((name, fs::read_to_string(&path).map_err(io(&path))?));
            }
        }
        if files.len() < 2 || !files.iter().any(|(name, _)| name == MACHINE) {
            return Err(MenuError::Missing(folder.display().to_string()));
        }
        Self::read(&files)
    }

    /// The menu from the contents of its files: name and source.
    ///
    /// # Errors
    /// When a file is malformed.
    pub fn read(files: &[(String, String)]) -> Result<Self, MenuError> {
        let machine = files.iter().find(|(name, _)| name == MACHINE);
        let (name, source) = machine.ok_or_else(|| MenuError::Missing("the menu".into()))?;
        let file: MachineFile = parse(name, source)?;
        let mut lines = Lines::of(source);
        lines.screens = file
            .screen
            .keys()
            .map(|k| (k.get_ref().clone(), lines.at(k)))
            .collect();
        lines.actions = file
            .action
            .keys()
            .map(|k| (k.get_ref().clone(), lines.at(k)))
            .collect();
        let mut texts = BTreeMap::new();
        for (name, source) in files.iter().filter(|(name, _)| name != MACHINE) {
            let language = Texts::read(name, source)?;
            texts.insert(language.locale.clone(), language);
        }
        Ok(Self {
            start: file.start,
            home: file.home,
            screens: file
                .screen
                .into_iter()
                .map(|(k, v)| (k.into_inner(), v))
                .collect(),
            routes: file
                .action
                .into_iter()
                .map(|(k, v)| (k.into_inner(), v))
                .collect(),
            texts,
            lines,
        })
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
}

impl Texts {
    fn read(name: &str, source: &str) -> Result<Self, MenuError> {
        let file: TextsFile = parse(name, source)?;
        let lines = Lines::of(source);
        let section = |texts: BTreeMap<String, Spanned<String>>| -> Result<Section, MenuError> {
            let parsed = texts.into_iter().map(|(key, text)| {
                let line = lines.at(&text);
                match Template::parse(text.get_ref()) {
                    Ok(template) => Ok((key, Text { template, line })),
                    Err(error) => Err(MenuError::Malformed(Finding {
                        file: name.into(),
                        line,
                        what: format!("{key}: {error}"),
                    })),
                }
            });
            parsed.collect()
        };
        let declared = file.keyword.into_iter().flat_map(|(name, words)| {
            let name = name.into_inner();
            words.into_iter().map(move |word| (name.clone(), word))
        });
        let keywords = declared.map(|(name, word)| Word {
            name,
            line: lines.at(&word),
            word: word.into_inner(),
        });
        let keywords = keywords.collect();
        Ok(Self {
            locale: name.trim_end_matches(".toml").into(),
            name: file.name,
            screen: section(file.screen)?,
            notice: section(file.notice)?,
            option: section(file.option)?,
            label: section(file.label)?,
            hint: section(file.hint)?,
            footer: section(file.footer)?,
            sms: section(file.sms)?,
            word: file.word,
            category: file.category,
            reason: file.reason,
            keywords,
        })
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

fn parse<T: for<'de> Deserialize<'de>>(name: &str, source: &str) -> Result<T, MenuError> {
    toml::from_str(source).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = source
            .get(..start)
            .unwrap_or_default()
            .matches('\n')
            .count()
            + 1;
        MenuError::Malformed(Finding {
            file: name.into(),
            line,
            what: error.message().into(),
        })
    })
}
