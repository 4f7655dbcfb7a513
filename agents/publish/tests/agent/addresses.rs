//! Addresses: readable, unique, for good.

use std::time::Duration;

use mesh_core::ports::Clock;
use serde_json::json;

use crate::support::{Bench, Draft};

fn text(n: u128, title: &'static str) -> Draft {
    Draft { parts: vec![], title, ..Draft::new(n, json!({})) }
}

#[test]
fn two_articles_of_one_title_have_two_addresses() {
    let bench = Bench::new();
    for n in [1, 2] {
        let draft = text(n, "Small queues");
        bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    }
    let paths: Vec<_> = bench.said("ContentPublished").iter().map(|one| one["path"].clone()).collect();
    assert_eq!(paths, ["posts/small-queues/", "posts/small-queues-00000002/"]);
    let owner = |slug: &str| bench.document("slug", &format!("fields/{slug}")).expect("taken")["content_id"].clone();
    assert_eq!(owner("small-queues"), json!(text(1, "").content_id));
    assert_eq!(owner("small-queues-00000002"), json!(text(2, "").content_id));
}

#[test]
fn another_site_has_addresses_of_its_own() {
    let bench = Bench::new();
    let (first, second) = (text(1, "Small queues"), text(2, "Small queues"));
    let mut elsewhere = bench.reviewed(&first);
    elsewhere["website_id"] = json!("default");
    bench.tell("ReviewCompleted", first.run, &elsewhere);
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    for key in ["site/posts/small-queues/index.html", "sites/fields/posts/small-queues/index.html"] {
        assert!(bench.blob(key).is_some(), "{key}");
    }
}

#[test]
fn metadata_name_the_page_and_a_revision_keeps_the_name() {
    let bench = Bench::new();
    let first = Draft::new(1, json!({}));
    bench.complete(&first);
    let second = Draft { title: "Another title", parts: vec![], ..first.next() };
    bench.clock.advance(Duration::from_secs(3600));
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    let published = bench.said("ContentPublished");
    let field = |name: &str| [published[0][name].clone(), published[1][name].clone()];
    assert_eq!(field("path"), ["posts/small-queues-beat/", "posts/small-queues-beat/"]);
    assert_eq!(field("published_at"), ["2026-01-05T09:00:00.000Z", "2026-01-05T09:00:00.000Z"]);
    let record = bench.document("publication", &format!("fields/{}", first.content_id)).expect("a record");
    assert_eq!((&record["updated_at"], &record["revision"]), (&json!("2026-01-05T10:00:00.000Z"), &json!(2)));
    assert_ne!(published[0]["markdown"]["uri"], published[1]["markdown"]["uri"]);
}

#[test]
fn another_article_of_a_post_takes_its_page() {
    let bench = Bench::new();
    let first = Draft { post: Some("Post.7"), ..text(1, "First") };
    let created_at = first.created_at.plus(Duration::from_secs(60));
    let second = Draft { post: Some("Post.7"), created_at, ..text(2, "Second") };
    bench.tell("ReviewCompleted", first.run, &bench.reviewed(&first));
    bench.clock.advance(Duration::from_secs(600));
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    let published = bench.said("ContentPublished");
    assert_eq!((published.len(), &published[1]["path"]), (2, &json!("posts/Post.7/")));
    let record = bench.document("publication", "fields/post-Post.7").expect("a record");
    assert_eq!((&record["title"], &record["content_id"]), (&json!("Second"), &json!(second.content_id)));
    assert_eq!((&record["published_at"], &record["post_id"]), (&published[0]["published_at"], &json!("Post.7")));
    assert_ne!(record["updated_at"], record["published_at"]);
    let late = Draft { post: Some("Post.7"), created_at: first.created_at, ..text(3, "Third") };
    bench.tell("ReviewCompleted", late.run, &bench.reviewed(&late));
    assert_eq!(bench.failures(), ["SUPERSEDED"], "it was made before what the page shows");
    assert!(bench.clock.now() > late.created_at);
}

#[test]
fn the_page_of_a_post_and_the_page_of_an_article_are_two() {
    for post_first in [true, false] {
        let bench = Bench::new();
        let post = Draft { post: Some("small-queues"), ..text(1, "Of a post") };
        let article = text(2, "Small queues");
        let drafts = if post_first { [&post, &article] } else { [&article, &post] };
        for draft in drafts {
            bench.tell("ReviewCompleted", draft.run, &bench.reviewed(draft));
        }
        let paths: Vec<_> = bench.said("ContentPublished").iter().map(|one| one["path"].clone()).collect();
        let other = if post_first { "posts/small-queues-00000002/" } else { "posts/small-queues-00000001/" };
        assert_eq!(paths, ["posts/small-queues/", other]);
    }
}
