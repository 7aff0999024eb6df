//! The result codes of asynchronous requests, and Daraja's words for them.

pub(super) const DONE: &str = "0";
/// The paying account has too little.
pub(super) const NO_FUNDS: &str = "1";
/// The receiver has reached the day's limit.
pub(super) const DAILY_LIMIT: &str = "4";
/// The receiver would have more than M-Pesa lets anybody have.
pub(super) const BALANCE_LIMIT: &str = "8";
/// Turned away under load; the code of a queue time-out.
pub(super) const TRAFFIC: &str = "26";
/// Initiator name, password or certificate wrong.
pub(super) const BAD_INITIATOR: &str = "2001";
/// The shortcode may not do this.
pub(super) const NOT_ASSIGNED: &str = "2028";
/// Transaction status: no such transaction.
pub(super) const NO_SUCH_RECEIPT: &str = "2032";
/// The receiver has no M-Pesa.
pub(super) const NOT_REGISTERED: &str = "2040";
/// The initiator is locked.
pub(super) const LOCKED: &str = "8006";
/// The receiver's number is none.
pub(super) const NO_SUCH_NUMBER: &str = "SFC_IC0003";
/// Reversal: done before.
pub(super) const ALREADY_REVERSED: &str = "R000001";
/// Reversal: no such payment.
pub(super) const NO_SUCH_ORIGINAL: &str = "R000002";

/// Daraja's words for a code.
pub(super) fn words(code: &str) -> &'static str {
    match code {
        DONE => "The service request is processed successfully.",
        NO_FUNDS => "The balance is insufficient for the transaction.",
        "2" => "Declined due to limit rule: less than the minimum transaction amount.",
        "3" => "Declined due to limit rule: greater than the maximum transaction amount.",
        DAILY_LIMIT => "Declined due to limit rule: would exceed daily transfer limit.",
        BALANCE_LIMIT => "Declined due to limit rule: would exceed the maximum balance.",
        "11" => "The DebitParty is in an invalid state.",
        "17" => "System internal error.",
        "21" => "The initiator is not allowed to initiate this request.",
        TRAFFIC => "System traffic blocking condition in place.",
        BAD_INITIATOR => "The initiator information is invalid.",
        "2006" => {
            "Declined due to account rule: The account status does not allow this transaction."
        }
        NOT_ASSIGNED => "The request is not permitted according to product assignment.",
        NO_SUCH_RECEIPT => "The transaction receipt number does not exist.",
        NOT_REGISTERED => {
            "Credit Party customer type (Unregistered or Registered Customer) can't be supported by the service."
        }
        LOCKED => "The security credential is locked.",
        NO_SUCH_NUMBER => "The operator does not exist.",
        ALREADY_REVERSED => "The transaction has already been reversed.",
        NO_SUCH_ORIGINAL => "The OriginalTransactionID is invalid.",
        "100000000" => "Request was cached, waiting for resending.",
        _ => "Request failed.",
    }
}
