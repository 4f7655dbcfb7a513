//! Models behind OpenAI's chat completions, at OpenAI or at any server that speaks its wire format.

mod answer;
mod base_url;
mod call;
mod failure;
mod http;
mod scrub;
mod wire;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Clock, ModelError, Secrets, TextModel},
};
use reqwest::{Url, header::HeaderValue};

use self::{call::Call, wire::Shape};
use crate::ConfigError;

/// Where a model is and how to name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAiSettings {
    /// What comes before `/chat/completions`, such as [`OpenAiSettings::OPENAI`]: https, or http on this machine.
    pub base_url: String,
    /// The model's id at the provider.
    pub model: String,
    /// The name of the secret that holds the API key; never the key.
    pub api_key_name: String,
    /// The organisation to bill, sent as `OpenAI-Organization`.
    pub organisation: Option<String>,
}

impl OpenAiSettings {
    /// OpenAI's own base URL.
    pub const OPENAI: &'static str = "https://api.openai.com/v1";
}

/// A model behind `POST {base}/chat/completions`.
///
/// * Up to three tries inside the deadline for what may heal, waiting as long as the provider asks (at most 120 s).
/// * A key that is refused is fetched anew once.
/// * A field that the server does not take (`max_completion_tokens`, `temperature`, a JSON schema) is renamed, dropped or
///   replaced once and remembered as long as the value lives.
/// * Redirects are refused, answers are read up to 4 MiB, and neither prompt, answer nor key reaches an error or a log.
/// * Images are refused: the pointers of a message lead into our own blob store, which the provider cannot read.
pub struct OpenAiChat {
    name: String,
    settings: OpenAiSettings,
    endpoint: Url,
    organisation: Option<HeaderValue>,
    client: reqwest::Client,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    shape: Mutex<Shape>,
}

impl OpenAiChat {
    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(
        settings: OpenAiSettings,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        for (field, value) in [("the model", &settings.model), ("the name of the API key", &settings.api_key_name)] {
            if value.trim().is_empty() {
                return Err(ConfigError::Field { field });
            }
        }
        let organisation = settings
            .organisation
            .as_deref()
            .map(|value| HeaderValue::from_str(value).map_err(|_| ConfigError::Field { field: "the organisation" }));
        let endpoint = base_url::endpoint(&settings.base_url)?;
        Ok(Self {
            name: format!("openai/{}", settings.model),
            organisation: organisation.transpose()?,
            client: http::client(&endpoint)?,
            endpoint,
            settings,
            secrets,
            clock,
            shape: Mutex::new(Shape::default()),
        })
    }

    /// The shape of request this server takes, as far as it is known.
    fn shape(&self) -> Shape {
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, simpler: Shape) {
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        *shape = shape.and(simpler);
    }
}

impl fmt::Debug for OpenAiChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiChat")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint.as_str())
            .field("shape", &self.shape())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TextModel for OpenAiChat {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_offline(&self) -> bool {
        false
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        Call::new(self, request, deadline).run().await
    }
}
