//! The agent behind the runner, over a store in memory: what a site lists, and what it no longer does.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{ops::Deref, time::Duration};

use mesh_agent_bench::{AgentBench, Setup};
use mesh_core::{Fate, Outcome, Settings, ports::Write, submit::submit};
use mesh_testkit::block_on;
use serde_json::{Value, json};
use uuid::Uuid;

struct Bench(AgentBench);

impl Deref for Bench {
    type Target = AgentBench;

    fn deref(&self) -> &AgentBench {
        &self.0
    }
}

impl Bench {
    fn new() -> Self {
        let settings = Settings { site_base_url: "https://example.com".into(), ..Settings::default() };
        Self(AgentBench::with(agent_site::agent, Setup { settings, ..Setup::default() }))
    }

    /// A page on record, as publish keeps it.
    fn record(&self, n: u128, more: Value) {
        let mut record = json!({
            "content_id": Uuid::from_u128(n), "revision": 1, "title": format!("Article {n}"), "summary": "S",
            "path": format!("posts/article-{n}/"), "published_at": "2026-01-05T08:00:00.000Z",
            "updated_at": "2026-01-05T08:30:00.000Z", "language": "en", "offline": false
        });
        record.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        assert_eq!(mesh_contracts::validate("publication-record-v1", &record), Ok(()));
        let write = Write::create("publication", format!("default/{}", Uuid::from_u128(n)), &record).expect("a write");
        block_on(submit(&self.ports, "test", &format!("record {n}"), Outcome::nothing().write(write))).expect("stored");
    }

    fn tell(&self, event_type: &str, id: u128, data: &Value) {
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        assert_eq!(mesh_contracts::validate(spec.contract, data), Ok(()));
        self.publish(event_type, Uuid::from_u128(id), Uuid::from_u128(id), data);
    }

    /// Handles what is there until nothing more comes.
    fn drain(&self) {
        for _ in 0..20 {
            self.clock.advance(Duration::from_secs(60));
            self.sweep();
            let fates = self.round();
            assert!(fates.iter().all(Fate::is_ack), "{fates:?}");
        }
    }

    fn text(&self, key: &str) -> String {
        self.blob(key).expect("there")
    }
}

fn withdrawn(n: u128) -> Value {
    let page = json!({"uri": "s3://b/x", "sha256": "0".repeat(64), "bytes": 1, "media_type": "text/html"});
    json!({"content_id": Uuid::from_u128(n), "revision": 1, "path": format!("posts/article-{n}/"), "url": "u",
           "page": page, "withdrawn_at": "2026-01-05T09:00:00.000Z", "website_id": "default"})
}

#[test]
fn what_was_withdrawn_is_in_no_list() {
    let bench = Bench::new();
    bench.record(1, json!({}));
    bench.record(2, json!({"withdrawn_at": "2026-01-05T09:00:00.000Z"}));
    bench.tell("ContentWithdrawn", 7, &withdrawn(2));
    bench.drain();
    for file in ["index.html", "archive/1.html", "feed.xml", "sitemap.xml"] {
        let body = bench.text(&format!("site/{file}"));
        assert!(body.contains("posts/article-1/") && !body.contains("article-2"), "{file}: {body}");
    }
}

#[test]
fn a_site_whose_last_article_was_withdrawn_is_empty() {
    let bench = Bench::new();
    bench.record(2, json!({"withdrawn_at": "2026-01-05T09:00:00.000Z"}));
    bench.tell("ContentWithdrawn", 7, &withdrawn(2));
    bench.drain();
    assert!(bench.text("site/index.html").contains("Nothing has been published yet."));
    assert!(!bench.text("site/feed.xml").contains("<entry"));
}

#[test]
fn lists_show_the_image_and_feeds_tell_of_the_change() {
    let bench = Bench::new();
    bench.record(1, json!({"image": "images/a/r1/1-standard.jpg", "updated_at": "2026-01-06T08:30:00.000Z"}));
    bench.tell("ContentWithdrawn", 7, &withdrawn(2));
    bench.drain();
    let image = |path: &str| format!("<img class=\"thumb\" src=\"{path}\" alt=\"\"");
    assert!(bench.text("site/index.html").contains(&image("images/a/r1/1-standard.jpg")));
    assert!(bench.text("site/archive/1.html").contains(&image("../images/a/r1/1-standard.jpg")));
    let feed = bench.text("site/feed.xml");
    assert!(
        feed.contains("<published>2026-01-05T08:00:00Z</published>\n<updated>2026-01-06T08:30:00Z</updated>"),
        "{feed}"
    );
    let sitemap = bench.text("site/sitemap.xml");
    assert!(sitemap.contains("article-1/</loc>\n<lastmod>2026-01-06T08:30:00Z</lastmod>"), "{sitemap}");
}
