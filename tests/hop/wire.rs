//! The edge of the wire: who may call, which phones and codes are served, and what is no hop.

use majibu::config::List;
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};

use crate::{
    line::Line,
    support::{World, dial, press},
};

const FORM: &str = "application/x-www-form-urlencoded";
const HOP: &str = "phoneNumber=%2B254712345678&serviceCode=%2A384%2A55%23&text=&sessionId=ATUid_w\
    &networkCode=63902";

/// Posts a body as it is; gives the status and the answer's body.
async fn post(world: &World, path: &str, kind: Option<&str>, body: Vec<u8>) -> (u16, String) {
    let mut request = Client::new()
        .post(format!("{}{path}", world.base()))
        .body(body);
    if let Some(kind) = kind {
        request = request.header(CONTENT_TYPE, kind);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a body"))
}

#[tokio::test]
async fn what_no_gateway_sends_is_a_bad_request_and_no_effect() {
    let world = World::new().await;
    let bodies: [&[u8]; 11] = [
        b"",
        b"{\"sessionId\":\"ATUid_w\",\"phoneNumber\":\"+254712345678\",\"text\":\"\"}",
        b"[]",
        b"text=1&phoneNumber=%2B254712345678",
        b"sessionId=&phoneNumber=%2B254712345678&text=",
        b"sessionId=a%20b&phoneNumber=%2B254712345678&text=",
        b"sessionId=a%0Ab&phoneNumber=%2B254712345678&text=",
        b"sessionId=%00&phoneNumber=%2B254712345678&text=",
        b"sessionId=..%2F..%2Fx&phoneNumber=%2B254712345678&text=",
        b"\xff\xfe\x00\x01",
        b"<xml/>",
    ];
    for body in bodies {
        for kind in [Some(FORM), Some("application/json"), None] {
            let (status, answer) = post(&world, "/ussd/development", kind, body.to_vec()).await;
            assert_eq!(status, 400, "{:?}: {answer}", String::from_utf8_lossy(body));
            assert!(!answer.starts_with("CON") && !answer.starts_with("END"));
        }
    }
    let long = format!(
        "sessionId={}&phoneNumber=%2B254712345678&text=",
        "a".repeat(129)
    );
    assert_eq!(
        post(&world, "/ussd/development", Some(FORM), long.into())
            .await
            .0,
        400
    );
    let phone = world.phone("0712345678");
    assert_eq!(
        dial(&phone).await.name.as_deref(),
        Some("language"),
        "it still serves"
    );
    world.check().await;
}

#[tokio::test]
async fn a_body_above_64_kib_is_turned_away_and_one_below_is_answered() {
    let world = World::new().await;
    let of_size = |size: usize| format!("{HOP}&more={}", "x".repeat(size - HOP.len() - 6));
    let (status, _) = post(
        &world,
        "/ussd/development",
        Some(FORM),
        of_size(65_537).into(),
    )
    .await;
    assert_eq!(status, 413);
    let (status, _) = post(
        &world,
        "/ussd/development",
        Some(FORM),
        of_size(1_000_000).into(),
    )
    .await;
    assert_eq!(status, 413);
    let (status, body) = post(
        &world,
        "/ussd/development",
        Some(FORM),
        of_size(65_536).into(),
    )
    .await;
    assert_eq!(status, 200);
    assert!(body.starts_with("CON "), "{body}");
    world.check().await;
}

#[tokio::test]
async fn a_wrong_secret_path_or_method_finds_nothing() {
    let world = World::new().await;
    for path in [
        "/ussd/wrong",
        "/ussd/",
        "/ussd/DEVELOPMENT",
        "/ussd/developmen",
        "/ussd",
        "/x",
    ] {
        let (status, body) = post(&world, path, Some(FORM), HOP.into()).await;
        assert_eq!(status, 404, "{path}");
        assert!(!body.contains("CON"), "{body}");
    }
    let url = format!("{}/ussd/development?{HOP}", world.base());
    let client = Client::new();
    for request in [
        client.get(&url),
        client.put(&url).body(HOP),
        client.delete(&url),
    ] {
        let status = request.send().await.expect("an answer").status();
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }
    world.check().await;
}

#[tokio::test]
async fn another_secret_of_the_configuration_is_the_only_one_that_counts() {
    let world = World::with(|config| config.http.callback_secret = "s3cret".into()).await;
    assert_eq!(
        post(&world, "/ussd/development", Some(FORM), HOP.into())
            .await
            .0,
        404
    );
    assert_eq!(
        post(&world, "/ussd/s3cret", Some(FORM), HOP.into()).await.0,
        200
    );
    world.check().await;
}

#[tokio::test]
async fn a_form_is_read_whatever_its_content_type_says() {
    let world = World::new().await;
    for kind in [
        Some(FORM),
        Some("application/x-www-form-urlencoded; charset=UTF-8"),
        Some("Application/X-WWW-Form-Urlencoded"),
        Some("text/plain"),
        None,
    ] {
        let (status, body) = post(&world, "/ussd/development", kind, HOP.into()).await;
        assert_eq!(status, 200, "{kind:?}");
        assert!(body.starts_with("CON Majibu"), "{body}");
    }
    world.check().await;
}

#[tokio::test]
async fn an_answer_is_plain_text_labelled_with_its_screen() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    let raw = phone.resend_last().await.expect("an answer");
    assert_eq!(
        raw.content_type.as_deref(),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(raw.name.as_deref(), Some("language"));
    assert!(raw.body.starts_with("CON Majibu"), "{}", raw.body);
    world.check().await;
}

#[tokio::test]
async fn every_way_of_writing_a_number_is_the_same_player() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let forms = [
        "+254712345678",
        "254712345678",
        "0712345678",
        " 254712345678",
        "+254 712 345678",
    ];
    for (place, form) in forms.into_iter().enumerate() {
        let line = Line::new(&phone, &format!("ATUid_{place}")).number(form);
        let reply = line.send("").await;
        assert!(
            reply.text.contains("Balance KES 100"),
            "{form}: {}",
            reply.text
        );
    }
    // One session may write it in several ways.
    let line = Line::new(&phone, "ATUid_mixed");
    assert_eq!(line.send("1").await.name, "category");
    assert_eq!(
        line.clone().number("0712345678").send("1*1").await.name,
        "stake"
    );
    // A raw plus in a form is a blank.
    let body = "phoneNumber=+254712345678&serviceCode=*384*55%23&text=&sessionId=ATUid_raw";
    let (status, body) = post(&world, "/ussd/development", Some(FORM), body.into()).await;
    assert_eq!(status, 200);
    assert!(body.contains("Balance KES 100"), "{body}");
    world.check().await;
}

