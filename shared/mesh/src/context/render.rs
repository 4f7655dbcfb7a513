//! Asking an image model once: the image is stored before it is used.

use bytes::Bytes;
use mesh_contracts::events::ErrorType;
use serde::{Deserialize, Serialize};

use super::{
    Context,
    ask::{out_of_time, parse, to_vec},
};
use crate::{
    agent::AgentError,
    ids,
    ports::{BlobsExt, MAX_IMAGE_BYTES, PutCondition, PutResult, RenderRequest, RenderResponse},
};

/// Most bytes of a stored answer: an image in base64, and what is said of it.
const MOST_BYTES: u64 = MAX_IMAGE_BYTES as u64 / 3 * 4 + 64 * 1024;

/// A model's image as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// SHA-256 of the request that was sent, for the audit.
    pub request_sha256: String,
    /// What the model made.
    pub response: RenderResponse,
}

impl Context<'_> {
    /// Asks the image model, once, as [`Context::ask`] asks the text model.
    ///
    /// # Errors
    /// [`AgentError`] by the class of the model's error.
    pub async fn render(&self, step: &str, request: &RenderRequest) -> Result<Rendered, AgentError> {
        let key = format!("answers/{}/{}/{step}", self.manifest.name, self.event_id);
        if let Some(rendered) = self.stored_image(&key).await? {
            self.settle_earlier(step, rendered.response.cost_micro_usd).await?;
            return Ok(rendered);
        }
        let model = self.image_model()?;
        let deadline = self.call_deadline()?;
        self.reserve(step, || model.quote(request)).await?;
        let (agent, name) = (self.manifest.name.as_str(), model.name());
        tracing::info!(event = "ModelAsked", agent, event_id = %self.event_id, step, model = name);
        let response = match model.render(request, deadline).await {
            Ok(response) => response,
            Err(error) => return Err(self.call_failed(step, name, error).await.about_images()),
        };
        self.count_tokens(name, response.usage);
        if response.image.len() > MAX_IMAGE_BYTES {
            // Paid, and of no use.
            self.spend_image(&response);
            self.settle(step, response.cost_micro_usd).await?;
            return Err(too_large(response.image.len()));
        }
        let request_sha256 = ids::sha256_hex(&to_vec(request)?);
        let kept = self.keep_image(&key, Rendered { request_sha256, response }).await?;
        self.settle(step, kept.response.cost_micro_usd).await?;
        Ok(kept)
    }

    async fn keep_image(&self, key: &str, rendered: Rendered) -> Result<Rendered, AgentError> {
        let body = Bytes::from(to_vec(&rendered)?);
        match self.ports.blobs.put_bytes(key, body, "application/json", PutCondition::IfAbsent).await? {
            PutResult::Stored(_) => {
                self.spend_image(&rendered.response);
                Ok(rendered)
            }
            PutResult::Refused(_) => self.stored_image(key).await?.ok_or_else(out_of_time),
        }
    }

    async fn stored_image(&self, key: &str) -> Result<Option<Rendered>, AgentError> {
        let Some((_, bytes)) = self.ports.blobs.get_bytes(key, MOST_BYTES).await? else {
            return Ok(None);
        };
        let rendered: Rendered = parse(key, &bytes)?;
        self.spend_image(&rendered.response);
        Ok(Some(rendered))
    }

    fn spend_image(&self, response: &RenderResponse) {
        let RenderResponse { usage, cost_micro_usd, .. } = response;
        self.spend(usage.input_tokens, usage.output_tokens, *cost_micro_usd);
    }
}

fn too_large(size: usize) -> AgentError {
    let message = format!("the image has {size} bytes, more than {MAX_IMAGE_BYTES}");
    AgentError::fail("IMAGE_INVALID", ErrorType::Model, message)
}

impl AgentError {
    /// The same for the circuit of the image model.
    fn about_images(self) -> Self {
        match self {
            Self::Retry { code, error_type, message, after, dependency: Some("text_model"), counted } => {
                Self::Retry { code, error_type, message, after, dependency: Some("image_model"), counted }
            }
            other => other,
        }
    }
}
