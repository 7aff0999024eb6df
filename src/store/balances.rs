//! Reports of what there is at M-Pesa, and the questions behind them.

use super::{
    StoreError, Tx,
    engine::{expect_rows, parse},
};
use crate::core::{
    ids::{BalanceQuestionId, BalanceReportId},
    money::Cents,
    payment::balance::{AccountBalance, Holdings, State, Suspicion, UnderWay},
    time::Timestamp,
};

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedBy {
    /// The daily job.
    Job,
    /// An operator, by command.
    Operator,
}

impl AskedBy {
    const fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Operator => "operator",
        }
    }
}

/// A report. Figures are there once it was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceReport {
    /// The id.
    pub id: BalanceReportId,
    /// Which one of the job's tries it is.
    pub attempt: i64,
    /// Where it stands.
    pub state: State,
    /// When M-Pesa was asked.
    pub asked_at: Timestamp,
    /// Every account, as it was told.
    pub accounts: Vec<AccountBalance>,
    /// What was found.
    pub judged: Option<Judged>,
    /// Why there is no answer.
    pub failure: Option<String>,
    /// Why an operator accepted the difference.
    pub accepted_why: Option<String>,
}

/// What a report found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// When.
    pub at: Timestamp,
    /// What M-Pesa holds.
    pub holdings: Holdings,
    /// What the ledger says that it holds.
    pub ledger: Cents,
    /// By how much M-Pesa holds more than that.
    pub gap: Cents,
    /// The gap that was accepted before.
    pub baseline: Cents,
    /// The gap less the baseline.
    pub drift: Cents,
    /// Since when nothing explains it.
    pub suspect_since: Option<Timestamp>,
}

/// A question of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceQuestion {
    /// The id; stands in the callback URLs.
    pub id: BalanceQuestionId,
    /// The report that it belongs to.
    pub report: BalanceReportId,
    /// M-Pesa's id of it, once known.
    pub conversation_id: Option<String>,
    /// Whether it was answered.
    pub is_answered: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    attempt: i64,
    state: String,
    asked_at_ms: i64,
    judged_at_ms: Option<i64>,
    accounts: String,
    held_cents: Option<i64>,
    utility_cents: Option<i64>,
    charges_cents: Option<i64>,
    ledger_cents: Option<i64>,
    gap_cents: Option<i64>,
    baseline_cents: Option<i64>,
    drift_cents: Option<i64>,
    suspect_since_ms: Option<i64>,
    failure: Option<String>,
    accepted_why: Option<String>,
}

impl TryFrom<Row> for BalanceReport {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = &row.id;
        let what = |what: &str| StoreError::corrupt("balance_report", id, what);
        let cents = |cents: Option<i64>| Cents::new(cents.unwrap_or_default());
        let judged = row.judged_at_ms.map(|at| Judged {
            at: Timestamp::from_ms(at),
            holdings: Holdings {
                held: cents(row.held_cents),
                utility: row.utility_cents.map(Cents::new),
                charges: cents(row.charges_cents),
            },
            ledger: cents(row.ledger_cents),
            gap: cents(row.gap_cents),
            baseline: cents(row.baseline_cents),
            drift: cents(row.drift_cents),
            suspect_since: row.suspect_since_ms.map(Timestamp::from_ms),
        });
        Ok(Self {
            id: parse("balance_report", "id", id)?,
            attempt: row.attempt,
            state: State::named(&row.state).ok_or_else(|| what("state"))?,
            asked_at: Timestamp::from_ms(row.asked_at_ms),
            accounts: serde_json::from_str(&row.accounts).map_err(|_| what("accounts"))?,
            judged,
            failure: row.failure,
            accepted_why: row.accepted_why,
        })
    }
}

