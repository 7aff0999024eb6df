//! The SMS outbox: putting a text in, with the money it tells of, and hearing what became of it.

use super::{App, AppError, told::FALLBACK_LOCALE};
use crate::{
    core::{
        ids::{PlayerId, SmsId},
        msisdn::Msisdn,
        time::Timestamp,
    },
    menu::{render, sms::class, template::Values},
    ports::Delivery,
    store::{Player, Sms, SmsState, Tx},
};

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
        filled.extend(self.settings().helpline());
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
