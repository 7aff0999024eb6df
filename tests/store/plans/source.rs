//! The statements of the store, read from its source: string literals that begin as SQL does, put
//! together as the macros of the store put them together.

use std::{fmt, fs, path::Path};

/// Whose texts are wanted, where the engines have different ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The file that it stands in.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Statement {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        Self {
            file: file.into(),
            text: words.join(" "),
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.text)
    }
}

/// A string literal and the code between it and the one before, without blanks.
struct Literal {
    text: String,
    before: String,
}

/// Files whose statements are not read: `claims.rs` puts its own together, and says them itself;
/// `engine.rs`, `schema.rs` and `transact.rs` begin, lock and migrate; `theirs.rs` searches the bodies of
/// all callbacks on purpose.
const LEFT_OUT: [&str; 5] = [
    "claims.rs",
    "engine.rs",
    "schema.rs",
    "theirs.rs",
    "transact.rs",
];

/// Every statement of the store on an engine.
pub(crate) fn statements(engine: Engine) -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the store")
        .map(|file| file.expect("a file").path())
        // A folder has tests of what stands beside it.
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.expect("a name");
        if LEFT_OUT.contains(&name) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("UTF-8");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for text in of_file(&literals(code), engine) {
            all.push(Statement::new(name, &text));
        }
    }
    all
}

/// The statements of one file.
fn of_file(literals: &[Literal], engine: Engine) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    // Macros of the file that put a text of their own around: name, text in front, text behind.
    let mut frames: Vec<(String, &str, &str)> = Vec::new();
    // Whose arm of a `match` on the engine this is, until the next function.
    let mut arm = None;
    while let Some(literal) = literals.get(at) {
        let before = literal.before.as_str();
        arm = arm_of(before, arm);
        if arm.is_some_and(|arm| arm != engine) {
            at += 1;
            continue;
        }
        let next = literals.get(at + 1).map_or("", |next| next.text.as_str());
        let text = literal.text.as_str();
        let frame = frames
            .iter()
            .find(|(name, ..)| before.ends_with(&format!("{name}!(")));
        if let Some(name) = defines(before) {
            let has_back = literals.get(at + 1).is_some_and(is_behind_an_argument);
            frames.push((name, text, if has_back { next } else { "" }));
            at += usize::from(has_back);
        } else if let Some((name, front, back)) = frame {
            // Both engines' texts may stand in the same frame.
            let is_pair = before.ends_with(&format!("by_engine({name}!("));
            let text = if is_pair && engine == Engine::Postgres {
                next
            } else {
                text
            };
            found.push(format!("{front}{text}{back}"));
            at += usize::from(is_pair);
        } else if before.ends_with("by_engine(") {
            found.push(if engine == Engine::Sqlite { text } else { next }.to_owned());
            at += 1;
        } else if has_call(before, "of_batch!(") {
            let rows = match engine {
                Engine::Sqlite => "json_each($1)",
                Engine::Postgres => "json_array_elements(cast($1 as json)) as rows (value)",
            };
            found.push(format!("{text}{rows}{next}"));
            at += 1;
        } else if has_call(before, "of_ids!(") {
            let ids = match engine {
                Engine::Sqlite => "(select value from json_each($1))",
                Engine::Postgres => {
                    "(select value from json_array_elements_text(cast($1 as json)) as ids (value))"
                }
            };
            found.push(format!("{text}{ids}{next}"));
            at += 1;
        } else if is_sql(text) {
            found.push(text.to_owned());
        }
        at += 1;
    }
    found.retain(|text| is_sql(text) && !text.contains("pg_advisory"));
    found
}

/// The engine whose arm of a `match` begins in the code, or goes on through it.
fn arm_of(before: &str, arm: Option<Engine>) -> Option<Engine> {
    let begins = |pattern: &str| before.rfind(pattern);
    let sqlite = begins("EngineTx::Sqlite(_)=>");
    let postgres = begins("EngineTx::Postgres(_)=>");
    match (sqlite, postgres) {
        (None, None) if before.contains("asyncfn") => None,
        (None, None) => arm,
        _ if sqlite > postgres => Some(Engine::Sqlite),
        _ => Some(Engine::Postgres),
    }
}

/// The name of the macro whose definition ends in `concat!(`, just before its literal.
fn defines(before: &str) -> Option<String> {
    let (_, definition) = before.rsplit_once("macro_rules!")?;
    let name = definition.split('{').next()?;
    before.ends_with("concat!(").then(|| name.to_owned())
}

/// Whether a literal stands behind one argument of a macro: `concat!("...", $x, "...")`.
fn is_behind_an_argument(literal: &Literal) -> bool {
    let before = literal.before.as_str();
    let argument = before
        .strip_prefix(",$")
        .and_then(|rest| rest.strip_suffix(','));
    argument.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// Whether the code ends in such a call with one argument, the transaction.
fn has_call(before: &str, call: &str) -> bool {
    before
        .rsplit_once(call)
        .is_some_and(|(_, rest)| rest.ends_with(',') && !rest.contains(['(', ')', ';']))
}

fn is_sql(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["select", "insert", "update", "delete", "with"].contains(&first) && text.contains(' ')
}

/// The string literals of code, comments left out.
fn literals(code: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut before = String::new();
    let mut rest = code.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|c| c != '\n') {},
            // A letter in quotes, which may be a double one; a lifetime has no end.
            '\'' if rest.peek() == Some(&'"') => {
                rest.next();
                rest.next();
            }
            '"' => found.push(Literal {
                text: literal(&mut rest),
                before: std::mem::take(&mut before),
            }),
            c if c.is_whitespace() => {}
            c => before.push(c),
        }
    }
    found
}

/// The rest of a literal whose opening quote was read.
fn literal(rest: &mut impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                // A line that goes on.
                Some('\n') => text.push(' '),
                Some(escaped) => text.push(escaped),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}
