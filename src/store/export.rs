//! All rows of one player, for a data-protection request: as they are kept, newest first.

use serde::Serialize;

use super::{StoreError, Tx};
use crate::core::{ids::PlayerId, msisdn::Msisdn};

/// Makes rows that are read from the database and written as JSON, field by field.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
        #[expect(missing_docs, reason = "the fields are the columns")]
        pub struct $name { $(pub $field: $kind,)* })*
    };
}

rows! {
    /// The player.
    ExportedPlayer {
        id: String,
        msisdn: String,
        locale: String,
        status: String,
        registered_at_ms: i64,
        excluded_until_ms: Option<i64>,
        verification_asked_at_ms: Option<i64>,
        verified_at_ms: Option<i64>,
        balance_cents: i64,
    }

    /// What the number said about promotions.
    ExportedConsent {
        promotions: String,
        source: String,
        at_ms: i64,
    }

    /// A deposit.
    ExportedDeposit {
        id: String,
        reference: String,
        state: String,
        requested_cents: i64,
        credited_cents: i64,
        receipt: Option<String>,
        failure: Option<String>,
        requested_at_ms: i64,
        pushed_at_ms: Option<i64>,
        flagged: bool,
        payer_mark: Option<String>,
    }

    /// A withdrawal.
    ExportedWithdrawal {
        id: String,
        state: String,
        amount_cents: i64,
        fee_cents: i64,
        tax_cents: i64,
        payout_cents: i64,
        receipt: Option<String>,
        failure: Option<String>,
        requested_at_ms: i64,
        ended_at_ms: Option<i64>,
        flagged: bool,
    }

    /// A correction of the books.
    ExportedAdjustment {
        id: String,
        kind: String,
        amount_cents: i64,
        state: String,
        reason: String,
        proposed_at_ms: i64,
    }

    /// A limit of deposits of the player's own.
    ExportedLimit {
        period: String,
        in_force_cents: Option<i64>,
        coming_cents: Option<i64>,
        coming_from_ms: Option<i64>,
    }

    /// A transfer into the wallet or out of it.
    ExportedTransfer {
        cause: String,
        reason: String,
        from_account: String,
        to_account: String,
        amount_cents: i64,
        at_ms: i64,
    }

    /// A game.
    ExportedGame {
        entry: String,
        state: String,
        category: String,
        stake_cents: i64,
        received_cents: i64,
        correct: i64,
        answered: i64,
        thinking_ms: i64,
        answering_ms: i64,
        staked_at_ms: i64,
        finished_at_ms: Option<i64>,
        choice_orders: String,
        opponent: Option<String>,
    }

    /// A question that was asked in a game. What is right is told once the game has ended.
    ExportedQuestion {
        entry: String,
        position: i64,
        question: String,
        choice1: String,
        choice2: String,
        choice3: String,
        choice4: Option<String>,
        right_choice: Option<i64>,
        own_choice: Option<i64>,
        sent_at_ms: Option<i64>,
        received_at_ms: Option<i64>,
    }

    /// An SMS to the player.
    ExportedSms {
        kind: String,
        class: String,
        body: String,
        state: String,
        failure: Option<String>,
        created_at_ms: i64,
        sent_at_ms: Option<i64>,
    }

    /// An SMS from the player.
    ExportedInbound {
        identity: String,
        keyword: Option<String>,
        answer: Option<String>,
        received_at_ms: i64,
    }

    /// A step of a USSD session that changed something.
    ExportedHop {
        session_id: String,
        transcript: String,
        conversation: String,
        at_ms: i64,
    }

    /// How strong the player is in a category.
    ExportedRating {
        category: String,
        points_milli: i64,
        spread_milli: i64,
        games: i64,
    }
}

impl Tx {
    /// The player.
    pub async fn export_player(&mut self, id: PlayerId) -> Result<ExportedPlayer, StoreError> {
        let row = fetch_optional!(
            self,
            ExportedPlayer,
            "select id, msisdn, locale, status, registered_at_ms, excluded_until_ms,
                verification_asked_at_ms, verified_at_ms, balance_cents
            from player
            join wallet on wallet.player_id = player.id
            where id = $1",
            id.to_string()
        )?;
        row.ok_or_else(|| StoreError::corrupt("player", id, "does not exist"))
    }

    /// What the number said about promotions.
    pub async fn export_consent(
        &mut self,
        msisdn: &Msisdn,
    ) -> Result<Option<ExportedConsent>, StoreError> {
        fetch_optional!(
            self,
            ExportedConsent,
            "select promotions, source, at_ms from sms_consent where msisdn = $1",
            msisdn.e164()
        )
    }

    /// Deposits.
    pub async fn export_deposits(
        &mut self,
        id: PlayerId,
    ) -> Result<Vec<ExportedDeposit>, StoreError> {
        fetch_all!(
            self,
            ExportedDeposit,
            "select id, reference, state, requested_cents, credited_cents, receipt, failure,
                requested_at_ms, pushed_at_ms, flagged = 1 as flagged, payer as payer_mark
            from deposit
            left join deposit_payer on deposit_payer.deposit_id = deposit.id
            where deposit.player_id = $1
            order by requested_at_ms desc, id desc",
            id.to_string()
        )
    }

    /// Withdrawals.
    pub async fn export_withdrawals(
        &mut self,
        id: PlayerId,
    ) -> Result<Vec<ExportedWithdrawal>, StoreError> {
        fetch_all!(
            self,
            ExportedWithdrawal,
            "select id, state, amount_cents, fee_cents, tax_cents, payout_cents, receipt, failure,
                requested_at_ms, ended_at_ms, flagged = 1 as flagged
            from withdrawal where player_id = $1
            order by requested_at_ms desc, id desc",
            id.to_string()
        )
    }

