//! OpenAI's models as Azure serves them: its format under other addresses, with another header for the key.

use std::sync::Arc;

use mesh_core::ports::{Clock, Secrets};

use crate::{
    ConfigError, ServerSettings,
    chat::{BODY_CAP, Chat, text_model},
    http::{Auth, Dialect, Way, limits, segment},
    openai::ChatCompletions,
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
        let deployment = segment("the deployment", &settings.deployment)?.to_owned();
        let (path, query) = match settings.api {
            AzureApi::V1 => ("openai/v1/chat/completions".to_owned(), None),
            AzureApi::Classic { api_version } => {
                let version = segment("the version of the API", &api_version)?.to_owned();
                (format!("openai/deployments/{deployment}/chat/completions"), Some(("api-version", version)))
            }
        };
        let auth = Auth::Header("api-key");
        let way = Way { path, query, auth, headers: &[], body_cap: BODY_CAP, dialect: &DIALECT };
        let chat = Chat::new(settings.server, way, &ChatCompletions, secrets, clock)?;
        Ok(Self(chat.asking_for(deployment)))
    }
}

text_model!(AzureChat);
