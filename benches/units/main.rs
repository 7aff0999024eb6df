//! Microbenchmarks: the pure core and the menu, which should cost next to nothing beside a round trip,
//! and the verbs of the store, which are little else.
//!
//! `cargo bench --bench units`; a name behind `--` picks some. The verbs run on a SQLite file with full
//! durability, and on PostgreSQL where `TEST_POSTGRES_URL` names a server.

#![expect(
    clippy::expect_used,
    reason = "what a benchmark needs and does not get ends it"
)]

mod menu;
mod rules;
mod verbs;

fn main() {
    divan::main();
}
