//! A line taken apart: words, and texts in quotation marks. A `#` that begins a word begins a comment.

use std::time::Duration;

use crate::number::Number;

/// One word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A bare word.
    Bare(String),
    /// A text in quotation marks, without them.
    Text(String),
}

/// Splits a line; the error says what is wrong with it.
pub(super) fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, after) = text(quoted)?;
            if !after.is_empty() && !after.starts_with(char::is_whitespace) {
                return Err("a space is missing after the closing \"".to_owned());
            }
            words.push(Word::Text(text));
            rest = after.trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            words.push(Word::Bare(word.to_owned()));
            rest = after.trim_start();
        }
    }
    Ok(words)
}

/// Reads a text up to its closing quotation mark, and gives what follows. `\"`, `\\` and `\n` stand
/// for a quotation mark, a backslash and the end of a line.
fn text(quoted: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((text, &quoted[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, c @ ('"' | '\\'))) => text.push(c),
                Some(_) | None => return Err("after \\ stands \", \\ or n".to_owned()),
            },
            c => text.push(c),
        }
    }
    Err("the closing \" is missing".to_owned())
}

/// A text in quotation marks that reads back as it was.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}

/// `500ms`, `90s`, `2m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time such as 90s, 2m or 1h30m");
    let (mut rest, mut whole) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let end = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(ms).map(Duration::from_millis);
        whole = part
            .and_then(|part| whole.checked_add(part))
            .ok_or_else(wrong)?;
        rest = after;
    }
    if text.is_empty() || whole > Duration::from_secs(366 * 86_400) {
        return Err(wrong());
    }
    Ok(whole)
}

/// A duration as it is read.
pub(super) fn written(time: Duration) -> String {
    let ms = time.as_millis();
    if ms.is_multiple_of(3_600_000) && ms > 0 {
        format!("{}h", ms / 3_600_000)
    } else if ms.is_multiple_of(60_000) && ms > 0 {
        format!("{}m", ms / 60_000)
    } else if ms.is_multiple_of(1_000) {
        format!("{}s", ms / 1_000)
    } else {
        format!("{ms}ms")
    }
}

/// `400`, `1,000` or `12.50` shillings, in cents.
pub(super) fn cents(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no amount such as 400, 1,000 or 12.50");
    let compact = text.replace(',', "");
    let (shillings, cents) = compact.split_once('.').unwrap_or((&compact, "00"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(shillings) || !is_number(cents) || cents.len() != 2 {
        return Err(wrong());
    }
    let whole = format!("{shillings}{cents}").parse::<i64>();
    whole
        .ok()
        .filter(|cents| *cents <= 100_000_000_000)
        .ok_or_else(wrong)
}

/// Cents as shillings, without `.00`.
pub(super) fn shillings(cents: i64) -> String {
    if cents % 100 == 0 {
        (cents / 100).to_string()
    } else {
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

pub(super) fn number(text: &str) -> Result<Number, String> {
    text.parse()
        .map_err(|error: crate::number::NotANumber| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_no_comment_and_a_text_may_hold_anything() {
        let bare = |word: &str| Word::Bare(word.to_owned());
        assert_eq!(
            split("ann dials *384*55# # the service").unwrap(),
            [bare("ann"), bare("dials"), bare("*384*55#")]
        );
        let text = "say \"no\" # \\ twice\nand go";
        let line = format!("ann sees {}", quoted(text));
        assert_eq!(split(&line).unwrap()[2], Word::Text(text.to_owned()));
        assert_eq!(split("  # nothing").unwrap(), []);
        for line in ["ann sees \"Welcome", "ann sees \"a\"b", "ann sees \"\\t\""] {
            assert!(split(line).is_err(), "{line}");
        }
    }

    #[test]
    fn times_and_amounts_are_read_as_people_write_them() {
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "5x",
            "99999999999999999999s",
            "400d",
            "5m3",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["90s", "2m", "3h", "1500ms"] {
            assert_eq!(written(duration(text).unwrap()), text);
        }
        assert_eq!((cents("1,000"), cents("12.50")), (Ok(100_000), Ok(1_250)));
        for text in ["", "-5", "12.5", "KES", "1.000", "99999999999999999999"] {
            assert!(cents(text).is_err(), "{text}");
        }
    }
}
