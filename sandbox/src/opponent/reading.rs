//! How the opponent reads a screen: which key a person would press there.

use crate::phone::Screen;

/// What the opponent types where an amount is asked for without a list, in shillings.
const TYPED_AMOUNT: &str = "1000";

/// The most that it deposits, in shillings; its M-Pesa account has KES 5,000.
const LARGEST_DEPOSIT: u32 = 2_500;

/// Words of an option that leads on, best first.
const AFFIRMATIVE: [&str; 6] = ["confirm", "accept", "agree", "yes", "continue", "ok"];

/// The key that leads towards a deposit; `None` where nothing on the screen makes sense.
pub(super) fn key_towards_deposit(screen: &Screen) -> Option<String> {
    let name = screen.name.as_deref().unwrap_or_default();
    if let Some(english) = screen.option("english") {
        return Some(english);
    }
    if name == "terms" {
        return affirmative(screen).or_else(|| first(screen));
    }
    if name.contains("deposit") || name.contains("amount") {
        return Some(
            amount(screen)
                .or_else(|| affirmative(screen))
                .unwrap_or_else(|| TYPED_AMOUNT.to_owned()),
        );
    }
    screen.option("deposit").or_else(|| affirmative(screen))
}

/// Whether the screen is the one that all keys are counted from.
pub(super) fn is_home(screen: &Screen) -> bool {
    match screen.name.as_deref() {
        Some(name) => name == "home",
        None => screen.option("deposit").is_some(),
    }
}

/// Whether the screen asks a question.
pub(super) fn is_question(screen: &Screen) -> bool {
    screen.name.as_deref() == Some("question")
}

/// The numbers of the choices, those for going back left out.
pub(super) fn choices(screen: &Screen) -> Vec<String> {
    let numbers = screen.options().into_iter().map(|(number, _)| number);
    numbers.filter(|number| number.parse() != Ok(0)).collect()
}

/// The key that leads on where the screen is neither home nor a question.
pub(super) fn affirmative(screen: &Screen) -> Option<String> {
    AFFIRMATIVE.iter().find_map(|word| screen.option(word))
}

fn first(screen: &Screen) -> Option<String> {
    choices(screen).into_iter().next()
}

/// The option with the largest amount that the opponent can pay.
fn amount(screen: &Screen) -> Option<String> {
    let priced = screen
        .options()
        .into_iter()
        .filter_map(|(number, label)| Some((shillings(&label)?, number)));
    priced
        .filter(|(amount, _)| (1..=LARGEST_DEPOSIT).contains(amount))
        .max()
        .map(|(_, number)| number)
}

/// The first figure in a label, `KES 1,000`.
fn shillings(label: &str) -> Option<u32> {
    let compact = label.replace(',', "");
    let digits = compact
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty())?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::ScreenKind;

    fn screen(name: &str, text: &str) -> Screen {
        Screen {
            text: text.into(),
            kind: ScreenKind::Continue,
            name: (!name.is_empty()).then(|| name.into()),
            faults: Vec::new(),
            septets: text.len(),
            budget: 160,
            is_failed: false,
        }
    }

    #[test]
    fn the_way_to_a_deposit_is_found() {
        let key = |name, text| key_towards_deposit(&screen(name, text));
        assert_eq!(
            key("language", "Lugha\n1. Kiswahili\n2. English").as_deref(),
            Some("2")
        );
        assert_eq!(
            key("terms", "18+?\n1. I am 18 and accept\n2. No").as_deref(),
            Some("1")
        );
        assert_eq!(
            key("home", "Bal 0\n1. Play\n2. Deposit\n3. Help").as_deref(),
            Some("2")
        );
        let amounts = "Deposit\n1. KES 100\n2. KES 1,000\n3. KES 70,000\n4. Other amount\n0. Back";
        assert_eq!(key("deposit", amounts).as_deref(), Some("2"));
        assert_eq!(
            key("deposit", "Enter amount (10 to 70000)").as_deref(),
            Some("1000")
        );
        assert_eq!(key("other", "Sure?\n1. No\n2. Yes").as_deref(), Some("2"));
        assert_eq!(key("other", "What?"), None);
    }

    #[test]
    fn going_back_is_no_choice() {
        assert_eq!(
            choices(&screen("question", "Q?\n1. a\n2. b\n0. Back")),
            ["1", "2"]
        );
    }
}
