//! One agent's loop: receive what there is room for, process, settle.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use mesh_core::{
    Fate, Runner,
    ports::{Delivery, PortError, Queue, Receipt},
};
use tokio::sync::watch;

/// Pause after a failed receive.
const PAUSE: Duration = Duration::from_millis(500);
/// Most messages of one receive.
const BATCH: usize = 10;

/// An agent with its queue.
#[derive(Debug, Clone)]
pub struct Worker {
    /// What carries its messages.
    pub runner: Arc<Runner>,
    /// Where they come from.
    pub queue: Arc<dyn Queue>,
    /// How many at once.
    pub concurrency: usize,
    /// How long one receive waits for a first message (at most 20 s); a stop is noticed after that.
    pub wait: Duration,
}

type Receiving = Pin<Box<dyn Future<Output = Result<Vec<Delivery>, PortError>> + Send>>;

/// Works until `stopped` says so and all that was received is settled.
pub async fn work(worker: Worker, mut stopped: watch::Receiver<bool>) {
    let mut in_flight = FuturesUnordered::new();
    // A receive is never dropped half-way: what it took would stay hidden.
    let mut receiving: Option<Receiving> = None;
    loop {
        let stopping = *stopped.borrow();
        let room = worker.concurrency.saturating_sub(in_flight.len());
        if receiving.is_none() && room > 0 && !stopping {
            receiving = Some(receive(&worker, room.min(BATCH)));
        }
        if receiving.is_none() && in_flight.is_empty() {
            return;
        }
        tokio::select! {
            biased;
            Some(first) = in_flight.next() => {
                let mut settled = vec![first];
                while let Some(Some(next)) = in_flight.next().now_or_never() {
                    settled.push(next);
                }
                settle(&worker, settled).await;
            }
            received = receive_done(&mut receiving) => {
                receiving = None;
                match received {
                    Ok(deliveries) => in_flight.extend(deliveries.into_iter().map(|one| process(&worker, one))),
                    Err(error) => {
                        tracing::warn!(queue = worker.queue.name(), %error, "Nothing could be received.");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
            _ = stopped.changed(), if !stopping => {}
        }
    }
}

fn receive(worker: &Worker, room: usize) -> Receiving {
    let (queue, wait) = (Arc::clone(&worker.queue), worker.wait);
    Box::pin(async move { queue.receive(room, wait, None).await })
}

async fn receive_done(receiving: &mut Option<Receiving>) -> Result<Vec<Delivery>, PortError> {
    match receiving {
        Some(receiving) => receiving.await,
        None => std::future::pending().await,
    }
}

async fn process(worker: &Worker, delivery: Delivery) -> (Receipt, Fate) {
    let fate = worker.runner.process(&delivery, None).await;
    (delivery.receipt, fate)
}

/// Removes what is done with, hides what comes again. What cannot be settled comes again, and is known then.
async fn settle(worker: &Worker, settled: Vec<(Receipt, Fate)>) {
    let mut done = Vec::with_capacity(settled.len());
    for (receipt, fate) in settled {
        match fate {
            Fate::Ack(_) => done.push(receipt),
            Fate::Retry { after, .. } => {
                if let Err(error) = worker.queue.nack(&receipt, after).await {
                    tracing::warn!(queue = worker.queue.name(), %error, "A message could not be hidden.");
                }
            }
        }
    }
    for batch in done.chunks(BATCH) {
        if let Err(error) = worker.queue.ack(batch).await {
            tracing::warn!(queue = worker.queue.name(), %error, "Messages could not be removed; they come again.");
        }
    }
}
