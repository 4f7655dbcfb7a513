//! Finding what may be replayed: dead letters, what could not be delivered, and what is in quarantine alone.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use mesh_core::{
    Manifest,
    ports::BlobsExt,
    runner::{DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID, Predicted, Quarantined, quarantine_key},
};
use uuid::Uuid;

use super::{
    entry::{Entry, Found, Origin},
    inspect,
    select::Selection,
};
use crate::mesh::{Dead, Mesh, Source};

/// Most letters of one queue that are looked at.
pub(crate) const MOST: usize = 10_000;
/// Keys read at once.
const PAGE: usize = 500;
/// Most bytes of a message that are read; none is larger.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Attributes SNS adds to what it could not deliver (Amazon SNS developer guide, "dead-letter queues").
const SNS_ERROR_CODE: &str = "ErrorCode";
const SNS_ERROR_MESSAGE: &str = "ErrorMessage";
const SNS_REQUEST_ID: &str = "RequestID";

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Places {
    /// The queues for dead letters.
    pub(crate) queues: bool,
    /// The quarantine.
    pub(crate) quarantine: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The messages that are meant.
    pub(crate) entries: Vec<Entry>,
    /// How many more are in quarantine whose events completed since.
    pub(crate) completed_since: usize,
}

/// Everything of these agents that is meant. A message that lies in a queue counts there, not in quarantine as well.
pub(crate) async fn gather(
    mesh: &Mesh,
    agents: &[&Manifest],
    places: Places,
    wanted: &Selection,
) -> anyhow::Result<Gathered> {
    let mut gathered = Gathered::default();
    for manifest in agents {
        let mut lying = BTreeSet::new();
        if places.queues {
            for source in mesh.sources() {
                let dead = mesh.look(manifest, *source, MOST).await?;
                let found: Vec<Found> = dead.into_iter().map(letter).collect();
                let entries = inspect::all(mesh, manifest, &found).await?;
                lying.extend(entries.iter().map(|entry| entry.event_id));
                gathered.entries.extend(entries.into_iter().filter(|entry| wanted.wants(entry)));
            }
        }
        if places.quarantine {
            quarantined(mesh, manifest, &lying, wanted, &mut gathered).await?;
        }
    }
    Ok(gathered)
}

async fn quarantined(
    mesh: &Mesh,
    manifest: &Manifest,
    lying: &BTreeSet<Uuid>,
    wanted: &Selection,
    gathered: &mut Gathered,
) -> anyhow::Result<()> {
    let prefix = format!("quarantine/{}/", manifest.name);
    let mut after = None::<String>;
    loop {
        let page = mesh.blobs.list(&prefix, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.clone());
        let ids = page.iter().filter_map(|meta| meta.key.strip_prefix(&prefix)?.strip_suffix(".json")?.parse().ok());
        let mut found = Vec::new();
        for id in ids.filter(|id| !lying.contains(id) && wanted.event_id.is_none_or(|wanted| wanted == *id)) {
            found.extend(kept(mesh, manifest, id).await?);
        }
        for entry in inspect::all(mesh, manifest, &found).await?.into_iter().filter(|entry| wanted.wants(entry)) {
            // What completed since is no longer anybody's concern, unless it is asked for by name.
            match entry.predicted == Predicted::AlreadyComplete && wanted.event_id.is_none() {
                true => gathered.completed_since += 1,
                false => gathered.entries.push(entry),
            }
        }
    }
}

/// A message in quarantine.
pub(crate) async fn kept(mesh: &Mesh, manifest: &Manifest, id: Uuid) -> anyhow::Result<Option<Found>> {
    let key = quarantine_key(&manifest.name, id);
    let Some((_, bytes)) = mesh.blobs.get_bytes(&key, MOST_BYTES).await? else { return Ok(None) };
    let Quarantined { event_id, body, attributes, .. } =
        serde_json::from_slice(&bytes).with_context(|| format!("{key} cannot be read"))?;
    Ok(Some(Found {
        origin: Origin::Quarantine,
        message_id: None,
        body,
        attributes,
        event_id: Some(event_id),
        code: None,
        receive_count: 0,
        sent_at: None,
    }))
}

/// A dead letter.
pub(crate) fn letter(dead: Dead) -> Found {
    let reason = match dead.source {
        Source::Dlq => DLQ_CODE,
        Source::Undelivered => SNS_ERROR_CODE,
    };
    Found {
        origin: dead.source.into(),
        attributes: original_attributes(dead.source, &dead.attributes),
        event_id: dead.attributes.get(DLQ_EVENT_ID).and_then(|id| id.parse().ok()),
        code: dead.attributes.get(reason).cloned(),
        message_id: Some(dead.message_id),
        body: dead.body,
        receive_count: dead.receive_count,
        sent_at: Some(dead.sent_at),
    }
}

/// The attributes it had before it came here.
fn original_attributes(source: Source, all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let added = match source {
        Source::Dlq => [DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID],
        Source::Undelivered => [SNS_ERROR_CODE, SNS_ERROR_MESSAGE, SNS_REQUEST_ID],
    };
    all.iter().filter(|(name, _)| !added.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
}
