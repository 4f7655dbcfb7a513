//! How long the calls of a store on disk take: `cargo run --release -p mesh-embedded --example measure [-- full]`.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a measurement, not the product"
)]

use std::{
    collections::BTreeMap,
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use mesh_core::{
    message::Message,
    ports::{
        BeginRequest, BlobsExt, Clock, Commit, Conclusion, DocKey, Document, Entropy, OutboxEntry, Publisher,
        PutCondition, Queue, Receipt, StateStore, Write, WriteMode,
    },
};
use mesh_embedded::{Options, QueueSpec, Store, SyncMode, SystemClock, SystemEntropy};
use uuid::Uuid;

const EVENTS: usize = 5_000;
const CHANNEL: &str = "/content/ready";

/// Time spent per kind of call, and how many there were.
#[derive(Default)]
struct Times(BTreeMap<&'static str, (Duration, usize)>);

impl Times {
    async fn of<T>(&mut self, what: &'static str, call: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let answer = call.await;
        let entry = self.0.entry(what).or_default();
        entry.0 += start.elapsed();
        entry.1 += 1;
        answer
    }

    fn print(&self) {
        for (what, (time, calls)) in &self.0 {
            println!("  {what:<12} {:>8.1} us a call ({calls} calls)", time.as_secs_f64() * 1e6 / *calls as f64);
        }
    }
}

fn message(id: Uuid) -> Message {
    let names = ["specversion", "type", "source", "subject", "time", "correlationid", "dataschema"];
    let mut attributes: BTreeMap<_, _> =
        names.iter().map(|name| (format!("ce-{name}"), format!("a value of {name}"))).collect();
    attributes.insert("ce-id".to_owned(), id.to_string());
    attributes.insert("traceparent".to_owned(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
    let body = format!("{{\"content_id\": \"{id}\", \"text\": \"{}\"}}", "some \\\"text\\\" ".repeat(100));
    Message { channel: CHANNEL.to_owned(), subject: "ContentReady of something".to_owned(), attributes, body }
}

fn document(id: Uuid) -> Write {
    let body = serde_json::json!({ "title": "A title", "state": "ready", "text": "x".repeat(800) });
    let key = DocKey::new("content", id.to_string());
    let owner = Some("site".to_owned());
    let document = Document { key, version: 0, owner, index: None, sort: None, expires_at: None, body };
    Write { mode: WriteMode::Create, document }
}

/// Everything the runner does for one event that has one document and one message as its outcome.
async fn handle(store: &Store, clock: &dyn Clock, times: &mut Times) -> Result<(), Box<dyn Error>> {
    let (state, id) = (store.state(), Uuid::from_u128(SystemEntropy.bits()));
    let agent = "content-gen".to_owned();
    let begin = BeginRequest {
        agent: agent.clone(),
        event_id: id,
        fingerprint: "f".repeat(64),
        correlation_id: id,
        event_type: "ContentRequest".to_owned(),
        token: id,
        lease_until: clock.now().plus(Duration::from_secs(60)),
        afresh: false,
    };
    times.of("begin", state.begin(&begin)).await?;
    let outbox = vec![OutboxEntry { index: 0, message: message(id), due: None, dispatched: false }];
    let conclusion = Conclusion::Completed;
    let commit =
        Commit { agent, event_id: id, token: id, writes: vec![document(id)], outbox: outbox.clone(), conclusion };
    times.of("commit", state.commit(&commit)).await?;
    times.of("publish", store.topics().publish(&[outbox[0].message.clone()])).await?;
    times.of("dispatched", state.dispatched("content-gen", id, &[0])).await?;
    Ok(())
}

async fn drain(store: &Store, times: &mut Times) -> Result<usize, Box<dyn Error>> {
    let queue = store.queue("review");
    let mut drained = 0;
    loop {
        let got = times.of("receive 10", queue.receive(10, Duration::ZERO, None)).await?;
        if got.is_empty() {
            return Ok(drained);
        }
        drained += got.len();
        let receipts: Vec<Receipt> = got.into_iter().map(|delivery| delivery.receipt).collect();
        times.of("ack 10", queue.ack(&receipts)).await?;
    }
}

async fn one_by_one(store: &Store, clock: &dyn Clock) -> Result<(), Box<dyn Error>> {
    let mut times = Times::default();
    for n in 0..EVENTS {
        handle(store, clock, &mut times).await?;
        let body = Bytes::from("some text of a draft ".repeat(300));
        let key = format!("drafts/{n}.md");
        times.of("put 6 KiB", store.blobs().put_bytes(&key, body, "text/markdown", PutCondition::IfAbsent)).await?;
        let body = Bytes::from("<p>some text of a page</p>".repeat(300));
        let key = format!("site/{n}.html");
        times.of("put site", store.blobs().put_bytes(&key, body, "text/html", PutCondition::IfAbsent)).await?;
        times.of("get doc", store.state().get(&DocKey::new("content", "none"))).await?;
    }
    drain(store, &mut times).await?;
    println!("each event: receive, begin, commit, publish, dispatched, ack; one by one:");
    times.print();
    Ok(())
}

/// Processor time of this process so far; the kernel counts in hundredths of a second. Less moody than the wall clock.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat.split(' ').skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    Duration::from_millis(10 * fields.iter().sum::<u64>())
}

async fn at_once(store: &Store, clock: Arc<dyn Clock>, tasks: usize) -> Result<(), Box<dyn Error>> {
    let (start, processor) = (Instant::now(), processor_time());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let (store, clock) = (store.clone(), Arc::clone(&clock));
        running.spawn(async move {
            let mut times = Times::default();
            for n in 0..EVENTS / tasks {
                handle(&store, &*clock, &mut times).await.unwrap();
                if n % 10 == 9 {
                    let queue = store.queue("review");
                    let got = queue.receive(10, Duration::ZERO, None).await.unwrap();
                    let receipts: Vec<Receipt> = got.into_iter().map(|delivery| delivery.receipt).collect();
                    queue.ack(&receipts).await.unwrap();
                }
            }
        });
    }
    while let Some(done) = running.join_next().await {
        done?;
    }
    let rate = EVENTS as f64 / start.elapsed().as_secs_f64();
    let each = (processor_time() - processor).as_secs_f64() * 1e6 / EVENTS as f64;
    println!("{tasks} at once: {rate:.0} events/s, {each:.0} us of processor time each");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let mut options = Options::default();
    if std::env::args().nth(1).as_deref() == Some("full") {
        options.sync = SyncMode::Full;
    }
    println!("{options:?}");
    let store = Store::open(directory.path(), Arc::clone(&clock), Arc::new(SystemEntropy), options)?;
    let spec = QueueSpec { channels: vec![CHANNEL.to_owned()], ..QueueSpec::new("review") };
    store.queues().ensure(&[spec]).await?;
    one_by_one(&store, &*clock).await?;
    for tasks in [1, 4, 16] {
        at_once(&store, Arc::clone(&clock), tasks).await?;
    }
    Ok(())
}