#[tokio::test]
async fn numbers_of_both_ranges_play() {
    let world = World::new().await;
    for number in ["0712345678", "0100345678", "0110345678", "0799345678"] {
        world.registered(number).await;
    }
    world.check().await;
}

#[tokio::test]
async fn what_is_no_kenyan_mobile_gets_an_end_and_no_account() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    let long = "7".repeat(500);
    for (place, number) in [
        "0202345678",
        "+254202345678",
        "+255712345678",
        "+447400123456",
        "12345",
        "",
        " ",
        "abc",
        "+2547123456789",
        "+25471234567",
        "d2f1c3e4a5b697887766554433221100ffeeddccbbaa99887766554433221100",
        "+254712345678;+254712345679",
        "+254712345678 or 1=1",
        "\u{ff0b}254712345678",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        let line = Line::new(&phone, &format!("ATUid_{place}")).number(number);
        for transcript in ["", "1", "1*1", "1*1*1"] {
            let reply = line.send(transcript).await;
            assert_eq!(
                (reply.name.as_str(), reply.ends),
                ("not_mobile", true),
                "{number}"
            );
        }
    }
    assert_eq!(dial(&phone).await.name.as_deref(), Some("language"));
    world.check().await;
}

#[tokio::test]
async fn an_unknown_session_with_text_navigates_and_costs_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (place, (text, name)) in [
        ("1", "category"),
        ("1*1*2", "confirm"),
        ("1*1*2*1", "confirm"),
        ("1*1*2*1*1*1*1*1*1", "confirm"),
        ("2*100", "deposit"),
        ("hello", "home"),
        ("*", "home"),
        ("é*\u{1f600}", "home"),
    ]
    .into_iter()
    .enumerate()
    {
        let line = Line::new(&phone, &format!("ATUid_{place}"));
        assert_eq!(line.send(text).await.name, name, "{text}");
    }
    let report = world.report(&phone).await;
    assert_eq!((report.entries.len(), report.deposits.len()), (0, 1));
    assert_eq!(report.player.balance.get(), 10_000);
    world.check().await;
}

#[tokio::test]
async fn no_network_code_stops_a_player() {
    let world = World::with(|config| {
        config.ussd.network_budgets.0.insert("63903".into(), 184);
    })
    .await;
    let phone = world.registered("0712345678").await;
    for (place, code) in [
        "63902",
        "63907",
        "63999",
        "99999",
        "",
        "Safaricom",
        "0",
        "é",
    ]
    .into_iter()
    .enumerate()
    {
        let line = Line::new(&phone, &format!("ATUid_{place}")).network(code);
        let reply = line.send("5").await;
        assert_eq!((reply.name.as_str(), reply.ends), ("help", false), "{code}");
    }
    let body = HOP.replace("&networkCode=63902", "");
    let (status, body) = post(&world, "/ussd/development", Some(FORM), body.into()).await;
    assert_eq!(status, 200);
    assert!(body.starts_with("CON "), "{body}");
    world.check().await;
}

#[tokio::test]
async fn any_service_code_is_answered_where_none_is_configured() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    for (place, code) in ["*384*55#", "*384#", "*415*33#", "", "384", "é"]
        .into_iter()
        .enumerate()
    {
        let line = Line::new(&phone, &format!("ATUid_{place}")).code(code);
        assert_eq!(line.send("").await.name, "home", "{code}");
    }
    world.check().await;
}

#[tokio::test]
async fn configured_service_codes_are_the_only_ones_that_are_answered() {
    let codes = vec!["*384*55#".into(), "*415*7#".into()];
    let world = World::with(|config| config.ussd.service_codes = List(codes)).await;
    let phone = world.registered("0712345678").await;
    let line = |place: usize| Line::new(&phone, &format!("ATUid_{place}"));
    // The channel of a shared code may be missing, and the field as well.
    for (place, code) in ["*384*55#", "*384*55", "*415*7#", "*384#", ""]
        .into_iter()
        .enumerate()
    {
        assert_eq!(line(place).code(code).send("").await.name, "home", "{code}");
    }
    for (place, code) in ["*384*56#", "*384*5#", "*38#", "*415*77#", "*100#", "x"]
        .into_iter()
        .enumerate()
    {
        let reply = line(place + 10).code(code).send("").await;
        assert_eq!(
            (reply.name.as_str(), reply.ends),
            ("wrong_code", true),
            "{code}"
        );
    }
    let screen = dial(&phone).await;
    assert_eq!(screen.name.as_deref(), Some("home"));
    assert_eq!(
        press(&phone, &["1"]).await.name.as_deref(),
        Some("category")
    );
    world.check().await;
}
