//! The event source mapping: takes batches from a queue, runs the function, removes what it handled.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    events,
    stub::{Queue, Runtime},
};

/// What a mapping has done.
#[derive(Debug, Default)]
pub struct Mapped {
    /// Runs of the function.
    pub invocations: AtomicU64,
    /// Messages it was given, those that came again included.
    pub messages: AtomicU64,
    /// Messages it reported as failed, which come again.
    pub failed: AtomicU64,
    /// Runs that are under way.
    pub busy: AtomicU64,
}

/// Maps a queue to a function for ever.
pub async fn map(
    agent: &str,
    queue: Arc<Queue>,
    runtime: &Runtime,
    batch: usize,
    visibility: Duration,
    mapped: &Mapped,
) {
    loop {
        let messages = queue.receive(batch, Duration::from_secs(20), visibility).await;
        if messages.is_empty() {
            continue;
        }
        mapped.busy.fetch_add(1, Ordering::SeqCst);
        let invocation = runtime.invoke(&events::invocation(agent, &messages)).await;
        let failed = events::failed(&invocation.answer, &messages);
        for message in messages.iter().filter(|message| !failed.contains(&message.id)) {
            queue.delete(&message.id);
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        mapped.invocations.fetch_add(1, Ordering::SeqCst);
        mapped.messages.fetch_add(count(messages.len()), Ordering::SeqCst);
        mapped.failed.fetch_add(count(failed.len()), Ordering::SeqCst);
        mapped.busy.fetch_sub(1, Ordering::SeqCst);
    }
}
