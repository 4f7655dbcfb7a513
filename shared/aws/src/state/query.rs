//! Finding documents by owner or index, over the indexes; advisory, because they lag.

use std::collections::HashMap;

use mesh_core::ports::{Page, PortError, Query, QueryBy, QueryCursor, state_limits::is_label};

use super::{
    DynamoState,
    documents::{ALIVE, key, read},
    item::{Item, Reader, text, time},
};

impl DynamoState {
    pub(super) async fn query_documents(&self, query: &Query) -> Result<Page, PortError> {
        let (index, attribute, value) = match &query.by {
            QueryBy::Owner(owner) => ("by-owner", "owner", owner),
            QueryBy::Index(label) => ("by-index", "index", label),
        };
        if query.limit == 0 || !is_label(value) {
            return Ok(Page::default());
        }
        let table = self.names.table(&query.kind);
        let request = self.client.query().table_name(&table).index_name(index).scan_index_forward(false);
        let request = request
            .key_condition_expression("#by = :value")
            .filter_expression(ALIVE)
            .expression_attribute_names("#by", attribute)
            .expression_attribute_values(":value", text(value))
            .expression_attribute_values(":now", time(self.clock.now()));
        let mut start = query.cursor.as_deref().map(|cursor| start(cursor, attribute, value)).transpose()?;
        let mut documents = Vec::new();
        loop {
            let wanted = i32::try_from((query.limit - documents.len()).min(1_000)).unwrap_or(1_000);
            let answer = request.clone().limit(wanted).set_exclusive_start_key(start).send().await;
            let answer = answer.map_err(|error| self.failed("Query", &table, error))?;
            for item in answer.items.unwrap_or_default() {
                documents.push(read(&query.kind, item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || documents.len() >= query.limit {
                return Ok(Page { documents, cursor: start.map(cursor).transpose()? });
            }
        }
    }
}

/// The key a page ended at; the rest of it follows from the query and the id.
fn cursor(end: Item) -> Result<String, PortError> {
    let mut reader = Reader::new("end of a page", end, "id");
    Ok(QueryCursor { sort: reader.text("sort")?, id: reader.text("id")? }.encode())
}

fn start(cursor: &str, attribute: &str, value: &str) -> Result<Item, PortError> {
    let QueryCursor { sort, id } = QueryCursor::decode(cursor)?;
    let mut start = key(&id);
    start.extend(HashMap::from([("sort".to_owned(), text(sort)), (attribute.to_owned(), text(value))]));
    Ok(start)
}
