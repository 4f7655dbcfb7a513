//! Meshes that break a rule on purpose, to prove that the tests would notice.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use mesh_core::{
    ids,
    message::Message,
    ports::{
        BeginRequest, Begun, BlobMeta, Blobs, BlobsExt, ByteStream, Commit, CommitAnswer, Conclusion, DocKey, Document,
        IdRange, LedgerEntry, LedgerState, OutboxEntry, Page, PortError, Publisher, PutCondition, PutResult, Query,
        StateStore, Suspension, Write,
    },
};
use uuid::Uuid;

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The ledger says done before the handler ran.
    MarkBeforeHandling,
    /// Events are published before the commit.
    PublishBeforeCommit,
    /// Whoever commits is taken for the holder.
    NoLeaseToken,
    /// An answer is stored only after the commit that used it.
    AnswerStoredAfterUse,
}

type Both = (Arc<dyn StateStore>, Arc<dyn Blobs>);

/// The ports with a rule broken.
pub(crate) fn mutate(
    mutation: Option<Mutation>,
    state: Arc<dyn StateStore>,
    blobs: Arc<dyn Blobs>,
    publisher: &Arc<dyn Publisher>,
) -> Both {
    let Some(mutation) = mutation else { return (state, blobs) };
    let held = Arc::new(Held { inner: Arc::clone(&blobs), answers: Mutex::default() });
    let late = mutation == Mutation::AnswerStoredAfterUse;
    let answers = late.then(|| Arc::clone(&held));
    let state = Arc::new(Broken { mutation, inner: state, publisher: Arc::clone(publisher), answers });
    (state, if late { held } else { blobs })
}

#[derive(Debug)]
struct Broken {
    mutation: Mutation,
    inner: Arc<dyn StateStore>,
    publisher: Arc<dyn Publisher>,
    answers: Option<Arc<Held>>,
}

/// Where a marked event's effects are committed, since its own entry is done already.
fn shadow(event_id: Uuid) -> Uuid {
    ids::derive(event_id, &["shadow"])
}

impl Broken {
    async fn mark(&self, request: &BeginRequest) -> Result<(), PortError> {
        let commit = Commit {
            agent: request.agent.clone(),
            event_id: request.event_id,
            token: request.token,
            writes: Vec::new(),
            outbox: Vec::new(),
            conclusion: Conclusion::Completed,
        };
        self.inner.commit(&commit).await.map(drop)
    }

    async fn commit_in_shadow(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let begin = BeginRequest {
            agent: commit.agent.clone(),
            event_id: shadow(commit.event_id),
            fingerprint: String::new(),
            correlation_id: commit.event_id,
            event_type: "shadow".into(),
            token: commit.token,
            lease_until: mesh_core::Timestamp(i64::MAX / 2),
        };
        self.inner.begin(&begin).await?;
        self.inner.commit(&Commit { event_id: begin.event_id, ..commit.clone() }).await
    }

    async fn commit_as_holder(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let entry = self.inner.entry(&commit.agent, commit.event_id).await?;
        match entry.map(|entry| entry.state) {
            Some(LedgerState::InProgress { token, .. }) => self.inner.commit(&Commit { token, ..commit.clone() }).await,
            // Done by somebody else: without a token nothing tells the difference, and it is done again.
            Some(LedgerState::Done { token, .. }) if token != commit.token => self.commit_in_shadow(commit).await,
            _ => self.inner.commit(commit).await,
        }
    }
}

#[async_trait]
impl StateStore for Broken {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.inner.get(key).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        self.inner.list(kind, range, limit).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        self.inner.query(query).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        let begun = self.inner.begin(request).await?;
        if self.mutation == Mutation::MarkBeforeHandling && matches!(begun, Begun::Started { .. }) {
            self.mark(request).await?;
        }
        Ok(begun)
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let answer = match self.mutation {
            Mutation::MarkBeforeHandling => self.commit_in_shadow(commit).await?,
            Mutation::NoLeaseToken => self.commit_as_holder(commit).await?,
            Mutation::PublishBeforeCommit => {
                let messages: Vec<Message> = commit.outbox.iter().map(|entry| entry.message.clone()).collect();
                self.publisher.publish(&messages).await?;
                return self.inner.commit(commit).await;
            }
            Mutation::AnswerStoredAfterUse => self.inner.commit(commit).await?,
        };
        if let Some(answers) = &self.answers {
            answers.flush().await?;
        }
        Ok(answer)
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        self.inner.put(write).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        if self.mutation == Mutation::MarkBeforeHandling {
            return self.inner.dispatched(agent, shadow(event_id), indices).await;
        }
        self.inner.dispatched(agent, event_id, indices).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        self.inner.release(agent, event_id, token, counted).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.inner.suspend(suspension).await
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        self.inner.due(agent, older_than, limit).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        self.inner.entry(agent, event_id).await
    }
}

/// Keeps answers in memory until the commit; a crash forgets them.
#[derive(Debug)]
struct Held {
    inner: Arc<dyn Blobs>,
    answers: Mutex<BTreeMap<String, (Bytes, String)>>,
}

impl Held {
    async fn flush(&self) -> Result<(), PortError> {
        let answers = std::mem::take(&mut *self.answers.lock().expect("one thread"));
        for (key, (body, media_type)) in answers {
            self.inner.put_bytes(&key, body, &media_type, PutCondition::IfAbsent).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Blobs for Held {
    async fn put(
        &self,
        key: &str,
        mut body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        if !key.starts_with("answers/") {
            return self.inner.put(key, body, media_type, condition).await;
        }
        use futures_util::StreamExt;
        let piece = body.next().await.expect("one piece")?;
        self.answers.lock().expect("one thread").insert(key.into(), (piece.clone(), media_type.into()));
        let sha256 = mesh_contracts::Sha256Hex::from_digest(&ids::sha256(&piece));
        let bytes = piece.len() as u64;
        Ok(PutResult::Stored(BlobMeta {
            key: key.into(),
            sha256,
            bytes,
            media_type: media_type.into(),
            version: "0".into(),
        }))
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        self.inner.get(key, range).await
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        self.inner.head(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        self.inner.list(prefix, after, limit).await
    }

    fn uri(&self, key: &str) -> String {
        self.inner.uri(key)
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        self.inner.key_of(uri)
    }
}
