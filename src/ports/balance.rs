//! Asking what the house has at the mobile-money provider.

use futures::future::BoxFuture;

use crate::core::payment::balance::AccountBalance;

/// What a result of such a question says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceResult {
    /// The provider's id of the question, as far as it is named.
    pub conversation_id: Option<String>,
    /// The answer.
    pub answer: BalanceAnswer,
}

/// The answer to the question what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceAnswer {
    /// Every account of the short code.
    Accounts(Vec<AccountBalance>),
    /// A code other than 0: the question was not answered.
    Refused {
        /// The code, as text.
        code: String,
    },
    /// Nothing that can be added up; says what is wrong with it.
    Unclear(String),
}

/// Asks what there is at the provider.
pub trait Balances: Send + Sync {
    /// The short codes that hold money of the house; none where nobody is set up who may ask.
    fn balance_shortcodes(&self) -> Vec<String>;

    /// Asks what a short code has; gives the provider's id of the question, where it has one. The
    /// answer comes as a callback to the URL of `question_id`.
    ///
    /// # Errors
    /// Says why the question was not accepted.
    fn ask_balance<'a>(
        &'a self,
        shortcode: &'a str,
        question_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, String>>;

    /// Reads the body of an answer; `None` when it is none.
    fn read_balance(&self, body: &[u8]) -> Option<BalanceResult>;
}
