//! A batch of SMS costs as many statements as one SMS.

use std::sync::atomic::Ordering;

use majibu::{
    app::App,
    core::{ids::SmsId, msisdn::Msisdn, sms::SmsClass},
    ports::{Clock, SystemClock},
    store::{Claim, Sms},
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::{Simulator, SimulatorConfig};

use crate::{
    on_each_engine_at, say,
    statements::{RUN, count},
};

/// The most that a batch takes on top whose answers do not all come at once: a few statements for each
/// fifth of a second.
const FURTHER: usize = 40;

/// Puts so many SMS out and works them off; gives the statements from the claim to the last answer.
async fn statements(app: &App, sms: usize, body: impl Fn(usize) -> String) -> usize {
    let now = SystemClock.now();
    let mut rng = StdRng::seed_from_u64(u64::try_from(now.ms()).expect("a time"));
    let mut text = |place: usize| Sms {
        id: SmsId::new(now, &mut rng),
        cause: format!("test:{}", SmsId::new(now, &mut rng)),
        player: None,
        msisdn: Msisdn::parse(&format!("+254712{place:06}")).expect("a number"),
        kind: "test",
        class: SmsClass::Receipt,
        body: body(place),
    };
    let texts: Vec<Sms> = (0..sms).map(&mut text).collect();
    let mut tx = app.store().write().await.expect("a transaction");
    tx.add_all_sms(&texts, now).await.expect("added");
    tx.commit().await.expect("committed");
    let before = RUN.load(Ordering::SeqCst);
    let claimed = app.claim(Claim::Sms, 100).await.expect("claimed");
    let [work] = claimed.as_slice() else {
        panic!("{sms} SMS are one batch, not {}", claimed.len());
    };
    assert_eq!(work.rows.len(), sms);
    app.work(work).await;
    let taken = RUN.load(Ordering::SeqCst) - before;
    let mut tx = app.store().read().await.expect("read");
    assert_eq!(tx.outbox_figures().await.expect("read"), [], "all are sent");
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_sms_costs_as_many_statements_as_one() {
    count();
    let sim = Simulator::start(SimulatorConfig::instant()).await;
    let sim = sim.expect("the simulator");
    on_each_engine_at(&sim.base_url(), async |engine, app| {
        let one = statements(&app, 1, |_| "Same".into()).await;
        assert!((4..=12).contains(&one), "{engine}: {one} statements");
        for sms in [2, 100] {
            let many = statements(&app, sms, |_| "Same".into()).await;
            // A reader that is let go of is rolled back when its connection is used again.
            assert!(
                many.abs_diff(one) <= 1,
                "{engine}: {many} for {sms}, {one} for one"
            );
        }
        let texts = statements(&app, 100, |place| format!("Text {place}")).await;
        assert!(texts <= one + FURTHER, "{engine}: {texts} for 100 texts");
        say(&format!(
            "{engine}: {one} statements for any number of SMS, {texts} for 100 texts"
        ));
    })
    .await;
}
