//! Asking a model for an image.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{ModelError, Usage};
use crate::time::Timestamp;

/// Most bytes of an image a model may answer with.
pub const MAX_IMAGE_BYTES: usize = 12 * 1024 * 1024;

/// A model that makes one image within a deadline.
///
/// Implementations
/// * MUST return before `deadline`, with [`ModelErrorKind::Timeout`](super::ModelErrorKind::Timeout) when there is none by then;
/// * MUST NOT retry past the deadline, and MUST honour the provider's Retry-After;
/// * MUST answer with at most [`MAX_IMAGE_BYTES`]; who asks still looks at what the bytes are;
/// * MUST NOT put prompts, images or keys into errors or logs.
#[async_trait]
pub trait ImageModel: Debug + Send + Sync {
    /// `provider/model`, as recorded on the content, such as `offline/image-v1`.
    fn name(&self) -> &str;

    /// True for a rule-based stand-in; artefacts are labelled accordingly.
    fn is_offline(&self) -> bool;

    /// Most money this request can cost, in millionths of a US dollar; `None` when no price is known.
    fn quote(&self, _: &RenderRequest) -> Option<u64> {
        None
    }

    /// Asks for one image.
    ///
    /// # Errors
    /// A [`ModelError`] whose kind decides what becomes of the message.
    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError>;
}

/// One request for an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderRequest {
    /// What is to be seen, brand and style included.
    pub prompt: String,
    /// What must not be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Colours to use, as `#rrggbb`, the most important first; providers find them in the prompt.
    #[serde(default)]
    pub colors: Vec<String>,
    /// Words of style; providers find them in the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// A short text on the image, where the model writes one well (the offline model does).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Width to height, in parts: 16 and 9.
    pub aspect_ratio: (u32, u32),
    /// Tells images of one prompt apart.
    #[serde(default)]
    pub seed: u64,
}

/// A model's image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderResponse {
    /// The file as the provider sent it, base64 where it is stored.
    #[serde(with = "base64_bytes")]
    pub image: bytes::Bytes,
    /// What the model made of the prompt, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised_prompt: Option<String>,
    /// What it used.
    pub usage: Usage,
    /// Money, in millionths of a US dollar; `None` when no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micro_usd: Option<u64>,
    /// The model that answered, as `provider/model`.
    pub model: String,
    /// True when a rule-based stand-in answered.
    pub offline: bool,
    /// The provider's id of the request, for a support ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_request_id: Option<String>,
    /// HTTP calls it took, at least 1.
    pub attempts: u32,
}

mod base64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(D::Error::custom)
    }
}
