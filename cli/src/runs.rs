//! Runs: finding them by whatever id somebody has at hand, reading them, following them to their end.

use std::{collections::BTreeSet, time::Duration};

use mesh_contracts::records::ContentRecord;
use mesh_core::{
    Timestamp, ids,
    ports::{DocKey, Document},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    exit::Absent,
    journal::{self, Published},
    mesh::Mesh,
    output::text,
};

/// How often the journal is looked at while somebody waits.
const LOOK: Duration = Duration::from_millis(40);
/// How long after its fate is known the final event may take to be published.
const LAST_EVENT: Duration = Duration::from_secs(5);

/// How a run ended: the row `fates/{run}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RunEnd {
    /// Type of the final event.
    pub(crate) event_type: String,
    /// Its id.
    pub(crate) event_id: Option<Uuid>,
    /// The code, when it is a failure.
    pub(crate) code: Option<String>,
    /// When.
    pub(crate) at: Option<String>,
}

impl RunEnd {
    /// Reads a fate row.
    pub(crate) fn read(document: &Document) -> Self {
        let text = |field: &str| document.body.get(field).and_then(Value::as_str).map(str::to_owned);
        Self {
            event_type: text("event_type").unwrap_or_default(),
            event_id: text("event_id").and_then(|id| id.parse().ok()),
            code: text("code"),
            at: text("at"),
        }
    }

    /// Whether the run came to nothing: it failed, or the article was rejected.
    pub(crate) fn is_failure(&self) -> bool {
        journal::is_failure(&self.event_type) || self.event_type == "ContentRejected"
    }
}

/// What following a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Followed {
    /// The run ended.
    Ended(RunEnd),
    /// It cannot go on: a message of it waits in the dead-letter queue of this agent, with this code.
    Stuck {
        /// The agent.
        agent: String,
        /// Why it gave up.
        code: String,
    },
    /// Nothing final came in time.
    TimedOut,
}

/// How a run ended; `None`: it has not.
pub(crate) async fn end(mesh: &Mesh, run: Uuid) -> anyhow::Result<Option<RunEnd>> {
    let row = mesh.state.get(&DocKey::new("fates", run.to_string())).await?;
    Ok(row.as_ref().map(RunEnd::read))
}

/// The events of a run, oldest first; an event that was published twice appears once.
pub(crate) async fn events(mesh: &Mesh, run: Uuid) -> anyhow::Result<Vec<Published>> {
    let all = mesh.history.of_run(run).await?;
    let mut events: Vec<Published> = Vec::with_capacity(all.len());
    for event in all {
        if events.iter().all(|earlier| earlier.event_id != event.event_id) {
            events.push(event);
        }
    }
    Ok(events)
}

/// Follows a run, telling `see` of each event once, until it ends, gets stuck, or `until` has come.
/// Events before `after` (a number in the journal) say nothing about being stuck: they may have been replayed since.
pub(crate) async fn follow(
    mesh: &Mesh,
    run: Uuid,
    after: u64,
    until: Option<Timestamp>,
    mut see: impl FnMut(&Published),
) -> anyhow::Result<Followed> {
    let mut seen = BTreeSet::new();
    let mut ended: Option<(RunEnd, Timestamp)> = None;
    loop {
        if ended.is_none() {
            ended = end(mesh, run).await?.map(|end| (end, mesh.now()));
        }
        let events = events(mesh, run).await?;
        events.iter().filter(|event| seen.insert(event.event_id)).for_each(&mut see);
        if let Some((end, known)) = &ended {
            let told = events.iter().any(|event| Some(event.event_id) == end.event_id);
            if told || known.until(mesh.now()) > LAST_EVENT {
                return Ok(Followed::Ended(end.clone()));
            }
        } else if let Some(stuck) = stuck(mesh, events.iter().filter(|event| event.seq > after)) {
            return Ok(stuck);
        } else if until.is_some_and(|until| until <= mesh.now()) {
            return Ok(Followed::TimedOut);
        }
        mesh.sleep_until(mesh.now().plus(mesh.pace(LOOK))).await;
    }
}

