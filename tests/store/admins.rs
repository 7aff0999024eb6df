//! Administrators, their sessions, and tries to log in.

use majibu::{
    core::operator::Role,
    store::{AdminSession, AdminTry, Tx},
};

use crate::{bench::Bench, given::at};

on_each_engine!(
    an_administrator_is_added_once_disabled_and_let_in_again,
    a_session_is_known_by_its_token_and_ends_with_its_administrator,
    sessions_that_nobody_uses_are_forgotten,
    tries_are_counted_by_name_and_by_source,
    a_name_that_proves_itself_has_no_tries,
);

async fn add(tx: &mut Tx, name: &str) -> bool {
    let added = tx.add_admin(name, Role::Support, "hash", at(1)).await;
    added.expect("an answer")
}

async fn an_administrator_is_added_once_disabled_and_let_in_again(bench: &Bench) {
    let mut tx = bench.write().await;
    assert!(!tx.has_admins().await.expect("an answer"));
    assert!(add(&mut tx, "wanjiru").await);
    assert!(!add(&mut tx, "wanjiru").await, "the name is taken");
    assert!(add(&mut tx, "otieno").await);
    assert!(tx.has_admins().await.expect("an answer"));
    assert!(tx.disable_admin("otieno", at(2)).await.expect("an answer"));
    assert!(!tx.disable_admin("otieno", at(3)).await.expect("an answer"));
    assert!(!tx.disable_admin("nobody", at(3)).await.expect("an answer"));
    let rows = tx.admins().await.expect("rows");
    let short: Vec<_> = rows
        .iter()
        .map(|row| (row.name.as_str(), row.role, row.added_at, row.disabled_at))
        .collect();
    let support = Role::Support;
    assert_eq!(
        short,
        [
            ("otieno", support, at(1), Some(at(2))),
            ("wanjiru", support, at(1), None)
        ]
    );
    assert!(
        tx.set_admin_password("otieno", "other")
            .await
            .expect("an answer")
    );
    assert!(
        !tx.set_admin_password("nobody", "other")
            .await
            .expect("an answer")
    );
    assert!(
        tx.set_admin_role("otieno", Role::Viewer)
            .await
            .expect("an answer")
    );
    assert!(
        !tx.set_admin_role("nobody", Role::Viewer)
            .await
            .expect("an answer")
    );
    let otieno = tx.admin("otieno").await.expect("read").expect("a row");
    assert_eq!(
        (otieno.password_hash.as_str(), otieno.disabled_at),
        ("other", None)
    );
    assert_eq!(tx.admin("nobody").await.expect("read"), None);
    tx.commit().await.expect("committed");
}

fn session(admin: &str, seen_ms: i64) -> AdminSession {
    AdminSession {
        admin: admin.into(),
        credential: "credential".into(),
        began_at: at(10),
        seen_at: at(seen_ms),
    }
}

async fn begin(tx: &mut Tx, token: &str, session: &AdminSession, idle_since_ms: i64) {
    let begun = tx
        .begin_admin_session(token, session, at(idle_since_ms))
        .await;
    begun.expect("begun");
}

async fn a_session_is_known_by_its_token_and_ends_with_its_administrator(bench: &Bench) {
    let mut tx = bench.write().await;
    add(&mut tx, "wanjiru").await;
    let own = session("wanjiru", 10);
    for token in ["one", "two", "three"] {
        begin(&mut tx, token, &own, 0).await;
    }
    begin(&mut tx, "other", &session("admin", 10), 0).await;
    assert_eq!(tx.admin_session("one").await.expect("read"), Some(own));
    assert_eq!(tx.admin_session("none").await.expect("read"), None);
    tx.see_admin_session("one", at(50)).await.expect("seen");
    tx.see_admin_session("one", at(40)).await.expect("seen");
    let seen = tx
        .admin_session("one")
        .await
        .expect("read")
        .expect("a session");
    assert_eq!(seen.seen_at, at(50), "never back");
    assert!(tx.end_admin_session("two").await.expect("an answer"));
    assert!(!tx.end_admin_session("two").await.expect("an answer"));
    tx.set_admin_password("wanjiru", "other")
        .await
        .expect("set");
    assert_eq!(tx.admin_session("one").await.expect("read"), None);
    begin(&mut tx, "four", &session("wanjiru", 60), 0).await;
    tx.disable_admin("wanjiru", at(70)).await.expect("disabled");
    assert_eq!(tx.admin_session("four").await.expect("read"), None);
    assert!(tx.admin_session("other").await.expect("read").is_some());
    tx.commit().await.expect("committed");
}

async fn sessions_that_nobody_uses_are_forgotten(bench: &Bench) {
    let mut tx = bench.write().await;
    begin(&mut tx, "old", &session("admin", 10), 0).await;
    begin(&mut tx, "new", &session("admin", 20), 0).await;
    begin(&mut tx, "newest", &session("admin", 99), 20).await;
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from admin_session").await, 2);
}

async fn try_once(tx: &mut Tx, id: &str, name: &str, source: &str, ms: i64) -> bool {
    let new = AdminTry {
        id,
        name_hash: name,
        source_hash: source,
    };
    let admitted = tx.begin_admin_try(&new, (2, 3), at(ms - 100), at(ms)).await;
    admitted.expect("an answer")
}

async fn tries_are_counted_by_name_and_by_source(bench: &Bench) {
    let mut tx = bench.write().await;
    assert!(try_once(&mut tx, "1", "a", "here", 1_000).await);
    assert!(try_once(&mut tx, "2", "a", "there", 1_010).await);
    assert!(
        !try_once(&mut tx, "3", "a", "elsewhere", 1_020).await,
        "two under a name"
    );
    assert!(try_once(&mut tx, "4", "b", "here", 1_030).await);
    assert!(try_once(&mut tx, "5", "c", "here", 1_040).await);
    assert!(
        !try_once(&mut tx, "6", "d", "here", 1_050).await,
        "three from a source"
    );
    // The first of both is forgotten by now.
    assert!(try_once(&mut tx, "7", "a", "here", 1_101).await);
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from admin_try").await, 4);
}

async fn a_name_that_proves_itself_has_no_tries(bench: &Bench) {
    let mut tx = bench.write().await;
    try_once(&mut tx, "1", "a", "here", 1_000).await;
    try_once(&mut tx, "2", "b", "here", 1_000).await;
    tx.forget_admin_tries("a").await.expect("forgotten");
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from admin_try").await, 1);
}
