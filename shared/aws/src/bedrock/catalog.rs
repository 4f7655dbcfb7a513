//! Amazon Bedrock's models by name.

use std::{num::NonZeroU32, sync::Arc};

use aws_config::SdkConfig;
use mesh_core::{
    Settings,
    config::NotConfigured,
    ports::{Clock, ImageModel, ModelCatalog, TextModel},
};
use mesh_models::ConfigError;

use super::{BedrockChat, BedrockImages, BedrockSettings};

/// Any model of Bedrock, asked as the SDK's configuration says.
#[derive(Debug)]
pub(crate) struct Bedrock {
    config: SdkConfig,
    clock: Arc<dyn Clock>,
    allowed_hosts: Vec<String>,
    requests_per_minute: Option<NonZeroU32>,
}

impl Bedrock {
    pub(crate) fn new(settings: &Settings, config: &SdkConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            config: config.clone(),
            clock,
            allowed_hosts: settings.model_hosts.clone(),
            requests_per_minute: settings.model_requests_per_minute,
        }
    }

    fn settings(&self, name: &str) -> BedrockSettings {
        BedrockSettings {
            allowed_hosts: self.allowed_hosts.clone(),
            requests_per_minute: self.requests_per_minute,
            ..BedrockSettings::new(name.strip_prefix("bedrock/").unwrap_or(name))
        }
    }
}

impl ModelCatalog for Bedrock {
    fn text(&self, name: &str) -> Result<Arc<dyn TextModel>, NotConfigured> {
        let model = BedrockChat::new(self.settings(name), &self.config, Arc::clone(&self.clock));
        Ok(Arc::new(model.map_err(|error| refused("text", name, &error))?))
    }

    fn image(&self, name: &str) -> Result<Arc<dyn ImageModel>, NotConfigured> {
        let model = BedrockImages::new(self.settings(name), &self.config, Arc::clone(&self.clock));
        Ok(Arc::new(model.map_err(|error| refused("image", name, &error))?))
    }
}

fn refused(kind: &'static str, name: &str, error: &ConfigError) -> NotConfigured {
    NotConfigured { kind, name: name.to_owned(), why: error.to_string() }
}
