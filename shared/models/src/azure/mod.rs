//! OpenAI's models as Azure serves them: its format under other addresses, with another header for the key.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, ImageModel, ModelError, RenderRequest, RenderResponse, Secrets},
};

use crate::{
    ConfigError, ServerSettings,
    chat::{BODY_CAP, Chat, text_model},
    http::{Auth, Dialect, Way, limits, segment},
    openai::{ChatCompletions, IMAGE_BODY_CAP, OpenAiImages},
};

static DIALECT: Dialect = Dialect { request_ids: &["x-request-id", "apim-request-id"], closed: limits::none };

/// A model that Azure serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureSettings {
    /// The resource. `base_url` is its address without a path, `https://{resource}.openai.azure.com`; `model` the model that
    /// was deployed, by which prices and capabilities are found; `provider` usually `azure`.
    pub server: ServerSettings,
    /// The name of the deployment.
    pub deployment: String,
    /// Which of the two styles of addresses is asked.
    pub api: AzureApi,
}

/// A style of Azure's addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AzureApi {
    /// `/openai/deployments/{deployment}/chat/completions?api-version=…`.
    Classic {
        /// The version of the API, such as `2024-10-21`.
        api_version: String,
    },
    /// `/openai/v1/chat/completions`; the deployment stands in the body.
    V1,
}

impl AzureSettings {
    /// The way to `path` of the deployment.
    fn way(&self, path: &str, body_cap: usize) -> Result<Way, ConfigError> {
        let deployment = segment("the deployment", &self.deployment)?;
        let (path, query) = match &self.api {
            AzureApi::V1 => (format!("openai/v1/{path}"), None),
            AzureApi::Classic { api_version } => {
                let version = segment("the version of the API", api_version)?.to_owned();
                (format!("openai/deployments/{deployment}/{path}"), Some(("api-version", version)))
            }
        };
        Ok(Way { path, query, auth: Auth::Header("api-key"), headers: &[], body_cap, dialect: &DIALECT })
    }
}

/// A model behind Azure's chat completions, in either style of address.
///
/// * The key goes into `api-key`.
/// * What Azure's filters withhold is a content filter's finish when it is the answer, and
///   [`ContentPolicy`](mesh_core::ports::ModelErrorKind::ContentPolicy) when it is the prompt.
/// * Money is that of the same model at OpenAI unless the table names `azure/…` itself.
/// * All else is as with [`OpenAiChat`](crate::OpenAiChat).
pub struct AzureChat(Chat);

impl AzureChat {
    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(settings: AzureSettings, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let way = settings.way("chat/completions", BODY_CAP)?;
        let chat = Chat::new(settings.server, way, &ChatCompletions, secrets, clock)?;
        Ok(Self(chat.asking_for(settings.deployment)))
    }
}

text_model!(AzureChat);

/// A model behind Azure's image generation, in either style of address.
///
/// The key, the filters and money are as with [`AzureChat`], all else as with [`OpenAiImages`].
#[derive(Debug)]
pub struct AzureImages(OpenAiImages);

impl AzureImages {
    /// The model of the settings. Makes no call.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting that cannot be used.
    pub fn new(settings: AzureSettings, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let way = settings.way("images/generations", IMAGE_BODY_CAP)?;
        Ok(Self(OpenAiImages::over(settings.server, way, Some(settings.deployment), secrets, clock)?))
    }
}

#[async_trait]
impl ImageModel for AzureImages {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn quote(&self, request: &RenderRequest) -> Option<u64> {
        self.0.quote(request)
    }

    async fn render(&self, request: &RenderRequest, deadline: Timestamp) -> Result<RenderResponse, ModelError> {
        self.0.render(request, deadline).await
    }
}
