//! What can be said of the settings alone.

use std::net::IpAddr;

use reqwest::Url;
use secrecy::ExposeSecret;

use super::Check;
use crate::{
    config::{Config, Mode},
    ports::{Clock, SystemClock},
    provider::daraja::{DarajaSettings, Environment, environment, makes_push_password},
    service::daraja_settings,
};

/// Hosts of tunnels and request bins, which Daraja blocks (contract, section 1).
const TUNNELS: [&str; 5] = ["ngrok", "requestbin", "mockbin", "localtunnel", "loca.lt"];

/// The public short code and passkey of Safaricom's sandbox.
const SANDBOX_SHORTCODE: &str = "174379";
const SANDBOX_PASSKEY: &str = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919";

/// How long a passkey is: hexadecimal, in every one that was seen.
const PASSKEY_LENGTH: usize = 64;

pub(super) fn all(config: &Config) -> Vec<Check> {
    vec![
        configuration(config),
        callback_urls(config),
        keys(config),
        stk(config),
        environments(config),
        payouts(config),
    ]
}

/// Whether the service would start with it at all.
fn configuration(config: &Config) -> Check {
    match config.check() {
        Ok(()) => Check::ok("configuration", "every value is one that can be run with"),
        Err(error) => Check::fail(
            "configuration",
            error.to_string(),
            "mend this key; the service does not start with it",
        ),
    }
}

/// Whether M-Pesa can call back, as far as the form of the URL tells.
fn callback_urls(config: &Config) -> Check {
    let name = "callback_urls";
    let hint = "set http.public_url to the public https address of the proxy";
    let Ok(url) = Url::parse(&config.http.public_url) else {
        return Check::fail(name, "http.public_url is no URL", hint);
    };
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let is_production = config.mode == Mode::Production;
    // On one machine with a simulator all of this is fine.
    let odd = |what: String| {
        if is_production {
            Check::fail(name, what, hint)
        } else {
            Check::warn(
                name,
                format!("{what}: fine with a simulator beside it"),
                hint,
            )
        }
    };
    if !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() {
        let what = "http.public_url has more than scheme, host and path";
        return Check::fail(name, what, hint);
    }
    if let Some(word) = TUNNELS.iter().find(|word| host.contains(**word)) {
        let what = format!("{host} is a tunnel ({word}), which M-Pesa does not call");
        return Check::fail(name, what, hint);
    }
    if !is_public(&host) {
        return odd(format!("{host} cannot be reached from outside"));
    }
    if url.scheme() != "https" {
        return odd(format!("{host} is called without https"));
    }
    let what = format!("https://{host}/... is public by its form");
    Check::ok(
        name,
        format!("{what}; whether it is reachable shows in the callbacks"),
    )
}

/// Whether a host can be an address of the open network.
fn is_public(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let is_shared = ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]);
            !(ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_documentation()
                || is_shared)
        }
        Ok(IpAddr::V6(ip)) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
        Err(_) => {
            let is_local = [
                ".local",
                ".localhost",
                ".internal",
                ".lan",
                ".test",
                ".home",
            ]
            .iter()
            .any(|ending| host.ends_with(ending));
            host.contains('.') && !is_local
        }
    }
}

fn keys(config: &Config) -> Check {
    let daraja = &config.daraja;
    let missing: Vec<&str> = [
        ("daraja.consumer_key", &daraja.consumer_key),
        ("daraja.consumer_secret", &daraja.consumer_secret),
    ]
    .into_iter()
    .filter(|(_, secret)| secret.expose_secret().trim().is_empty())
    .map(|(key, _)| key)
    .collect();
    if missing.is_empty() {
        return Check::ok("keys", "consumer key and secret are set");
    }
    let what = format!("not set: {}", missing.join(", "));
    let hint = "copy them from the app on developer.safaricom.co.ke";
    Check::fail("keys", what, hint)
}

