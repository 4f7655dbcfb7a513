//! The request of a commit.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use mesh_core::{
    Timestamp, ids,
    ports::{Commit, CommitAnswer, PortError, Write, WriteMode},
};

use super::{
    DynamoState, PORT,
    change::Change,
    commit::conclusion,
    documents::{self, ALIVE},
    entry,
    item::{Item, number, time},
    outbox::{Kept, waiting},
    reasons::{Ended, ended},
};

impl DynamoState {
    /// One TransactWriteItems: the ledger entry first, then the documents in their order.
    pub(super) async fn transact(
        &self,
        commit: &Commit,
        bodies: &[String],
        notices: Vec<Kept>,
        now: Timestamp,
    ) -> Result<Ended, PortError> {
        let request_token = request_token(&self.names.prefix, commit, bodies, &notices, now)?;
        let mut items = Vec::with_capacity(commit.writes.len() + 1);
        items.push(self.ledger_item(commit, conclusion(commit, notices, now)?)?);
        for write in &commit.writes {
            items.push(self.document_item(write, now)?);
        }
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        match request.client_request_token(request_token).send().await {
            Ok(_) => Ok(Ended::Answer(CommitAnswer::Committed)),
            Err(error) => ended(commit, error),
        }
    }

    fn ledger_item(&self, commit: &Commit, change: Change) -> Result<TransactWriteItem, PortError> {
        let (condition, update, values) = change.build();
        let update = Update::builder()
            .table_name(self.names.ledger(&commit.agent))
            .set_key(Some(entry::key(commit.event_id)))
            .condition_expression(condition)
            .update_expression(update)
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(incomplete)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn document_item(&self, write: &Write, now: Timestamp) -> Result<TransactWriteItem, PortError> {
        let document = &write.document;
        let table = self.names.table(&document.key.kind);
        let (condition, values) = condition(write.mode, now);
        let item = TransactWriteItem::builder();
        if matches!(write.mode, WriteMode::Check(_)) {
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(documents::key(&document.key.id)))
                .condition_expression(condition)
                .set_expression_attribute_values(Some(values));
            return Ok(item.condition_check(check.build().map_err(incomplete)?).build());
        }
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(documents::item(document, next_version(write.mode))))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values));
        Ok(item.put(put.build().map_err(incomplete)?).build())
    }
}

/// What must hold of the stored document, with its values.
pub(super) fn condition(mode: WriteMode, now: Timestamp) -> (String, Item) {
    match mode {
        WriteMode::Create | WriteMode::Check(0) => absent(now),
        WriteMode::IfVersion(version) | WriteMode::Check(version) => stored(version, now),
    }
}

/// The version of what is written.
pub(super) fn next_version(mode: WriteMode) -> u64 {
    match mode {
        WriteMode::Create => 1,
        WriteMode::IfVersion(version) | WriteMode::Check(version) => version.saturating_add(1),
    }
}

/// There is none, or it is past its time.
fn absent(now: Timestamp) -> (String, Item) {
    let condition = "attribute_not_exists(version) OR expires_ms <= :now".to_owned();
    (condition, HashMap::from([(":now".to_owned(), time(now))]))
}

/// It is there in this version (which is never 0).
fn stored(version: u64, now: Timestamp) -> (String, Item) {
    let values = HashMap::from([(":now".to_owned(), time(now)), (":version".to_owned(), number(version))]);
    (format!("version = :version AND {ALIVE}"), values)
}

/// Names the request, so that its repetition by the client within ten minutes is answered like the first. The same name
/// with another content is an error there, so everything that varies goes into it.
fn request_token(
    prefix: &str,
    commit: &Commit,
    bodies: &[String],
    notices: &[Kept],
    now: Timestamp,
) -> Result<String, PortError> {
    let encode = |value: serde_json::Result<String>| {
        value.map_err(|error| PortError::unavailable(PORT, "a commit cannot be encoded", error))
    };
    let event = commit.event_id.to_string();
    let rest = encode(serde_json::to_string(&(&commit.conclusion, &commit.outbox, now)))?;
    let waiting = waiting(notices).and_then(|value| value.as_ns().ok().map(|indices| indices.join(" ")));
    let waiting = waiting.unwrap_or_default();
    let mut keys = Vec::with_capacity(bodies.len());
    for Write { mode, document } in &commit.writes {
        let labels = (&document.owner, &document.index, &document.sort, document.expires_at);
        keys.push(encode(serde_json::to_string(&(mode, &document.key, labels)))?);
    }
    let fixed = [prefix, &commit.agent, &event, &rest, &waiting];
    let parts: Vec<&str> = fixed.into_iter().chain(keys.iter().chain(bodies).map(String::as_str)).collect();
    Ok(ids::derive(commit.token, &parts).to_string())
}

fn incomplete(error: BuildError) -> PortError {
    PortError::unavailable(PORT, "a transaction is incomplete", error)
}
