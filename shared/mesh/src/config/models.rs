//! Which models there are: reading the chains and the providers behind them.

use super::{
    ConfigError, Settings,
    provider::{ModelChain, ModelName, PROVIDERS, Provider, Server},
    reader::Reader,
};
use crate::env;

/// A model that somebody prefers and this mesh cannot ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} model {name} is not configured; {why}")]
pub struct NotConfigured {
    /// `text` or `image`.
    pub kind: &'static str,
    /// The name asked for.
    pub name: String,
    /// What is configured, or missing.
    pub why: String,
}

pub(super) fn offline(model: &str) -> ModelName {
    ModelName { provider: ModelName::OFFLINE.to_owned(), model: model.to_owned() }
}

impl Settings {
    /// The server of a provider, when it is configured.
    #[must_use]
    pub fn server(&self, provider: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.provider.word == provider)
    }

    /// The text models that somebody prefers, in their order, with spaces between them: any of a configured provider, and of
    /// the stand-ins those that are asked anyway.
    ///
    /// # Errors
    /// [`NotConfigured`] names the first that is none of those.
    pub fn preferred_text(&self, names: &str) -> Result<Vec<ModelName>, NotConfigured> {
        self.preferred("text", &self.text_models, names)
    }

    /// The same for image models.
    ///
    /// # Errors
    /// [`NotConfigured`] names the first that is none of those.
    pub fn preferred_image(&self, names: &str) -> Result<Vec<ModelName>, NotConfigured> {
        self.preferred("image", &self.image_models, names)
    }

    fn preferred(&self, kind: &'static str, chain: &ModelChain, names: &str) -> Result<Vec<ModelName>, NotConfigured> {
        let known = |model: &ModelName| chain.all().any(|one| one == model) || self.server(&model.provider).is_some();
        let refused = |name: &str| {
            let servers: Vec<&str> = self.servers.iter().map(|server| server.provider.word).collect();
            let servers = if servers.is_empty() { "no provider".to_owned() } else { servers.join(", ") };
            NotConfigured { kind, name: name.to_owned(), why: format!("configured is {chain}, of {servers}") }
        };
        let one = |name: &str| ModelName::parse(name).filter(known).ok_or_else(|| refused(name));
        let models = names.split_whitespace().map(one).collect::<Result<Vec<_>, _>>()?;
        if models.is_empty() { Err(refused(names)) } else { Ok(models) }
    }
}

