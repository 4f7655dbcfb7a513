use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use mesh_core::{Ports, Settings};
use mesh_gateway::{Gateway, GatewayConfig, problem::KINDS, router};
use mesh_testkit::faulty::{Fault, FaultPlan, FaultyStateStore};
use serde_json::json;

use crate::support::Bench;

fn raw(bench: &Bench, media: &str, body: Vec<u8>) -> Request<Body> {
    let request = Request::put("/sites/shop").header("content-type", media).header("x-api-key", &bench.token);
    request.body(Body::from(body)).expect("a request")
}

#[test]
fn a_body_that_is_no_json_is_said_to_be_none() {
    let bench = Bench::new();
    for body in ["", "{", "{\"a\":1,\"a\":2}", "{} {}"] {
        let told = bench.bare(raw(&bench, "application/json", body.into()));
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "INVALID_JSON"), "{body}");
    }
    assert_eq!(bench.bare(raw(&bench, "application/json", vec![0xff])).code(), "INVALID_JSON");
    for media in ["text/plain", "", "application/x-www-form-urlencoded"] {
        let told = bench.bare(raw(&bench, media, b"{}".to_vec()));
        assert_eq!((told.status.as_u16(), told.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media}");
    }
    let told = bench.bare(raw(&bench, "application/json; charset=utf-8", br#"{"websiteName": "x"}"#.to_vec()));
    assert_eq!(told.status, StatusCode::CREATED);
}

#[test]
fn a_body_has_a_greatest_size() {
    let bench = Bench::new();
    let body = |bytes: usize| format!("{{\"websiteName\":\"x\"{}}}", " ".repeat(bytes - 19)).into_bytes();
    assert_eq!(bench.bare(raw(&bench, "application/json", body(65_536))).status, StatusCode::CREATED);
    let told = bench.bare(raw(&bench, "application/json", body(65_537)));
    assert_eq!((told.status.as_u16(), told.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
}

#[test]
fn paths_and_methods_that_are_not_there() {
    let bench = Bench::new();
    assert_eq!(bench.get("/nowhere").code(), "NOT_FOUND");
    assert_eq!(bench.get("/").code(), "NOT_FOUND");
    let told = bench.bare(bench.request("PATCH", "/sites/shop", &[], None));
    assert_eq!((told.status.as_u16(), told.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    let allowed = |told: &crate::support::Told| {
        let mut methods: Vec<String> = told.header("allow").split(',').map(|method| method.trim().to_owned()).collect();
        methods.sort();
        methods
    };
    assert_eq!(allowed(&told), ["GET", "HEAD", "PUT"]);
    let options = bench.bare(bench.request("OPTIONS", "/sites/shop", &[], None));
    assert_eq!(
        (options.status, allowed(&options)),
        (StatusCode::NO_CONTENT, vec!["GET".into(), "HEAD".into(), "PUT".into()])
    );
    for path in ["/sites/a%20b", "/sites/%ff", "/posts/-x", "/generate/status/x"] {
        let told = bench.get(path);
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "INVALID_PARAMETER"), "{path}");
    }
}

#[test]
fn head_answers_as_get_without_a_body() {
    let bench = Bench::new();
    bench.shop();
    for (path, status) in [("/sites/shop", 200), ("/sites/none", 404)] {
        let told = bench.bare(bench.request("HEAD", path, &[], None));
        assert_eq!((told.status.as_u16(), told.text.as_str()), (status, ""), "{path}");
    }
}

#[test]
fn every_answer_has_an_id_and_safe_headers() {
    let bench = Bench::new();
    let told = bench.bare(bench.request("GET", "/nowhere", &[("x-request-id", "trace-7")], None));
    assert_eq!(told.header("x-request-id"), "trace-7");
    assert_eq!(told.json()["instance"], "urn:content-mesh:request:trace-7");
    let told = bench.bare(bench.request("GET", "/health", &[("x-request-id", "a b")], None));
    assert_eq!(told.header("x-request-id").len(), 32, "a harmful id is replaced");
    for (name, value) in
        [("x-content-type-options", "nosniff"), ("cache-control", "no-store"), ("x-frame-options", "DENY")]
    {
        assert_eq!(told.header(name), value);
    }
}

#[test]
fn a_body_names_its_post_and_nothing_else() {
    let bench = Bench::new();
    for body in [json!([]), json!({}), json!({"postId": 1}), json!({"postId": ""}), json!({"postId": "p", "x": 1})] {
        let told = bench.bare(bench.request("POST", "/generate", &[], Some(&body)));
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "CONTRACT_VIOLATION"), "{body}");
        assert!(!told.json()["errors"].as_array().expect("errors").is_empty());
    }
}

#[test]
fn pages_of_other_origins_may_call_only_when_they_are_named() {
    let config = GatewayConfig { cors_origins: vec!["https://admin.test".to_owned()], ..GatewayConfig::default() };
    let bench = Bench::with(config, Settings::default());
    let asked = |bench: &Bench, origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        bench
            .bare(bench.request("OPTIONS", "/sites/shop", &headers, None))
            .header("access-control-allow-origin")
            .to_owned()
    };
    assert_eq!(asked(&bench, "https://admin.test"), "https://admin.test");
    assert_eq!(asked(&bench, "https://evil.test"), "");
    assert_eq!(asked(&Bench::new(), "https://admin.test"), "");
}

#[test]
fn every_problem_has_a_page_and_a_type_that_leads_there() {
    let bench =
        Bench::with(GatewayConfig { base_path: "/v1".to_owned(), ..GatewayConfig::default() }, Settings::default());
    for kind in KINDS {
        let told = bench.get(&format!("/v1/problems/{}", kind.code()));
        assert_eq!((told.status, told.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert!(told.text.contains(kind.title()));
    }
    let told = bench.get("/v1/sites/none").json();
    assert_eq!(told["type"], "/v1/problems/NOT_FOUND");
    assert_eq!(bench.get("/v1/problems/NOT_A_CODE").code(), "NOT_FOUND");
    assert_eq!(bench.get("/sites/none").code(), "NOT_FOUND");
}

#[test]
fn codes_are_of_one_problem_each() {
    let codes: std::collections::BTreeSet<&str> = KINDS.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), KINDS.len());
}

#[test]
fn a_store_out_of_reach_is_said_and_says_when_to_come_back() {
    let bench = Bench::new();
    let plan = FaultPlan::new();
    plan.always("state_store", "get", Fault::FailBefore);
    let state = Arc::new(FaultyStateStore::new(Arc::clone(&bench.ports.state), &plan));
    let ports = Ports { state, ..bench.ports.clone() };
    let config = GatewayConfig { open: true, ..GatewayConfig::default() };
    let router = router(Gateway { ports, settings: Settings::default(), config });
    let bench = Bench { router, ..bench };
    let request = Request::get("/sites/shop").body(Body::empty()).expect("a request");
    let told = bench.bare(request);
    assert_eq!(
        (told.status.as_u16(), told.code().as_str(), told.header("retry-after")),
        (503, "STORE_UNAVAILABLE", "1")
    );
}

#[test]
fn a_request_has_a_longest_time() {
    let config = GatewayConfig { timeout: Duration::from_secs(5), ..GatewayConfig::default() };
    let bench = Bench::with(config, Settings::default());
    bench.shop();
    let told = bench.generate(&[("prefer", "wait=20")], "p-1");
    assert_eq!((told.status.as_u16(), told.code().as_str()), (503, "TIMEOUT"));
}
