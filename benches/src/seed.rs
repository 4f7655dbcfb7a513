//! Articles a site has before the measurement: their records, written straight to the store. They have no pages.

use std::time::Duration;

use agent_review::text::{Signature, TextModel};
use mesh_core::{
    Timestamp, ids,
    ports::{BeginRequest, Begun, Clock, Commit, CommitAnswer, Conclusion, StateStore, Write},
};
use mesh_embedded::Store;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::disk::fresh_id;

const SITE: &str = "default";
/// Articles of one commit, which has at most 25 writes.
const ARTICLES_PER_COMMIT: usize = 8;
/// Commits under way at once: the store's writer puts what waits into one transaction.
const AT_ONCE: usize = 16;

const CRAFTS: [&str; 20] = [
    "sourdough",
    "cycling",
    "gardening",
    "weaving",
    "pottery",
    "chess",
    "sailing",
    "beekeeping",
    "drawing",
    "carpentry",
    "astronomy",
    "knitting",
    "running",
    "baking",
    "climbing",
    "printing",
    "singing",
    "cheese",
    "bridges",
    "maps",
];
const PEOPLE: [&str; 20] = [
    "teachers",
    "nurses",
    "pilots",
    "farmers",
    "students",
    "parents",
    "bakers",
    "drivers",
    "clerks",
    "cooks",
    "builders",
    "painters",
    "lawyers",
    "singers",
    "grandparents",
    "tenants",
    "sailors",
    "tailors",
    "judges",
    "shepherds",
];
const PLACES: [&str; 20] = [
    "Leeds", "Porto", "Lima", "Osaka", "Bergen", "Quito", "Tunis", "Perth", "Turin", "Basel", "Ghent", "Split",
    "Tartu", "Cork", "Haifa", "Nantes", "Malmo", "Graz", "Delft", "Izmir",
];

/// The `n`-th topic; 8,000 of them are different.
#[must_use]
pub fn topic(n: usize) -> String {
    let (craft, people, place) = (CRAFTS[n % 20], PEOPLE[n / 20 % 20], PLACES[n / 400 % 20]);
    format!("{craft} for {people} in {place}")
}

/// Writes the content, signature and publication records of `count` articles, a minute apart, all within 90 days.
pub async fn articles(store: &Store, clock: &dyn Clock, count: usize) {
    let now = clock.now();
    let numbers: Vec<usize> = (0..count).collect();
    let commits: Vec<&[usize]> = numbers.chunks(ARTICLES_PER_COMMIT).collect();
    for group in commits.chunks(AT_ONCE) {
        let writes = group.iter().map(|numbers| {
            let age = |n: usize| Duration::from_secs(60 * (count - n) as u64);
            numbers.iter().flat_map(|n| records(*n, now.minus(age(*n)))).collect()
        });
        futures_util::future::join_all(writes.map(|writes| commit(store, now, writes))).await;
    }
}

async fn commit(store: &Store, now: Timestamp, writes: Vec<Write>) {
    let (state, id, agent) = (store.state(), fresh_id(), "seed".to_owned());
    let begin = BeginRequest {
        agent: agent.clone(),
        event_id: id,
        fingerprint: "seed".to_owned(),
        correlation_id: id,
        event_type: "seed".to_owned(),
        token: id,
        lease_until: now.plus(Duration::from_secs(600)),
        afresh: false,
    };
    assert!(matches!(state.begin(&begin).await.unwrap(), Begun::Started { .. }));
    let conclusion = Conclusion::Completed;
    let commit = Commit { agent, event_id: id, token: id, writes, outbox: Vec::new(), conclusion };
    assert_eq!(state.commit(&commit).await.unwrap(), CommitAnswer::Committed);
}

/// The three records of one article.
fn records(n: usize, at: Timestamp) -> [Write; 3] {
    let content_id = ids::derive(Uuid::nil(), &["seeded", &n.to_string()]);
    let (id, at, topic) = (content_id.to_string(), at.rfc3339(), format!("Seeded topic number {n}"));
    let write = |kind: &str, id: &str, record: &Value| {
        Write::create(kind, id, record).unwrap().owner(SITE).sort(format!("{at}#{content_id}"))
    };
    let content =
        write("content", &id, &content(&id, &topic, &at)).index(&format!("topic:{SITE}:seeded topic number {n}"));
    let signature = json!({
        "content_id": id, "title": topic, "topic": topic.to_lowercase(), "signature": signature(n), "created_at": at,
    });
    let publication = json!({
        "content_id": id, "revision": 1, "title": topic, "summary": format!("{topic}, in a sentence or two of its own."),
        "path": format!("posts/seeded-topic-number-{n}/"), "published_at": at, "language": "en", "offline": true,
    });
    [content, write("signature", &id, &signature), write("publication", &format!("{SITE}/{id}"), &publication)]
}

fn content(id: &str, topic: &str, at: &str) -> Value {
    let draft = json!({
        "uri": format!("blob://local/drafts/{id}.md"), "sha256": "0".repeat(64), "bytes": 5000,
        "media_type": "text/markdown; charset=utf-8",
    });
    json!({
        "content_id": id, "content_topic": topic, "title": topic, "word_count": 800, "measured_word_count": 800,
        "status": "published", "revision": 1, "draft": draft, "created_by": "content-gen", "created_at": at,
        "updated_at": at, "correlation_id": id, "website_id": SITE, "language": "en", "models": ["offline/text-v1"],
        "prompt_version": "draft-v1", "offline": true, "cost": { "input_tokens": 100, "output_tokens": 1000 },
    })
}

/// Of a text nobody else has.
fn signature(n: usize) -> String {
    let words: Vec<String> = (0..40).map(|word| format!("w{n}x{word}")).collect();
    Signature::of(&TextModel::parse(&words.join(" "))).to_string()
}
