//! The invariants of the mesh, when all is quiet.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use mesh_contracts::{
    events::ContentPublished,
    records::{ContentRecord, ContentStatus, PublicationRecord},
};
use mesh_core::{
    ports::{BlobsExt, Clock, Delivery, DocKey, IdRange, LedgerEntry, LedgerState, OutboundMessage, Queue, StateStore},
    runner::{self, DLQ_AGENT, DLQ_EVENT_ID},
};
use mesh_embedded::JournalEntry;
use mesh_testkit::block_on;
use serde_json::Value;
use uuid::Uuid;

use super::{
    ends::{self, End},
    stage::Stage,
};
use crate::check::same_event_same_bytes;

/// Why a run may fail here: what models do, what sites and copies ask for, and what is wrong with requests.
const CAUSES: [&str; 10] = [
    "MODEL_QUOTA_EXHAUSTED",
    "MODEL_INVALID_REQUEST",
    "MODEL_MALFORMED_OUTPUT",
    "MODEL_TRUNCATED",
    "CONTENT_POLICY",
    "CONTRACT_VIOLATION",
    "IDEMPOTENCY_KEY_REUSED",
    "PART_FAILED",
    "PART_MISSING",
    "SUPERSEDED",
];

/// Judges a simulation that came to rest, and once more after what waits in dead-letter queues was replayed.
pub(super) fn judge(stage: &mut Stage) {
    stage.heal();
    let letters = letters(stage);
    let suspended: BTreeSet<String> = letters.iter().filter_map(|(_, letter)| run_of(stage, letter)).collect();
    one_end_a_run(stage, &ends::journal(stage), &suspended);
    if !letters.is_empty() {
        replay(stage, letters);
        stage.run();
    }
    for (agent, letter) in self::letters(stage) {
        stage.witness.finding(format!("{agent} gives up a replayed message: {:?}", letter.attributes));
    }
    let journal = ends::journal(stage);
    let runs = one_end_a_run(stage, &journal, &BTreeSet::new());
    causes(stage, &runs);
    let mut findings = Vec::new();
    // Whoever asks may say the same twice, or something else under the same id.
    let agents = journal.iter().filter(|entry| ends::is_an_agents(entry)).cloned().collect::<Vec<_>>();
    same_event_same_bytes(&agents, &mut findings);
    let twice = stage.witness.conclusions.twice();
    findings.extend(twice.into_iter().map(|(agent, event)| format!("{agent} concluded {event} twice")));
    findings.into_iter().for_each(|finding| stage.witness.finding(finding));
    nothing_lost(stage, &journal);
    nothing_undispatched(stage);
    pages(stage, &journal);
    records(stage, &journal);
}

/// All dead letters, received.
fn letters(stage: &Stage) -> Vec<(String, Delivery)> {
    let mut letters = Vec::new();
    for agent in &stage.agents {
        let name = &agent.manifest().name;
        let dlq = stage.store.queue(&agent.manifest().dlq());
        loop {
            let received = block_on(dlq.receive(10, Duration::ZERO, None)).expect("letters");
            if received.is_empty() {
                break;
            }
            letters.extend(received.into_iter().map(|letter| (name.clone(), letter)));
        }
    }
    letters
}

/// The run that a dead letter belongs to.
fn run_of(stage: &Stage, letter: &Delivery) -> Option<String> {
    if !letter.attributes.contains_key(DLQ_AGENT) {
        stage.witness.finding("a message went to a dead-letter queue without a word of its agent".to_owned());
    }
    entry_of(stage, letter).map(|entry| entry.correlation_id.to_string())
}

/// What the ledger says of a dead letter.
fn entry_of(stage: &Stage, letter: &Delivery) -> Option<LedgerEntry> {
    let attribute = |name: &str| letter.attributes.get(name);
    let (agent, event) = (attribute(DLQ_AGENT)?, attribute(DLQ_EVENT_ID)?);
    let event: Uuid = event.parse().expect("an id");
    block_on(stage.store.state().entry(agent, event)).expect("a read")
}

