//! The database, and the only place with SQL.
//!
//! [`Store`] opens, migrates and begins transactions; [`Tx`] has the transactional verbs, one file
//! a subject. A verb never begins or commits: the use case does, so that the state change, its
//! transfers, its SMS and its receipt are one transaction.
//!
//! Verbs are written once, in SQL that both engines take, through the macros of `engine`; what
//! truly differs between engines stays in that file.

#[macro_use]
mod engine;

mod adjustments;
mod admins;
mod answering;
mod answers;
mod audit;
mod balances;
mod bank;
mod callbacks;
mod care;
mod cash;
mod checkup;
mod chores;
mod circuits;
mod claims;
mod deposits;
mod entries;
mod erasure;
mod error;
mod explain;
mod export;
mod failed_sms;
mod fair;
mod fair_counts;
mod fair_seen;
mod figures;
mod find;
mod gates;
mod hops;
mod house;
mod inbound;
mod inbox;
mod ledger;
mod ledger_check;
mod open;
mod outbox;
mod paybill;
mod payers;
mod players;
mod question_lengths;
mod questions;
mod ratings;
mod reconcile;
mod report;
mod reversals;
mod schema;
mod sets;
mod sqlite;
mod staking;
mod statement;
mod story;
mod tally;
mod taxes;
mod theirs;
mod today;
mod transact;
mod unsure;
mod ussd_sessions;
mod withdrawals;
mod withdrawn;
mod writer;

pub use adjustments::{Adjustment, AdjustmentFilter};
pub use admins::{AdminRow, AdminSession, AdminTry};
pub use answering::{AnswerAndReceipt, Round};
pub use answers::GameAnswer;
pub use audit::{AuditFilter, AuditRow, Audited};
pub use balances::{AskedBy, BalanceQuestion, BalanceReport, Judged};
pub use bank::BankFilter;
pub use callbacks::{Callback, CallbackKind};
pub use care::{BonusDay, Checks, WaitingCheck};
pub use chores::{BALANCE, FAIR, LEDGER, PULL};
pub use claims::{Backlog, Claim, Leased};
pub use deposits::Deposit;
pub use engine::{Store, Tx};
pub use entries::{Entry, EntryState, FinishedRound, GivenAnswer};
pub use erasure::{Erased, Ties};
pub use error::{Contention, StoreError};
pub use explain::{AnsweredAt, BookedTransfer, SetCourse, SetQuestion};
pub use export::{
    ExportedAdjustment, ExportedConsent, ExportedDeposit, ExportedGame, ExportedHop,
    ExportedInbound, ExportedLimit, ExportedPlayer, ExportedQuestion, ExportedRating, ExportedSms,
    ExportedTransfer, ExportedWithdrawal,
};
pub use failed_sms::{FailedSms, SmsCount};
pub use fair::{Flag, FlagFilter};
pub use fair_seen::{Looked, TimedAnswer, WatchedMatch};
pub use figures::{Figures, LedgerChecked, PoolUse, Waiting};
pub use find::Hit;
pub use gates::{Gate, GateState};
pub use house::{Switch, Turned};
pub use inbound::Inbound;
pub use inbox::{CallbackState, InboxFilter, InboxRow, RawCallback, Source};
pub use ledger::{Booked, Parked};
pub use ledger_check::{LedgerFinding, LedgerReport};
pub use outbox::{Kept, OutboxFigure, OutboxRow, OutboxTrouble, Sms, SmsFate, SmsState};
pub use payers::PayerMark;
pub use players::{Player, Status};
pub use question_lengths::LongQuestion;
pub use questions::QuestionText;
pub use report::{DepositRow, EntryRow, SmsRow};
pub use reversals::Reversal;
pub use schema::Schema;
pub use sets::{OpenSeats, OpenSet, Seeker, SetFigures};
pub use staking::Staker;
pub use story::{
    CallbackStory, DepositStory, EndedRow, HopRow, InboundStory, SmsStory, WithdrawalStory,
};
pub use theirs::TheirCallback;
pub use today::{Standing, Troubles};
pub use unsure::{FlaggedDeposit, Unsure};
pub use ussd_sessions::{EndedSession, Measure, StatusCount};
pub use withdrawals::{Withdrawal, WithdrawalRow};
pub use withdrawn::{QuestionWithdrawal, Voided};

pub use crate::core::bank::{Imported, NewQuestion};
