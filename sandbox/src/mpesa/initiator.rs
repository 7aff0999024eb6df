//! The API operator ("initiator") of the organisation, and the key behind its `SecurityCredential`:
//! the password, encrypted with the public key of a certificate, RSA PKCS#1 v1.5,
//! base64. It is looked at after acceptance; a wrong one shows in the result.

use std::sync::LazyLock;

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::code;
use crate::config::OrganisationConfig;

/// The certificate that services encrypt passwords with. Made for this simulator, and worth nothing
/// anywhere else.
pub(crate) const CERTIFICATE_PEM: &str = include_str!("../../keys/certificate.pem");

/// Its private key. Built in, so that runs repeat and start at once; it protects nothing.
const TEST_ONLY_KEY_PEM: &str = include_str!("../../keys/test-only.key.pem");

static KEY: LazyLock<Option<Pkcs1PrivateDecryptingKey>> = LazyLock::new(|| {
    let lines = TEST_ONLY_KEY_PEM.lines();
    let base64: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let key = PrivateDecryptingKey::from_pkcs8(&STANDARD.decode(base64).ok()?).ok()?;
    Pkcs1PrivateDecryptingKey::new(key).ok()
});

/// How many wrong passwords lock the initiator.
const WRONG_LIMIT: u8 = 3;

/// The initiator of the organisation.
pub(super) struct Initiator {
    name: String,
    password: String,
    wrong: u8,
}

impl Initiator {
    pub(super) fn new(config: &OrganisationConfig) -> Self {
        Self {
            name: config.initiator.clone(),
            password: config.initiator_password.clone(),
            wrong: 0,
        }
    }

    /// Whether this is the initiator; if not, the result code that says so. Wrong passwords in a
    /// row lock it.
    pub(super) fn check(&mut self, name: &str, credential: &str) -> Result<(), &'static str> {
        if name != self.name {
            return Err(code::BAD_INITIATOR);
        }
        if self.wrong >= WRONG_LIMIT {
            return Err(code::LOCKED);
        }
        if decrypt(credential).as_deref() == Some(self.password.as_bytes()) {
            self.wrong = 0;
            Ok(())
        } else {
            self.wrong += 1;
            Err(code::BAD_INITIATOR)
        }
    }

    /// What is kept of it: the password and the wrong ones in a row. The name is the
    /// configuration's.
    pub(super) fn kept(&self) -> (String, u8) {
        (self.password.clone(), self.wrong)
    }

    /// The initiator of the configuration with what was kept.
    pub(super) fn restored(config: &OrganisationConfig, (password, wrong): (String, u8)) -> Self {
        Self {
            password,
            wrong,
            ..Self::new(config)
        }
    }

    /// Gives it another password, which unlocks it too.
    pub(super) fn set_password(&mut self, password: &str) {
        password.clone_into(&mut self.password);
        self.wrong = 0;
    }
}

/// The plain text of a credential, where it is one.
fn decrypt(credential: &str) -> Option<Vec<u8>> {
    let key = KEY.as_ref()?;
    let cipher = STANDARD.decode(credential).ok()?;
    let mut plain = vec![0; key.min_output_size()];
    let plain = key.decrypt(&cipher, &mut plain).ok()?;
    Some(plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};

    fn credential(password: &str) -> String {
        let public: PublicEncryptingKey = {
            let lines = TEST_ONLY_KEY_PEM.lines();
            let base64: String = lines.filter(|line| !line.starts_with("-----")).collect();
            let der = STANDARD.decode(base64).unwrap();
            PrivateDecryptingKey::from_pkcs8(&der).unwrap().public_key()
        };
        let key = Pkcs1PublicEncryptingKey::new(public).unwrap();
        let mut cipher = vec![0; key.ciphertext_size()];
        let cipher = key.encrypt(password.as_bytes(), &mut cipher).unwrap();
        STANDARD.encode(cipher)
    }

    #[test]
    fn three_wrong_passwords_lock_and_a_right_one_forgives() {
        let mut initiator = Initiator::new(&OrganisationConfig::default());
        let right = credential(&OrganisationConfig::default().initiator_password);
        let wrong = credential("other");
        assert_eq!(initiator.check("nobody", &right), Err("2001"));
        for _ in 0..2 {
            assert_eq!(initiator.check("testapi", &wrong), Err("2001"));
        }
        assert_eq!(initiator.check("testapi", &right), Ok(()));
        for bad in [wrong.as_str(), "not base64", "AAAA"] {
            assert_eq!(initiator.check("testapi", bad), Err("2001"));
        }
        assert_eq!(initiator.check("testapi", &right), Err("8006"));
        initiator.set_password("New#1");
        assert_eq!(initiator.check("testapi", &credential("New#1")), Ok(()));
    }

    #[test]
    fn the_certificate_holds_the_key() {
        let pem = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with("-----"));
            STANDARD.decode(lines.collect::<String>()).unwrap()
        };
        let certificate = pem(CERTIFICATE_PEM);
        let key = PrivateDecryptingKey::from_pkcs8(&pem(TEST_ONLY_KEY_PEM)).unwrap();
        let public =
            aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(
                &key.public_key(),
            );
        let public = public.unwrap();
        let is_inside = certificate
            .windows(public.as_ref().len())
            .any(|window| window == public.as_ref());
        assert!(is_inside);
    }
}
