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

mod answers;
mod audit;
mod balances;
mod bank;
mod callbacks;
mod cash;
mod checkup;
mod chores;
mod circuits;
mod claims;
mod deposits;
mod entries;
mod error;
mod figures;
mod gates;
mod hops;
mod inbound;
mod inbox;
mod ledger;
mod ledger_check;
mod outbox;
mod paybill;
mod players;
mod question_lengths;
mod questions;
mod reconcile;
mod report;
mod schema;
mod sets;
mod statement;
mod tally;
mod taxes;
mod transact;
mod ussd_sessions;
mod withdrawals;
mod withdrawn;

pub use answers::GameAnswer;
pub use audit::{AuditFilter, AuditRow, Audited};
pub use balances::{AskedBy, BalanceQuestion, BalanceReport, Judged};
pub use bank::BankFilter;
pub use callbacks::{Callback, CallbackKind};
pub use chores::{BALANCE, LEDGER, PULL};
pub use claims::{Claim, Leased};
pub use deposits::Deposit;
pub use engine::{Store, Tx};
pub use entries::{Entry, EntryState, FinishedRound, GivenAnswer};
pub use error::{Contention, StoreError};
pub use figures::{Figures, LedgerChecked, PoolUse, Waiting};
pub use gates::{Gate, GateState};
pub use inbound::Inbound;
pub use inbox::{CallbackState, InboxFilter, InboxRow, RawCallback, Source};
pub use ledger::{Booked, Parked};
pub use ledger_check::{LedgerFinding, LedgerReport};
pub use outbox::{Kept, OutboxFigure, OutboxRow, OutboxTrouble, Sms, SmsFate, SmsState};
pub use players::{Player, Status};
pub use question_lengths::LongQuestion;
pub use questions::QuestionText;
pub use report::{DepositRow, EntryRow, SmsRow};
pub use schema::Schema;
pub use sets::{OpenSet, SetFigures};
pub use ussd_sessions::{EndedSession, Measure, StatusCount};
pub use withdrawals::{Withdrawal, WithdrawalRow};
pub use withdrawn::{QuestionWithdrawal, Voided};

pub use crate::core::bank::{Imported, NewQuestion};
