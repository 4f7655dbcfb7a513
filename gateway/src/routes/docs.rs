//! The interface itself: its document, its reference, the pages of its problems, and whether it lives.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use crate::{
    app::App,
    docs,
    extract::{self, Segment},
    openapi::{self, Answer, Operation, Param, Place, names},
    problem::{KINDS, Kind, Problem},
};

const HTML: &str = "text/html; charset=utf-8";

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        read("/health", "getHealth", "Whether the interface answers", names::JSON, Some("Health"), || get(health)),
        read("/openapi.json", "getOpenApi", "This interface as OpenAPI", names::JSON, Some("OpenApi"), || {
            get(document)
        }),
        read("/docs", "getDocs", "This interface for people", "text/html", None, || get(reference)),
        Operation {
            params: &[Param { name: "code", place: Place::Path, about: "The code.", schema: code }],
            problems: &[Kind::NotFound],
            ..read("/problems/{code}", "getProblem", "What a problem means", "text/html", None, || get(problem))
        },
    ]
}

fn code() -> serde_json::Value {
    json!({"type": "string", "enum": KINDS.map(Kind::code)})
}

fn read(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    media: &'static str,
    schema: Option<&'static str>,
    handler: fn() -> axum::routing::MethodRouter<App>,
) -> Operation {
    let answer = Answer { status: 200, about: "It.", media, schema, headers: &[] };
    Operation {
        method: "get",
        path,
        id,
        tag: "Reference",
        summary,
        about: "Needs no key.",
        scope: None,
        params: &[],
        body: None,
        answers: vec![answer],
        problems: &[],
        handler,
    }
}

async fn health() -> Response {
    extract::json(StatusCode::OK, &json!({"status": "ok"}))
}

async fn document(State(app): State<App>) -> Response {
    extract::json(StatusCode::OK, &openapi::document(&app.config.base_path))
}

async fn reference(State(app): State<App>) -> Response {
    page(docs::reference(&openapi::document(&app.config.base_path)))
}

async fn problem(State(app): State<App>, code: Segment) -> Result<Response, Problem> {
    let kind = KINDS.into_iter().find(|kind| kind.code() == code.0);
    let kind = kind.ok_or_else(|| Problem::unknown("problem", &code.0))?;
    Ok(page(docs::problem(kind, &app.link("/docs"))))
}

fn page(html: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, HTML)], html).into_response()
}
