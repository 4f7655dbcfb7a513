//! The settings of the mesh: one struct, read once at start from what the host hands over.

mod reader;

use std::{collections::BTreeMap, time::Duration};

use self::reader::Reader;
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

/// Which model writes the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextModelSettings {
    /// The offline stand-in; the text behind `+` injects faults.
    Offline {
        /// Its full name, `offline/text-v1`.
        name: String,
    },
    /// A server that speaks OpenAI's chat completions.
    OpenAi {
        /// The model's id.
        model: String,
        /// The API's base URL.
        base_url: String,
        /// The name of the secret that holds the key.
        api_key_name: String,
    },
}

impl TextModelSettings {
    /// The model's name, `provider/model`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Offline { name } => name.clone(),
            Self::OpenAi { model, .. } => format!("openai/{model}"),
        }
    }
}

/// Which model makes the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageModelSettings {
    /// The offline stand-in; the text behind `+` injects faults.
    Offline {
        /// Its full name, `offline/image-v1`.
        name: String,
    },
    /// A server that speaks OpenAI's image generation.
    OpenAi {
        /// The model's id.
        model: String,
        /// The API's base URL.
        base_url: String,
        /// The name of the secret that holds the key.
        api_key_name: String,
    },
}

impl ImageModelSettings {
    /// The model's name, `provider/model`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Offline { name } => name.clone(),
            Self::OpenAi { model, .. } => format!("openai/{model}"),
        }
    }
}

/// Every setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Upper bound on requested words.
    pub max_words: u32,
    /// Which model writes.
    pub text_model: TextModelSettings,
    /// Which model makes images.
    pub image_model: ImageModelSettings,
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
            text_model: TextModelSettings::Offline { name: "offline/text-v1".into() },
            image_model: ImageModelSettings::Offline { name: "offline/image-v1".into() },
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
        Ok(Self {
            max_words: reader.number(env::MAX_WORDS, defaults.max_words, 300, MAX_WORDS)?,
            text_model: reader.text_model()?,
            image_model: reader.image_model()?,
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
    fn what_a_provider_needs_is_named() {
        let error = read(&[("OPENAI_API_KEY", "k")]).expect_err("no model").to_string();
        assert!(error.starts_with("OPENAI_MODEL is not set"), "{error}");
        let error = read(&[("OPENAI_MODEL", "m")]).expect_err("no key").to_string();
        assert!(error.starts_with("OPENAI_API_KEY is not set"), "{error}");
        let error = read(&[("MESH_TEXT_MODEL", "gpt")]).expect_err("no provider").to_string();
        assert!(error.contains("offline or openai/<model>"), "{error}");
        let settings = read(&[("OPENAI_MODEL", "m"), ("OPENAI_API_KEY", "k")]).expect("complete");
        let base_url = "https://api.openai.com/v1".to_owned();
        let api_key_name = "OPENAI_API_KEY".to_owned();
        assert_eq!(settings.text_model, TextModelSettings::OpenAi { model: "m".into(), base_url, api_key_name });
    }

    #[test]
    fn an_unknown_setting_is_named_with_the_one_meant() {
        let error = read(&[("MESH_ATTEMPT", "3")]).expect_err("unknown").to_string();
        assert_eq!(error, "MESH_ATTEMPT is no setting of the mesh; did you mean MESH_ATTEMPTS?");
    }
}
