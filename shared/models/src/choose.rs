//! From settings to models.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use mesh_core::{
    Settings,
    config::{ModelName, NotConfigured, Server},
    ports::{ImageModel, ModelCatalog, ModelSources, Models, TextModel},
    runner::Circuits,
};

use crate::{
    AnthropicChat, AzureApi, AzureChat, AzureImages, AzureSettings, ConfigError, GeminiChat, GeminiImages,
    OfflineImageModel, OfflineTextModel, OpenAiChat, OpenAiImages, ServerSettings,
    chain::{ImageChain, NamedImage, NamedText, Shared, TextChain},
};

/// The text models the settings name, and by name those of all providers that are configured.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn text_model(settings: &Settings, sources: ModelSources) -> Result<Models, ConfigError> {
    let catalog = Catalog::new(settings, sources)?;
    Ok(Models::none().with_text(catalog.text_models()?).with_catalog(Arc::new(catalog)))
}

/// The image models the settings name, and by name those of all providers that are configured.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn image_model(settings: &Settings, sources: ModelSources) -> Result<Models, ConfigError> {
    let catalog = Catalog::new(settings, sources)?;
    Ok(Models::none().with_image(catalog.image_chain(settings.image_models.models())?).with_catalog(Arc::new(catalog)))
}

/// Every model the settings name, for a process that holds all agents.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn all_models(settings: &Settings, sources: ModelSources) -> Result<Models, ConfigError> {
    let catalog = Catalog::new(settings, sources)?;
    let models = Models::none()
        .with_text(catalog.text_models()?)
        .with_image(catalog.image_chain(settings.image_models.models())?);
    Ok(models.with_catalog(Arc::new(catalog)))
}

/// One text model by itself, with none behind it.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn one_text_model(
    settings: &Settings,
    sources: ModelSources,
    name: &ModelName,
) -> Result<Arc<dyn TextModel>, ConfigError> {
    Catalog::new(settings, sources)?.make_text(name)
}

/// One image model by itself, with none behind it.
///
/// # Errors
/// [`ConfigError`] naming what cannot be used.
pub fn one_image_model(
    settings: &Settings,
    sources: ModelSources,
    name: &ModelName,
) -> Result<Arc<dyn ImageModel>, ConfigError> {
    Catalog::new(settings, sources)?.make_image(name)
}

/// The models of all configured providers. Each is made once, when it is asked for first.
#[derive(Debug)]
struct Catalog {
    settings: Settings,
    sources: ModelSources,
    shared: Shared,
    texts: Mutex<BTreeMap<ModelName, Arc<NamedText>>>,
    images: Mutex<BTreeMap<ModelName, Arc<NamedImage>>>,
}

impl Catalog {
    fn new(settings: &Settings, sources: ModelSources) -> Result<Self, ConfigError> {
        let shared = Shared { clock: Arc::clone(&sources.clock), circuits: Arc::new(Circuits::default()) };
        let (texts, images) = (Mutex::default(), Mutex::default());
        Ok(Self { settings: settings.clone(), sources, shared, texts, images })
    }

    /// The configured chain.
    fn text_models(&self) -> Result<Arc<dyn TextModel>, ConfigError> {
        let chain = &self.settings.text_models;
        let tasks = chain.tasks().map(|(task, names)| Ok((task.to_owned(), self.texts(names)?)));
        self.text_chain(chain.models(), tasks.collect::<Result<_, ConfigError>>()?)
    }

    fn text_chain(
        &self,
        names: &[ModelName],
        tasks: Vec<(String, Vec<Arc<NamedText>>)>,
    ) -> Result<Arc<dyn TextModel>, ConfigError> {
        Ok(Arc::new(TextChain { models: self.texts(names)?, tasks, shared: self.shared.clone() }))
    }

    fn image_chain(&self, names: &[ModelName]) -> Result<Arc<dyn ImageModel>, ConfigError> {
        let models = names.iter().map(|name| self.image(name)).collect::<Result<_, _>>()?;
        Ok(Arc::new(ImageChain { models, shared: self.shared.clone() }))
    }

    fn texts(&self, names: &[ModelName]) -> Result<Vec<Arc<NamedText>>, ConfigError> {
        names.iter().map(|name| self.text(name)).collect()
    }

