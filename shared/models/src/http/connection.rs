//! The way to one endpoint of a provider, and whose key opens it.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{Clock, Secrets},
};
use reqwest::{
    Client, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::SecretString;

use super::{Pace, base_url, exchange};
use crate::{ConfigError, ServerSettings};

/// Headers that carry keys or belong to the connection; no setting may put something else there.
const RESERVED: [&str; 7] =
    ["authorization", "api-key", "x-api-key", "x-goog-api-key", "host", "content-length", "content-type"];

/// Which header carries the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// The key alone, in a header of the provider's own.
    Header(&'static str),
}

impl Auth {
    /// Name and value of the header; `None` when the key is empty or no header can carry it.
    pub(crate) fn header(self, key: &SecretString) -> Option<(&'static str, HeaderValue)> {
        let (name, prefix) = match self {
            Self::Bearer => ("authorization", "Bearer "),
            Self::Header(name) => (name, ""),
        };
        Some((name, exchange::authorization(prefix, key)?))
    }
}

/// What is a provider's own about all its replies.
pub(crate) struct Dialect {
    /// Headers that may hold the id of a request, the best first.
    pub(crate) request_ids: &'static [&'static str],
    /// How long the headers of an answer forbid another call.
    pub(crate) closed: fn(&HeaderMap, Timestamp) -> Option<Duration>,
}

/// What is a provider's own about the way to it.
pub(crate) struct Way {
    /// What comes after the base URL.
    pub(crate) path: String,
    /// A parameter of the query.
    pub(crate) query: Option<(&'static str, String)>,
    pub(crate) auth: Auth,
    /// Headers that every request has.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Most bytes of an answer.
    pub(crate) body_cap: usize,
    pub(crate) dialect: &'static Dialect,
}

/// The way to one endpoint of a provider, and whose key opens it.
pub(crate) struct Connection {
    /// `provider/model`, for errors and logs.
    pub(crate) name: String,
    /// The model's id at the provider.
    pub(crate) model: String,
    pub(crate) endpoint: Url,
    pub(crate) auth: Auth,
    /// The name of the secret that holds the key; `None` for a server without one.
    pub(crate) api_key_name: Option<String>,
    /// Headers that every request has, the key's not among them.
    pub(crate) headers: HeaderMap,
    pub(crate) client: Client,
    /// Most bytes of an answer.
    pub(crate) body_cap: usize,
    pub(crate) dialect: &'static Dialect,
    pub(crate) pace: Pace,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Connection {
    /// The connection of the settings. Makes no call.
    pub(crate) fn new(
        settings: ServerSettings,
        way: Way,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        settings.check()?;
        let mut endpoint = base_url::endpoint(&settings.base_url, &way.path)?;
        base_url::allow(&endpoint, &settings.allowed_hosts)?;
        if settings.api_key_name.is_none() && !base_url::is_loopback(&endpoint) {
            return Err(ConfigError::NoKey);
        }
        if let Some((name, value)) = way.query {
            endpoint.query_pairs_mut().append_pair(name, &value);
        }
        Ok(Self {
            name: format!("{}/{}", settings.provider, settings.model),
            client: exchange::client(&endpoint)?,
            endpoint,
            auth: way.auth,
            headers: headers(way.headers, &settings.headers)?,
            model: settings.model,
            api_key_name: settings.api_key_name,
            body_cap: way.body_cap,
            dialect: way.dialect,
            pace: Pace::new(settings.requests_per_minute),
            secrets,
            clock,
        })
    }
}

/// The provider's constant headers and those of the settings.
fn headers(constant: &[(&'static str, &'static str)], own: &[(String, String)]) -> Result<HeaderMap, ConfigError> {
    let wrong = || ConfigError::Field { field: "a constant header" };
    let mut headers = HeaderMap::new();
    for (name, value) in constant {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    for (name, value) in own {
        let name = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
        if RESERVED.contains(&name.as_str()) {
            return Err(wrong());
        }
        headers.insert(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    Ok(headers)
}

/// The text as one piece of a path or query; `field` says what it is when it cannot be.
pub(crate) fn segment<'a>(field: &'static str, text: &'a str) -> Result<&'a str, ConfigError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = text.chars().all(plain) && text.chars().any(|c| c.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(ConfigError::Segment { field }) }
}
