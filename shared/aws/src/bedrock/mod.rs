//! Models behind Amazon Bedrock, through its SDK: text by Converse, images by InvokeModel.
//!
//! What a request is made of, what a failure means for us, when it is tried again and what an answer costs is shared with the
//! providers over HTTPS (`mesh_models::adapter`); here are the wire formats and the SDK.

mod answer;
mod cap;
mod catalog;
mod chat;
mod door;
mod failure;
mod image;
mod image_answer;
mod image_wire;
mod wire;

use std::num::NonZeroU32;

pub(crate) use self::catalog::Bedrock;
pub use self::{chat::BedrockChat, image::BedrockImages};

/// A model at Amazon Bedrock. Credentials, and the region where none is named, are the SDK's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BedrockSettings {
    /// The id of a model (`amazon.nova-pro-v1:0`) or of an inference profile (`eu.anthropic.claude-sonnet-4-6`), or the ARN of
    /// either.
    pub model: String,
    /// The region to ask in; `None`: that of the SDK's configuration.
    pub region: Option<String>,
    /// The endpoint instead of AWS's own: https, or http on this machine. `None`: that of the SDK's configuration.
    pub endpoint: Option<String>,
    /// Hosts that may be called; empty: any.
    pub allowed_hosts: Vec<String>,
    /// Most requests a minute, of each model by itself and in each process; what is over waits, or fails as rate-limited when
    /// it would wait past its deadline. `None`: no limit of our own.
    pub requests_per_minute: Option<NonZeroU32>,
}

impl BedrockSettings {
    /// A model, where and as the SDK's configuration says.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), region: None, endpoint: None, allowed_hosts: Vec::new(), requests_per_minute: None }
    }
}
