//! The audit log: what was done stands there, and nobody changes it.

use majibu::{
    core::{
        ids::AuditId,
        operator::{Actor, Why},
    },
    store::{AuditFilter, Audited, Tx},
};

use crate::{bench::Bench, given::at};

on_each_engine!(
    acts_are_listed_newest_first_and_by_what_is_asked_for,
    acts_are_never_changed_or_removed,
);

async fn write_down(
    bench: &Bench,
    tx: &mut Tx,
    who: &str,
    action: &'static str,
    to: &str,
    ms: i64,
) -> AuditId {
    let id = bench.random(|rng| AuditId::new(at(ms), rng));
    let (actor, why) = (
        Actor::admin(who),
        Why::new("asked by phone").expect("a reason"),
    );
    let audited = Audited {
        actor: &actor,
        action,
        subject: "player",
        subject_id: to,
        why: &why,
        detail: "for 7 days",
    };
    tx.audit(id, &audited, at(ms)).await.expect("written down");
    id
}

async fn acts_are_listed_newest_first_and_by_what_is_asked_for(bench: &Bench) {
    let mut tx = bench.write().await;
    let first = write_down(bench, &mut tx, "wanjiru", "exclude", "P1", 1).await;
    let second = write_down(bench, &mut tx, "otieno", "block", "P1", 2).await;
    let third = write_down(bench, &mut tx, "wanjiru", "block", "P2", 3).await;

    let all = tx
        .audit_rows(&AuditFilter::default(), 2)
        .await
        .expect("rows");
    assert_eq!(
        all.iter().map(|row| row.id).collect::<Vec<_>>(),
        [third, second]
    );
    assert_eq!((all[0].actor.as_str(), all[0].at), ("wanjiru", at(3)));
    assert_eq!(
        (all[0].reason.as_str(), all[0].detail.as_str()),
        ("asked by phone", "for 7 days")
    );

    let filters = [
        (
            AuditFilter {
                before: Some(second),
                ..AuditFilter::default()
            },
            vec![first],
        ),
        (
            AuditFilter {
                actor: Some("wanjiru".into()),
                ..AuditFilter::default()
            },
            vec![third, first],
        ),
        (
            AuditFilter {
                action: Some("block".into()),
                ..AuditFilter::default()
            },
            vec![third, second],
        ),
        (
            AuditFilter {
                subject: Some(("player".into(), "P1".into())),
                ..AuditFilter::default()
            },
            vec![second, first],
        ),
    ];
    for (filter, wanted) in filters {
        let rows = tx.audit_rows(&filter, 10).await.expect("rows");
        let found: Vec<_> = rows.iter().map(|row| row.id).collect();
        assert_eq!(found, wanted, "{filter:?}");
    }
}

async fn acts_are_never_changed_or_removed(bench: &Bench) {
    let mut tx = bench.write().await;
    write_down(bench, &mut tx, "wanjiru", "exclude", "P1", 1).await;
    tx.commit().await.expect("committed");
    let mut changes = vec!["update audit set reason = 'other'", "delete from audit"];
    if bench.is_postgres() {
        changes.push("truncate audit");
    }
    for sql in changes {
        assert!(bench.raw(sql).await.is_err(), "{sql}");
    }
    assert_eq!(bench.number("select count(*) from audit").await, 1);
}
