//! What is logged holds no content. A process of its own: what a thread logs is only certain when no other thread works.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub, missing_docs)]

#[path = "agent/support.rs"]
mod support;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use mesh_core::ports::ModelErrorKind;
use mesh_testkit::model::ScriptedTextModel;
use serde_json::json;

use crate::support::Bench;

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines of one event, as JSON.
fn lines_of(log: &str, event: &str) -> Vec<serde_json::Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.filter(|line| line["fields"]["event"] == event).map(|line| line["fields"].clone()).collect()
}

/// A request is received, the model is asked, `ContentReady` goes out: a line each, with the ids that join them.
fn each_step_has_its_line(log: &str) {
    let received = lines_of(log, "ContentRequestReceived");
    let (asked, emitted) = (lines_of(log, "ModelAsked"), lines_of(log, "ContentReadyEmitted"));
    assert_eq!((asked.len(), emitted.len()), (3, 1), "{log}");
    assert_eq!(received[0]["event_id"], asked[0]["event_id"]);
    assert_eq!(received[0]["correlation_id"], emitted[0]["correlation_id"]);
    let content_id: Result<mesh_contracts::Id, _> = emitted[0]["subject"].as_str().expect("a subject").parse();
    assert!(content_id.is_ok(), "the subject is the content id");
    let failed = log.lines().filter(|line| line.contains("\"ERROR\"") && line.contains("MODEL_AUTH"));
    assert!(failed.count() >= 1, "what failed for good is an error: {log}");
}

#[test]
fn neither_prompt_nor_context_nor_article_is_ever_logged() {
    let log = Log::default();
    let writer = log.clone();
    let filter = tracing_subscriber::EnvFilter::new("trace");
    let subscriber =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let model = ScriptedTextModel::new()
            .answering("# Teapots\n\nThe walrus drank it all.\n")
            .failing(ModelErrorKind::Timeout)
            .failing(ModelErrorKind::Auth);
        let bench = Bench::new(model);
        for id in ["a", "b", "c"] {
            let context = "for the secret merger";
            bench.ask(&json!({"content_topic": "Tea", "word_count": 300, "prompt_context": context, "request_id": id}));
        }
        bench.ask(&json!({"content_topic": "Tea", "word_count": 12, "prompt_context": "for the secret merger"}));
    });
    let log = String::from_utf8(log.0.lock().expect("one thread").clone()).expect("UTF-8");
    each_step_has_its_line(&log);
    let of_runner: Vec<&str> = log.lines().filter(|line| line.contains("mesh_core::runner")).collect();
    assert!(of_runner.len() >= 4, "a line for each message: {log}");
    assert!(of_runner.iter().all(|line| line.contains("content-gen")), "{log}");
    for hidden in ["walrus", "secret merger", "Write a 300-word", "You write articles"] {
        assert!(!log.contains(hidden), "{hidden:?} was logged: {log}");
    }
}
