//! Topics on Amazon SNS.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_sns::{
    Client,
    error::{BuildError, ProvideErrorMetadata},
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use mesh_core::{
    message::{Message, check_limits},
    ports::{FailedEntry, PortError, Publisher},
};

use crate::{
    Names,
    batch::{Outcomes, Refusal, chunks},
    error::{code, is_refusal, port_error},
};

const PORT: &str = "publisher";
/// Most characters of a subject.
const MAX_SUBJECT: usize = 99;

/// Topics that fan out to queues. What they do is in [`Publisher`].
///
/// One `PublishBatch` per ten messages of a channel, one after the other: channels in the order in which the batch
/// first names them. A topic that does not exist, or that may not be published to, fails its own entries only.
#[derive(Debug, Clone)]
pub struct SnsTopics {
    client: Client,
    names: Names,
}

/// What a request that was not answered with 200 means for its entries.
enum Failure {
    /// None was taken, and repeating it changes nothing.
    Refused { code: String, message: String },
    /// Nothing is known.
    Unknown(PortError),
}

impl SnsTopics {
    /// The topics of a deployment.
    #[must_use]
    pub fn new(client: Client, names: Names) -> Self {
        Self { client, names }
    }

    async fn publish_chunk(
        &self,
        channel: &str,
        chunk: &[usize],
        batch: &[Message],
        outcomes: &mut Outcomes,
    ) -> Result<(), PortError> {
        match self.send(channel, chunk, batch, outcomes).await {
            Ok(()) => Ok(()),
            Err(Failure::Refused { code, message }) => {
                outcomes.refused(chunk, &code, &message);
                Ok(())
            }
            Err(Failure::Unknown(error)) => Err(error),
        }
    }

    async fn send(
        &self,
        channel: &str,
        chunk: &[usize],
        batch: &[Message],
        outcomes: &mut Outcomes,
    ) -> Result<(), Failure> {
        let unknown = |error| Failure::Unknown(PortError::unavailable(PORT, "an entry cannot be built", error));
        let entries = chunk.iter().map(|&index| entry(index, &batch[index])).collect::<Result<Vec<_>, _>>();
        let request = self.client.publish_batch().topic_arn(self.names.topic_arn(channel));
        let sent = request.set_publish_batch_request_entries(Some(entries.map_err(unknown)?)).send().await;
        let answer = sent.map_err(|error| match code(&error) {
            Some(code) if is_refusal(&error) => {
                let said = error.as_service_error().and_then(|answer| answer.message()).unwrap_or("no reason given");
                Failure::Refused { code: code.to_owned(), message: format!("the topic of {channel}: {said}") }
            }
            _ => Failure::Unknown(port_error(PORT, &format!("publish to {channel}"), error)),
        })?;
        let taken = answer.successful().iter().filter_map(|entry| entry.id());
        let refused = answer.failed();
        let refused =
            refused.iter().map(|entry| Refusal { id: &entry.id, code: &entry.code, message: entry.message() });
        outcomes.answered(chunk, taken, refused);
        Ok(())
    }
}

#[async_trait]
impl Publisher for SnsTopics {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        for message in batch {
            check_limits(PORT, &message.body, &message.attributes)?;
        }
        let requests = requests(batch);
        let mut outcomes = Outcomes::default();
        for (position, (channel, chunk)) in requests.iter().enumerate() {
            if let Err(error) = self.publish_chunk(channel, chunk, batch, &mut outcomes).await {
                let rest = requests[position..].iter().flat_map(|(_, chunk)| chunk.iter().copied());
                return outcomes.broken_off(rest, error);
            }
        }
        Ok(outcomes.failed())
    }
}

/// The requests of a batch, each to one channel, with the positions of its entries.
fn requests(batch: &[Message]) -> Vec<(&str, Vec<usize>)> {
    let mut channels: Vec<(&str, Vec<usize>)> = Vec::new();
    for (index, message) in batch.iter().enumerate() {
        match channels.iter_mut().find(|(channel, _)| *channel == message.channel) {
            Some((_, indices)) => indices.push(index),
            None => channels.push((&message.channel, vec![index])),
        }
    }
    let cut = |(channel, indices): (_, Vec<usize>)| {
        let sized = indices.into_iter().map(|index| (index, batch[index].size()));
        chunks(sized).into_iter().map(move |chunk| (channel, chunk))
    };
    channels.into_iter().flat_map(cut).collect()
}

fn entry(index: usize, message: &Message) -> Result<PublishBatchRequestEntry, BuildError> {
    let text = |value: &String| MessageAttributeValue::builder().data_type("String").string_value(value).build();
    let attributes: Result<HashMap<_, _>, BuildError> =
        message.attributes.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect();
    let attributes = Some(attributes?).filter(|attributes| !attributes.is_empty());
    PublishBatchRequestEntry::builder()
        .id(index.to_string())
        .message(&message.body)
        .set_subject(subject(&message.subject))
        .set_message_attributes(attributes)
        .build()
}

/// The subject as SNS takes it: one over its limits would fail the message for ever, and it is for people's eyes only.
fn subject(subject: &str) -> Option<String> {
    let fitting: String = subject.chars().filter(|letter| !letter.is_control()).take(MAX_SUBJECT).collect();
    let fitting = fitting.trim();
    (!fitting.is_empty()).then(|| fitting.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn message(channel: &str, bytes: usize) -> Message {
        let body = "x".repeat(bytes);
        Message { channel: channel.to_owned(), subject: String::new(), attributes: BTreeMap::new(), body }
    }

    #[test]
    fn requests_hold_one_channel_each_in_the_order_of_the_batch() {
        let mut batch: Vec<_> = (0..12).map(|_| message("/b", 1)).collect();
        batch.insert(1, message("/a", 200_000));
        batch.push(message("/a", 100_000));
        let expected =
            [("/b", vec![0, 2, 3, 4, 5, 6, 7, 8, 9, 10]), ("/b", vec![11, 12]), ("/a", vec![1]), ("/a", vec![13])];
        assert_eq!(requests(&batch), expected);
    }

    #[test]
    fn subjects_fit() {
        assert_eq!(subject("Made a\nb"), Some("Made ab".to_owned()));
        assert_eq!(subject(&"x".repeat(200)).map(|fitting| fitting.len()), Some(MAX_SUBJECT));
        assert_eq!(subject("\n"), None);
    }
}
