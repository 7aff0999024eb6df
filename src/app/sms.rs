//! The SMS outbox: putting a text in, with the money it tells of, and sending what is due.

use std::time::Duration;

use super::{App, AppError, told::FALLBACK_LOCALE};
use crate::{
    core::{
        ids::{PlayerId, SmsId},
        msisdn::Msisdn,
        sms::SmsClass,
        time::Timestamp,
    },
    menu::{render, sms::class, template::Values},
    ports::{Delivery, SmsError},
    store::{Leased, Player, Sms, SmsState, Tx},
};

/// How often a text is tried. With the default first step of 10 s the last try is about a day
/// after the first.
const MAX_ATTEMPTS: i64 = 32;

/// The same for an answer. It is asked for again by who still wants it, and a balance of hours ago
/// tells nobody anything: with the default first step the last try is about an hour later.
const MAX_ANSWER_ATTEMPTS: i64 = 9;

/// Why a promotion to a number that refuses them is not sent.
const OPTED_OUT: &str = "the number refuses promotions";

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
        let sms = self.text(&player, kind, cause, values, now);
        Ok(tx.add_sms(&sms, now).await?)
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
        let sms = match tx.player(msisdn).await? {
            Some(player) => self.text(&player, kind, cause, values, now),
            None => {
                let values = values.map(|(name, value)| (name.to_owned(), value));
                let values = Values::from(values);
                Sms {
                    id: SmsId::new(now, &mut self.inner.random.rng()),
                    cause,
                    player: None,
                    msisdn: msisdn.clone(),
                    kind,
                    class: class(kind),
                    body: render::sms(&self.menu(), FALLBACK_LOCALE, kind, &values),
                }
            }
        };
        Ok(tx.add_sms(&sms, now).await?)
    }

    /// A text to a player, with their balance as it was read.
    pub(super) fn text<const N: usize>(
        &self,
        player: &Player,
        kind: &'static str,
        cause: String,
        values: [(&str, String); N],
        now: Timestamp,
    ) -> Sms {
        let mut filled = Values::from([("balance".into(), player.balance.to_string())]);
        filled.extend(values.map(|(name, value)| (name.to_owned(), value)));
        let body = render::sms(&self.menu(), &player.locale, kind, &filled);
        Sms {
            id: SmsId::new(now, &mut self.inner.random.rng()),
            cause,
            player: Some(player.id),
            msisdn: player.msisdn.clone(),
            kind,
            class: class(kind),
            body,
        }
    }

    /// Sends one text.
    pub(super) async fn send_sms(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<SmsId>() else {
            return Ok(());
        };
        let mut tx = self.store().read().await?;
        let Some(row) = tx.pending_sms(id, leased.lease).await? else {
            return Ok(());
        };
        // Looked at now and not when it was written: STOP may have come in between.
        let is_unwanted =
            row.class == SmsClass::Promotion && tx.refuses_promotions(&row.msisdn).await?;
        drop(tx);
        if is_unwanted {
            let refuse = |mut tx: Tx| async move {
                tx.sms_not_sent(id, leased.lease, OPTED_OUT, None).await?;
                Ok((tx, ()))
            };
            return self.store().transact(refuse).await;
        }
        // Shorter than the lease, so that nobody else takes the row over while it is being sent.
        let limit = self.settings().lease.mul_f32(0.75);
        let sent = tokio::time::timeout(limit, self.inner.sms.send(&row.msisdn, &row.body)).await;
        let sent = sent.unwrap_or_else(|_| Err(SmsError::Unsure("no answer in time".into())));
        if let Err(error) = &sent {
            tracing::warn!(sms = %id, player = %row.msisdn, attempt = leased.attempt, %error,
                "SMS not sent");
        }
        let now = self.clock().now();
        let tries = max_attempts(row.class);
        let keep = |tx| self.keep_sent(tx, leased, &sent, tries, now);
        self.store().transact(keep).await
    }

    /// Writes down what became of sending a text.
    async fn keep_sent(
        &self,
        mut tx: Tx,
        leased: &Leased,
        sent: &Result<String, SmsError>,
        tries: i64,
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        let Ok(id) = leased.id.parse::<SmsId>() else {
            return Ok((tx, ()));
        };
        match sent {
            Ok(provider_id) => tx.sms_sent(id, leased.lease, provider_id, now).await?,
            Err(error) => {
                let again = match error {
                    SmsError::Refused(_) => false,
                    SmsError::NotSent(_) | SmsError::Unsure(_) => leased.attempt < tries,
                };
                let due = again.then(|| now.after(self.sms_wait(leased.attempt)));
                tx.sms_not_sent(id, leased.lease, &error.to_string(), due)
                    .await?;
            }
        }
        Ok((tx, ()))
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

const fn max_attempts(class: SmsClass) -> i64 {
    match class {
        SmsClass::Receipt | SmsClass::Promotion => MAX_ATTEMPTS,
        SmsClass::Answer => MAX_ANSWER_ATTEMPTS,
    }
}
