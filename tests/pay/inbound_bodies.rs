//! What comes to the SMS routes that no phone sent: repeated, malformed, oversized, alien, hostile.

use reqwest::Client;
use sandbox::Phone;

use crate::{
    help::{SECOND, SMS, beside, calls, texts},
    inbound::{say, world},
    support::World,
};

/// Posts a body to a route under `/sms/{secret}/`; gives the status.
async fn post(world: &World, route: &str, body: impl Into<reqwest::Body>) -> u16 {
    let url = format!("{}/sms/development/{route}", world.base());
    let request = Client::new().post(url).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.send().await.expect("an answer").status().as_u16()
}

/// Posts an SMS that must be taken, and acts on it; gives what came back to a phone.
async fn told(world: &World, phone: &Phone, body: &str) -> Vec<String> {
    let before = phone.inbox().len();
    world.turn(SECOND);
    assert_eq!(post(world, "inbound", body.to_owned()).await, 200, "{body}");
    world.run_due().await;
    texts(phone).split_off(before)
}

/// What became of the callbacks of a kind, oldest first.
async fn outcomes(world: &World) -> Vec<String> {
    let sql = "select state, outcome from callback where kind in ('sms_inbound', 'sms_optout')
        order by received_at_ms, id";
    let rows = beside(world).await.pairs(sql).await;
    rows.into_iter()
        .map(|(state, outcome)| format!("{state}: {}", outcome.unwrap_or_default()))
        .collect()
}

/// How many SMS there are, sent or not.
async fn written(world: &World) -> usize {
    let mut db = beside(world).await;
    db.pairs("select id, kind from outbox").await.len()
}

#[tokio::test]
async fn the_documented_shapes_are_understood() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    for (place, from) in [
        "%2B254712345678",
        "254712345678",
        "0712345678",
        "+254712345678",
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!(
            "date=2026-11-22T09%3A00%3A00Z&from={from}&id=m{place}&linkId=L1&text=BAL&to=22384&\
            cost=KES+1.00&networkCode=63902"
        );
        assert_eq!(told(&world, &phone, &body).await.len(), 1, "{from}");
    }
    world.check().await;
}

#[tokio::test]
async fn a_message_is_known_by_its_id_or_by_sender_text_and_date() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    for (fields, answers) in [
        ("id=a&text=BAL&date=1", 1),
        ("id=a&text=BAL&date=1", 0),
        // The id decides, whatever else the repeat says.
        ("id=a&text=HELP&date=2", 0),
        ("id=b&text=BAL&date=1", 1),
        ("text=BAL&date=1", 1),
        ("text=BAL&date=1", 0),
        ("id=&text=BAL&date=1", 0),
        ("text=BAL&date=2", 1),
        ("text=GAMES&date=2", 1),
        // Neither id nor date: the day on which it came in.
        ("text=BAL", 1),
        ("text=BAL", 0),
    ] {
        let body = format!("from=0712345678&to=22384&{fields}");
        assert_eq!(told(&world, &phone, &body).await.len(), answers, "{fields}");
    }
    world.turn(24 * 60 * 60 * SECOND);
    let body = "from=0712345678&to=22384&text=BAL";
    assert_eq!(told(&world, &phone, body).await.len(), 1, "another day");
    world.check().await;
}

#[tokio::test]
async fn many_repeats_at_once_are_one_message() {
    let world = world().await;
    let phone = world.registered("0712345678").await;
    let body = "from=0712345678&to=22384&id=a&text=BAL";
    let posts = (0..8).map(|_| post(&world, "inbound", body));
    let statuses = futures::future::join_all(posts).await;
    assert_eq!(statuses, [200; 8]);
    let runs = (0..4).map(|_| world.run_due());
    futures::future::join_all(runs).await;
    assert_eq!(texts(&phone).len(), 1);
    let kept = outcomes(&world).await;
    let known = |outcome: &&String| *outcome == "done: known already";
    assert_eq!((kept.len(), kept.iter().filter(known).count()), (8, 7));
    world.check().await;
}

