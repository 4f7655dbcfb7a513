//! The steps that cases are made of.

use std::{collections::BTreeMap, time::Duration};

use mesh_core::{
    Timestamp,
    message::Message,
    ports::{
        BeginRequest, Begun, Commit, CommitAnswer, Conclusion, DocKey, Document, LedgerEntry, OutboxEntry, Suspension,
        Write, WriteMode,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{AGENTS, Fixture, KINDS};
use crate::suite::{Said, ensure_eq};

pub(super) const ALPHA: &str = AGENTS[0];
pub(super) const BETA: &str = AGENTS[1];
pub(super) const WIDGET: &str = KINDS[0];
pub(super) const GADGET: &str = KINDS[1];
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The id of the suite's `n`th event.
pub(super) fn event(n: u128) -> Uuid {
    Uuid::from_u128(0x00e0_e000_0000_5000_8000_0000_0000_0000 + n)
}

/// A lease token.
pub(super) fn token(n: u128) -> Uuid {
    Uuid::from_u128(0x00f0_f000_0000_4000_8000_0000_0000_0000 + n)
}

pub(super) fn key(id: &str) -> DocKey {
    DocKey::new(WIDGET, id)
}

pub(super) fn document(id: &str, body: Value) -> Document {
    Document { key: key(id), version: 0, owner: None, index: None, sort: None, expires_at: None, body }
}

pub(super) fn write(mode: WriteMode, id: &str, body: Value) -> Write {
    Write { mode, document: document(id, body) }
}

pub(super) fn create(id: &str) -> Write {
    write(WriteMode::Create, id, json!({ "made": id }))
}

/// An outbox entry without a due time.
pub(super) fn entry(index: u32) -> OutboxEntry {
    entry_due(index, None)
}

pub(super) fn entry_due(index: u32, due: Option<Timestamp>) -> OutboxEntry {
    let attributes = BTreeMap::from([
        ("ce-id".to_owned(), format!("message-{index}")),
        ("ce-type".to_owned(), "WidgetMade".to_owned()),
    ]);
    let message = Message {
        channel: "/widget/made".to_owned(),
        subject: format!("WidgetMade {index}"),
        attributes,
        body: format!("{{\"index\": {index},\n \"text\":\"na\u{ef}ve \u{1F980}\"}}"),
    };
    OutboxEntry { index, message, due, dispatched: false }
}

impl Fixture {
    pub(super) fn request(&self, agent: &str, event: Uuid, token: Uuid) -> BeginRequest {
        BeginRequest {
            agent: agent.to_owned(),
            event_id: event,
            fingerprint: "f".repeat(64),
            correlation_id: Uuid::from_u128(7),
            event_type: "WidgetOrdered".to_owned(),
            token,
            lease_until: self.time.now().plus(self.time.units(3)),
            afresh: false,
        }
    }

    /// Lets every lease of [`Fixture::request`] run out.
    pub(super) async fn outlive_the_lease(&self) {
        self.time.pass(self.time.units(4)).await;
    }

    pub(super) async fn begin(&self, agent: &str, event: Uuid, token: Uuid) -> Result<Begun, String> {
        self.store.begin(&self.request(agent, event, token)).await.said("begin")
    }

    /// Begins, and insists that it is this attempt after these suspensions.
    pub(super) async fn start(&self, event: Uuid, token: Uuid, attempt: u32, suspensions: u32) -> Result<(), String> {
        let begun = self.begin(ALPHA, event, token).await?;
        ensure_eq("begin", &begun, &Begun::Started { attempt, suspensions })
    }

    pub(super) async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, String> {
        for _ in 0..10 {
            match self.store.commit(commit).await.said("commit")? {
                CommitAnswer::Throttled => self.time.pass(self.time.units(1) / 10).await,
                answer => return Ok(answer),
            }
        }
        Ok(CommitAnswer::Throttled)
    }

    /// Commits, and insists that it happened.
    pub(super) async fn committed(&self, commit: &Commit) -> Result<(), String> {
        ensure_eq("commit", &self.commit(commit).await?, &CommitAnswer::Committed)
    }

    /// A whole event of agent alpha: begin and commit with its own token.
    pub(super) async fn handle(&self, n: u128, writes: Vec<Write>) -> Result<CommitAnswer, String> {
        self.start(event(n), token(n), 1, 0).await?;
        self.commit(&commit(n, writes, vec![])).await
    }

    /// As [`Fixture::handle`], insisting that it was committed.
    pub(super) async fn handled(&self, n: u128, writes: Vec<Write>, outbox: Vec<OutboxEntry>) -> Result<(), String> {
        self.start(event(n), token(n), 1, 0).await?;
        self.committed(&commit(n, writes, outbox)).await
    }

    pub(super) async fn read(&self, id: &str) -> Result<Option<Document>, String> {
        self.store.get(&key(id)).await.said("get")
    }

    /// The version and body of a document that must be there.
    pub(super) async fn stored(&self, id: &str) -> Result<(u64, Value), String> {
        let found = self.read(id).await?.ok_or_else(|| format!("{id} is not there"))?;
        Ok((found.version, found.body))
    }

    pub(super) async fn absent(&self, id: &str) -> Result<(), String> {
        ensure_eq(&format!("get of {id}"), &self.read(id).await?, &None)
    }

    pub(super) async fn ledger(&self, event: Uuid) -> Result<LedgerEntry, String> {
        let found = self.store.entry(ALPHA, event).await.said("entry")?;
        found.ok_or_else(|| "the ledger has no entry of the event".to_owned())
    }

    /// What is due of agent alpha, as pairs of event and index, in the order answered.
    pub(super) async fn due(&self, older_than: Duration) -> Result<Vec<(Uuid, Vec<u32>)>, String> {
        let due = self.store.due(ALPHA, older_than, 100).await.said("due")?;
        Ok(due.into_iter().map(|(event, entries)| (event, indices(&entries))).collect())
    }

    /// What a begin of a concluded event says is to be dispatched now.
    pub(super) async fn undispatched(&self, event: Uuid) -> Result<Vec<u32>, String> {
        match self.begin(ALPHA, event, token(999)).await? {
            Begun::Done { undispatched } => Ok(indices(&undispatched)),
            other => Err(format!("begin of a concluded event: {other:?} instead of Done")),
        }
    }
}

/// The indices of entries, in rising order.
pub(super) fn indices(entries: &[OutboxEntry]) -> Vec<u32> {
    let mut indices: Vec<u32> = entries.iter().map(|entry| entry.index).collect();
    indices.sort_unstable();
    indices
}

/// The commit of the suite's `n`th event under its own token.
pub(super) fn commit(n: u128, writes: Vec<Write>, outbox: Vec<OutboxEntry>) -> Commit {
    Commit {
        agent: ALPHA.to_owned(),
        event_id: event(n),
        token: token(n),
        writes,
        outbox,
        conclusion: Conclusion::Completed,
    }
}

/// The suspension of the suite's `n`th event under a token.
pub(super) fn suspension(n: u128, token: Uuid, outbox: Vec<OutboxEntry>) -> Suspension {
    Suspension { agent: ALPHA.to_owned(), event_id: event(n), token, code: "BOOM".to_owned(), outbox }
}
