//! SMS from phones: understood, acted on once, and answered through the outbox; and numbers that
//! opt out at the gateway.
//!
//! Answered is a Kenyan mobile number only: never a short code, a name or a hash, and never
//! ourselves. A number that is no player is told how to become one, and does not become one here.

use super::{
    App, AppError,
    player_care::{as_app, by_player},
};
use crate::{
    core::{
        ids::SmsId,
        money::Cents,
        msisdn::Msisdn,
        sms::{Answer, Before, ConsentSource, HOUR, Keyword, ONCE_A_DAY, permit},
        text::{self, SEGMENT, septets},
        time::Timestamp,
    },
    menu::{
        keyword::{self, Heard},
        render,
        sms::class,
        template::Values,
    },
    ports::InboundSms,
    store::{Callback, Inbound, Player, Sms, Tx},
};

/// How many games the answer to GAMES has at most; fewer where they do not fit one SMS.
const LISTED: i64 = 5;

/// The name under `[word]` that stands for the code where the configuration names none.
const ANY_CODE: &str = "any_code";

impl App {
    /// An SMS that came in, from its callback. Gives what became of it.
    pub(super) async fn take_inbound(
        &self,
        tx: &mut Tx,
        callback: &Callback,
    ) -> Result<String, AppError> {
        let Some(message) = self.inner.sms.read_inbound(&callback.body) else {
            return Ok("unreadable".into());
        };
        if message.is_ours {
            return Ok("from ourselves".into());
        }
        let Ok(msisdn) = Msisdn::parse(&message.from) else {
            return Ok("not from a Kenyan mobile number".into());
        };
        let received_at = callback.id.made_at();
        let menu = self.menu();
        let heard = keyword::hear(&menu, &message.text);
        let keyword = heard.map(|heard| heard.keyword);
        let inbound = Inbound {
            identity: identity(&message, &msisdn, received_at),
            msisdn: msisdn.clone(),
            keyword,
            received_at,
        };
        tx.serialise_sender(&msisdn).await?;
        if !tx.add_inbound(&inbound).await? {
            return Ok("known already".into());
        }
        let has_changed_consent = match keyword.and_then(|keyword| keyword.consent()) {
            Some(consent) => {
                let source = ConsentSource::Keyword;
                tx.keep_consent(&msisdn, consent, source, received_at)
                    .await?
            }
            None => false,
        };
        let asked = keyword.map_or("no keyword", |keyword| keyword.name());
        let player = tx.player(&msisdn).await?;
        if let (Some(heard), Some(player)) = (heard, &player)
            && let Some(outcome) = self.exclude_by_sms(tx, heard, player).await?
        {
            return Ok(outcome);
        }
        let answer = Answer::to(keyword, player.is_some());
        let day = received_at.before(ONCE_A_DAY);
        let before = Before {
            in_the_hour: tx.answers_since(&msisdn, received_at.before(HOUR)).await?,
            same_today: tx.had_answer_since(&msisdn, answer, day).await?,
        };
        let per_hour = self.settings().inbound_sms_per_hour;
        if let Err(silence) = permit(answer, has_changed_consent, before, per_hour) {
            tracing::info!(sender = %msisdn, asked, %silence, "SMS not answered");
            return Ok(format!("{asked}: not answered, {silence}"));
        }
        // A player has chosen a language; of somebody else the word is all that is known.
        let locale = player.as_ref().map(|player| player.locale.as_str());
        let locale = locale.or(heard.and_then(|heard| heard.locale));
        let (kind, body) = self
            .answer_text(tx, answer, player.as_ref(), locale.unwrap_or_default())
            .await?;
        let now = self.clock().now();
        let sms = Sms {
            id: SmsId::new(now, &mut self.inner.random.rng()),
            cause: format!("inbound:{}", inbound.identity),
            player: player.map(|player| player.id),
            msisdn,
            kind,
            class: class(kind),
            body,
        };
        tx.add_sms(&sms, now).await?;
        tx.inbound_answered(&inbound.identity, answer).await?;
        Ok(format!("{asked}: answered with {kind}"))
    }

