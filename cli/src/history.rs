//! What was published, as far as the mesh that is meant remembers it.

use std::fmt::Debug;

use async_trait::async_trait;
use mesh_core::ids;
use mesh_embedded::{Journal, JournalEntry};
use uuid::Uuid;

use crate::journal::{MOST_OF_A_RUN, Published};

/// Entries read at once.
const PAGE: usize = 500;

/// What was published: a journal, or what the agents' ledgers tell of it.
///
/// Implementations answer events oldest first; an event that was published twice MAY appear twice.
#[async_trait]
pub(crate) trait History: Debug + Send + Sync {
    /// The events of a run.
    async fn of_run(&self, run: Uuid) -> anyhow::Result<Vec<Published>>;

    /// One event.
    async fn event(&self, id: Uuid) -> anyhow::Result<Option<Published>>;

    /// The event that started a run; it need not name that run.
    async fn first(&self, run: Uuid) -> anyhow::Result<Option<Published>>;

    /// The events about something, such as a content.
    async fn about(&self, subject: Uuid) -> anyhow::Result<Vec<Published>>;

    /// The newest request with this id of the caller's.
    async fn requested_as(&self, request_id: &str) -> anyhow::Result<Option<Published>>;

    /// The newest copy of the event that started `run`, itself `root` or a copy of that; `None`: there is none.
    async fn newest_copy(&self, root: Uuid, run: Uuid) -> anyhow::Result<Option<Uuid>>;

    /// Where the history ends: what is published from now on has a greater `seq`.
    async fn end(&self) -> anyhow::Result<u64>;

    /// At most `limit` events after `seq`, of one channel or all.
    async fn since(&self, seq: u64, channel: Option<&str>, limit: usize) -> anyhow::Result<Vec<Published>>;
}

fn read(entries: Vec<JournalEntry>) -> Vec<Published> {
    entries.into_iter().map(Published::from).collect()
}

/// The newest event of which `wanted` is true.
async fn search(journal: &Journal, wanted: impl Fn(&Published) -> bool + Send) -> anyhow::Result<Option<Published>> {
    let (mut found, mut seq) = (None, 0);
    loop {
        let page = journal.since(seq, None, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        seq = last.seq;
        found = page.into_iter().map(Published::from).rfind(&wanted).or(found);
    }
}

#[async_trait]
impl History for Journal {
    async fn of_run(&self, run: Uuid) -> anyhow::Result<Vec<Published>> {
        Ok(read(self.by_correlation(&run.to_string(), MOST_OF_A_RUN).await?))
    }

    async fn event(&self, id: Uuid) -> anyhow::Result<Option<Published>> {
        Ok(read(self.by_event(&id.to_string(), 1).await?).into_iter().next())
    }

    async fn first(&self, run: Uuid) -> anyhow::Result<Option<Published>> {
        // One that came from elsewhere is filed under the id it brought, and is looked for.
        match self.event(run).await? {
            Some(named) => Ok(Some(named)),
            None => search(self, |event| event.event_id == run).await,
        }
    }

    async fn about(&self, subject: Uuid) -> anyhow::Result<Vec<Published>> {
        Ok(read(self.by_subject(&subject.to_string(), MOST_OF_A_RUN).await?))
    }

    async fn requested_as(&self, request_id: &str) -> anyhow::Result<Option<Published>> {
        search(self, |event| event.text("request_id") == Some(request_id)).await
    }

    async fn newest_copy(&self, root: Uuid, _: Uuid) -> anyhow::Result<Option<Uuid>> {
        // Copies are about what their original is about.
        let about = self.about(ids::of_content(root).0).await?;
        let newest = about.iter().rfind(|event| event.starts_run() && event.root() == root);
        Ok(newest.map(|event| event.event_id))
    }

    async fn end(&self) -> anyhow::Result<u64> {
        Ok(self.last_seq().await?)
    }

    async fn since(&self, seq: u64, channel: Option<&str>, limit: usize) -> anyhow::Result<Vec<Published>> {
        Ok(read(Self::since(self, seq, channel, limit).await?))
    }
}
