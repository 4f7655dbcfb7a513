//! What is outside of all processes: the topics, and those who publish requests.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use mesh_contracts::find_contract;
use mesh_core::{
    envelope::{Outgoing, attribute, encode},
    message::{MAX_ATTRIBUTES, Message},
    ports::{Clock, Commit, CommitAnswer, FailedEntry, PortError, Publisher, StateStore, Suspension},
};
use mesh_testkit::simulator::Post;
use serde_json::Value;
use uuid::Uuid;

use super::{course::Request, witness::Witness};
use crate::hooks::StateHooks;

/// The source of what is asked for.
pub(super) const OUTSIDE: &str = "/mesh/test";

/// The queues of all agents by name, and who hears which channel.
#[derive(Debug, Clone, Default)]
pub(super) struct Posts {
    pub(super) by_agent: BTreeMap<String, Arc<Post>>,
    pub(super) by_channel: BTreeMap<String, Vec<Arc<Post>>>,
}

/// The topics. Whatever they take is looked at, and told to the queues.
#[derive(Debug)]
pub(super) struct Topics {
    pub(super) inner: Arc<dyn Publisher>,
    pub(super) posts: Posts,
    pub(super) witness: Arc<Witness>,
}

#[async_trait]
impl Publisher for Topics {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        batch.iter().for_each(|message| self.look_at(message));
        let failed = self.inner.publish(batch).await?;
        let channels = batch.iter().filter_map(|message| self.posts.by_channel.get(&message.channel));
        channels.flatten().for_each(|post| post.ring());
        Ok(failed)
    }
}

impl Topics {
    /// Nothing that breaks its contract is published, nor anything that nobody committed.
    fn look_at(&self, message: &Message) {
        let attribute = |name: &str| message.attributes.get(name).map(String::as_str).unwrap_or_default();
        let source = attribute(attribute::SOURCE);
        if source.is_empty() || source == OUTSIDE {
            return;
        }
        let (subject, event) = (&message.subject, attribute(attribute::ID));
        if !self.witness.is_committed(event) {
            self.witness.finding(format!("{subject} ({event}) is published without having been committed"));
        }
        let contract = find_contract(attribute(attribute::DATASCHEMA)).map(|spec| spec.contract);
        let payload: Value = serde_json::from_str(&message.body).unwrap_or_default();
        if contract.is_none_or(|contract| mesh_contracts::validate(contract, &payload).is_err()) {
            self.witness.finding(format!("{subject} ({event}) breaks its contract {contract:?}"));
        }
        if message.attributes.len() > MAX_ATTRIBUTES {
            self.witness.finding(format!("{subject} has {} attributes", message.attributes.len()));
        }
    }
}

/// The store as it is, behind everything that can go wrong on the way: what it owes.
#[derive(Debug)]
pub(super) struct Debts(pub(super) Arc<Witness>);

#[async_trait]
impl StateHooks for Debts {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let answer = inner.commit(commit).await?;
        if answer == CommitAnswer::Committed {
            self.0.owes(&commit.agent, commit.event_id, &commit.outbox);
        }
        Ok(answer)
    }

    async fn suspend(&self, inner: &dyn StateStore, suspension: &Suspension) -> Result<bool, PortError> {
        let suspended = inner.suspend(suspension).await?;
        if suspended {
            self.0.owes(&suspension.agent, suspension.event_id, &suspension.outbox);
        }
        Ok(suspended)
    }

    async fn dispatched(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        event_id: Uuid,
        indices: &[u32],
    ) -> Result<(), PortError> {
        inner.dispatched(agent, event_id, indices).await?;
        self.0.paid(agent, event_id, indices);
        Ok(())
    }
}

/// Publishes a request when its time has come.
pub(super) async fn ask(request: Request, topics: Arc<Topics>) {
    let clock = &topics.witness.clock;
    clock.sleep_until(clock.now().plus(request.after)).await;
    topics.witness.history.tell(format!("asks: {}", request.data));
    let message = message(&request, clock.now());
    let failed = topics.publish(&[message]).await.expect("topics");
    assert_eq!(failed, [], "the topic takes it");
}

fn message(request: &Request, time: mesh_core::Timestamp) -> Message {
    let spec = mesh_contracts::find_type("ContentRequest").expect("a known type");
    let message = encode(&Outgoing {
        spec,
        id: request.id,
        emitter: "test",
        subject: None,
        time,
        correlation_id: request.run,
        parent: None,
        origin: request.origin,
        data: &request.data,
    });
    if request.bare { Message { attributes: BTreeMap::new(), ..message } } else { message }
}
