//! Reading single settings.

use std::collections::BTreeMap;

use super::{ConfigError, ImageModelSettings, Settings, TextModelSettings};
use crate::env;

pub(super) struct Reader<'a>(pub(super) &'a BTreeMap<String, String>);

impl Reader<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    pub(super) fn number(&self, name: &'static str, default: u32, min: u32, max: u32) -> Result<u32, ConfigError> {
        let Some(value) = self.text(name) else { return Ok(default) };
        let allowed = || format!("a whole number from {min} to {max}");
        let invalid = || ConfigError::Invalid { name, value: value.clone(), allowed: allowed() };
        let number: u32 = value.trim().parse().map_err(|_| invalid())?;
        if (min..=max).contains(&number) { Ok(number) } else { Err(invalid()) }
    }

    pub(super) fn scale(&self) -> Result<f64, ConfigError> {
        let name = env::MESH_BACKOFF_SCALE;
        let Some(value) = self.text(name) else { return Ok(1.0) };
        let scale = value.trim().parse::<f64>().ok().filter(|scale| (0.0..=100.0).contains(scale));
        scale.ok_or_else(|| ConfigError::Invalid { name, value, allowed: "a number from 0 to 100".into() })
    }

    pub(super) fn flag(&self, name: &'static str, on: &str, off: &str) -> Result<bool, ConfigError> {
        match self.text(name) {
            None => Ok(false),
            Some(value) if value == on => Ok(true),
            Some(value) if value == off => Ok(false),
            Some(value) => Err(ConfigError::Invalid { name, value, allowed: format!("{on} or {off}") }),
        }
    }

    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn origins(&self) -> Result<Vec<String>, ConfigError> {
        let name = env::MESH_CORS_ORIGINS;
        let value = self.text(name).unwrap_or_default();
        let is_origin = |origin: &str| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*']))
        };
        let origins: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
        if origins.iter().all(|origin| is_origin(origin)) {
            return Ok(origins);
        }
        let allowed = "scheme, host and port of each, such as https://studio.example.com".to_owned();
        Err(ConfigError::Invalid { name, value, allowed })
    }

    pub(super) fn base_url(&self) -> Result<String, ConfigError> {
        let name = env::MESH_SITE_URL;
        let value = self.text(name).unwrap_or_default();
        let url = value.trim().trim_end_matches('/');
        if url.is_empty() || url.starts_with("https://") || url.starts_with("http://") {
            return Ok(url.to_owned());
        }
        Err(ConfigError::Invalid { name, value, allowed: "an http or https address".into() })
    }

    pub(super) fn text_model(&self) -> Result<TextModelSettings, ConfigError> {
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

    pub(super) fn image_model(&self) -> Result<ImageModelSettings, ConfigError> {
        let Some(name) = self.text(env::MESH_IMAGE_MODEL) else { return Ok(Settings::default().image_model) };
        if name == "offline" {
            return Ok(Settings::default().image_model);
        }
        if name.starts_with("offline/") {
            return Ok(ImageModelSettings::Offline { name });
        }
        match name.strip_prefix("openai/") {
            Some(model) if !model.is_empty() => {
                let (base_url, api_key_name) = self.openai_server()?;
                Ok(ImageModelSettings::OpenAi { model: model.to_owned(), base_url, api_key_name })
            }
            _ => Err(ConfigError::Invalid {
                name: env::MESH_IMAGE_MODEL,
                value: name,
                allowed: "offline or openai/<model>".into(),
            }),
        }
    }

    fn openai(&self, model: Option<String>) -> Result<TextModelSettings, ConfigError> {
        let model = model.or_else(|| self.text(env::OPENAI_MODEL)).ok_or(ConfigError::Missing {
            name: env::OPENAI_MODEL,
            why: "an OpenAI-compatible provider is configured, and the model has no default",
        })?;
        let (base_url, api_key_name) = self.openai_server()?;
        Ok(TextModelSettings::OpenAi { model, base_url, api_key_name })
    }

    /// Base URL and the name of the key's secret.
    fn openai_server(&self) -> Result<(String, String), ConfigError> {
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
        Ok((base_url, api_key_name))
    }
}
