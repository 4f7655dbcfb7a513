//! The interface as data: every operation once, for the router and for the OpenAPI 3.1 document alike.

mod operation;
mod schemas;

use mesh_contracts::records::Scope;
use serde_json::{Map, Value, json};

pub(crate) use operation::{Answer, Header, Operation, Param, Place, names};

use crate::{
    principal::scope_name,
    problem::{KINDS, Kind},
    routes,
};

const ABOUT: &str = "Articles on request: store a site and a post, ask for the post's article, and follow its run. \
    Every error answer is a problem (RFC 9457) whose `code` has a page under /problems/. Requests are counted per key and \
    process, so that behind several processes a key can make more than it says.";

/// Problems that anything may answer.
const ALWAYS: [Kind; 3] = [Kind::Internal, Kind::Unavailable, Kind::TimedOut];
/// Problems of operations that need a key.
const OF_KEYS: [Kind; 4] = [Kind::Unauthenticated, Kind::ScopeMissing, Kind::SiteForeign, Kind::RateLimited];

/// Every operation.
pub(crate) fn operations() -> Vec<Operation> {
    let systems = [
        routes::generate::operations(),
        routes::sites::operations(),
        routes::posts::operations(),
        routes::content::operations(),
        routes::docs::operations(),
    ];
    systems.into_iter().flatten().collect()
}

/// The OpenAPI 3.1 document; `base` is what all paths start with.
#[must_use]
pub fn document(base: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(&operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Content Mesh",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": if base.is_empty() { "/" } else { base }}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas::components(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key: `mesh_<id>_<secret>`."},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same key in a header of its own."},
            },
        },
    })
}

fn tags() -> Value {
    json!([
        {"name": "Generate", "description": "Asking for articles, and following their runs."},
        {"name": "Sites", "description": "Sites and their brand."},
        {"name": "Posts", "description": "Articles that somebody plans."},
        {"name": "Content", "description": "Articles as they were made."},
        {"name": "Reference", "description": "The interface itself."},
    ])
}

fn described(operation: &Operation) -> Value {
    let mut answers: Map<String, Value> =
        operation.answers.iter().map(|answer| (answer.status.to_string(), answer.described())).collect();
    for (status, response) in problems(operation) {
        answers.insert(status, response);
    }
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": about(operation),
        "parameters": operation.params.iter().map(Param::described).collect::<Vec<_>>(),
        "responses": answers,
    });
    described["security"] = match operation.scope {
        Some(_) => json!([{"bearer": []}, {"apiKey": []}]),
        None => json!([]),
    };
    if let Some(body) = operation.body {
        let schema = json!({"$ref": format!("#/components/schemas/{body}")});
        described["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    described
}

fn about(operation: &Operation) -> String {
    let needs = operation.scope.map(|scope: Scope| format!(" Needs a key with the scope `{}`.", scope_name(scope)));
    format!("{}{}", operation.about, needs.unwrap_or_default())
}

/// The problems of an operation by status.
fn problems(operation: &Operation) -> Vec<(String, Value)> {
    let of_keys: &[Kind] = if operation.scope.is_some() { &OF_KEYS } else { &[] };
    let of_body: &[Kind] = match operation.body {
        Some(_) => &[Kind::InvalidJson, Kind::ContractViolation, Kind::PayloadTooLarge, Kind::UnsupportedMediaType],
        None => &[],
    };
    let listed = |kind: &Kind| [operation.problems, &ALWAYS, of_keys, of_body].iter().any(|kinds| kinds.contains(kind));
    let mut by_status: Vec<(u16, Vec<Kind>)> = Vec::new();
    for kind in KINDS.into_iter().filter(listed) {
        match by_status.iter_mut().find(|(status, _)| *status == kind.status()) {
            Some((_, kinds)) => kinds.push(kind),
            None => by_status.push((kind.status(), vec![kind])),
        }
    }
    by_status.into_iter().map(|(status, kinds)| (status.to_string(), problem(status, &kinds))).collect()
}

fn problem(status: u16, kinds: &[Kind]) -> Value {
    let about: Vec<String> = kinds.iter().map(|kind| format!("{} (`{}`)", kind.title(), kind.code())).collect();
    let headers: &[Header] = match status {
        401 => &[names::WWW_AUTHENTICATE],
        429 | 503 => &[names::RETRY_AFTER],
        _ => &[],
    };
    let mut all = Header::described(headers);
    all.extend(Header::described(&[names::REQUEST_ID]));
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    json!({
        "description": format!("{}.", about.join("; ")),
        "headers": all,
        "content": {crate::guard::PROBLEM_JSON: {"schema": schema}},
    })
}
