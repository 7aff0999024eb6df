//! Data-protection requests: all of a player is given out, and after an erasure nothing of the number is
//! anywhere in the database, while the books are as they were.

use std::time::Duration;

use majibu::{
    app::EraseError,
    core::{fair::payer::hash_of, operator::By},
    store::{AuditFilter, CallbackState, InboxFilter},
};
use sandbox::Phone;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::{
    help::{MINUTE, SECOND, confirm, payment, pushed, success, tell},
    payouts::{ask, pays_out, send},
    support::{Answer, World, by, dial, msisdn, press},
};

/// Every value of every column of every table, as text; bytes as they are.
async fn dump(world: &World) -> String {
    let url = world.config.database.url.expose_secret();
    if url.starts_with("sqlite:") {
        let mut db = SqliteConnection::connect(url).await.expect("connected");
        let columns = "select m.name, c.name, '' from sqlite_master as m
            join pragma_table_info(m.name) as c where m.type = 'table'";
        let columns: Vec<(String, String, String)> = sqlx::query_as(columns)
            .fetch_all(&mut db)
            .await
            .expect("columns");
        let mut all = String::new();
        for (table, column, _) in columns {
            let sql = format!("select cast(\"{column}\" as blob) from \"{table}\"");
            let rows = sqlx::query_scalar::<_, Option<Vec<u8>>>(AssertSqlSafe(sql));
            let rows = rows.fetch_all(&mut db).await.expect("rows");
            all.extend(
                rows.into_iter()
                    .flatten()
                    .map(|row| format!("{table}.{column}: {}\n", String::from_utf8_lossy(&row))),
            );
        }
        return all;
    }
    let mut db = PgConnection::connect(url).await.expect("connected");
    let columns = "select table_name::text, column_name::text, data_type::text
        from information_schema.columns where table_schema = 'public'";
    let columns: Vec<(String, String, String)> = sqlx::query_as(columns)
        .fetch_all(&mut db)
        .await
        .expect("columns");
    let mut all = String::new();
    for (table, column, kind) in columns {
        let value = if kind == "bytea" {
            format!("encode(\"{column}\", 'escape')")
        } else {
            format!("\"{column}\"::text")
        };
        let sql = format!("select {value} from \"{table}\"");
        let rows = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql));
        let rows = rows.fetch_all(&mut db).await.expect("rows");
        all.extend(
            rows.into_iter()
                .flatten()
                .map(|row| format!("{table}.{column}: {row}\n")),
        );
    }
    all
}

/// The lines of a dump that have anything of Amina's number or name in them.
fn traces(dump: &str, phone: &Phone) -> Vec<String> {
    let number = msisdn(phone);
    let words = [
        number.digits().trim_start_matches("254").to_owned(),
        number.masked(),
        hash_of(&number),
        "0712 345".into(),
        "****678".into(),
        "Amina".into(),
    ];
    let lines = dump.lines();
    let found = lines.filter(|line| words.iter().any(|word| line.contains(word)));
    found.map(str::to_owned).collect()
}

