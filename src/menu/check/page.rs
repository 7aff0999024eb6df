//! The page of all screens with their lengths: `menu check --screens`.

use std::fmt::Write;

use super::{Limits, Width};

/// The lengths as a Markdown page. `names` gives networks a name beside their code.
#[must_use]
pub fn page(widths: &[Width], limits: &Limits, names: &[(&str, &str)]) -> String {
    let name = |code: &str| {
        let known = names.iter().find(|(known, _)| *known == code);
        known.map_or(code.to_owned(), |(_, name)| format!("{name} ({code})"))
    };
    let mut page = String::from(
        "# Screens\n\n\
        The length of every screen in septets of the GSM 7-bit alphabet, `CON ` or `END ` counted, \
        with every value at its widest\n(the biggest balance, the longest category, the longest \
        number) and its longest hint, beside what the network shows.\nA screen with a list is \
        measured with one line; longer lists go on over pages. `help` and `answers` are cut into\n\
        pages by what the network shows. `question` is measured with 60 septets of question and 10 \
        of each choice: the import\nrefuses what does not fit.\n\n\
        Written by `majibu menu check --screens`, and kept current by a test.\n\n",
    );
    let heads = limits.networks.iter().map(|(code, _)| name(code));
    let heads: Vec<String> = heads.collect();
    let _ = writeln!(page, "| screen | language | {} |", heads.join(" | "));
    let _ = writeln!(page, "| --- | --- |{}", " ---: |".repeat(heads.len()));
    let mut rows: Vec<&Width> = widths.iter().collect();
    rows.sort_by(|a, b| (&a.screen, &a.locale).cmp(&(&b.screen, &b.locale)));
    for row in rows {
        let cells = row.septets.iter().zip(&limits.networks);
        let cells = cells.map(|(septets, (_, budget))| format!("{septets}/{budget}"));
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            row.screen,
            row.locale,
            cells.join(" | ")
        );
    }
    page.trim_end().into()
}
