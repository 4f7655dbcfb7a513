//! Documents as items, and reading one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{
    Timestamp,
    ports::{DocKey, Document, PortError, state_limits::is_id},
};

use super::{
    DynamoState,
    item::{EXPIRES_AT, EXPIRES_MS, Item, Reader, number, seconds, text, time},
    value,
};

/// Holds for what is not past its time. Needs `:now`.
pub(super) const ALIVE: &str = "(attribute_not_exists(expires_ms) OR expires_ms > :now)";

/// The partition of an id: up to its first `/`, or all of it. What is listed together lies together. (No key is empty.)
pub(super) fn partition(id: &str) -> &str {
    id.split_once('/').map(|(partition, _)| partition).filter(|partition| !partition.is_empty()).unwrap_or(id)
}

/// The primary key.
pub(super) fn key(id: &str) -> Item {
    HashMap::from([("partition".to_owned(), text(partition(id))), ("id".to_owned(), text(id))])
}

/// The whole item. The indexes are sparse: `owner` and `index` are there only when the document has them.
pub(super) fn item(document: &Document, version: u64) -> Item {
    let id = &document.key.id;
    let mut item = key(id);
    let mut put = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    put("version", number(version));
    put("body", value::encode(&document.body));
    put("sort", text(document.sort.as_ref().unwrap_or(id)));
    if let Some(owner) = &document.owner {
        put("owner", text(owner));
    }
    if let Some(index) = &document.index {
        put("index", text(index));
    }
    if let Some(at) = document.expires_at {
        put(EXPIRES_MS, time(at));
        put(EXPIRES_AT, seconds(at));
    }
    item
}

/// The document of an item. A `sort` equal to the id is the default.
pub(super) fn read(kind: &str, item: Item) -> Result<Document, PortError> {
    let mut reader = Reader::new("document", item, "id");
    let body = reader.value("body").and_then(value::decode).ok_or_else(|| reader.corrupt("body"))?;
    let sort = reader.maybe_text("sort")?.filter(|sort| sort != reader.key());
    Ok(Document {
        version: reader.number("version")?,
        owner: reader.maybe_text("owner")?,
        index: reader.maybe_text("index")?,
        sort,
        expires_at: reader.maybe_number(EXPIRES_MS)?.map(Timestamp),
        body,
        key: DocKey::new(kind, reader.text("id")?),
    })
}

impl DynamoState {
    /// One strong GetItem.
    pub(super) async fn read_document(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        if !is_id(&key.id) {
            return Ok(None);
        }
        let table = self.names.table(&key.kind);
        let request = self.client.get_item().table_name(&table).consistent_read(true);
        let answer = request.set_key(Some(self::key(&key.id))).send().await;
        let answer = answer.map_err(|error| self.failed("GetItem", &table, error))?;
        let document = answer.item.map(|item| read(&key.kind, item)).transpose()?;
        let now = self.clock.now();
        Ok(document.filter(|document| document.expires_at.is_none_or(|at| at > now)))
    }
}

#[cfg(test)]
mod tests {
    use super::partition;

    #[test]
    fn a_partition_ends_at_the_first_slash() {
        let cases = [("default/7", "default"), ("a/b/c", "a"), ("plain", "plain"), ("/x", "/x")];
        assert!(cases.into_iter().all(|(id, expected)| partition(id) == expected));
    }
}
