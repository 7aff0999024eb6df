//! The fair play watch: a chore that folds what was settled, deposited and withdrawn since its last look
//! into counts, and keeps what looks unfair by the rules of the core. An operator judges it; nothing
//! follows from it by itself.

mod counts;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use self::counts::Counts;
use super::{App, AppError};
use crate::{
    core::{
        fair::{
            Case, Pair, Purse, Verdict, even_answers, expected_milli, fast_answers, meet_often,
            one_sided, passed_on, shared_payer,
        },
        ids::{EntryId, FlagId, PlayerId, SetId},
        msisdn::Msisdn,
        operator::By,
        time::Timestamp,
    },
    store::{Contention, FAIR, Flag, FlagFilter, Leased, Looked, Player, StoreError, Tx},
};

/// How long after it happened something is looked at: what was written earlier is committed by then.
const LAG: Duration = Duration::from_secs(60);

/// How many matches, deposits and withdrawals one transaction looks at.
const BATCH: i64 = 500;

/// How many transactions one look has; the rest is due at once.
const BATCHES: usize = 20;

/// How many accounts of one payer are looked at for matches among them.
const MAX_ACCOUNTS: usize = 10;

/// How many matches of a pair a case shows.
const SHOWN_MATCHES: i64 = 20;

/// A case with what an operator wants to know beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairCase {
    /// The case.
    pub flag: Flag,
    /// Whom it is about.
    pub players: Vec<Player>,
    /// The last matches of a pair: the set, when it was settled, and who won.
    pub matches: Vec<(SetId, Timestamp, Option<PlayerId>)>,
}

/// A case was not judged.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is none with this id.
    #[error("no case with this id")]
    NoCase,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ReviewError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for ReviewError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NoCase => false,
        }
    }
}

impl App {
    /// Looks by the schedule.
    pub(super) async fn watch(&self, leased: &Leased) -> Result<(), AppError> {
        let every = self.settings().fair.every;
        if every.is_zero() {
            return self.plan_watch().await;
        }
        let is_behind = self.look_for_unfair_play().await?;
        let now = self.clock().now();
        let due = if is_behind { now } else { now.after(every) };
        let end = |mut tx: Tx| async move {
            tx.end_chore(FAIR, leased.lease, due, Some(now)).await?;
            Ok((tx, ()))
        };
        self.store().transact(end).await
    }

    /// Plans the watch, or ends it where it is not wanted.
    pub(super) async fn plan_watch(&self) -> Result<(), AppError> {
        let every = self.settings().fair.every;
        let due = (!every.is_zero()).then(|| self.clock().now().after(every));
        let plan = |mut tx: Tx| async move {
            tx.plan_chore(FAIR, due).await?;
            Ok((tx, ()))
        };
        self.store().transact(plan).await
    }