    /// Corrections of the books.
    pub async fn export_adjustments(
        &mut self,
        id: PlayerId,
    ) -> Result<Vec<ExportedAdjustment>, StoreError> {
        fetch_all!(
            self,
            ExportedAdjustment,
            "select id, kind, amount_cents, state, reason, proposed_at_ms
            from adjustment where player_id = $1
            order by proposed_at_ms desc, id desc",
            id.to_string()
        )
    }

    /// Limits of deposits of the player's own.
    pub async fn export_limits(&mut self, id: PlayerId) -> Result<Vec<ExportedLimit>, StoreError> {
        fetch_all!(
            self,
            ExportedLimit,
            "select period, in_force_cents, coming_cents, coming_from_ms
            from deposit_limit where player_id = $1
            order by period",
            id.to_string()
        )
    }

    /// Transfers.
    pub async fn export_transfers(
        &mut self,
        id: PlayerId,
    ) -> Result<Vec<ExportedTransfer>, StoreError> {
        fetch_all!(
            self,
            ExportedTransfer,
            "select cause, reason, from_account, to_account, amount_cents, at_ms
            from transfer where from_account = $1
            union all
            select cause, reason, from_account, to_account, amount_cents, at_ms
            from transfer where to_account = $1
            order by at_ms desc, cause desc",
            format!("wallet:{id}")
        )
    }

    /// Games; an opponent as the number that the database holds, for the caller to mask.
    pub async fn export_games(&mut self, id: PlayerId) -> Result<Vec<ExportedGame>, StoreError> {
        fetch_all!(
            self,
            ExportedGame,
            "select entry.id as entry, entry.state, category.name as category, stake_cents,
                entry.received_cents, entry.correct, entry.answered, entry.thinking_ms,
                entry.answering_ms, entry.staked_at_ms, entry.finished_at_ms, entry.choice_orders,
                other.msisdn as opponent
            from entry
            join question_set on question_set.id = entry.set_id
            join category on category.id = question_set.category_id
            left join entry as theirs on theirs.set_id = entry.set_id and theirs.id <> entry.id
            left join player as other on other.id = theirs.player_id
            where entry.player_id = $1
            order by entry.staked_at_ms desc, entry.id desc",
            id.to_string()
        )
    }

    /// The questions of all games that were asked, by game and place, in the player's language where it is
    /// there.
    pub async fn export_questions(
        &mut self,
        id: PlayerId,
        locale: &str,
    ) -> Result<Vec<ExportedQuestion>, StoreError> {
        fetch_all!(
            self,
            ExportedQuestion,
            "select entry.id as entry, set_question.position, question,
                choice1, choice2, choice3, choice4,
                case when entry.state in ('playing', 'waiting') then null
                    else question_text.answer end as right_choice,
                answer.choice as own_choice, answer.sent_at_ms, answer.received_at_ms
            from entry
            join set_question on set_question.set_id = entry.set_id
                and set_question.position <= entry.position
            join question_text on question_text.question_id = set_question.question_id
                and question_text.version = set_question.version
                and question_text.locale = (
                    select words.locale from question_text as words
                    where words.question_id = set_question.question_id
                        and words.version = set_question.version
                    order by case words.locale when $2 then 0 when 'en' then 1 else 2 end,
                        words.locale
                    limit 1)
            left join answer on answer.entry_id = entry.id
                and answer.position = set_question.position
            where entry.player_id = $1
            order by entry.staked_at_ms desc, entry.id desc, set_question.position",
            id.to_string(),
            locale
        )
    }

    /// SMS to the player, and to the number.
    pub async fn export_sms(
        &mut self,
        id: PlayerId,
        msisdn: &Msisdn,
    ) -> Result<Vec<ExportedSms>, StoreError> {
        fetch_all!(
            self,
            ExportedSms,
            "select kind, class, body, state, failure, created_at_ms, sent_at_ms
            from outbox where player_id = $1 or msisdn = $2
            order by created_at_ms desc, id desc",
            id.to_string(),
            msisdn.e164()
        )
    }

    /// SMS from the number.
    pub async fn export_inbound(
        &mut self,
        msisdn: &Msisdn,
    ) -> Result<Vec<ExportedInbound>, StoreError> {
        fetch_all!(
            self,
            ExportedInbound,
            "select identity, keyword, answer, received_at_ms
            from sms_inbound where msisdn = $1
            order by received_at_ms desc, identity",
            msisdn.e164()
        )
    }

    /// Steps of USSD sessions that changed something.
    pub async fn export_hops(&mut self, msisdn: &Msisdn) -> Result<Vec<ExportedHop>, StoreError> {
        fetch_all!(
            self,
            ExportedHop,
            "select session_id, transcript, conversation, at_ms
            from hop_receipt where msisdn = $1
            order by at_ms desc, transcript desc",
            msisdn.e164()
        )
    }

    /// How strong the player is, by category.
    pub async fn export_ratings(
        &mut self,
        id: PlayerId,
    ) -> Result<Vec<ExportedRating>, StoreError> {
        fetch_all!(
            self,
            ExportedRating,
            "select category.name as category, points_milli, spread_milli, games
            from rating
            join category on category.id = rating.category_id
            where player_id = $1
            order by category.name",
            id.to_string()
        )
    }
}
