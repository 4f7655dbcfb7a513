//! What becomes of a batch: fan-out, wrapping, chunking, failures by name.

use std::collections::{BTreeMap, BTreeSet};

use mesh_core::message::{MAX_MESSAGE_BYTES, Message};

use super::fixture::{Fixture, notifications};
use crate::suite::{Case, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(every_subscriber_gets_it, "a message reaches every queue of its channel and none of another's"),
        case!(
            it_arrives_as_a_notification,
            "a message arrives inside an SNS notification, with subject and attributes"
        ),
        case!(
            copies_share_one_message_id,
            "the copies of one message carry one MessageId, different messages different ones"
        ),
        case!(an_empty_batch_is_nothing, "an empty batch is taken and sends nothing"),
        case!(more_than_ten_are_chunked, "25 messages in one batch all arrive"),
        case!(many_bytes_are_chunked, "a batch of more than 256 KiB arrives, be it bodies or attributes that weigh"),
        case!(channels_may_be_mixed, "one batch may hold messages of several channels"),
        case!(the_largest_message_arrives, "a message of exactly 256 KiB is taken and arrives"),
        case!(failed_entries_are_named, "an entry that was not taken is named by its index; the others arrive"),
    ]
}

async fn every_subscriber_gets_it(f: &Fixture) -> Verdict {
    f.published(&[f.message(1), f.message(2)]).await?;
    f.arrived(&[1, 2]).await?;
    f.arrived_elsewhere(&[]).await
}

async fn it_arrives_as_a_notification(f: &Fixture) -> Verdict {
    let attributes: BTreeMap<_, _> =
        (0..10).map(|n| (format!("ce-name{n}"), format!("na\u{ef}ve value {n}"))).collect();
    let body = "{\"text\": \"na\u{ef}ve \u{1F980} \\\"quoted\\\"\",\r\n\t\"end\": null}".to_owned();
    let sent = Message { attributes, body, ..f.message(1) };
    f.published(std::slice::from_ref(&sent)).await?;
    for queue in &f.queues {
        let found = notifications(queue.as_ref(), &f.time, 1).await?;
        ensure!(!found.is_empty(), "nothing arrived in {}", queue.name());
        let first = &found[0];
        ensure_eq("Message", &first.message, &sent.body)?;
        ensure_eq("MessageAttributes", &first.attributes, &sent.attributes)?;
        ensure_eq("Subject", &first.subject, &Some(sent.subject.clone()))?;
        ensure!(!first.message_id.is_empty() && !first.topic.is_empty(), "MessageId or TopicArn is empty");
    }
    Ok(())
}

async fn copies_share_one_message_id(f: &Fixture) -> Verdict {
    f.published(&[f.message(1), f.message(2)]).await?;
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for queue in &f.queues {
        for found in notifications(queue.as_ref(), &f.time, 2).await? {
            ids.entry(found.message_id).or_default().insert(found.message);
        }
    }
    let different: Vec<usize> = ids.values().map(BTreeSet::len).collect();
    ensure_eq("bodies per MessageId", &different, &vec![1, 1])
}

async fn an_empty_batch_is_nothing(f: &Fixture) -> Verdict {
    f.published(&[]).await?;
    f.arrived(&[]).await
}

async fn more_than_ten_are_chunked(f: &Fixture) -> Verdict {
    let batch: Vec<_> = (0..25).map(|n| f.message(n)).collect();
    f.published(&batch).await?;
    f.arrived(&(0..25).collect::<Vec<_>>()).await
}

async fn many_bytes_are_chunked(f: &Fixture) -> Verdict {
    let heavy_bodies = (0..5).map(|n| {
        let mut message = f.message(n);
        message.body.push_str(&" ".repeat(100 * 1024));
        message
    });
    let heavy_attributes = (5..10).map(|n| {
        let mut message = f.message(n);
        message.attributes.insert("weight".to_owned(), "x".repeat(100 * 1024));
        message
    });
    let batch: Vec<_> = heavy_bodies.chain(heavy_attributes).collect();
    f.published(&batch).await?;
    f.arrived(&(0..10).collect::<Vec<_>>()).await
}

async fn channels_may_be_mixed(f: &Fixture) -> Verdict {
    let channel = |n: usize| if n.is_multiple_of(2) { &f.channel } else { &f.other_channel };
    let batch: Vec<_> = (0..24).map(|n| f.message_to(channel(n), n)).collect();
    f.published(&batch).await?;
    f.arrived(&(0..24).step_by(2).collect::<Vec<_>>()).await?;
    f.arrived_elsewhere(&(1..24).step_by(2).collect::<Vec<_>>()).await
}

async fn the_largest_message_arrives(f: &Fixture) -> Verdict {
    let mut largest = f.message(1);
    largest.body.push_str(&"\"".repeat(MAX_MESSAGE_BYTES - largest.size()));
    ensure_eq("the size of the message", &largest.size(), &MAX_MESSAGE_BYTES)?;
    f.published(std::slice::from_ref(&largest)).await?;
    f.arrived(&[1]).await
}

async fn failed_entries_are_named(f: &Fixture) -> Verdict {
    let Some(failing) = &f.failing_channel else {
        return Ok(());
    };
    let bad = [1, 13, 17];
    let channel = |n: usize| match n {
        n if bad.contains(&n) => failing,
        n if n.is_multiple_of(2) => &f.channel,
        _ => &f.other_channel,
    };
    let batch: Vec<_> = (0..24).map(|n| f.message_to(channel(n), n)).collect();
    let failed = f.publish(&batch).await?;
    let named: BTreeSet<usize> = failed.iter().map(|entry| entry.index).collect();
    ensure_eq("the entries named as failed", &named, &bad.into_iter().collect())?;
    ensure!(failed.iter().all(|entry| !entry.code.is_empty()), "a failed entry has no code: {failed:?}");
    f.arrived(&(0..24).step_by(2).collect::<Vec<_>>()).await?;
    let odd: Vec<_> = (1..24).step_by(2).filter(|n| !bad.contains(n)).collect();
    f.arrived_elsewhere(&odd).await
}
