//! The settings of the mesh: one struct, read once at start from what the host hands over.

mod models;
mod provider;
mod reader;

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use self::reader::Reader;
pub use self::{
    models::NotConfigured,
    provider::{KeySettings, ModelChain, ModelName, PROVIDERS, Provider, Server},
};
use crate::env;

/// Most words an article may be asked for; the contract's own bound.
pub const MAX_WORDS: u32 = 2000;

/// A setting that is missing, unknown or malformed. Names the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting that something needs is not set.
    #[error("{name} is not set; {why}")]
    Missing {
        /// The setting.
        name: &'static str,
        /// What needs it.
        why: &'static str,
    },
    /// A value that does not fit.
    #[error("{name} is {value:?}; allowed is {allowed}")]
    Invalid {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What fits.
        allowed: String,
    },
    /// A setting of ours that does not exist, most likely a slip of the pen.
    #[error("{name} is no setting of the mesh{}", hint(.closest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The setting that was probably meant.
        closest: Option<String>,
    },
    /// An agent's declaration is wrong.
    #[error("agent.json of {agent}: {message}")]
    Manifest {
        /// The agent.
        agent: String,
        /// What is wrong.
        message: String,
    },
}

fn hint(closest: Option<&str>) -> String {
    closest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// Every setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Upper bound on requested words.
    pub max_words: u32,
    /// Which models write.
    pub text_models: ModelChain,
    /// Which models make images.
    pub image_models: ModelChain,
    /// The providers that are configured.
    pub servers: Vec<Server>,
    /// Hosts that models may be asked at; empty: any.
    pub model_hosts: Vec<String>,
    /// Most requests a minute to a model, in this process.
    pub model_requests_per_minute: Option<NonZeroU32>,
    /// How long one model call may take.
    pub model_timeout: Duration,
    /// Replaces the built-in prompt template of content-gen.
    pub prompt_template: Option<String>,
    /// Attempts before an event is suspended; 1 fails straight after the in-call retries.
    pub attempts: u32,
    /// Factor on every back-off.
    pub backoff_scale: f64,
    /// Absolute address of the site, without a final slash; empty for a local preview.
    pub site_base_url: String,
    /// Name of the site.
    pub site_name: String,
    /// Topics a request may be about; empty: any.
    pub allowed_topics: Vec<String>,
    /// Origins whose pages may call the HTTP interface from a browser.
    pub cors_origins: Vec<String>,
    /// True: an acknowledged effect survives a power cut as well, at about sixty times the cost.
    pub sync_full: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_words: MAX_WORDS,
            text_models: ModelChain::of(models::offline("text-v1")),
            image_models: ModelChain::of(models::offline("image-v1")),
            servers: Vec::new(),
            model_hosts: Vec::new(),
            model_requests_per_minute: None,
            model_timeout: Duration::from_secs(100),
            prompt_template: None,
            attempts: 5,
            backoff_scale: 1.0,
            site_base_url: String::new(),
            site_name: "Content Mesh".into(),
            allowed_topics: Vec::new(),
            cors_origins: Vec::new(),
            sync_full: false,
        }
    }
}

impl Settings {
    /// Reads the settings from name/value pairs (an environment). Empty values count as not set.
    ///
    /// # Errors
    /// [`ConfigError`] naming the first setting that is missing, malformed or, with the prefix `MESH_`, unknown.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let pairs: BTreeMap<String, String> = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        env::check_known(pairs.keys())?;
        let reader = Reader(&pairs);
        let defaults = Self::default();
        let (text_models, image_models) = (reader.text_models()?, reader.image_models()?);
        Ok(Self {
            max_words: reader.number(env::MAX_WORDS, defaults.max_words, 300, MAX_WORDS)?,
            servers: reader.servers([&text_models, &image_models])?,
            text_models,
            image_models,
            model_hosts: reader.words(env::MESH_MODEL_HOSTS),
            model_requests_per_minute: NonZeroU32::new(reader.number(
                env::MESH_MODEL_REQUESTS_PER_MINUTE,
                0,
                1,
                100_000,
            )?),
            model_timeout: Duration::from_secs(reader.number(env::TIMEOUT_SECONDS, 100, 1, 890)?.into()),
            prompt_template: reader.text(env::PROMPT_TEMPLATE),
            attempts: reader.number(env::MESH_ATTEMPTS, defaults.attempts, 1, 20)?,
            backoff_scale: reader.scale()?,
            site_base_url: reader.base_url()?,
            site_name: reader.text(env::MESH_SITE_NAME).unwrap_or(defaults.site_name),
            allowed_topics: reader.lines(env::MESH_ALLOWED_TOPICS),
            cors_origins: reader.origins()?,
            sync_full: reader.flag(env::MESH_SYNC, "full", "normal")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        Settings::from_pairs(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        assert_eq!(read(&[]), Ok(Settings::default()));
        assert_eq!(read(&[("PATH", "/bin"), ("MAX_WORDS", " ")]), Ok(Settings::default()));
    }

    #[test]
    fn max_words_may_only_be_lowered() {
        assert_eq!(read(&[("MAX_WORDS", "900")]).map(|s| s.max_words), Ok(900));
        for bad in ["2001", "299", "many"] {
            let error = read(&[("MAX_WORDS", bad)]).expect_err("out of range").to_string();
            assert_eq!(error, format!("MAX_WORDS is {bad:?}; allowed is a whole number from 300 to 2000"));
        }
    }

    #[test]
    fn an_unknown_setting_is_named_with_the_one_meant() {
        let error = read(&[("MESH_ATTEMPT", "3")]).expect_err("unknown").to_string();
        assert_eq!(error, "MESH_ATTEMPT is no setting of the mesh; did you mean MESH_ATTEMPTS?");
    }
}
