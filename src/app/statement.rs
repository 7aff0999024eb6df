//! The statement of a day or a month.

use super::{App, AppError};
use crate::core::statement::{Period, Statement};

impl App {
    /// The statement of a period, read from one snapshot.
    ///
    /// # Errors
    /// When the database does not answer, or holds what cannot be read.
    pub async fn statement(&self, period: Period) -> Result<Statement, AppError> {
        Ok(self.store().read().await?.statement(period).await?)
    }
}
