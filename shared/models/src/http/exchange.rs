//! One exchange over HTTP: what is sent, and how much of what comes back is read.

use std::{error::Error, time::Duration};

use chrono::DateTime;
use mesh_core::{Timestamp, ports::ModelErrorKind};
use reqwest::{
    Client, RequestBuilder, Response, Url,
    header::{HeaderMap, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};

use super::{base_url::is_loopback, failure::Failure};
use crate::ConfigError;

/// More than any provider explains.
const ERROR_BODY_CAP: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than the idle limits of the usual load balancers, so that a frozen host does not wake up to dead connections.
const IDLE: Duration = Duration::from_secs(30);

/// What came back, whatever the status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// How long they ask to wait.
    pub retry_after: Option<Duration>,
    /// Their word on trying again.
    pub should_retry: Option<bool>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The body, as far as it is kept.
    pub body: Vec<u8>,
}

impl Reply {
    /// A reply that came at `now`, without its body; `request_ids` are the headers that may name the request, the best first.
    #[must_use]
    pub fn head(status: u16, headers: HeaderMap, now: Timestamp, request_ids: &[&str]) -> Self {
        Self {
            status,
            retry_after: retry_after(&headers, now),
            should_retry: text(&headers, "x-should-retry").and_then(|text| text.parse().ok()),
            request_id: request_ids.iter().find_map(|name| text(&headers, name)).map(short_id),
            headers,
            body: Vec::new(),
        }
    }
}

/// The client of one endpoint.
pub(crate) fn client(endpoint: &Url) -> Result<Client, ConfigError> {
    let builder = Client::builder()
        .user_agent(concat!("content-mesh/", env!("CARGO_PKG_VERSION")))
        // A redirect would take the key elsewhere.
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE);
    // A proxy cannot reach this machine's loopback.
    let builder = if is_loopback(endpoint) { builder.no_proxy() } else { builder.https_only(true) };
    builder.build().map_err(|error| ConfigError::Client { message: deepest(&error) })
}

/// The key after `prefix` as the value of a header; `None` when it cannot be one.
pub(crate) fn authorization(prefix: &str, key: &SecretString) -> Option<HeaderValue> {
    // Secrets kept in files tend to end in a newline.
    let key = key.expose_secret().trim();
    let mut header = HeaderValue::try_from(format!("{prefix}{key}")).ok().filter(|_| !key.is_empty())?;
    header.set_sensitive(true);
    Some(header)
}

/// Sends the request and reads the answer up to `cap` bytes.
///
/// `request_ids` are the headers that may name the request, the best first.
pub(crate) async fn exchange(
    request: RequestBuilder,
    now: Timestamp,
    cap: usize,
    request_ids: &[&str],
) -> Result<Reply, Failure> {
    let response = request.send().await.map_err(|error| broken(&error))?;
    let mut reply = Reply::head(response.status().as_u16(), response.headers().clone(), now, request_ids);
    let refused = reply.status >= 300;
    match read(response, if refused { ERROR_BODY_CAP } else { cap }).await {
        Ok(body) => reply.body = body,
        // The status says enough; of such a body nothing would be kept.
        Err(_) if refused => {}
        Err(failure) => return Err(Failure { request_id: reply.request_id, ..failure }),
    }
    Ok(reply)
}

/// The id of a request, as far as it is kept.
#[must_use]
pub fn short_id(id: &str) -> String {
    id.chars().take(120).collect()
}

async fn read(mut response: Response, cap: usize) -> Result<Vec<u8>, Failure> {
    let message = format!("the answer is longer than {} MiB", cap / (1024 * 1024));
    let too_long = || Failure::new(ModelErrorKind::MalformedOutput, message.as_str());
    let expected = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if expected > cap {
        return Err(too_long());
    }
    let mut body = Vec::with_capacity(expected);
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > cap {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A failure of the connection, with the innermost cause: the outer ones repeat the URL and say little.
fn broken(error: &reqwest::Error) -> Failure {
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke off" };
    Failure::new(ModelErrorKind::Transport, format!("{what}: {}", deepest(error)))
}

fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    text.chars().take(160).collect()
}

/// `retry-after-ms`, else `Retry-After` in seconds, else as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name| text(headers, name).and_then(|text| text.trim().parse::<f64>().ok());
    let millis = number("retry-after-ms").or_else(|| number("retry-after").map(|seconds| seconds * 1000.0));
    if let Some(millis) = millis.filter(|millis| millis.is_finite() && *millis >= 0.0) {
        return Some(Duration::try_from_secs_f64(millis / 1000.0).unwrap_or(Duration::MAX));
    }
    let date = DateTime::parse_from_rfc2822(text(headers, "retry-after")?).ok()?;
    Some(now.until(Timestamp(date.timestamp_millis())))
}

/// The value of a header, when it is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_header(name: &'static str, value: &'static str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
        retry_after(&headers, now)
    }

    #[test]
    fn every_way_to_say_later() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read_header("retry-after-ms", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(read_header("retry-after", "7"), seconds(7));
        assert_eq!(read_header("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read_header("retry-after", "Fri, 20 Nov 2026 12:00:30 GMT"), seconds(30));
        assert_eq!(read_header("retry-after", "Fri, 20 Nov 2026 11:00:00 GMT"), seconds(0));
        assert_eq!(read_header("retry-after", "1e300"), Some(Duration::MAX));
        for value in ["soon", "-1", "NaN", "inf", "1e400", ""] {
            assert_eq!(read_header("retry-after", value), None, "{value}");
        }
    }

    #[test]
    fn keys_become_headers_that_do_not_print() {
        let header = authorization("Bearer ", &SecretString::from("sk-secret\n")).unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer sk-secret");
        assert!(!format!("{header:?}").contains("secret"));
        assert!(authorization("Bearer ", &SecretString::from(" ")).is_none());
        assert!(authorization("Bearer ", &SecretString::from("a\nb")).is_none());
    }
}
