//! Where a model is.

use std::num::NonZeroU32;

use crate::ConfigError;

/// Where a model is, how to name it and whose key opens it. The same for every provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// The first part of the model's name, `provider/model`, under which prices and capabilities are looked up: lower-case
    /// letters, digits, `-`, `_` and `.`, and not `offline`.
    pub provider: String,
    /// What comes before the provider's paths, such as `https://api.openai.com/v1`: https, or http on this machine.
    pub base_url: String,
    /// The model's id at the provider.
    pub model: String,
    /// The name of the secret that holds the API key; never the key. `None`: no key is sent, on this machine only.
    pub api_key_name: Option<String>,
    /// Headers that every request gets, such as `OpenAI-Organization`; never a key.
    pub headers: Vec<(String, String)>,
    /// Hosts that may be called; empty: any.
    pub allowed_hosts: Vec<String>,
    /// Most requests a minute, of each model by itself and in each process; what is over waits, or fails as rate-limited when
    /// it would wait past its deadline. `None`: no limit of our own.
    pub requests_per_minute: Option<NonZeroU32>,
}

impl ServerSettings {
    /// A server with a key, and nothing beyond.
    pub fn new(
        provider: impl Into<String>,
        base_url: impl Into<String>,
        model: impl Into<String>,
        api_key_name: impl Into<String>,
    ) -> Self {
        Self { api_key_name: Some(api_key_name.into()), ..Self::without_key(provider, base_url, model) }
    }

    /// A server on this machine that asks for no key.
    pub fn without_key(provider: impl Into<String>, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            base_url: base_url.into(),
            model: model.into(),
            api_key_name: None,
            headers: Vec::new(),
            allowed_hosts: Vec::new(),
            requests_per_minute: None,
        }
    }

    /// Refuses what no server can be found by.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let empty = |text: &str| text.trim().is_empty();
        if empty(&self.provider) || !self.provider.chars().all(word) || self.provider == "offline" {
            return Err(ConfigError::Field { field: "the provider's word" });
        }
        if empty(&self.model) {
            return Err(ConfigError::Field { field: "the model" });
        }
        if self.api_key_name.as_deref().is_some_and(empty) {
            return Err(ConfigError::Field { field: "the name of the API key" });
        }
        Ok(())
    }
}
