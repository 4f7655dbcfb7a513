//! Receiving: hiding, counting, and moving to the dead-letter queue.

use std::time::Duration;

use mesh_core::{
    Timestamp,
    ports::{Delivery, Receipt},
};
use rusqlite::Row;
use uuid::Uuid;

use super::{Settings, attributes, count, expired, settings};
use crate::{db::Scope, error::Fault};

/// A receive.
pub(super) struct Request {
    pub(super) queue: String,
    pub(super) max: usize,
    pub(super) visibility: Option<Duration>,
    pub(super) owner: i64,
    /// Makes the receipts of this receive different from all others.
    pub(super) nonce: u128,
}

/// What a receive found.
pub(super) struct Reception {
    pub(super) queue: i64,
    pub(super) deliveries: Vec<Delivery>,
    /// When nothing was ready: when something will be.
    pub(super) next: Option<Timestamp>,
}

/// A message that is ready.
struct Ready {
    seq: i64,
    message_id: [u8; 16],
    sent_at: i64,
    receive_count: u32,
    body: Option<String>,
    attributes: Option<String>,
}

impl Ready {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            message_id: row.get(1)?,
            sent_at: row.get(2)?,
            receive_count: row.get(3)?,
            body: row.get(4)?,
            attributes: row.get(5)?,
        })
    }
}

pub(super) fn receive(scope: &Scope<'_>, request: &Request) -> Result<Reception, Fault> {
    let queue = settings(scope, &request.queue)?;
    let mut deliveries = Vec::new();
    // Each round makes progress: what it reads is handed out, moved or removed.
    loop {
        let ready = ready(scope, queue.id, request.max - deliveries.len())?;
        let some = !ready.is_empty();
        for message in ready {
            deliveries.extend(hand_out(scope, request, &queue, message)?);
        }
        if deliveries.len() == request.max || !some {
            break;
        }
    }
    let next = if deliveries.is_empty() { next(scope, queue.id)? } else { None };
    Ok(Reception { queue: queue.id, deliveries, next })
}

fn ready(scope: &Scope<'_>, queue: i64, limit: usize) -> Result<Vec<Ready>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/queue/ready.sql"))?;
    let rows = statement.query_map((queue, scope.now.0, count(limit)), Ready::read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn next(scope: &Scope<'_>, queue: i64) -> Result<Option<Timestamp>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/queue/next.sql"))?;
    let next: Option<i64> = statement.query_row((queue, scope.now.0), |row| row.get(0))?;
    Ok(next.map(Timestamp))
}

/// Hands out a message, unless its time is over or it was received too often.
fn hand_out(scope: &Scope<'_>, request: &Request, queue: &Settings, message: Ready) -> Result<Option<Delivery>, Fault> {
    if message.sent_at <= expired(scope.now) {
        scope.sql(include_str!("../../queries/queue/remove.sql"))?.execute([message.seq])?;
        return Ok(None);
    }
    if let Some((dlq, most)) = queue.redrive
        && i64::from(message.receive_count) >= most
    {
        let mut statement = scope.sql(include_str!("../../queries/queue/dead_letter.sql"))?;
        statement.execute((message.seq, dlq, scope.now.0))?;
        scope.wake(dlq);
        return Ok(None);
    }
    take(scope, request, queue, message).map(Some)
}

fn take(scope: &Scope<'_>, request: &Request, queue: &Settings, message: Ready) -> Result<Delivery, Fault> {
    let visible_at = scope.now.plus(request.visibility.unwrap_or(queue.visibility));
    scope.sql(include_str!("../../queries/queue/take.sql"))?.execute((
        message.seq,
        visible_at.0,
        scope.now.0,
        request.nonce.to_be_bytes(),
        request.owner,
    ))?;
    let body = message.body.ok_or_else(|| Fault::corrupt(format!("message {}", message.seq), "it has no body"))?;
    Ok(Delivery {
        message_id: Uuid::from_bytes(message.message_id).to_string(),
        receipt: Receipt(format!("{:x}.{:032x}", message.seq, request.nonce)),
        body,
        attributes: attributes(message.attributes)?,
        receive_count: message.receive_count.saturating_add(1),
        sent_at: Timestamp(message.sent_at),
    })
}
