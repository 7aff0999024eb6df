//! How fast games are settled, one by one and in batches; run by hand, in release mode:
//! `tests/run --release --test batches -- --ignored`.

use std::time::{Duration, Instant};

use majibu::{app::App, store::Claim};

use crate::{check, given::Given, on_each_engine, say};

/// Games for each figure, unless `BENCH_GAMES` says how many.
const GAMES: usize = 1_000;

/// Settles everything that is due, so many games in a transaction.
async fn settle(app: &App, batch: usize) -> Duration {
    let mut taken = Duration::ZERO;
    loop {
        let claimed = app.claim(Claim::Sets, batch).await.expect("claimed");
        if claimed.is_empty() {
            return taken;
        }
        let began = Instant::now();
        for work in &claimed {
            app.work(work).await;
        }
        taken += began.elapsed();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn games_settled_per_second() {
    let games = std::env::var("BENCH_GAMES").ok();
    let games: usize = games.map_or(GAMES, |games| games.parse().expect("a number"));
    on_each_engine(async |engine, app| {
        let mut given = Given::on(app.store()).await;
        for batch in [1, 10, 100] {
            given.due(Claim::Sets, games).await;
            let taken = settle(&app, batch).await;
            let rate = games as f64 / taken.as_secs_f64();
            say(&format!(
                "{engine}: {rate:.0} games a second, {batch} in a transaction"
            ));
        }
        check(&app).await;
    })
    .await;
}
