//! `inbox list`, `inbox show` and `inbox replay`.

use sandbox::{Simulator, SimulatorConfig};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::binary::{CODE, House, client, eventually};

const SECRET: &str = "Unguessable-path-0010";

async fn send(base: &str, path: &str, body: impl Into<reqwest::Body>) {
    let request = client().post(format!("{base}{path}"));
    let request = request.header("user-agent", "Daraja/1");
    let sent = request.body(body).send().await.expect("an answer");
    assert_eq!(sent.status().as_u16(), 200);
}

/// Runs a statement on the database behind the binary's back.
async fn sql(house: &House, sql: &str) {
    let url = format!("sqlite://{}", house.path("majibu.db").display());
    let mut connection = SqliteConnection::connect(&url).await.expect("connected");
    let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await;
    done.expect("done");
    connection.close().await.expect("closed");
}

fn list(house: &House, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["inbox", "list", "--json"], arguments].concat();
    let list = house.run(&arguments).ended(0).json();
    list.as_array().expect("an array").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callbacks_are_listed_shown_and_run_again() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    house.run(&["migrate"]).ended(0);
    assert_eq!(list(&house, &[]), [] as [Value; 0]);
    // Jobs elsewhere: what comes in stays new.
    let mut service = house.serve(&base, &["--no-jobs"]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    let paid = json!({ "Body": { "stkCallback": {
        "MerchantRequestID": "m-1", "CheckoutRequestID": "ws_CO_1", "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": { "Item": [
            { "Name": "Amount", "Value": 250.00 },
            { "Name": "MpesaReceiptNumber", "Value": "TKM1234567" },
            { "Name": "PhoneNumber", "Value": 254_712_345_678_u64 },
        ] },
    } } });
    send(
        &base,
        &format!("/pay/{SECRET}/stk/nobody"),
        paid.to_string(),
    )
    .await;
    let hostile = b"\x1b[2Jgone\r\x00\xff \"quoted\"\n| outcome    credited".to_vec();
    send(&base, &format!("/sms/{SECRET}/delivery"), hostile).await;

    let rows = list(&house, &[]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    let [report, payment] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (&report["kind"], &payment["kind"]),
        (&json!("sms_delivery"), &json!("stk"))
    );
    let id = payment["id"].as_str().expect("an id");
    let expected = json!({
        "id": id, "kind": "stk", "subject": "nobody", "source": "127.0.0.1",
        "received_at_ms": payment["received_at_ms"], "bytes": paid.to_string().len(),
        "state": "new", "outcome": null, "attempts": 0, "replays": 0, "first_outcome": null, "cut": false,
    });
    assert_eq!(payment, &expected);
    assert!(payment["received_at_ms"].is_u64());
    assert_eq!(
        list(
            &house,
            &["--kind", "stk", "--state", "new", "--since", "24h"]
        )
        .len(),
        1
    );
    assert_eq!(list(&house, &["--state", "dead"]).len(), 0);
    assert_eq!(list(&house, &["--limit", "1"]), rows[..1]);
    let text = house
        .run(&["inbox", "list", "--limit", "1"])
        .ended(0)
        .stdout;
    assert!(text.contains("1 callbacks; there may be more"), "{text}");
    for bad in [
        &["inbox", "list", "--kind", "letters"][..],
        &["inbox", "list", "--state", "old"],
        &["inbox", "list", "--since", "yesterday"],
        &["inbox", "replay"],
        &["inbox", "replay", id, "--dead"],
        &["inbox", "replay", id, "--kind", "stk"],
        &["inbox", "replay", "--dead", "--kind", "letters"],
    ] {
        assert_eq!(house.run(bad).ended(2).stdout, "", "{bad:?}");
    }

    // Whole, and nothing in it steers the terminal.
    let shown = house.run(&["inbox", "show", id]).ended(0).stdout;
    for line in [
        "header     user-agent: Daraja/1",
        "source     127.0.0.1",
        "state      new",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(shown.ends_with(&format!("| {paid}\n")), "{shown}");
    let report = report["id"].as_str().expect("an id");
    let shown = house.run(&["inbox", "show", report]).ended(0).stdout;
    let lines = "| \\u{1b}[2Jgone\\r\\0\\xff \"quoted\"\n| | outcome    credited\n";
    assert!(shown.ends_with(lines), "{shown}");

    // A job has it; nobody knows it.
    let said = house.run(&["inbox", "replay", id]).ended(1);
    assert!(said.one_line().contains("a job acts on it"), "{said:?}");
    for unknown in ["00000000000000000000000000", "x", "\x1b[2J"] {
        for verb in ["show", "replay"] {
            let said = house.run(&["inbox", verb, unknown]).ended(1);
            assert_eq!(said.one_line(), "majibu: no callback with this id");
        }
    }

    // Both died; all that are dead run again, those of a kind first.
    let die = "update callback set state = 'dead', outcome = 'in vain', due_at_ms = null";
    sql(&house, die).await;
    let dead = ["inbox", "replay", "--dead"];
    let said = house
        .run(&[&dead[..], &["--kind", "stk"]].concat())
        .ended(0);
    let parked = format!(
        "{id}  stk  was dead (in vain), is done (parked: unknown deposit)\n1 done, 0 not done\n"
    );
    assert_eq!(said.stdout, parked);
    assert_eq!(house.ledger()["accounts"]["suspense"], 25_000);
    let said = house.run(&dead).ended(0);
    assert!(said.stdout.contains("is done (unreadable)"), "{said:?}");
    assert_eq!(house.run(&dead).ended(0).stdout, "0 done, 0 not done\n");

    // Once more, and the books stand still; what became of it at first is still known.
    let said = house.run(&["inbox", "replay", id]).ended(0);
    assert!(said.stdout.contains("was done (parked"), "{said:?}");
    assert_eq!(house.ledger()["accounts"]["suspense"], 25_000);
    let shown = house.run(&["inbox", "show", id]).ended(0).stdout;
    assert!(
        shown.contains("run again  2 times; at first: in vain"),
        "{shown}"
    );

    // Larger than is taken: its beginning is kept and never run, and the log tells of it.
    let huge = client()
        .post(format!("{base}/pay/{SECRET}/stk/nobody"))
        .body(vec![b'x'; 65 * 1024])
        .send();
    assert_eq!(huge.await.expect("an answer").status().as_u16(), 200);
    let listed = list(&house, &[]);
    assert_eq!(listed.len(), 3);
    assert_eq!(
        (&listed[0]["cut"], &listed[0]["bytes"]),
        (&true.into(), &65_536.into())
    );
    let cut = listed[0]["id"].as_str().expect("an id");
    let said = house.run(&["inbox", "replay", cut]).ended(1);
    assert!(said.one_line().contains("larger than is taken"), "{said:?}");
    let shown = house.run(&["inbox", "show", cut]).ended(0).stdout;
    assert!(shown.contains("65536 bytes, and more that was not kept"));
    eventually("a line in the log", || {
        service
            .log()
            .contains("callback larger than is taken")
            .then_some(())
    })
    .await;
    assert!(!service.log().contains(SECRET), "{}", service.log());
    service.stop();
    sim.stop().await;
}

/// A report of an SMS that is not known: perhaps not yet, so a job goes on trying.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_still_not_done_is_a_finding_and_goes_back_to_the_jobs() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &[]).await;
    let body = "id=ATXid_of_nobody&status=Success&phoneNumber=%2B254712345678";
    send(&base, &format!("/sms/{SECRET}/delivery"), body).await;
    eventually("a try", || {
        let rows = list(&house, &[]);
        (rows[0]["outcome"] == "its SMS is not known").then_some(())
    })
    .await;
    service.stop();
    let die = "update callback set state = 'dead', due_at_ms = null";
    sql(&house, die).await;
    let said = house.run(&["inbox", "replay", "--dead"]).ended(1);
    assert!(
        said.stdout.contains("is new (its SMS is not known)"),
        "{said:?}"
    );
    assert!(said.stderr.contains("a job tries them again"), "{said:?}");
    let row = &list(&house, &[])[0];
    assert_eq!(
        (&row["state"], &row["attempts"]),
        (&json!("new"), &json!(1))
    );
    sim.stop().await;
}