/// Whether a message waits in a dead-letter queue without which the run cannot end. Some agents only decorate it.
fn stuck<'a>(mesh: &Mesh, mut events: impl Iterator<Item = &'a Published>) -> Option<Followed> {
    let needed = |agent: &str| mesh.manifest(agent).is_ok_and(|manifest| !manifest.failure.notice);
    let event = events.find(|event| event.is_dead_letter() && event.text("agent").is_some_and(needed))?;
    let text = |field: &str| event.text(field).unwrap_or_default().to_owned();
    Some(Followed::Stuck { agent: text("agent"), code: text("code") })
}

/// The run that an id of any kind belongs to: of a content, of an event, of a run, or the caller's own of a request.
pub(crate) async fn find(mesh: &Mesh, id: &str) -> anyhow::Result<Uuid> {
    if let Ok(uuid) = Uuid::try_parse(id)
        && let Some(run) = find_uuid(mesh, uuid).await?
    {
        return Ok(run);
    }
    // The newest, when several sites use the same id.
    let named = mesh.history.requested_as(id).await?;
    let absent = || Absent(format!("nothing is known of {:?}", text::plain(id)));
    Ok(named.ok_or_else(absent)?.correlation_id)
}

async fn find_uuid(mesh: &Mesh, id: Uuid) -> anyhow::Result<Option<Uuid>> {
    if let Some(content) = content(mesh, id).await? {
        return Ok(Some(content.correlation_id.0));
    }
    let mut found = mesh.history.event(id).await?;
    if found.is_none() {
        found = mesh.history.of_run(id).await?.into_iter().next();
    }
    if found.is_none() {
        // A content that never came to be: the newest of the runs that were to make it.
        found = mesh.history.about(id).await?.into_iter().next_back();
    }
    if let Some(event) = found {
        return Ok(Some(event.correlation_id));
    }
    // A run whose events the journal has forgotten still has its fate.
    Ok(end(mesh, id).await?.map(|_| id))
}

/// The record of a content; `None`: there is none yet.
pub(crate) async fn content(mesh: &Mesh, id: Uuid) -> anyhow::Result<Option<ContentRecord>> {
    let document = mesh.state.get(&DocKey::new("content", id.to_string())).await?;
    document.map(|document| mesh_contracts::read(&document.body).map_err(anyhow::Error::msg)).transpose()
}

/// The content a run is about: what its events name, else what its first event would have led to.
pub(crate) fn content_id(run: Uuid, events: &[Published]) -> Uuid {
    let named = events.iter().find_map(|event| event.text("content_id").and_then(|id| id.parse().ok()));
    named.unwrap_or_else(|| ids::of_content(events.first().map_or(run, Published::root)).0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::journal::testing::published;

    fn row(body: Value) -> Document {
        let key = DocKey::new("fates", "r");
        Document { key, version: 1, owner: None, index: None, sort: None, expires_at: None, body }
    }

    #[test]
    fn a_fate_says_whether_the_run_came_to_nothing() {
        let failed =
            |event_type: &str| RunEnd::read(&row(json!({"event_type": event_type, "code": null}))).is_failure();
        assert!(failed("GenFailure") && failed("ValidationError") && failed("ContentRejected"));
        assert!(!failed("ContentPublished") && !failed("Echoed"));
    }

    #[test]
    fn the_content_of_a_run_is_what_its_events_name() {
        let (run, content) = (Uuid::from_u128(1), Uuid::from_u128(9));
        let ready = published("ContentReady", "/content/ready", json!({"content_id": content.to_string()}));
        assert_eq!(content_id(run, &[ready]), content);
        assert_eq!(content_id(run, &[]), ids::of_content(run).0);
    }
}
