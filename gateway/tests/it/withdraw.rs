use axum::http::StatusCode;
use mesh_contracts::records::Scope;
use serde_json::json;

use crate::support::{Bench, TIME, pointer};

const CONTENT: &str = "7fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3";

fn article(bench: &Bench, post: Option<&str>, online: bool) {
    let mut content = json!({"content_id": CONTENT, "content_topic": "Queues", "title": "Queues", "word_count": 500,
        "measured_word_count": 510, "status": "published", "revision": 1, "draft": pointer("draft"), "created_by": "content-gen",
        "created_at": TIME, "updated_at": TIME, "correlation_id": CONTENT, "website_id": "shop", "language": "en", "models": [],
        "prompt_version": "1", "offline": true, "cost": {"input_tokens": 0, "output_tokens": 0}});
    let mut page = json!({"content_id": CONTENT, "revision": 1, "title": "Queues", "summary": "About queues.",
        "path": "posts/queues/", "published_at": TIME, "updated_at": TIME, "language": "en", "offline": true});
    if let Some(post) = post {
        (content["post_id"], page["post_id"]) = (json!(post), json!(post));
    }
    if !online {
        page["withdrawn_at"] = json!(TIME);
    }
    bench.store("content", CONTENT, &content);
    let id = post.map_or_else(|| format!("shop/{CONTENT}"), |post| format!("shop/post-{post}"));
    bench.store("publication", &id, &page);
}

#[test]
fn an_article_is_withdrawn_once_however_often_it_is_asked() {
    let bench = Bench::new();
    article(&bench, None, true);
    let delete = |path: &str| bench.bare(bench.request("DELETE", path, &[], None));
    let first = delete(&format!("/content/{CONTENT}?reason=It%20was%20wrong"));
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text);
    let run = first.json()["trackingId"].clone();
    assert_eq!(first.header("location"), format!("/generate/status/{}", run.as_str().expect("a run")));
    assert_eq!(delete(&format!("/content/{CONTENT}?reason=another")).json()["trackingId"], run);
    let asked = json!({"content_id": CONTENT, "website_id": "shop", "reason": "It was wrong"});
    assert_eq!(bench.published(), [("WithdrawalRequested".to_owned(), asked)]);
    let long = format!("/content/{CONTENT}?reason={}", "x".repeat(301));
    assert_eq!(delete(&long).code(), "INVALID_PARAMETER");
    assert_eq!(delete(&format!("/content/{CONTENT}?reason=%20")).code(), "INVALID_PARAMETER");
}

#[test]
fn the_page_of_a_post_is_withdrawn_by_the_post() {
    let bench = Bench::new();
    bench.shop();
    let delete = || bench.bare(bench.request("DELETE", "/posts/p-1/page", &[], None));
    assert_eq!(delete().code(), "NOT_FOUND", "it has no page yet");
    article(&bench, Some("p-1"), true);
    let told = delete();
    assert_eq!((told.status, &told.json()["contentId"]), (StatusCode::ACCEPTED, &json!(CONTENT)));
    let (event_type, asked) = bench.published().pop().expect("an event");
    assert_eq!((event_type.as_str(), &asked["post_id"]), ("WithdrawalRequested", &json!("p-1")));
}

#[test]
fn what_is_not_online_is_not_found() {
    let bench = Bench::new();
    let delete =
        |headers: &[(&str, &str)]| bench.bare(bench.request("DELETE", &format!("/content/{CONTENT}"), headers, None));
    assert_eq!(delete(&[]).code(), "NOT_FOUND");
    article(&bench, None, false);
    assert_eq!(delete(&[]).code(), "NOT_FOUND");
    let (_, theirs) = bench.key(&[Scope::Write], Some("other"), 100);
    assert_eq!(delete(&[("x-api-key", &theirs)]).code(), "NOT_FOUND");
    assert!(bench.published().is_empty());
}
