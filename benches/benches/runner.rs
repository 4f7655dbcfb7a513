//! The runner's own time for one record, without I/O: decode, validate, begin, handle, freeze, commit, dispatch, over ports
//! that do nothing.
#![allow(missing_docs, reason = "macros of criterion make functions")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a measurement, not the product")]

use std::{hint::black_box, sync::Arc, time::Duration};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use mesh_benches::idle::{self, Idle};
use mesh_core::{
    Agent, AgentError, Context, Emit, Event, Manifest, Outcome, Policy, Runner, Settings,
    envelope::{Outgoing, encode},
    ports::{Clock, Delivery, Entropy, Publisher, Queue},
};
use mesh_embedded::{QueueSpec, Store};
use serde_json::{Value, json};
use uuid::Uuid;

const REQUEST: &str = include_str!("../../contracts/examples/content-request-v1/full.json");
const READY: &str = include_str!("../../contracts/examples/content-ready-v1/full.json");

/// Answers a `ContentRequest` with one `ContentReady`, prepared beforehand.
#[derive(Debug)]
struct Ready {
    manifest: Manifest,
    answer: Value,
}

impl Ready {
    fn agent() -> Arc<dyn Agent> {
        let manifest = json!({
            "name": "ready", "description": "Is ready.", "publishes": ["ContentReady"],
            "subscribes": [{ "channel": "/content/request", "types": ["ContentRequest"] }],
            "failure": { "event": "GenFailure" }, "memory_mb": 128, "timeout_seconds": 30, "concurrency": 1,
        });
        let manifest = Manifest::parse(&manifest.to_string()).unwrap();
        Arc::new(Self { manifest, answer: serde_json::from_str(READY).unwrap() })
    }
}

#[async_trait]
impl Agent for Ready {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, _: &Event, _: &Context<'_>) -> Result<Outcome, AgentError> {
        let data = self.answer.clone();
        Ok(Outcome::nothing().emit(Emit {
            event_type: "ContentReady",
            contract: "content-ready-v1",
            subject: None,
            due: None,
            data,
        }))
    }
}

/// The event as a queue hands it out.
fn delivery(event_type: &str, data: &Value) -> Delivery {
    let spec = mesh_contracts::find_type(event_type).unwrap();
    let id = Uuid::from_u128(7);
    let (time, subject, parent, origin) = (Idle.now(), None, None, None);
    let message =
        encode(&Outgoing { spec, id, emitter: "bench", subject, time, correlation_id: id, parent, origin, data });
    let store = Store::in_memory(Arc::new(Idle) as Arc<dyn Clock>, Arc::new(Idle) as Arc<dyn Entropy>).unwrap();
    let queue = QueueSpec { channels: vec![message.channel.clone()], ..QueueSpec::new("one") };
    let deliveries = async {
        store.topics().ensure(std::slice::from_ref(&message.channel)).await.unwrap();
        store.queues().ensure(&[queue]).await.unwrap();
        assert_eq!(store.topics().publish(&[message]).await.unwrap(), []);
        store.queue("one").receive(1, Duration::ZERO, None).await.unwrap()
    };
    deliveries.now_or_never().unwrap().remove(0)
}

fn process(criterion: &mut Criterion) {
    let request: Value = serde_json::from_str(REQUEST).unwrap();
    let echo = agent_echo::agent(&Settings::default()).unwrap();
    let cases = [
        ("runner/echo", echo, delivery("EchoRequested", &json!({ "message": "Event number 1." }))),
        ("runner/content-request", Ready::agent(), delivery("ContentRequest", &request)),
    ];
    for (name, agent, delivery) in cases {
        let runner = Runner::new(agent, idle::ports(), Arc::new(Idle), Policy::default());
        let once = || runner.process(black_box(&delivery), None).now_or_never().unwrap();
        assert!(once().is_ack(), "{name}: {:?}", once());
        criterion.bench_function(name, |bencher| bencher.iter(once));
    }
}

criterion_group! { name = runner; config = Criterion::default(); targets = process }
criterion_main!(runner);
