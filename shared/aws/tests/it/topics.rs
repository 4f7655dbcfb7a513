//! Topics, where SNS fails in part.

use aws_sdk_sns::Client;
use mesh_aws::{Names, SnsTopics};
use mesh_core::ports::{FailedEntry, PortError, Publisher, Queue};

use crate::{
    stub::{Answer, Request, Stub},
    support::{self, message},
};

fn topics(stub: &Stub) -> SnsTopics {
    SnsTopics::new(Client::new(&stub.config), Names::new("it", "000000000000", support::region(&stub.config)))
}

/// The ids of the entries of a `PublishBatch`.
fn ids(request: &Request) -> Vec<String> {
    let fields = request.body.split('&').filter_map(|field| field.split_once('='));
    let ids = fields.filter(|(name, _)| name.starts_with("PublishBatchRequestEntries") && name.ends_with(".Id"));
    ids.map(|(_, id)| id.to_owned()).collect()
}

/// An answer that takes `taken`, fails `failed`, and does not say a word of the others.
fn answer(taken: &[String], failed: &[&str]) -> Answer {
    let taken = taken.iter().map(|id| format!("<member><Id>{id}</Id><MessageId>m-{id}</MessageId></member>"));
    let failed = failed.iter().map(|id| {
        format!(
            "<member><Id>{id}</Id><Code>InternalError</Code><Message>no</Message>\
             <SenderFault>false</SenderFault></member>"
        )
    });
    let (taken, failed) = (taken.collect::<String>(), failed.collect::<String>());
    Answer::new(
        200,
        format!(
            "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult>\
             <Successful>{taken}</Successful><Failed>{failed}</Failed></PublishBatchResult></PublishBatchResponse>"
        ),
    )
}

fn error(status: u16, code: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <Error><Type>Any</Type><Code>{code}</Code><Message>said so</Message></Error></ErrorResponse>"
    );
    Answer::new(status, body)
}

fn named(failed: &[FailedEntry]) -> Vec<(usize, &str)> {
    failed.iter().map(|entry| (entry.index, entry.code.as_str())).collect()
}

#[tokio::test]
async fn an_entry_that_failed_behind_a_200_is_named() {
    let respond = |_, request: &Request| {
        let taken: Vec<String> = ids(request).into_iter().filter(|id| !["11", "12"].contains(&id.as_str())).collect();
        let failed = if taken.len() < ids(request).len() { vec!["11"] } else { Vec::new() };
        answer(&taken, &failed)
    };
    let stub = Stub::start(respond).await;
    let batch: Vec<_> = (0..14).map(|n| message("/a", n)).collect();
    let failed = topics(&stub).publish(&batch).await.expect("an answer");
    assert_eq!(named(&failed), [(11, "InternalError"), (12, "NoAnswer")]);
}

#[tokio::test]
async fn a_thousand_messages_are_a_hundred_requests() {
    let stub = Stub::start(|_, request: &Request| answer(&ids(request), &[])).await;
    let batch: Vec<_> = (0..1_000).map(|n| message("/a", n)).collect();
    assert_eq!(topics(&stub).publish(&batch).await.expect("an answer"), []);
    let requests = stub.requests();
    assert_eq!(requests.len(), 100);
    let sent: Vec<usize> = requests.iter().flat_map(ids).map(|id| id.parse().expect("a position")).collect();
    assert_eq!(sent, (0..1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_channel_that_is_refused_leaves_the_others_alone() {
    let respond = |_, request: &Request| match request.body.contains("it-forbidden") {
        true => error(403, "AuthorizationError"),
        false => answer(&ids(request), &[]),
    };
    let stub = Stub::start(respond).await;
    let batch = [message("/forbidden", 0), message("/a", 1), message("/forbidden", 2)];
    let failed = topics(&stub).publish(&batch).await.expect("an answer");
    assert_eq!(named(&failed), [(0, "AuthorizationError"), (2, "AuthorizationError")]);
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn an_outage_is_an_error_only_while_nothing_was_taken() {
    let batch: Vec<_> = (0..25).map(|n| message("/a", n)).collect();
    let stub = Stub::start(|_, _: &Request| error(500, "InternalError")).await;
    let answer_of_an_outage = topics(&stub).publish(&batch).await;
    assert!(matches!(answer_of_an_outage, Err(PortError::Unavailable { .. })), "{answer_of_an_outage:?}");
    assert_eq!(stub.requests().len(), 2, "the SDK repeats once, and no other request follows");
    let throttling = Stub::start(|_, _: &Request| error(400, "Throttling")).await;
    let answer_of_a_throttle = topics(&throttling).publish(&batch).await;
    assert!(matches!(answer_of_a_throttle, Err(PortError::Throttled { .. })), "{answer_of_a_throttle:?}");
    let respond = |n, request: &Request| if n == 0 { answer(&ids(request), &[]) } else { error(500, "InternalError") };
    let halfway = Stub::start(respond).await;
    let failed = topics(&halfway).publish(&batch).await.expect("an answer, since some were taken");
    assert_eq!(named(&failed), (10..25).map(|index| (index, "Unavailable")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_arrive() {
    let config = support::config().await;
    let names = support::topics(&config, &["/a"]).await;
    let queue = support::subscriber(&config, &names, "/a").await;
    let batch: Vec<_> = (0..1_000).map(|n| message("/a", n)).collect();
    let topics = SnsTopics::new(Client::new(&config), names);
    assert_eq!(topics.publish(&batch).await.expect("an answer"), []);
    let mut visible = 0;
    for _ in 0..40 {
        visible = queue.depth().await.expect("a depth").visible;
        if visible == 1_000 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    assert_eq!(visible, 1_000);
}
