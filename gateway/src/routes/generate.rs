//! Asking for articles, and following their runs.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use mesh_contracts::{
    Detail, Id, Name,
    records::{PostStatus, Scope},
};
use serde_json::Value;

use super::view::{Run, StatusAnswer, status_link};
use crate::{
    app::App,
    extract::{self, Json, Segment},
    generation,
    openapi::{Answer, Operation, names},
    principal::Principal,
    problem::{Kind, Problem},
    status::Status,
};

pub(crate) fn operations() -> Vec<Operation> {
    vec![generate_operation(), get_status_operation()]
}

fn generate_operation() -> Operation {
    Operation {
        method: "post",
        path: "/generate",
        id: "generate",
        tag: "Generate",
        summary: "Ask for the article of a post",
        about: "Starts a run and answers at once. Without an Idempotency-Key a run of the post that is under way, and \
            not older than a day, is the answer, so that nothing is paid twice.",
        scope: Some(Scope::Generate),
        params: &[names::IDEMPOTENCY_KEY, names::PREFER],
        body: Some("GenerateInput"),
        answers: vec![
            Answer {
                status: 200,
                about: "The run has ended while the caller waited.",
                media: names::JSON,
                schema: Some("Status"),
                headers: &[names::LOCATION, names::PREFERENCE_APPLIED],
            },
            Answer {
                status: 202,
                about: "The run is under way.",
                media: names::JSON,
                schema: Some("Run"),
                headers: &[names::LOCATION, names::PREFERENCE_APPLIED],
            },
        ],
        problems: &[
            Kind::InvalidParameter,
            Kind::NotFound,
            Kind::SiteMissing,
            Kind::SiteInactive,
            Kind::ModelNotConfigured,
            Kind::KeyReused,
        ],
        handler: || post(start),
    }
}

fn get_status_operation() -> Operation {
    Operation {
        method: "get",
        path: "/generate/status/{trackingId}",
        id: "getStatus",
        tag: "Generate",
        summary: "Where a run stands",
        about: "Status, cause, cost, outputs and timeline of a run.",
        scope: Some(Scope::Read),
        params: &[names::RUN, names::PREFER],
        body: None,
        answers: vec![Answer {
            status: 200,
            about: "Where the run stands.",
            media: names::JSON,
            schema: Some("Status"),
            headers: &[names::PREFERENCE_APPLIED],
        }],
        problems: &[Kind::InvalidParameter, Kind::NotFound],
        handler: || get(status),
    }
}

async fn start(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Json(body): Json,
) -> Result<Response, Problem> {
    let post = post_of(&body)?;
    let key = extract::idempotency_key(&headers, &principal)?;
    let tenant = principal.tenant.as_ref();
    let started = generation::start(&app.ports, &app.settings, &post, key.as_deref(), tenant).await?;
    let run = started.tracking_id;
    let status = waited(&app, &headers, run).await?;
    let mut response = match status {
        Some(status) if status.has_ended() && asked_to_wait(&app, &headers) => {
            extract::json(StatusCode::OK, &StatusAnswer::of(&app, status))
        }
        status => {
            let status = status.map_or(PostStatus::Pending, |status| status.status);
            extract::json(StatusCode::ACCEPTED, &Run::of(&app, &started, status))
        }
    };
    located(&app, &mut response, run);
    applied(&app, &headers, &mut response);
    Ok(response)
}

async fn status(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    run: Segment,
) -> Result<Response, Problem> {
    let run = run.id("trackingId")?;
    let unknown = || Problem::unknown("run", &run.to_string());
    // Nobody waits for the run of somebody else's site.
    let mine = |status: &Status| principal.tenant.as_deref().is_none_or(|tenant| tenant == status.website_id);
    generation::status(&app.ports, run).await?.filter(&mine).ok_or_else(unknown)?;
    let status = waited(&app, &headers, run).await?.filter(&mine).ok_or_else(unknown)?;
    let mut response = extract::json(StatusCode::OK, &StatusAnswer::of(&app, status));
    applied(&app, &headers, &mut response);
    Ok(response)
}

/// The post that a body names, and nothing else.
fn post_of(body: &Value) -> Result<Name, Problem> {
    let wrong =
        |field: &str, value: Option<&str>, limit: &str| Problem::contract(vec![Detail::new(field, value, limit)]);
    let Value::Object(fields) = body else { return Err(wrong("body", None, "an object")) };
    if let Some(field) = fields.keys().find(|field| *field != "postId") {
        return Err(wrong(field, None, "a known field"));
    }
    let given = fields.get("postId").ok_or_else(|| wrong("postId", None, "required"))?;
    let name = given.as_str().and_then(|text| Name::new(text).ok());
    name.ok_or_else(|| wrong("postId", Some(&given.to_string()), "the name of a post"))
}

fn asked_to_wait(app: &App, headers: &HeaderMap) -> bool {
    extract::wait(headers, app.config.max_wait).is_some()
}

/// Where a run stands, after waiting for its end as long as the caller prefers.
pub(super) async fn waited(app: &App, headers: &HeaderMap, run: Id) -> Result<Option<Status>, Problem> {
    match extract::wait(headers, app.config.max_wait) {
        Some(wait) => generation::wait(&app.ports, run, app.ports.clock.now().plus(wait)).await,
        None => generation::status(&app.ports, run).await,
    }
}

pub(super) fn located(app: &App, response: &mut Response, run: Id) {
    if let Ok(location) = HeaderValue::from_str(&status_link(app, run)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
}

fn applied(app: &App, headers: &HeaderMap, response: &mut Response) {
    let Some(wait) = extract::wait(headers, app.config.max_wait) else { return };
    if let Ok(applied) = HeaderValue::from_str(&format!("wait={}", wait.as_secs())) {
        response.headers_mut().insert(extract::PREFERENCE_APPLIED, applied);
    }
}
