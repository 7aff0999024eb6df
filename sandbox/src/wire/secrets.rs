//! Credentials inside bodies: a password made of the passkey, an encrypted operator's password, a
//! token. (Those in headers are never recorded.)

use crate::exchange::Exchange;

/// The JSON members whose values are cut.
const MEMBERS: [&str; 3] = ["\"Password\"", "\"SecurityCredential\"", "\"access_token\""];

/// The token that Daraja repeats in an error message.
const REPEATED_TOKEN: &str = "Invalid Access Token - ";

/// Cuts the credentials out of both bodies and leaves everything else as it was on the wire.
pub(crate) fn cut(exchange: &mut Exchange) {
    for body in [&mut exchange.request_body, &mut exchange.response_body] {
        for member in MEMBERS {
            if body.contains(member) {
                *body = without(body, member);
            }
        }
        if let Some(at) = body.find(REPEATED_TOKEN) {
            let start = at + REPEATED_TOKEN.len();
            let end = body[start..]
                .find('"')
                .map_or(body.len(), |end| start + end);
            body.replace_range(start..end, "***");
        }
    }
}

/// The body with the texts behind a member cut, each from quote to quote.
fn without(body: &str, member: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find(member) {
        let (before, after) = rest.split_at(at + member.len());
        out.push_str(before);
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        match value.and_then(|value| value.strip_prefix('"')) {
            Some(text) => {
                out.push_str(&after[..after.len() - text.len()]);
                out.push_str("***");
                rest = &text[end_of_text(text)..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// Where a JSON text ends whose opening quote was passed.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_values_of_credentials_are_cut() {
        let body = r#"{ "Password" : "c2Vj\"cmV0", "Amount":"1", "SecurityCredential":"abc="}"#;
        let cut = MEMBERS
            .iter()
            .fold(body.to_owned(), |body, member| without(&body, member));
        assert_eq!(
            cut,
            r#"{ "Password" : "***", "Amount":"1", "SecurityCredential":"***"}"#
        );
        assert_eq!(without("{\"Password\":", "\"Password\""), "{\"Password\":");
        assert_eq!(
            without("{\"Password\":7}", "\"Password\""),
            "{\"Password\":7}"
        );
        assert_eq!(
            without("\"Password\":\"cut", "\"Password\""),
            "\"Password\":\"***"
        );
    }
}
