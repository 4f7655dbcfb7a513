//! A mesh in a folder with dead letters of five causes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use mesh_contracts::find_type;
use mesh_core::{
    envelope::{Outgoing, encode},
    message::Message,
    ports::{Blobs, BlobsExt, Clock, OutboundMessage, Publisher, PutCondition, Queue, StateStore, Write},
};
use mesh_embedded::{Options, Store, SystemClock, SystemEntropy};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The mesh needs seconds; this bounds a hang.
const PATIENCE: Duration = Duration::from_secs(240);
/// Messages sent at once.
const BATCH: usize = 10;
/// Attributes that only dead letters have.
const ADDED: [&str; 3] = ["mesh-agent", "mesh-code", "mesh-event-id"];

/// A folder with a mesh.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) store: Store,
    runtime: Runtime,
}

/// A running mesh; killed, never asked, when it is dropped.
pub(crate) struct Up(Child);

impl Up {
    pub(crate) fn start(stage: &Stage, model: &str) -> Self {
        let mut command = stage.command(&["up", "--no-http"]);
        command.env("MESH_TEXT_MODEL", model).env("MESH_ATTEMPTS", "1").env("MESH_LOG", "off");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("mesh up starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a start line");
        assert!(line.starts_with("mesh "), "mesh up did not start: {line}");
        Self(child)
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mesh() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mesh"))
}

impl Stage {
    /// So many letters of each cause.
    pub(crate) fn with_letters(each: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join(".mesh");
        assert!(request(&home), "the first request makes the mesh");
        let open = Store::open(&home, Arc::new(SystemClock::new()), Arc::new(SystemEntropy), Options::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let stage = Self { folder, store: open.expect("the store"), runtime };
        stage.suspend(each);
        stage.move_by_hand(each);
        stage.letters_for_review(each, false);
        stage.letters_for_review(each, true);
        stage
    }

    /// Requests that a provider that is down leads to dead letters, two of each; and as many that break the contract.
    fn suspend(&self, each: usize) {
        let valid = |n: usize| json!({"content_topic": format!("Keeping bees in quarter {n}"), "word_count": 300});
        let requests = (1..2 * each).map(valid);
        let invalid = (0..each).map(|n| json!({"content_topic": format!("Quarter {n}"), "word_count": 9}));
        let messages: Vec<Message> =
            requests.chain(invalid).map(|data| event("ContentRequest", Uuid::new_v4(), None, &data)).collect();
        for batch in messages.chunks(100) {
            assert_eq!(self.block_on(self.store.topics().publish(batch)).expect("published"), []);
        }
        let _up = Up::start(self, "offline/text-v1+fault=server_error:1000");
        self.wait_for("every request is suspended or rejected", || {
            let kept = self.block_on(self.store.blobs().list("quarantine/content-gen/", None, 10_000)).expect("a list");
            self.letters("content-gen").len() == 2 * each && kept.len() == 3 * each && self.is_idle("content-gen")
        });
    }

    /// Sends letters back as the console would, killed before it could remove them.
    fn move_by_hand(&self, count: usize) {
        let letters = self.block_on(self.store.queue("content-gen-dlq").peek(count)).expect("letters");
        let messages: Vec<(String, BTreeMap<String, String>)> = letters
            .into_iter()
            .map(|letter| {
                let mut attributes = letter.attributes;
                attributes.retain(|name, _| !ADDED.contains(&name.as_str()));
                (letter.body, attributes)
            })
            .collect();
        self.send("content-gen", messages);
    }

    /// Letters that nothing could begin: of runs that have ended, or whose draft is gone.
    fn letters_for_review(&self, count: usize, ended: bool) {
        let example = fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../contracts/examples/content-ready-v1/minimal.json"
        ));
        let example: Value = serde_json::from_str(&example.expect("an example")).expect("JSON");
        let mut letters = Vec::new();
        for _ in 0..count {
            let (id, content, run) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
            let mut data = example.clone();
            data["content_id"] = json!(content);
            data["draft"]["uri"] = json!(format!("mesh://local/drafts/{content}.md"));
            if ended {
                data["draft"] = self.draft(content);
                let end = json!({"event_type": "ContentRejected", "event_id": Uuid::new_v4()});
                let write = Write::create("fates", run.to_string(), &end).expect("a document");
                assert!(self.block_on(self.store.state().put(&write)).expect("a write"));
            }
            let message = event("ContentReady", id, Some(run), &data);
            letters.push((message.body, message.attributes));
        }
        self.send("review-dlq", letters);
    }

