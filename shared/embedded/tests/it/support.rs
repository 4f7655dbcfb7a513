//! Stores for tests.

use std::{path::Path, sync::Arc, time::Duration};

use mesh_core::{
    message::Message,
    ports::{BeginRequest, Clock, Commit, Conclusion, DocKey, Document, Entropy, OutboundMessage, Write, WriteMode},
};
use mesh_embedded::{Options, QueueSpec, Redrive, Store};
use mesh_testkit::{clock::ManualClock, entropy::SeededEntropy};
use tempfile::TempDir;
use uuid::Uuid;

/// A store with the clock it goes by, and its directory if it has one.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) directory: Option<TempDir>,
}

impl Bench {
    pub(crate) fn in_memory() -> Self {
        let clock = Arc::new(ManualClock::new());
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, entropy()).expect("a store in memory");
        Self { store, clock, directory: None }
    }

    pub(crate) fn on_disk() -> Self {
        let directory = TempDir::new().expect("a directory");
        let clock = Arc::new(ManualClock::new());
        let store = open(directory.path(), &clock);
        Self { store, clock, directory: Some(directory) }
    }

    pub(crate) fn both() -> [Self; 2] {
        [Self::in_memory(), Self::on_disk()]
    }

    /// The store's directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.as_ref().expect("a store on disk").path()
    }

    /// Another handle on the directory, as another process would have it.
    pub(crate) fn again(&self) -> Store {
        open(self.path(), &self.clock)
    }
}

pub(crate) fn open(path: &Path, clock: &Arc<ManualClock>) -> Store {
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Store::open(path, clock, entropy(), Options::default()).expect("a store on disk")
}

/// Every store gets randomness of its own: two processes never draw the same.
fn entropy() -> Arc<dyn Entropy> {
    static SEED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    Arc::new(SeededEntropy::new(SEED.fetch_add(1, std::sync::atomic::Ordering::Relaxed)))
}

pub(crate) const CHANNEL: &str = "/widget/made";
pub(crate) const RETENTION: Duration = Duration::from_secs(14 * 24 * 3_600);

/// The queue `work`, subscribed to [`CHANNEL`], with `work-dlq` behind it.
pub(crate) fn work() -> QueueSpec {
    QueueSpec {
        redrive: Some(Redrive { dlq: "work-dlq".to_owned(), max_receive_count: 3 }),
        channels: vec![CHANNEL.to_owned()],
        ..QueueSpec::new("work")
    }
}

pub(crate) fn outbound(body: &str) -> OutboundMessage {
    OutboundMessage { body: body.to_owned(), ..OutboundMessage::default() }
}

pub(crate) fn message(n: u32) -> Message {
    let attributes = [
        ("ce-id", format!("event-{n}")),
        ("ce-type", "WidgetMade".to_owned()),
        ("ce-correlationid", format!("run-{}", n / 10)),
        ("ce-subject", format!("widget-{}", n % 10)),
    ];
    Message {
        channel: CHANNEL.to_owned(),
        subject: format!("WidgetMade {n}"),
        attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: format!("{{\"n\": {n}}}"),
    }
}

pub(crate) fn begin(n: u128, token: u128, clock: &dyn Clock) -> BeginRequest {
    BeginRequest {
        agent: "alpha".to_owned(),
        event_id: Uuid::from_u128(n),
        fingerprint: "f".repeat(64),
        correlation_id: Uuid::from_u128(7),
        event_type: "WidgetOrdered".to_owned(),
        token: Uuid::from_u128(token),
        lease_until: clock.now().plus(Duration::from_secs(60)),
        afresh: false,
    }
}

pub(crate) fn commit(n: u128, token: u128, writes: Vec<Write>) -> Commit {
    Commit {
        agent: "alpha".to_owned(),
        event_id: Uuid::from_u128(n),
        token: Uuid::from_u128(token),
        writes,
        outbox: Vec::new(),
        conclusion: Conclusion::Completed,
    }
}

pub(crate) fn write(mode: WriteMode, id: &str) -> Write {
    let key = DocKey::new("widget", id);
    let body = serde_json::json!({ "made": id });
    Write { mode, document: Document { key, version: 0, owner: None, index: None, sort: None, expires_at: None, body } }
}
