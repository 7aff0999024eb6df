//! Data-protection requests: all that is kept of a player, and erasing it while the books stay.

use serde::Serialize;
use serde_json::Value;

use super::{App, AppError};
use crate::{
    core::{fair::payer::Payer, money::Cents, msisdn::Msisdn, operator::By, time::Timestamp},
    store::{
        AuditRow, Callback, Contention, Erased, ExportedAdjustment, ExportedConsent,
        ExportedDeposit, ExportedGame, ExportedHop, ExportedInbound, ExportedLimit, ExportedPlayer,
        ExportedQuestion, ExportedRating, ExportedSms, ExportedTransfer, ExportedWithdrawal,
        Status, StoreError, TheirCallback, Tx,
    },
};

/// Everything that is kept of a player. Numbers of others are masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each list says at its rows what it is")]
pub struct PlayerExport {
    pub exported_at: String,
    pub player: ExportedPlayer,
    pub promotions: Option<ExportedConsent>,
    pub ratings: Vec<ExportedRating>,
    pub deposits: Vec<ExportedDeposit>,
    pub withdrawals: Vec<ExportedWithdrawal>,
    pub adjustments: Vec<ExportedAdjustment>,
    pub deposit_limits: Vec<ExportedLimit>,
    pub transfers: Vec<ExportedTransfer>,
    pub games: Vec<GameExport>,
    pub sms: Vec<ExportedSms>,
    pub sms_received: Vec<ExportedInbound>,
    pub hops: Vec<ExportedHop>,
    pub callbacks: Vec<ExportedCallback>,
    pub acts: Vec<ExportedAct>,
}

/// A game with its questions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the rows")]
pub struct GameExport {
    #[serde(flatten)]
    pub game: ExportedGame,
    pub questions: Vec<ExportedQuestion>,
}

/// A callback, as text; numbers of others are masked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the rows")]
pub struct ExportedCallback {
    pub kind: String,
    pub received_at_ms: i64,
    pub outcome: Option<String>,
    pub body: Value,
}

/// What somebody did to the player, as the audit log has it; who did it is the house's own affair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit log")]
pub struct ExportedAct {
    pub at_ms: i64,
    pub action: String,
    pub reason: String,
    pub detail: String,
}

/// A player's data were not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// No player has that number.
    #[error("no player with this number")]
    NoPlayer,
    /// There is money in the wallet.
    #[error("the wallet holds KES {0}: it is the player's, and has to be paid out first")]
    Money(Cents),
    /// Something is under way.
    #[error("{0} of theirs: it has to end first")]
    UnderWay(String),
    /// An exclusion or a block holds, and would be lost with the number.
    #[error("the player is {0}: the number is needed to keep it so")]
    Barred(&'static str),
    /// The reason has the number in it, and would keep it.
    #[error("the reason has the number in it, and the audit log is kept")]
    NumberInReason,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for EraseError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NoPlayer
            | Self::Money(_)
            | Self::UnderWay(_)
            | Self::Barred(_)
            | Self::NumberInReason => false,
        }
    }
}

