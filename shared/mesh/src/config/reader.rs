//! Reading single settings.

use std::collections::BTreeMap;

use super::ConfigError;
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

    pub(super) fn words(&self, name: &str) -> Vec<String> {
        self.text(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }
}
