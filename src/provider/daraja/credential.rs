//! `SecurityCredential`: the initiator's password, encrypted with the public key of Safaricom's
//! certificate, PKCS#1 v1.5, base64 (contract, section 6).

use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use x509_cert::{
    Certificate,
    der::{Decode, DecodePem, Encode},
};

/// Why no credential can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The file is no certificate.
    #[error("is neither a PEM nor a DER certificate")]
    NotACertificate,
    /// Its key is of another kind.
    #[error("has no RSA key of 2048 to 8192 bits")]
    NotRsa,
    /// The password is longer than the key can take.
    #[error("has a key that is too short for the password")]
    TooLong,
}

/// Encrypts a password with the key of a certificate, in PEM or DER. The dates are not looked at: that
/// of the sandbox is long past, only its key is used.
///
/// # Errors
/// When the bytes are no certificate with an RSA key.
pub fn security_credential(
    certificate: &[u8],
    password: &SecretString,
) -> Result<SecretString, CredentialError> {
    let key = public_key(&read_certificate(certificate)?)?;
    let key = Pkcs1PublicEncryptingKey::new(key).map_err(|_| CredentialError::NotRsa)?;
    let mut room = vec![0; key.ciphertext_size()];
    let encrypted = key
        .encrypt(password.expose_secret().as_bytes(), &mut room)
        .map_err(|_| CredentialError::TooLong)?;
    Ok(STANDARD.encode(encrypted).into())
}

/// Reads a certificate, in PEM or DER.
pub(super) fn read_certificate(certificate: &[u8]) -> Result<Certificate, CredentialError> {
    Certificate::from_pem(certificate)
        .or_else(|_| Certificate::from_der(certificate))
        .map_err(|_| CredentialError::NotACertificate)
}

/// Its key, where that is one of RSA.
pub(super) fn public_key(
    certificate: &Certificate,
) -> Result<PublicEncryptingKey, CredentialError> {
    let key = certificate
        .tbs_certificate
        .subject_public_key_info
        .to_der()
        .map_err(|_| CredentialError::NotACertificate)?;
    PublicEncryptingKey::from_der(&key).map_err(|_| CredentialError::NotRsa)
}
