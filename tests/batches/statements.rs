//! The number of statements of a batch does not grow with the batch.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use majibu::{app::App, store::Claim};
use tracing::{Event, Metadata, Subscriber, span};

use crate::{check, given::Given, on_each_engine, say};

/// The name under which the driver logs each statement that it has run.
const TARGET: &str = "sqlx::query";

pub(crate) static RUN: AtomicUsize = AtomicUsize::new(0);

/// Counts what the driver logs, and nothing else.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET
    }

    fn event(&self, _: &Event<'_>) {
        RUN.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

pub(crate) fn count() {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| {
        tracing::subscriber::set_global_default(Counter).expect("the first one");
    });
}

/// Works off one batch of so many games; gives the statements that it took.
async fn statements(app: &App, given: &mut Given, what: Claim, games: usize) -> usize {
    given.due(what, games).await;
    let claimed = app.claim(what, 200).await.expect("claimed");
    let [work] = claimed.as_slice() else {
        panic!("{games} games are one batch, not {}", claimed.len());
    };
    let rows = if what == Claim::Rounds {
        2 * games
    } else {
        games
    };
    assert_eq!(work.rows.len(), rows);
    let before = RUN.load(Ordering::SeqCst);
    app.work(work).await;
    RUN.load(Ordering::SeqCst) - before
}

/// Settles what has become due; no SMS is sent, for there is no gateway here.
async fn rest(app: &App) {
    for work in app.claim(Claim::Sets, 200).await.expect("claimed") {
        app.work(&work).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_costs_as_many_statements_as_one_game() {
    count();
    on_each_engine(async |engine, app| {
        let mut given = Given::on(app.store()).await;
        // What is due for another kind of work after this one is worked off with it.
        for what in [Claim::Rounds, Claim::Sets, Claim::Unpaired] {
            let name = what.name();
            let one = statements(&app, &mut given, what, 1).await;
            assert!(one >= 4, "{engine} {name}: {one} statements are counted");
            // Two of a settlement read and keep how strong its players are.
            assert!(one <= 14, "{engine} {name}: {one} statements");
            rest(&app).await;
            for games in [2, 50] {
                let many = statements(&app, &mut given, what, games).await;
                assert_eq!(many, one, "{engine} {name}: {games} games");
                rest(&app).await;
            }
            say(&format!(
                "{engine}: {one} statements for any number of {name}"
            ));
        }
        let mut tx = app.store().read().await.expect("read");
        for what in [Claim::Rounds, Claim::Sets, Claim::Unpaired] {
            let now = majibu::ports::Clock::now(&majibu::ports::SystemClock);
            assert!(
                !tx.is_due(what, now).await.expect("read"),
                "{}",
                what.name()
            );
        }
        drop(tx);
        check(&app).await;
    })
    .await;
}
