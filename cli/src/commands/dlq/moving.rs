//! Moving dead letters back to their agent's queue.
//!
//! A letter is received, sent to its agent's queue as it was received, and removed only when that was confirmed.
//! A crash in between leaves it in both queues, which the agent's ledger takes for the same event.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::bail;
use mesh_core::{
    Manifest, Timestamp,
    ports::{Delivery, OutboundMessage, Queue, Receipt},
};

use super::{
    super::up::Stop,
    letter::{self, Letter},
    select::Selection,
};
use crate::{
    mesh::{Dead, Mesh, Source},
    output::Bar,
};

/// Most letters of one queue that are looked at.
pub(super) const MOST: usize = 10_000;
/// Letters received at once.
const BATCH: usize = 10;
/// How long a received letter stays hidden from others, should we be killed; those that stay are shown at the end.
/// A batch takes ten seconds at the lowest rate.
const HIDDEN: Duration = Duration::from_secs(60);
/// How long one receive waits where a queue answers from only some of its servers unless it is asked to wait.
const WAIT: Duration = Duration::from_secs(2);
/// Batches without anything new after which there is nothing new.
const STALE: usize = 3;

/// What moving has come to so far.
#[derive(Debug)]
pub(super) struct Progress {
    /// Letters that were moved.
    pub(super) moved: Vec<Letter>,
    /// Whether somebody asked to stop.
    pub(super) stopped: bool,
    every: Option<Duration>,
    next: Timestamp,
}

impl Progress {
    /// At most `rate` letters a second.
    pub(super) fn new(rate: Option<u32>) -> Self {
        let every = rate.map(|rate| Duration::from_secs(1) / rate.max(1));
        Self { moved: Vec::new(), stopped: false, every, next: Timestamp(0) }
    }

    /// Waits until one more may be moved; false: somebody asked to stop.
    async fn next(&mut self, mesh: &Mesh, stop: &mut Stop) -> bool {
        tokio::select! {
            biased;
            () = stop.asked() => self.stopped = true,
            () = mesh.sleep_until(self.next) => {}
        }
        if let Some(every) = self.every {
            self.next = mesh.now().plus(every);
        }
        !self.stopped
    }
}

/// One queue whose letters are moved to another.
struct Move<'a> {
    mesh: &'a Mesh,
    manifest: &'a Manifest,
    source: Source,
    from: Arc<dyn Queue>,
    to: Arc<dyn Queue>,
    start: Timestamp,
    /// Received letters that are not moved, by the queue's id; each with its latest receipt.
    stay: BTreeMap<String, Receipt>,
}

/// Moves the letters of one queue that are wanted, and shows again those that stay. What was moved before a failure is
/// in `progress`.
pub(super) async fn replay(
    mesh: &Mesh,
    (manifest, source): (&Manifest, Source),
    wanted: &Selection,
    progress: &mut Progress,
    stop: &mut Stop,
    bar: &Bar,
) -> anyhow::Result<()> {
    let Some(from) = mesh.dead(manifest, source).await? else { return Ok(()) };
    let to = mesh.queue(manifest).await?;
    let mut work = Move { mesh, manifest, source, from, to, start: mesh.now(), stay: BTreeMap::new() };
    let done = work.all(wanted, progress, stop, bar).await;
    for receipt in work.stay.values() {
        work.from.nack(receipt, Duration::ZERO).await?;
    }
    done
}

impl Move<'_> {
    async fn all(
        &mut self,
        wanted: &Selection,
        progress: &mut Progress,
        stop: &mut Stop,
        bar: &Bar,
    ) -> anyhow::Result<()> {
        let wait = if self.mesh.looks_are_receives() { WAIT } else { Duration::ZERO };
        let (mut stale, mut seen) = (0, 0);
        while seen < MOST && stale < STALE && !progress.stopped {
            let received = self.from.receive(BATCH, wait, Some(HIDDEN)).await?;
            if received.is_empty() {
                break;
            }
            let mut pending: BTreeMap<String, Receipt> =
                received.iter().map(|one| (one.message_id.clone(), one.receipt.clone())).collect();
            let known = received.iter().filter(|one| self.stay.contains_key(&one.message_id)).count();
            stale = if known == received.len() { stale + 1 } else { 0 };
            seen += received.len() - known;
            let done = self.batch(received, wanted, progress, stop, bar, &mut pending).await;
            self.stay.extend(pending);
            done?;
        }
        Ok(())
    }

    /// Moves what is wanted of one batch, and takes it out of `pending`.
    async fn batch(
        &self,
        received: Vec<Delivery>,
        wanted: &Selection,
        progress: &mut Progress,
        stop: &mut Stop,
        bar: &Bar,
        pending: &mut BTreeMap<String, Receipt>,
    ) -> anyhow::Result<()> {
        for delivery in received {
            // What comes here while we move is what fails again; to move that as well might never end.
            let fresh = delivery.sent_at > self.start;
            let (id, receipt) = (delivery.message_id.clone(), delivery.receipt.clone());
            let letter = letter::read(self.mesh, self.manifest, Dead::received(self.source, delivery)).await?;
            if fresh || !wanted.wants(&letter) {
                continue;
            }
            if !progress.next(self.mesh, stop).await {
                return Ok(());
            }
            self.one(&letter, receipt).await?;
            pending.remove(&id);
            progress.moved.push(letter);
            bar.reach(progress.moved.len() as u64, format!("{}: moved", self.manifest.name));
        }
        Ok(())
    }

    async fn one(&self, letter: &Letter, receipt: Receipt) -> anyhow::Result<()> {
        let attributes = letter::original_attributes(self.source, &letter.attributes);
        let message = OutboundMessage { body: letter.body.clone(), attributes, ..OutboundMessage::default() };
        if let Some(entry) = self.to.send(&[message]).await?.first() {
            bail!("{} was not taken by the queue of {}: {}", letter.event_id, self.manifest.name, entry.message);
        }
        // When it cannot be removed it is in both queues; the ledger takes the two for one.
        match self.from.ack(&[receipt]).await {
            Ok(failed) => failed.into_iter().for_each(|entry| warn(letter, &entry.message)),
            Err(error) => warn(letter, &error.to_string()),
        }
        Ok(())
    }
}

fn warn(letter: &Letter, message: &str) {
    tracing::warn!(event_id = %letter.event_id, message, "A dead letter was moved, and could not be removed.");
}