impl App {
    /// Everything that is kept of the player of a number, from one instant. That it was given out is
    /// written down.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export_player(
        &self,
        msisdn: &Msisdn,
        by: &By,
    ) -> Result<Option<PlayerExport>, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        let Some(player) = tx.player(msisdn).await? else {
            return Ok(None);
        };
        let id = player.id;
        let mut questions = tx.export_questions(id, &player.locale).await?;
        let mut games = Vec::new();
        for mut game in tx.export_games(id).await? {
            let is_of = |question: &ExportedQuestion| question.entry == game.entry;
            let count = questions
                .iter()
                .take_while(|question| is_of(question))
                .count();
            let rest = questions.split_off(count);
            let asked = std::mem::replace(&mut questions, rest);
            let mask = |kept: &String| Msisdn::parse_kept(kept).ok().map(|one| one.masked());
            game.opponent = game.opponent.as_ref().and_then(mask);
            games.push(GameExport {
                game,
                questions: asked,
            });
        }
        let callbacks = tx.their_callbacks(id, msisdn).await?.into_iter();
        let acts = tx.audit_of_player(id, i64::MAX).await?.into_iter();
        let export = PlayerExport {
            exported_at: now.to_string(),
            player: tx.export_player(id).await?,
            promotions: tx.export_consent(msisdn).await?,
            ratings: tx.export_ratings(id).await?,
            deposits: tx.export_deposits(id).await?,
            withdrawals: tx.export_withdrawals(id).await?,
            adjustments: tx.export_adjustments(id).await?,
            deposit_limits: tx.export_limits(id).await?,
            transfers: tx.export_transfers(id).await?,
            games,
            sms: tx.export_sms(id, msisdn).await?,
            sms_received: tx.export_inbound(msisdn).await?,
            hops: tx.export_hops(msisdn).await?,
            callbacks: callbacks.map(|one| as_text(one, msisdn)).collect(),
            acts: acts.map(act).collect(),
        };
        drop(tx);
        let write = |mut tx: Tx| async move {
            let subject = ("player", id.to_string());
            self.write_down(&mut tx, by, "export", subject, "", now)
                .await?;
            Ok::<_, AppError>((tx, ()))
        };
        self.store().transact(write).await?;
        Ok(Some(export))
    }

    /// Erases the personal data of the player of a number: the number becomes a pseudonym in which no digit
    /// of it is left, what was written to them and by them goes, and so do raw callbacks. The books, games
    /// and M-Pesa receipts stay under the player's id. The number can register anew, as somebody else.
    ///
    /// # Errors
    /// When there is no such player, when money or a game of theirs is under way, when an exclusion or a
    /// block holds, or the database does not answer.
    pub async fn erase_player(&self, msisdn: &Msisdn, by: &By) -> Result<Erased, EraseError> {
        let now = self.clock().now();
        let erase = |tx| self.erase_in(tx, msisdn, by, now);
        let erased = self.store().transact(erase).await?;
        tracing::info!(player = %msisdn, actor = by.actor.name(), "personal data erased");
        Ok(erased)
    }

    async fn erase_in(
        &self,
        mut tx: Tx,
        msisdn: &Msisdn,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Erased), EraseError> {
        if has_number(by.why.text(), msisdn) {
            return Err(EraseError::NumberInReason);
        }
        let player = tx.player(msisdn).await?.ok_or(EraseError::NoPlayer)?;
        let id = player.id;
        tx.serialise_player(id).await?;
        // As it is now that nobody else acts for the player.
        let player = tx.player(msisdn).await?.ok_or(EraseError::NoPlayer)?;
        // An exclusion that is over holds no more, whether or not it was lifted in the database yet.
        let status = player.standing(now).status;
        match status {
            Status::Excluded | Status::Blocked => return Err(EraseError::Barred(status.name())),
            Status::Unverified | Status::Verified => {}
        }
        let ties = tx.ties_of(id, msisdn).await?;
        for (count, what) in [
            (ties.games, "game"),
            (ties.deposits, "deposit without an end"),
            (ties.withdrawals, "withdrawal without an end"),
            (ties.adjustments, "correction that waits for approval"),
            (ties.callbacks, "callback that is not acted on yet"),
        ] {
            if count > 0 {
                return Err(EraseError::UnderWay(format!("{count} {what}")));
            }
        }
        if player.balance != Cents::ZERO {
            return Err(EraseError::Money(player.balance));
        }
        let key = self.payer_key(&mut tx).await?;
        let mark = Payer::Number(msisdn.clone()).mark(key.as_bytes());
        let erased = tx.erase_player(id, msisdn, Some(&mark), now).await?;
        let detail = format!(
            "{} SMS, {} from the player, {} hops, {} callbacks",
            erased.sms, erased.inbound, erased.hops, erased.callbacks
        );
        let subject = ("player", id.to_string());
        self.write_down(&mut tx, by, "erase", subject, &detail, now)
            .await?;
        Ok((tx, erased))
    }
}

impl App {
    /// Empties a callback in which a number stands that is no player's. What is told of a session or of an
    /// SMS may come after its player's data were erased, and nothing is done with the number.
    pub(super) async fn forget_strangers(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        numbers: &[Msisdn],
    ) -> Result<(), AppError> {
        for number in numbers {
            let player = match tx.player(number).await? {
                // Not while they are being erased: then they are not there any more.
                Some(player) => self.still_there(tx, player.id).await?,
                None => None,
            };
            if player.is_none() {
                tx.empty_callback(callback.id).await?;
            }
        }
        Ok(())
    }
}

/// Whether a text has the number in it, however it is written.
fn has_number(text: &str, msisdn: &Msisdn) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.contains(msisdn.digits().trim_start_matches("254"))
}

fn as_text(callback: TheirCallback, own: &Msisdn) -> ExportedCallback {
    let text = String::from_utf8_lossy(&callback.body);
    let masked = own.mask_others(&text);
    ExportedCallback {
        kind: callback.kind,
        received_at_ms: callback.received_at_ms,
        outcome: callback.outcome,
        body: serde_json::from_str(&masked).unwrap_or(Value::String(masked)),
    }
}

fn act(row: AuditRow) -> ExportedAct {
    ExportedAct {
        at_ms: row.at.ms(),
        action: row.action,
        reason: row.reason,
        detail: row.detail,
    }
}
