//! Safaricom's certificate, with which the initiator's password is encrypted.

use std::fs;

use secrecy::SecretString;

use super::Check;
use crate::{
    config::Config,
    core::time::Timestamp,
    provider::daraja::{
        CertificateFacts, Environment, certificate_facts, environment, security_credential,
    },
};

/// So many days before its end a certificate is warned of.
const WARN_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The smallest RSA key that nobody wonders at.
const MIN_BITS: usize = 2_048;

pub(super) fn all(config: &Config, now: Timestamp) -> Vec<Check> {
    let name = "certificate";
    let Some(path) = &config.daraja.certificate else {
        return Vec::new();
    };
    let hint = "download Safaricom's certificate for the encryption of passwords, and set \
        daraja.certificate to that file";
    let shown = path.display();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            return vec![Check::fail(
                name,
                format!("{shown} cannot be read: {error}"),
                hint,
            )];
        }
    };
    let facts = match certificate_facts(&bytes) {
        Ok(facts) => facts,
        Err(error) => return vec![Check::fail(name, format!("{shown} {error}"), hint)],
    };
    vec![
        whose(config, &facts),
        dates(environment(&config.daraja.base_url), &facts, now),
        encrypts(config, &bytes, facts.key_bits),
    ]
}

/// Whether it can be that of the environment. Sandbox and production have their own (contract, section
/// 6); only what a certificate says of itself tells.
fn whose(config: &Config, facts: &CertificateFacts) -> Check {
    let name = "certificate";
    let subject = &facts.subject;
    let is_of_sandbox = subject.to_lowercase().contains("sandbox");
    let hint = "sandbox and production have a certificate each: take the other one";
    match environment(&config.daraja.base_url) {
        Environment::Production if is_of_sandbox => {
            let what = format!("production with a certificate of a sandbox: {subject}");
            Check::fail(name, what, hint)
        }
        Environment::Production | Environment::Sandbox | Environment::Other => {
            Check::ok(name, format!("readable: {subject}"))
        }
    }
}

fn dates(environment: Environment, facts: &CertificateFacts, now: Timestamp) -> Check {
    let name = "certificate_dates";
    let (from, until) = (facts.not_before, facts.not_after);
    let hint = "download the current certificate; M-Pesa changes its key with it, and answers 2001";
    if now < from {
        let what = format!("not valid before {from}");
        return Check::fail(
            name,
            what,
            "is the clock of this machine right? else the other file",
        );
    }
    if now > until {
        let what = format!("expired on {until}");
        // That of the sandbox is long past its date, only its key is used (contract, section 6).
        return if environment == Environment::Sandbox {
            Check::warn(
                name,
                what,
                "usual in Safaricom's sandbox: only its key is used",
            )
        } else {
            Check::fail(name, what, hint)
        };
    }
    let days = until.ms_since(now) / DAY_MS;
    if days < WARN_DAYS {
        return Check::warn(name, format!("expires in {days} days, on {until}"), hint);
    }
    Check::ok(name, format!("valid until {until}"))
}

/// Whether the password can be encrypted with it.
fn encrypts(config: &Config, certificate: &[u8], bits: usize) -> Check {
    let name = "credential";
    let probe = SecretString::from("probe");
    let password = config.daraja.b2c_password.as_ref().unwrap_or(&probe);
    if let Err(error) = security_credential(certificate, password) {
        let what = format!("the password cannot be encrypted: the certificate {error}");
        return Check::fail(name, what, "is it the right file?");
    }
    let what = format!("an RSA key of {bits} bits, and it encrypts");
    if bits < MIN_BITS {
        return Check::warn(
            name,
            what,
            "short for a key of today: is it the right file?",
        );
    }
    Check::ok(name, what)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::Verdict, *};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn facts(from: Timestamp, until: Timestamp) -> CertificateFacts {
        CertificateFacts {
            subject: "CN=sandbox".into(),
            not_before: from,
            not_after: until,
            key_bits: 2_048,
        }
    }

    #[test]
    fn dates_are_told_before_they_pass() {
        let now = Timestamp::from_ms(1_795_338_000_000);
        let at = |from, until| dates(Environment::Production, &facts(from, until), now).verdict;
        let before = now.before(DAY);
        assert_eq!(at(before, now.after(31 * DAY)), Verdict::Ok);
        assert_eq!(at(before, now.after(29 * DAY)), Verdict::Warn);
        assert_eq!(
            at(before, now.before(Duration::from_secs(1))),
            Verdict::Fail
        );
        assert_eq!(at(now.after(DAY), now.after(99 * DAY)), Verdict::Fail);
        let old = facts(before, before);
        let in_sandbox = dates(Environment::Sandbox, &old, now);
        assert_eq!(in_sandbox.verdict, Verdict::Warn);
    }

    #[test]
    fn a_certificate_of_a_sandbox_is_not_for_production() {
        let now = Timestamp::from_ms(0);
        let mut config = Config::default();
        assert_eq!(whose(&config, &facts(now, now)).verdict, Verdict::Ok);
        config.daraja.base_url = "https://api.safaricom.co.ke".into();
        assert_eq!(whose(&config, &facts(now, now)).verdict, Verdict::Fail);
    }
}
