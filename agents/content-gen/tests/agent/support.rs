//! The agent on its bench, and what it is asked for.

use std::ops::Deref;

use mesh_agent_bench::{AgentBench, Setup};
use mesh_core::{
    Policy, Timestamp, ids,
    message::Message,
    ports::{Clock, Document},
};
use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};
use uuid::Uuid;

/// The agent at work.
pub(crate) struct Bench(AgentBench);

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
    mesh_agent_bench::message(event_type, id, id, time, data)
}

impl Bench {
    pub(crate) fn new(model: ScriptedTextModel) -> Self {
        Self::with(model, Policy::default())
    }

    pub(crate) fn with(text: ScriptedTextModel, policy: Policy) -> Self {
        Self(AgentBench::with(agent_content_gen::agent, Setup { text, policy, ..Setup::default() }))
    }

    /// Publishes an event from outside; the same `request_id` makes the same event.
    pub(crate) fn publish(&self, event_type: &str, data: &Value) -> Uuid {
        self.send(message(event_type, data, self.clock.now()));
        event_id(data)
    }

    /// A request, processed; answers the content id it gets.
    pub(crate) fn ask(&self, data: &Value) -> String {
        let event = self.publish("ContentRequest", data);
        self.round();
        ids::of_content(event).to_string()
    }

    pub(crate) fn drafts(&self) -> usize {
        self.keys("drafts/").len()
    }

    pub(crate) fn record(&self, content_id: &str) -> Option<Document> {
        self.document("content", content_id)
    }
}

impl Deref for Bench {
    type Target = AgentBench;

    fn deref(&self) -> &AgentBench {
        &self.0
    }
}
