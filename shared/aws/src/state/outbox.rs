//! The outbox inside a ledger entry: what is to be sent, when, and what was.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{
    Timestamp,
    message::Message,
    ports::{OutboxEntry, PortError},
};

use super::item::{Item, Reader, number, text, time};

/// An outbox entry with the time of its commit.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) entry: OutboxEntry,
    pub(super) since: Timestamp,
}

impl Kept {
    /// Its due time, or that of its commit.
    pub(super) fn ready_at(&self) -> Timestamp {
        self.entry.due.unwrap_or(self.since)
    }

    /// Whether it is undispatched, and was committed by then or is due by now.
    pub(super) fn is_ready(&self, committed: Timestamp, now: Timestamp) -> bool {
        !self.entry.dispatched && self.entry.due.map_or(self.since <= committed, |due| due <= now)
    }
}

/// What an event's outbox holds after `added` is committed at `now`. Of an earlier suspension only undispatched notices
/// stay (`left`); where an index is used again, they get others.
pub(super) fn merge(mut left: Vec<Kept>, added: &[OutboxEntry], now: Timestamp) -> Vec<Kept> {
    let taken: BTreeSet<u32> = added.iter().map(|entry| entry.index).collect();
    if left.iter().any(|kept| taken.contains(&kept.entry.index)) {
        let indices = left.iter().map(|kept| kept.entry.index).chain(taken);
        let shift = indices.max().unwrap_or(0).saturating_add(1);
        for kept in &mut left {
            kept.entry.index = kept.entry.index.saturating_add(shift);
        }
    }
    left.extend(added.iter().map(|entry| Kept { entry: entry.clone(), since: now }));
    left.sort_by_key(|kept| kept.entry.index);
    left
}

/// The indices that are not dispatched, as the attribute `waiting`; `None` when there are none.
pub(super) fn waiting(outbox: &[Kept]) -> Option<AttributeValue> {
    let waiting: Vec<String> =
        outbox.iter().filter(|kept| !kept.entry.dispatched).map(|kept| kept.entry.index.to_string()).collect();
    (!waiting.is_empty()).then_some(AttributeValue::Ns(waiting))
}

/// The attribute `outbox`. What is dispatched is not in it: `waiting` says it.
pub(super) fn attribute(outbox: Vec<Kept>) -> AttributeValue {
    AttributeValue::L(outbox.into_iter().map(|kept| AttributeValue::M(encode(kept))).collect())
}

fn encode(Kept { entry, since }: Kept) -> Item {
    let OutboxEntry { index, message, due, .. } = entry;
    let attributes = message.attributes.into_iter().map(|(name, value)| (name, text(value)));
    let mut item = HashMap::from([
        ("index".to_owned(), number(index)),
        ("since".to_owned(), time(since)),
        ("channel".to_owned(), text(message.channel)),
        ("subject".to_owned(), text(message.subject)),
        ("attributes".to_owned(), AttributeValue::M(attributes.collect())),
        ("body".to_owned(), text(message.body)),
    ]);
    if let Some(due) = due {
        item.insert("due".to_owned(), time(due));
    }
    item
}

/// The outbox of an entry.
pub(super) fn read(reader: &mut Reader) -> Result<Vec<Kept>, PortError> {
    let waiting = match reader.value("waiting") {
        None => BTreeSet::new(),
        Some(AttributeValue::Ns(indices)) => indices.iter().filter_map(|index| index.parse().ok()).collect(),
        Some(_) => return Err(reader.corrupt("waiting")),
    };
    let kept = match reader.value("outbox") {
        None => Some(Vec::new()),
        Some(AttributeValue::L(entries)) => entries.into_iter().map(|entry| decode(entry, &waiting)).collect(),
        Some(_) => None,
    };
    kept.ok_or_else(|| reader.corrupt("outbox"))
}

fn decode(value: AttributeValue, waiting: &BTreeSet<u32>) -> Option<Kept> {
    let AttributeValue::M(item) = value else { return None };
    let mut reader = Reader::new("outbox entry", item, "index");
    let index = reader.number("index").ok()?;
    let Some(AttributeValue::M(attributes)) = reader.value("attributes") else { return None };
    let attributes = attributes.into_iter().map(|(name, value)| match value {
        AttributeValue::S(value) => Some((name, value)),
        _ => None,
    });
    let message = Message {
        channel: reader.text("channel").ok()?,
        subject: reader.text("subject").ok()?,
        attributes: attributes.collect::<Option<_>>()?,
        body: reader.text("body").ok()?,
    };
    let due = reader.maybe_number("due").ok()?.map(Timestamp);
    let since = reader.time("since").ok()?;
    Some(Kept { entry: OutboxEntry { index, message, due, dispatched: !waiting.contains(&index) }, since })
}

#[cfg(test)]
mod tests {
    use mesh_core::{Timestamp, message::Message, ports::OutboxEntry};

    use super::{Kept, merge};

    fn entry(index: u32) -> OutboxEntry {
        let message = Message {
            channel: "/a".to_owned(),
            subject: String::new(),
            attributes: [].into(),
            body: index.to_string(),
        };
        OutboxEntry { index, message, due: None, dispatched: false }
    }

    fn merged(left: &[u32], added: &[u32]) -> Vec<(u32, String)> {
        let left = left.iter().map(|index| Kept { entry: entry(*index), since: Timestamp(1) }).collect();
        let added: Vec<_> = added.iter().map(|index| entry(*index)).collect();
        let all = merge(left, &added, Timestamp(2)).into_iter();
        all.map(|kept| (kept.entry.index, kept.entry.message.body)).collect()
    }

    fn pairs(expected: &[(u32, &str)]) -> Vec<(u32, String)> {
        expected.iter().map(|(index, body)| (*index, (*body).to_owned())).collect()
    }

    #[test]
    fn a_notice_stays_beside_an_outcome() {
        assert_eq!(merged(&[100], &[0, 1]), pairs(&[(0, "0"), (1, "1"), (100, "100")]));
    }

    #[test]
    fn a_used_index_moves_the_notice() {
        assert_eq!(merged(&[1, 2], &[2, 5]), pairs(&[(2, "2"), (5, "5"), (7, "1"), (8, "2")]));
    }
}
