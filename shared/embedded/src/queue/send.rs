//! Sending straight to a queue.

use std::time::Duration;

use mesh_core::{
    message::check_limits,
    ports::{Entropy, OutboundMessage, PortError},
};

use super::{Content, Insert, MAX_DELAY, PORT, at_most, encode, message_id, settings};
use crate::{
    db::{Scope, Step},
    error::Fault,
};

/// A message in its stored form.
pub(super) struct Prepared {
    message_id: [u8; 16],
    body: String,
    attributes: Option<String>,
    delay: Duration,
}

/// Checks what SQS would refuse, and encodes.
pub(super) fn prepare(batch: &[OutboundMessage], entropy: &dyn Entropy) -> Result<Vec<Prepared>, PortError> {
    for message in batch {
        check_limits(PORT, &message.body, &message.attributes)?;
        at_most("delay", message.delay, MAX_DELAY)?;
    }
    let prepared = batch.iter().map(|message| {
        Ok(Prepared {
            message_id: message_id(entropy),
            body: message.body.clone(),
            attributes: encode(&message.attributes)?,
            delay: message.delay,
        })
    });
    prepared.collect()
}

pub(super) fn send(scope: &Scope<'_>, name: &str, batch: &[Prepared]) -> Result<Step<()>, Fault> {
    let queue = settings(scope, name)?;
    for message in batch {
        let insert = Insert {
            queue: queue.id,
            message_id: message.message_id,
            visible_at: scope.now.plus(message.delay),
            sent_at: scope.now,
            content: Content::Inline(&message.body, message.attributes.as_deref()),
        };
        insert.execute(scope)?;
    }
    Ok(Step::Keep(()))
}
