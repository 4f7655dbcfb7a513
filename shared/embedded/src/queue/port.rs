//! The port, and waiting for messages.

use std::{pin::pin, time::Duration};

use async_trait::async_trait;
use futures_util::future;
use mesh_core::{
    Timestamp,
    ports::{Delivery, Depth, FailedEntry, OutboundMessage, PortError, Queue, Receipt},
};

use super::{
    EmbeddedQueue, MAX_BATCH, MAX_VISIBILITY, MAX_WAIT, PORT, at_most, expired, limit,
    receive::{Reception, Request, receive},
    send, settings, settle,
};
use crate::db::{Scope, Step};
use crate::error::Fault;

#[async_trait]
impl Queue for EmbeddedQueue {
    fn name(&self) -> &str {
        &self.name
    }

    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Delivery>, PortError> {
        if max == 0 || max > MAX_BATCH {
            return Err(limit("max", max.to_string(), format!("1 to {MAX_BATCH}")));
        }
        at_most("wait", wait, MAX_WAIT)?;
        at_most("visibility", visibility.unwrap_or_default(), MAX_VISIBILITY)?;
        let first = self.take(max, visibility).await?;
        if !first.deliveries.is_empty() || wait.is_zero() {
            return Ok(first.deliveries);
        }
        self.wait(max, wait, visibility).await
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        let prepared = send::prepare(batch, &*self.store.core.entropy)?;
        let name = self.name.clone();
        self.store.core.db.write(PORT, move |scope| send::send(scope, &name, &prepared)).await?;
        Ok(Vec::new())
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        let (name, receipts) = (self.name.clone(), receipts.to_vec());
        self.store.core.db.write(PORT, move |scope| settle::ack(scope, &name, &receipts)).await
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        at_most("delay", delay, MAX_VISIBILITY)?;
        let (name, receipt) = (self.name.clone(), receipt.clone());
        self.store.core.db.write(PORT, move |scope| settle::nack(scope, &name, &receipt, delay)).await
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        let name = self.name.clone();
        self.store.core.db.read(PORT, move |scope| depth(scope, &name)).await
    }
}

impl EmbeddedQueue {
    /// One attempt to receive.
    async fn take(&self, max: usize, visibility: Option<Duration>) -> Result<Reception, PortError> {
        let request = Request {
            queue: self.name.clone(),
            max,
            visibility,
            owner: self.store.owner,
            nonce: self.store.core.entropy.bits(),
        };
        let reception = self.store.core.db.write(PORT, move |scope| receive(scope, &request).map(Step::Keep)).await?;
        self.id.get_or_init(|| reception.queue);
        Ok(reception)
    }

    /// Attempts again whenever something may have come: a send here, a write of another process, a time-out's end.
    async fn wait(&self, max: usize, wait: Duration, visibility: Option<Duration>) -> Result<Vec<Delivery>, PortError> {
        let core = &self.store.core;
        let deadline = core.clock.now().plus(wait);
        let bell = core.waiters.bell(self.id.get().copied().unwrap_or_default());
        let (_waiting, first) = core.waiters.enter();
        if first {
            core.db.nudge();
        }
        loop {
            // Listening begins before the look, so that nothing falls between the two.
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            let reception = self.take(max, visibility).await?;
            if !reception.deliveries.is_empty() || core.clock.now() >= deadline {
                return Ok(reception.deliveries);
            }
            let next = reception.next.map_or(deadline, |at: Timestamp| at.min(deadline));
            future::select(rung, core.clock.sleep_until(next)).await;
        }
    }
}

fn depth(scope: &Scope<'_>, name: &str) -> Result<Depth, Fault> {
    let queue = settings(scope, name)?;
    let mut statement = scope.sql(include_str!("../../queries/queue/depth.sql"))?;
    let counts = statement.query_row((queue.id, scope.now.0, expired(scope.now)), |row| {
        Ok([row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?])
    })?;
    let [visible, in_flight, delayed] = counts.map(|count| u64::try_from(count).unwrap_or(0));
    Ok(Depth { visible, in_flight, delayed })
}