    fn draft(&self, content: Uuid) -> Value {
        let text = format!("# Bees\n\nKeeping bees needs patience, a veil and a smoker. This is article {content}.\n");
        let (key, blobs) = (format!("drafts/{content}.md"), self.store.blobs());
        let put = blobs.put_bytes(&key, text.into(), "text/markdown; charset=utf-8", PutCondition::IfAbsent);
        self.block_on(put).expect("a write");
        let meta = self.block_on(blobs.head(&key)).expect("a read").expect("it is there");
        serde_json::to_value(blobs.pointer(&meta)).expect("JSON")
    }

    /// A letter that comes after the plan. Answers its id in the queue.
    pub(crate) fn later_letter(&self) -> String {
        let before = self.letters("content-gen");
        let data = json!({"content_topic": "Late bees", "word_count": 300});
        let message = event("ContentRequest", Uuid::new_v4(), None, &data);
        self.send("content-gen-dlq", vec![(message.body, message.attributes)]);
        self.letters("content-gen").into_iter().find(|id| !before.contains(id)).expect("a letter")
    }

    fn send(&self, queue: &str, messages: Vec<(String, BTreeMap<String, String>)>) {
        let outbound = |(body, attributes)| OutboundMessage { body, attributes, ..OutboundMessage::default() };
        let messages: Vec<OutboundMessage> = messages.into_iter().map(outbound).collect();
        for batch in messages.chunks(BATCH) {
            assert_eq!(self.block_on(self.store.queue(queue).send(batch)).expect("sent"), []);
        }
    }

    /// The ids of an agent's dead letters.
    pub(crate) fn letters(&self, agent: &str) -> Vec<String> {
        let letters = self.block_on(self.store.queue(&format!("{agent}-dlq")).peek(100_000)).expect("letters");
        letters.into_iter().map(|letter| letter.message_id).collect()
    }

    pub(crate) fn is_idle(&self, agent: &str) -> bool {
        self.block_on(self.store.queue(agent).depth()).expect("a depth").total() == 0
    }

    /// Runs whose article was published.
    pub(crate) fn published(&self) -> usize {
        let journal = self.block_on(self.store.journal().since(0, None, 1_000_000)).expect("a journal");
        let published = journal.iter().filter(|entry| entry.event_type.as_deref() == Some("ContentPublished"));
        // An event may be published twice; it is the same event then.
        let ends: BTreeSet<_> = published.map(|entry| (entry.correlation_id.clone(), entry.event_id.clone())).collect();
        let runs: BTreeSet<_> = ends.iter().map(|(run, _)| run).collect();
        assert_eq!(runs.len(), ends.len(), "a run ended twice");
        runs.len()
    }

    /// Answers that models gave to content-gen.
    pub(crate) fn answers(&self) -> usize {
        self.block_on(self.store.blobs().list("answers/content-gen/", None, 100_000)).expect("a list").len()
    }

    /// The audit log.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("plan.json.audit.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The entries that the audit log has come so far with, once for each line.
    pub(crate) fn steps(&self, step: &str) -> Vec<u64> {
        let audit = self.audit();
        audit.iter().filter(|line| line["result"] == step).filter_map(|line| line["entry"].as_u64()).collect()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).expect("a file")
    }

    pub(crate) fn refuses_a_changed_plan(&self) {
        let changed = self.read("plan.json").replacen("\"will_complete\"", "\"payload_gone\"", 1);
        fs::write(self.folder.path().join("changed.json"), changed).expect("written");
        let refused = self.run(&["replay", "apply", "changed.json", "--yes"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("its digest is not that of its content"), "{said}");
    }

    /// The program in this folder.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = mesh();
        command.current_dir(self.folder.path()).env("MESH_BACKOFF_SCALE", "0").args(words).stdin(Stdio::null());
        command
    }

    pub(crate) fn spawn(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("it runs")
    }

    /// Runs it, and reads its JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json", "--quiet"]].concat());
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    pub(crate) fn wait_for(&self, what: &str, there: impl Fn() -> bool) {
        for _ in 0..PATIENCE.as_millis() / 20 {
            if there() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("in vain: {what}");
    }

    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn request(home: &Path) -> bool {
    let mut command = mesh();
    command.arg("--home").arg(home).args(["request", "--quiet", "--topic", "Keeping bees", "--words", "300"]);
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// An event from outside; of a run of its own unless said otherwise.
fn event(event_type: &str, id: Uuid, run: Option<Uuid>, data: &Value) -> Message {
    encode(&Outgoing {
        spec: find_type(event_type).expect("a type"),
        id,
        emitter: "test",
        subject: None,
        time: SystemClock::new().now(),
        correlation_id: run.unwrap_or(id),
        parent: None,
        origin: None,
        data,
    })
}
