//! The models of an agent's process.

use std::{convert::Infallible, sync::Arc};

use aws_config::SdkConfig;
use mesh_core::{
    Settings,
    ports::{ModelSources, Models},
};
use mesh_models::ConfigError;

use crate::bedrock::Bedrock;

/// The models of an agent that asks none: no provider's client is linked into its binary.
///
/// # Errors
/// Never.
pub fn no_model(_: &Settings, _: ModelSources, _: &SdkConfig) -> Result<Models, Infallible> {
    Ok(Models::none())
}

/// The text models of the settings, those of Amazon Bedrock among them.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn text_model(settings: &Settings, sources: ModelSources, config: &SdkConfig) -> Result<Models, ConfigError> {
    mesh_models::text_model(settings, with_bedrock(settings, sources, config))
}

/// The image models of the settings, those of Amazon Bedrock among them.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn image_model(settings: &Settings, sources: ModelSources, config: &SdkConfig) -> Result<Models, ConfigError> {
    mesh_models::image_model(settings, with_bedrock(settings, sources, config))
}

/// Sources that have Amazon Bedrock's models, when the settings name it.
#[must_use]
pub fn with_bedrock(settings: &Settings, sources: ModelSources, config: &SdkConfig) -> ModelSources {
    match settings.server("bedrock") {
        None => sources,
        Some(_) => {
            let bedrock = Bedrock::new(settings, config, Arc::clone(&sources.clock));
            ModelSources { others: Some(Arc::new(bedrock)), ..sources }
        }
    }
}
