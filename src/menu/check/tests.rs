#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, String)> {
        [
            ("menu.toml", include_str!("../../menus/menu.toml")),
            ("en.toml", include_str!("../../menus/en.toml")),
            ("sw.toml", include_str!("../../menus/sw.toml")),
        ]
        .map(|(name, source)| (name.to_owned(), source.to_owned()))
        .to_vec()
    }

    /// The findings after one replacement in one file.
    fn broken(file: &str, from: &str, to: &str) -> Vec<String> {
        let mut files = files();
        let source = &mut files.iter_mut().find(|(name, _)| name == file).unwrap().1;
        assert!(source.contains(from), "{from:?} is not in {file}");
        *source = source.replacen(from, to, 1);
        match Menu::read(&files) {
            Ok(menu) => check(&menu, 160).iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn the_menu_of_this_repository_is_sound() {
        let menu = Menu::read(&files()).unwrap();
        let findings: Vec<_> = check(&menu, 160).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        for (file, from, to, named) in [
            (
                "menu.toml",
                "go = \"declined\"",
                "go = \"gone\"",
                "no screen \"gone\"",
            ),
            (
                "menu.toml",
                "run = \"register\"",
                "run = \"enlist\"",
                "no action \"enlist\"",
            ),
            (
                "menu.toml",
                "key = \"2\", text = \"decline\"",
                "key = \"1\", text = \"decline\"",
                "two options",
            ),
            (
                "menu.toml",
                "key = \"2\", text = \"decline\"",
                "key = \"00\", text = \"decline\"",
                "cannot be the key",
            ),
            (
                "menu.toml",
                "list = \"stakes\"",
                "list = \"steaks\"",
                "no list \"steaks\"",
            ),
            (
                "menu.toml",
                ", short = \"short\"",
                "",
                "\"short\" of \"stake\" is not routed",
            ),
            (
                "menu.toml",
                "[screen.declined]\nends = true",
                "[screen.declined]",
                "dead end",
            ),
            (
                "menu.toml",
                ", unverified = \"unverified\"",
                ", unverified = \"closed\"",
                "\"unverified\" is never reached",
            ),
            ("menu.toml", "timed = true", "tmied = true", "unknown field"),
            ("en.toml", "declined = ", "declned = ", "no \"declined\""),
            (
                "sw.toml",
                "{balance}",
                "{balanse}",
                "no placeholder {balanse}",
            ),
            (
                "sw.toml",
                "Majibu. Salio",
                "Majibu\u{2026} Salio",
                "not in the GSM 7-bit",
            ),
            (
                "en.toml",
                "Majibu. Balance",
                &"Majibu ".repeat(20),
                "over 160 at its widest",
            ),
            (
                "en.toml",
                "You lost KES",
                &"You lost ".repeat(9),
                "the SMS \"lost\" is",
            ),
            (
                "en.toml",
                "cancelled = ",
                "canceled = ",
                "[reason] has no \"cancelled\"",
            ),
            ("en.toml", "{seconds}s. We", "{seconds s. We", "waiting: "),
        ] {
            let findings = broken(file, from, to);
            let found = findings.iter().find(|finding| finding.contains(named));
            let found = found.unwrap_or_else(|| panic!("{named}: {findings:?}"));
            assert!(found.starts_with(&format!("{file}:")), "{found}");
        }
    }

    #[test]
    fn a_finding_names_its_line() {
        let line = files()[0]
            .1
            .lines()
            .position(|line| line.contains("\"declined\""))
            .unwrap()
            + 1;
        let findings = broken("menu.toml", "go = \"declined\"", "go = \"gone\"");
        assert!(findings.contains(&format!("menu.toml:{line}: there is no screen \"gone\"")));
    }
}