/// Receive, give it its attempts back, send the body as received, confirm, remove: what every replay does.
fn replay(stage: &Stage, letters: Vec<(String, Delivery)>) {
    for (agent, letter) in letters {
        stage.witness.history.tell(format!("## replays {agent} {:?}", letter.attributes));
        if let Some(entry) = entry_of(stage, &letter) {
            block_on(runner::start_afresh(&stage.store.state(), &entry, stage.clock.now(), Uuid::from_u128(1)))
                .expect("its attempts back");
        }
        let Delivery { body, attributes, receipt, .. } = letter;
        let message = OutboundMessage { body, attributes, ..OutboundMessage::default() };
        let post = &stage.posts.by_agent[&agent];
        assert_eq!(block_on(post.send(&[message])).expect("sent"), [], "the queue takes it");
        block_on(stage.store.queue(&format!("{agent}-dlq")).ack(&[receipt])).expect("removed");
    }
}

/// A run has exactly one final event, or none while one of its messages is a dead letter; and its fate names it.
fn one_end_a_run(
    stage: &Stage,
    journal: &[JournalEntry],
    suspended: &BTreeSet<String>,
) -> BTreeMap<String, BTreeSet<End>> {
    let mut runs = ends::by_run(journal);
    // Of a request without a context the journal does not know the run.
    for request in &stage.course.requests {
        runs.entry(request.run.to_string()).or_default();
    }
    for (run, ends) in &runs {
        let fate = block_on(stage.store.state().get(&DocKey::new("fates", run))).expect("a read");
        let named = fate.as_ref().and_then(|fate| fate.body["event_id"].as_str());
        match (ends.len(), named) {
            (1, Some(named)) if ends.iter().all(|end| end.event_id == named) => {}
            (0, None) if suspended.contains(run) => {}
            (_, named) => stage.witness.finding(format!("run {run} has the ends {ends:?}; its fate names {named:?}")),
        }
    }
    runs
}

fn causes(stage: &Stage, runs: &BTreeMap<String, BTreeSet<End>>) {
    for end in runs.values().flatten() {
        if let Some(code) = end.code.as_deref().filter(|code| !CAUSES.contains(code)) {
            stage.witness.finding(format!("a run ends with {} {code}, which nothing here causes", end.event_type));
        }
    }
}

/// Everything that was published was concluded by everybody who handles it.
fn nothing_lost(stage: &Stage, journal: &[JournalEntry]) {
    let done = |agent: &str, event: Uuid| {
        let entry = block_on(stage.store.state().entry(agent, event)).expect("a read");
        matches!(entry.map(|entry| entry.state), Some(LedgerState::Done { .. }))
    };
    for request in &stage.course.requests {
        if !done("content-gen", request.id) {
            stage.witness.finding(format!("the request {} was never concluded", request.id));
        }
    }
    let mut seen = BTreeSet::new();
    for entry in journal {
        let (Some(event), Some(name)) = (&entry.event_id, &entry.event_type) else { continue };
        let valid = mesh_contracts::find_type(name)
            .is_some_and(|spec| mesh_contracts::validate(spec.contract, &ends::payload(entry)).is_ok());
        if !valid || !seen.insert(event) {
            continue;
        }
        let id: Uuid = event.parse().expect("an id");
        let handlers = stage.agents.iter().map(|agent| agent.manifest()).filter(|one| one.handles(name).is_some());
        for manifest in handlers {
            if !done(&manifest.name, id) {
                stage.witness.finding(format!("{} never concluded {name} {event}", manifest.name));
            }
        }
    }
}

fn nothing_undispatched(stage: &Stage) {
    for agent in &stage.agents {
        let name = &agent.manifest().name;
        let due = block_on(stage.store.state().due(name, Duration::ZERO, 100)).expect("a read");
        if !due.is_empty() {
            stage.witness.finding(format!("{name} has {} events with something undispatched", due.len()));
        }
    }
}