/// A player with a bit of everything, whose wallet is empty again; and an opponent.
pub(crate) async fn with_a_past() -> (World, Phone, Phone) {
    let world = World::with(|config| {
        pays_out(config);
        config.wallet.withdrawal_fees.0.clear();
    })
    .await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    // A paybill payment of hers, one that nobody could be credited with, and one for somebody else.
    confirm(&world, &payment("UKM1A2B3C4", "0712 345 678", "50")).await;
    confirm(&world, &payment("UKM1A2B3C5", "0712 345 6789", "20")).await;
    let mut for_brian = payment("UKM1A2B3C6", "0110234567", "30");
    for_brian["MSISDN"] = hash_of(&msisdn(&amina)).into();
    for_brian["FirstName"] = "A".into();
    confirm(&world, &for_brian).await;
    // A game that she wins, one that nobody joins.
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND * 2).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND * 2).await;
    world.run_due().await;
    world.turn(MINUTE);
    world.stake(&amina, "1").await;
    world.answer(&amina, &[Answer::Wrong; 5], SECOND * 2).await;
    world.turn(MINUTE * 31);
    world.run_due().await;
    // SMS both ways, with and without an id of the gateway.
    for text in ["BAL", "STOP", "what is this"] {
        amina.send_sms(text).await.expect("sent");
    }
    world.run_due().await;
    let balance = world.balance(&amina).await;
    assert_eq!(balance, 10_000 + 5_000 - 5_000 + 8_000 + 100);
    ask(&amina, balance / 100).await;
    send(&world).await;
    assert_eq!(world.balance(&amina).await, 0);
    (world, amina, brian)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_erasure_nothing_of_the_number_is_in_the_database_and_the_books_are_as_they_were()
{
    let (world, amina, brian) = with_a_past().await;
    let before = traces(&dump(&world).await, &amina);
    for table in [
        "player",
        "outbox",
        "callback",
        "hop_receipt",
        "sms_inbound",
        "sms_consent",
        "parked",
    ] {
        let is_of = |line: &&String| line.starts_with(&format!("{table}."));
        assert!(
            before.iter().any(|line| is_of(&line)),
            "{table} has it before: {before:#?}"
        );
    }
    let books = world.app().ledger_report().await.expect("a report");
    let id = world.report(&amina).await.player.id;

    world.ends_are_told(&amina).await;
    let erased = world
        .app()
        .erase_player(&msisdn(&amina), &by("asked by letter"))
        .await;
    let erased = erased.expect("erased");
    assert!(
        erased.sms > 5 && erased.hops > 0 && erased.inbound == 3,
        "{erased:?}"
    );
    assert!(erased.callbacks > 5 && erased.payers > 1, "{erased:?}");
    assert_eq!(erased.sms_to_others, 1);
    let after = traces(&dump(&world).await, &amina);
    assert!(after.is_empty(), "{after:#?}");

    let now = world.app().ledger_report().await.expect("a report");
    assert_eq!(now, books, "not a cent and not a transfer has changed");
    let mut tx = world.app().store().read().await.expect("read");
    assert_eq!(tx.deposit_rows(id).await.expect("rows").len(), 2);
    assert_eq!(tx.entry_rows(id, 10).await.expect("rows").len(), 2);
    assert_eq!(tx.withdrawal_rows(id).await.expect("rows").len(), 1);
    let lines = tx.audit_of_player(id, 10).await.expect("lines");
    drop(tx);
    assert_eq!(
        (lines[0].action.as_str(), lines[0].reason.as_str()),
        ("erase", "asked by letter")
    );
    // Whom she played sees a mask that is nobody's.
    dial(&brian).await;
    let game = press(&brian, &["3", "1"]).await;
    assert!(game.text.contains("+254xxx"), "{}", game.text);
    // What was told of her is not acted on again.
    let filter = InboxFilter {
        kind: Some("stk".into()),
        state: Some(CallbackState::Done),
        since: world.now().before(MINUTE * 60 * 24),
    };
    let mut tx = world.app().store().read().await.expect("read");
    let rows = tx.inbox(&filter, 10).await.expect("rows");
    drop(tx);
    let emptied: Vec<_> = rows.iter().filter(|row| row.cut).collect();
    assert_eq!(emptied.iter().map(|row| row.bytes).collect::<Vec<_>>(), [0]);
    let emptied = emptied[0].id.parse().expect("an id");
    let again = world.app().replay(emptied, &by("once more")).await;
    assert!(again.is_err(), "{again:?}");

    // The same number registers as somebody else, with nothing of hers.
    world.registered("0712345678").await;
    let report = world.report(&amina).await;
    assert_ne!(report.player.id, id);
    assert_eq!(
        (
            report.entries.len(),
            report.sms.len(),
            report.player.balance.get()
        ),
        (0, 0, 0)
    );
    world.check().await;
}

/// What a gateway tells of a session or of an SMS when its player is erased already.
#[tokio::test]
async fn what_is_told_after_an_erasure_does_not_bring_the_number_back() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let brian = world.registered("0110234567").await;
    world.ends_are_told(&amina).await;
    world.ends_are_told(&brian).await;
    let erased = world
        .app()
        .erase_player(&msisdn(&amina), &by("asked by letter"))
        .await;
    erased.expect("erased");
    let base = world.base();
    let event = |session: &str, number: &str| {
        let url = format!("{base}/ussd/development/events");
        let body = format!(
            "sessionId={session}&phoneNumber=%2B{number}&serviceCode=*384*55%23&networkCode=63902\
             &status=Incomplete&hopsCount=2&durationInMillis=9000&cost=0.10&input=1*2&lastAppResponse=x"
        );
        (url, body)
    };
    let report = (
        format!("{base}/sms/development/delivery"),
        "id=ATXid_gone&status=Success&phoneNumber=%2B254712345678&networkCode=63902".to_owned(),
    );
    let hers = event("ATUid_hers", "254712345678");
    let his = event("ATUid_his", "254110234567");
    for (url, body) in [hers.clone(), his, hers, report] {
        let told = reqwest::Client::new()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send();
        assert_eq!(told.await.expect("an answer").status().as_u16(), 200);
    }
    // A report of an SMS that nobody knows is tried for a while.
    for _ in 0..12 {
        world.run_due().await;
        world.turn(SECOND * 6);
    }
    let dumped = dump(&world).await;
    let after = traces(&dumped, &amina);
    assert!(after.is_empty(), "{after:#?}");
    assert!(
        dumped.contains("ATUid_hers") && dumped.contains("254110234567"),
        "the figures of hers and all of his are kept"
    );
    let since = Duration::from_secs(60 * 60);
    let figures = world.app().session_figures(since).await.expect("figures");
    let left = figures
        .statuses
        .iter()
        .find(|row| row.status == "incomplete");
    // Those in which they registered, and the two that were told of afterwards.
    assert!(left.is_some_and(|row| row.sessions == 4), "{figures:?}");
    world.check().await;
}

