//! The settings of the mesh: one struct, read once at start from what the host hands over.

use std::{collections::BTreeMap, time::Duration};

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

/// Every setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Upper bound on requested words.
    pub max_words: u32,
    /// Which model writes.
    pub text_model: TextModelSettings,
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
    /// Revisions a draft may get; none while no agent revises.
    pub max_revisions: u32,
    /// True: an acknowledged effect survives a power cut as well, at about sixty times the cost.
    pub sync_full: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_words: MAX_WORDS,
            text_model: TextModelSettings::Offline { name: "offline/text-v1".into() },
            model_timeout: Duration::from_secs(100),
            prompt_template: None,
            attempts: 5,
            backoff_scale: 1.0,
            site_base_url: String::new(),
            site_name: "Content Mesh".into(),
            allowed_topics: Vec::new(),
            max_revisions: 0,
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
            model_timeout: Duration::from_secs(reader.number(env::TIMEOUT_SECONDS, 100, 1, 890)?.into()),
            prompt_template: reader.text(env::PROMPT_TEMPLATE),
            attempts: reader.number(env::MESH_ATTEMPTS, defaults.attempts, 1, 20)?,
            backoff_scale: reader.scale()?,
            site_base_url: reader.base_url()?,
            site_name: reader.text(env::MESH_SITE_NAME).unwrap_or(defaults.site_name),
            allowed_topics: reader.lines(env::MESH_ALLOWED_TOPICS),
            max_revisions: defaults.max_revisions,
            sync_full: reader.flag(env::MESH_SYNC, "full", "normal")?,
        })
    }
}

struct Reader<'a>(&'a BTreeMap<String, String>);

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn number(&self, name: &'static str, default: u32, min: u32, max: u32) -> Result<u32, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(default) };
        let allowed = || format!("a whole number from {min} to {max}");
        let invalid = || ConfigError::Invalid { name, value: value.clone(), allowed: allowed() };
        let number: u32 = value.trim().parse().map_err(|_| invalid())?;
        if (min..=max).contains(&number) { Ok(number) } else { Err(invalid()) }
    }

    fn scale(&self) -> Result<f64, ConfigError> {
        let name = env::MESH_BACKOFF_SCALE;
        let Some(value) = self.text(name) else { return Ok(1.0) };
        let scale = value.trim().parse::<f64>().ok().filter(|scale| (0.0..=100.0).contains(scale));
        scale.ok_or_else(|| ConfigError::Invalid { name, value, allowed: "a number from 0 to 100".into() })
    }

    fn flag(&self, name: &'static str, on: &str, off: &str) -> Result<bool, ConfigError> {
        match self.text(name) {
            None => Ok(false),
            Some(value) if value == on => Ok(true),
            Some(value) if value == off => Ok(false),
            Some(value) => Err(ConfigError::Invalid { name, value, allowed: format!("{on} or {off}") }),
        }
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn base_url(&self) -> Result<String, ConfigError> {
        let name = env::MESH_SITE_URL;
        let value = self.text(name).unwrap_or_default();
        let url = value.trim().trim_end_matches('/');
        if url.is_empty() || url.starts_with("https://") || url.starts_with("http://") {
            return Ok(url.to_owned());
        }
        Err(ConfigError::Invalid { name, value, allowed: "an http or https address".into() })
    }

    fn text_model(&self) -> Result<TextModelSettings, ConfigError> {
        let asked = self.text(env::MESH_TEXT_MODEL);
        let has_provider = [env::OPENAI_API_KEY, env::OPENAI_API_KEY_SECRET, env::OPENAI_MODEL, env::OPENAI_BASE_URL]
            .iter()
            .any(|name| self.0.contains_key(*name));
        match asked {
            Some(name) if name.starts_with("offline/") => Ok(TextModelSettings::Offline { name }),
            Some(name) if name == "offline" => Ok(TextModelSettings::Offline { name: "offline/text-v1".into() }),
            Some(name) => match name.strip_prefix("openai/") {
                Some(model) if !model.is_empty() => self.openai(Some(model.to_owned())),
                _ => Err(ConfigError::Invalid {
                    name: env::MESH_TEXT_MODEL,
                    value: name,
                    allowed: "offline or openai/<model>".into(),
                }),
            },
            None if has_provider => self.openai(None),
            None => Ok(Settings::default().text_model),
        }
    }

    fn openai(&self, model: Option<String>) -> Result<TextModelSettings, ConfigError> {
        let model = model.or_else(|| self.text(env::OPENAI_MODEL)).ok_or(ConfigError::Missing {
            name: env::OPENAI_MODEL,
            why: "an OpenAI-compatible provider is configured, and the model has no default",
        })?;
        let api_key_name = match self.text(env::OPENAI_API_KEY_SECRET) {
            Some(secret) => secret,
            None if self.0.contains_key(env::OPENAI_API_KEY) => env::OPENAI_API_KEY.to_owned(),
            None => {
                return Err(ConfigError::Missing {
                    name: env::OPENAI_API_KEY,
                    why: "an OpenAI-compatible provider is configured (or set OPENAI_API_KEY_SECRET)",
                });
            }
        };
        let base_url = self.text(env::OPENAI_BASE_URL).unwrap_or_else(|| "https://api.openai.com/v1".into());
        Ok(TextModelSettings::OpenAi { model, base_url, api_key_name })
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
