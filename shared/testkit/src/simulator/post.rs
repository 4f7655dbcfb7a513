//! A queue that delivers as loosely as SQS and SNS may, whoever receives from it.

use std::{
    collections::BTreeMap,
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, Delivery, Depth, FailedEntry, OutboundMessage, PortError, Queue, Receipt},
};

use super::History;
use crate::{clock::ManualClock, entropy::SeededEntropy};

/// How loosely, in 1,000 messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roughness {
    /// A message reaches the queue up to ten minutes late, after others that were sent later.
    pub late: u64,
    /// A message comes twice: the topic delivered it again.
    pub twice: u64,
    /// A message is handed out to somebody else while it is in hand.
    pub shared: u64,
    /// A message comes again after it was removed.
    pub undead: u64,
}

/// One queue of a simulation, outside of all processes: what is on its way survives their deaths. It knows when there is
/// something to receive, so that nobody needs to poll.
pub struct Post {
    inner: Arc<dyn Queue>,
    visibility: Duration,
    clock: Arc<ManualClock>,
    history: Arc<History>,
    entropy: SeededEntropy,
    state: Mutex<State>,
}

struct State {
    roughness: Roughness,
    /// Whether there may be something to receive.
    full: bool,
    waiting: Vec<Waker>,
    /// When what is hidden can be received, if it is not removed before: by receipt, or by a number of its own.
    hidden: BTreeMap<String, Timestamp>,
    sent: u64,
    /// What was handed out, to be delivered once more.
    in_hand: BTreeMap<String, OutboundMessage>,
}

impl Post {
    /// The post of a queue that hides what it hands out for `visibility`.
    pub fn new(
        inner: Arc<dyn Queue>,
        visibility: Duration,
        seed: u64,
        roughness: Roughness,
        clock: &Arc<ManualClock>,
        history: &Arc<History>,
    ) -> Self {
        let state = State {
            roughness,
            full: false,
            waiting: Vec::new(),
            hidden: BTreeMap::new(),
            sent: 0,
            in_hand: BTreeMap::new(),
        };
        let (clock, history) = (Arc::clone(clock), Arc::clone(history));
        Self { inner, visibility, clock, history, entropy: SeededEntropy::new(seed), state: Mutex::new(state) }
    }

    /// From here on every message is delivered once, at once.
    pub fn heal(&self) {
        self.lock().roughness = Roughness::default();
    }

    /// Something may have come.
    pub fn ring(&self) {
        let mut state = self.lock();
        state.full = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Rings when something hidden can be received by now.
    pub fn ring_due(&self) {
        let now = self.clock.now();
        let mut state = self.lock();
        let before = state.hidden.len();
        state.hidden.retain(|_, at| *at > now);
        let rings = state.hidden.len() < before;
        drop(state);
        if rings {
            self.ring();
        }
    }

    /// When something hidden can be received next.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.lock().hidden.values().min().copied()
    }

    /// Waits until there may be something to receive.
    pub async fn work(&self) {
        poll_fn(|context| {
            let mut state = self.lock();
            if state.full {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Whether it happens, of a thousand.
    fn falls(&self, of_thousand: u64) -> bool {
        self.entropy.below(1_000) < of_thousand
    }

    /// Up to `most`, sooner rather than later.
    fn wait(&self, most: Duration) -> Duration {
        let share = self.entropy.below(1_000) * self.entropy.below(1_000) / 1_000;
        Duration::from_millis(u64::try_from(most.as_millis()).unwrap_or(0) * share / 1_000)
    }

    /// Sends a copy, as a topic or a queue does that delivers at least once.
    async fn copy(&self, message: &OutboundMessage, within: Duration) -> Result<(), PortError> {
        let delay = self.wait(within);
        self.inner.send(&[OutboundMessage { delay, ..message.clone() }]).await?;
        self.hide(delay);
        Ok(())
    }

    /// Something that was sent can be received after `delay`.
    fn hide(&self, delay: Duration) {
        if delay.is_zero() {
            return self.ring();
        }
        let at = self.clock.now().plus(delay);
        let mut state = self.lock();
        state.sent += 1;
        let key = format!("sent {}", state.sent);
        state.hidden.insert(key, at);
    }

    /// Hands out a message, or says that it comes late.
    async fn hand_out(&self, delivery: Delivery, roughness: Roughness) -> Result<Option<Delivery>, PortError> {
        let (id, body) = (short(&delivery.message_id), delivery.body.clone());
        let message = OutboundMessage { body, attributes: delivery.attributes.clone(), ..OutboundMessage::default() };
        if delivery.receive_count == 1 && self.falls(roughness.late) {
            let delay = self.wait(Duration::from_secs(600)) + Duration::from_millis(1);
            self.history.fault("delivered late", format!("!! {} gets {id} {} s late", self.name(), delay.as_secs()));
            Queue::nack(self, &delivery.receipt, delay).await?;
            return Ok(None);
        }
        if delivery.receive_count == 1 && self.falls(roughness.twice) {
            self.history.fault("delivered twice", format!("!! {} gets {id} twice", self.name()));
            self.copy(&message, Duration::from_secs(300)).await?;
        }
        let shared = self.falls(roughness.shared);
        let hidden_for = if shared { self.wait(Duration::from_secs(5)) } else { self.visibility };
        if shared {
            self.history.fault("handed out twice", format!("!! {} hands {id} out twice", self.name()));
            self.inner.nack(&delivery.receipt, hidden_for).await?;
        }
        let at = self.clock.now().plus(hidden_for);
        let mut state = self.lock();
        state.hidden.insert(delivery.receipt.0.clone(), at);
        state.in_hand.insert(delivery.receipt.0.clone(), message);
        Ok(Some(delivery))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

#[async_trait]
impl Queue for Post {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn receive(&self, max: usize, _: Duration, visibility: Option<Duration>) -> Result<Vec<Delivery>, PortError> {
        let roughness = self.lock().roughness;
        let received = self.inner.receive(max, Duration::ZERO, visibility).await?;
        if received.len() < max {
            self.lock().full = false;
        }
        let mut deliveries = Vec::with_capacity(received.len());
        for delivery in received {
            deliveries.extend(self.hand_out(delivery, roughness).await?);
        }
        Ok(deliveries)
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        let failed = self.inner.send(batch).await?;
        batch.iter().for_each(|message| self.hide(message.delay));
        Ok(failed)
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        let failed = self.inner.ack(receipts).await?;
        for (index, receipt) in receipts.iter().enumerate() {
            if failed.iter().any(|entry| entry.index == index) {
                continue;
            }
            let (message, roughness) = {
                let mut state = self.lock();
                state.hidden.remove(&receipt.0);
                (state.in_hand.remove(&receipt.0), state.roughness)
            };
            if let Some(message) = message.filter(|_| self.falls(roughness.undead)) {
                self.history.fault("delivered after its removal", format!("!! {} forgets a removal", self.name()));
                self.copy(&message, Duration::from_secs(900)).await?;
            }
        }
        Ok(failed)
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        self.inner.nack(receipt, delay).await?;
        self.lock().hidden.remove(&receipt.0);
        if delay.is_zero() {
            self.ring();
        } else {
            self.lock().hidden.insert(receipt.0.clone(), self.clock.now().plus(delay));
        }
        Ok(())
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        self.inner.depth().await
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Post({})", self.name())
    }
}
