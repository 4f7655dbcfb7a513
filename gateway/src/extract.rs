//! Reading requests, so that whatever is wrong with one is a problem of ours.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request},
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use mesh_contracts::{Id, Name};
use serde::Serialize;
use serde_json::Value;

use crate::{
    app::App,
    page::{self, PageRequest},
    principal::Principal,
    problem::{Kind, Problem},
    stored::Condition,
};

pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::anonymous))
    }
}

/// The one variable segment of a path, decoded.
#[derive(Debug)]
pub(crate) struct Segment(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::parameter("path", parts.uri.path(), "UTF-8"))?;
        Ok(Self(text))
    }
}

impl Segment {
    /// The segment as the name of a site or post.
    pub(crate) fn name(self, parameter: &str) -> Result<Name, Problem> {
        let allowed = "letters, digits, '_', '.' and '-', at most 64, a letter or digit first";
        Name::new(self.0.clone()).map_err(|_| Problem::parameter(parameter, &self.0, allowed))
    }

    /// The segment as an id.
    pub(crate) fn id(self, parameter: &str) -> Result<Id, Problem> {
        self.0.parse().map_err(|_| Problem::parameter(parameter, &self.0, "a UUID in lower case with hyphens"))
    }
}

/// The parameters behind the question mark. Unknown ones are ignored; a repeated one is refused.
#[derive(Debug)]
pub(crate) struct Params(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(RawQuery(query)) = RawQuery::from_request_parts(parts, state).await;
        let mut params = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if params.insert(name.to_string(), value.to_string()).is_some() {
                return Err(Problem::parameter(&name, &value, "given once"));
            }
        }
        Ok(Self(params))
    }
}

impl Params {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `limit` and `cursor`.
    pub(crate) fn page(&self) -> Result<PageRequest, Problem> {
        let limit = match self.get("limit") {
            None => page::DEFAULT,
            Some(text) => {
                let wrong = || Problem::parameter("limit", text, &format!("a whole number from 1 to {}", page::MOST));
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse().ok().filter(|number| digits && (1..=page::MOST).contains(number));
                number.ok_or_else(wrong)?
            }
        };
        Ok(PageRequest { limit, cursor: self.get("cursor").map(str::to_owned) })
    }
}

/// A JSON body, read strictly.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

impl FromRequest<App> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let media =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if media != "application/json" && !(media.starts_with("application/") && media.ends_with("+json")) {
            return Err(Problem::new(Kind::UnsupportedMediaType, "the Content-Type must be application/json"));
        }
        let most = app.config.max_body_bytes;
        let large = |_| Problem::new(Kind::PayloadTooLarge, format!("the body must have at most {most} bytes"));
        let bytes = to_bytes(request.into_body(), most).await.map_err(large)?;
        let text = str::from_utf8(&bytes).map_err(|_| Problem::new(Kind::InvalidJson, "the body is not UTF-8"))?;
        let value = mesh_contracts::parse(text).map_err(|error| Problem::new(Kind::InvalidJson, error.message))?;
        Ok(Self(value))
    }
}

/// How long a caller prefers to wait (RFC 7240), in whole seconds; preferences that are not understood are ignored.
pub(crate) fn wait(headers: &HeaderMap, most: Duration) -> Option<Duration> {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let preferences = values.flat_map(|value| value.split([',', ';']));
    let seconds = preferences.filter_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let whole = name.trim().eq_ignore_ascii_case("wait") && value.bytes().all(|byte| byte.is_ascii_digit());
        whole.then(|| value.parse::<u64>().ok()).flatten()
    });
    let asked = seconds.map(Duration::from_secs).next()?;
    Some(asked.min(most)).filter(|wait| !wait.is_zero())
}

/// `If-Match` and `If-None-Match: *`.
pub(crate) fn condition(headers: &HeaderMap) -> Result<Condition, Problem> {
    let text = |name: HeaderName| {
        let value = headers.get(&name)?;
        Some(value.to_str().map(str::trim).map_err(|_| Problem::parameter(name.as_str(), "", "ASCII")))
    };
    if let Some(value) = text(header::IF_NONE_MATCH).transpose()? {
        let only = || Problem::parameter("if-none-match", value, "*");
        return if value == "*" { Ok(Condition::Absent) } else { Err(only()) };
    }
    Ok(match text(header::IF_MATCH).transpose()? {
        None => Condition::Always,
        Some("*") => Condition::Present,
        // A tag that is none of ours matches nothing.
        Some(tags) => Condition::Versions(tags.split(',').filter_map(version).collect()),
    })
}

fn version(tag: &str) -> Option<u64> {
    tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

/// The caller's `Idempotency-Key`, apart from those of other callers.
pub(crate) fn idempotency_key(headers: &HeaderMap, principal: &Principal) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    let visible = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible {
        return Err(Problem::parameter("idempotency-key", key, "1 to 255 visible ASCII characters"));
    }
    Ok(Some(format!("{}/{key}", principal.subject)))
}

/// An answer in JSON.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_string(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => Problem::corrupt("the answer", &error.to_string()).into_response(),
    }
}

/// A document's version as an ETag.
pub(crate) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}
