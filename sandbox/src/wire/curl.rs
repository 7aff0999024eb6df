//! An exchange as a command of `curl`, to send its request once more.

use super::WireExchange;

/// The command; cut credentials become variables of the shell.
pub(super) fn command(wire: &WireExchange, base: &str) -> String {
    let exchange = &wire.exchange;
    let mut parts = vec![
        format!("curl -i -X {}", exchange.method),
        quoted(&wire.url(base)),
    ];
    for (name, value) in &exchange.request_headers {
        parts.push(format!("-H {}", header(name, value)));
    }
    if !exchange.request_body.is_empty() {
        parts.push(format!("--data-raw {}", quoted(&exchange.request_body)));
    }
    parts.join(" \\\n  ")
}

fn header(name: &str, value: &str) -> String {
    match (name, value.strip_suffix("***")) {
        ("authorization", Some(scheme)) if scheme.starts_with("Basic") => {
            format!("\"{name}: {scheme}$CREDENTIALS\"")
        }
        ("authorization", Some(scheme)) => format!("\"{name}: {scheme}$TOKEN\""),
        ("apikey", Some(_)) => format!("\"{name}: $API_KEY\""),
        _ => quoted(&format!("{name}: {value}")),
    }
}

/// In single quotes, as a POSIX shell reads it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in ["plain", "it's", "$HOME `x` \"y\" \\ \n end", "''"] {
            let command = format!("printf %s {}", quoted(text));
            let out = std::process::Command::new("sh")
                .args(["-c", &command])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), text);
        }
        assert_eq!(header("apikey", "***"), "\"apikey: $API_KEY\"");
        assert_eq!(
            header("authorization", "Bearer ***"),
            "\"authorization: Bearer $TOKEN\""
        );
    }
}
