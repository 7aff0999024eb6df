//! The conformance suite of the store and of the session store: one body for each promise, run
//! unchanged on every engine.
//!
//! SQLite and the memory of the process always; PostgreSQL where `TEST_POSTGRES_URL` names a server,
//! Redis where `TEST_REDIS_URL` does. Without them those halves say that they were skipped, and fail
//! in CI. Servers that a test kills are its own: `redis-server` processes in temporary folders.

#![expect(clippy::expect_used, reason = "this is how a test fails")]

/// Makes a test of each of these promises on each engine of the store. A promise that is not
/// listed is dead code, which the linter refuses.
macro_rules! on_each_engine {
    ($($promise:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                crate::bench::on_sqlite(super::$promise).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                crate::bench::on_postgres(super::$promise).await;
            })*
        }
    };
}

mod bench;
mod given;

mod acts;
mod admins;
mod answering;
mod audit;
mod balances;
mod batches;
mod booking;
mod callbacks;
mod care;
mod chores;
mod circuits;
mod claims;
mod contention;
mod deposits;
mod entries;
mod fair;
mod figures;
mod gates;
mod groups;
mod guards;
mod hops;
mod inbound;
mod inbox;
mod ledger_report;
mod migrations;
mod outbox;
mod parked;
mod partitions;
mod paybill;
mod plans;
mod players;
mod question_lengths;
mod questions;
mod redis_away;
mod redis_cluster;
mod redis_server;
mod seats;
mod sessions;
mod tokens;
mod transactions;
mod ussd_sessions;
mod withdrawals;
mod withdrawn;
