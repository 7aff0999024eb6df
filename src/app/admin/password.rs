//! Passwords: hashed with argon2id, off the threads that answer players, and few at a time.

use std::time::Duration;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;

/// The longest one that is taken, in bytes.
const MAX_PASSWORD: usize = 1_000;

/// How long a password waits for its turn to be hashed.
const TURN: Duration = Duration::from_secs(5);

/// The hash of no password: what is tried for names that nobody has, so that they take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWFqaWJ1bWFqaWJ1bWFqaQ$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The password is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short, or far too long.
    #[error("a password has at least {MIN_PASSWORD} characters")]
    Length,
    /// It could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
    /// Others are being hashed.
    #[error("too many passwords at once")]
    Busy,
}

/// Hashes a password; gives a PHC string.
///
/// # Errors
/// When it is shorter than [`MIN_PASSWORD`] characters, or far too long.
pub fn hash_password(password: &SecretString, rng: &mut impl Rng) -> Result<String, PasswordError> {
    let password = password.expose_secret();
    let is_fine = password.chars().count() >= MIN_PASSWORD && password.len() <= MAX_PASSWORD;
    if !is_fine {
        return Err(PasswordError::Length);
    }
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(|_| PasswordError::Hash)?.to_string())
}

/// Whether a text is a hash that passwords can be tried against.
#[must_use]
pub fn is_password_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        hash.hash.is_some()
            && argon2::Algorithm::try_from(hash.algorithm).is_ok()
            && argon2::Params::try_from(&hash).is_ok()
    })
}

fn is_right(password: &SecretString, hash: &str) -> bool {
    let password = password.expose_secret().as_bytes();
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

impl App {
    /// Runs what takes long beside the threads that answer, in turn with others of its kind.
    async fn in_turn<T: Send + 'static>(
        &self,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = tokio::time::timeout(TURN, self.inner.admins.hashing.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(PasswordError::Busy);
        };
        let done = tokio::task::spawn_blocking(run).await;
        done.map_err(|_| PasswordError::Hash)
    }

    /// The hash of a new password.
    pub(super) async fn hashed(&self, password: &SecretString) -> Result<String, PasswordError> {
        let (password, mut rng) = (password.clone(), self.inner.random.rng());
        self.in_turn(move || hash_password(&password, &mut rng))
            .await?
    }

    /// Whether a password is that of a hash; of nobody's it takes as long to say no.
    pub(super) async fn is_password(
        &self,
        password: &SecretString,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        if password.expose_secret().len() > MAX_PASSWORD {
            return Ok(false);
        }
        let (password, is_known) = (password.clone(), hash.is_some());
        let hash = hash.unwrap_or_else(|| NOBODY.into());
        let is_right = self.in_turn(move || is_right(&password, &hash)).await?;
        Ok(is_right && is_known)
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let mut rng = StdRng::seed_from_u64(7);
        let password: SecretString = "kahawa na maziwa".into();
        let hash = hash_password(&password, &mut rng).unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(is_password_hash(&hash));
        assert!(is_right(&password, &hash));
        assert!(!is_right(&"kahawa na maziwA".into(), &hash));
        let other = hash_password(&password, &mut rng).unwrap();
        assert_ne!(hash, other, "each has a salt of its own");
        let short = hash_password(&"a b c d".into(), &mut rng);
        assert_eq!(short, Err(PasswordError::Length));
    }

    #[test]
    fn nobodys_hash_is_tried_like_any_other() {
        assert!(is_password_hash(NOBODY));
        let tried = PasswordHash::new(NOBODY).unwrap();
        let ours = hash_password(&"0123456789".into(), &mut StdRng::seed_from_u64(1)).unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        assert_eq!(tried.params, ours.params);
        assert_eq!(tried.hash.unwrap().len(), ours.hash.unwrap().len());
        assert!(!is_right(&"".into(), NOBODY));
        for text in ["", "secret", "$2b$12$abc", "$argon2id$v=19$m=19456,t=2,p=1"] {
            assert!(!is_password_hash(text), "{text}");
        }
    }
}
