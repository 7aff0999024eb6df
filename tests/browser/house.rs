//! A house with a day behind it, for a person to look at.

use std::{future::Future, time::Duration};

use fantoccini::Client;
use majibu::{
    app::{Correction, hash_password},
    core::{
        adjustment::Kind,
        money::Cents,
        operator::{Actor, By, Role, Why},
    },
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::{Fault, FaultPoint, Phone};
use serde_json::json;

use crate::{
    late::{late_payout, pays_out},
    page::Page,
    support::{Answer, World, by, msisdn},
    webdriver::{Window, in_browser},
};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "kahawa na maziwa";

/// Who looks and acts in these tests.
pub(crate) const NAME: &str = "wanjiru";

/// A house with a console, and an administrator who may do everything.
pub(crate) async fn house() -> World {
    let hash = hash_password(&PASSWORD.into(), &mut StdRng::seed_from_u64(1));
    let world = World::with(|config| {
        pays_out(config);
        config.admin.password_hash = Some(hash.expect("a hash").into());
    })
    .await;
    for (name, role) in [
        (NAME, Role::Finance),
        ("kamau", Role::Finance),
        ("otieno", Role::Support),
        ("njeri", Role::Viewer),
    ] {
        world
            .app()
            .add_admin(name, role, &PASSWORD.into(), &by("works here"))
            .await
            .expect("added");
    }
    world
}

/// Half a day of games, deposits, somebody who waits, a payment that matches nothing.
pub(crate) async fn a_day(world: &World) {
    let numbers = ["0712345678", "0722000002", "0110000003", "0733000004"];
    let mut phones = Vec::new();
    for (number, shillings) in numbers.into_iter().zip([1_000, 700, 450, 300]) {
        phones.push(world.funded(number, shillings).await);
        world.turn(Duration::from_secs(1_700));
    }
    let answers = [
        [
            Answer::Right,
            Answer::Right,
            Answer::Wrong,
            Answer::Right,
            Answer::Right,
        ],
        [
            Answer::Right,
            Answer::Wrong,
            Answer::Wrong,
            Answer::Right,
            Answer::Wrong,
        ],
    ];
    for (at, stake) in [(0, "4"), (1, "3"), (2, "2"), (0, "3")] {
        for (phone, answers) in [at, at + 1].into_iter().zip(answers) {
            let phone = &phones[phone];
            world.stake(phone, stake).await;
            world.answer(phone, &answers, Duration::from_secs(2)).await;
            phone.drop_session();
            world.turn(Duration::from_secs(49));
        }
        world.run_due().await;
        world.turn(Duration::from_secs(4_000));
        world.run_due().await;
    }
    world.stake(&phones[3], "1").await;
    world
        .answer(&phones[3], &answers[0], Duration::from_secs(2))
        .await;
    phones[3].drop_session();
    // Somebody reads the menu and leaves.
    crate::support::dial(&phones[2]).await;
    phones[2].drop_session();
    pay_for_nothing(world).await;
    one_phone_pays_for_two(world).await;
    corrections(world, &phones[1]).await;
    late_payout(world, &phones[0], 200, "UKMLATE001").await;
    unsure_withdrawal(world, &phones[1]).await;
}

/// One phone pays for two accounts, and the watch sees it.
pub(crate) async fn one_phone_pays_for_two(world: &World) {
    for (receipt, number) in [("UKM1A2B3C5", "0722000002"), ("UKM1A2B3C6", "0110000003")] {
        let body = json!({
            "TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261122120000",
            "TransAmount": "50", "BusinessShortCode": "174379", "BillRefNumber": number,
            "MSISDN": "254799123456", "FirstName": "Dan",
        });
        let url = format!("{}/pay/development/c2b/confirmation", world.base());
        post(&url, body.to_string()).await;
    }
    world.run_due().await;
    world.turn(Duration::from_secs(120));
    while world.app().look_for_unfair_play().await.expect("looked") {}
}

/// A correction that is booked, and one that waits for a second person.
async fn corrections(world: &World, phone: &Phone) {
    for (shillings, reason) in [
        (50, "a question with two right answers"),
        (1_500, "a game that we broke"),
    ] {
        let correction = Correction {
            id: world.app().adjustment_id(),
            kind: Kind::FromHouse,
            msisdn: Some(msisdn(phone)),
            amount: Cents::from_shillings(shillings).expect("an amount"),
        };
        let by = By {
            actor: Actor::admin("kamau"),
            why: Why::new(reason).expect("a reason"),
        };
        world.app().adjust(&correction, &by).await.expect("made");
    }
    world.run_due().await;
}

/// A withdrawal of which M-Pesa says nothing.
async fn unsure_withdrawal(world: &World, phone: &Phone) {
    for (point, fault) in [
        (FaultPoint::B2cRequest, Fault::Fail(500)),
        (FaultPoint::B2cResult, Fault::Lost),
    ] {
        world.sim.inject(point, fault, 1).expect("possible");
    }
    crate::support::dial(phone).await;
    crate::support::press(phone, &["6", "100", "1"]).await;
    world.run_due().await;
}

/// A payment of KES 150 with the receipt UKM1A2B3C4 comes, for a deposit that nobody asked for.
pub(crate) async fn pay_for_nothing(world: &World) {
    let body = r#"{"Body": {"stkCallback": {"MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": "ws_CO_1", "ResultCode": 0, "ResultDesc": "done",
        "CallbackMetadata": {"Item": [{"Name": "Amount", "Value": 150},
        {"Name": "MpesaReceiptNumber", "Value": "UKM1A2B3C4"}]}}}}"#;
    let url = format!(
        "{}/pay/development/stk/0123456789abcdef0123456789abcdef",
        world.base()
    );
    post(&url, body.to_owned()).await;
    world.run_due().await;
}

/// Posts what a provider tells; it is taken.
async fn post(url: &str, body: String) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let told = client.post(url).body(body).send().await.expect("an answer");
    assert!(told.status().is_success());
}

/// Runs a test as somebody who is logged in at this house; the books are right in the end.
pub(crate) async fn at_desk<F>(
    window: Window,
    world: World,
    test: impl FnOnce(Page, World) -> F + Send + 'static,
) where
    F: Future<Output = World> + Send + 'static,
{
    in_browser(window, move |client: Client| async move {
        let page = Page::new(client, &world.base());
        page.log_in(NAME, PASSWORD).await;
        test(page, world).await.check().await;
    })
    .await;
}
