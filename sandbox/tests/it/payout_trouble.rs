//! What can go wrong with payouts and with what is asked about them.

use std::time::Duration;

use sandbox::{AfterQueue, Fault, FaultPoint, Payout, PayoutResult};
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::organisation::{Office, office, parameter};

const B2C: &str = "/mpesa/b2c/v3/paymentrequest";
const STATUS: &str = "/mpesa/transactionstatus/v1/query";

impl Office {
    fn inject(&self, point: FaultPoint, fault: Fault) {
        self.till.sim.inject(point, fault, 1).unwrap();
    }

    async fn ended(&self, id: &str) -> Payout {
        let ended =
            |payout: &Payout| payout.originator_conversation_id == id && payout.result.is_some();
        let found = self.till.sim.wait_for_payout(ended, PATIENCE).await;
        found.unwrap()
    }

    /// Asks for the status of a payout and returns the n-th result.
    async fn status(&self, id: &str, n: usize) -> Value {
        let mut body = self.question("TransactionStatusQuery");
        body["OriginalConversationID"] = json!(id);
        assert_eq!(self.post(STATUS, &body).await.0, 200);
        self.result(n).await
    }

    /// Posts a payout without looking at the answer: status and body, if there are any in time.
    async fn try_payout(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<(u16, String), reqwest::Error> {
        let impatient = reqwest::Client::builder()
            .no_proxy()
            .timeout(patience)
            .build()?;
        let request = impatient
            .post(format!("{}{B2C}", self.till.sim.base_url()))
            .bearer_auth(&self.till.token)
            .json(&self.payout(id, 10));
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

#[tokio::test]
async fn results_can_be_lost_doubled_late_and_before_the_answer() {
    let office = office().await;
    let cases = [
        (Fault::Lost, 0),
        (Fault::Twice, 2),
        (Fault::Late(Duration::from_millis(20)), 1),
        (Fault::Early, 1),
    ];
    for (n, (fault, deliveries)) in cases.into_iter().enumerate() {
        let id = format!("W-{n}");
        let is_early = fault == Fault::Early;
        office.inject(FaultPoint::B2cResult, fault);
        office.pay_out(&office.payout(&id, 10)).await;
        if is_early {
            // Exchanges are numbered when they are over: the result before its request.
            let place = |what: &str| {
                let is_it = |e: &sandbox::Exchange| e.what == what && e.request_body.contains(&id);
                let exchanges = office.till.sim.exchanges();
                exchanges.into_iter().find(is_it).map(|e| e.id)
            };
            assert!(place("B2C result").is_some_and(|id| Some(id) < place(B2C)));
        }
        let told = |payout: &Payout| {
            payout.originator_conversation_id == id
                && payout.is_paid()
                && payout.results == vec![Some(200); deliveries]
        };
        assert!(
            office
                .till
                .sim
                .wait_for_payout(told, PATIENCE)
                .await
                .is_some(),
            "{n}"
        );
    }
    assert_eq!(office.till.service.told("result", 4).await.len(), 4);
    assert_eq!(office.till.sim.books().paid_out_cents, 4_000);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_acceptance_and_the_id_is_used_up() {
    let office = office().await;
    let faults = [
        Fault::Fail(500),
        Fault::Fail(503),
        Fault::Empty,
        Fault::Html,
        Fault::Cut,
        Fault::Hang,
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let id = format!("W-{n}");
        office.inject(FaultPoint::B2cRequest, fault.clone());
        let patience = if fault == Fault::Hang {
            Duration::from_millis(300)
        } else {
            PATIENCE
        };
        let answer = office.try_payout(&id, patience).await;
        let as_expected = match (&fault, &answer) {
            (Fault::Fail(500), Ok((500, body))) => body.contains("500.003.1001"),
            (Fault::Fail(503), Ok((503, body))) | (Fault::Html, Ok((200, body))) => {
                body.starts_with("<html>")
            }
            (Fault::Empty, Ok((200, body))) => body.is_empty(),
            (Fault::Cut | Fault::Hang, Err(_)) => true,
            _ => false,
        };
        assert!(as_expected, "{fault:?}: {answer:?}");
        assert!(office.ended(&id).await.is_paid());
        let (status, body) = office.try_payout(&id, PATIENCE).await.unwrap();
        assert!(status == 500 && body.contains("Duplicate"), "{body}");
    }
    assert_eq!(office.till.sim.payouts().len(), 6);
}

#[tokio::test]
async fn a_request_can_be_lost_before_acceptance_and_sent_again() {
    let office = office().await;
    for fault in [Fault::Refuse(500), Fault::Refuse(429), Fault::Unheard] {
        office.inject(FaultPoint::B2cRequest, fault);
        let answer = office.try_payout("W-1", PATIENCE).await;
        assert!(answer.is_err() || answer.unwrap().0 >= 400);
        assert!(office.till.sim.payouts().is_empty());
    }
    office.pay_out(&office.payout("W-1", 10)).await;
    assert!(office.ended("W-1").await.is_paid());
}

#[tokio::test]
async fn a_queue_timeout_says_nothing_about_the_money() {
    let office = office().await;
    let cases = [
        (AfterQueue::Dropped, false, false),
        (AfterQueue::Silence, true, false),
        (AfterQueue::Result, true, true),
    ];
    for (n, (after, is_paid, is_told)) in cases.into_iter().enumerate() {
        let id = format!("W-{n}");
        office.inject(FaultPoint::B2cResult, Fault::QueueTimeout(after));
        office.pay_out(&office.payout(&id, 10)).await;
        let told = office.till.service.told("timeout", n + 1).await;
        assert_eq!(told[n]["Result"]["OriginatorConversationID"], json!(id));
        assert!(told[n]["Result"].get("ResultParameters").is_none());
        let payout = office.ended(&id).await;
        assert_eq!(payout.is_paid(), is_paid);
        assert_eq!(payout.result == Some(PayoutResult::Dropped), !is_paid);
        if is_told {
            assert_eq!(
                office.result(1).await["OriginatorConversationID"],
                json!(id)
            );
        }
    }
    assert_eq!(
        office.till.service.order(),
        ["timeout", "timeout", "timeout", "result"]
    );
    // M-Pesa knows of the two that it carried out, and the third's id is used up all the same.
    assert_eq!(office.status("W-0", 2).await["ResultCode"], 2032);
    let status = office.status("W-1", 3).await;
    assert_eq!(parameter(&status, "TransactionStatus"), "Completed");
    assert_eq!(office.post(B2C, &office.payout("W-0", 10)).await.0, 500);
    assert_eq!(office.till.sim.books().paid_out_cents, 2_000);
}

#[tokio::test]
async fn results_can_lie_about_outcome_and_amount() {
    let office = office().await;
    office.inject(FaultPoint::B2cResult, Fault::ResultCode("100000000".into()));
    office.inject(FaultPoint::B2cResult, Fault::Amount(99_900));
    office.inject(FaultPoint::B2cResult, Fault::Outcome("26".into()));
    for n in 1..=3 {
        office.pay_out(&office.payout(&format!("W-{n}"), 10)).await;
        office.result(n).await;
    }
    let results = [
        office.result(1).await,
        office.result(2).await,
        office.result(3).await,
    ];
    assert_eq!(results[0]["ResultCode"], 100_000_000);
    assert!(results[0].get("ResultParameters").is_none());
    assert_eq!(parameter(&results[1], "TransactionAmount"), 999);
    assert_eq!(results[2]["ResultCode"], 26);
    let paid: Vec<bool> = office
        .till
        .sim
        .payouts()
        .iter()
        .map(Payout::is_paid)
        .collect();
    assert_eq!(paid, [true, true, false]);
    assert_eq!(office.till.sim.books().paid_out_cents, 2_000);
}

#[tokio::test]
async fn status_and_result_can_contradict_each_other() {
    let office = office().await;
    office.pay_out(&office.payout("W-1", 10)).await;
    assert_eq!(office.result(1).await["ResultCode"], 0);
    office.inject(FaultPoint::StatusResult, Fault::Status("Cancelled".into()));
    office.inject(FaultPoint::StatusResult, Fault::Amount(1));
    office.inject(FaultPoint::StatusResult, Fault::ResultCode("2032".into()));
    let lies = [
        office.status("W-1", 2).await,
        office.status("W-1", 3).await,
        office.status("W-1", 4).await,
    ];
    assert_eq!(parameter(&lies[0], "TransactionStatus"), "Cancelled");
    assert_eq!(parameter(&lies[1], "Amount"), "0.01");
    assert_eq!(lies[2]["ResultCode"], 2032);
    let truth = office.status("W-1", 5).await;
    assert_eq!(parameter(&truth, "TransactionStatus"), "Completed");
}

#[tokio::test]
async fn questions_can_be_lost_and_time_out_too() {
    let office = office().await;
    let silent = Fault::QueueTimeout(AfterQueue::Dropped);
    office.inject(FaultPoint::BalanceResult, silent);
    let body = office.question("AccountBalance");
    let path = "/mpesa/accountbalance/v1/query";
    assert_eq!(office.post(path, &body).await.0, 200);
    office.till.service.told("timeout", 1).await;
    office.inject(FaultPoint::BalanceRequest, Fault::Refuse(429));
    assert_eq!(office.post(path, &body).await.0, 429);
    office.inject(FaultPoint::BalanceResult, Fault::Lost);
    office.inject(FaultPoint::BalanceResult, Fault::Twice);
    for _ in 0..2 {
        assert_eq!(office.post(path, &body).await.0, 200);
    }
    assert_eq!(office.till.service.told("result", 2).await.len(), 2);
}

#[tokio::test]
async fn a_callback_of_a_push_can_state_another_amount() {
    let office = office().await;
    office.inject(FaultPoint::StkCallback, Fault::Amount(100_000));
    office.till.prompted(10).await;
    office.till.phone.enter_pin("1234").await.unwrap();
    let told = office.till.callback(1).await;
    assert_eq!(told["CallbackMetadata"]["Item"][0]["Value"], 1_000.0);
    assert_eq!(office.till.sim.payments()[0].amount_cents, 1_000);
}

#[tokio::test]
async fn impossible_faults_are_refused() {
    let office = office().await;
    let sim = &office.till.sim;
    for (point, fault) in [
        (FaultPoint::B2cRequest, Fault::Early),
        (FaultPoint::B2cRequest, Fault::Lost),
        (FaultPoint::B2cResult, Fault::Hang),
        (FaultPoint::B2cResult, Fault::Status("Completed".into())),
        (
            FaultPoint::StkCallback,
            Fault::QueueTimeout(AfterQueue::Silence),
        ),
        (FaultPoint::ReversalResult, Fault::Outcome("1".into())),
        (FaultPoint::C2bConfirmation, Fault::Early),
    ] {
        assert!(sim.inject(point, fault, 1).is_err());
    }
}