#[tokio::test]
async fn what_is_no_kenyan_mobile_number_is_never_answered() {
    let world = world().await;
    let hash = "a3f5".repeat(16);
    for from in [
        "22384",
        "40404",
        "Safaricom",
        "M-PESA",
        "MAJIBU",
        &hash,
        "%2B255712345678",
        "0202345678",
        "%2B254",
        "%2B2547123456789",
        "'%3B%20drop%20table%20player",
        "%00",
        "%FF%FE",
        "%F0%9F%98%80",
    ] {
        for text in ["BAL", "STOP", "START", "HELP", "hm"] {
            let body = format!("from={from}&to=22384&id={from}{text}&text={text}");
            assert_eq!(post(&world, "inbound", body).await, 200, "{from}");
        }
    }
    world.run_due().await;
    assert_eq!(written(&world).await, 0);
    assert!(calls(&world, SMS).is_empty());
    let stored = outcomes(&world).await;
    assert_eq!(stored.len(), 14 * 5);
    assert!(
        stored.iter().all(|outcome| outcome.starts_with("done: ")),
        "{stored:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn we_do_not_answer_ourselves() {
    let world =
        World::with(|config| config.africastalking.sender = Some("0700000000".into())).await;
    let phone = world.registered("0712345678").await;
    for body in [
        // A mobile number as our own sender, and as the number written to.
        "from=%2B254700000000&to=22384&id=1&text=BAL",
        "from=0712345678&to=%2B254712345678&id=2&text=BAL",
        "from=22384&to=22384&id=3&text=BAL",
    ] {
        assert!(told(&world, &phone, body).await.is_empty(), "{body}");
    }
    assert_eq!(outcomes(&world).await, ["done: from ourselves"; 3]);
    assert_eq!(written(&world).await, 0);
    world.check().await;
}

#[tokio::test]
async fn two_machines_that_answer_each_other_fall_silent() {
    let world = world().await;
    let player = world.registered("0712345678").await;
    let stranger = world.phone("0712345679");
    for phone in [&player, &stranger] {
        // The other machine sends every one of our texts back, and has the first word.
        let mut next = vec!["Thank you for your message.".to_owned()];
        let mut rounds = 0;
        while let Some(text) = next.pop() {
            next.extend(say(&world, phone, &text).await);
            rounds += 1;
            assert!(rounds < 5, "they talk and talk");
        }
    }
    // A machine that only ever says one thing that we answer: silent at the limit.
    let mut answers = 0;
    for _ in 0..50 {
        answers += say(&world, &player, "BAL is closed today").await.len();
    }
    assert!(answers <= 10, "{answers} in less than an hour");
    world.check().await;
}

#[tokio::test]
async fn bodies_that_are_none_are_stored_and_change_nothing() {
    let world = world().await;
    let phone = world.funded("0712345678", 100).await;
    let before = texts(&phone).len();
    let long = format!(
        "from=0712345678&id={0}&date={0}&text={0}",
        "BALx".repeat(4_000)
    );
    let bodies: [Vec<u8>; 11] = [
        b"".to_vec(),
        b"{}".to_vec(),
        b"{\"from\":\"0712345678\",\"text\":\"BAL\"}".to_vec(),
        b"<xml/>".to_vec(),
        b"text=BAL".to_vec(),
        b"from=&text=BAL".to_vec(),
        b"%ff=%fe&from".to_vec(),
        vec![0xff, 0xfe, 0x00, 0x80],
        b"from%5B%5D=0712345678&text%5B%5D=BAL".to_vec(),
        b"phoneNumber=%00&updateType=%00".to_vec(),
        b"phoneNumber=0712345678&updateType=whatever".to_vec(),
    ];
    for route in ["inbound", "optout"] {
        for body in &bodies {
            assert_eq!(post(&world, route, body.clone()).await, 200, "{body:?}");
        }
    }
    world.run_due().await;
    assert_eq!(texts(&phone).len(), before);
    assert_eq!(outcomes(&world).await, ["done: unreadable"; 22]);
    // Long, doubled and odd fields of a message that is one.
    assert_eq!(post(&world, "inbound", long).await, 200);
    world.run_due().await;
    assert_eq!(
        texts(&phone).len(),
        before + 1,
        "help: the first word is none of ours"
    );
    for body in [
        "from=0712345678&from=0712345679&text=BAL&text=STOP&id=1&id=2",
        "from=0712345678&text=BAL%00&id=%00",
        "from=0712345678&text=B%C3%81L%F0%9F%98%80&id=3&extra=1&=&&",
    ] {
        assert_eq!(told(&world, &phone, body).await.len(), 1, "{body}");
    }
    world.check().await;
}

#[tokio::test]
async fn what_no_gateway_sends_is_turned_away() {
    let world = world().await;
    for route in ["inbound", "optout"] {
        let base = world.base();
        for url in [
            format!("{base}/sms/wrong/{route}"),
            format!("{base}/sms//{route}"),
            format!("{base}/sms/development/{route}/more"),
        ] {
            let sent = Client::new().post(url).body("from=0712345678").send().await;
            assert_eq!(sent.expect("an answer").status().as_u16(), 404);
        }
        let url = format!("{base}/sms/development/{route}?from=0712345678");
        let sent = Client::new().get(url).send().await;
        assert_eq!(sent.expect("an answer").status().as_u16(), 405);
    }
    assert!(outcomes(&world).await.is_empty());
    world.check().await;
}

#[tokio::test]
async fn opt_outs_of_every_shape_are_acted_on() {
    let world = world().await;
    let refused = async |phone: &Phone| {
        let mut tx = world.app().store().read().await.expect("read");
        let refused = tx.refuses_promotions(&crate::support::msisdn(phone)).await;
        refused.expect("read")
    };
    let phone = world.phone("0712345678");
    for (body, is_refused) in [
        ("senderId=MAJIBU&phoneNumber=%2B254712345678", true),
        ("senderId=MAJIBU&phoneNumber=%2B254712345678", true),
        (
            "phoneNumber=0712345678&shortCode=22384&keyword=M&updateType=addition",
            false,
        ),
        (
            "phoneNumber=0712345678&shortCode=22384&keyword=M&updateType=Deletion",
            true,
        ),
        ("phoneNumber=0712345678&updateType=renewal", true),
        ("phoneNumber=0712345678&updateType=Addition", false),
        ("phoneNumber=254712345678", true),
    ] {
        world.turn(SECOND);
        assert_eq!(post(&world, "optout", body).await, 200);
        world.run_due().await;
        assert_eq!(refused(&phone).await, is_refused, "{body}");
    }
    // Hashed and foreign ones are stored.
    for number in ["a3f5".repeat(16), "22384".into(), "%2B255712345678".into()] {
        world.turn(SECOND);
        let body = format!("senderId=MAJIBU&phoneNumber={number}");
        assert_eq!(post(&world, "optout", body).await, 200);
    }
    world.run_due().await;
    let stored = outcomes(&world).await;
    assert_eq!(stored[7..], ["done: not of a Kenyan mobile number"; 3]);
    assert_eq!(written(&world).await, 0);
    world.check().await;
}

#[tokio::test]
async fn a_message_survives_a_restart_before_it_is_acted_on() {
    let mut world = world().await;
    let phone = world.registered("0712345678").await;
    assert_eq!(
        post(&world, "inbound", "from=0712345678&id=a&text=BAL").await,
        200
    );
    world.restart().await;
    world.run_due().await;
    assert_eq!(texts(&phone).len(), 1);
    assert_eq!(
        post(&world, "inbound", "from=0712345678&id=a&text=BAL").await,
        200
    );
    world.run_due().await;
    assert_eq!(texts(&phone).len(), 1, "and is known afterwards");
    world.check().await;
}
