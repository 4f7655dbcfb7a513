//! Sending straight to a queue.

use std::collections::HashMap;

use aws_sdk_sqs::{
    error::BuildError,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use mesh_core::{
    message::{check_limits, size_of},
    ports::{FailedEntry, OutboundMessage, PortError},
};

use super::{MAX_DELAY, PORT, SqsQueue, seconds};
use crate::{
    batch::{Outcomes, Refusal, chunks},
    error::port_error,
};

pub(super) async fn send(queue: &SqsQueue, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
    for message in batch {
        check_limits(PORT, &message.body, &message.attributes)?;
        seconds("delay", message.delay, MAX_DELAY)?;
    }
    let requests = chunks(batch.iter().map(|message| size_of(&message.body, &message.attributes)).enumerate());
    let mut outcomes = Outcomes::default();
    for (position, chunk) in requests.iter().enumerate() {
        if let Err(error) = send_chunk(queue, chunk, batch, &mut outcomes).await {
            return outcomes.broken_off(requests[position..].concat(), error);
        }
    }
    Ok(outcomes.failed())
}

async fn send_chunk(
    queue: &SqsQueue,
    chunk: &[usize],
    batch: &[OutboundMessage],
    outcomes: &mut Outcomes,
) -> Result<(), PortError> {
    let entries = chunk.iter().map(|&index| entry(index, &batch[index])).collect::<Result<Vec<_>, _>>()?;
    let request = queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries));
    let answer = request.send().await;
    let answer = answer.map_err(|error| port_error(PORT, &format!("send to {}", queue.name), error))?;
    let taken = answer.successful().iter().map(|entry| entry.id());
    let refused = answer.failed();
    let refused = refused.iter().map(|entry| Refusal { id: &entry.id, code: &entry.code, message: entry.message() });
    outcomes.answered(chunk, taken, refused);
    Ok(())
}

fn entry(index: usize, message: &OutboundMessage) -> Result<SendMessageBatchRequestEntry, PortError> {
    let delay = seconds("delay", message.delay, MAX_DELAY)?;
    let built = |error: BuildError| PortError::unavailable(PORT, "an entry cannot be built", error);
    let text = |value: &String| MessageAttributeValue::builder().data_type("String").string_value(value).build();
    let attributes: Result<HashMap<_, _>, BuildError> =
        message.attributes.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect();
    let attributes = Some(attributes.map_err(built)?).filter(|attributes| !attributes.is_empty());
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body)
        .delay_seconds(delay)
        .set_message_attributes(attributes)
        .build()
        .map_err(built)
}
