use std::time::Duration;

use axum::http::StatusCode;
use mesh_contracts::records::Scope;
use mesh_core::Settings;
use mesh_gateway::{GatewayConfig, keys};
use serde_json::json;

use crate::support::{Bench, Told};

fn with_key(bench: &Bench, method: &str, path: &str, token: &str) -> Told {
    bench.bare(bench.request(method, path, &[("x-api-key", token)], None))
}

#[test]
fn a_key_opens_by_either_header_and_no_other_way() {
    let bench = Bench::new();
    let (id, token) = bench.key(&[Scope::Read], None, 100);
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::OK);
    let bearer = format!("bearer {token}");
    assert_eq!(bench.bare(bench.request("GET", "/sites", &[("authorization", &bearer)], None)).status, StatusCode::OK);
    let wrong = format!("mesh_{id}_{}", "0".repeat(64));
    let unknown = token.replacen(&id, "0123456789abcdef", 1);
    for bad in ["", "x", "mesh__", wrong.as_str(), unknown.as_str(), &token.to_uppercase(), &token[..token.len() - 1]] {
        let told = with_key(&bench, "GET", "/sites", bad);
        assert_eq!((told.status.as_u16(), told.code().as_str()), (401, "UNAUTHENTICATED"), "{bad}");
        assert!(told.header("www-authenticate").starts_with("Bearer"));
        assert!(!told.text.contains(&wrong), "no secret comes back");
    }
    let basic = bench.bare(bench.request("GET", "/sites", &[("authorization", "Basic eDp5")], None));
    assert_eq!(basic.code(), "UNAUTHENTICATED");
    let none = axum::http::Request::get("/sites").body(axum::body::Body::empty()).expect("a request");
    assert_eq!(bench.bare(none).code(), "UNAUTHENTICATED");
}

#[test]
fn the_secret_is_kept_nowhere() {
    let bench = Bench::new();
    let (_, token) = bench.key(&[Scope::Read], None, 100);
    let secret = token.rsplit('_').next().expect("a secret");
    assert_eq!(secret.len(), 64);
    let stored = bench.run(keys::list(&bench.ports)).expect("keys");
    assert_eq!(stored.len(), 2);
    assert!(!format!("{stored:?}").contains(secret));
    assert_eq!(bench.run(keys::verify(&bench.ports, &token)).expect("a principal").scopes.len(), 1);
}

#[test]
fn a_key_allows_its_scopes_and_its_site_alone() {
    let bench = Bench::new();
    bench.shop();
    let (_, reader) = bench.key(&[Scope::Read], None, 100);
    for (method, path) in
        [("POST", "/generate"), ("PUT", "/sites/shop"), ("PUT", "/posts/p-1"), ("DELETE", "/posts/p-1/page")]
    {
        let told = with_key(&bench, method, path, &reader);
        assert_eq!((told.status.as_u16(), told.code().as_str()), (403, "SCOPE_MISSING"), "{method} {path}");
    }
    let (_, theirs) = bench.key(&[Scope::Read, Scope::Write, Scope::Generate], Some("other"), 100);
    let header = [("x-api-key", theirs.as_str())];
    assert_eq!(with_key(&bench, "GET", "/sites/shop", &theirs).code(), "SITE_FOREIGN");
    assert_eq!(with_key(&bench, "GET", "/posts?websiteId=shop", &theirs).code(), "SITE_FOREIGN");
    let site = bench.bare(bench.request("PUT", "/sites/shop", &header, Some(&json!({"websiteName": "Mine"}))));
    assert_eq!(site.code(), "SITE_FOREIGN");
    for body in [json!({"websiteId": "other", "title": "x"}), json!({"websiteId": "shop", "title": "x"})] {
        let told = bench.bare(bench.request("PUT", "/posts/p-1", &header, Some(&body)));
        assert_eq!(told.code(), "SITE_FOREIGN", "{body}");
    }
    assert_eq!(bench.generate(&header, "p-1").code(), "NOT_FOUND");
    assert_eq!(with_key(&bench, "GET", "/posts/p-1", &theirs).code(), "NOT_FOUND");
    assert_eq!(with_key(&bench, "DELETE", "/posts/p-1/page", &theirs).code(), "NOT_FOUND");
    let own = bench.bare(bench.request("PUT", "/sites/other", &header, Some(&json!({"websiteName": "Mine"}))));
    assert_eq!(own.status, StatusCode::CREATED);
}

#[test]
fn a_revoked_key_is_forgotten_within_half_a_minute() {
    let bench = Bench::new();
    let (id, token) = bench.key(&[Scope::Read], None, 100);
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::OK);
    let revoked = bench.run(keys::revoke(&bench.ports, &id)).expect("revoked");
    assert!(revoked.revoked_at.is_some());
    assert!(bench.run(keys::verify(&bench.ports, &token)).is_err());
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::OK, "remembered");
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::UNAUTHORIZED);
    bench.clock.advance(Duration::from_secs(5));
    let again = bench.run(keys::revoke(&bench.ports, &id)).expect("revoked");
    assert_eq!(again.revoked_at, revoked.revoked_at, "the first time counts");
    assert!(bench.run(keys::revoke(&bench.ports, "none")).is_err());
}

#[test]
fn a_key_makes_as_many_requests_a_minute_as_it_says() {
    let bench = Bench::new();
    let (_, token) = bench.key(&[Scope::Read], None, 3);
    for _ in 0..3 {
        assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::OK);
    }
    let told = with_key(&bench, "GET", "/sites", &token);
    assert_eq!((told.code().as_str(), told.header("retry-after")), ("RATE_LIMITED", "20"));
    bench.clock.advance(Duration::from_millis(500));
    assert_eq!(with_key(&bench, "GET", "/sites", &token).header("retry-after"), "20", "rounded up");
    assert_eq!(bench.get("/sites").status, StatusCode::OK, "other keys are counted apart");
    bench.clock.advance(Duration::from_millis(19_500));
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::OK);
    assert_eq!(with_key(&bench, "GET", "/sites", &token).status, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn nobody_tries_keys_all_day() {
    let bench = Bench::with(GatewayConfig { lookups_per_minute: 5, ..GatewayConfig::default() }, Settings::default());
    assert_eq!(bench.get("/sites").status, StatusCode::OK);
    let guess = |n: usize| format!("mesh_{n:016x}_{}", "0".repeat(64));
    let codes: Vec<u16> = (0..6).map(|n| with_key(&bench, "GET", "/sites", &guess(n)).status.as_u16()).collect();
    assert_eq!(codes, [401, 401, 401, 401, 429, 429]);
    assert_eq!(bench.get("/sites").status, StatusCode::OK, "a key that is known needs no look-up");
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(with_key(&bench, "GET", "/sites", &guess(9)).status, StatusCode::UNAUTHORIZED);
}

#[test]
fn an_open_gateway_asks_for_no_key_and_still_checks_one() {
    let bench = Bench::with(GatewayConfig { open: true, ..GatewayConfig::default() }, Settings::default());
    let none = axum::http::Request::get("/sites").body(axum::body::Body::empty()).expect("a request");
    assert_eq!(bench.bare(none).status, StatusCode::OK);
    assert_eq!(with_key(&bench, "GET", "/sites", "x").status, StatusCode::UNAUTHORIZED);
}
