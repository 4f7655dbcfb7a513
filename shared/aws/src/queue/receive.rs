//! Receiving.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sqs::{
    config::{Builder, timeout::TimeoutConfig},
    types::{Message, MessageSystemAttributeName},
};
use mesh_core::{
    Timestamp,
    ports::{Delivery, PortError, Receipt},
};

use super::{MAX_VISIBILITY, MAX_WAIT, PORT, SqsQueue, limit, seconds};
use crate::{batch::MAX_ENTRIES, clients::CALL, error::port_error};

pub(super) async fn receive(
    queue: &SqsQueue,
    max: usize,
    wait: Duration,
    visibility: Option<Duration>,
) -> Result<Vec<Delivery>, PortError> {
    let count = i32::try_from(max).ok().filter(|_| (1..=MAX_ENTRIES).contains(&max));
    let count = count.ok_or_else(|| limit("max", max.to_string(), format!("1 to {MAX_ENTRIES}")))?;
    let wait = seconds("wait", wait, MAX_WAIT)?;
    let visibility = visibility.map(|visibility| seconds("visibility", visibility, MAX_VISIBILITY)).transpose()?;
    let request = queue
        .client
        .receive_message()
        .queue_url(&queue.url)
        .max_number_of_messages(count)
        .wait_time_seconds(wait)
        .set_visibility_timeout(visibility)
        .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
        .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
        .message_attribute_names("All");
    // The bound on calls is meant for calls that answer at once; a long poll takes its wait on top.
    let patience = CALL + Duration::from_secs(u64::from(wait.unsigned_abs()));
    let timeouts = TimeoutConfig::builder().operation_timeout(patience).build();
    let answer = request.customize().config_override(Builder::new().timeout_config(timeouts)).send().await;
    let answer = answer.map_err(|error| port_error(PORT, &format!("receive from {}", queue.name), error))?;
    Ok(answer.messages.unwrap_or_default().into_iter().map(delivery).collect())
}

fn delivery(message: Message) -> Delivery {
    let system = |name: MessageSystemAttributeName| {
        message.attributes.as_ref().and_then(|attributes| attributes.get(&name)).map(String::as_str)
    };
    let receive_count = system(MessageSystemAttributeName::ApproximateReceiveCount);
    let sent_at = system(MessageSystemAttributeName::SentTimestamp);
    let (receive_count, sent_at) =
        (receive_count.and_then(|count| count.parse().ok()), sent_at.and_then(|at| at.parse().ok()));
    let attributes = message.message_attributes.unwrap_or_default();
    // Attributes of other types than text cannot be the mesh's own.
    let attributes: BTreeMap<_, _> =
        attributes.into_iter().filter_map(|(name, value)| Some((name, value.string_value?))).collect();
    Delivery {
        message_id: message.message_id.unwrap_or_default(),
        receipt: Receipt(message.receipt_handle.unwrap_or_default()),
        body: message.body.unwrap_or_default(),
        attributes,
        receive_count: receive_count.unwrap_or(1),
        sent_at: Timestamp(sent_at.unwrap_or_default()),
    }
}
