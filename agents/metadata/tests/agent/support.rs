//! One agent, its queue, the blobs it reads, and what it published.

use std::{sync::Arc, time::Duration};

use mesh_contracts::Pointer;
use mesh_core::{
    Fate, Policy, Runner, Settings,
    envelope::{Outgoing, encode},
    ids,
    ports::{BlobsExt, Clock, Entropy, Models, Publisher, PutCondition, PutResult, Queue},
};
use mesh_embedded::{JournalEntry, Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy, model::ScriptedTextModel};
use serde_json::{Value, json};

/// The article of every test.
pub(crate) const ID: &str = "02f29235-346e-5ded-8357-179d0c7cfd35";

/// The agent at work.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) model: Arc<ScriptedTextModel>,
    runner: Runner,
}

/// The reviewed text of every test.
pub(crate) const ARTICLE: &str = "# Green tea at home\n\nGreen tea is easy to make at home. Heat the water, but do not let it \
    boil.\n\n## Leaves\n\nFresh leaves give the best cup. Store them in a dark tin, away from coffee and spices.\n";

impl Bench {
    pub(crate) fn new(model: ScriptedTextModel) -> Self {
        Self::with(model, Policy::default())
    }

    pub(crate) fn with(model: ScriptedTextModel, policy: Policy) -> Self {
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy)).expect("a store");
        let settings = Settings::default();
        let agent = agent_metadata::agent(&settings).expect("an agent");
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let model = Arc::new(model);
        let models = Models::none().with_text(Arc::clone(&model) as _);
        let ports = host::ports(&store, Arc::clone(&clock) as Arc<dyn Clock>, entropy, models, &settings);
        let dlq = Arc::new(store.queue(&agent.manifest().dlq()));
        Self { clock, runner: Runner::new(agent, ports, dlq, policy), store, model }
    }

    /// Stores a blob that an event points at.
    pub(crate) fn put(&self, key: &str, text: &str) -> Pointer {
        let put = self.store.blobs();
        let stored = put.put_bytes(key, text.to_owned().into(), "text/markdown; charset=utf-8", PutCondition::IfAbsent);
        match block_on(stored).expect("stored") {
            PutResult::Stored(meta) => put.pointer(&meta),
            PutResult::Refused(_) => panic!("{key} is there already"),
        }
    }

    /// Publishes an event in the middle of a run, and processes what is visible.
    pub(crate) fn hear(&self, event_type: &str, data: &Value) -> Vec<Fate> {
        let message = encode(&Outgoing {
            spec: mesh_contracts::find_type(event_type).expect("a known type"),
            id: ids::of_request("", &data.to_string()),
            emitter: "test",
            subject: None,
            time: self.clock.now(),
            correlation_id: ids::of_request("", "the run"),
            parent: None,
            origin: None,
            data,
        });
        assert_eq!(block_on(self.store.topics().publish(&[message])).expect("published"), []);
        self.round()
    }

    /// Processes what is visible in the queue.
    pub(crate) fn round(&self) -> Vec<Fate> {
        let queue = self.store.queue("metadata");
        let mut fates = Vec::new();
        for delivery in block_on(queue.receive(10, Duration::ZERO, None)).expect("deliveries") {
            let fate = block_on(self.runner.process(&delivery, None));
            match &fate {
                Fate::Ack(_) => {
                    block_on(queue.ack(&[delivery.receipt])).expect("acked");
                }
                Fate::Retry { after, .. } => block_on(queue.nack(&delivery.receipt, *after)).expect("hidden"),
            }
            fates.push(fate);
        }
        fates
    }

    /// What the agent published, in order.
    pub(crate) fn published(&self) -> Vec<JournalEntry> {
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let ours = |entry: &JournalEntry| entry.attributes.get("ce-source").is_some_and(|s| s == "/mesh/metadata");
        journal.into_iter().filter(ours).collect()
    }

    /// The payload of the one event it published, checked against its contract.
    pub(crate) fn only(&self, event_type: &str) -> Value {
        let published = self.published();
        assert_eq!(published.len(), 1, "{published:?}");
        assert_eq!(published[0].event_type.as_deref(), Some(event_type), "{}", published[0].body);
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        let payload: Value = serde_json::from_str(&published[0].body).expect("JSON");
        let verdict = mesh_contracts::validate(spec.contract, &payload);
        assert_eq!((published[0].channel.as_str(), verdict), (spec.channel, Ok(())), "{payload}");
        payload
    }
}

/// The settings of a site.
pub(crate) fn brief() -> Value {
    json!({"website": {
        "websiteId": "tea-weekly", "websiteName": "Tea Weekly", "coreKeywords": ["coffee", "cocoa"],
        "seoInstructions": "Speak to beginners.",
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }})
}

/// What the review says of [`ARTICLE`], which waits for `parts`.
pub(crate) fn reviewed(bench: &Bench, parts: &[&str], brief: Option<&Value>) -> Value {
    let mut data = json!({
        "content_id": ID, "revision": 2, "content_topic": "Making tea", "title": "Green tea at home",
        "summary": "Green tea is easy to make at home.",
        "reviewed": bench.put(&format!("drafts/{ID}.r2.md"), ARTICLE), "fixed": false,
        "scores": {"word_count": 36, "long_sentences_percent": 0, "originality_percent": 100, "revise": 0, "warn": 0},
        "findings": [], "parts": parts, "models": ["openai/writer"], "prompt_version": "draft-v1", "offline": false,
        "created_at": "2026-01-01T00:00:00.000Z", "reviewed_at": "2026-01-01T00:00:00.000Z", "request_id": "r1",
        "website_id": "tea-weekly", "post_id": "post-1", "keywords": ["green tea"], "language": "en",
    });
    if let Some(brief) = brief {
        data["brief"] = json!(bench.put(&format!("briefs/{ID}.r2.json"), &brief.to_string()));
    }
    data
}
