use axum::http::StatusCode;
use mesh_contracts::records::Scope;
use serde_json::{Value, json};

use crate::support::Bench;

#[test]
fn a_site_is_stored_with_its_defaults_and_read_back() {
    let bench = Bench::new();
    let made = bench.put("/sites/shop", &json!({"websiteName": "The Shop", "brandColors": ["#FF5733"]}));
    assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""));
    let site = made.json();
    assert_eq!(
        (&site["websiteId"], &site["isActive"], &site["imagesPerArticle"]),
        (&json!("shop"), &json!(true), &json!(3))
    );
    let read = bench.get("/sites/shop");
    assert_eq!((read.json(), read.header("etag")), (site.clone(), "\"1\""));
    bench.clock.advance(std::time::Duration::from_secs(60));
    let again = bench.put("/sites/shop", &site);
    assert_eq!((again.status, again.header("etag")), (StatusCode::OK, "\"2\""), "what was read may be sent back");
    assert_eq!(again.json()["createdAt"], site["createdAt"]);
    assert_ne!(again.json()["updatedAt"], site["updatedAt"]);
    assert_eq!(bench.get("/sites/none").code(), "NOT_FOUND");
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let bench = Bench::new();
    let cases: [(Value, &str); 7] = [
        (json!({}), "websiteName"),
        (json!({"websiteName": "x", "articleLengthMin": 1}), "articleLengthMin"),
        (json!({"websiteName": "x", "articleLengthMin": 900, "articleLengthMax": 800}), "articleLengthMin"),
        (json!({"websiteName": "x", "brandColors": ["red"]}), "brandColors.0"),
        (json!({"websiteName": "x", "brandTon": "warm"}), "brandTon"),
        (json!({"websiteName": "x", "websiteId": "other"}), "websiteId"),
        (json!(["x"]), "body"),
    ];
    for (body, field) in cases {
        let told = bench.put("/sites/shop", &body);
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, "CONTRACT_VIOLATION"), "{body}");
        assert_eq!(told.json()["errors"][0]["field"], field, "{body}");
    }
    assert_eq!(bench.get("/sites/shop").status, StatusCode::NOT_FOUND);
}

#[test]
fn conditions_keep_one_editor_from_overwriting_another() {
    let bench = Bench::new();
    bench.shop();
    let body = json!({"websiteId": "shop", "title": "Small queues"});
    let put =
        |name: &str, value: &str, path: &str| bench.bare(bench.request("PUT", path, &[(name, value)], Some(&body)));
    assert_eq!(put("if-match", "\"9\", W/\"1\", \"x\"", "/posts/p-1").code(), "PRECONDITION_FAILED");
    assert_eq!(put("if-match", "\"9\", \"1\"", "/posts/p-1").header("etag"), "\"2\"");
    assert_eq!(put("if-match", "\"1\"", "/posts/p-1").status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put("if-match", "*", "/posts/p-2").status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put("if-none-match", "*", "/posts/p-1").status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(put("if-none-match", "*", "/posts/p-2").status, StatusCode::CREATED);
    assert_eq!(put("if-none-match", "\"1\"", "/posts/p-2").code(), "INVALID_PARAMETER");
}

#[test]
fn a_post_stays_with_its_site_and_keeps_its_run() {
    let bench = Bench::new();
    bench.shop();
    let moved = bench.put("/posts/p-1", &json!({"websiteId": "other", "title": "x"}));
    assert_eq!((moved.status.as_u16(), moved.code().as_str()), (409, "POST_MOVED"));
    let run = bench.generate(&[], "p-1").json()["trackingId"].clone();
    let read = bench.get("/posts/p-1").json();
    assert_eq!((&read["status"], &read["trackingId"]), (&json!("pending"), &run));
    let forged = json!({"websiteId": "shop", "title": "Other", "trackingId": "7fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3"});
    let edited = bench.put("/posts/p-1", &forged).json();
    assert_eq!((&edited["title"], &edited["trackingId"]), (&json!("Other"), &run));
    assert_eq!(bench.put("/posts/p-1", &read).status, StatusCode::OK, "what was read may be sent back");
}

#[test]
fn lists_come_in_pages() {
    let bench = Bench::new();
    bench.shop();
    for n in 2..=5 {
        bench.clock.advance(std::time::Duration::from_secs(1));
        bench.post(&format!("p-{n}"));
        bench.put(&format!("/sites/s-{n}"), &json!({"websiteName": "x"}));
    }
    for (path, field, expected) in [
        ("/posts?", "postId", ["p-1", "p-2", "p-3", "p-4", "p-5"]),
        ("/posts?websiteId=shop&", "postId", ["p-5", "p-4", "p-3", "p-2", "p-1"]),
        ("/sites?", "websiteId", ["s-2", "s-3", "s-4", "s-5", "shop"]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for _ in 0..5 {
            let page = bench.get(&format!("{path}limit=2{cursor}")).json();
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|item| item[field].as_str().expect("a name").to_owned()));
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, expected, "{path}");
    }
    for bad in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=%2B5",
        "cursor=zz",
        "cursor=",
        "websiteId=a%20b&limit=1",
        "limit=1&limit=2",
    ] {
        assert_eq!(bench.get(&format!("/posts?{bad}")).code(), "INVALID_PARAMETER", "{bad}");
    }
    assert_eq!(bench.get("/posts?websiteId=shop&cursor=zz").code(), "INVALID_PARAMETER");
    let (_, theirs) = bench.key(&[Scope::Read], Some("s-2"), 100);
    let list = |path: &str| bench.bare(bench.request("GET", path, &[("x-api-key", &theirs)], None)).json();
    assert_eq!(list("/sites")["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(list("/posts")["items"], json!([]));
}
