//! Taking the messages that are meant out of a queue for dead letters, and showing again those that stay.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mesh_core::{
    Manifest, Timestamp,
    ports::{Delivery, Queue, Receipt},
};

use super::{
    act::{Hand, InHand, Task},
    audit::Step,
    decide::{Action, Mode, decide},
    entry::{Entry, Found},
    gather::{self, MOST},
    inspect,
    select::Selection,
};
use crate::mesh::{Dead, Mesh, Source};

/// Letters received at once.
const BATCH: usize = 10;
/// How long a received letter stays hidden from others, should we be killed; those that stay are shown at the end.
/// A batch takes ten seconds at the lowest rate.
const HIDDEN: Duration = Duration::from_secs(60);
/// How long one receive waits where a queue answers from only some of its servers unless it is asked to wait.
const WAIT: Duration = Duration::from_secs(2);
/// How often it is looked whether others still hide letters.
const LOOK: Duration = Duration::from_millis(500);
/// Batches without anything new after which there is nothing new.
const STALE: usize = 3;

/// Which letters are meant.
#[derive(Debug)]
pub(crate) enum Meant<'a> {
    /// These, by the queue's ids of them.
    Listed(BTreeMap<String, Task>),
    /// All of which this is true and that were there before, unless nothing good would come of it.
    Like(&'a Selection, Timestamp),
}

/// A pass over one queue.
struct Pass<'a, 'm> {
    hand: &'a mut Hand<'m>,
    manifest: &'a Manifest,
    source: Source,
    from: Arc<dyn Queue>,
    /// Received letters that stay, by the queue's id; each with its latest receipt.
    stay: BTreeMap<String, Receipt>,
}

/// Acts on the letters of one queue that are meant. What was done before a failure is in `hand`.
pub(crate) async fn act(
    hand: &mut Hand<'_>,
    manifest: &Manifest,
    source: Source,
    meant: &mut Meant<'_>,
) -> anyhow::Result<()> {
    let Some(from) = hand.mesh.dead(manifest, source).await? else { return Ok(()) };
    let mut pass = Pass { hand, manifest, source, from, stay: BTreeMap::new() };
    let done = pass.all(meant).await;
    for receipt in pass.stay.values() {
        pass.from.nack(receipt, Duration::ZERO).await?;
    }
    done?;
    if let (Meant::Listed(left), false) = (meant, hand.stopped) {
        for task in std::mem::take(left).into_values() {
            // What was sent before and is not there any more is as it should be.
            let sent = hand.audit.of(task.number, task.action).is_some_and(Step::is_sent);
            let step = if sent { Step::Removed } else { Step::Missing };
            let note = "somebody moved or removed it, or hides it for a moment by looking";
            hand.conclude(task, step, (!sent).then(|| note.to_owned()))?;
        }
    }
    Ok(())
}

impl Pass<'_, '_> {
    async fn all(&mut self, meant: &mut Meant<'_>) -> anyhow::Result<()> {
        let wait = if self.hand.mesh.looks_are_receives() { WAIT } else { Duration::ZERO };
        let patience = self.hand.mesh.now().plus(HIDDEN + WAIT);
        let (mut stale, mut seen) = (0, 0);
        while seen < MOST && stale < STALE && !self.hand.stopped && !meant.is_empty() {
            let received = self.from.receive(BATCH, wait, Some(HIDDEN)).await?;
            if received.is_empty() {
                if meant.is_listed() && self.others_hide_some(patience).await? {
                    self.hand.sleep_until(self.hand.mesh.now().plus(LOOK)).await;
                    continue;
                }
                break;
            }
            let known = received.iter().filter(|one| self.stay.contains_key(&one.message_id)).count();
            stale = if known == received.len() { stale + 1 } else { 0 };
            seen += received.len() - known;
            self.stay.extend(received.iter().map(|one| (one.message_id.clone(), one.receipt.clone())));
            self.batch(received, meant).await?;
        }
        Ok(())
    }

