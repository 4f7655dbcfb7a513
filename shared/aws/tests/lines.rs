//! Log lines: JSON with the ids that join them, and no payload. A process of its own with one test: what a thread logs is
//! only certain when no other thread works.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, dead_code, missing_docs)]

#[path = "host/support.rs"]
mod support;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use mesh_aws::observe;
use serde_json::Value;
use tracing::Instrument;

use crate::support::{Bench, batch, record};

/// Collects what is written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines that `work` logs, under the filter.
fn logged(filter: &str, work: impl FnOnce()) -> Vec<Value> {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = observe::subscriber(filter, move || writer.clone()).expect("a filter");
    tracing::subscriber::with_default(subscriber, work);
    let text = String::from_utf8(written.0.lock().expect("one thread").clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

#[test]
fn lines_say_what_happened_and_no_more() {
    every_line_says_which_invocation_and_which_event();
    failures_are_errors_with_their_type_and_code();
    no_payload_is_ever_written();
    others_are_silent_below_info_whatever_is_asked_for();
    the_subject_of_content_is_its_id();
    a_filter_that_cannot_be_read_is_named();
}

/// As the runtime does it.
fn invocation(work: impl FnOnce()) {
    let span = tracing::info_span!(
        target: "lambda_runtime::layers::trace", "Lambda runtime invoke", requestId = "req-1", xrayTraceId = "Root=1-5"
    );
    span.in_scope(work);
}

fn three(bench: &Bench) {
    let records = [record("a", "the walrus said hello"), record("b", "walrus, again"), record("c", "never, walrus")];
    bench.invoke(batch(&records)).expect("an answer");
}

fn every_line_says_which_invocation_and_which_event() {
    let lines = logged("info", || invocation(|| three(&Bench::new())));
    assert!(lines.len() >= 8, "{lines:#?}");
    for line in &lines {
        assert_eq!((&line["requestId"], &line["xrayTraceId"]), (&"req-1".into(), &"Root=1-5".into()), "{line}");
        for name in ["timestamp", "level", "target", "agent", "eventId", "correlationId"] {
            assert!(line[name].is_string(), "{name} of {line}");
        }
    }
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    for event in ["EchoRequestedReceived", "EchoedEmitted", "EchoFailureEmitted"] {
        assert!(events.contains(&event), "{events:?}");
    }
}

fn failures_are_errors_with_their_type_and_code() {
    let lines = logged("error", || invocation(|| three(&Bench::new())));
    let ended = lines.iter().find(|line| line["errorType"] == "EchoFailure").expect("the failure");
    assert_eq!((&ended["level"], &ended["code"]), (&"ERROR".into(), &"CONTENT_POLICY".into()));
    assert_eq!(ended["requestId"], "req-1", "also when only errors are written");
    assert!(lines.iter().any(|line| line["reason"] == "not ever"), "{lines:#?}");
    let empty = || batch(&[serde_json::json!({ "messageId": "d", "body": "{}" })]);
    let lines = logged("error", || drop(Bench::new().invoke(empty()).expect("an answer")));
    let rejected = lines.iter().find(|line| line["errorType"] == "ValidationError").expect("the rejection");
    assert_eq!(rejected["code"], "MISSING_EVENT_ID");
    assert_eq!(rejected["reason"], "the message has nothing that could identify it");
}

fn no_payload_is_ever_written() {
    let odd = || batch(&["walrus".into(), serde_json::json!({ "messageId": "d", "body": ["walrus"] })]);
    let lines = logged("trace", || {
        invocation(|| {
            let bench = Bench::new();
            three(&bench);
            bench.invoke(odd()).expect("an answer");
            bench.invoke("walrus".into()).expect_err("no event");
        });
    });
    assert!(!lines.is_empty());
    assert!(lines.iter().all(|line| !line.to_string().contains("walrus")), "{lines:#?}");
}

fn others_are_silent_below_info_whatever_is_asked_for() {
    let lines = logged("trace", || {
        tracing::debug!(target: "aws_smithy_runtime::client", body = "a secret", "request");
        tracing::trace!(target: "hyper::proto", "bytes");
        tracing::info!(target: "hyper::proto", "connected");
        tracing::trace!(target: "mesh_core::runner", "ours");
    });
    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["connected", "ours"]);
}

fn the_subject_of_content_is_its_id() {
    let content = "0b0e3c5e-6b1c-5a52-8f9d-3f1a2b3c4d5e";
    let lines = logged("info", || {
        let span = tracing::info_span!(target: "mesh_core::runner", "event", subject = content);
        mesh_testkit::block_on(async { tracing::info!("about content") }.instrument(span));
        tracing::info!(subject = "default", "about a site");
    });
    assert_eq!(lines[0]["contentId"], content);
    assert_eq!(lines[1].get("contentId"), None);
}

fn a_filter_that_cannot_be_read_is_named() {
    let error = observe::subscriber("a=b=c", std::io::sink).err().expect("refused").to_string();
    assert!(error.starts_with("MESH_LOG is \"a=b=c\"; allowed is off, error"), "{error}");
}
