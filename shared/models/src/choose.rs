//! From settings to models.

use std::sync::Arc;

use mesh_core::{
    Settings,
    config::{ImageModelSettings, TextModelSettings},
    ports::{Clock, ImageModel, Models, Secrets, TextModel},
};

use crate::{ConfigError, OfflineImageModel, OfflineTextModel, OpenAiChat, OpenAiImages, OpenAiSettings};

/// The text model the settings name, alone. `secrets` hold its key, if it needs one.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn text_model(
    settings: &Settings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Models, ConfigError> {
    Ok(Models::none().with_text(text(&settings.text_model, secrets, clock)?))
}

/// The image model the settings name, alone. `secrets` hold its key, if it needs one.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn image_model(
    settings: &Settings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Models, ConfigError> {
    Ok(Models::none().with_image(image(&settings.image_model, secrets, clock)?))
}

/// Every model the settings name, for a process that holds all agents.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn all_models(
    settings: &Settings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Models, ConfigError> {
    let text = text(&settings.text_model, Arc::clone(&secrets), Arc::clone(&clock))?;
    Ok(Models::none().with_text(text).with_image(image(&settings.image_model, secrets, clock)?))
}

fn text(
    settings: &TextModelSettings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn TextModel>, ConfigError> {
    Ok(match settings {
        TextModelSettings::Offline { name } => Arc::new(OfflineTextModel::from_name(name)?),
        TextModelSettings::OpenAi { model, base_url, api_key_name } => {
            Arc::new(OpenAiChat::new(server(model, base_url, api_key_name), secrets, clock)?)
        }
    })
}

fn image(
    settings: &ImageModelSettings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn ImageModel>, ConfigError> {
    Ok(match settings {
        ImageModelSettings::Offline { name } => Arc::new(OfflineImageModel::from_name(name)?),
        ImageModelSettings::OpenAi { model, base_url, api_key_name } => {
            Arc::new(OpenAiImages::new(server(model, base_url, api_key_name), secrets, clock)?)
        }
    })
}

fn server(model: &str, base_url: &str, api_key_name: &str) -> OpenAiSettings {
    OpenAiSettings {
        base_url: base_url.to_owned(),
        model: model.to_owned(),
        api_key_name: api_key_name.to_owned(),
        organisation: None,
    }
}
