//! The OpenAPI document and the router are one: they are made from the same table, and this holds them to it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Bench, generation};

fn document(bench: &Bench) -> Value {
    let told = bench.get("/openapi.json");
    assert_eq!((told.status, told.header("content-type")), (StatusCode::OK, "application/json"));
    told.json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().expect("methods").clone();
        methods.into_iter().map(|(method, operation)| (path.clone(), method, operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// An example of every path parameter.
fn filled(path: &str) -> String {
    let id = "7fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3";
    let path = path.replace("{websiteId}", "shop").replace("{postId}", "p-1").replace("{code}", "NOT_FOUND");
    path.replace("{trackingId}", id).replace("{contentId}", id)
}

#[test]
fn every_documented_operation_is_routed_and_no_other() {
    let bench = Bench::new();
    let document = document(&bench);
    let documented: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(path, method, _)| (path, method.to_uppercase())).collect();
    assert_eq!(documented.len(), 14);
    let paths: BTreeSet<&String> = documented.iter().map(|(path, _)| path).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let told = bench.bare(bench.request(method, &filled(path), &[], None));
            let routed = told.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(routed, documented.contains(&(path.clone(), method.to_owned())), "{method} {path}");
        }
    }
}

#[test]
fn the_document_is_whole() {
    let document = document(&Bench::new());
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().expect("an id").to_owned()), "{method} {path}");
        let named: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .expect("parameters")
            .iter()
            .filter(|param| param["in"] == "path")
            .filter_map(|param| param["name"].as_str())
            .collect();
        let in_path: BTreeSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(named, in_path, "{method} {path}");
        let statuses: BTreeSet<&str> =
            operation["responses"].as_object().expect("answers").keys().map(String::as_str).collect();
        let mut needed = vec!["500", "503"];
        if operation["security"] != json!([]) {
            needed.extend(["401", "403", "429"]);
        }
        if !operation["requestBody"].is_null() {
            needed.extend(["400", "413", "415"]);
        }
        assert!(needed.iter().all(|status| statuses.contains(status)), "{method} {path}: {statuses:?}");
        assert!(statuses.iter().any(|status| status.starts_with('2')), "{method} {path}");
    }
    let references = document.to_string();
    for reference in references.split("\"$ref\":\"").skip(1) {
        let pointer = reference.split('"').next().and_then(|text| text.strip_prefix('#')).expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

/// A validator of a schema of the document.
fn validator(document: &Value, name: &str) -> jsonschema::Validator {
    let mut schema = json!({"$ref": format!("#/components/schemas/{name}")});
    schema["components"] = document["components"].clone();
    jsonschema::draft202012::new(&schema).expect("a schema")
}

#[test]
fn answers_are_as_the_document_says() {
    let bench = Bench::new();
    let document = document(&bench);
    for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
        validator(&document, name);
    }
    let check = |name: &str, body: &Value| {
        let wrong: Vec<String> = validator(&document, name).iter_errors(body).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?} in {body}");
    };
    bench.shop();
    check("Site", &bench.get("/sites/shop").json());
    check("SiteList", &bench.get("/sites").json());
    let started = bench.generate(&[], "p-1").json();
    check("Run", &started);
    let status = format!("/generate/status/{}", started["trackingId"].as_str().expect("a run"));
    check("Status", &bench.get(&status).json());
    check("Post", &bench.get("/posts/p-1").json());
    check("PostList", &bench.get("/posts").json());
    check("Health", &bench.get("/health").json());
    check("Problem", &bench.put("/sites/shop", &json!({})).json());
    let run = "8fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3";
    bench.store("generation", run, &generation(run, true));
    check("Status", &bench.get(&format!("/generate/status/{run}")).json());
    assert!(!validator(&document, "SiteInput").is_valid(&json!({"websiteName": "x", "brandTon": "warm"})));
    assert!(validator(&document, "SiteInput").is_valid(&json!({"websiteName": "x", "brandTone": "warm"})));
    assert!(validator(&document, "PostInput").is_valid(&json!({"websiteId": "shop", "title": "x"})));
}

#[test]
fn the_reference_names_every_operation_and_takes_nothing_from_elsewhere() {
    let bench = Bench::new();
    let told = bench.get("/docs");
    assert_eq!((told.status, told.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    for (path, method, operation) in operations(&document(&bench)) {
        let id = operation["operationId"].as_str().expect("an id");
        assert!(
            told.text.contains(&format!("id=\"{id}\"><code>{} {path}</code>", method.to_uppercase())),
            "{method} {path}"
        );
    }
    for foreign in ["<script", "src=", "http-equiv", "@import", "url("] {
        assert!(!told.text.contains(foreign), "{foreign}");
    }
    let ids: Vec<&str> = told.text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are of one element each");
    for link in told.text.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&link), "{link} leads nowhere");
    }
}
