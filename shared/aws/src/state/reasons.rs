//! Why a transaction did not happen.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::CancellationReason,
};
use mesh_core::ports::{Commit, CommitAnswer, PortError};

use super::{
    PORT,
    entry::{self, Entry},
};
use crate::error::port_error;

/// How a transaction ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The answer is clear.
    Answer(CommitAnswer),
    /// The ledger refused, with the entry as it stands.
    Refused(Option<Entry>),
}

/// Codes of reasons after which the same request may succeed.
const PASSING: [&str; 3] = ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];

/// What an error of the call says. The lease comes before the documents: who lost it has nothing to run again. A
/// condition comes before what passes: to repeat the request would not help.
pub(super) fn ended(commit: &Commit, error: SdkError<TransactWriteItemsError>) -> Result<Ended, PortError> {
    let cancelled = matches!(
        &error,
        SdkError::ServiceError(context) if context.err().is_transaction_canceled_exception()
    );
    if !cancelled {
        return match port_error(PORT, "call TransactWriteItems", error) {
            PortError::Throttled { .. } => Ok(Ended::Answer(CommitAnswer::Throttled)),
            error => Err(error),
        };
    }
    match error.into_service_error() {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            judge(commit, cancelled.cancellation_reasons.unwrap_or_default())
        }
        other => Err(unexpected(other.code())),
    }
}

/// The reasons are in the order of the items: the ledger entry, then the documents.
fn judge(commit: &Commit, mut reasons: Vec<CancellationReason>) -> Result<Ended, PortError> {
    let refused = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if let Some(ledger) = reasons.first_mut().filter(|reason| refused(reason)) {
        return ledger.item.take().map(entry::read).transpose().map(Ended::Refused);
    }
    let document = commit.writes.iter().zip(reasons.iter().skip(1)).find(|(_, reason)| refused(reason));
    if let Some((write, _)) = document {
        return Ok(Ended::Answer(CommitAnswer::Conflict { key: write.document.key.clone() }));
    }
    let mut codes = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None");
    match codes.clone().find(|code| !PASSING.contains(code)) {
        None if codes.next().is_some() => Ok(Ended::Answer(CommitAnswer::Throttled)),
        lasting => Err(unexpected(lasting)),
    }
}

fn unexpected(code: Option<&str>) -> PortError {
    let message = format!("TransactWriteItems was cancelled: {}", code.unwrap_or("without a reason"));
    PortError::Unavailable { port: PORT, message, source: None }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::CancellationReason;
    use mesh_core::ports::{Commit, CommitAnswer, Conclusion, DocKey, Document, Write, WriteMode};
    use serde_json::Value;
    use uuid::Uuid;

    use super::{Ended, judge};

    fn commit() -> Commit {
        let write = |id: &str| {
            let key = DocKey::new("widget", id);
            let (owner, index, sort, expires_at) = (None, None, None, None);
            let document = Document { key, version: 0, owner, index, sort, expires_at, body: Value::Null };
            Write { mode: WriteMode::Create, document }
        };
        Commit {
            agent: "alpha".to_owned(),
            event_id: Uuid::from_u128(1),
            token: Uuid::from_u128(2),
            writes: vec![write("a"), write("b")],
            outbox: Vec::new(),
            conclusion: Conclusion::Completed,
        }
    }

    fn answer(codes: [&str; 3]) -> Option<Ended> {
        let reason = |code: &str| CancellationReason::builder().code(code).build();
        judge(&commit(), codes.map(reason).to_vec()).ok()
    }

    #[test]
    fn the_lease_outranks_documents_and_those_outrank_what_passes() {
        const FAILED: &str = "ConditionalCheckFailed";
        assert!(matches!(answer([FAILED, FAILED, "TransactionConflict"]), Some(Ended::Refused(None))));
        for codes in [["None", "None", FAILED], ["TransactionConflict", "ThrottlingError", FAILED]] {
            let conflict = answer(codes);
            assert!(
                matches!(&conflict, Some(Ended::Answer(CommitAnswer::Conflict { key })) if key.id == "b"),
                "{conflict:?}"
            );
        }
    }

    #[test]
    fn what_passes_is_throttled_and_the_rest_an_error() {
        for code in ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"] {
            assert!(matches!(answer(["None", code, "None"]), Some(Ended::Answer(CommitAnswer::Throttled))), "{code}");
        }
        assert!(answer(["None", "ValidationError", "ThrottlingError"]).is_none());
        assert!(answer(["None", "None", "None"]).is_none());
    }
}
