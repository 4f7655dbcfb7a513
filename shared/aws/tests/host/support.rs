//! An agent, a runner over the embedded ports, and a queue that remembers what was hidden.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mesh_aws::host::Function;
use mesh_contracts::events::{EchoRequested, Echoed, ErrorType};
use mesh_core::{
    Agent, AgentError, Context, Emit, Event, Manifest, Outcome, Policy, Runner, Settings, Timestamp,
    ports::{Clock, Delivery, Depth, Entropy, FailedEntry, Models, OutboundMessage, PortError, Queue, Receipt},
};
use mesh_embedded::{Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};

const MANIFEST: &str = r#"{
  "name": "teller", "description": "Says it again, unless it is asked to fail.",
  "subscribes": [{ "channel": "/echo/requested", "types": ["EchoRequested"] }],
  "publishes": ["Echoed"], "failure": { "event": "EchoFailure" },
  "memory_mb": 128, "timeout_seconds": 20, "concurrency": 4
}"#;

/// Repeats what it hears. `again` sets it back, `never` fails it for good.
#[derive(Debug)]
pub(crate) struct Teller {
    manifest: Manifest,
    /// How many it handles now, and how many it handled at once.
    busy: AtomicUsize,
    pub(crate) busiest: AtomicUsize,
    pub(crate) handled: AtomicUsize,
}

#[async_trait]
impl Agent for Teller {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, _: &Context<'_>) -> Result<Outcome, AgentError> {
        self.handled.fetch_add(1, Ordering::SeqCst);
        self.busiest.fetch_max(self.busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        for _ in 0..20 {
            yield_now().await;
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
        let request: EchoRequested = event.payload()?;
        let text: &str = &request.message;
        if text.contains("again") {
            return Err(AgentError::Retry {
                code: "MODEL_OVERLOADED",
                error_type: ErrorType::Infrastructure,
                message: "not now".into(),
                after: None,
                dependency: None,
                counted: true,
            });
        }
        if text.contains("never") {
            return Err(AgentError::fail("CONTENT_POLICY", ErrorType::Validation, "not ever"));
        }
        Ok(Outcome::nothing().emit(Emit::of(&Echoed { message: request.message })?))
    }
}

/// Lets others go first, once.
async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// Remembers what was hidden for how long, or refuses to hide.
#[derive(Debug, Default)]
pub(crate) struct Hiding {
    pub(crate) hidden: Mutex<Vec<(String, Duration)>>,
    pub(crate) refuses: bool,
}

#[async_trait]
impl Queue for Hiding {
    fn name(&self) -> &str {
        "teller"
    }

    async fn receive(&self, _: usize, _: Duration, _: Option<Duration>) -> Result<Vec<Delivery>, PortError> {
        panic!("a function receives nothing itself")
    }

    async fn send(&self, _: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        panic!("a function sends nothing to its own queue")
    }

    async fn ack(&self, _: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        panic!("what is not reported is removed by the service")
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        if self.refuses {
            return Err(PortError::Unavailable { port: "queue", message: "away".into(), source: None });
        }
        self.hidden.lock().expect("one thread").push((receipt.0.clone(), delay));
        Ok(())
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        Ok(Depth::default())
    }
}

/// A function and what is behind it.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) agent: Arc<Teller>,
    pub(crate) queue: Arc<Hiding>,
    pub(crate) function: Function,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Hiding::default(), false)
    }

    /// `asks`: the agent's declaration says that it asks a model.
    pub(crate) fn with(queue: Hiding, asks: bool) -> Self {
        let mut manifest = Manifest::parse(MANIFEST).expect("a manifest");
        if asks {
            manifest.subscribes[0].asks.push("text_model".into());
        }
        let zero = AtomicUsize::default;
        let agent = Arc::new(Teller { manifest, busy: zero(), busiest: zero(), handled: zero() });
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let as_port = Arc::clone(&clock) as Arc<dyn Clock>;
        let store = Store::in_memory(Arc::clone(&as_port), Arc::clone(&entropy)).expect("a store");
        let hosted: Arc<dyn Agent> = Arc::clone(&agent) as Arc<dyn Agent>;
        block_on(host::declare(&store, std::slice::from_ref(&hosted))).expect("queues");
        let ports = host::ports(&store, as_port, entropy, Models::none(), &Settings::default());
        let dlq = Arc::new(store.queue("teller-dlq"));
        let runner = Arc::new(Runner::new(hosted, ports, dlq, Policy::default()));
        let queue = Arc::new(queue);
        let function = Function::new(runner, Arc::clone(&queue) as Arc<dyn Queue>);
        Self { clock, store, agent, queue, function }
    }

    /// An invocation with half a minute left.
    pub(crate) fn invoke(&self, event: Value) -> Result<Value, mesh_aws::host::Refusal> {
        self.invoke_until(event, self.clock.now().plus(Duration::from_secs(30)))
    }

    pub(crate) fn invoke_until(&self, event: Value, ends_at: Timestamp) -> Result<Value, mesh_aws::host::Refusal> {
        let answer = block_on(self.function.invoke(event, ends_at))?;
        Ok(serde_json::to_value(answer).expect("JSON"))
    }

    /// The types of what was published, in order of their names.
    pub(crate) fn published(&self) -> Vec<String> {
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let mut types: Vec<String> = journal.iter().map(|entry| entry.attributes["ce-type"].clone()).collect();
        types.sort();
        types
    }

    pub(crate) fn handled(&self) -> usize {
        self.agent.handled.load(Ordering::SeqCst)
    }
}

/// A record with a bare payload.
pub(crate) fn record(id: &str, message: &str) -> Value {
    let body = json!({ "message": message, "request_id": id }).to_string();
    json!({
        "messageId": id, "receiptHandle": format!("receipt of {id}"), "body": body,
        "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183" },
        "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "eu-central-1"
    })
}

pub(crate) fn batch(records: &[Value]) -> Value {
    json!({ "Records": records })
}

/// The ids an answer reports.
pub(crate) fn reported(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().expect("a list of failures");
    let id = |failure: &Value| failure["itemIdentifier"].as_str().expect("an id").to_owned();
    let mut ids: Vec<String> = failures.iter().map(id).collect();
    ids.sort();
    ids
}