    /// Excludes a player who says for how many days, if so many can be chosen: at once, and whatever is
    /// said in the hour. The text about it is no answer but tells of the exclusion.
    async fn exclude_by_sms(
        &self,
        tx: &mut Tx,
        heard: Heard<'_>,
        player: &Player,
    ) -> Result<Option<String>, AppError> {
        let pauses = &self.settings().care.pauses;
        let Some(days) = heard.number.filter(|days| pauses.contains(days)) else {
            return Ok(None);
        };
        if heard.keyword != Keyword::Exclude {
            return Ok(None);
        }
        let now = self.clock().now();
        tx.serialise_player(player.id).await?;
        let player = tx.player_by_id(player.id).await?;
        let by = by_player("by SMS")?;
        let until = self.exclude_in(tx, &player, days, &by, now).await;
        let until = until.map_err(as_app)?;
        Ok(Some(format!("exclude: until {until}")))
    }

    /// The kind and the text of an answer, in one SMS.
    async fn answer_text(
        &self,
        tx: &mut Tx,
        answer: Answer,
        player: Option<&Player>,
        locale: &str,
    ) -> Result<(&'static str, String), AppError> {
        let codes = &self.settings().service_codes;
        let code = codes.first().map_or(ANY_CODE, String::as_str);
        let balance = player.map(|player| player.balance).unwrap_or_default();
        let pauses = self.settings().care.pauses.iter();
        let pauses: Vec<String> = pauses.map(ToString::to_string).collect();
        let mut values = Values::from([
            ("code".into(), code.into()),
            ("balance".into(), balance.to_string()),
            ("pauses".into(), pauses.join(", ")),
        ]);
        values.extend(self.settings().helpline());
        let kind = match (answer, player) {
            (Answer::Balance, _) => "balance",
            (Answer::Help | Answer::UnaskedHelp, _) => "help",
            (Answer::Stopped, _) => "stopped",
            (Answer::Started, _) => "started",
            (Answer::Register, _) | (Answer::Games, None) => "register",
            (Answer::HowToExclude, _) => "how_to_exclude",
            (Answer::Games, Some(player)) => {
                let games = self.game_lines(tx, player, locale).await?;
                return Ok(self.games_text(&games, values, locale));
            }
        };
        let body = render::sms(&self.menu(), locale, kind, &values);
        Ok((kind, body))
    }

    /// The last games, a line each, newest first.
    async fn game_lines(
        &self,
        tx: &mut Tx,
        player: &Player,
        locale: &str,
    ) -> Result<Vec<String>, AppError> {
        let rows = tx.entry_rows(player.id, LISTED).await?;
        let lines = rows.into_iter().map(|row| {
            let values = Values::from([
                ("category".into(), row.category),
                ("stake".into(), Cents::new(row.stake_cents).to_string()),
                ("state".into(), row.state),
            ]);
            render::label(&self.menu(), locale, "games", &values)
        });
        Ok(lines.collect())
    }

    /// As many games as one SMS holds; the menu checker proves that it holds one.
    fn games_text(
        &self,
        games: &[String],
        mut values: Values,
        locale: &str,
    ) -> (&'static str, String) {
        let mut body = render::sms(&self.menu(), locale, "no_games", &values);
        let mut kind = "no_games";
        for count in 1..=games.len() {
            values.insert("games".into(), games[..count].join("; "));
            let longer = render::sms(&self.menu(), locale, "games", &values);
            if count > 1 && septets(&longer) > SEGMENT {
                break;
            }
            (kind, body) = ("games", longer);
        }
        (kind, body)
    }

    /// An opt-out at the gateway, from its callback. Gives what became of it.
    pub(super) async fn take_opt_out(
        &self,
        tx: &mut Tx,
        callback: &Callback,
    ) -> Result<String, AppError> {
        let Some(opt_out) = self.inner.sms.read_opt_out(&callback.body) else {
            return Ok("unreadable".into());
        };
        let Ok(msisdn) = Msisdn::parse(&opt_out.number) else {
            return Ok("not of a Kenyan mobile number".into());
        };
        let at = callback.id.made_at();
        let source = ConsentSource::Gateway;
        tx.keep_consent(&msisdn, opt_out.consent, source, at)
            .await?;
        Ok(format!("promotions {}", opt_out.consent.name()))
    }
}

/// What tells a message from every other one: the gateway's id; without it sender, date and text.
/// Without a date, the day on which it came in: the gateway repeats a message for hours.
fn identity(message: &InboundSms, sender: &Msisdn, received_at: Timestamp) -> String {
    if let Some(id) = &message.provider_id {
        return format!("id:{id}");
    }
    let day = || received_at.in_nairobi().format("%Y-%m-%d").to_string();
    let date = if message.date.is_empty() {
        day()
    } else {
        message.date.clone()
    };
    let text = text::plain(&message.text);
    format!("{}|{date}|{text}", sender.e164())
}