/// Reads reports: the columns, then what stands behind `from`.
macro_rules! reports {
    ($rest:literal) => {
        concat!(
            "select id, attempt, state, asked_at_ms, judged_at_ms, accounts, held_cents,
                utility_cents, charges_cents, ledger_cents, gap_cents, baseline_cents, drift_cents,
                suspect_since_ms, failure, accepted_why
            from balance_report ",
            $rest
        )
    };
}

fn one(row: Option<Row>) -> Result<Option<BalanceReport>, StoreError> {
    row.map(BalanceReport::try_from).transpose()
}

impl Tx {
    /// Begins a report with its questions: ids and short codes.
    pub async fn begin_balance_report(
        &mut self,
        id: BalanceReportId,
        by: AskedBy,
        attempt: i64,
        questions: &[(BalanceQuestionId, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into balance_report (id, cause, attempt, state, asked_at_ms)
            values ($1, $2, $3, 'asked', $4)",
            id.to_string(),
            by.name(),
            attempt,
            now.ms()
        )?;
        for (question, shortcode) in questions {
            execute!(
                self,
                "insert into balance_question (id, report_id, shortcode) values ($1, $2, $3)",
                question.to_string(),
                id.to_string(),
                shortcode.as_str()
            )?;
        }
        Ok(())
    }

    /// A question was accepted: M-Pesa's id of it.
    pub async fn balance_question_accepted(
        &mut self,
        id: BalanceQuestionId,
        conversation_id: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update balance_question set conversation_id = $2 where id = $1",
            id.to_string(),
            conversation_id
        )?;
        Ok(())
    }

