//! Transactions: whole or not at all, one snapshot for a reader, and clear words when there is no
//! database.

use majibu::{
    core::{ids::PlayerId, ledger, money::Cents},
    store::{Store, StoreError},
};
use tempfile::TempDir;

use crate::{
    bench::Bench,
    given::{CATEGORY, NOW, at, msisdn, start_game},
};

on_each_engine!(
    a_transaction_that_is_not_committed_leaves_nothing,
    a_transaction_in_which_a_statement_failed_does_not_pass_for_committed,
    a_reader_sees_one_snapshot,
    a_reader_cannot_write,
    a_whole_game_is_told_to_the_operator,
    a_store_answers_until_it_is_closed,
);

async fn a_transaction_that_is_not_committed_leaves_nothing(bench: &Bench) {
    let player = bench.funded(1, 10_000).await;
    let before = bench.number("select count(*) from deposit").await;
    let id = bench.random(|rng| PlayerId::new(NOW, rng));
    let mut tx = bench.write().await;
    tx.register(id, &msisdn(2), "en", NOW)
        .await
        .expect("registered");
    let transfer = ledger::deposit(player, "R1", Cents::new(500));
    tx.book(transfer.as_slice(), NOW).await.expect("booked");
    tx.set_locale(player, "sw").await.expect("kept");
    drop(tx);
    let mut tx = bench.write().await;
    assert_eq!(tx.player(&msisdn(2)).await.expect("read"), None);
    assert_eq!(tx.player_by_id(player).await.expect("read").locale, "en");
    drop(tx);
    assert_eq!(bench.balance(player).await, 10_000);
    assert_eq!(bench.number("select count(*) from deposit").await, before);
    assert_eq!(bench.number("select count(*) from transfer").await, 1);
}

/// Either what was done before the failure lasts, or the commit says that it does not.
async fn a_transaction_in_which_a_statement_failed_does_not_pass_for_committed(bench: &Bench) {
    let player = bench.player(1).await;
    let entry = bench.random(|rng| majibu::core::ids::EntryId::new(NOW, rng));
    let overdraft = ledger::stake(player, entry, Cents::new(500));
    let mut tx = bench.write().await;
    tx.set_locale(player, "sw").await.expect("kept");
    let refused = tx.book(overdraft.as_slice(), NOW).await;
    assert!(matches!(refused, Err(StoreError::Overdrawn)), "{refused:?}");
    let committed = tx.commit().await;
    let mut tx = bench.read().await;
    let locale = tx.player_by_id(player).await.expect("read").locale;
    assert_eq!(
        committed.is_ok(),
        locale == "sw",
        "{committed:?}, yet {locale:?}"
    );
}

async fn a_reader_sees_one_snapshot(bench: &Bench) {
    let player = bench.player(1).await;
    let mut reader = bench.read().await;
    let before = reader.player_by_id(player).await.expect("read");
    bench.fund(player, 500).await;
    assert_eq!(reader.player_by_id(player).await.expect("read"), before);
    drop(reader);
    assert_eq!(bench.balance(player).await, 500);
}

async fn a_reader_cannot_write(bench: &Bench) {
    let player = bench.player(1).await;
    let mut tx = bench.read().await;
    let written = tx.set_locale(player, "sw").await;
    assert!(
        matches!(written, Err(StoreError::Refused(_))),
        "{written:?}"
    );
}

async fn a_whole_game_is_told_to_the_operator(bench: &Bench) {
    bench.questions(CATEGORY, 10).await;
    let (ann, ben) = (bench.funded(1, 30_000).await, bench.funded(2, 30_000).await);
    let first = start_game(&bench.store, ann, NOW).await.expect("seated");
    let second = start_game(&bench.store, ben, at(1)).await.expect("seated");
    assert_eq!((first.set, first.seat, second.seat), (second.set, 1, 2));
    let later = start_game(&bench.store, ann, at(2)).await.expect("seated");
    let mut tx = bench.read().await;
    let rows = tx.entry_rows(ann, 10).await.expect("read");
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        ids,
        [later.id.to_string(), first.id.to_string()],
        "newest first"
    );
    assert_eq!(
        (rows[1].state.as_str(), rows[1].category.as_str()),
        ("playing", CATEGORY)
    );
    assert_eq!((rows[1].stake_cents, rows[1].correct), (10_000, 0));
    let limited = tx.entry_rows(ann, 1).await.expect("read");
    assert_eq!(limited, rows[..1]);
}

async fn a_store_answers_until_it_is_closed(bench: &Bench) {
    let other = Store::open(&bench.url).await.expect("opened");
    other.ping().await.expect("an answer");
    other.close().await;
    let closed = other.ping().await;
    assert!(
        matches!(closed, Err(StoreError::Unavailable(_))),
        "{closed:?}"
    );
    let closed = other.write().await.map(|_| ());
    assert!(
        matches!(closed, Err(StoreError::Unavailable(_))),
        "{closed:?}"
    );
    bench.store.ping().await.expect("clones and others go on");
}

#[tokio::test]
async fn a_url_that_leads_nowhere_is_named_without_its_password() {
    let folder = TempDir::new().expect("folder");
    let no_folder = format!("sqlite://{}/none/majibu.db", folder.path().display());
    let urls = [
        no_folder.as_str(),
        "mysql://root:hunter2@localhost/majibu",
        "majibu.db",
        "",
        "postgres://majibu:hunter2@127.0.0.1:1/majibu",
        "postgres://majibu:hunter2@127.0.0.1:x/majibu",
    ];
    for url in urls {
        let error = Store::open(url).await.map(|_| ()).expect_err(url);
        assert!(matches!(error, StoreError::Url(_)), "{url}: {error:?}");
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}
