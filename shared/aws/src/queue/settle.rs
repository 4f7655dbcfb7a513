//! Acknowledging a message, and giving it back.

use std::time::Duration;

use aws_sdk_sqs::{
    error::{BuildError, ProvideErrorMetadata},
    types::DeleteMessageBatchRequestEntry,
};
use mesh_core::ports::{FailedEntry, PortError, Receipt};

use super::{MAX_VISIBILITY, PORT, SqsQueue, limit, seconds};
use crate::{
    batch::{Outcomes, Refusal, chunks},
    error::{code, port_error},
};

/// A receipt that is no longer valid is named as a failed entry, never an error: whoever comes that late must not
/// believe that the message was still theirs, and there is nothing to repeat.
pub(super) async fn ack(queue: &SqsQueue, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
    let requests = chunks((0..receipts.len()).map(|index| (index, 0)));
    let mut outcomes = Outcomes::default();
    for (position, chunk) in requests.iter().enumerate() {
        if let Err(error) = ack_chunk(queue, chunk, receipts, &mut outcomes).await {
            return outcomes.broken_off(requests[position..].concat(), error);
        }
    }
    Ok(outcomes.failed())
}

async fn ack_chunk(
    queue: &SqsQueue,
    chunk: &[usize],
    receipts: &[Receipt],
    outcomes: &mut Outcomes,
) -> Result<(), PortError> {
    let entry = |&index: &usize| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        entry.receipt_handle(&receipts[index].0).build()
    };
    let entries: Result<Vec<_>, BuildError> = chunk.iter().map(entry).collect();
    let entries = entries.map_err(|error| PortError::unavailable(PORT, "an entry cannot be built", error))?;
    let request = queue.client.delete_message_batch().queue_url(&queue.url).set_entries(Some(entries));
    let answer = request.send().await;
    let answer = answer.map_err(|error| port_error(PORT, &format!("ack in {}", queue.name), error))?;
    let taken = answer.successful().iter().map(|entry| entry.id());
    let refused = answer.failed();
    let refused = refused.iter().map(|entry| Refusal { id: &entry.id, code: &entry.code, message: entry.message() });
    outcomes.answered(chunk, taken, refused);
    Ok(())
}

pub(super) async fn nack(queue: &SqsQueue, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
    let delay = seconds("delay", delay, MAX_VISIBILITY)?;
    let request = queue.client.change_message_visibility().queue_url(&queue.url);
    let answer = request.receipt_handle(&receipt.0).visibility_timeout(delay).send().await;
    let Err(error) = answer else { return Ok(()) };
    let said = error.as_service_error().and_then(|answer| answer.message()).unwrap_or_default();
    match code(&error).map(|code| refusal(code, said)) {
        Some(Refused::Stale) => {
            tracing::debug!(queue = queue.name, "The message is no longer held under this receipt.");
            Ok(())
        }
        // SQS counts from the receive, and only SQS knows when that was.
        Some(Refused::TooLong) => Err(limit(
            "delay",
            format!("{delay} s after now"),
            format!("{} s after the receive", MAX_VISIBILITY.as_secs()),
        )),
        _ => Err(port_error(PORT, &format!("nack in {}", queue.name), error)),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Refused {
    /// The receipt is no longer valid, so there is nothing to give back.
    Stale,
    /// The message would be hidden longer than SQS hides any.
    TooLong,
    Otherwise,
}

/// `InvalidParameterValue` is the code of both an expired receipt and a total over twelve hours.
fn refusal(code: &str, said: &str) -> Refused {
    let code = code.rsplit(['#', '.']).next().unwrap_or(code);
    match code {
        "ReceiptHandleIsInvalid" | "MessageNotInflight" => Refused::Stale,
        "InvalidParameterValue" | "InvalidParameterValueException" if said.contains("VisibilityTimeout") => {
            Refused::TooLong
        }
        "InvalidParameterValue" | "InvalidParameterValueException" if said.to_lowercase().contains("receipt") => {
            Refused::Stale
        }
        _ => Refused::Otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let expired = "Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.";
        let total = "Value 43200 for parameter VisibilityTimeout is invalid. \
                     Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
        assert_eq!(refusal("InvalidParameterValue", expired), Refused::Stale);
        assert_eq!(refusal("InvalidParameterValue", total), Refused::TooLong);
        assert_eq!(refusal("AWS.SimpleQueueService.MessageNotInflight", ""), Refused::Stale);
        assert_eq!(refusal("ReceiptHandleIsInvalid", ""), Refused::Stale);
        assert_eq!(refusal("AccessDenied", ""), Refused::Otherwise);
    }
}
