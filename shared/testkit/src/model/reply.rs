//! What a scripted call ends in.

use bytes::Bytes;
use mesh_core::ports::{ChatResponse, Finish, ModelError, ModelErrorKind, RenderResponse, Usage};

use super::image::picture;

/// What a scripted call ends in; made from a text or the bytes of an image, a kind of failure, or the port's own answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<A = ChatResponse>(pub(super) Box<Result<A, ModelError>>);

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        response(text).into()
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        response(text).into()
    }
}

impl From<ChatResponse> for Reply {
    fn from(answer: ChatResponse) -> Self {
        Ok(answer).into()
    }
}

impl From<Bytes> for Reply<RenderResponse> {
    fn from(image: Bytes) -> Self {
        picture(image).into()
    }
}

impl From<RenderResponse> for Reply<RenderResponse> {
    fn from(answer: RenderResponse) -> Self {
        Ok(answer).into()
    }
}

impl<A> From<ModelErrorKind> for Reply<A> {
    fn from(kind: ModelErrorKind) -> Self {
        failure(kind).into()
    }
}

impl<A> From<ModelError> for Reply<A> {
    fn from(error: ModelError) -> Self {
        Err(error).into()
    }
}

impl<A> From<Result<A, ModelError>> for Reply<A> {
    fn from(result: Result<A, ModelError>) -> Self {
        Self(Box::new(result))
    }
}

/// An answer of this text, priced at a tenth of a cent.
pub fn response(text: impl Into<String>) -> ChatResponse {
    let text = text.into();
    let usage = Usage { input_tokens: 100, output_tokens: 1 + text.len() as u64 / 4, ..Usage::default() };
    ChatResponse {
        text,
        finish: Finish::Stop,
        usage,
        cost_micro_usd: Some(1_000),
        model: "scripted".to_owned(),
        offline: false,
        provider_request_id: None,
        attempts: 1,
    }
}

/// A failure of this kind that used no tokens.
#[must_use]
pub fn failure(kind: ModelErrorKind) -> ModelError {
    ModelError {
        kind,
        model: "scripted/test".to_owned(),
        message: "as scripted".to_owned(),
        retry_after: None,
        provider_request_id: None,
        usage: Usage::default(),
        cost_micro_usd: None,
    }
}
