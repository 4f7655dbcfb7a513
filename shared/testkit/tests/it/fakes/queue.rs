//! A queue in a list.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::FutureExt;
use mesh_core::{
    Timestamp,
    message::check_limits,
    ports::{Clock, Delivery, Depth, FailedEntry, OutboundMessage, PortError, Queue, Receipt},
};
use mesh_testkit::clock::ManualClock;

/// What a queue may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueueFlaw {
    DeletesOnReceive,
    AcksByMessage,
    NacksByMessage,
    NeverHides,
    NacksAtOnce,
    ShortensNacks,
    ShortensDelays,
    IgnoresVisibility,
    RepeatsReceipts,
    CountsOnce,
    NeverRedrives,
    RedriveRewrites,
    KnowsNoLimits,
    SendsBeforeTheLimit,
    KeepsForEver,
    NeverWaits,
    HidesDelayed,
    StopsAtStrangeReceipts,
    DropsAttributes,
    AcksNothing,
    FailsSecondAck,
    WaitsForEver,
    LimitsTooEarly,
}

#[derive(Debug, Clone)]
struct Stored {
    delivery: Delivery,
    visible_at: Timestamp,
    delayed: bool,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Stored>,
    next: u64,
    waiting: Vec<Waker>,
}

#[derive(Debug)]
pub(crate) struct MemoryQueue {
    name: String,
    clock: Arc<ManualClock>,
    redrive: Option<(Arc<Self>, u32)>,
    flaw: Option<QueueFlaw>,
    state: Mutex<State>,
}

pub(crate) const VISIBILITY: Duration = Duration::from_secs(30);
pub(crate) const RETENTION: Duration = Duration::from_secs(14 * 24 * 60 * 60);

impl MemoryQueue {
    pub(crate) fn new(
        name: &str,
        clock: &Arc<ManualClock>,
        redrive: Option<(Arc<Self>, u32)>,
        flaw: Option<QueueFlaw>,
    ) -> Arc<Self> {
        let (name, clock) = (name.to_owned(), Arc::clone(clock));
        Arc::new(Self { name, clock, redrive, flaw, state: Mutex::default() })
    }

    fn has(&self, flaw: QueueFlaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// Puts a message in, however large: what a topic delivers is larger than what was published.
    pub(crate) fn put(&self, message: &OutboundMessage) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        state.next += 1;
        let attributes =
            if self.has(QueueFlaw::DropsAttributes) { Default::default() } else { message.attributes.clone() };
        let delivery = Delivery {
            message_id: format!("{}-{}", self.name, state.next),
            receipt: Receipt(String::new()),
            body: message.body.clone(),
            attributes,
            receive_count: 0,
            sent_at: now,
        };
        let delayed = message.delay > Duration::ZERO;
        state.messages.push(Stored { delivery, visible_at: now.plus(message.delay), delayed });
        state.waiting.drain(..).for_each(Waker::wake);
    }

    fn bury(&self, mut stored: Stored) {
        stored.visible_at = self.clock.now();
        self.state.lock().unwrap().messages.push(stored);
    }

