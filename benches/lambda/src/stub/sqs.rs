//! SQS in its JSON protocol.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    aws::Aws,
    queue::{Message, Queue},
};

/// Visibility when a receive names none.
const VISIBILITY: u64 = 720;

pub(super) async fn answer(aws: &Aws, operation: &str, input: &Value) -> Option<Value> {
    if operation == "GetQueueUrl" {
        return Some(json!({ "QueueUrl": format!("http://stub/{}/{}", super::ACCOUNT, input["QueueName"].as_str()?) }));
    }
    let queue = aws.queue(input["QueueUrl"].as_str()?.rsplit('/').next()?);
    Some(match operation {
        "ReceiveMessage" => receive(&queue, input).await,
        "SendMessage" => send(&queue, input),
        "SendMessageBatch" => each(input, |entry| send(&queue, entry)),
        "DeleteMessage" => delete(&queue, input),
        "DeleteMessageBatch" => each(input, |entry| delete(&queue, entry)),
        "ChangeMessageVisibility" => hide(&queue, input),
        "ChangeMessageVisibilityBatch" => each(input, |entry| hide(&queue, entry)),
        "GetQueueAttributes" => json!({ "Attributes": {
            "ApproximateNumberOfMessages": queue.len().to_string(),
            "ApproximateNumberOfMessagesNotVisible": "0",
            "ApproximateNumberOfMessagesDelayed": "0",
        }}),
        _ => return None,
    })
}

async fn receive(queue: &Arc<Queue>, input: &Value) -> Value {
    let max = input["MaxNumberOfMessages"].as_u64().unwrap_or(1);
    let wait = Duration::from_secs(input["WaitTimeSeconds"].as_u64().unwrap_or(0));
    let visibility = Duration::from_secs(input["VisibilityTimeout"].as_u64().unwrap_or(VISIBILITY));
    let taken = queue.receive(usize::try_from(max).unwrap_or(1), wait, visibility).await;
    json!({ "Messages": taken.iter().map(received).collect::<Vec<_>>() })
}

fn received(message: &Message) -> Value {
    json!({
        "MessageId": message.id,
        "ReceiptHandle": message.id,
        "Body": message.body,
        "Attributes": system_attributes(message),
        "MessageAttributes": message.attributes.iter().map(|(name, value)| {
            (name.clone(), json!({ "DataType": "String", "StringValue": value }))
        }).collect::<Map<_, _>>(),
    })
}

/// The attributes SQS itself gives a message.
pub(crate) fn system_attributes(message: &Message) -> Value {
    json!({
        "ApproximateReceiveCount": message.receives.to_string(),
        "SentTimestamp": "1763700000000",
        "ApproximateFirstReceiveTimestamp": "1763700000001",
        "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
    })
}

fn send(queue: &Queue, entry: &Value) -> Value {
    let text = |value: &Value| value["StringValue"].as_str().unwrap_or_default().to_owned();
    let attributes = entry["MessageAttributes"].as_object().into_iter().flatten();
    let attributes: BTreeMap<String, String> = attributes.map(|(name, value)| (name.clone(), text(value))).collect();
    let id = queue.send(entry["MessageBody"].as_str().unwrap_or_default().to_owned(), attributes);
    json!({ "MessageId": id, "MD5OfMessageBody": "" })
}

fn delete(queue: &Queue, entry: &Value) -> Value {
    queue.delete(entry["ReceiptHandle"].as_str().unwrap_or_default());
    json!({})
}

fn hide(queue: &Queue, entry: &Value) -> Value {
    let time = Duration::from_secs(entry["VisibilityTimeout"].as_u64().unwrap_or(0));
    queue.hide(entry["ReceiptHandle"].as_str().unwrap_or_default(), time);
    json!({})
}

/// Does it for each entry of a batch; all of them succeed.
fn each(input: &Value, mut one: impl FnMut(&Value) -> Value) -> Value {
    let entries = input["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let done = entries.iter().map(|entry| {
        let mut answer = one(entry);
        answer["Id"] = entry["Id"].clone();
        answer
    });
    json!({ "Successful": done.collect::<Vec<_>>(), "Failed": [] })
}
