//! Sites, posts and requests of tests, and what the mesh said.

use std::sync::Arc;

use mesh_core::{
    Timestamp,
    ports::{ChatRequest, TextModel},
};
use mesh_embedded::JournalEntry;
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    block_on,
    model::{Reply, ScriptedTextModel, response},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::World;

const AT: &str = "2026-11-20T08:00:00.000Z";

/// Settings of the site `weekly`, with these fields besides its name.
#[must_use]
pub fn website(more: &Value) -> Value {
    website_called("weekly", more)
}

/// The same for a site of this name.
#[must_use]
pub fn website_called(name: &str, more: &Value) -> Value {
    let mut site = json!({"websiteId": name, "websiteName": "The Weekly", "createdAt": AT, "updatedAt": AT});
    for (field, value) in more.as_object().into_iter().flatten() {
        site[field] = value.clone();
    }
    assert_eq!(mesh_contracts::validate("website-settings-v1", &site), Ok(()), "{site}");
    site
}

/// A post of that site.
#[must_use]
pub fn post(id: &str, site: &str, title: &str) -> Value {
    let post = json!({"postId": id, "websiteId": site, "title": title, "createdAt": AT, "updatedAt": AT});
    assert_eq!(mesh_contracts::validate("post-v1", &post), Ok(()), "{post}");
    post
}

/// A text model that drafts and refines what it is told, one after the other, and does everything else offline.
#[must_use]
pub fn writing(drafts: impl IntoIterator<Item = String>) -> Arc<ScriptedTextModel> {
    let mut drafts: std::collections::VecDeque<String> = drafts.into_iter().collect();
    Arc::new(ScriptedTextModel::named("scripted/test").otherwise(move |request: &ChatRequest| -> Reply<_> {
        match request.task.name.as_str() {
            "draft" | "refine" => response(drafts.pop_front().expect("no further draft is asked for")).into(),
            _ => block_on(OfflineTextModel::new().complete(request, Timestamp(0))).into(),
        }
    }))
}

/// Asks for the article of a post of the site `weekly`.
#[must_use]
pub fn request(id: &str, topic: &str, words: i64) -> Value {
    json!({
        "content_topic": topic, "word_count": words, "request_id": id,
        "website_id": "weekly", "post_id": id, "keywords": [topic.to_lowercase()]
    })
}

impl World {
    /// Everything that was published, in order.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        block_on(self.store.journal().since(0, None, 100_000)).expect("a journal")
    }

    /// The payloads of all events of a type, each event once, in order.
    #[must_use]
    pub fn events(&self, event_type: &str) -> Vec<Value> {
        let mut seen = std::collections::BTreeSet::new();
        let journal = self.journal();
        let fresh = journal
            .iter()
            .filter(|entry| entry.event_type.as_deref() == Some(event_type) && seen.insert(entry.event_id.clone()));
        fresh.map(|entry| serde_json::from_str(&entry.body).expect("JSON")).collect()
    }

    /// The body of a document.
    #[must_use]
    pub fn document(&self, kind: &str, id: &str) -> Option<Value> {
        use mesh_core::ports::{DocKey, StateStore};
        let found = block_on(self.store.state().get(&DocKey::new(kind, id))).expect("a read");
        found.map(|document| document.body)
    }

    /// The text of a blob.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        use mesh_core::ports::BlobsExt;
        let found = block_on(self.store.blobs().get_bytes(key, 64_000_000)).expect("a read");
        found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Where a run stands, as tracker keeps it.
    #[must_use]
    pub fn generation(&self, run: Uuid) -> Option<Value> {
        self.document("generation", &run.to_string())
    }
}
