//! Queues, where SQS fails in part, and where it takes its time.

use std::time::Duration;

use aws_sdk_sqs::Client;
use mesh_aws::SqsQueue;
use mesh_core::ports::{OutboundMessage, PortError, Queue, Receipt};
use serde_json::{Value, json};

use crate::{
    stub::{Answer, Request, Stub},
    support,
};

fn queue(stub: &Stub) -> SqsQueue {
    let url = format!("{}/000000000000/work", stub.config.endpoint_url().expect("an endpoint"));
    SqsQueue::new(Client::new(&stub.config), url, "work")
}

fn outbound(n: usize) -> OutboundMessage {
    OutboundMessage { body: format!("message {n}"), ..OutboundMessage::default() }
}

/// The ids of the entries of a batch.
fn ids(request: &Request) -> Vec<String> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let entries = body["Entries"].as_array().expect("entries");
    entries.iter().map(|entry| entry["Id"].as_str().expect("an id").to_owned()).collect()
}

/// An answer that fails `failed` and takes the rest.
fn answer(request: &Request, failed: &str, code: &str) -> Answer {
    let taken: Vec<Value> = ids(request)
        .iter()
        .filter(|id| *id != failed)
        .map(|id| json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "" }))
        .collect();
    let failed: Vec<Value> = ids(request)
        .iter()
        .filter(|id| *id == failed)
        .map(|id| json!({ "Id": id, "Code": code, "SenderFault": true }))
        .collect();
    Answer::new(200, json!({ "Successful": taken, "Failed": failed }).to_string())
}

fn error(code: &str, message: &str) -> Answer {
    Answer::new(400, json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message }).to_string())
}

#[tokio::test]
async fn entries_that_failed_behind_a_200_are_named() {
    let stub = Stub::start(|_, request: &Request| answer(request, "13", "InternalError")).await;
    let batch: Vec<_> = (0..25).map(outbound).collect();
    let failed = queue(&stub).send(&batch).await.expect("an answer");
    assert_eq!(failed.iter().map(|entry| entry.index).collect::<Vec<_>>(), [13]);
    let receipts: Vec<_> = (0..25).map(|n| Receipt(format!("receipt {n}"))).collect();
    let failed = queue(&stub).ack(&receipts).await.expect("an answer");
    assert_eq!(failed.iter().map(|entry| entry.index).collect::<Vec<_>>(), [13]);
    assert_eq!(stub.requests().len(), 6);
}

#[tokio::test]
async fn a_nack_that_comes_too_late_is_no_error() {
    let expired = "Value r for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.";
    for (code, message) in
        [("ReceiptHandleIsInvalid", "no"), ("InvalidParameterValue", expired), ("MessageNotInflight", "no")]
    {
        let stub = Stub::start(move |_, _: &Request| error(code, message)).await;
        let answer = queue(&stub).nack(&Receipt("r".to_owned()), Duration::from_secs(30)).await;
        assert!(answer.is_ok(), "{code}: {answer:?}");
    }
    let total = "Value 30 for parameter VisibilityTimeout is invalid. \
                 Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
    let stub = Stub::start(move |_, _: &Request| error("InvalidParameterValue", total)).await;
    let answer = queue(&stub).nack(&Receipt("r".to_owned()), Duration::from_secs(30)).await;
    assert!(matches!(answer, Err(PortError::Limit { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_not_found() {
    let config = support::config().await;
    let answer = SqsQueue::named(Client::new(&config), support::fresh()).await;
    assert!(matches!(answer, Err(PortError::NotFound { .. })), "{answer:?}");
}

/// The bound on calls is twenty seconds as well; it must not cut a long poll short.
#[tokio::test]
async fn a_receive_may_wait_for_twenty_seconds() {
    let stub = Stub::start(|_, _: &Request| Answer::new(200, "{}").after(Duration::from_millis(20_500))).await;
    let received = queue(&stub).receive(10, Duration::from_secs(20), None).await.expect("nothing, and no error");
    assert_eq!(received, []);
    assert_eq!(stub.requests().len(), 1);
    let sent: Value = serde_json::from_str(&stub.requests()[0].body).expect("JSON");
    assert_eq!(sent["WaitTimeSeconds"], 20);
}
