//! Limits: what no store takes, refused before anything happens.

use std::time::Duration;

use mesh_core::ports::{LedgerState, Write, WriteMode};
use serde_json::Value;

use super::{
    Fixture,
    steps::{ALPHA, commit, create, entry, event, suspension, token, write},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq, support::ensure_limit};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(twenty_five_are_taken, "25 writes and 25 messages are committed"),
        case!(twenty_six_writes_are_refused, "26 writes are a Limit, and nothing happened"),
        case!(twenty_six_messages_are_refused, "26 messages are a Limit, in a commit and in a suspension"),
        case!(a_repeated_key_is_refused, "two writes of one key are a Limit, whatever their conditions"),
        case!(a_document_of_the_limit_is_taken, "a document of exactly 128 KiB as JSON is committed"),
        case!(a_larger_document_is_refused, "a document over 128 KiB as JSON is a Limit"),
        case!(too_much_together_is_refused, "documents and messages of more than 256 KiB together are a Limit"),
    ]
}

/// A body of exactly `bytes` as JSON.
fn body_of(bytes: usize) -> Value {
    Value::String("x".repeat(bytes - 2))
}

fn sized(id: &str, kib: usize) -> Write {
    write(WriteMode::Create, id, body_of(kib * 1024))
}

/// Insists on a `Limit`, and that the event stands where it stood.
async fn refused(f: &Fixture, n: u128, what: &str, writes: Vec<Write>, messages: u32, padding: usize) -> Verdict {
    f.start(event(n), token(n), 1, 0).await?;
    let outbox = (0..messages).map(|index| {
        let mut made = entry(index);
        made.message.body.push_str(&" ".repeat(padding));
        made
    });
    let first = writes.first().map(|write| write.document.key.id.clone());
    ensure_limit(what, f.store.commit(&commit(n, writes, outbox.collect())).await)?;
    if let Some(first) = first {
        f.absent(&first).await?;
    }
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![])?;
    let state = f.ledger(event(n)).await?.state;
    ensure!(matches!(state, LedgerState::InProgress { .. }), "the ledger's state after a Limit: {state:?}");
    f.committed(&commit(n, vec![], vec![])).await
}

async fn twenty_five_are_taken(f: &Fixture) -> Verdict {
    let writes = (0..25).map(|n| create(&format!("w{n:02}"))).collect();
    f.handled(1, writes, (0..25).map(entry).collect()).await?;
    ensure!(f.read("w24").await?.is_some(), "the last of 25 documents is not there");
    ensure_eq("how many messages are due", &f.undispatched(event(1)).await?.len(), &25)
}

async fn twenty_six_writes_are_refused(f: &Fixture) -> Verdict {
    let writes = (0..26).map(|n| create(&format!("w{n:02}"))).collect();
    refused(f, 1, "a commit of 26 writes", writes, 0, 0).await
}

async fn twenty_six_messages_are_refused(f: &Fixture) -> Verdict {
    refused(f, 1, "a commit of 26 messages", vec![create("w")], 26, 0).await?;
    f.start(event(2), token(2), 1, 0).await?;
    let outbox = (0..26).map(entry).collect();
    ensure_limit("a suspension with 26 messages", f.store.suspend(&suspension(2, token(2), outbox)).await)?;
    let state = f.ledger(event(2)).await?.state;
    ensure!(matches!(state, LedgerState::InProgress { .. }), "the ledger's state after a Limit: {state:?}");
    f.store.release(ALPHA, event(2), token(2), false).await.said("release")
}

async fn a_repeated_key_is_refused(f: &Fixture) -> Verdict {
    refused(f, 1, "two Creates of one key", vec![create("w"), create("x"), create("w")], 0, 0).await?;
    let check = write(WriteMode::Check(0), "w", Value::Null);
    refused(f, 2, "a Check and a Create of one key", vec![create("w"), check], 0, 0).await
}

async fn a_document_of_the_limit_is_taken(f: &Fixture) -> Verdict {
    f.handled(1, vec![sized("w", 128)], vec![]).await?;
    ensure_eq("the document's version", &f.stored("w").await?.0, &1)
}

async fn a_larger_document_is_refused(f: &Fixture) -> Verdict {
    let larger = write(WriteMode::Create, "w", body_of(128 * 1024 + 1));
    refused(f, 1, "a document of 128 KiB and one byte", vec![larger], 0, 0).await
}

async fn too_much_together_is_refused(f: &Fixture) -> Verdict {
    let writes = vec![sized("a", 100), sized("b", 100), sized("c", 100)];
    refused(f, 1, "documents of 300 KiB together", writes, 0, 0).await?;
    refused(f, 2, "messages of 280 KiB together", vec![], 7, 40 * 1024).await?;
    let writes = vec![sized("a", 100), sized("b", 100)];
    refused(f, 3, "documents and messages of 320 KiB together", writes, 3, 40 * 1024).await?;
    f.handled(4, vec![sized("a", 100), sized("b", 100)], vec![entry(0)]).await
}
