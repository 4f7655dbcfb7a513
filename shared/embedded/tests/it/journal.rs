//! The record of what was published.

use std::time::Duration;

use mesh_core::{
    message::Message,
    ports::{Publisher, Queue},
};
use mesh_embedded::JournalEntry;
use mesh_testkit::block_on;
use serde_json::{Value, json};

use crate::support::{Bench, CHANNEL, message, work};

fn events(entries: &[JournalEntry]) -> Vec<&str> {
    entries.iter().filter_map(|entry| entry.event_id.as_deref()).collect()
}

#[test]
fn the_journal_is_found_by_everything_that_names_an_event() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.topics().ensure(&[CHANNEL.to_owned(), "/other".to_owned()]).await.unwrap();
            let elsewhere = Message { channel: "/other".to_owned(), ..message(21) };
            let absent = Message { channel: "/absent".to_owned(), ..message(3) };
            let batch = [message(11), message(12), elsewhere, absent];
            assert_eq!(bench.store.topics().publish(&batch).await.unwrap().len(), 1);
            let journal = bench.store.journal();
            let last = journal.last_seq().await.unwrap();
            let all = journal.since(0, None, 10).await.unwrap();
            assert_eq!(events(&all), ["event-11", "event-12", "event-21"]);
            assert_eq!(all[2].seq, last);
            assert_eq!(events(&journal.since(all[0].seq, None, 1).await.unwrap()), ["event-12"]);
            assert_eq!(events(&journal.since(0, Some("/other"), 10).await.unwrap()), ["event-21"]);
            assert_eq!(events(&journal.by_correlation("run-1", 10).await.unwrap()), ["event-11", "event-12"]);
            assert_eq!(events(&journal.by_event("event-12", 10).await.unwrap()), ["event-12"]);
            assert_eq!(events(&journal.by_subject("widget-1", 10).await.unwrap()), ["event-11", "event-21"]);
            let (seen, sent) = (&all[0], message(11));
            assert_eq!((&seen.body, &seen.attributes, &seen.subject), (&sent.body, &sent.attributes, &sent.subject));
            assert_eq!((seen.channel.as_str(), seen.event_type.as_deref()), (CHANNEL, Some("WidgetMade")));
        });
    }
}

#[test]
fn a_notification_looks_like_one_of_sns() {
    let bench = Bench::in_memory();
    block_on(async {
        bench.store.queues().ensure(&[work()]).await.unwrap();
        let long = Message { subject: format!("line\nbreak {}", "x".repeat(200)), ..message(1) };
        bench.store.topics().publish(&[long]).await.unwrap();
        let got = bench.store.queue("work").receive(1, Duration::ZERO, None).await.unwrap();
        let mut body: Value = serde_json::from_str(&got[0].body).unwrap();
        assert!(body["MessageId"].take().is_string());
        let subject = body["Subject"].take();
        assert_eq!(subject.as_str().map(|text| (text.len(), &text[..10])), Some((100, "line break")));
        let attribute = |value: &str| json!({ "Type": "String", "Value": value });
        let expected = json!({
            "Type": "Notification",
            "MessageId": null,
            "TopicArn": "arn:aws:sns:local:000000000000:mesh-widget-made",
            "Subject": null,
            "Message": "{\"n\": 1}",
            "Timestamp": "2026-01-05T09:00:00.000Z",
            "MessageAttributes": {
                "ce-id": attribute("event-1"),
                "ce-type": attribute("WidgetMade"),
                "ce-correlationid": attribute("run-0"),
                "ce-subject": attribute("widget-1"),
            },
        });
        assert_eq!(body, expected);
    });
}
