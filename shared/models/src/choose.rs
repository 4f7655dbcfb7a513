//! From settings to a model.

use std::sync::Arc;

use mesh_core::{
    config::TextModelSettings,
    ports::{Clock, Secrets, TextModel},
};

use crate::{ConfigError, OfflineTextModel, OpenAiChat, OpenAiSettings};

/// The text model the settings name. `secrets` hold its key, if it needs one.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn text_model(
    settings: &TextModelSettings,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn TextModel>, ConfigError> {
    Ok(match settings {
        TextModelSettings::Offline { name } => Arc::new(OfflineTextModel::from_name(name)?),
        TextModelSettings::OpenAi { model, base_url, api_key_name } => {
            let settings = OpenAiSettings {
                base_url: base_url.clone(),
                model: model.clone(),
                api_key_name: api_key_name.clone(),
                organisation: None,
            };
            Arc::new(OpenAiChat::new(settings, secrets, clock)?)
        }
    })
}
