//! The service as a process, killed again and again while people play, and started anew on the same
//! database: no money, entry or SMS is lost, and nothing is done twice.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

#[path = "../cli/binary.rs"]
mod binary;

mod books;
mod moment;
mod player;
mod redeliver;
mod storm;
