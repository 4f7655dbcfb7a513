//! A queue with visibility time-outs, as far as a happy path and its retries need one.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

/// One message, wherever it is.
#[derive(Debug, Clone)]
pub struct Message {
    /// Message id; also its receipt, because nobody here holds an old one.
    pub id: String,
    /// Body.
    pub body: String,
    /// Message attributes, text only.
    pub attributes: BTreeMap<String, String>,
    /// How often it was handed out.
    pub receives: u32,
}

/// A queue.
#[derive(Debug)]
pub struct Queue {
    name: String,
    held: Mutex<Held>,
    changed: Notify,
    deleted: AtomicU64,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    /// By when it may be handed out, then in order of arrival.
    messages: BTreeMap<(Instant, u64), Message>,
    /// Where a message is.
    places: BTreeMap<String, (Instant, u64)>,
}

impl Queue {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), held: Mutex::default(), changed: Notify::new(), deleted: AtomicU64::new(0) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many messages were removed because they were done with.
    #[must_use]
    pub fn deleted(&self) -> u64 {
        self.deleted.load(Ordering::SeqCst)
    }

    /// How many it holds, hidden or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.lock().unwrap().messages.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a message; answers its id.
    pub fn send(&self, body: String, attributes: BTreeMap<String, String>) -> String {
        let id = Uuid::new_v4().to_string();
        let mut held = self.held.lock().unwrap();
        held.put(Message { id: id.clone(), body, attributes, receives: 0 }, Instant::now());
        self.changed.notify_one();
        id
    }

    /// Takes up to `max` visible messages and hides them; waits for a first one.
    pub async fn receive(&self, max: usize, wait: Duration, visibility: Duration) -> Vec<Message> {
        let until = Instant::now() + wait;
        loop {
            let changed = self.changed.notified();
            let (taken, next) = self.held.lock().unwrap().take(max, visibility);
            if !taken.is_empty() || Instant::now() >= until {
                return taken;
            }
            let wake = next.map_or(until, |next| next.min(until));
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(wake) => {}
            }
        }
    }

    /// Removes a message that is done with.
    pub fn delete(&self, id: &str) -> bool {
        let mut held = self.held.lock().unwrap();
        let found = held.places.remove(id).is_some_and(|place| held.messages.remove(&place).is_some());
        self.deleted.fetch_add(u64::from(found), Ordering::SeqCst);
        found
    }

    /// Hides a message from now on for this long.
    pub fn hide(&self, id: &str, time: Duration) {
        let mut held = self.held.lock().unwrap();
        if let Some(message) = held.places.remove(id).and_then(|place| held.messages.remove(&place)) {
            held.put(message, Instant::now() + time);
            self.changed.notify_one();
        }
    }
}

impl Held {
    fn put(&mut self, message: Message, visible: Instant) {
        self.next += 1;
        let place = (visible, self.next);
        self.places.insert(message.id.clone(), place);
        self.messages.insert(place, message);
    }

    /// The messages taken, and when the next one becomes visible.
    fn take(&mut self, max: usize, visibility: Duration) -> (Vec<Message>, Option<Instant>) {
        let now = Instant::now();
        let visible: Vec<_> = self.messages.keys().take_while(|(at, _)| *at <= now).take(max).copied().collect();
        let mut taken = Vec::with_capacity(visible.len());
        for place in visible {
            if let Some(mut message) = self.messages.remove(&place) {
                message.receives += 1;
                self.put(message.clone(), now + visibility);
                taken.push(message);
            }
        }
        (taken, self.messages.keys().next().map(|(at, _)| *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;
    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_message_comes_again_when_it_was_hidden_long_enough_and_not_before() {
        let queue = Queue::new("one");
        let id = queue.send("body".into(), BTreeMap::new());
        assert_eq!(queue.receive(10, NOW, MINUTE).await.len(), 1);
        assert_eq!(queue.receive(10, NOW, MINUTE).await.len(), 0);
        queue.hide(&id, Duration::from_secs(2));
        assert_eq!(queue.receive(10, Duration::from_millis(20), MINUTE).await.len(), 0);
        let again = queue.receive(10, MINUTE, MINUTE).await;
        assert_eq!(again.first().map(|message| message.receives), Some(2));
        assert!(queue.delete(&id) && !queue.delete(&id));
        assert_eq!((queue.deleted(), queue.len()), (1, 0));
    }
}
