//! Topics, queues and subscriptions, as the agents' manifests say.

use std::sync::Arc;

use mesh_core::{Agent, ports::PortError};

use crate::{QueueSpec, Redrive, Store};

/// Receives after which a message nobody could even begin goes to the dead-letter queue: the backstop for "nothing ran at
/// all". Attempts are counted in the ledger.
const MAX_RECEIVE_COUNT: u32 = 20;

/// Makes the topics of all channels, and each agent's queue with its dead-letter queue and subscriptions.
///
/// # Errors
/// [`PortError`] when the store is out of reach.
pub async fn declare(store: &Store, agents: &[Arc<dyn Agent>]) -> Result<(), PortError> {
    let mut channels: Vec<String> = mesh_contracts::EVENTS.iter().map(|spec| spec.channel.to_owned()).collect();
    channels.sort();
    channels.dedup();
    store.topics().ensure(&channels).await?;
    let mut specs = Vec::with_capacity(agents.len() * 2);
    for agent in agents {
        let manifest = agent.manifest();
        let redrive = Redrive { dlq: manifest.dlq(), max_receive_count: MAX_RECEIVE_COUNT };
        let mut channels: Vec<String> = manifest.subscribes.iter().map(|one| one.channel.clone()).collect();
        channels.dedup();
        specs.push(QueueSpec::new(manifest.dlq()));
        let mut spec = QueueSpec::new(manifest.name.clone());
        spec.visibility = manifest.visibility();
        spec.redrive = Some(redrive);
        spec.channels = channels;
        specs.push(spec);
    }
    store.queues().ensure(&specs).await
}
