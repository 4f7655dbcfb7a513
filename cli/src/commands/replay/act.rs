//! Acting on messages: each is sent where it belongs, and removed from where it lay only when that was confirmed.
//! A crash in between leaves it in both places, which its agent's ledger takes for the same event.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mesh_core::{
    Manifest, Timestamp,
    ports::{FailedEntry, OutboundMessage, Queue, Receipt},
    runner,
};

use super::{
    super::up::Stop,
    audit::{Audit, Step},
    copy,
    decide::{Action, has_moved_on, still_meant},
    entry::{Entry, Found, Origin},
    gather, inspect,
};
use crate::{mesh::Mesh, output::Bar};

/// Most messages sent at once.
const BATCH: usize = 10;

/// Something to do.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// The entry's number.
    pub(crate) number: usize,
    /// What was planned.
    pub(crate) entry: Entry,
    /// What is done.
    pub(crate) action: Action,
}

/// A task with its message in hand.
pub(crate) struct InHand {
    pub(crate) task: Task,
    pub(crate) found: Found,
    /// What is known of it now.
    pub(crate) now: Entry,
    /// Where it was received, unless it is in quarantine.
    pub(crate) from: Option<(Arc<dyn Queue>, Receipt)>,
}

/// What came of a task.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) task: Task,
    pub(crate) step: Step,
    pub(crate) note: Option<String>,
}

/// Whoever acts: at which rate, what it has done so far, and whether it was asked to stop.
#[derive(Debug)]
pub(crate) struct Hand<'a> {
    pub(crate) mesh: &'a Mesh,
    pub(crate) audit: Audit,
    pub(crate) done: Vec<Done>,
    pub(crate) stopped: bool,
    stop: Stop,
    bar: Bar,
    rate: Option<u32>,
    next: Timestamp,
}

impl<'a> Hand<'a> {
    /// One that sends at most `rate` messages a second.
    pub(crate) fn new(mesh: &'a Mesh, audit: Audit, rate: Option<u32>, bar: Bar) -> std::io::Result<Self> {
        let (stop, next, done) = (Stop::new()?, Timestamp(0), Vec::new());
        Ok(Self { mesh, audit, done, stopped: false, stop, bar, rate, next })
    }

    /// How many messages are taken up at once.
    pub(crate) fn batch(&self) -> usize {
        self.rate.map_or(BATCH, |rate| usize::try_from(rate / 2).unwrap_or(BATCH).clamp(1, BATCH))
    }

    /// Waits until `count` more may be sent; false: somebody asked to stop.
    pub(crate) async fn may_go_on(&mut self, count: usize) -> bool {
        self.sleep_until(self.next).await;
        if let Some(rate) = self.rate {
            let took = Duration::from_secs(1) * u32::try_from(count).unwrap_or(1) / rate.max(1);
            self.next = self.next.max(self.mesh.now()).plus(took);
        }
        !self.stopped
    }

    /// Waits, unless somebody asks to stop.
    pub(crate) async fn sleep_until(&mut self, at: Timestamp) {
        tokio::select! {
            biased;
            () = self.stop.asked() => self.stopped = true,
            () = self.mesh.sleep_until(at) => {}
        }
    }

    /// Ends the show.
    pub(crate) fn finish(self) -> Vec<Done> {
        self.bar.finish();
        self.done
    }

    /// Does what is to be done with quarantined messages.
    pub(crate) async fn quarantined(&mut self, manifest: &Manifest, tasks: Vec<Task>) -> anyhow::Result<()> {
        for tasks in tasks.chunks(self.batch()) {
            if !self.may_go_on(tasks.len()).await {
                return Ok(());
            }
            let mut in_hand = Vec::new();
            for task in tasks {
                match gather::kept(self.mesh, manifest, task.entry.event_id).await? {
                    Some(found) => {
                        let now = inspect::inspect(self.mesh, manifest, &found).await?;
                        in_hand.push(InHand { task: task.clone(), found, now, from: None });
                    }
                    None => self.conclude(task.clone(), Step::Missing, Some("it is not in quarantine".into()))?,
                }
            }
            self.batch_of(manifest, in_hand).await?;
        }
        Ok(())
    }