fn stk(config: &Config) -> Check {
    let name = "stk";
    let hint = "the passkey comes by e-mail when the short code goes live: set daraja.passkey";
    let passkey = config.daraja.passkey.expose_secret();
    if passkey.trim().is_empty() {
        return Check::fail(name, "daraja.passkey is not set: no push can be made", hint);
    }
    let shortcode = &config.daraja.shortcode;
    let is_code = (5..=7).contains(&shortcode.len());
    if !is_code || !shortcode.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = "daraja.shortcode is not 5 to 7 digits";
        return Check::fail(name, what, "set it to the paybill number");
    }
    let settings = settings_to_look_at(config);
    if !settings.is_some_and(|settings| makes_push_password(&settings, SystemClock.now())) {
        return Check::fail(name, "the password of a push cannot be made", hint);
    }
    let is_hex = passkey.len() == PASSKEY_LENGTH && passkey.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex {
        let what = format!("daraja.passkey is not {PASSKEY_LENGTH} hexadecimal digits");
        return Check::warn(name, what, hint);
    }
    let what = format!("short code {shortcode}, and a passkey of the usual shape");
    Check::ok(name, what)
}

/// What belongs to one environment and is used with the other.
fn environments(config: &Config) -> Check {
    let name = "environment";
    let daraja = &config.daraja;
    let passkey = daraja.passkey.expose_secret();
    let is_test_code = |code: &str| code == SANDBOX_SHORTCODE || is_sandbox_range(code);
    let b2c = daraja.b2c_shortcode.as_deref();
    match environment(&daraja.base_url) {
        Environment::Production => {
            let mut wrong = Vec::new();
            if is_test_code(&daraja.shortcode) {
                wrong.push("daraja.shortcode");
            }
            if b2c.is_some_and(is_test_code) {
                wrong.push("daraja.b2c_shortcode");
            }
            if passkey == SANDBOX_PASSKEY {
                wrong.push("daraja.passkey");
            }
            if wrong.is_empty() {
                return Check::ok(name, "production, and nothing of the sandbox with it");
            }
            let what = format!(
                "production with what the sandbox uses: {}",
                wrong.join(", ")
            );
            Check::fail(name, what, "set these to your own")
        }
        Environment::Sandbox if config.mode == Mode::Production => Check::fail(
            name,
            "mode is production, and daraja.base_url is Safaricom's sandbox: no real money moves",
            "set daraja.base_url to https://api.safaricom.co.ke",
        ),
        Environment::Sandbox if !is_test_code(&daraja.shortcode) => Check::warn(
            name,
            "the sandbox with a short code of your own, which it may not know",
            "the sandbox's own is 174379",
        ),
        Environment::Sandbox => Check::ok(name, "Safaricom's sandbox, with its own short code"),
        Environment::Other if config.mode == Mode::Production => Check::warn(
            name,
            "daraja.base_url is neither Safaricom's production nor its sandbox",
            "fine only where it is a proxy of yours",
        ),
        Environment::Other => Check::ok(name, "a Daraja of your own, such as the simulator"),
    }
}

/// The short codes that Safaricom hands out for its sandbox.
fn is_sandbox_range(code: &str) -> bool {
    code.parse::<u32>()
        .is_ok_and(|number| (600_000..601_000).contains(&number))
}

fn payouts(config: &Config) -> Check {
    let name = "payouts";
    let daraja = &config.daraja;
    let has_text =
        |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let password = daraja.b2c_password.as_ref();
    let keys = [
        ("daraja.b2c_initiator", has_text(&daraja.b2c_initiator)),
        (
            "daraja.b2c_password",
            password.is_some_and(|password| !password.expose_secret().is_empty()),
        ),
        ("daraja.certificate", daraja.certificate.is_some()),
    ];
    let missing = keys.iter().filter(|(_, is_set)| !is_set);
    let missing: Vec<&str> = missing.map(|(key, _)| *key).collect();
    if missing.len() == keys.len() {
        let what = "off: no initiator, password and certificate; no withdrawals, and no balance";
        return Check::warn(name, what, "set all three to pay out");
    }
    if !missing.is_empty() {
        let what = format!("begun and not complete: {}", missing.join(", "));
        return Check::fail(name, what, "set the rest, or none of them");
    }
    let odd = |letter: char| !(letter.is_ascii_alphanumeric() || "#&%$".contains(letter));
    if password.is_some_and(|password| password.expose_secret().chars().any(odd)) {
        let what = "daraja.b2c_password has characters besides letters, digits and # & % $";
        return Check::warn(
            name,
            what,
            "M-Pesa refuses some of them: choose another one",
        );
    }
    let code = daraja.b2c_shortcode.as_ref().unwrap_or(&daraja.shortcode);
    Check::ok(
        name,
        format!("initiator, password and certificate are set; short code {code}"),
    )
}

