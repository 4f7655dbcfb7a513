//! The end of a message that nobody acks: the dead-letter queue, or the end of its retention.

use std::{collections::BTreeMap, time::Duration};

use mesh_core::ports::{Delivery, OutboundMessage};

use super::fixture::{Fixture, gather, message};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(
            too_often_received_is_moved,
            "a message received maxReceiveCount times goes to the dead-letter queue next"
        ),
        case!(moved_is_unchanged, "a moved message keeps body, attributes and the time it was first sent"),
        case!(others_are_not_moved, "the move of one message leaves the others where they are"),
        case!(the_dlq_is_a_queue, "a dead-letter queue takes sends, receives, nacks and acks like any queue"),
        case!(retention_ends_a_message, "a message is kept until its retention is over, and not longer"),
    ]
}

/// Receives the only visible message until it has been handed out `max_receive_count` times, nacking each time.
async fn wear_out(f: &Fixture) -> Result<Delivery, String> {
    let mut last = f.one(None).await?;
    for _ in 1..f.max_receive_count {
        f.queue.nack(&last.receipt, Duration::ZERO).await.said("nack")?;
        last = f.one(None).await?;
    }
    f.queue.nack(&last.receipt, Duration::ZERO).await.said("nack")?;
    Ok(last)
}

/// The one message in the dead-letter queue.
async fn buried(f: &Fixture) -> Result<Delivery, String> {
    let mut got = gather(f.dlq.as_ref(), &f.time, 1, None).await?;
    ensure!(got.len() == 1, "the dead-letter queue holds {} messages instead of one", got.len());
    Ok(got.remove(0))
}

async fn too_often_received_is_moved(f: &Fixture) -> Verdict {
    f.send(&["m"]).await?;
    let last = wear_out(f).await?;
    ensure_eq("the last receive count", &last.receive_count, &f.max_receive_count)?;
    f.nothing("after maxReceiveCount deliveries").await?;
    ensure_eq("the body in the dead-letter queue", buried(f).await?.body.as_str(), "m")?;
    f.time.pass(f.visibility + f.time.units(1)).await;
    f.nothing("after the move").await?;
    f.depth("after the move", (0, 0, 0)).await
}

async fn moved_is_unchanged(f: &Fixture) -> Verdict {
    let attributes = BTreeMap::from([("ce-type".to_owned(), "WidgetMade".to_owned())]);
    let sent = OutboundMessage { attributes: attributes.clone(), ..message("{\"n\": 1}") };
    f.send_all(std::slice::from_ref(&sent)).await?;
    f.time.pass(f.time.units(1)).await;
    let last = wear_out(f).await?;
    f.nothing("after maxReceiveCount deliveries").await?;
    let found = buried(f).await?;
    ensure_eq("body", &found.body, &sent.body)?;
    ensure_eq("attributes", &found.attributes, &attributes)?;
    ensure_eq("sent_at", &found.sent_at, &last.sent_at)
}

async fn others_are_not_moved(f: &Fixture) -> Verdict {
    f.send(&["worn"]).await?;
    wear_out(f).await?;
    f.send(&["fresh"]).await?;
    let left = gather(f.queue.as_ref(), &f.time, 2, None).await?;
    ensure_eq("what is left in the queue", &super::fixture::bodies(&left), &vec!["fresh".to_owned()])?;
    ensure_eq("what is in the dead-letter queue", buried(f).await?.body.as_str(), "worn")
}

async fn the_dlq_is_a_queue(f: &Fixture) -> Verdict {
    let sent = OutboundMessage { attributes: BTreeMap::from([("a".to_owned(), "b".to_owned())]), ..message("by hand") };
    ensure_eq("entries not taken", &f.dlq.send(std::slice::from_ref(&sent)).await.said("send")?, &vec![])?;
    let first = buried(f).await?;
    ensure_eq("body", first.body.as_str(), "by hand")?;
    ensure_eq("attributes", &first.attributes, &sent.attributes)?;
    f.dlq.nack(&first.receipt, Duration::ZERO).await.said("nack")?;
    let second = buried(f).await?;
    ensure_eq("entries not acked", &f.dlq.ack(&[second.receipt]).await.said("ack")?, &vec![])?;
    let after = f.dlq.receive(10, f.time.patience(), None).await.said("receive")?;
    ensure_eq("what is left", &super::fixture::bodies(&after), &vec![])?;
    f.nothing("in the queue itself").await
}

async fn retention_ends_a_message(f: &Fixture) -> Verdict {
    let Some(retention) = f.retention else {
        return Ok(());
    };
    f.send(&["m"]).await?;
    f.time.pass(retention - f.time.units(2)).await;
    let got = f.one(Some(f.time.units(1) / 2)).await?;
    ensure_eq("body shortly before the end", got.body.as_str(), "m")?;
    f.time.pass(f.time.units(4)).await;
    f.nothing("after the retention is over").await?;
    f.depth("after the retention is over", (0, 0, 0)).await
}
