//! The SMS outbox: putting a text in, with the money it tells of, and sending what is due.

use std::time::Duration;

use super::{App, AppError, hop::FALLBACK_LOCALE};
use crate::{
    core::{
        ids::{PlayerId, SmsId},
        msisdn::Msisdn,
        time::Timestamp,
    },
    menu::{render, template::Values},
    ports::{Delivery, SmsError},
    store::{Leased, Player, Sms, SmsState, Tx},
};

/// How often a text is tried. With the default first step of 10 s the last try is about a day
/// after the first.
const MAX_ATTEMPTS: i64 = 32;

/// The longest wait between two tries.
const MAX_BACKOFF: Duration = Duration::from_secs(60 * 60);

impl App {
    /// Puts a text to a player into the outbox, in their language, with their balance as it is in
    /// this transaction. `cause` names the event: one text for each.
    pub(super) async fn tell<const N: usize>(
        &self,
        tx: &mut Tx,
        player: PlayerId,
        kind: &'static str,
        cause: String,
        values: [(&str, String); N],
        now: Timestamp,
    ) -> Result<(), AppError> {
        let player = tx.player_by_id(player).await?;
        self.tell_player(tx, player, kind, cause, values, now).await
    }

    /// Puts a text to a number into the outbox, whether it is a player's or nobody's.
    pub(super) async fn tell_number<const N: usize>(
        &self,
        tx: &mut Tx,
        msisdn: &Msisdn,
        kind: &'static str,
        cause: String,
        values: [(&str, String); N],
        now: Timestamp,
    ) -> Result<(), AppError> {
        if let Some(player) = tx.player(msisdn).await? {
            return self.tell_player(tx, player, kind, cause, values, now).await;
        }
        let values = values.map(|(name, value)| (name.to_owned(), value));
        let body = render::sms(self.menu(), FALLBACK_LOCALE, kind, &Values::from(values));
        let sms = Sms {
            id: SmsId::new(now, &mut self.inner.random.rng()),
            cause,
            player: None,
            msisdn: msisdn.clone(),
            kind,
            body,
        };
        Ok(tx.add_sms(&sms, now).await?)
    }

    async fn tell_player<const N: usize>(
        &self,
        tx: &mut Tx,
        player: Player,
        kind: &'static str,
        cause: String,
        values: [(&str, String); N],
        now: Timestamp,
    ) -> Result<(), AppError> {
        let mut filled = Values::from([("balance".into(), player.balance.to_string())]);
        filled.extend(values.map(|(name, value)| (name.to_owned(), value)));
        let body = render::sms(self.menu(), &player.locale, kind, &filled);
        let id = SmsId::new(now, &mut self.inner.random.rng());
        let sms = Sms {
            id,
            cause,
            player: Some(player.id),
            msisdn: player.msisdn,
            kind,
            body,
        };
        Ok(tx.add_sms(&sms, now).await?)
    }

    /// Sends one text.
    pub(super) async fn send_sms(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<SmsId>() else {
            return Ok(());
        };
        let row = self
            .store()
            .read()
            .await?
            .pending_sms(id, leased.lease)
            .await?;
        let Some(row) = row else { return Ok(()) };
        // Shorter than the lease, so that nobody else takes the row over while it is being sent.
        let limit = self.settings().lease.mul_f32(0.75);
        let sent = tokio::time::timeout(limit, self.inner.sms.send(&row.msisdn, &row.body)).await;
        let sent = sent.unwrap_or_else(|_| Err(SmsError::Unsure("no answer in time".into())));
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        match sent {
            Ok(provider_id) => tx.sms_sent(id, leased.lease, &provider_id, now).await?,
            Err(error) => {
                let again = match &error {
                    SmsError::Refused(_) => false,
                    SmsError::NotSent(_) | SmsError::Unsure(_) => leased.attempt < MAX_ATTEMPTS,
                };
                tracing::warn!(sms = %id, player = %row.msisdn, attempt = leased.attempt, %error,
                    again, "SMS not sent");
                let due = again.then(|| now.after(self.sms_wait(leased.attempt)));
                tx.sms_not_sent(id, leased.lease, &error.to_string(), due)
                    .await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Twice as long after each try.
    fn sms_wait(&self, attempt: i64) -> Duration {
        let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or_default();
        self.settings()
            .sms_backoff
            .saturating_mul(1 << doublings)
            .min(MAX_BACKOFF)
    }

    /// A delivery report, from its callback. Gives what became of it; `None`: its SMS is not known,
    /// perhaps not yet.
    pub(super) async fn take_delivery(
        &self,
        tx: &mut Tx,
        body: &[u8],
    ) -> Result<Option<String>, AppError> {
        let Some(report) = self.inner.sms.read_delivery(body) else {
            return Ok(Some("unreadable".into()));
        };
        let (state, why) = match &report.outcome {
            Delivery::Delivered => (SmsState::Delivered, None),
            Delivery::Failed(why) => (SmsState::Failed, Some(why.as_str())),
            Delivery::Other(status) => return Ok(Some(format!("status {status}"))),
        };
        let is_known = tx.sms_reported(&report.provider_id, state, why).await?;
        Ok(is_known.then(|| state.name().to_owned()))
    }
}
