//! One access token for all processes, at a provider where a new one kills the old one.

use sandbox::{Exchange, Simulator};

use crate::{
    binary::{PATIENCE, eventually},
    crew::{Fleet, simulator_config},
    given::Given,
    turn,
};

/// How many deposits are pushed at least.
const DEPOSITS: usize = 10;

/// How often deposits are added until both processes have pushed some.
const ROUNDS: usize = 50;

fn count(sim: &Simulator, fits: impl Fn(&Exchange) -> bool) -> usize {
    sim.exchanges()
        .iter()
        .filter(|exchange| fits(exchange))
        .count()
}

fn tokens(sim: &Simulator) -> usize {
    count(sim, |exchange| exchange.what == "/oauth/v1/generate")
}

/// Adds deposits until so many, and some by each of both processes, were pushed beyond those before.
async fn both_push(sim: &Simulator, fleet: &Fleet, given: &mut Given) {
    let before = sim.pushes().len();
    for _ in 0..ROUNDS {
        let expected = sim.pushes().len() + DEPOSITS;
        given.deposits(DEPOSITS).await;
        eventually("all pushes", || {
            (sim.pushes().len() == expected).then_some(())
        })
        .await;
        let pushes = sim.pushes();
        let by = |base: &String| {
            let mut urls = pushes[before..].iter().map(|push| &push.callback_url);
            urls.any(|url| url.starts_with(base.as_str()))
        };
        if fleet.bases.iter().all(by) {
            return;
        }
    }
    panic!("one process pushed everything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn trap_33_all_processes_share_one_access_token_and_renew_it_once() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let mut config = simulator_config();
    config.daraja.new_token_kills_old = true;
    let sim = Simulator::start(config).await.expect("simulator");
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut given = Given::on(&fleet.database.url()).await;
    let mut serves = [fleet.serve(0).await, fleet.serve(1).await];
    let mut works = [fleet.work(0), fleet.work(1)];

    both_push(&sim, &fleet, &mut given).await;
    assert_eq!(tokens(&sim), 1);
    let refused = |exchange: &Exchange| {
        exchange.what == "/mpesa/stkpush/v1/processrequest" && exchange.status != Some(200)
    };
    assert_eq!(count(&sim, refused), 0, "every push was accepted at once");

    sim.forget_tokens();
    both_push(&sim, &fleet, &mut given).await;
    assert_eq!(tokens(&sim), 2);
    let is_credited = |push: &sandbox::Push| push.callbacks.contains(&Some(200));
    for push in sim.pushes() {
        let id = push.checkout_request_id;
        let fits = |push: &sandbox::Push| push.checkout_request_id == id && is_credited(push);
        assert!(sim.wait_for_push(fits, PATIENCE).await.is_some());
    }
    for process in works.iter_mut().chain(&mut serves) {
        process.stop();
    }
    given.close().await;
    fleet.end().await;
    sim.stop().await;
}
