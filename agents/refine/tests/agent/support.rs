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

/// An article of exactly so many words, in sentences of ten.
pub(crate) fn article(title: &str, words: usize) -> String {
    let mut text = format!("# {title}\n\n");
    let first = title.split_whitespace().count() + 1;
    for n in first..=words {
        let last = n == words || n % 10 == 0;
        text.push_str(&format!("word{n}{}", if last { ".\n" } else { " " }));
    }
    text
}

impl Bench {
    pub(crate) fn new(model: ScriptedTextModel) -> Self {
        Self::with(model, Policy::default())
    }

    pub(crate) fn with(model: ScriptedTextModel, policy: Policy) -> Self {
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy)).expect("a store");
        let settings = Settings::default();
        let agent = agent_refine::agent(&settings).expect("an agent");
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

    pub(crate) fn blob(&self, key: &str) -> Option<String> {
        let found = block_on(self.store.blobs().get_bytes(key, 1_000_000)).expect("a read");
        found.map(|(_, bytes)| String::from_utf8(bytes.to_vec()).expect("UTF-8"))
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
        let queue = self.store.queue("refine");
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
        let ours = |entry: &JournalEntry| entry.attributes.get("ce-source").is_some_and(|s| s == "/mesh/refine");
        journal.into_iter().filter(ours).collect()
    }

    /// The payload of the one event it published, checked against its contract.
    pub(crate) fn only(&self, event_type: &str) -> Value {
        let published = self.published();
        assert_eq!(published.len(), 1, "{published:?}");
        assert_eq!(published[0].event_type.as_deref(), Some(event_type), "{}", published[0].body);
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        let payload: Value = serde_json::from_str(&published[0].body).expect("JSON");
        assert_eq!(
            (published[0].channel.as_str(), mesh_contracts::validate(spec.contract, &payload)),
            (spec.channel, Ok(()))
        );
        payload
    }
}

/// The settings of a site.
pub(crate) fn brief() -> Value {
    json!({"website": {
        "websiteId": "finance-weekly", "websiteName": "Finance Weekly", "brandTone": "warm and plain",
        "targetAudience": "owners of small shops", "articleLengthMin": 340, "articleLengthMax": 380,
        "coreKeywords": ["cash flow"], "markdownFormattingNotes": "a list in every section",
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }})
}

/// What is said of the draft `markdown`, whose brief is `brief`.
pub(crate) fn drafted(bench: &Bench, markdown: &str, brief: Option<&Value>) -> Value {
    let mut data = json!({
        "content_id": ID, "revision": 1, "content_topic": "Cloud Computing", "title": "Cloud Computing",
        "summary": "The draft's summary.", "word_count": 350, "measured_word_count": 200,
        "draft": bench.put(&format!("drafts/{ID}.md"), markdown), "models": ["openai/writer"],
        "prompt_version": "draft-v1", "generated": true, "offline": false, "complete": false, "refined": false,
        "cost": {"input_tokens": 7, "output_tokens": 7, "micro_usd": 7}, "parts": ["images", "metadata"],
        "created_at": "2026-01-01T00:00:00.000Z", "request_id": "r1", "website_id": "finance-weekly",
        "post_id": "post-1", "keywords": ["cloud", "cost"], "language": "en",
    });
    if let Some(brief) = brief {
        data["brief"] = json!(bench.put(&format!("briefs/{ID}.r1.json"), &brief.to_string()));
    }
    data
}

/// The review's wish for another draft.
pub(crate) fn revision(ready: &Value) -> Value {
    json!({
        "content_id": ready["content_id"], "revision": ready["revision"], "content_topic": ready["content_topic"],
        "ready": ready, "revisions_left": 1, "website_id": ready["website_id"],
        "findings": [{
            "check": "sentence-length", "severity": "revise", "measured": "40 %", "threshold": "at most 30 %",
            "line": 3, "excerpt": "word4 word5", "message": "Split some of the long sentences.",
        }],
    })
}
