//! Acknowledging a message, and giving it back.
//!
//! A receipt is good while its message is in flight under it. Afterwards it is refused, even when nobody has received
//! the message since: whoever comes that late must not believe that the message was still theirs.

use std::time::Duration;

use mesh_core::{
    Timestamp,
    ports::{FailedEntry, PortError, Receipt},
};
use rusqlite::OptionalExtension;

use super::{MAX_VISIBILITY, PORT, limit, settings};
use crate::{
    db::{Scope, Step},
    error::Fault,
};

/// What a receipt says of its message.
enum Holding {
    /// It is in flight under this receipt.
    Held { seq: i64, received_at: Timestamp },
    /// It is in the queue, but not under this receipt.
    Lost,
    /// It is no longer in the queue.
    Gone,
    /// This is no receipt.
    Unreadable,
}

pub(super) fn ack(scope: &Scope<'_>, name: &str, receipts: &[Receipt]) -> Result<Step<Vec<FailedEntry>>, Fault> {
    let queue = settings(scope, name)?;
    let mut failed = Vec::new();
    for (index, receipt) in receipts.iter().enumerate() {
        let refused = match holding(scope, queue.id, receipt)? {
            Holding::Held { seq, .. } => {
                scope.sql(include_str!("../../queries/queue/remove.sql"))?.execute([seq])?;
                continue;
            }
            // Acked before: deleting twice is no error on SQS.
            Holding::Gone => continue,
            Holding::Lost => "the message is not in flight under this receipt any more",
            Holding::Unreadable => "this is no receipt of this queue",
        };
        let code = "ReceiptHandleIsInvalid".to_owned();
        failed.push(FailedEntry { index, code, message: refused.to_owned() });
    }
    Ok(Step::Keep(failed))
}

pub(super) fn nack(scope: &Scope<'_>, name: &str, receipt: &Receipt, delay: Duration) -> Result<Step<()>, Fault> {
    let queue = settings(scope, name)?;
    let Holding::Held { seq, received_at } = holding(scope, queue.id, receipt)? else {
        let what = "a message in flight under this receipt".to_owned();
        return Err(PortError::NotFound { port: PORT, what }.into());
    };
    let visible_at = scope.now.plus(delay);
    if visible_at > received_at.plus(MAX_VISIBILITY) {
        let value = format!("{} s after the receive", received_at.until(visible_at).as_secs());
        return Err(limit("delay", value, format!("{} s", MAX_VISIBILITY.as_secs())).into());
    }
    // Without a delay it is visible now, and the receipt void; with one, the receipt stays good until then. It is
    // nobody's in both cases: the death of this process does not shorten a back-off.
    let kept = (!delay.is_zero()).then(|| nonce(receipt)).flatten();
    scope.sql(include_str!("../../queries/queue/hide.sql"))?.execute((seq, visible_at.0, kept))?;
    if delay.is_zero() {
        scope.wake(queue.id);
    }
    Ok(Step::Keep(()))
}

fn holding(scope: &Scope<'_>, queue: i64, receipt: &Receipt) -> Result<Holding, Fault> {
    let parsed = receipt.0.split_once('.').and_then(|(seq, _)| i64::from_str_radix(seq, 16).ok()).zip(nonce(receipt));
    let Some((seq, nonce)) = parsed else { return Ok(Holding::Unreadable) };
    let mut statement = scope.sql(include_str!("../../queries/queue/holding.sql"))?;
    let found = statement.query_row((seq, queue), |row| {
        Ok((row.get::<_, Option<[u8; 16]>>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?))
    });
    Ok(match found.optional()? {
        None => Holding::Gone,
        Some((Some(stored), visible_at, Some(received_at))) if stored == nonce && visible_at > scope.now.0 => {
            Holding::Held { seq, received_at: Timestamp(received_at) }
        }
        Some(_) => Holding::Lost,
    })
}

fn nonce(receipt: &Receipt) -> Option<[u8; 16]> {
    let (_, nonce) = receipt.0.split_once('.')?;
    u128::from_str_radix(nonce, 16).ok().map(u128::to_be_bytes)
}
