//! A service's side of asynchronous requests: the operator's credential, good bodies, results.

use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::{OrganisationConfig, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::stk::Till;

/// The `SecurityCredential` of a password, made of nothing but the certificate.
pub(crate) fn credential(sim: &Simulator, password: &str) -> String {
    let lines = sim.certificate_pem().lines();
    let base64: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let certificate = STANDARD.decode(base64).unwrap();
    // SubjectPublicKeyInfo of a 2048-bit RSA key: 294 bytes from its SEQUENCE on.
    let start = [0x30, 0x82, 0x01, 0x22, 0x30, 0x0d];
    let at = certificate.windows(6).position(|w| w == start).unwrap();
    let key = PublicEncryptingKey::from_der(&certificate[at..at + 294]).unwrap();
    let key = Pkcs1PublicEncryptingKey::new(key).unwrap();
    let mut cipher = vec![0; key.ciphertext_size()];
    STANDARD.encode(key.encrypt(password.as_bytes(), &mut cipher).unwrap())
}

/// A till whose organisation pays out.
pub(crate) struct Office {
    pub(crate) till: Till,
    pub(crate) credential: String,
}

impl Office {
    pub(crate) async fn open(config: SimulatorConfig) -> Self {
        let till = Till::open(config).await;
        let credential = credential(&till.sim, &OrganisationConfig::default().initiator_password);
        Self { till, credential }
    }

    /// A good payout to the till's phone.
    pub(crate) fn payout(&self, id: &str, shillings: u32) -> Value {
        json!({
            "OriginatorConversationID": id, "InitiatorName": "testapi",
            "SecurityCredential": self.credential, "CommandID": "BusinessPayment",
            "Amount": shillings, "PartyA": "174379", "PartyB": "254712345678", "Remarks": "Winnings",
            "QueueTimeOutURL": self.till.service.url("timeout"),
            "ResultURL": self.till.service.url("result"), "Occassion": "",
        })
    }

    /// The fields that all other asynchronous requests share.
    pub(crate) fn question(&self, command: &str) -> Value {
        json!({
            "Initiator": "testapi", "SecurityCredential": self.credential, "CommandID": command,
            "PartyA": "174379", "IdentifierType": "4", "Remarks": "Check",
            "QueueTimeOutURL": self.till.service.url("timeout"),
            "ResultURL": self.till.service.url("result"), "Occasion": "",
        })
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.till.client.post(path, &self.till.token, body).await
    }

    /// Asks for a payout, which must be accepted.
    pub(crate) async fn pay_out(&self, body: &Value) -> Value {
        let (status, answer) = self.post("/mpesa/b2c/v3/paymentrequest", body).await;
        assert_eq!(
            (status, &answer["ResponseCode"]),
            (200, &json!("0")),
            "{answer}"
        );
        answer
    }

    /// The n-th result.
    pub(crate) async fn result(&self, n: usize) -> Value {
        self.till.service.told("result", n).await[n - 1]["Result"].clone()
    }
}

/// The value of a result parameter.
pub(crate) fn parameter(result: &Value, key: &str) -> Value {
    let list = result["ResultParameters"]["ResultParameter"].as_array();
    let found = list.and_then(|list| list.iter().find(|item| item["Key"] == key));
    found.unwrap_or_else(|| panic!("no {key} in {result}"))["Value"].clone()
}

pub(crate) async fn office() -> Office {
    Office::open(SimulatorConfig::instant()).await
}
