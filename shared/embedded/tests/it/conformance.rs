//! The conformance suites, in memory and on disk.

use std::sync::Arc;

use mesh_core::ports::Queue;
use mesh_embedded::{EnvSecrets, QueueSpec};
use mesh_testkit::{
    block_on,
    suite::{self, Harness, Time, blobs, publisher, queue, secrets, state_store},
};
use tempfile::TempDir;

use crate::support::{Bench, CHANNEL, RETENTION, work};

fn time(bench: &Bench) -> Time {
    Time::Manual(Arc::clone(&bench.clock))
}

fn state_store(make: fn() -> Bench) -> Harness<state_store::Fixture> {
    Harness::new(move || {
        let bench = make();
        let mut fixture = state_store::Fixture::new(Arc::new(bench.store.state()), time(&bench));
        fixture.keep = Some(Box::new(bench.directory));
        fixture
    })
}

fn blobs(make: fn() -> Bench) -> Harness<blobs::Fixture> {
    Harness::new(move || {
        let bench = make();
        let mut fixture = blobs::Fixture::new(Arc::new(bench.store.blobs()));
        fixture.foreign_uris = vec!["mesh://elsewhere/a/b".to_owned(), "mesh:/local/a".to_owned()];
        fixture.keep = Some(Box::new(bench.directory));
        fixture
    })
}

fn queue(make: fn() -> Bench) -> Harness<queue::Fixture> {
    Harness::asynchronous(move || async move {
        let bench = make();
        bench.store.queues().ensure(&[work()]).await.expect("queues");
        let (queue, dlq) = (bench.store.queue("work"), bench.store.queue("work-dlq"));
        let mut fixture = queue::Fixture::new(Arc::new(queue), Arc::new(dlq), time(&bench));
        fixture.retention = Some(RETENTION);
        fixture.keep = Some(Box::new(bench.directory));
        fixture
    })
}

fn publisher(make: fn() -> Bench) -> Harness<publisher::Fixture> {
    Harness::asynchronous(move || async move {
        let bench = make();
        let on = |name: &str, channel: &str| QueueSpec { channels: vec![channel.to_owned()], ..QueueSpec::new(name) };
        let specs = [on("one", CHANNEL), on("two", CHANNEL), on("other", "/other")];
        bench.store.queues().ensure(&specs).await.expect("queues");
        let queue = |name: &str| -> Arc<dyn Queue> { Arc::new(bench.store.queue(name)) };
        publisher::Fixture {
            publisher: Arc::new(bench.store.topics()),
            channel: CHANNEL.to_owned(),
            queues: [queue("one"), queue("two")],
            other_channel: "/other".to_owned(),
            other_queue: queue("other"),
            failing_channel: Some("/no/such/topic".to_owned()),
            time: time(&bench),
            keep: Some(Box::new(bench.directory)),
        }
    })
}

#[test]
fn state_store_in_memory() {
    block_on(suite::state_store::all(&state_store(Bench::in_memory)));
}

#[test]
fn state_store_on_disk() {
    block_on(suite::state_store::all(&state_store(Bench::on_disk)));
}

#[test]
fn blobs_in_memory() {
    block_on(suite::blobs::all(&blobs(Bench::in_memory)));
}

#[test]
fn blobs_on_disk() {
    block_on(suite::blobs::all(&blobs(Bench::on_disk)));
}

#[test]
fn queue_in_memory() {
    block_on(suite::queue::all(&queue(Bench::in_memory)));
}

#[test]
fn queue_on_disk() {
    block_on(suite::queue::all(&queue(Bench::on_disk)));
}

#[test]
fn publisher_in_memory() {
    block_on(suite::publisher::all(&publisher(Bench::in_memory)));
}

#[test]
fn publisher_on_disk() {
    block_on(suite::publisher::all(&publisher(Bench::on_disk)));
}

fn secrets(in_files: bool) -> Harness<secrets::Fixture> {
    Harness::new(move || {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().to_owned();
        std::fs::create_dir(path.join("mesh")).expect("a directory");
        let pair = (secrets::KNOWN.to_owned(), secrets::FIRST.to_owned());
        let adapter = if in_files {
            std::fs::write(path.join(pair.0), format!("{}\n", pair.1)).expect("a file");
            EnvSecrets::default().with_directory(&path)
        } else {
            EnvSecrets::new([pair])
        };
        let change: secrets::Change = Box::new(move |name, value| {
            std::fs::write(path.join(name), value).expect("a file");
            Box::pin(std::future::ready(()))
        });
        secrets::Fixture {
            secrets: Arc::new(adapter),
            change: in_files.then_some(change),
            lifetime: None,
            time: Time::Manual(Arc::default()),
            keep: Some(Box::new(directory)),
        }
    })
}

#[test]
fn secrets_of_the_environment() {
    block_on(suite::secrets::all(&secrets(false)));
}

#[test]
fn secrets_in_files() {
    block_on(suite::secrets::all(&secrets(true)));
}
