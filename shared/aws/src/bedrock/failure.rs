//! What a failed exchange means. The name of the exception decides before the status, and the message where one means many
//! things.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_bedrockruntime::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::LengthLimitError;
use mesh_core::{Timestamp, ports::ModelErrorKind};
use mesh_models::adapter::{ErrorBody, Failure, Optional, Reply, by_status, json, without_answer};

/// Where Bedrock names a request.
pub(super) const REQUEST_IDS: [&str; 1] = ["x-amzn-requestid"];

/// The exceptions that say that a request was not signed by anybody who may.
const AUTH: [&str; 9] = [
    "ExpiredTokenException",
    "ExpiredToken",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Reads an error of the SDK, which came at `now`. `optional` are the fields of the request that can be left out.
pub(super) fn of<E>(error: &SdkError<E, HttpResponse>, now: Timestamp, optional: &[Optional]) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let metadata = context.err().meta();
            answered(&reply(context.raw(), now), metadata.code(), metadata.message(), optional)
        }
        SdkError::ResponseError(context) => unread(error, &reply(context.raw(), now), optional),
        _ => unsigned(error).unwrap_or_else(|| match error {
            SdkError::ConstructionFailure(_) => {
                Failure::new(ModelErrorKind::InvalidRequest, format!("the request cannot be made: {}", deepest(error)))
            }
            _ => Failure::new(ModelErrorKind::Transport, format!("cannot connect: {}", deepest(error))),
        }),
    }
}

/// A request that nobody could sign. What says so may name files and addresses of this machine, and is not shown.
fn unsigned(error: &(dyn Error + 'static)) -> Option<Failure> {
    match chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        Some(CredentialsError::ProviderTimedOut(_) | CredentialsError::ProviderError(_)) => {
            Some(Failure::new(ModelErrorKind::Transport, "the credentials for AWS could not be fetched"))
        }
        Some(_) => Some(Failure::new(ModelErrorKind::Auth, "there are no credentials for AWS")),
        // Without anybody to ask for them the SDK has no error of a type of its own.
        None => {
            let nobody = chain(error).any(|cause| cause.to_string().contains("credential"));
            nobody.then(|| Failure::new(ModelErrorKind::Auth, "there is nobody to ask for credentials for AWS"))
        }
    }
}

/// Whether the model itself failed.
pub(super) fn is_the_models<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code == Some("ModelErrorException")
}

/// A reply as the providers over HTTPS have it.
fn reply(raw: &HttpResponse, now: Timestamp) -> Reply {
    let pair =
        |(name, value): (&str, &str)| Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?));
    let headers: HeaderMap = raw.headers().iter().filter_map(pair).collect();
    let body = raw.body().bytes().unwrap_or_default().to_vec();
    Reply { body, ..Reply::head(raw.status().as_u16(), headers, now, &REQUEST_IDS) }
}

/// A reply that is no answer, by the name and the words of its exception.
fn answered(reply: &Reply, code: Option<&str>, message: Option<&str>, optional: &[Optional]) -> Failure {
    let told = |reply: &Reply| {
        let mut body = ErrorBody::read(&reply.body);
        code.unwrap_or_default().clone_into(&mut body.class);
        message.unwrap_or_default().clone_into(&mut body.message);
        let kind = kind(reply.status, &body);
        if kind == ModelErrorKind::Auth {
            // The words of such a refusal may quote the request with its session token.
            "the credentials were refused".clone_into(&mut body.message);
        }
        Failure::told(reply, &body, kind, optional)
    };
    // Of a good status only a body that cannot be read ends here.
    match json(reply, told) {
        Ok(body) => without_answer(reply, &body, told),
        Err(failure) => failure,
    }
}

fn kind(status: u16, body: &ErrorBody) -> ModelErrorKind {
    match body.class.as_str() {
        class if AUTH.contains(&class) => ModelErrorKind::Auth,
        "AccessDeniedException" if body.says(&["invalid_payment_instrument"]) => ModelErrorKind::QuotaExhausted,
        "AccessDeniedException" => ModelErrorKind::Permission,
        // The model is being let in: the agreement takes some minutes.
        "MPAgreementBeingCreated" => ModelErrorKind::Overloaded,
        "FTUFormNotFilled" => ModelErrorKind::Permission,
        "ResourceNotFoundException" if body.says(&["use case details"]) => ModelErrorKind::Permission,
        "ResourceNotFoundException" => ModelErrorKind::ModelNotFound,
        // A quota of the day shares status and name with throttling.
        "ThrottlingException" | "ServiceQuotaExceededException" if body.says(&["per day"]) => {
            ModelErrorKind::QuotaExhausted
        }
        "ThrottlingException" | "ServiceQuotaExceededException" => ModelErrorKind::RateLimited,
        "ModelNotReadyException" | "ServiceUnavailableException" => ModelErrorKind::Overloaded,
        "ModelTimeoutException" => ModelErrorKind::Timeout,
        "ModelErrorException" | "InternalServerException" => ModelErrorKind::ServerError,
        "ValidationException" => invalid(body),
        _ => by_status(status),
    }
}

/// Several failures share the name of a malformed request and are known by their words alone.
fn invalid(body: &ErrorBody) -> ModelErrorKind {
    const TOO_LONG: [&str; 5] = [
        "input is too long",
        "prompt is too long",
        "too many input tokens",
        "exceed context limit",
        "maximum context length",
    ];
    const POLICY: [&str; 4] =
        ["blocked by our content filters", "content filtering policy", "responsible ai policy", "content policy"];
    // The second is of models that are reached by a profile alone.
    const UNKNOWN: [&str; 2] = ["model identifier is invalid", "with on-demand throughput isn"];
    if body.says(&TOO_LONG) {
        ModelErrorKind::ContextLength
    } else if body.says(&POLICY) {
        ModelErrorKind::ContentPolicy
    } else if body.says(&UNKNOWN) {
        ModelErrorKind::ModelNotFound
    } else {
        ModelErrorKind::InvalidRequest
    }
}

/// A reply whose body did not come whole.
fn unread<E>(error: &SdkError<E, HttpResponse>, reply: &Reply, optional: &[Optional]) -> Failure
where
    E: Error + 'static,
{
    if reply.status >= 300 {
        // The status says enough; of such a body nothing would be kept.
        return answered(&Reply { body: Vec::new(), ..reply.clone() }, None, None, optional);
    }
    if chain(error).any(|cause| cause.is::<LengthLimitError>()) {
        return Failure::in_answer(reply, ModelErrorKind::MalformedOutput, "the answer is longer than what is read");
    }
    Failure::in_answer(reply, ModelErrorKind::Transport, format!("the connection broke off: {}", deepest(error)))
}

/// The error and what caused it.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The innermost cause: the outer ones say little.
fn deepest(error: &(dyn Error + 'static)) -> String {
    let text = chain(error).last().map(ToString::to_string).unwrap_or_default();
    text.chars().take(160).collect()
}
