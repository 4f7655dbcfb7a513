//! A sample of `make chaos`, and whether its audit sees what is wrong.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output},
};

use rusqlite::Connection;
use serde_json::Value;

fn chaos(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mesh-chaos")).args(arguments).output().expect("mesh-chaos runs")
}

fn report(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {said}"))
}

#[test]
fn every_request_is_published_once_whatever_is_killed() {
    let arguments = ["--requests", "120", "--least-ms", "250", "--most-ms", "700", "--workers", "3", "--json"];
    // Twins would be held for as long as a lease lasts when their handler is killed.
    let output = chaos(&[&arguments[..], &["--twins", "0", "--illustrated", "40"]].concat());
    let report = report(&output);
    assert_eq!(report["violations"], serde_json::json!([]), "{report:#}");
    assert!(output.status.success());
    assert_eq!(report["counted"]["articles"], 120);
    assert!(report["driven"]["kills"].as_u64().expect("a number") >= 10, "{report:#}");
}

/// What is done to a store in which nothing is wrong, and what the audit says of it.
const WRONGS: [(&str, &str); 11] = [
    ("DELETE FROM documents WHERE rowid = (SELECT min(rowid) FROM documents WHERE kind = 'fates')", "fates: "),
    (
        "UPDATE documents SET body = replace(body, '\"complete\"', '\"failed\"') WHERE kind = 'generation'",
        "has status \"failed\"",
    ),
    (
        "INSERT INTO journal (at, channel, event_id, event_type, correlation_id, about, notification)
         SELECT at, channel, 'another', event_type, correlation_id, about, notification
         FROM journal WHERE event_type = 'ContentPublished' LIMIT 1",
        "[\"ContentPublished\", \"ContentPublished\"]",
    ),
    (
        "INSERT INTO journal (at, channel, event_id, event_type, correlation_id, about, notification)
         SELECT at, channel, event_id, event_type, correlation_id, about,
                replace(notification, '\"Message\":\"{', '\"Message\":\"{ ')
         FROM journal WHERE event_type = 'ContentReady' LIMIT 1",
        "was published with two contents",
    ),
    (
        "INSERT INTO messages (queue, visible_at, sent_at, receive_count, message_id, body)
         SELECT id, 0, 0, 0, x'00', '{}' FROM queues WHERE name = 'review-dlq'",
        "queue review-dlq holds 1 messages",
    ),
    (
        "INSERT INTO outbox (agent, ready_at, dispatched, channel, subject, attributes, body)
         VALUES ('review', 0, 0, '/content/reviewed', '', '{}', '{}')",
        "the outbox of review holds 1 events",
    ),
    (
        "UPDATE ledger SET state = 0 WHERE seq = (SELECT min(seq) FROM ledger WHERE agent = 'publish')",
        "the ledger of publish has 1 entries in progress",
    ),
    ("UPDATE ledger SET state = 2 WHERE agent = 'site'", " suspended"),
    (
        "DELETE FROM blobs WHERE key = (SELECT min(key) FROM blobs WHERE key LIKE 'site/posts/%/index.html')",
        "pages below site/: ",
    ),
    (
        "UPDATE blobs SET object = (SELECT object FROM blobs WHERE key = 'site/index.html') WHERE key = 'site/feed.xml'",
        "site/feed.xml: ",
    ),
    (
        "UPDATE blobs SET sha256 = substr(sha256, 2) || substr(sha256, 1, 1) WHERE key = 'site/index.html'",
        "site/index.html ",
    ),
];

#[test]
fn the_audit_sees_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("run");
    let place = kept.to_str().expect("a path");
    let quiet =
        ["--requests", "6", "--illustrated", "3", "--twins", "0", "--least-ms", "600000", "--most-ms", "600000"];
    let output = chaos(&[&quiet[..], &["--keep", place, "--json"]].concat());
    assert_eq!(report(&output)["violations"], serde_json::json!([]));
    let (database, before) = (kept.join("mesh/mesh.db"), folder.path().join("before.db"));
    fs::copy(&database, &before).expect("a copy");
    for (sql, wanted) in WRONGS {
        let changed = Connection::open(&database).expect("the store").execute(sql, []).expect("the change");
        assert!(changed > 0, "{sql} changed nothing");
        says(place, wanted);
        put_back(&before, &database);
    }
    buy_again(&kept);
    says(place, "and again by call");
}

/// Its audit ends with 1, and says so.
fn says(place: &str, wanted: &str) {
    let output = chaos(&["audit", place, "--json"]);
    let report = report(&output);
    let violations = report["violations"].as_array().expect("a list");
    let said = violations.iter().any(|violation| violation.as_str().is_some_and(|text| text.contains(wanted)));
    assert!(said, "{wanted:?} is not among {violations:#?}");
    assert_eq!(output.status.code(), Some(1));
}

fn put_back(before: &Path, database: &Path) {
    for rest in ["mesh.db-wal", "mesh.db-shm"] {
        let _ = fs::remove_file(database.with_file_name(rest));
    }
    fs::copy(before, database).expect("a copy");
}

/// A further call for an answer that is stored.
fn buy_again(kept: &Path) {
    let logs = fs::read_dir(kept.join("calls")).expect("logs").map(|entry| entry.expect("a log").path());
    let log = logs.into_iter().find(|path| path.metadata().is_ok_and(|meta| meta.len() > 0)).expect("a call");
    let text = fs::read_to_string(&log).expect("a log");
    let request = text.split(' ').next().expect("a request");
    let mut file = fs::File::options().append(true).open(&log).expect("the log");
    writeln!(file, "{request} 99.0 9999999999999").expect("written");
}