impl Reader<'_> {
    pub(super) fn text_models(&self) -> Result<ModelChain, ConfigError> {
        match self.text(env::MESH_TEXT_MODEL) {
            Some(asked) => self.chain(env::MESH_TEXT_MODEL, &asked, "text-v1"),
            None if self.means_openai() => {
                let model = self.text(env::OPENAI_MODEL).ok_or(ConfigError::Missing {
                    name: env::OPENAI_MODEL,
                    why: "an OpenAI-compatible provider is configured, and the model has no default",
                })?;
                Ok(ModelChain::of(ModelName { provider: "openai".into(), model }))
            }
            None => Ok(ModelChain::of(offline("text-v1"))),
        }
    }

    pub(super) fn image_models(&self) -> Result<ModelChain, ConfigError> {
        let name = env::MESH_IMAGE_MODEL;
        let Some(asked) = self.text(name) else { return Ok(ModelChain::of(offline("image-v1"))) };
        let chain = self.chain(name, &asked, "image-v1")?;
        if chain.tasks().next().is_some() {
            return Err(ConfigError::Invalid { name, value: asked, allowed: "names of models alone".into() });
        }
        Ok(chain)
    }

    /// Nobody named a model, and something of OpenAI's is set.
    fn means_openai(&self) -> bool {
        [env::OPENAI_API_KEY, env::OPENAI_API_KEY_SECRET, env::OPENAI_MODEL, env::OPENAI_BASE_URL]
            .iter()
            .any(|name| self.0.contains_key(*name))
    }

    fn chain(&self, name: &'static str, asked: &str, stand_in: &str) -> Result<ModelChain, ConfigError> {
        let invalid = || {
            let words: Vec<&str> = PROVIDERS.iter().map(|provider| provider.word).collect();
            let allowed = format!("offline or <provider>/<model>, with providers {}", words.join(", "));
            ConfigError::Invalid { name, value: asked.to_owned(), allowed }
        };
        let short = |word: &str| (word == ModelName::OFFLINE).then(|| offline(stand_in));
        let chain = ModelChain::parse(asked, short).map_err(|_| invalid())?;
        let known = |model: &ModelName| model.is_offline() || Provider::find(&model.provider).is_some();
        if chain.all().all(known) { Ok(chain) } else { Err(invalid()) }
    }

    /// The providers that have a key, an address, or a model in a chain.
    pub(super) fn servers(&self, chains: [&ModelChain; 2]) -> Result<Vec<Server>, ConfigError> {
        let all = || chains.into_iter().flat_map(ModelChain::all);
        let named = |provider: &Provider| all().any(|model| model.provider == provider.word);
        let mut servers = Vec::new();
        for provider in &PROVIDERS {
            let (named, told) = (named(provider), self.is_told(provider));
            if named || told {
                match self.server(provider) {
                    Ok(server) => servers.push(server),
                    Err(error) if named => return Err(error),
                    // Half of it is set, and nobody asks for it.
                    Err(_) => {}
                }
            }
        }
        Ok(servers)
    }

    fn is_told(&self, provider: &Provider) -> bool {
        let key = provider.key.as_ref().into_iter().flat_map(|key| [key.value, key.secret]);
        key.chain(provider.base_url).any(|name| self.0.contains_key(name))
    }

    fn server(&self, provider: &'static Provider) -> Result<Server, ConfigError> {
        let why = "MESH_TEXT_MODEL, MESH_IMAGE_MODEL or OPENAI_MODEL names a model of this provider";
        let api_key_name = match &provider.key {
            None => None,
            Some(key) => match self.text(key.secret) {
                Some(secret) => Some(secret),
                None if self.0.contains_key(key.value) => Some(key.value.to_owned()),
                None if provider.keyless => None,
                None => return Err(ConfigError::Missing { name: key.value, why }),
            },
        };
        let base_url = match provider.base_url {
            None => String::new(),
            Some(name) => {
                let told = self.text(name).or_else(|| provider.default_url.map(str::to_owned));
                told.ok_or(ConfigError::Missing { name, why })?
            }
        };
        let api_version = self.text(env::AZURE_OPENAI_API_VERSION).filter(|_| provider.word == "azure");
        Ok(Server { provider, base_url, api_key_name, api_version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_pairs(pairs).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_provider_needs_is_named() {
        let error = |pairs: &[(&str, &str)]| read(pairs).expect_err("incomplete");
        assert!(error(&[("OPENAI_API_KEY", "k")]).starts_with("OPENAI_MODEL is not set"));
        assert!(error(&[("OPENAI_MODEL", "m")]).starts_with("OPENAI_API_KEY is not set"));
        assert!(error(&[("MESH_TEXT_MODEL", "anthropic/c")]).starts_with("ANTHROPIC_API_KEY is not set"));
        assert!(error(&[("MESH_TEXT_MODEL", "compatible/c")]).starts_with("COMPATIBLE_BASE_URL is not set"));
        let azure = [("MESH_IMAGE_MODEL", "azure/i"), ("AZURE_OPENAI_API_KEY", "k")];
        assert!(error(&azure).starts_with("AZURE_OPENAI_BASE_URL is not set"));
        for bad in ["gpt", "gpt/4", "openai/", "refine=offline", "offline; refine=", "offline; refine=x"] {
            assert!(error(&[("MESH_TEXT_MODEL", bad)]).contains("offline or <provider>/<model>"), "{bad}");
        }
        assert!(error(&[("MESH_IMAGE_MODEL", "offline; refine=offline")]).contains("names of models alone"));
    }

    #[test]
    fn one_provider_needs_its_key_alone() {
        let settings = read(&[("OPENAI_MODEL", "m"), ("OPENAI_API_KEY", "k")]).expect("complete");
        assert_eq!(settings.text_models.to_string(), "openai/m");
        let server = settings.server("openai").expect("it is configured");
        assert_eq!(server.base_url, "https://api.openai.com/v1");
        assert_eq!(server.api_key_name.as_deref(), Some("OPENAI_API_KEY"));
        let ollama = read(&[("MESH_TEXT_MODEL", "ollama/qwen3:8b")]).expect("complete");
        assert_eq!(ollama.server("ollama").and_then(|server| server.api_key_name.clone()), None);
    }

    #[test]
    fn a_chain_has_an_order_and_tasks_may_have_theirs() {
        let text = "anthropic/c openai/m; refine=openai/n anthropic/c";
        let keys = [("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY_SECRET", "/va/dev/anthropic-api-key")];
        let settings = read(&[&keys[..], &[("MESH_TEXT_MODEL", text)]].concat()).expect("complete");
        let names = |task| settings.text_models.for_task(task).iter().map(ModelName::to_string).collect::<Vec<_>>();
        assert_eq!(names("draft"), ["anthropic/c", "openai/m"]);
        assert_eq!(names("refine"), ["openai/n", "anthropic/c"]);
        assert_eq!(settings.text_models.all().count(), 3);
        assert_eq!(settings.text_models.to_string(), text);
        let key = settings.server("anthropic").and_then(|server| server.api_key_name.clone());
        assert_eq!(key.as_deref(), Some("/va/dev/anthropic-api-key"));
    }

    #[test]
    fn any_model_of_a_configured_provider_may_be_preferred() {
        let settings = read(&[("GEMINI_API_KEY", "k")]).expect("complete");
        assert_eq!(settings.text_models.to_string(), "offline/text-v1");
        let names = settings.preferred_text("gemini/g  offline/text-v1").expect("both are configured");
        assert_eq!(names.iter().map(ModelName::to_string).collect::<Vec<_>>(), ["gemini/g", "offline/text-v1"]);
        assert!(settings.preferred_text(" ").is_err() && settings.preferred_text("gemini/g anthropic/c").is_err());
        for other in ["anthropic/c", "offline/text-v2", "gemini"] {
            let error = settings.preferred_text(other).expect_err("not configured").to_string();
            assert!(error.contains(other) && error.contains("configured is offline/text-v1, of gemini"), "{error}");
        }
    }
}