    /// A question by its id.
    pub async fn balance_question(
        &mut self,
        id: BalanceQuestionId,
    ) -> Result<Option<BalanceQuestion>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, Option<String>, Option<i64>),
            "select report_id, conversation_id, answered_at_ms from balance_question where id = $1",
            id.to_string()
        )?;
        row.map(|(report, conversation_id, answered)| {
            Ok(BalanceQuestion {
                id,
                report: parse("balance_question", "report_id", &report)?,
                conversation_id,
                is_answered: answered.is_some(),
            })
        })
        .transpose()
    }

    /// Lets one transaction at a time act for a report, until its end.
    pub async fn serialise_balance_report(
        &mut self,
        id: BalanceReportId,
    ) -> Result<(), StoreError> {
        self.serialise(&format!("balance:{id}")).await
    }

    /// Keeps the answer to a question.
    pub async fn answer_balance_question(
        &mut self,
        id: BalanceQuestionId,
        accounts: &[AccountBalance],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update balance_question set accounts = $2, answered_at_ms = $3
            where id = $1 and answered_at_ms is null",
            id.to_string(),
            json(accounts)?,
            now.ms()
        )?;
        expect_rows(changed, 1, "balance_question", id)
    }

    /// All accounts that the questions of a report were answered with; `None` while an answer is
    /// missing.
    pub async fn balance_answers(
        &mut self,
        report: BalanceReportId,
    ) -> Result<Option<Vec<AccountBalance>>, StoreError> {
        let rows = fetch_all!(
            self,
            (Option<String>,),
            "select accounts from balance_question where report_id = $1 order by shortcode",
            report.to_string()
        )?;
        let mut all = Vec::new();
        for (accounts,) in rows {
            let Some(accounts) = accounts else {
                return Ok(None);
            };
            let read = serde_json::from_str::<Vec<AccountBalance>>(&accounts);
            let corrupt = |_| StoreError::corrupt("balance_question", report, "accounts");
            all.extend(read.map_err(corrupt)?);
        }
        Ok(Some(all))
    }

    /// A report by its id.
    pub async fn balance_report(
        &mut self,
        id: BalanceReportId,
    ) -> Result<Option<BalanceReport>, StoreError> {
        let select = reports!("where id = $1");
        one(fetch_optional!(self, Row, select, id.to_string())?)
    }

    /// The job's last report.
    pub async fn last_balance_of_job(&mut self) -> Result<Option<BalanceReport>, StoreError> {
        let select = reports!("where cause = 'job' order by asked_at_ms desc, id desc limit 1");
        one(fetch_optional!(self, Row, select)?)
    }

    /// The last report that was held against the ledger, whoever asked.
    pub async fn last_balance_judged(&mut self) -> Result<Option<BalanceReport>, StoreError> {
        let select =
            reports!("where judged_at_ms is not null order by asked_at_ms desc, id desc limit 1");
        one(fetch_optional!(self, Row, select)?)
    }

    /// The last report that says whether M-Pesa and the ledger agree.
    pub async fn last_balance_verdict(&mut self) -> Result<Option<BalanceReport>, StoreError> {
        let select =
            reports!("where state in ('ok', 'drift') order by asked_at_ms desc, id desc limit 1");
        one(fetch_optional!(self, Row, select)?)
    }

    /// The difference that nothing explained in the last report before one asked at `asked_at`.
    pub async fn balance_suspicion(
        &mut self,
        asked_at: Timestamp,
    ) -> Result<Option<Suspicion>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<i64>, i64),
            "select suspect_since_ms, drift_cents from balance_report
            where judged_at_ms is not null and asked_at_ms < $1
            order by asked_at_ms desc, id desc limit 1",
            asked_at.ms()
        )?;
        Ok(row.and_then(|(since, drift)| {
            since.map(|since| Suspicion {
                since: Timestamp::from_ms(since),
                drift: Cents::new(drift),
            })
        }))
    }

    /// The gap that an operator accepted last; nothing where none was.
    pub async fn balance_baseline(&mut self) -> Result<Cents, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select gap_cents from balance_report
            where accepted_at_ms is not null and gap_cents is not null
            order by accepted_at_ms desc, id desc limit 1"
        )?;
        Ok(row.map_or(Cents::ZERO, |(cents,)| Cents::new(cents)))
    }

    /// Keeps what a report found; `accounts` are all that were told.
    pub async fn judge_balance_report(
        &mut self,
        id: BalanceReportId,
        state: State,
        accounts: &[AccountBalance],
        judged: &Judged,
        under_way: &UnderWay,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update balance_report set state = $2, judged_at_ms = $3, accounts = $4,
                held_cents = $5, utility_cents = $6, charges_cents = $7, ledger_cents = $8,
                gap_cents = $9, baseline_cents = $10, drift_cents = $11, suspect_since_ms = $12,
                short_cents = $13, over_cents = $14
            where id = $1 and state = 'asked'",
            id.to_string(),
            state.name(),
            judged.at.ms(),
            json(accounts)?,
            judged.holdings.held.get(),
            judged.holdings.utility.map(Cents::get),
            judged.holdings.charges.get(),
            judged.ledger.get(),
            judged.gap.get(),
            judged.baseline.get(),
            judged.drift.get(),
            judged.suspect_since.map(Timestamp::ms),
            under_way.may_be_short().get(),
            under_way.may_be_over().get()
        )?;
        expect_rows(changed, 1, "balance_report", id)
    }

    /// A report gets no answer.
    pub async fn fail_balance_report(
        &mut self,
        id: BalanceReportId,
        why: &str,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update balance_report set state = 'failed', failure = $2
            where id = $1 and state = 'asked'",
            id.to_string(),
            why
        )?;
        Ok(())
    }

    /// An operator accepts the gap of a report; whether it was one that can be.
    pub async fn accept_balance_report(
        &mut self,
        id: BalanceReportId,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update balance_report set state = 'ok', drift_cents = 0, suspect_since_ms = null,
                accepted_at_ms = $3, accepted_why = $2
            where id = $1 and state in ('ok', 'suspect', 'drift')",
            id.to_string(),
            why,
            now.ms()
        )?;
        Ok(changed == 1)
    }
}

fn json(accounts: &[AccountBalance]) -> Result<String, StoreError> {
    let corrupt = |_| StoreError::corrupt("balance_question", "accounts", "cannot be written");
    serde_json::to_string(accounts).map_err(corrupt)
}