    fn take(&self, max: usize, visibility: Option<Duration>) -> Vec<Delivery> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        if !self.has(QueueFlaw::KeepsForEver) {
            state.messages.retain(|stored| stored.delivery.sent_at.plus(RETENTION) > now);
        }
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for mut stored in std::mem::take(&mut state.messages) {
            let ready = stored.visible_at <= now && taken.len() < max;
            let worn =
                |most: u32| ready && stored.delivery.receive_count >= most && !self.has(QueueFlaw::NeverRedrives);
            if let Some((dlq, _)) = self.redrive.as_ref().filter(|(_, most)| worn(*most)) {
                if self.has(QueueFlaw::RedriveRewrites) {
                    stored.delivery.sent_at = now;
                }
                dlq.bury(stored);
                continue;
            }
            if ready {
                state.next += 1;
                taken.push(self.hand_out(&mut stored, state.next, visibility));
            }
            if !(ready && self.has(QueueFlaw::DeletesOnReceive)) {
                left.push(stored);
            }
        }
        state.messages = left;
        taken
    }

    fn hand_out(&self, stored: &mut Stored, number: u64, visibility: Option<Duration>) -> Delivery {
        let given = visibility.filter(|_| !self.has(QueueFlaw::IgnoresVisibility)).unwrap_or(VISIBILITY);
        let hidden = if self.has(QueueFlaw::NeverHides) { Duration::ZERO } else { given };
        stored.visible_at = self.clock.now().plus(hidden);
        stored.delayed = false;
        if !self.has(QueueFlaw::CountsOnce) || stored.delivery.receive_count == 0 {
            stored.delivery.receive_count += 1;
        }
        let number = if self.has(QueueFlaw::RepeatsReceipts) { 0 } else { number };
        stored.delivery.receipt = Receipt(format!("{}#{number}", stored.delivery.message_id));
        stored.delivery.clone()
    }

    /// Where the holder of this receipt finds the message.
    fn held(&self, state: &State, receipt: &Receipt, by_message: bool) -> Option<usize> {
        let message = receipt.0.split('#').next().unwrap_or_default();
        state.messages.iter().position(|stored| {
            stored.delivery.receipt == *receipt || by_message && stored.delivery.message_id == message
        })
    }

    fn check(&self, message: &OutboundMessage) -> Result<(), PortError> {
        if self.has(QueueFlaw::KnowsNoLimits) {
            return Ok(());
        }
        let most = Duration::from_secs(900);
        if message.delay > most && !self.has(QueueFlaw::ShortensDelays) {
            return Err(too_long("delay", message.delay, most));
        }
        if message.body.len() > 100_000 && self.has(QueueFlaw::LimitsTooEarly) {
            return Err(too_long("body", Duration::ZERO, most));
        }
        check_limits("queue", &message.body, &message.attributes)
    }
}

fn too_long(field: &str, value: Duration, limit: Duration) -> PortError {
    let (value, limit) = (format!("{value:?}"), format!("{limit:?}"));
    PortError::Limit { port: "queue", field: field.to_owned(), value, limit }
}

#[async_trait]
impl Queue for MemoryQueue {
    fn name(&self) -> &str {
        &self.name
    }

    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Delivery>, PortError> {
        let wait = if self.has(QueueFlaw::NeverWaits) { Duration::ZERO } else { wait };
        let more = if self.has(QueueFlaw::WaitsForEver) && wait > Duration::ZERO { 1000 } else { 1 };
        let end = self.clock.now().plus(wait * more);
        let mut sleep = self.clock.sleep_until(end);
        let received = poll_fn(|context| {
            let taken = self.take(max, visibility);
            if !taken.is_empty() || self.clock.now() >= end || sleep.poll_unpin(context).is_ready() {
                return Poll::Ready(taken);
            }
            self.state.lock().unwrap().waiting.push(context.waker().clone());
            Poll::Pending
        });
        Ok(received.await)
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        if !self.has(QueueFlaw::SendsBeforeTheLimit) {
            batch.iter().try_for_each(|message| self.check(message))?;
        }
        for message in batch {
            self.check(message)?;
            self.put(message);
        }
        Ok(Vec::new())
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        let mut state = self.state.lock().unwrap();
        for receipt in receipts {
            match self.held(&state, receipt, self.has(QueueFlaw::AcksByMessage)) {
                Some(_) if self.has(QueueFlaw::AcksNothing) => {}
                None if self.has(QueueFlaw::FailsSecondAck) => {
                    return Err(PortError::NotFound { port: "queue", what: "the receipt".to_owned() });
                }
                Some(index) => drop(state.messages.remove(index)),
                None if self.has(QueueFlaw::StopsAtStrangeReceipts) => break,
                None => {}
            }
        }
        Ok(Vec::new())
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        let most = Duration::from_secs(12 * 60 * 60);
        if delay > most && !self.has(QueueFlaw::ShortensNacks) {
            return Err(too_long("visibility", delay, most));
        }
        let delay = if self.has(QueueFlaw::NacksAtOnce) { Duration::ZERO } else { delay };
        let mut state = self.state.lock().unwrap();
        if let Some(index) = self.held(&state, receipt, self.has(QueueFlaw::NacksByMessage)) {
            state.messages[index].visible_at = self.clock.now().plus(delay);
        }
        Ok(())
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        let now = self.clock.now();
        let mut depth = Depth::default();
        let state = self.state.lock().unwrap();
        for stored in state.messages.iter().filter(|stored| stored.delivery.sent_at.plus(RETENTION) > now) {
            match (stored.visible_at <= now, stored.delayed) {
                (true, _) => depth.visible += 1,
                (false, true) if self.has(QueueFlaw::HidesDelayed) => {}
                (false, true) => depth.delayed += 1,
                (false, false) => depth.in_flight += 1,
            }
        }
        Ok(depth)
    }
}