    fn text(&self, name: &ModelName) -> Result<Arc<NamedText>, ConfigError> {
        let mut made = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = made.get(name) {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(NamedText(self.make_text(name)?));
        made.insert(name.clone(), Arc::clone(&model));
        Ok(model)
    }

    fn image(&self, name: &ModelName) -> Result<Arc<NamedImage>, ConfigError> {
        let mut made = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = made.get(name) {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(NamedImage(self.make_image(name)?));
        made.insert(name.clone(), Arc::clone(&model));
        Ok(model)
    }

    fn make_text(&self, name: &ModelName) -> Result<Arc<dyn TextModel>, ConfigError> {
        if name.is_offline() {
            return Ok(Arc::new(OfflineTextModel::from_name(&name.to_string())?));
        }
        let (secrets, clock) = (Arc::clone(&self.sources.secrets), Arc::clone(&self.sources.clock));
        let server = self.server(name)?;
        let settings = self.at(server, name);
        Ok(match server.provider.word {
            "anthropic" => Arc::new(AnthropicChat::new(settings, secrets, clock)?),
            "gemini" => Arc::new(GeminiChat::new(settings, secrets, clock)?),
            "azure" => Arc::new(AzureChat::new(azure(settings, server), secrets, clock)?),
            "bedrock" => self.other(|catalog, name| catalog.text(name), name)?,
            _ => Arc::new(OpenAiChat::new(settings, secrets, clock)?),
        })
    }

    fn make_image(&self, name: &ModelName) -> Result<Arc<dyn ImageModel>, ConfigError> {
        if name.is_offline() {
            return Ok(Arc::new(OfflineImageModel::from_name(&name.to_string())?));
        }
        let (secrets, clock) = (Arc::clone(&self.sources.secrets), Arc::clone(&self.sources.clock));
        let server = self.server(name)?;
        let settings = self.at(server, name);
        Ok(match server.provider.word {
            "anthropic" => return Err(ConfigError::NoImages { provider: "anthropic" }),
            "gemini" => Arc::new(GeminiImages::new(settings, secrets, clock)?),
            "azure" => Arc::new(AzureImages::new(azure(settings, server), secrets, clock)?),
            "bedrock" => self.other(|catalog, name| catalog.image(name), name)?,
            _ => Arc::new(OpenAiImages::new(settings, secrets, clock)?),
        })
    }

    fn server(&self, name: &ModelName) -> Result<&Server, ConfigError> {
        let provider = || name.provider.clone();
        self.settings.server(&name.provider).ok_or_else(|| ConfigError::NoProvider { provider: provider() })
    }

    /// A model at a server.
    fn at(&self, server: &Server, name: &ModelName) -> ServerSettings {
        let bare = ServerSettings::without_key(&*name.provider, &*server.base_url, &*name.model);
        ServerSettings {
            api_key_name: server.api_key_name.clone(),
            allowed_hosts: self.settings.model_hosts.clone(),
            requests_per_minute: self.settings.model_requests_per_minute,
            ..bare
        }
    }

    /// A model that the host brings along.
    fn other<M>(
        &self,
        find: impl FnOnce(&dyn ModelCatalog, &str) -> Result<M, NotConfigured>,
        name: &ModelName,
    ) -> Result<M, ConfigError> {
        let missing = || ConfigError::NoProvider { provider: name.provider.clone() };
        let catalog = self.sources.others.as_deref().ok_or_else(missing)?;
        find(catalog, &name.to_string()).map_err(|error| ConfigError::Other { message: error.to_string() })
    }
}

impl ModelCatalog for Catalog {
    fn text(&self, names: &str) -> Result<Arc<dyn TextModel>, NotConfigured> {
        let preferred = self.settings.preferred_text(names)?;
        self.text_chain(&preferred, Vec::new()).map_err(|error| refused("text", names, &error))
    }

    fn image(&self, names: &str) -> Result<Arc<dyn ImageModel>, NotConfigured> {
        let preferred = self.settings.preferred_image(names)?;
        self.image_chain(&preferred).map_err(|error| refused("image", names, &error))
    }
}

fn refused(kind: &'static str, name: &str, error: &ConfigError) -> NotConfigured {
    NotConfigured { kind, name: name.to_owned(), why: error.to_string() }
}

/// The deployment is called as the model is: its name is all there is.
fn azure(server: ServerSettings, at: &Server) -> AzureSettings {
    let api = match &at.api_version {
        Some(api_version) => AzureApi::Classic { api_version: api_version.clone() },
        None => AzureApi::V1,
    };
    AzureSettings { deployment: server.model.clone(), server, api }
}
