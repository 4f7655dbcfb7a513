//! From the SDK's errors to those of the ports. Only codes, the services' sentences and the chain of causes go into a
//! text: requests and answers hold prompts, articles and secrets.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use mesh_core::ports::PortError;

/// Codes with which a service asks for fewer requests, or for the same one again; nothing happened.
const THROTTLES: [&str; 19] = [
    "BandwidthLimitExceeded",
    "KMSThrottlingException",
    "KmsThrottled",
    "LimitExceededException",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Codes for what was named and is not there.
const ABSENT: [&str; 12] = [
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NoSuchKey",
    "NonExistentQueue",
    "NotFound",
    "NotFoundException",
    "QueueDeletedRecently",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "TableNotFoundException",
    "TopicNotFoundException",
];

/// What a port reports of a failed call; `doing` completes "cannot ..."; it says which call on what.
pub(crate) fn port_error<E>(port: &'static str, doing: &str, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let SdkError::ServiceError(context) = &error else {
        return PortError::Unavailable { port, message: format!("cannot {doing}: {}", causes(&error)), source: None };
    };
    let metadata = context.err().meta();
    // An answer to HEAD has no body, and so neither code nor message.
    let status = || format!("HTTP {}", context.raw().status().as_u16());
    let code = metadata.code().map_or_else(status, str::to_owned);
    let said = format!("cannot {doing}: {code}: {}", metadata.message().unwrap_or("no message"));
    if is_throttle(&code) {
        PortError::Throttled { port, message: said }
    } else if ABSENT.contains(&code.as_str()) {
        PortError::NotFound { port, what: format!("what is needed to {doing} ({code})") }
    } else {
        PortError::Unavailable { port, message: said, source: None }
    }
}

/// The code of an error the service answered with; `None` when it did not answer.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// Whether the service looked at the call and refused it for good: the same call will be refused again.
pub(crate) fn is_refusal<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let refused = status.is_some_and(|status| (400..500).contains(&status) && status != 408 && status != 429);
    refused && code(error).is_some_and(|code| !is_throttle(code))
}

/// Whether a code asks for the same request later.
pub(crate) fn is_throttle(code: &str) -> bool {
    THROTTLES.contains(&code)
}

/// The displayed chain. The errors themselves are not kept: their debug texts hold whole responses.
fn causes(error: &dyn Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        error::{ErrorMetadata, SdkError},
        operation::get_item::GetItemError,
    };
    use aws_smithy_runtime_api::http::{Response, StatusCode};
    use aws_smithy_types::body::SdkBody;
    use mesh_core::ports::PortError;

    use super::port_error;

    fn response(status: u16) -> Response {
        Response::new(StatusCode::try_from(status).expect("a status"), SdkBody::from("an answer"))
    }

    fn answered(code: &str) -> PortError {
        let error = GetItemError::generic(ErrorMetadata::builder().code(code).message("a sentence").build());
        port_error("state_store", "call GetItem on a-table", SdkError::service_error(error, response(400)))
    }

    #[test]
    fn codes_become_kinds() {
        assert!(matches!(answered("ThrottlingException"), PortError::Throttled { .. }));
        assert!(matches!(answered("TransactionConflictException"), PortError::Throttled { .. }));
        assert!(matches!(answered("ResourceNotFoundException"), PortError::NotFound { .. }));
        assert!(matches!(answered("AccessDeniedException"), PortError::Unavailable { .. }));
        assert!(matches!(answered("InternalServerError"), PortError::Unavailable { .. }));
    }

    #[test]
    fn texts_say_what_was_done_and_never_show_an_answer() {
        let text = format!("{:?}", answered("InternalServerError"));
        assert!(text.contains("cannot call GetItem on a-table: InternalServerError: a sentence"), "{text}");
        assert!(!text.contains("an answer"), "{text}");
        let cut_off = SdkError::<GetItemError, _>::response_error("the connection broke", response(200));
        let text = format!("{:?}", port_error("state_store", "call GetItem on a-table", cut_off));
        assert!(text.contains("the connection broke") && !text.contains("an answer"), "{text}");
    }

    #[test]
    fn an_answer_without_a_body_is_told_by_its_status() {
        let error = SdkError::service_error(GetItemError::generic(ErrorMetadata::builder().build()), response(403));
        let text = port_error("blobs", "look at an object", error).to_string();
        assert!(text.contains("HTTP 403"), "{text}");
    }
}