async fn refusal(world: &World, phone: &Phone, by: &By) -> String {
    let erased = world.app().erase_player(&msisdn(phone), by).await;
    erased.expect_err("refused").to_string()
}

#[tokio::test]
async fn nothing_is_erased_while_money_or_a_game_is_under_way_or_somebody_is_barred() {
    let world = World::with(|config| {
        pays_out(config);
        config.wallet.withdrawal_fees.0.clear();
    })
    .await;
    let amina = world.funded("0712345678", 200).await;
    // What the gateway tells of her sessions is acted on before anything else is a reason.
    world.ends_are_told(&amina).await;
    let nobody = world.phone("0799999999");
    let why = by("asked by letter");
    assert_eq!(
        refusal(&world, &nobody, &why).await,
        EraseError::NoPlayer.to_string()
    );
    let with_number = by("asked by 0712-345 678");
    assert!(
        refusal(&world, &amina, &with_number)
            .await
            .contains("has the number in it")
    );
    assert!(
        refusal(&world, &amina, &why)
            .await
            .contains("the wallet holds KES 200")
    );
    world.stake(&amina, "4").await;
    amina.drop_session();
    // The wallet holds nothing else that could be the reason.
    assert!(refusal(&world, &amina, &why).await.starts_with("1 game"));
    world.turn(MINUTE * 31);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 20_000, "it came back");
    ask(&amina, 200).await;
    assert!(
        refusal(&world, &amina, &why)
            .await
            .starts_with("1 withdrawal")
    );
    send(&world).await;
    world.ask_deposit(&amina, 100).await;
    assert!(refusal(&world, &amina, &why).await.starts_with("1 deposit"));
    amina.cancel_prompt().await.expect("cancelled");
    world.callbacks_are_in().await;
    // Failed, as the callback says that is not acted on yet.
    assert!(refusal(&world, &amina, &why).await.starts_with("1 deposit"));
    world.run_due().await;
    let report = world.report(&amina).await;
    assert_eq!(report.deposits.len(), 2);
    let log = world
        .app()
        .audit_log(&AuditFilter::default(), 10)
        .await
        .expect("the log");
    assert_eq!(log, [], "what is refused is not done");
    world.ends_are_told(&amina).await;
    world
        .app()
        .erase_player(&msisdn(&amina), &why)
        .await
        .expect("now it is");
    assert_eq!(
        refusal(&world, &amina, &why).await,
        EraseError::NoPlayer.to_string()
    );
    world.check().await;
}

#[tokio::test]
async fn an_exclusion_keeps_the_number_until_it_is_over() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = world.registered("0110234567").await;
    let why = by("asked by letter");
    let app = world.app();
    app.exclude(&msisdn(&amina), 7, &why)
        .await
        .expect("excluded");
    app.block(&msisdn(&baraka), &why).await.expect("blocked");
    assert!(refusal(&world, &amina, &why).await.contains("is excluded"));
    assert!(refusal(&world, &baraka, &why).await.contains("is blocked"));
    world.run_due().await;
    world.turn(MINUTE * 60 * 24 * 8);
    world.ends_are_told(&amina).await;
    app.erase_player(&msisdn(&amina), &why)
        .await
        .expect("it is over");
    assert!(refusal(&world, &baraka, &why).await.contains("is blocked"));
    world.check().await;
}

#[tokio::test]
async fn what_is_paid_after_an_erasure_waits_in_suspense_and_nobody_is_written_to() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &amina, 100).await;
    let cancelled = json!({"Body": {"stkCallback": {
        "MerchantRequestID": "m", "CheckoutRequestID": checkout, "ResultCode": 1032,
        "ResultDesc": "Request cancelled by user",
    }}});
    tell(&world, &deposit, &cancelled).await;
    amina.cancel_prompt().await.expect("cancelled");
    world.callbacks_are_in().await;
    world.run_due().await;
    let before = amina.inbox().len();
    world.ends_are_told(&amina).await;
    let erased = world
        .app()
        .erase_player(&msisdn(&amina), &by("asked by letter"))
        .await;
    erased.expect("erased");
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C9", &json!(100)),
    )
    .await;
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].reason, "for a player whose data were erased");
    assert_eq!(world.account("suspense").await, 10_000);
    assert_eq!(amina.inbox().len(), before);
    world.check().await;
}
