//! S3: objects in memory, with their metadata, ETag and conditional puts.

use std::{collections::BTreeMap, sync::Mutex};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use bytes::Bytes;

use super::{
    aws::{Call, plain},
    calls::Calls,
};

/// All buckets; they exist when they are named. Keys are `<bucket>/<key>`.
#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<BTreeMap<String, Object>>);

#[derive(Debug, Clone)]
struct Object {
    body: Bytes,
    /// Media type, checksums and metadata, as they are given back.
    headers: HeaderMap,
    etag: String,
}

impl Buckets {
    pub(super) fn answer(&self, calls: &Calls, call: &Call) -> Response {
        let path = call.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let place = format!("{bucket}/{}", decoded(key));
        let operation = match (&call.method, key.is_empty()) {
            (&Method::PUT, false) => "PutObject",
            (&Method::GET, false) => "GetObject",
            (&Method::HEAD, false) => "HeadObject",
            (&Method::DELETE, false) => "DeleteObject",
            (&Method::GET, true) => "ListObjectsV2",
            _ => return plain(StatusCode::NOT_IMPLEMENTED, "text/plain", "the stub has no such S3 operation".into()),
        };
        calls.count(&call.caller, "S3", operation);
        match operation {
            "PutObject" => self.put(place, call),
            "DeleteObject" => {
                self.0.lock().unwrap().remove(&place);
                empty(StatusCode::NO_CONTENT)
            }
            "ListObjectsV2" => self.list(bucket, call),
            _ => self.get(&place, call),
        }
    }

    /// How many objects have this in their bucket and key.
    pub(super) fn count(&self, part: &str) -> usize {
        self.0.lock().unwrap().keys().filter(|place| place.contains(part)).count()
    }

    fn put(&self, place: String, call: &Call) -> Response {
        let mut objects = self.0.lock().unwrap();
        let stored = objects.get(&place);
        let absent_only = call.header("if-none-match") == Some("*");
        let other = call.header("if-match").is_some_and(|etag| stored.is_none_or(|stored| stored.etag != etag));
        if (absent_only && stored.is_some()) || other {
            return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let chunked = call.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
        let (body, trailers) = if chunked { unchunk(&call.body) } else { (call.body.clone(), Vec::new()) };
        let mut headers: HeaderMap =
            call.headers.iter().filter(|(name, _)| kept(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        for (name, value) in trailers.iter().filter(|(name, _)| name.starts_with("x-amz-checksum-")) {
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
        let etag = format!("\"{:032x}\"", uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, &body).as_u128());
        objects.insert(place, Object { body, headers, etag: etag.clone() });
        Response::builder().header(header::ETAG, etag).body(Body::empty()).unwrap()
    }

    fn get(&self, place: &str, call: &Call) -> Response {
        let Some(object) = self.0.lock().unwrap().get(place).cloned() else {
            let head = call.method == Method::HEAD;
            return if head { empty(StatusCode::NOT_FOUND) } else { error(StatusCode::NOT_FOUND, "NoSuchKey") };
        };
        let whole = object.body.len();
        let (range, status) = match call.header("range").and_then(|range| parse_range(range, whole)) {
            Some(range) => (range, StatusCode::PARTIAL_CONTENT),
            None => (0..whole, StatusCode::OK),
        };
        let mut answer = Response::builder().status(status).header(header::ETAG, &object.etag);
        answer = answer.header(header::LAST_MODIFIED, "Sat, 21 Nov 2026 00:00:00 GMT");
        if status == StatusCode::PARTIAL_CONTENT {
            let end = range.end.saturating_sub(1);
            answer = answer.header(header::CONTENT_RANGE, format!("bytes {}-{end}/{whole}", range.start));
        }
        let asked = call.header("x-amz-checksum-mode").is_some() && status == StatusCode::OK;
        for (name, value) in &object.headers {
            if asked || !name.as_str().starts_with("x-amz-checksum-") {
                answer = answer.header(name, value);
            }
        }
        // Hyper leaves the body of an answer to HEAD out and keeps its length.
        answer.body(Body::from(object.body.slice(range))).unwrap()
    }

    fn list(&self, bucket: &str, call: &Call) -> Response {
        let query: BTreeMap<String, String> =
            url::form_urlencoded::parse(call.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let start = format!("{bucket}/");
        let objects = self.0.lock().unwrap();
        let keys = objects.iter().filter_map(|(place, object)| Some((place.strip_prefix(&start)?, object)));
        let keys = keys.filter(|(key, _)| key.starts_with(text("prefix")) && *key > text("start-after"));
        let entries: String = keys
            .take(text("max-keys").parse().unwrap_or(1000))
            .map(|(key, object)| {
                let (etag, size) = (object.etag.trim_matches('"'), object.body.len());
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified><ETag>\
                     &quot;{etag}&quot;\
                     </ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
                )
            })
            .collect();
        let xml = format!(
            "<ListBucketResult><Name>{bucket}</Name><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
        );
        plain(StatusCode::OK, "application/xml", xml)
    }
}

fn kept(name: &HeaderName) -> bool {
    let name = name.as_str();
    let given_back = ["content-type", "cache-control", "content-disposition", "content-language"].contains(&name);
    let checksum =
        name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-mode" && name != "x-amz-checksum-algorithm";
    given_back || checksum || name.starts_with("x-amz-meta-")
}

/// `%2F` and the like in a path.
fn decoded(path: &str) -> String {
    let as_form = format!("k={}", path.replace('+', "%2B"));
    url::form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `bytes=0-9` or `bytes=5-`, within a body.
fn parse_range(range: &str, whole: usize) -> Option<std::ops::Range<usize>> {
    let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
    let start: usize = start.parse().ok()?;
    let end = end.parse().map_or(whole, |end: usize| (end + 1).min(whole));
    (start < end).then_some(start..end)
}

/// The body and the trailing headers of an `aws-chunked` request: `<hex size>[;signature]`, bytes, ..., `0`, trailers.
fn unchunk(mut rest: &[u8]) -> (Bytes, Vec<(String, String)>) {
    let mut body = Vec::with_capacity(rest.len());
    while let Some(line) = line(&mut rest) {
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
    let mut trailers = Vec::new();
    while let Some((name, value)) = line(&mut rest).as_deref().and_then(|line| line.split_once(':')) {
        trailers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    (body.into(), trailers)
}

fn line(rest: &mut &[u8]) -> Option<String> {
    let end = rest.windows(2).position(|two| two == b"\r\n")?;
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 2..];
    Some(line)
}

fn error(status: StatusCode, code: &str) -> Response {
    plain(status, "application/xml", format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

fn empty(status: StatusCode) -> Response {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_and_trailers_kept() {
        let sent = b"4;chunk-signature=ab\r\nabcd\r\n2\r\n\r\n\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n";
        let (body, trailers) = unchunk(sent);
        assert_eq!(&body[..], b"abcd\r\n");
        assert_eq!(trailers, [("x-amz-checksum-crc32".to_owned(), "AAAA==".to_owned())]);
    }

    #[test]
    fn ranges_end_with_the_body() {
        assert_eq!(parse_range("bytes=2-3", 10), Some(2..4));
        assert_eq!((parse_range("bytes=8-99", 10), parse_range("bytes=10-", 10)), (Some(8..10), None));
    }
}
