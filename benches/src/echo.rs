//! `EchoRequested` to `Echoed`: what the mesh itself costs, for its agent does nothing.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use async_trait::async_trait;
use mesh_contracts::{Contract, events::Echoed};
use mesh_core::{Agent, AgentError, Context, Event, Manifest, Outcome, Settings};
use mesh_embedded::JournalEntry;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    disk::{self, Mesh},
    sample::Sample,
};

/// An agent with another concurrency than its manifest's.
#[derive(Debug)]
struct Wider {
    inner: Arc<dyn Agent>,
    manifest: Manifest,
}

#[async_trait]
impl Agent for Wider {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        self.inner.handle(event, ctx).await
    }
}

fn agent(concurrency: Option<usize>) -> Arc<dyn Agent> {
    let inner = agent_echo::agent(&Settings::default()).unwrap();
    let Some(concurrency) = concurrency else { return inner };
    let manifest = Manifest { concurrency, ..inner.manifest().clone() };
    Arc::new(Wider { inner, manifest })
}

/// Lets `echo` answer `events` requests that lie in its queue, with the concurrency of its manifest or another.
#[must_use]
pub fn run(root: &Path, events: usize, concurrency: Option<usize>) -> Sample {
    disk::runtime().block_on(async {
        let mesh = Mesh::new(root, vec![agent(concurrency)]).await;
        let payloads: Vec<Value> = (0..events).map(|n| json!({ "message": format!("Event number {n}.") })).collect();
        let asked = mesh.publish("EchoRequested", &payloads).await;
        let work = async {
            mesh.await_journal(2 * events).await;
            mesh.await_quiet().await;
            mesh.clock.now()
        };
        let (began, cpu, ended) = mesh.run(work).await;
        let seconds = began.until(ended).as_secs_f64();
        answered_once(&asked, &mesh.await_events(Echoed::CHANNEL, events).await);
        mesh.assert_clean().await;
        Sample::of(&[("events/s", events as f64 / seconds), ("CPU us/event", cpu * 1e6 / events as f64)])
    })
}

/// Fails unless each request has exactly one answer.
fn answered_once(asked: &[Uuid], answers: &[JournalEntry]) {
    let runs: BTreeSet<&str> = answers.iter().filter_map(|entry| entry.correlation_id.as_deref()).collect();
    assert_eq!((answers.len(), runs.len()), (asked.len(), asked.len()), "answers");
    assert!(asked.iter().all(|id| runs.contains(id.to_string().as_str())), "an answer to each");
}