/// The settings of Daraja without what payouts take, which has checks of its own.
pub(super) fn settings_to_look_at(config: &Config) -> Option<DarajaSettings> {
    let mut config = config.clone();
    config.daraja.b2c_initiator = None;
    config.daraja.b2c_password = None;
    config.daraja.certificate = None;
    daraja_settings(&config).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    fn config() -> Config {
        let mut config = Config {
            mode: Mode::Production,
            ..Config::default()
        };
        config.http.public_url = "https://majibu.example.co.ke".into();
        config.daraja.base_url = "https://api.safaricom.co.ke".into();
        config.daraja.shortcode = "4098765".into();
        config.daraja.passkey = "0123456789abcdef".repeat(4).into();
        config
    }

    #[test]
    fn only_public_hosts_over_https_can_be_called_in_production() {
        for (url, expected) in [
            ("https://majibu.example.co.ke", Verdict::Ok),
            ("https://41.90.1.2/path", Verdict::Ok),
            ("http://majibu.example.co.ke", Verdict::Fail),
            ("https://10.0.0.1", Verdict::Fail),
            ("https://100.64.0.1", Verdict::Fail),
            ("https://[::1]", Verdict::Fail),
            ("https://localhost:8080", Verdict::Fail),
            ("https://majibu", Verdict::Fail),
            ("https://majibu.internal", Verdict::Fail),
            ("https://abc.ngrok-free.app", Verdict::Fail),
            ("https://user:pass@majibu.example.co.ke", Verdict::Fail),
            ("https://majibu.example.co.ke?x=1", Verdict::Fail),
            ("https://", Verdict::Fail),
        ] {
            let mut config = config();
            config.http.public_url = url.into();
            let check = callback_urls(&config);
            assert_eq!(check.verdict, expected, "{url}: {check:?}");
            assert!(!check.line().contains("pass@"), "{check:?}");
        }
    }

    #[test]
    fn a_passkey_is_there_and_has_its_shape() {
        let with = |passkey: &str| {
            let mut config = config();
            config.daraja.passkey = passkey.into();
            stk(&config).verdict
        };
        assert_eq!(stk(&config()).verdict, Verdict::Ok);
        assert_eq!(with(" "), Verdict::Fail);
        assert_eq!(with("too short"), Verdict::Warn);
    }

    #[test]
    fn production_takes_nothing_of_the_sandbox() {
        assert_eq!(environments(&config()).verdict, Verdict::Ok);
        let with = |change: fn(&mut Config)| {
            let mut config = config();
            change(&mut config);
            let check = environments(&config);
            (check.verdict, check.detail)
        };
        for (change, key) in [
            (
                (|config| config.daraja.shortcode = "174379".into()) as fn(&mut Config),
                "daraja.shortcode",
            ),
            (
                |config| config.daraja.b2c_shortcode = Some("600992".into()),
                "daraja.b2c_shortcode",
            ),
            (
                |config| config.daraja.passkey = SANDBOX_PASSKEY.into(),
                "daraja.passkey",
            ),
        ] {
            let (verdict, detail) = with(change);
            assert_eq!(verdict, Verdict::Fail, "{key}");
            assert!(detail.contains(key), "{detail}");
        }
        let (verdict, _) = with(|config| {
            config.daraja.base_url = "https://sandbox.safaricom.co.ke".into();
        });
        assert_eq!(verdict, Verdict::Fail);
    }

    #[test]
    fn payouts_are_set_up_whole_or_not_at_all() {
        assert_eq!(payouts(&config()).verdict, Verdict::Warn);
        let mut config = config();
        config.daraja.b2c_initiator = Some("api".into());
        let check = payouts(&config);
        assert_eq!(check.verdict, Verdict::Fail);
        assert!(
            check
                .detail
                .contains("daraja.b2c_password, daraja.certificate")
        );
        config.daraja.certificate = Some("cert.pem".into());
        config.daraja.b2c_password = Some("Good#1".into());
        assert_eq!(payouts(&config).verdict, Verdict::Ok);
        config.daraja.b2c_password = Some("bad(1)@".into());
        let check = payouts(&config);
        assert_eq!(check.verdict, Verdict::Warn);
        assert!(!check.line().contains("bad(1)@"), "{check:?}");
    }
}
