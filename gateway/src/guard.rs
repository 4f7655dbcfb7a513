//! What surrounds every request: its id, a time limit, panics caught, headers, and errors in one form.

use std::{collections::BTreeMap, panic::AssertUnwindSafe};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{
    FutureExt,
    future::{Either, select},
};
use serde_json::{Value, json};

use crate::{
    app::App,
    principal::Principal,
    problem::{KINDS, Kind, Problem},
};

/// Names a request, in the request if the caller likes, and always in the answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The media type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Headers of every answer. Nothing that we serve is to be framed, sniffed, cached or told to others.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    ),
];

/// A panic is an answer like others.
pub(crate) async fn catch(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("A request panicked.");
            Problem::new(Kind::Internal, "the request could not be handled").into_response()
        }
    }
}

/// Gives a request its id, bounds it, and gives its answer headers and form.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = request_id(&app, &request);
    let head = request.method() == Method::HEAD;
    request.extensions_mut().insert(Principal::anonymous());
    let deadline = app.ports.clock.now().plus(app.config.timeout);
    let handled = Box::pin(next.run(request));
    let response = match select(handled, app.ports.clock.sleep_until(deadline)).await {
        Either::Left((response, _)) => response,
        Either::Right(((), _)) => Problem::new(Kind::TimedOut, "the request took too long").after(1).into_response(),
    };
    let mut response = formed(&app, response, &id, head);
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The caller's own id, when it is harmless.
fn request_id(app: &App, request: &Request) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given.filter(harmless).map_or_else(|| format!("{:032x}", app.ports.entropy.bits()), str::to_owned)
}

/// Every error answer as a problem, whoever made it.
fn formed(app: &App, mut response: Response, id: &str, head: bool) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| of_status(status));
    let body = if head { Body::empty() } else { Body::from(render(app, &problem, status, id).to_string()) };
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn of_status(status: StatusCode) -> Problem {
    let kind = KINDS.into_iter().find(|kind| kind.status() == status.as_u16());
    let fallback = if status.is_client_error() { Kind::InvalidParameter } else { Kind::Internal };
    let kind = kind.unwrap_or(fallback);
    Problem::new(kind, kind.title())
}

fn render(app: &App, problem: &Problem, status: StatusCode, id: &str) -> Value {
    let Problem { kind, detail, errors, .. } = problem;
    let fields = [
        ("type", json!(app.link(&format!("/problems/{}", kind.code())))),
        ("title", json!(kind.title())),
        ("status", json!(status.as_u16())),
        ("detail", json!(detail)),
        ("instance", json!(format!("urn:content-mesh:request:{id}"))),
        ("code", json!(kind.code())),
    ];
    let mut fields: BTreeMap<&str, Value> = fields.into();
    if !errors.is_empty() {
        fields.insert("errors", json!(errors));
    }
    json!(fields)
}

impl IntoResponse for Problem {
    /// The status and headers; [`around`] writes the body, which names the request.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
