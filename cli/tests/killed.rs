//! `mesh up` is killed with SIGKILL at random moments while 200 requests arrive, and started again.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use mesh_core::ports::{Blobs, BlobsExt, Entropy, IdRange, Queue, StateStore};
use mesh_embedded::{Options, Store, SystemClock, SystemEntropy};

const REQUESTS: usize = 200;
const KILLS: usize = 4;
/// The mesh needs seconds; this bounds a hang.
const PATIENCE: Duration = Duration::from_secs(240);

fn mesh(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mesh"));
    // Short back-offs: an attempt that a kill cut off is not to wait for half a minute.
    command.arg("--home").arg(home).env("MESH_BACKOFF_SCALE", "0.01").stdin(Stdio::null());
    command
}

/// A running mesh; killed, never asked, when it is dropped.
struct Up(Child);

impl Up {
    fn start(home: &Path) -> Self {
        let child = mesh(home).arg("up").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.expect("mesh up starts"))
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn request(home: &Path, number: usize) {
    let topic = format!("Keeping bees in quarter {number}");
    let id = format!("r-{number}");
    let status = mesh(home)
        .args(["request", "--quiet", "--words", "300", "--topic", &topic, "--request-id", &id])
        .stdout(Stdio::null())
        .status()
        .expect("mesh request runs");
    assert!(status.success(), "request {number}");
}

/// Numbers as random as the machine gives them.
fn random(below: u64) -> u64 {
    u64::try_from(SystemEntropy.bits() % u128::from(below)).expect("small")
}

fn send_while_killing(home: &Path) {
    let mut kills: BTreeSet<usize> = BTreeSet::new();
    while kills.len() < KILLS {
        kills.insert(10 + random(REQUESTS as u64 - 20) as usize);
    }
    let mut up = Up::start(home);
    for number in 0..REQUESTS {
        request(home, number);
        if kills.contains(&number) {
            thread::sleep(Duration::from_millis(random(60)));
            drop(up);
            up = Up::start(home);
        }
    }
    wait_until_done(home);
    drop(up);
}

fn open(home: &Path) -> Store {
    Store::open(home, Arc::new(SystemClock::new()), Arc::new(SystemEntropy), Options::default()).expect("the store")
}

fn wait_until_done(home: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = open(home);
    for _ in 0..PATIENCE.as_millis() / 250 {
        thread::sleep(Duration::from_millis(250));
        let built = runtime.block_on(async {
            let entry =
                store.state().get(&mesh_core::ports::DocKey::new("site_built", "default")).await.expect("a read");
            entry.is_some_and(|document| document.body["articles"] == REQUESTS)
        });
        if built && runtime.block_on(queues_are_empty(&store)) {
            return;
        }
    }
    panic!("the mesh did not finish");
}

const AGENTS: [&str; 4] = ["content-gen", "review", "publish", "site"];

async fn queues_are_empty(store: &Store) -> bool {
    for agent in AGENTS {
        if store.queue(agent).depth().await.expect("a depth").total() > 0 {
            return false;
        }
    }
    true
}

#[test]
fn two_hundred_requests_survive_every_kill() {
    let home = tempfile::tempdir().expect("a folder");
    send_while_killing(home.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(everything_is_there_once(&open(home.path())));
}

async fn everything_is_there_once(store: &Store) {
    let journal = store.journal().since(0, None, 100_000).await.expect("a journal");
    let mut finals: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut paths = BTreeSet::new();
    for entry in journal.iter().filter(|entry| entry.event_type.as_deref() == Some("ContentPublished")) {
        let (run, id) = (entry.correlation_id.clone().expect("a run"), entry.event_id.clone().expect("an id"));
        finals.entry(run).or_default().insert(id);
        let payload: serde_json::Value = serde_json::from_str(&entry.body).expect("JSON");
        paths.insert(payload["path"].as_str().expect("a path").to_owned());
    }
    assert_eq!(finals.len(), REQUESTS, "runs that ended");
    assert!(finals.values().all(|ids| ids.len() == 1), "one final event a run");
    assert_eq!(paths.len(), REQUESTS, "pages");
    let fates = store.state().list("fates", &IdRange::default(), 100_000).await.expect("a list");
    assert_eq!(fates.len(), REQUESTS, "fates");
    let answers = store.blobs().list("answers/content-gen/", None, 10_000).await.expect("a list");
    assert_eq!(answers.len(), REQUESTS, "stored answers");
    for agent in AGENTS {
        let dlq = store.queue(&format!("{agent}-dlq"));
        assert_eq!(dlq.depth().await.expect("a depth").total(), 0, "dead letters of {agent}");
    }
    pages_are_listed(store, &paths).await;
}

async fn pages_are_listed(store: &Store, paths: &BTreeSet<String>) {
    let read = async |key: &str| {
        let found = store.blobs().get_bytes(key, 50_000_000).await.expect("a read");
        found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    };
    let mut index = read("site/index.html").await;
    for page in 1..=2 {
        index.push_str(&read(&format!("site/archive/{page}.html")).await);
    }
    let (feed, sitemap) = (read("site/feed.xml").await, read("site/sitemap.xml").await);
    for path in paths {
        assert!(!read(&format!("site/{path}index.html")).await.is_empty(), "{path} has a page");
        let name = path.trim_end_matches('/');
        for (what, text) in [("index and archive", &index), ("feed", &feed), ("sitemap", &sitemap)] {
            assert!(text.contains(name), "{path} is missing in {what}");
        }
    }
}
