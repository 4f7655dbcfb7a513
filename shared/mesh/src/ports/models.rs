//! The models of one process.

use std::{fmt::Debug, sync::Arc};

use super::{Clock, ImageModel, Secrets, TextModel};
use crate::config::NotConfigured;

/// The models agents may ask; an agent's process holds those it asks.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// The model that writes.
    pub text: Option<Arc<dyn TextModel>>,
    /// The model that makes images.
    pub image: Option<Arc<dyn ImageModel>>,
    /// Others that may be preferred.
    pub catalog: Option<Arc<dyn ModelCatalog>>,
}

/// What models are made with.
#[derive(Debug, Clone)]
pub struct ModelSources {
    /// Who holds the keys.
    pub secrets: Arc<dyn Secrets>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Models that the host brings along: those of Amazon Bedrock, on AWS.
    pub others: Option<Arc<dyn ModelCatalog>>,
}

/// Models by name, for those who prefer one.
pub trait ModelCatalog: Debug + Send + Sync {
    /// The text model of this name; of several with spaces between them, the next one behind each.
    ///
    /// # Errors
    /// [`NotConfigured`] names the one that is not there.
    fn text(&self, names: &str) -> Result<Arc<dyn TextModel>, NotConfigured>;

    /// The same for image models.
    ///
    /// # Errors
    /// [`NotConfigured`] names the one that is not there.
    fn image(&self, names: &str) -> Result<Arc<dyn ImageModel>, NotConfigured>;
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

    /// With others that may be preferred.
    #[must_use]
    pub fn with_catalog(mut self, catalog: Arc<dyn ModelCatalog>) -> Self {
        self.catalog = Some(catalog);
        self
    }

    /// The text model of this name, or of these.
    ///
    /// # Errors
    /// [`NotConfigured`] names the one that is not there.
    pub fn text_named(&self, names: &str) -> Result<Arc<dyn TextModel>, NotConfigured> {
        match (&self.text, &self.catalog) {
            (_, Some(catalog)) => catalog.text(names),
            (Some(model), None) if model.name() == names => Ok(Arc::clone(model)),
            _ => Err(not_configured("text", names, &self.text_name())),
        }
    }

    /// The image model of this name, or of these.
    ///
    /// # Errors
    /// [`NotConfigured`] names the one that is not there.
    pub fn image_named(&self, names: &str) -> Result<Arc<dyn ImageModel>, NotConfigured> {
        match (&self.image, &self.catalog) {
            (_, Some(catalog)) => catalog.image(names),
            (Some(model), None) if model.name() == names => Ok(Arc::clone(model)),
            _ => Err(not_configured("image", names, &self.image_name())),
        }
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

fn not_configured(kind: &'static str, name: &str, configured: &str) -> NotConfigured {
    NotConfigured { kind, name: name.to_owned(), why: format!("configured is {configured}") }
}
