//! The print of a screen: one number for what it says and what its keys do in one language. A
//! session keeps the print of what was shown; after a reload a key counts only where it still means
//! what the player read.

use std::hash::{DefaultHasher, Hash, Hasher};

use toml::Spanned;

use super::{Screen, Texts};

/// The print of a screen.
pub(super) fn print(name: &str, screen: &Screen, texts: &Texts) -> u64 {
    let text = |place: &Option<Spanned<String>>| place.as_ref().map(|t| t.get_ref().clone());
    let mut hash = DefaultHasher::new();
    // Back and home are left out: wherever they lead, they do nothing but lead there.
    (screen.amount, screen.timed, screen.paged, screen.ends).hash(&mut hash);
    [&screen.list, &screen.set, &screen.go, &screen.run]
        .map(text)
        .hash(&mut hash);
    texts.screen.get(name).map(|t| &t.template).hash(&mut hash);
    let label = text(&screen.list).and_then(|list| texts.label.get(&list));
    label.map(|label| &label.template).hash(&mut hash);
    for option in &screen.options {
        option.key.get_ref().hash(&mut hash);
        [&option.go, &option.run].map(text).hash(&mut hash);
        let label = texts.option.get(option.text.get_ref());
        label.map(|label| &label.template).hash(&mut hash);
    }
    hash.finish()
}
