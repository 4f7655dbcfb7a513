//! The models of one process.

use std::sync::Arc;

use super::{ImageModel, TextModel};

/// The models agents may ask; an agent's process holds those it asks.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// The model that writes.
    pub text: Option<Arc<dyn TextModel>>,
    /// The model that makes images.
    pub image: Option<Arc<dyn ImageModel>>,
}

impl Models {
    /// No model at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// With a model that writes.
    #[must_use]
    pub fn with_text(mut self, model: Arc<dyn TextModel>) -> Self {
        self.text = Some(model);
        self
    }

    /// With a model that makes images.
    #[must_use]
    pub fn with_image(mut self, model: Arc<dyn ImageModel>) -> Self {
        self.image = Some(model);
        self
    }

    /// The name of the model that writes; `none` without one.
    #[must_use]
    pub fn text_name(&self) -> String {
        self.text.as_ref().map_or_else(|| "none".to_owned(), |model| model.name().to_owned())
    }

    /// The name of the model that makes images; `none` without one.
    #[must_use]
    pub fn image_name(&self) -> String {
        self.image.as_ref().map_or_else(|| "none".to_owned(), |model| model.name().to_owned())
    }
}
