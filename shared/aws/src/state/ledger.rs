//! Reading the ledger: one entry, what is due, and what belongs to a run. The indexes only name candidates, because
//! they lag; what counts is a strong read of the entries.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::KeysAndAttributes};
use mesh_core::{
    Timestamp,
    ports::{LedgerEntry, OutboxEntry, PortError},
};
use uuid::Uuid;

use super::{
    DynamoState, PORT,
    entry::{self, Entry},
    item::{Item, Reader, text, time},
    outbox::Kept,
};

/// Most keys of one BatchGetItem.
const BATCH: usize = 100;
/// How often what a BatchGetItem left out (16 MiB an answer, throttles) is asked for again.
const BATCH_ROUNDS: u32 = 20;

type Due = Vec<(Uuid, Vec<OutboxEntry>)>;

impl DynamoState {
    /// One strong GetItem.
    pub(super) async fn read_entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        let table = self.names.ledger(agent);
        let request = self.client.get_item().table_name(&table).consistent_read(true);
        let answer = request.set_key(Some(entry::key(event_id))).send().await;
        let answer = answer.map_err(|error| self.failed("GetItem", &table, error))?;
        let entry = answer.item.map(entry::read).transpose()?;
        let now = self.clock.now();
        Ok(entry.filter(|entry| !entry.is_over(now)).map(|entry| entry.into_ledger(agent)))
    }

    /// The entries of a run at one agent, first begun first. For people: it finds what the index knows by then.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn entries_of_run(&self, agent: &str, correlation_id: Uuid) -> Result<Vec<LedgerEntry>, PortError> {
        let table = self.names.ledger(agent);
        let request = self.client.query().table_name(&table).index_name("by-run");
        let request = request
            .key_condition_expression("correlation_id = :run")
            .expression_attribute_values(":run", text(correlation_id));
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let (keys, next) = self.candidates(&request, &table, start).await?;
            found.extend(self.read_entries(&table, &keys).await?);
            start = next;
            if start.is_none() {
                break;
            }
        }
        let now = self.clock.now();
        found.retain(|entry| !entry.is_over(now));
        found.sort_by_key(|entry| (entry.begun_at, entry.event_id));
        Ok(found.into_iter().map(|entry| entry.into_ledger(agent)).collect())
    }

    /// Candidates come by due time, page by page, until enough of them turn out to be due.
    pub(super) async fn due_entries(&self, agent: &str, older_than: Duration, limit: usize) -> Result<Due, PortError> {
        let now = self.clock.now();
        let committed = now.minus(older_than);
        let table = self.names.ledger(agent);
        let request = self.client.query().table_name(&table).index_name("due").limit(page_size(limit));
        let request = request
            .key_condition_expression("pending = :agent AND due_at <= :now")
            .expression_attribute_values(":agent", text(agent))
            .expression_attribute_values(":now", time(now));
        let mut ready: Vec<(Timestamp, Uuid, Vec<OutboxEntry>)> = Vec::new();
        let mut start = None;
        while ready.len() < limit {
            let (keys, next) = self.candidates(&request, &table, start).await?;
            let entries = self.read_entries(&table, &keys).await?;
            ready.extend(entries.into_iter().filter_map(|entry| due_of(entry, committed, now)));
            start = next;
            if start.is_none() {
                break;
            }
        }
        ready.sort_by_key(|(oldest, event_id, _)| (*oldest, *event_id));
        ready.truncate(limit);
        Ok(ready.into_iter().map(|(_, event_id, entries)| (event_id, entries)).collect())
    }

    /// One page of an index: the events it names, and where to go on.
    async fn candidates(
        &self,
        request: &QueryFluentBuilder,
        table: &str,
        start: Option<Item>,
    ) -> Result<(Vec<Uuid>, Option<Item>), PortError> {
        let answer = request.clone().set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| self.failed("Query", table, error))?;
        let items = answer.items.unwrap_or_default().into_iter();
        let keys = items.map(|item| Reader::new("key of an index", item, "event_id").uuid("event_id"));
        Ok((keys.collect::<Result<_, _>>()?, answer.last_evaluated_key))
    }

    /// Strong BatchGetItems; what is gone is left out. In no order.
    async fn read_entries(&self, table: &str, events: &[Uuid]) -> Result<Vec<Entry>, PortError> {
        let mut entries = Vec::with_capacity(events.len());
        for batch in events.chunks(BATCH) {
            let mut keys: Vec<Item> = batch.iter().map(|event_id| entry::key(*event_id)).collect();
            for _ in 0..BATCH_ROUNDS {
                if keys.is_empty() {
                    break;
                }
                let (items, left) = self.batch(table, keys).await?;
                entries.extend(items.into_iter().map(entry::read).collect::<Result<Vec<_>, _>>()?);
                keys = left;
            }
            if !keys.is_empty() {
                let message = format!("BatchGetItem on {table}: {} keys are left", keys.len());
                return Err(PortError::Throttled { port: PORT, message });
            }
        }
        Ok(entries)
    }

    async fn batch(&self, table: &str, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), PortError> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let wanted = wanted.map_err(|error| PortError::unavailable(PORT, "a BatchGetItem is incomplete", error))?;
        let answer = self.client.batch_get_item().request_items(table, wanted).send().await;
        let answer = answer.map_err(|error| self.failed("BatchGetItem", table, error))?;
        let of_table = |left: HashMap<String, KeysAndAttributes>| left.into_values().flat_map(|left| left.keys);
        let items = answer.responses.into_iter().flat_map(HashMap::into_values).flatten().collect();
        Ok((items, answer.unprocessed_keys.into_iter().flat_map(of_table).collect()))
    }
}

/// What of an entry is due, with the time of the oldest.
fn due_of(entry: Entry, committed: Timestamp, now: Timestamp) -> Option<(Timestamp, Uuid, Vec<OutboxEntry>)> {
    let ready: Vec<Kept> = entry.outbox.into_iter().filter(|kept| kept.is_ready(committed, now)).collect();
    let oldest = ready.iter().map(Kept::ready_at).min()?;
    Some((oldest, entry.event_id, ready.into_iter().map(|kept| kept.entry).collect()))
}

/// A page of candidates is one BatchGetItem.
fn page_size(limit: usize) -> i32 {
    i32::try_from(limit.clamp(1, BATCH)).unwrap_or(1)
}
