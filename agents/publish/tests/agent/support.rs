//! One agent, its queue, what it was told and what it published.

use std::{cell::Cell, ops::Deref, time::Duration};

use mesh_agent_bench::{AgentBench, Setup};
use mesh_contracts::{Name, records::WebsiteSettings};
use mesh_core::{Fate, Settings, Timestamp, ids, ports::Blobs};
use serde_json::{Value, json};
use uuid::Uuid;

/// The agent at work.
pub(crate) struct Bench {
    agent: AgentBench,
    sent: Cell<u128>,
}

/// A draft of an article, as the events of its run tell of it.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) run: Uuid,
    pub(crate) content_id: Uuid,
    pub(crate) revision: i64,
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) parts: Vec<&'static str>,
    pub(crate) post: Option<&'static str>,
    pub(crate) site: Value,
    pub(crate) created_at: Timestamp,
}

impl Draft {
    /// Article `n`, awaiting images and metadata, of the site `fields` with these settings.
    pub(crate) fn new(n: u128, site: Value) -> Self {
        Self {
            run: Uuid::from_u128(1000 + n),
            content_id: Uuid::from_u128(n),
            revision: 1,
            title: "Small queues",
            text: "# Small queues\n\nWork waits.\n\n## Why\n\nIt waits for people.\n\n## How\n\nBy hand.\n".into(),
            parts: vec!["images", "metadata"],
            post: None,
            site,
            created_at: Timestamp::parse("2026-01-05T08:00:00.000Z").expect("a time"),
        }
    }

    /// The next draft of the same article, in a run of its own, made an hour later.
    pub(crate) fn next(&self) -> Self {
        let created_at = self.created_at.plus(Duration::from_secs(3600));
        let run = Uuid::from_u128(self.run.as_u128() + 100_000);
        Self { run, revision: self.revision + 1, created_at, ..self.clone() }
    }

    pub(crate) fn join(&self) -> String {
        format!("{}#{}", self.content_id, self.revision)
    }

    pub(crate) fn images(&self, status: &str) -> Value {
        let item = |number: i64, section: i64| {
            let file = |usage: &str, name: &str, width: i64, height: i64| {
                json!({"usage": usage, "path": format!("images/{}/r1/{number}-{name}.jpg", self.content_id),
                       "file": pointer("image/jpeg"), "width": width, "height": height})
            };
            json!({"number": number, "status": "ok", "section": section, "alt_text": format!("A \"{number}\" & board"),
                   "image": pointer("image/png"), "model": "offline/image-v1", "offline": true,
                   "files": [file("content", "480", 480, 270), file("content", "960", 960, 540),
                             file("share", "share", 1200, 630), file("square", "square", 800, 800),
                             file("standard", "standard", 800, 600), file("wide", "wide", 1600, 900)]})
        };
        let failed = json!({"number": 3, "status": "failed", "section": 2, "alt_text": "none", "offline": true,
                            "code": "IMAGE_INVALID", "reason": "no image"});
        let items = match status {
            "ok" => vec![item(1, 0), item(2, 1)],
            "degraded" => vec![item(1, 0), failed],
            _ => vec![failed],
        };
        let mut payload = self.of_draft();
        let more = json!({"status": status, "images": items, "cost": cost(), "ready_at": self.created_at.rfc3339()});
        merge(&mut payload, more);
        if status == "failed" {
            merge(&mut payload, json!({"code": "IMAGE_INVALID", "reason": "no image could be read"}));
        }
        payload
    }

    pub(crate) fn metadata(&self, status: &str) -> Value {
        let mut payload = self.of_draft();
        let more = json!({"status": status, "prompt_version": "metadata-1", "offline": true, "cost": cost(),
                          "ready_at": self.created_at.rfc3339(), "model": "offline/text-v1"});
        merge(&mut payload, more);
        if status == "failed" {
            merge(&mut payload, json!({"code": "MODEL_REFUSED", "reason": "it would not"}));
        } else {
            merge(
                &mut payload,
                json!({"metadata": {
                "title": "Small queues beat meetings", "description": "d".repeat(130), "slug": "small-queues-beat",
                "keyphrase": "small queues", "keywords": ["queues", "flow"], "og_title": "Queues, shared",
                "og_description": "Shared words."}}),
            );
        }
        payload
    }

    fn of_draft(&self) -> Value {
        let mut payload = json!({"content_id": self.content_id, "revision": self.revision, "content_topic": "Queues",
                                 "website_id": "fields"});
        if let Some(post) = self.post {
            payload["post_id"] = json!(post);
        }
        payload
    }
}

fn cost() -> Value {
    json!({"input_tokens": 0, "output_tokens": 0})
}

fn pointer(media_type: &str) -> Value {
    json!({"uri": "s3://b/x", "sha256": "0".repeat(64), "bytes": 1, "media_type": media_type})
}

