//! The providers under test.

use std::sync::Arc;

use mesh_core::ports::{Secrets, TextModel};
use mesh_models::{
    AnthropicChat, AzureApi, AzureChat, AzureImages, AzureSettings, ConfigError, GeminiChat, GeminiImages, OpenAiChat,
    ServerSettings,
};

use crate::{
    server::Received,
    world::{KEY, Model, OneKey, clock},
};

/// A provider, and what each of its requests must look like.
pub(crate) struct Provider {
    /// The folder of its cases.
    pub(crate) fixtures: &'static str,
    /// The model that is asked unless a case says otherwise.
    pub(crate) model: &'static str,
    /// What stands in the first line of a request; `{model}` is the model.
    pub(crate) path: &'static str,
    /// What comes after the server's address in the base URL.
    pub(crate) base: &'static str,
    /// The header of the key, and what comes before it.
    pub(crate) key: (&'static str, &'static str),
    /// Another header that every request has.
    pub(crate) header: (&'static str, &'static str),
    make: fn(ServerSettings) -> Result<Model, ConfigError>,
}

impl Provider {
    /// The settings for a server at `origin`, such as `http://127.0.0.1:1`.
    pub(crate) fn settings(&self, origin: &str, model: &str) -> ServerSettings {
        let word = self.fixtures.split('_').next().unwrap();
        ServerSettings::new(word, format!("{origin}{}", self.base), model, "key-name")
    }

    /// The first line of a request.
    pub(crate) fn line(&self, model: &str) -> String {
        self.path.replace("{model}", model)
    }

    /// Whether the key is in its header, and nowhere else in the head.
    pub(crate) fn is_opened_by(&self, received: &Received) -> bool {
        let (name, prefix) = self.key;
        received.header(name) == Some(&format!("{prefix}{KEY}")) && received.head.matches(KEY).count() == 1
    }

    pub(crate) fn make(&self, settings: ServerSettings) -> Result<Model, ConfigError> {
        (self.make)(settings)
    }

    /// A text model; panics for one of images.
    pub(crate) fn text(&self, settings: ServerSettings) -> Arc<dyn TextModel> {
        match self.make(settings).unwrap() {
            Model::Text(model) => model,
            Model::Image(_) => panic!("{} has images", self.fixtures),
        }
    }
}

pub(crate) fn secrets() -> Arc<dyn Secrets> {
    Arc::new(OneKey)
}

fn azure(server: ServerSettings, api: AzureApi) -> Result<Model, ConfigError> {
    let settings = AzureSettings { server, deployment: "writer".into(), api };
    Ok(Model::Text(Arc::new(AzureChat::new(settings, secrets(), clock())?)))
}

const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) static OPENAI: Provider = Provider {
    fixtures: "openai",
    model: "gpt-4o-mini",
    path: "POST /v1/chat/completions HTTP/1.1",
    base: "/v1",
    key: ("authorization", "Bearer "),
    header: JSON,
    make: |settings| Ok(Model::Text(Arc::new(OpenAiChat::new(settings, secrets(), clock())?))),
};

pub(crate) static AZURE_CLASSIC: Provider = Provider {
    path: "POST /openai/deployments/writer/chat/completions?api-version=2024-10-21 HTTP/1.1",
    make: |settings| azure(settings, AzureApi::Classic { api_version: "2024-10-21".into() }),
    ..AZURE
};

pub(crate) static AZURE_V1: Provider = AZURE;

const AZURE: Provider = Provider {
    fixtures: "azure",
    model: "gpt-4o-mini",
    path: "POST /openai/v1/chat/completions HTTP/1.1",
    base: "",
    key: ("api-key", ""),
    header: JSON,
    make: |settings| azure(settings, AzureApi::V1),
};

/// Images of a deployment, in the style that names it in the address.
pub(crate) static AZURE_IMAGES: Provider = Provider {
    fixtures: "azure_images",
    model: "gpt-image-1",
    path: "POST /openai/deployments/writer/images/generations?api-version=2025-04-01-preview HTTP/1.1",
    make: |server| {
        let api = AzureApi::Classic { api_version: "2025-04-01-preview".into() };
        let settings = AzureSettings { server, deployment: "writer".into(), api };
        Ok(Model::Image(Arc::new(AzureImages::new(settings, secrets(), clock())?)))
    },
    ..AZURE
};

pub(crate) static ANTHROPIC: Provider = Provider {
    fixtures: "anthropic",
    model: "claude-sonnet-4-6",
    path: "POST /v1/messages HTTP/1.1",
    base: "/v1",
    key: ("x-api-key", ""),
    header: ("anthropic-version", "2023-06-01"),
    make: |settings| Ok(Model::Text(Arc::new(AnthropicChat::new(settings, secrets(), clock())?))),
};

pub(crate) static GEMINI: Provider = Provider {
    fixtures: "gemini",
    model: "gemini-2.5-flash",
    path: "POST /v1beta/models/{model}:generateContent HTTP/1.1",
    base: "/v1beta",
    key: ("x-goog-api-key", ""),
    header: JSON,
    make: |settings| Ok(Model::Text(Arc::new(GeminiChat::new(settings, secrets(), clock())?))),
};

pub(crate) static GEMINI_IMAGES: Provider = Provider {
    fixtures: "gemini_images",
    model: "gemini-2.5-flash-image",
    path: "POST /v1beta/models/{model}:generateContent HTTP/1.1",
    base: "/v1beta",
    key: ("x-goog-api-key", ""),
    header: JSON,
    make: |settings| Ok(Model::Image(Arc::new(GeminiImages::new(settings, secrets(), clock())?))),
};
