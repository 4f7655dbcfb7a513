//! One agent, its queue, and what it published.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Fate, Policy, Ports, Runner, Settings, Timestamp,
    envelope::{Outgoing, encode},
    ids,
    message::Message,
    ports::{
        Blobs, BlobsExt, Clock, DocKey, Document, Entropy, Models, Publisher, Queue, StateStore, TextModel, Write,
    },
    runner::Ended,
};
use mesh_embedded::{JournalEntry, Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy, model::ScriptedTextModel};
use serde_json::{Value, json};
use uuid::Uuid;

/// The agent at work.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) model: Arc<ScriptedTextModel>,
    pub(crate) runner: Runner,
}

/// A request for so many words on a topic.
pub(crate) fn request(topic: &str, words: i64) -> Value {
    json!({"content_topic": topic, "word_count": words, "request_id": "r1"})
}

/// An article of exactly so many words, in sentences of ten.
pub(crate) fn article(words: usize) -> String {
    let mut text = String::from("# Cloud Computing\n\n");
    for n in 3..=words {
        let end = if n == words || n % 10 == 0 { ".\n" } else { "" };
        let gap = if n % 10 == 0 || n == words { "" } else { " " };
        text.push_str(&format!("word{n}{end}{gap}"));
    }
    text
}

fn event_id(data: &Value) -> Uuid {
    ids::of_request("", data.get("request_id").and_then(Value::as_str).unwrap_or("none"))
}

/// The message of an event from outside that starts a run.
pub(crate) fn message(event_type: &str, data: &Value, time: Timestamp) -> Message {
    let id = event_id(data);
    encode(&Outgoing {
        spec: mesh_contracts::find_type(event_type).expect("a known type"),
        id,
        emitter: "test",
        subject: None,
        time,
        correlation_id: id,
        parent: None,
        origin: None,
        data,
    })
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
        let agent = agent_content_gen::agent(&settings).expect("an agent");
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let model = Arc::new(model);
        let ports: Ports = host::ports(
            &store,
            Arc::clone(&clock) as Arc<dyn Clock>,
            entropy,
            Models::none().with_text(Arc::clone(&model) as Arc<dyn TextModel>),
            &settings,
        );
        let dlq = Arc::new(store.queue(&agent.manifest().dlq()));
        Self { clock, runner: Runner::new(agent, ports, dlq, policy), store, model }
    }

    /// Publishes an event from outside; the same `request_id` makes the same event.
    pub(crate) fn publish(&self, event_type: &str, data: &Value) -> Uuid {
        self.send(message(event_type, data, self.clock.now()));
        event_id(data)
    }

    /// Publishes a message from outside.
    pub(crate) fn send(&self, message: Message) {
        let batch = [message];
        assert_eq!(block_on(self.store.topics().publish(&batch)).expect("published"), []);
    }

    /// Processes what is visible in the queue; answers the fates.
    pub(crate) fn round(&self) -> Vec<Fate> {
        let queue = self.store.queue("content-gen");
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

    /// Whether nothing is left to do, now and in an hour, but to pass over what the agent said itself.
    pub(crate) fn rests(&self) -> bool {
        let passed_over = |fate: &Fate| matches!(fate, Fate::Ack(Ended::Ignored));
        let now = self.round();
        self.clock.advance(Duration::from_secs(3600));
        now.iter().chain(&self.round()).all(passed_over)
    }

    /// A request, processed; answers the content id it gets.
    pub(crate) fn ask(&self, data: &Value) -> String {
        let event = self.publish("ContentRequest", data);
        self.round();
        ids::of_content(event).to_string()
    }

    /// What the agent published, in order.
    pub(crate) fn published(&self) -> Vec<JournalEntry> {
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let ours = |entry: &JournalEntry| entry.attributes.get("ce-source").is_some_and(|s| s == "/mesh/content-gen");
        journal.into_iter().filter(ours).collect()
    }

    /// The payload of the one event it published, checked against its contract, and where it went.
    pub(crate) fn only(&self, event_type: &str) -> Value {
        let published = self.published();
        assert_eq!(published.len(), 1, "{published:?}");
        payload(&published[0], event_type)
    }

    pub(crate) fn blob(&self, key: &str) -> Option<String> {
        let found = block_on(self.store.blobs().get_bytes(key, 1_000_000)).expect("a read");
        found.map(|(_, bytes)| String::from_utf8(bytes.to_vec()).expect("UTF-8"))
    }

    pub(crate) fn drafts(&self) -> usize {
        block_on(self.store.blobs().list("drafts/", None, 100)).expect("a list").len()
    }

    pub(crate) fn record(&self, content_id: &str) -> Option<Document> {
        block_on(self.store.state().get(&DocKey::new("content", content_id))).expect("a read")
    }

    /// Stores a document as its own writer would.
    pub(crate) fn set(&self, kind: &str, id: &str, body: &Value) {
        let write = Write::create(kind, id, body).expect("a document");
        assert!(block_on(self.store.state().put(&write)).expect("stored"), "{kind} {id} is new");
    }

    pub(crate) fn dead_letters(&self) -> u64 {
        block_on(self.store.queue("content-gen-dlq").depth()).expect("a depth").total()
    }
}

/// The payload of an event of this type, valid by the contract it names.
pub(crate) fn payload(entry: &JournalEntry, event_type: &str) -> Value {
    assert_eq!(entry.event_type.as_deref(), Some(event_type), "{}", entry.body);
    let spec = mesh_contracts::find_type(event_type).expect("a known type");
    assert_eq!(entry.channel, spec.channel);
    assert_eq!(entry.attributes["ce-dataschema"], spec.dataschema());
    let payload: Value = serde_json::from_str(&entry.body).expect("JSON");
    assert_eq!(mesh_contracts::validate(spec.contract, &payload), Ok(()));
    payload
}