    /// Acts on what is meant of one batch, and takes what is done out of `stay`.
    async fn batch(&mut self, received: Vec<Delivery>, meant: &mut Meant<'_>) -> anyhow::Result<()> {
        let mut found = Vec::new();
        for delivery in received.into_iter().filter(|one| meant.may_be(one)) {
            let receipt = delivery.receipt.clone();
            found.push((gather::letter(Dead::received(self.source, delivery)), receipt));
        }
        let (found, receipts): (Vec<Found>, Vec<Receipt>) = found.into_iter().unzip();
        let entries = inspect::all(self.hand.mesh, self.manifest, &found).await?;
        let mut in_hand = Vec::new();
        for ((found, receipt), now) in found.into_iter().zip(receipts).zip(entries) {
            match meant.take(&now, self.hand.done.len() + in_hand.len() + 1) {
                Some((task, None)) => {
                    in_hand.push(InHand { task, found, now, from: Some((Arc::clone(&self.from), receipt)) });
                }
                Some((task, Some(why))) => self.leave(task, why)?,
                None => {}
            }
        }
        while !in_hand.is_empty() {
            let rest = in_hand.split_off(self.hand.batch().min(in_hand.len()));
            if !self.hand.may_go_on(in_hand.len()).await {
                return Ok(());
            }
            let ids: Vec<String> = in_hand.iter().filter_map(|one| one.found.message_id.clone()).collect();
            let stay = self.hand.batch_of(self.manifest, in_hand).await?;
            for id in ids {
                if self.stay.get(&id).is_some_and(|receipt| !stay.contains(receipt)) {
                    self.stay.remove(&id);
                }
            }
            in_hand = rest;
        }
        Ok(())
    }
}

impl Pass<'_, '_> {
    /// Whether letters are hidden by others until `patience` is over, such as by a run of ours that was killed.
    async fn others_hide_some(&self, patience: Timestamp) -> anyhow::Result<bool> {
        let ours = u64::try_from(self.stay.len()).unwrap_or(u64::MAX);
        Ok(self.hand.mesh.now() < patience && self.from.depth().await?.in_flight > ours)
    }

    /// Leaves a letter alone; it may be received more than once.
    fn leave(&mut self, task: Task, why: &str) -> anyhow::Result<()> {
        let id = &task.entry.message_id;
        if self.hand.done.iter().any(|done| done.task.entry.message_id == *id) {
            return Ok(());
        }
        self.hand.conclude(task, Step::Left, Some(why.to_owned()))
    }
}

impl Meant<'_> {
    fn is_listed(&self) -> bool {
        matches!(self, Self::Listed(_))
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Listed(tasks) if tasks.is_empty())
    }

    /// Whether a letter may be meant, by what its queue says of it.
    fn may_be(&self, delivery: &Delivery) -> bool {
        match self {
            Self::Listed(tasks) => tasks.contains_key(&delivery.message_id),
            // What comes here while we act is what fails again; to move that as well might never end.
            Self::Like(_, start) => delivery.sent_at <= *start,
        }
    }

    /// The task of a letter, if it is meant, once; and why it is left alone, if it is.
    fn take(&mut self, now: &Entry, number: usize) -> Option<(Task, Option<&'static str>)> {
        match self {
            Self::Listed(tasks) => Some((tasks.remove(now.message_id.as_deref()?)?, None)),
            Self::Like(selection, _) => {
                let decided = decide(now, Mode::Replay, false);
                let task = Task { number, entry: now.clone(), action: decided.unwrap_or(Action::Replay) };
                selection.wants(now).then(|| (task, decided.err()))
            }
        }
    }
}

/// How much lies in the queues for dead letters of these agents.
pub(crate) async fn depth(mesh: &Mesh, agents: &[&Manifest]) -> anyhow::Result<mesh_core::ports::Depth> {
    let mut sum = mesh_core::ports::Depth::default();
    for manifest in agents {
        for source in mesh.sources() {
            let Some(queue) = mesh.dead(manifest, *source).await? else { continue };
            let depth = queue.depth().await?;
            sum.visible += depth.visible;
            sum.in_flight += depth.in_flight;
            sum.delayed += depth.delayed;
        }
    }
    Ok(sum)
}
