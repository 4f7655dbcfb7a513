//! What one invocation does.

use std::sync::Arc;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use futures_util::{StreamExt, stream};
use lambda_runtime::Diagnostic;
use mesh_core::{
    Fate, Runner, Timestamp,
    ports::{Delivery, PortError, Queue},
};
use serde::Serialize;
use serde_json::Value;

use super::record::Record;
use crate::host::parts::asks;

/// Records handled at once by an agent that asks no model; one that does takes one at a time, because its answers are what
/// takes the time, and the service runs as many of it as the mapping allows.
const IN_FLIGHT: usize = 4;

/// An invocation that could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not an event of ours.
    #[error("the event is neither a batch of SQS records nor {{\"sweep\": true}}; it is {0}")]
    Unknown(&'static str),
    /// A record that comes again has no id to be reported by; the whole batch comes again instead.
    #[error("a record without messageId is to come again; the whole batch is returned for it")]
    Unnamed,
    /// The sweep failed.
    #[error("the sweep failed; the next goes on")]
    Sweep(#[source] PortError),
}

impl From<&Refusal> for Diagnostic {
    fn from(refusal: &Refusal) -> Self {
        let (error_type, error_message) = match refusal {
            Refusal::Unknown(_) => ("UnknownEvent", refusal.to_string()),
            Refusal::Unnamed => ("UnnamedRecord", refusal.to_string()),
            Refusal::Sweep(cause) => ("SweepFailed", format!("{refusal}: {cause}")),
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}

/// What an invocation is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Answer {
    /// Which records of a batch come again.
    Batch(SqsBatchResponse),
    /// How many messages a sweep sent.
    Swept {
        /// The number.
        sent: usize,
    },
}

/// The function of one agent.
#[derive(Debug)]
pub struct Function {
    runner: Arc<Runner>,
    queue: Arc<dyn Queue>,
    in_flight: usize,
}

impl Function {
    /// The function that carries the messages of `queue`.
    pub fn new(runner: Arc<Runner>, queue: Arc<dyn Queue>) -> Self {
        let in_flight = if asks(&**runner.agent()) { 1 } else { IN_FLIGHT };
        Self { runner, queue, in_flight }
    }

    /// Carries out one invocation that ends at `ends_at`, and gives its answer.
    ///
    /// # Errors
    /// [`Refusal`] when nothing can be answered; the service then repeats the whole invocation.
    pub async fn invoke(&self, event: Value, ends_at: Timestamp) -> Result<Answer, Refusal> {
        match event {
            Value::Object(mut fields) => match (fields.remove("Records"), fields.get("sweep")) {
                (Some(Value::Array(records)), _) => self.batch(records, ends_at).await,
                (None, Some(Value::Bool(true))) => self.sweep().await,
                _ => Err(Refusal::Unknown("an object with other fields")),
            },
            other => Err(Refusal::Unknown(kind(&other))),
        }
    }

    async fn sweep(&self) -> Result<Answer, Refusal> {
        let sent = self.runner.sweep().await.map_err(Refusal::Sweep)?;
        // Once a minute, and nearly always of nothing.
        if sent > 0 {
            tracing::info!(event = "Swept", sent);
        }
        Ok(Answer::Swept { sent })
    }

    async fn batch(&self, records: Vec<Value>, ends_at: Timestamp) -> Result<Answer, Refusal> {
        let mut again =
            stream::iter(records).map(|record| self.record(record, ends_at)).buffer_unordered(self.in_flight);
        let mut answer = SqsBatchResponse::default();
        let mut unnamed = false;
        while let Some(one) = again.next().await {
            match one {
                None => {}
                // An empty id would be taken for the failure of the whole batch, but without a word why.
                Some(id) if id.is_empty() => unnamed = true,
                Some(id) => answer.add_failure(id),
            }
        }
        if unnamed {
            return Err(Refusal::Unnamed);
        }
        Ok(Answer::Batch(answer))
    }

    /// Carries one record to its fate. Answers its id when it is to come again.
    async fn record(&self, record: Value, ends_at: Timestamp) -> Option<String> {
        match Record::read(record) {
            Record::Message(delivery) => match self.runner.process(&delivery, Some(ends_at)).await {
                Fate::Ack(_) => None,
                Fate::Retry { after, .. } => {
                    self.hide(&delivery, after).await;
                    Some(delivery.message_id)
                }
            },
            Record::Unreadable { id: Some(id) } => {
                tracing::error!(message_id = id, "A record is not of the shape SQS gives it; it comes again.");
                Some(id)
            }
            Record::Unreadable { id: None } => {
                // There is nothing to keep, and nothing to name it by.
                tracing::error!("What is no record was among the records; it is dropped.");
                None
            }
        }
    }

    /// Hides a message for the back-off. When that fails, it comes again after the queue's own time-out.
    async fn hide(&self, delivery: &Delivery, after: std::time::Duration) {
        if let Err(error) = self.queue.nack(&delivery.receipt, after).await {
            tracing::warn!(message_id = delivery.message_id, %error, "A message could not be hidden.");
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