fn text(stage: &Stage, key: &str) -> String {
    let found = block_on(stage.store.blobs().get_bytes(key, 10_000_000)).expect("a read");
    found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Every article has its page, and is in index, feed and sitemap of its site, there once.
fn pages(stage: &Stage, journal: &[JournalEntry]) {
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in journal.iter().filter(|entry| entry.event_type.as_deref() == Some("ContentPublished")) {
        let published: ContentPublished = mesh_contracts::read(&ends::payload(entry)).expect("an event");
        paths.entry(published.website_id.to_string()).or_default().insert(published.path.to_string());
    }
    for (site, paths) in &paths {
        let root = if site == "default" { "site/".to_owned() } else { format!("sites/{site}/") };
        let [index, feed, sitemap] =
            ["index.html", "feed.xml", "sitemap.xml"].map(|name| text(stage, &format!("{root}{name}")));
        for path in paths {
            if text(stage, &format!("{root}{path}index.html")).is_empty() {
                stage.witness.finding(format!("{root}{path} has no page"));
            }
            if !index.contains(path.as_str()) {
                stage.witness.finding(format!("{path} is missing in the index of {site}"));
            }
            let entries = feed.split("<entry").skip(1).filter(|entry| entry.contains(path.as_str())).count();
            let locations = sitemap.matches(&format!("{path}</loc>")).count();
            if (entries, locations) != (1, 1) {
                stage.witness.finding(format!("{path} is {entries} times in the feed, {locations} in the sitemap"));
            }
        }
    }
    let documents = block_on(stage.store.state().list("publication", &IdRange::default(), 1_000)).expect("a list");
    let known: usize = paths.values().map(BTreeSet::len).sum();
    let pages: BTreeSet<String> = documents
        .iter()
        .map(|document| mesh_contracts::read::<PublicationRecord>(&document.body).expect("a record"))
        .map(|record| format!("{} {}", record.content_id, record.path))
        .collect();
    if pages.len() != known || documents.len() != known {
        stage.witness.finding(format!("{known} pages were published, {} are on record: {pages:?}", documents.len()));
    }
}

/// Every article's record says how it ended, and counts the cost of every stage once.
fn records(stage: &Stage, journal: &[JournalEntry]) {
    let copied = stage.course.requests.iter().any(|request| request.origin.is_some());
    let documents = block_on(stage.store.state().list("content", &IdRange::default(), 1_000)).expect("a list");
    for document in documents {
        let record: ContentRecord = mesh_contracts::read(&document.body).expect("a record");
        let id = record.content_id.to_string();
        let mut seen = BTreeSet::new();
        let events: Vec<(&str, Value)> = journal
            .iter()
            .filter(|entry| seen.insert(&entry.event_id))
            .map(|entry| (entry.event_type.as_deref().unwrap_or_default(), ends::payload(entry)))
            .filter(|(_, payload)| payload["content_id"] == id.as_str())
            .collect();
        let is_online = |(name, payload): &(&str, Value)| {
            *name == "ContentPublished" && payload["revision"] == record.revision.get()
        };
        if events.iter().any(is_online) && record.status != ContentStatus::Published {
            stage.witness.finding(format!("{id} is published, and recorded as {:?}", record.status));
        }
        let cost: i64 = events.iter().filter(costs).filter_map(cost).sum();
        let counted = record.cost.micro_usd.map_or(0, |cost| cost.get());
        // A copy begins the record afresh.
        if !copied && counted != cost {
            stage.witness.finding(format!("{id} is recorded to have cost {counted}, its events say {cost}"));
        }
    }
}

fn cost((_, payload): &(&str, Value)) -> Option<i64> {
    payload["cost"]["micro_usd"].as_i64()
}

/// Whether an event says what a stage of an article has cost.
fn costs((name, payload): &&(&str, Value)) -> bool {
    match *name {
        "ContentDrafted" | "ContentReady" | "ImagesReady" | "MetadataReady" => true,
        "RefineFailure" | "ReviewError" | "PublishFailure" => payload["final"] == true,
        _ => false,
    }
}