    /// Does what is to be done with these messages. Answers the receipts of those that were left alone.
    pub(crate) async fn batch_of(&mut self, manifest: &Manifest, all: Vec<InHand>) -> anyhow::Result<Vec<Receipt>> {
        let (mut stay, mut send, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for one in all {
            match self.next_step(&one) {
                Next::Send => send.push(one),
                Next::Remove => remove.push(one),
                Next::Leave(why) => {
                    stay.extend(one.from.map(|(_, receipt)| receipt));
                    self.conclude(one.task, Step::Left, Some(why))?;
                }
            }
        }
        for one in &send {
            self.note(&one.task, Step::Sending, None)?;
        }
        let failed = self.send(manifest, &send).await?;
        for (index, one) in send.into_iter().enumerate() {
            match failed.iter().find(|entry| entry.index == index) {
                Some(entry) => {
                    stay.extend(one.from.map(|(_, receipt)| receipt));
                    self.conclude(one.task, Step::Failed, Some(entry.message.clone()))?;
                }
                None => {
                    self.note(&one.task, Step::Sent, None)?;
                    remove.push(one);
                }
            }
        }
        self.remove(remove).await?;
        Ok(stay)
    }

    fn next_step(&self, one: &InHand) -> Next {
        let (planned, now) = (&one.task.entry, &one.now);
        if now.body_sha256 != planned.body_sha256 {
            return Next::Leave("its body is not what was planned".into());
        }
        match self.audit.of(one.task.number, one.task.action) {
            Some(Step::Sent | Step::Removed) => return Next::Remove,
            // Killed over it, we cannot know whether it was sent; when its agent has seen it since, it was.
            Some(Step::Sending) if one.task.action == Action::Replay && has_moved_on(planned, now) => {
                return Next::Remove;
            }
            _ => {}
        }
        if one.task.action == Action::Replay && !still_meant(planned.predicted, now.predicted) {
            return Next::Leave(format!("by now it is {}", now.predicted));
        }
        Next::Send
    }

    async fn send(&self, manifest: &Manifest, all: &[InHand]) -> anyhow::Result<Vec<FailedEntry>> {
        let mut failed = Vec::new();
        let (replayed, others): (Vec<_>, Vec<_>) =
            all.iter().enumerate().partition(|(_, one)| one.task.action == Action::Replay);
        for (_, one) in &replayed {
            // Under the id it was handled by, which is not always the one it arrives with.
            if let Some(entry) = self.mesh.state.entry(&manifest.name, one.now.event_id).await? {
                runner::start_afresh(&*self.mesh.state, &entry, self.mesh.now(), self.mesh.fresh_id()).await?;
            }
        }
        if !replayed.is_empty() {
            let messages: Vec<OutboundMessage> = replayed.iter().map(|(_, one)| as_received(&one.found)).collect();
            let refused = self.mesh.queue(manifest).await?.send(&messages).await?;
            failed.extend(refused.into_iter().map(|entry| FailedEntry { index: replayed[entry.index].0, ..entry }));
        }
        for (index, one) in others {
            let done = match one.task.action {
                Action::Redispatch => self.redispatch(one).await,
                _ => copy::publish(self.mesh, manifest, &one.found).await.map(drop),
            };
            if let Err(error) = done {
                failed.push(FailedEntry { index, code: "InternalError".into(), message: format!("{error:#}") });
            }
        }
        Ok(failed)
    }

    async fn redispatch(&self, one: &InHand) -> anyhow::Result<()> {
        let (agent, event_id) = (&one.task.entry.agent, one.task.entry.event_id);
        if let Some(entry) = self.mesh.state.entry(agent, event_id).await? {
            runner::redispatch(&self.mesh.ports(), &entry).await?;
        }
        Ok(())
    }

    /// Removes what was sent. When it cannot be removed it is in both places; the ledger takes the two for one.
    async fn remove(&mut self, all: Vec<InHand>) -> anyhow::Result<()> {
        let mut by_queue: BTreeMap<String, (Arc<dyn Queue>, Vec<Receipt>)> = BTreeMap::new();
        for (queue, receipt) in all.iter().filter_map(|one| one.from.clone()) {
            by_queue.entry(queue.name().to_owned()).or_insert((queue, Vec::new())).1.push(receipt);
        }
        let mut kept = false;
        for (queue, receipts) in by_queue.into_values() {
            let failed = match queue.ack(&receipts).await {
                Ok(failed) => failed.first().map(|entry| entry.message.clone()),
                Err(error) => Some(error.to_string()),
            };
            if let Some(message) = failed {
                kept = true;
                tracing::warn!(queue = queue.name(), message, "Dead letters were moved, and not all could be removed.");
            }
        }
        for one in all {
            let step = if one.from.is_some() && !kept { Step::Removed } else { Step::Sent };
            self.conclude(one.task, step, None)?;
        }
        Ok(())
    }

    fn note(&mut self, task: &Task, step: Step, note: Option<String>) -> anyhow::Result<()> {
        self.audit.note(self.mesh, (task.number, &task.entry), task.action, step, note)
    }

    /// Notes what came of a task in the end.
    pub(crate) fn conclude(&mut self, task: Task, step: Step, note: Option<String>) -> anyhow::Result<()> {
        // That of a quarantined message was noted when it was sent.
        if step != Step::Sent || task.entry.source != Origin::Quarantine {
            self.note(&task, step, note.clone())?;
        }
        let reached = self.done.len() + 1;
        self.bar.reach(u64::try_from(reached).unwrap_or(u64::MAX), format!("{}: {step}", task.entry.agent));
        self.done.push(Done { task, step, note });
        Ok(())
    }
}

/// What comes next for a message.
enum Next {
    Send,
    Remove,
    Leave(String),
}

fn as_received(found: &Found) -> OutboundMessage {
    let (body, attributes) = (found.body.clone(), found.attributes.clone());
    OutboundMessage { body, attributes, ..OutboundMessage::default() }
}