    /// Looks at what happened since the last look, a bounded part of it. True when there is more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look_for_unfair_play(&self) -> Result<bool, AppError> {
        let now = self.clock().now();
        for _ in 0..BATCHES {
            if !self.store().transact(|tx| self.look_in(tx, now)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn look_in(&self, mut tx: Tx, now: Timestamp) -> Result<(Tx, bool), AppError> {
        tx.serialise_watch().await?;
        let matches = self.look_at_matches(&mut tx, now).await?;
        let payers = self.look_at_payers(&mut tx, now).await?;
        let withdrawals = self.look_at_withdrawals(&mut tx, now).await?;
        Ok((tx, matches || payers || withdrawals))
    }

    /// From where a look goes on: nothing that is older than the window counts.
    async fn looked(&self, tx: &mut Tx, what: &str, now: Timestamp) -> Result<Looked, AppError> {
        let since = now.before(self.settings().fair.window);
        let looked = tx.looked(what).await?;
        Ok(if looked.at < since {
            Looked {
                at: since,
                id: String::new(),
            }
        } else {
            looked
        })
    }

    async fn look_at_matches(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, AppError> {
        let looked = self.looked(tx, "matches", now).await?;
        let matches = tx.matches_after(&looked, now.before(LAG), BATCH).await?;
        let Some(last) = matches.last() else {
            return Ok(false);
        };
        let last = Looked {
            at: last.settled_at,
            id: last.set.to_string(),
        };
        tx.keep_looked("matches", &last).await?;
        let seats = matches.iter().flat_map(|played| played.seats);
        let owners: BTreeMap<EntryId, PlayerId> =
            seats.map(|(entry, player, _)| (entry, player)).collect();
        let entries: Vec<EntryId> = owners.keys().copied().collect();
        let answers = tx.timed_answers(&entries).await?;
        let rules = &self.settings().fair;
        let counts = Counts::of(&matches, &answers, &owners, rules);
        tx.add_meetings(&counts.meetings()).await?;
        tx.add_company(&counts.seats, &counts.pools).await?;
        tx.add_paces(&counts.paces()).await?;

        let first_day = rules.first_day(now);
        let met: BTreeSet<(PlayerId, PlayerId)> =
            counts.pairs.keys().map(|(_, a, b)| (*a, *b)).collect();
        let met: Vec<_> = met.into_iter().collect();
        let pairs = tx.pairs_since(&met, first_day).await?;
        let mut cases = self.judge_meetings(tx, &pairs, first_day).await?;
        cases.extend(self.judge_flows(tx, &pairs, now).await?);
        let players: BTreeSet<PlayerId> = owners.into_values().collect();
        let players: Vec<PlayerId> = players.into_iter().collect();
        let paces = tx.paces_since(&players, first_day).await?;
        let judged = paces
            .iter()
            .flat_map(|pace| [fast_answers(pace, rules), even_answers(pace, rules)]);
        cases.extend(judged.flatten());
        self.keep_cases(tx, &cases, now).await?;
        Ok(i64::try_from(matches.len()) == Ok(BATCH))
    }

    /// Pairs that meet too often, and pairs of whom one always loses.
    async fn judge_meetings(
        &self,
        tx: &mut Tx,
        pairs: &[Pair],
        first_day: i64,
    ) -> Result<Vec<Case>, AppError> {
        let rules = &self.settings().fair;
        let often = pairs.iter().filter(|pair| pair.met >= rules.min_meetings);
        let often: Vec<_> = often.map(|pair| (pair.a, pair.b)).collect();
        let company = if often.is_empty() {
            BTreeMap::new()
        } else {
            tx.company_of(&often, first_day).await?
        };
        let meets = |pair: &Pair| {
            let company = company.get(&(pair.a, pair.b))?;
            meet_often(pair, expected_milli(company), rules)
        };
        let judged = pairs
            .iter()
            .flat_map(|pair| [meets(pair), one_sided(pair, rules)]);
        Ok(judged.flatten().collect())
    }

    /// Money that went in with one player and out with another.
    async fn judge_flows(
        &self,
        tx: &mut Tx,
        pairs: &[Pair],
        now: Timestamp,
    ) -> Result<Vec<Case>, AppError> {
        let rules = &self.settings().fair;
        let is_large = |pair: &&Pair| pair.gain_a.get().saturating_abs() >= rules.min_flow.get();
        let large: Vec<&Pair> = pairs.iter().filter(is_large).collect();
        if large.is_empty() {
            return Ok(Vec::new());
        }
        let players: BTreeSet<PlayerId> = large.iter().flat_map(|pair| [pair.a, pair.b]).collect();
        let players: Vec<PlayerId> = players.into_iter().collect();
        let purses = tx.purses_since(&players, now.before(rules.window)).await?;
        let purse =
            |player: PlayerId| -> Purse { purses.get(&player).copied().unwrap_or_default() };
        let judged = large
            .iter()
            .filter_map(|pair| passed_on(pair, purse, rules));
        Ok(judged.collect())
    }

    async fn look_at_withdrawals(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, AppError> {
        let looked = self.looked(tx, "withdrawals", now).await?;
        let asked = tx
            .withdrawals_after(&looked, now.before(LAG), BATCH)
            .await?;
        let Some((_, last)) = asked.last() else {
            return Ok(false);
        };
        tx.keep_looked("withdrawals", last).await?;
        let players: BTreeSet<PlayerId> = asked.iter().map(|(player, _)| *player).collect();
        let players: Vec<PlayerId> = players.into_iter().collect();
        let rules = &self.settings().fair;
        let pairs = tx
            .flows_of(&players, rules.min_flow, rules.first_day(now))
            .await?;
        let cases = self.judge_flows(tx, &pairs, now).await?;
        self.keep_cases(tx, &cases, now).await?;
        Ok(i64::try_from(asked.len()) == Ok(BATCH))
    }

    async fn look_at_payers(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, AppError> {
        let looked = self.looked(tx, "payers", now).await?;
        let paid = tx.payers_after(&looked, now.before(LAG), BATCH).await?;
        let Some((_, last)) = paid.last() else {
            return Ok(false);
        };
        tx.keep_looked("payers", last).await?;
        let payers: BTreeSet<String> = paid.iter().map(|(payer, _)| payer.clone()).collect();
        let payers: Vec<String> = payers.into_iter().collect();
        let rules = &self.settings().fair;
        let mut cases = Vec::new();
        for mut shared in tx.shared_payers(&payers).await? {
            let accounts = shared.accounts.iter().take(MAX_ACCOUNTS);
            let accounts: Vec<PlayerId> = accounts.map(|(player, _)| *player).collect();
            let pairs: Vec<(PlayerId, PlayerId)> = accounts
                .iter()
                .flat_map(|a| accounts.iter().filter(move |b| a < b).map(|b| (*a, *b)))
                .collect();
            let met = tx.pairs_since(&pairs, rules.first_day(now)).await?;
            shared.met = met.iter().map(|pair| pair.met).sum();
            cases.extend(shared_payer(&shared, rules));
        }
        self.keep_cases(tx, &cases, now).await?;
        Ok(i64::try_from(paid.len()) == Ok(BATCH))
    }

    async fn keep_cases(
        &self,
        tx: &mut Tx,
        cases: &[Case],
        now: Timestamp,
    ) -> Result<(), AppError> {
        for case in cases {
            let id = FlagId::new(now, &mut self.inner.random.rng());
            if let Some(flag) = tx.keep_case(id, case, now).await? {
                let (kind, score) = (case.kind.name(), case.score);
                tracing::warn!(%flag, kind, score, "looks unfair; an operator judges it");
            }
        }
        Ok(())
    }

    /// Cases, the open ones with the most to them first, at most `limit`. With a number: those about its
    /// player; none where nobody has it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fair_flags(
        &self,
        all: bool,
        msisdn: Option<&Msisdn>,
        limit: u32,
    ) -> Result<Vec<Flag>, AppError> {
        let mut tx = self.store().read().await?;
        let player = match msisdn {
            None => None,
            Some(msisdn) => match tx.player(msisdn).await? {
                Some(player) => Some(player.id),
                None => return Ok(Vec::new()),
            },
        };
        let filter = FlagFilter { all, player };
        Ok(tx.flags(&filter, limit.into()).await?)
    }

    /// A case with its players and their matches with each other.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fair_case(&self, id: FlagId) -> Result<Option<FairCase>, AppError> {
        let mut tx = self.store().read().await?;
        let Some(flag) = tx.flag(id).await? else {
            return Ok(None);
        };
        let players = tx.players_by_id(&flag.players).await?;
        let matches = match flag.players[..] {
            [one, other] => tx.matches_between(one, other, SHOWN_MATCHES).await?,
            _ => Vec::new(),
        };
        Ok(Some(FairCase {
            flag,
            players: players.into_values().collect(),
            matches,
        }))
    }

    /// An operator judges a case. It stays as it is where the watch sees it again; a dismissed one comes
    /// back when there is twice as much to it.
    ///
    /// # Errors
    /// When there is no such case, or the database does not answer.
    pub async fn review_flag(
        &self,
        id: FlagId,
        verdict: Verdict,
        by: &By,
    ) -> Result<(), ReviewError> {
        let now = self.clock().now();
        let review = |mut tx: Tx| async move {
            if !tx.review_flag(id, verdict, by, now).await? {
                return Err(ReviewError::NoCase);
            }
            let subject = ("flag", id.to_string());
            self.write_down(&mut tx, by, "review", subject, verdict.name(), now)
                .await?;
            Ok((tx, ()))
        };
        self.store().transact(review).await
    }
}
