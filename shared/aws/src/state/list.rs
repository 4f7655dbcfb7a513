//! Listing documents in id order, strongly.

use std::collections::{BTreeMap, HashMap};

use mesh_core::ports::{Document, IdRange, PortError, state_limits::is_id};

use super::{
    DynamoState,
    documents::{ALIVE, partition, read},
    item::{Item, text, time},
};

impl DynamoState {
    pub(super) async fn list_documents(
        &self,
        kind: &str,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<Document>, PortError> {
        let empty = matches!((&range.from, &range.to), (Some(from), Some(to)) if from >= to);
        if limit == 0 || empty {
            return Ok(Vec::new());
        }
        let items = match one_partition(range) {
            Some((partition, from, to)) => self.list_partition(kind, partition, from, to, limit).await?,
            None => self.list_table(kind, range, limit).await?,
        };
        items.into_iter().map(|item| read(kind, item)).collect()
    }

    /// Strong Queries, page by page: what is read is what is answered.
    async fn list_partition(
        &self,
        kind: &str,
        partition: &str,
        from: &str,
        to: &str,
        limit: usize,
    ) -> Result<Vec<Item>, PortError> {
        let table = self.names.table(kind);
        let mut found: Vec<Item> = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let request = self.client.query().table_name(&table).consistent_read(true);
            let answer = request
                .key_condition_expression("#partition = :partition AND #id BETWEEN :from AND :to")
                .filter_expression(ALIVE)
                .expression_attribute_names("#partition", "partition")
                .expression_attribute_names("#id", "id")
                .expression_attribute_values(":partition", text(partition))
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(to))
                .expression_attribute_values(":now", time(self.clock.now()))
                .limit(page_size(limit - found.len()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| self.failed("Query", &table, error))?;
            // BETWEEN includes its end.
            found.extend(answer.items.unwrap_or_default().into_iter().filter(|item| id(item) < to));
            start = answer.last_evaluated_key;
            if start.is_none() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// A strong Scan that keeps the smallest ids: it reads the whole table, whatever the limit.
    async fn list_table(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Item>, PortError> {
        let table = self.names.table(kind);
        let mut filter = ALIVE.to_owned();
        let mut values = HashMap::from([(":now".to_owned(), time(self.clock.now()))]);
        for (bound, condition, name) in [(&range.from, "#id >= :from", ":from"), (&range.to, "#id < :to", ":to")] {
            if let Some(bound) = bound {
                filter = format!("{filter} AND {condition}");
                values.insert(name.to_owned(), text(bound));
            }
        }
        let names = (values.len() > 1).then(|| HashMap::from([("#id".to_owned(), "id".to_owned())]));
        let scan = self.client.scan().table_name(&table).consistent_read(true).filter_expression(filter);
        let scan = scan.set_expression_attribute_names(names).set_expression_attribute_values(Some(values));
        let mut smallest: BTreeMap<String, Item> = BTreeMap::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = scan.clone().set_exclusive_start_key(start).send().await;
            let answer = answer.map_err(|error| self.failed("Scan", &table, error))?;
            for item in answer.items.unwrap_or_default() {
                smallest.insert(id(&item).to_owned(), item);
                if smallest.len() > limit {
                    smallest.pop_last();
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(smallest.into_values().collect());
            }
        }
    }
}

/// Partition, first id and end, when every id of the range lies in one partition: those from `p/` up to `p0` at most
/// do, because `0` follows `/`.
fn one_partition(range: &IdRange) -> Option<(&str, &str, &str)> {
    let (from, to) = (range.from.as_deref()?, range.to.as_deref()?);
    let name = partition(from);
    let within = from.len() > name.len() && *to <= *format!("{name}0");
    (within && is_id(from) && is_id(to)).then_some((name, from, to))
}

/// One more than asked for, so that an end that exists does not cost a page.
fn page_size(wanted: usize) -> i32 {
    i32::try_from(wanted.saturating_add(1).min(1_000)).unwrap_or(1_000)
}

fn id(item: &Item) -> &str {
    item.get("id").and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use mesh_core::ports::IdRange;

    use super::one_partition;

    fn found(from: &str, to: &str) -> Option<String> {
        let range = IdRange { from: Some(from.to_owned()), to: Some(to.to_owned()) };
        one_partition(&range).map(|(partition, ..)| partition.to_owned())
    }

    #[test]
    fn a_range_inside_one_partition_is_seen() {
        for (from, to) in [("default/", "default0"), ("default/5", "default/7"), ("default/a/b", "default/c")] {
            assert_eq!(found(from, to).as_deref(), Some("default"), "{from} to {to}");
        }
    }

    #[test]
    fn a_wider_range_is_not() {
        for (from, to) in [("default", "default0"), ("default/", "default1"), ("a", "b"), ("/", "0"), ("", "a/")] {
            assert_eq!(found(from, to), None, "{from} to {to}");
        }
        assert_eq!(one_partition(&IdRange::default()), None);
    }
}
