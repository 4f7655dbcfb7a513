//! Documents, the ledger and the outbox on DynamoDB.

mod begin;
mod change;
mod commit;
mod dispatch;
mod documents;
mod entry;
mod item;
mod ledger;
mod list;
mod outbox;
mod put;
mod query;
mod reasons;
mod suspend;
mod transaction;
mod value;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_item::UpdateItemError,
    types::ReturnValuesOnConditionCheckFailure,
};
use mesh_core::ports::{
    BeginRequest, Begun, Clock, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, OutboxEntry, Page,
    PortError, Query, StateStore, Suspension, Write,
};
use uuid::Uuid;

use self::{change::Change, entry::Entry, item::Item};
use crate::{Names, error::port_error};

const PORT: &str = "state_store";
/// How long a ledger entry lives after its last touch.
const LIFETIME: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How often a step starts over because somebody else changed the same entry in between.
const RACES: u32 = 5;

/// Documents, ledger and outbox in DynamoDB: a table for each kind of document, and one for each agent's ledger.
///
/// Calls to the service, when nobody interferes:
///
/// | step | calls |
/// |---|---|
/// | `begin` | 1 for a first attempt and for `Held`, `Done` and `Reused`; 2 for a later attempt |
/// | `commit` | 1; 2 when a suspension's notice still waits |
/// | `dispatched` | 1 when it is all that waits; 2 for a part of it, or while suspended |
/// | `release`, `get`, `put`, `entry` | 1 |
/// | `suspend` | 1; 2 when an earlier notice still waits |
/// | `due` | 1, and 1 for each hundred candidates |
/// | `query` | 1 a page |
/// | `list` | 1 for each MiB: of the range within one partition (`default/` to `default0`), else of the whole table |
#[derive(Debug, Clone)]
pub struct DynamoState {
    client: Client,
    names: Names,
    clock: Arc<dyn Clock>,
}

impl DynamoState {
    /// A store on the tables of these names.
    #[must_use]
    pub fn new(client: Client, names: Names, clock: Arc<dyn Clock>) -> Self {
        Self { client, names, clock }
    }

    fn failed<E>(&self, call: &str, table: &str, error: SdkError<E>) -> PortError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        port_error(PORT, &format!("call {call} on {table}"), error)
    }

    /// One conditional UpdateItem; the inner error is the entry that refused it.
    async fn change(
        &self,
        agent: &str,
        event_id: Uuid,
        change: Change,
    ) -> Result<Result<(), Option<Entry>>, PortError> {
        let table = self.names.ledger(agent);
        let (condition, update, values) = change.build();
        let request = self.client.update_item().table_name(&table).set_key(Some(entry::key(event_id)));
        let request = request
            .condition_expression(condition)
            .update_expression(update)
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) => refused(error, &format!("call UpdateItem on {table}"), |error| match error {
                UpdateItemError::ConditionalCheckFailedException(refusal) => Some(refusal.item),
                _ => None,
            })
            .map(Err),
        }
    }
}

/// The entry that refused a conditional write, if there was one; every other error is one of the port.
fn refused<E>(
    error: SdkError<E>,
    doing: &str,
    item: impl FnOnce(E) -> Option<Option<Item>>,
) -> Result<Option<Entry>, PortError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) if context.err().code() == Some("ConditionalCheckFailedException") => {
            item(context.into_err()).flatten().map(entry::read).transpose()
        }
        error => Err(port_error(PORT, doing, error)),
    }
}

#[async_trait]
impl StateStore for DynamoState {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.read_document(key).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        self.list_documents(kind, range, limit).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        self.query_documents(query).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        self.take_lease(request).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        self.conclude(commit).await
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        self.put_document(write).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        self.mark_dispatched(agent, event_id, indices).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        self.give_back(agent, event_id, token, counted).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.set_aside(suspension).await
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        self.due_entries(agent, older_than, limit).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        self.read_entry(agent, event_id).await
    }
}
