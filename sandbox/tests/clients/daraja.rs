//! Two public clients of Daraja: mpesakit for Python, and mpesa-node, Safaricom's own for Node.

use std::fs;

use sandbox::{MovementKind, Simulator, StkResult};
use serde_json::json;

use crate::program::run;
use crate::{PATIENCE, PHONE, simulator};

/// What a client of Daraja is told about itself.
fn settings(sim: &Simulator, folder: &tempfile::TempDir) -> [(&'static str, String); 2] {
    let certificate = folder.path().join("certificate.pem");
    fs::write(&certificate, sim.certificate_pem()).unwrap();
    [
        ("PHONE", PHONE.trim_start_matches('+').to_owned()),
        ("CERTIFICATE", certificate.display().to_string()),
    ]
}

/// What both programs did: a push of 100 that was paid and told, a payout of 50 with its result.
async fn check_record(sim: &Simulator) {
    let is_told = |push: &sandbox::Push| push.callbacks == [Some(200)];
    let push = sim.wait_for_push(is_told, PATIENCE).await.unwrap();
    assert!(matches!(push.result, Some(StkResult::Paid(_))));
    assert_eq!(
        (push.amount_cents, push.reference.as_str()),
        (10_000, "INV-1")
    );
    let is_told = |payout: &sandbox::Payout| payout.results == [Some(200)];
    let payout = sim.wait_for_payout(is_told, PATIENCE).await.unwrap();
    assert!(payout.is_paid());
    assert_eq!((payout.amount_cents, sim.payouts().len()), (5_000, 1));
    assert_eq!(sim.books().difference_cents(), 0);
    let troubles: Vec<_> = sim.exchanges();
    let troubles: Vec<_> = troubles.iter().filter_map(|e| e.trouble.as_ref()).collect();
    assert!(troubles.is_empty(), "{troubles:?}");
}

fn kinds(sim: &Simulator) -> Vec<(MovementKind, i64)> {
    let movements = sim.movements();
    let kinds = movements.iter().map(|one| (one.kind, one.amount_cents));
    kinds.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn mpesakit_pays_in_pays_out_and_asks() {
    let (sim, folder) = (simulator().await, tempfile::tempdir().unwrap());
    let told = run(&sim, "clients/daraja_mpesakit.py", &settings(&sim, &folder)).await;
    check_record(&sim).await;
    assert_eq!(told["query"], "0");
    assert_eq!(told["duplicate"], "Duplicate OriginatorConversationID.");
    assert_eq!(told["checkout"], json!(sim.pushes()[0].checkout_request_id));
    assert_eq!(told["receipt"], json!(sim.payments()[0].receipt));
    assert!(told["status"].to_string().contains("Completed"));
    assert!(told["balance"].to_string().contains("Utility Account|KES|"));
    assert_eq!(told["reversal"]["ResultCode"], json!(0));
    assert_eq!(
        kinds(&sim),
        [
            (MovementKind::Payment, 10_000),
            (MovementKind::Payout, 5_000),
            (MovementKind::Reversal, 10_000)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mpesa_node_pays_in_pays_out_and_asks() {
    let (sim, folder) = (simulator().await, tempfile::tempdir().unwrap());
    let told = run(
        &sim,
        "clients/daraja_mpesa_node.mjs",
        &settings(&sim, &folder),
    )
    .await;
    check_record(&sim).await;
    assert_eq!(
        (&told["paid"]["ResultCode"], &told["query"]["ResultCode"]),
        (&json!(0), &json!("0"))
    );
    assert_eq!(told["registered"]["ResponseDescription"], "Success");
    assert_eq!(
        told["confirmed"]["TransID"],
        json!(sim.payments()[0].receipt)
    );
    assert_eq!(
        (
            &told["simulatedConfirmed"]["BillRefNumber"],
            &told["simulatedConfirmed"]["TransAmount"]
        ),
        (&json!("INV-2"), &json!("30.00"))
    );
    for result in ["sent", "status", "reversal"] {
        assert_eq!(told[result]["ResultCode"], json!(0), "{result}");
    }
    assert_eq!(told["balance"]["ResultCode"], "0", "text in this one");
    assert_eq!(
        kinds(&sim),
        [
            (MovementKind::Payment, 10_000),
            (MovementKind::Payment, 3_000),
            (MovementKind::Payout, 5_000),
            (MovementKind::Reversal, 3_000)
        ]
    );
}
