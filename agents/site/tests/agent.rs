//! The agent behind the runner, over a store in memory: what a site lists, and what it no longer does.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Fate, Outcome, Policy, Ports, Runner, Settings,
    envelope::{Outgoing, encode},
    ports::{BlobsExt, Clock, Entropy, Models, Publisher, Queue, Write},
    submit::submit,
};
use mesh_embedded::{Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};
use uuid::Uuid;

struct Bench {
    clock: Arc<ManualClock>,
    store: Store,
    ports: Ports,
    runner: Runner,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy)).expect("a store");
        let settings = Settings { site_base_url: "https://example.com".into(), ..Settings::default() };
        let agent = agent_site::agent(&settings).expect("an agent");
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let ports = host::ports(&store, Arc::clone(&clock) as Arc<dyn Clock>, entropy, Models::none(), &settings);
        let dlq = Arc::new(store.queue(&agent.manifest().dlq()));
        Self { clock, runner: Runner::new(agent, ports.clone(), dlq, Policy::default()), ports, store }
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
        let id = Uuid::from_u128(id);
        let time = self.clock.now();
        let (correlation_id, emitter, subject) = (id, "test", None);
        let message =
            encode(&Outgoing { spec, id, emitter, subject, time, correlation_id, parent: None, origin: None, data });
        assert_eq!(block_on(self.store.topics().publish(&[message])).expect("published"), []);
    }

    /// Handles what is there until nothing more comes.
    fn drain(&self) {
        let queue = self.store.queue("site");
        for _ in 0..20 {
            self.clock.advance(Duration::from_secs(60));
            block_on(self.runner.sweep()).expect("a sweep");
            for delivery in block_on(queue.receive(10, Duration::ZERO, None)).expect("deliveries") {
                let fate = block_on(self.runner.process(&delivery, None));
                assert!(matches!(fate, Fate::Ack(_)), "{fate:?}");
                block_on(queue.ack(&[delivery.receipt])).expect("acked");
            }
        }
    }

    fn blob(&self, key: &str) -> String {
        let found = block_on(self.store.blobs().get_bytes(key, 1_000_000)).expect("a read");
        String::from_utf8(found.expect("there").1.to_vec()).expect("UTF-8")
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
        let body = bench.blob(&format!("site/{file}"));
        assert!(body.contains("posts/article-1/") && !body.contains("article-2"), "{file}: {body}");
    }
}

#[test]
fn a_site_whose_last_article_was_withdrawn_is_empty() {
    let bench = Bench::new();
    bench.record(2, json!({"withdrawn_at": "2026-01-05T09:00:00.000Z"}));
    bench.tell("ContentWithdrawn", 7, &withdrawn(2));
    bench.drain();
    assert!(bench.blob("site/index.html").contains("Nothing has been published yet."));
    assert!(!bench.blob("site/feed.xml").contains("<entry"));
}

#[test]
fn lists_show_the_image_and_feeds_tell_of_the_change() {
    let bench = Bench::new();
    bench.record(1, json!({"image": "images/a/r1/1-standard.jpg", "updated_at": "2026-01-06T08:30:00.000Z"}));
    bench.tell("ContentWithdrawn", 7, &withdrawn(2));
    bench.drain();
    let image = |path: &str| format!("<img class=\"thumb\" src=\"{path}\" alt=\"\"");
    assert!(bench.blob("site/index.html").contains(&image("images/a/r1/1-standard.jpg")));
    assert!(bench.blob("site/archive/1.html").contains(&image("../images/a/r1/1-standard.jpg")));
    let feed = bench.blob("site/feed.xml");
    assert!(
        feed.contains("<published>2026-01-05T08:00:00Z</published>\n<updated>2026-01-06T08:30:00Z</updated>"),
        "{feed}"
    );
    let sitemap = bench.blob("site/sitemap.xml");
    assert!(sitemap.contains("article-1/</loc>\n<lastmod>2026-01-06T08:30:00Z</lastmod>"), "{sitemap}");
}
