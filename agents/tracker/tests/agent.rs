//! The agent in its queue: what it stores of what it hears.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::ops::Deref;

use mesh_agent_bench::AgentBench;
use mesh_contracts::records::{GenerationRecord, PostStatus, TimelineRecord};
use mesh_core::{
    Fate, Outcome, ids,
    ports::{IdRange, Query, QueryBy, Write},
    submit::submit,
};
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
        Self(AgentBench::new(agent_tracker::agent))
    }

    /// Tells the agent of an event of a run.
    fn tell(&self, event_type: &str, id: u128, run: u128, data: &Value) {
        self.publish(event_type, Uuid::from_u128(id), Uuid::from_u128(run), data);
        let fates = self.round();
        assert!(fates.len() == 1 && fates.iter().all(Fate::is_ack), "{fates:?}");
    }

    fn record(&self, run: u128) -> GenerationRecord {
        let document = self.document("generation", &Uuid::from_u128(run).to_string()).expect("a record");
        mesh_contracts::validate("generation-record-v1", &document.body).expect("its contract");
        mesh_contracts::read(&document.body).expect("its type")
    }

    fn timeline(&self, run: u128) -> Vec<String> {
        let run = Uuid::from_u128(run);
        let range = IdRange { from: Some(format!("{run}/")), to: Some(format!("{run}0")) };
        let lines = block_on(self.ports.state.list("timeline", &range, 100)).expect("a store");
        let read = |document: &mesh_core::ports::Document| {
            mesh_contracts::validate("timeline-record-v1", &document.body).expect("its contract");
            mesh_contracts::read::<TimelineRecord>(&document.body).expect("its type").event_type.to_string()
        };
        lines.iter().map(read).collect()
    }
}

fn request() -> Value {
    json!({"content_topic": "Queues", "word_count": 500, "website_id": "shop"})
}

fn pointer() -> Value {
    json!({"uri": "file:///page", "sha256": "a".repeat(64), "bytes": 1, "media_type": "text/html"})
}

fn withdrawn(content: &str) -> Value {
    json!({"content_id": content, "revision": 1, "path": "posts/queues/", "url": "posts/queues/", "page": pointer(),
        "withdrawn_at": "2026-01-05T09:00:00.000Z", "website_id": "shop"})
}

fn published(content: &str) -> Value {
    json!({"content_id": content, "revision": 1, "content_topic": "Queues", "title": "Queues", "summary": "About queues.",
        "slug": "queues", "path": "posts/queues/", "url": "posts/queues/", "page": pointer(), "markdown": pointer(),
        "word_count": 510, "models": [], "generated": true, "offline": true,
        "published_at": "2026-01-05T09:00:00.000Z", "website_id": "shop", "language": "en"})
}

#[test]
fn a_request_starts_a_record_with_its_timeline_and_says_nothing() {
    let bench = Bench::new();
    bench.tell("ContentRequest", 1, 1, &request());
    bench.tell("ContentRequest", 1, 1, &request());
    let record = bench.record(1);
    assert_eq!((record.status, record.content_id), (PostStatus::Pending, Some(ids::of_content(Uuid::from_u128(1)))));
    assert_eq!(bench.timeline(1), ["ContentRequest"]);
    let by = QueryBy::Owner("shop".to_owned());
    let query = Query { kind: "generation".to_owned(), by, limit: 10, cursor: None };
    assert_eq!(block_on(bench.ports.state.query(&query)).expect("a page").documents.len(), 1);
    assert!(bench.published().is_empty());
}

#[test]
fn a_withdrawal_is_told_to_the_run_that_published() {
    let bench = Bench::new();
    let content = ids::of_content(Uuid::from_u128(1)).to_string();
    bench.tell("ContentRequest", 1, 1, &request());
    bench.tell("ContentPublished", 2, 1, &published(&content));
    bench.tell("WithdrawalRequested", 3, 3, &json!({"content_id": content, "website_id": "shop"}));
    assert_eq!(bench.record(3).status, PostStatus::Pending);
    bench.tell("ContentWithdrawn", 4, 3, &withdrawn(&content));
    let (article, own) = (bench.record(1), bench.record(3));
    assert_eq!((article.status, own.status), (PostStatus::Withdrawn, PostStatus::Withdrawn));
    assert_eq!(bench.timeline(1), ["ContentRequest", "ContentPublished", "ContentWithdrawn"]);
    let own = bench.timeline(3);
    assert!(own.len() == 2 && own.contains(&"ContentWithdrawn".to_owned()));
}

#[test]
fn a_withdrawal_that_overtakes_the_publication_finds_the_run_in_the_article() {
    let bench = Bench::new();
    let content = ids::of_content(Uuid::from_u128(1));
    let time = "2026-01-05T09:00:00.000Z";
    let article = json!({"content_id": content.to_string(), "content_topic": "Queues", "title": "Queues", "word_count": 500,
        "measured_word_count": 510, "status": "published", "revision": 1, "draft": pointer(), "created_by": "content-gen",
        "created_at": time, "updated_at": time, "correlation_id": Uuid::from_u128(1).to_string(), "website_id": "shop",
        "language": "en", "models": [], "prompt_version": "1", "offline": true,
        "cost": {"input_tokens": 0, "output_tokens": 0}});
    let write = Write::create("content", content.to_string(), &article).expect("a write");
    block_on(submit(&bench.ports, "test", "article", Outcome::nothing().write(write))).expect("stored");
    bench.tell("ContentWithdrawn", 4, 3, &withdrawn(&content.to_string()));
    bench.tell("ContentPublished", 2, 1, &published(&content.to_string()));
    let record = bench.record(1);
    assert_eq!(record.status, PostStatus::Withdrawn);
    assert!(record.final_markdown.is_some());
}
