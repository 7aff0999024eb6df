//! Players: registered once, found by number and by id, with a language and a wallet.

use majibu::{
    core::{ids::PlayerId, money::Cents},
    store::Status,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{NOW, is_corrupt, msisdn},
};

on_each_engine!(
    a_number_is_registered_once_by_many_at_once,
    a_registered_number_stays_as_it_is,
    an_unknown_number_is_no_player,
    a_language_is_kept,
    a_status_is_read_by_its_name,
    players_act_one_transaction_at_a_time,
);

async fn a_number_is_registered_once_by_many_at_once(bench: &Bench) {
    let registered = at_once(|task| {
        let (store, seed) = (bench.store.clone(), u64::try_from(task).expect("small"));
        async move {
            let id = PlayerId::new(NOW, &mut StdRng::seed_from_u64(seed));
            let mut tx = store.write().await.expect("a transaction");
            let player = tx
                .register(id, &msisdn(1), "en", NOW)
                .await
                .expect("registered");
            tx.commit().await.expect("committed");
            player
        }
    })
    .await;
    assert!(
        registered.windows(2).all(|pair| pair[0] == pair[1]),
        "{registered:?}"
    );
    assert_eq!(bench.number("select count(*) from player").await, 1);
    assert_eq!(bench.number("select count(*) from wallet").await, 1);
}

async fn a_registered_number_stays_as_it_is(bench: &Bench) {
    let player = bench.funded(1, 500).await;
    let other = bench.random(|rng| PlayerId::new(NOW, rng));
    let mut tx = bench.write().await;
    let again = tx
        .register(other, &msisdn(1), "sw", NOW)
        .await
        .expect("registered");
    tx.commit().await.expect("committed");
    assert_eq!((again.id, again.locale.as_str()), (player, "en"));
    assert_eq!(again.balance, Cents::new(500));
    let mut tx = bench.read().await;
    assert_eq!(
        tx.player(&msisdn(1)).await.expect("read"),
        Some(again.clone())
    );
    assert_eq!(tx.player_by_id(player).await.expect("read"), again);
}

async fn an_unknown_number_is_no_player(bench: &Bench) {
    bench.player(1).await;
    let nobody = bench.random(|rng| PlayerId::new(NOW, rng));
    let mut tx = bench.write().await;
    assert_eq!(tx.player(&msisdn(2)).await.expect("read"), None);
    assert!(is_corrupt(&tx.player_by_id(nobody).await));
    assert!(is_corrupt(&tx.set_locale(nobody, "sw").await));
}

async fn a_language_is_kept(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let mut tx = bench.write().await;
    tx.set_locale(ann, "sw").await.expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    assert_eq!(tx.player_by_id(ann).await.expect("read").locale, "sw");
    assert_eq!(tx.player_by_id(ben).await.expect("read").locale, "en");
}

async fn a_status_is_read_by_its_name(bench: &Bench) {
    let player = bench.player(1).await;
    for status in [
        Status::Verified,
        Status::Excluded,
        Status::Blocked,
        Status::Unverified,
    ] {
        let set = format!("update player set status = '{}'", status.name());
        bench.raw(&set).await.expect("set");
        let mut tx = bench.read().await;
        assert_eq!(tx.player_by_id(player).await.expect("read").status, status);
    }
    let unknown = bench.raw("update player set status = 'unheard of'").await;
    unknown.expect_err("the database knows every status");
}

/// Each task reads a number and writes the next one: none is lost when they take turns.
async fn players_act_one_transaction_at_a_time(bench: &Bench) {
    let player = bench.player(1).await;
    let mut tx = bench.write().await;
    tx.set_locale(player, "0").await.expect("kept");
    tx.commit().await.expect("committed");
    at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.serialise_player(player).await.expect("in turn");
            let before = tx.player_by_id(player).await.expect("read").locale;
            let next = before.parse::<usize>().expect("a number") + 1;
            tx.set_locale(player, &next.to_string())
                .await
                .expect("kept");
            tx.commit().await.expect("committed");
        }
    })
    .await;
    let mut tx = bench.read().await;
    let last = tx.player_by_id(player).await.expect("read").locale;
    assert_eq!(last, CROWD.to_string());
}