pub(crate) fn merge(into: &mut Value, from: Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else { panic!("objects") };
    into.extend(from);
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::at("https://example.com")
    }

    /// The agent of a deployment that serves its sites there.
    pub(crate) fn at(base: &str) -> Self {
        let settings = Settings { site_base_url: base.into(), ..Settings::default() };
        let agent = AgentBench::with(agent_publish::agent, Setup { settings, ..Setup::default() });
        Self { agent, sent: Cell::new(0) }
    }

    /// Stores text and brief of a draft; answers what the review says of it.
    pub(crate) fn reviewed(&self, draft: &Draft) -> Value {
        let text = self.agent.put(&format!("drafts/{}.r{}.md", draft.content_id, draft.revision), &draft.text);
        let mut payload = draft.of_draft();
        let at = draft.created_at.rfc3339();
        merge(
            &mut payload,
            json!({
                "title": draft.title, "summary": "What waits, and why.", "reviewed": text, "fixed": false,
                "scores": {"word_count": 460, "long_sentences_percent": 0, "originality_percent": 100, "revise": 0, "warn": 1},
                "findings": [{"check": "c", "severity": "warn", "measured": "", "threshold": "", "message": "m"}],
                "parts": draft.parts, "models": ["scripted"], "prompt_version": "draft-v1", "offline": false,
                "created_at": at, "reviewed_at": at, "language": "en", "keywords": ["asked for"]
            }),
        );
        if !draft.site.is_null() {
            let name = Name::new("fields").expect("a name");
            let settings = WebsiteSettings::unset(name, "Field Notes", draft.created_at.datetime().into());
            let mut website = serde_json::to_value(settings).expect("JSON");
            merge(&mut website, draft.site.clone());
            let key = format!("briefs/{}.r{}.json", draft.content_id, draft.revision);
            payload["brief"] = json!(self.agent.put(&key, &json!({"website": website}).to_string()));
        }
        payload
    }

    /// Publishes an event of a run, from outside, and has it handled.
    pub(crate) fn tell(&self, event_type: &str, run: Uuid, data: &Value) -> Vec<Fate> {
        self.send(event_type, run, data);
        self.round()
    }

    /// The same as the `n`th event of the run: the same event again when it has been told before.
    pub(crate) fn tell_as(&self, n: u128, event_type: &str, run: Uuid, data: &Value) -> Vec<Fate> {
        self.send_as(n, event_type, run, data);
        self.round()
    }

    pub(crate) fn send(&self, event_type: &str, run: Uuid, data: &Value) {
        self.sent.set(self.sent.get() + 1);
        self.send_as(self.sent.get(), event_type, run, data);
    }

    fn send_as(&self, n: u128, event_type: &str, run: Uuid, data: &Value) {
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        assert_eq!(mesh_contracts::validate(spec.contract, data), Ok(()), "{data}");
        self.agent.publish(event_type, ids::derive(run, &[&n.to_string()]), run, data);
    }

    /// All three parts of a draft, as they should be.
    pub(crate) fn complete(&self, draft: &Draft) {
        self.tell("ReviewCompleted", draft.run, &self.reviewed(draft));
        self.tell("ImagesReady", draft.run, &draft.images("ok"));
        self.tell("MetadataReady", draft.run, &draft.metadata("ok"));
    }

    /// Sends what is due and processes what is visible in the queue; answers the fates.
    pub(crate) fn round(&self) -> Vec<Fate> {
        self.sweep();
        self.agent.round()
    }

    /// Moves time on and handles what comes due.
    pub(crate) fn wait(&self, minutes: u64) -> Vec<Fate> {
        self.clock.advance(Duration::from_secs(60 * minutes));
        self.round()
    }

    /// The codes of the failures it published, in order.
    pub(crate) fn failures(&self) -> Vec<String> {
        let failures = self.said("PublishFailure");
        assert!(failures.iter().all(|failure| failure["final"] == json!(true)), "{failures:?}");
        failures.iter().map(|failure| failure["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// What a pointer of an event points at, as it is now.
    pub(crate) fn pointed(&self, pointer: &Value) -> String {
        let uri = pointer["uri"].as_str().expect("a pointer");
        let key = self.store.blobs().key_of(uri).expect("our store");
        let text = self.blob(&key).expect("there");
        assert_eq!(pointer["sha256"], json!(ids::sha256_hex(text.as_bytes())), "{key}");
        text
    }

    pub(crate) fn document(&self, kind: &str, id: &str) -> Option<Value> {
        self.agent.document(kind, id).map(|document| document.body)
    }

    pub(crate) fn state(&self, draft: &Draft) -> Value {
        self.document("join", &draft.join()).expect("a join")["state"].clone()
    }
}

impl Deref for Bench {
    type Target = AgentBench;

    fn deref(&self) -> &AgentBench {
        &self.agent
    }
}
