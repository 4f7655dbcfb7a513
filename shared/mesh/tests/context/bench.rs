//! Handlers of one agent, at work on a store they share.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    AgentError, Context, Event, Manifest, Ports, Timestamp,
    context::{Account, Answer},
    ports::{
        Blobs, ChatMessage, ChatRequest, Clock, DocKey, Document, Hints, Models, Role, StateStore, Task, TextModel,
    },
    runner::Lease,
};
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    entropy::SeededEntropy,
    faulty::{FaultPlan, FaultyBlobs, FaultyStateStore, FaultyTextModel},
    model::ScriptedTextModel,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stores::{Drawer, Shelf, Silence};

const MANIFEST: &str = r#"{
  "name": "NAME", "description": "Asks a model.",
  "subscribes": [{ "channel": "/echo/requested", "types": ["EchoRequested"], "asks": ["text_model"] }],
  "publishes": ["Echoed"], "failure": { "event": "EchoFailure" },
  "memory_mb": 128, "timeout_seconds": 600, "concurrency": 10
}"#;

/// The kind of a budget's document.
const BUDGETS: &str = "budgets";

/// What handlers stand on.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) plan: FaultPlan,
    pub(crate) ports: Ports,
    manifest: Manifest,
}

impl Bench {
    pub(crate) fn new(models: Models) -> Self {
        Self::named("asker", models)
    }

    /// Everything a text model is asked, and every call of a port, goes through the plan.
    pub(crate) fn asking(model: &Arc<ScriptedTextModel>) -> Self {
        Self::new(Models::none().with_text(Arc::clone(model) as Arc<dyn TextModel>))
    }

    fn named(agent: &str, mut models: Models) -> Self {
        let (clock, shelf, plan) = (Arc::new(ManualClock::new()), Arc::new(Shelf::default()), FaultPlan::new());
        models.text = models.text.map(|model| Arc::new(FaultyTextModel::new(model, &plan)) as Arc<dyn TextModel>);
        let ports = Ports {
            state: Arc::new(FaultyStateStore::new(Arc::clone(&shelf) as Arc<dyn StateStore>, &plan)),
            blobs: Arc::new(FaultyBlobs::new(Arc::new(Drawer::default()) as Arc<dyn Blobs>, &plan)),
            publisher: Arc::new(Silence),
            models,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(1)),
            model_timeout: Duration::from_secs(100),
        };
        Self { clock, shelf, plan, ports, manifest: manifest(agent) }
    }

    /// One attempt at the `n`th event.
    pub(crate) fn attempt(&self, n: u128) -> Context<'_> {
        self.attempt_of(&self.manifest, n)
    }

    pub(crate) fn attempt_of<'a>(&'a self, manifest: &'a Manifest, n: u128) -> Context<'a> {
        let event = Event {
            id: Uuid::from_u128(n),
            event_type: "EchoRequested",
            source: "/test".to_owned(),
            subject: None,
            time: self.clock.now(),
            correlation_id: Uuid::from_u128(n),
            contract: "echo-requested-v1",
            traceparent: None,
            origin: None,
            data: Value::Null,
        };
        let lease = Lease { token: Uuid::from_u128(1), deadline: self.clock.now().plus(Duration::from_secs(600)) };
        Context::new(manifest, &self.ports, &event, lease)
    }

    /// One attempt at the `n`th event, paid by the site `acme`, at the step `draft`.
    pub(crate) async fn ask(&self, n: u128, monthly_micro_usd: u64) -> Result<Answer, AgentError> {
        let ctx = self.attempt(n);
        ctx.charge(acme(Some(monthly_micro_usd)));
        ctx.ask("draft", "p1", &request()).await
    }

    /// Spent, and reserved in all, of a month of the site `acme`; `None` when it has no document.
    pub(crate) fn budget(&self, month: &str) -> Option<(u64, u64)> {
        let body = self.document(month)?.body;
        let reserved = body["reserved"].as_object().unwrap().values().map(|one| one["micro_usd"].as_u64().unwrap());
        Some((body["spent_micro_usd"].as_u64().unwrap(), reserved.sum()))
    }

    pub(crate) fn document(&self, month: &str) -> Option<Document> {
        block_on(self.shelf.get(&DocKey::new(BUDGETS, format!("acme/{month}")))).unwrap()
    }

    /// How many calls of the state store there were.
    pub(crate) fn store_calls(&self) -> usize {
        self.plan.trace().iter().filter(|call| call.port == "state_store").count()
    }
}

pub(crate) fn manifest(agent: &str) -> Manifest {
    Manifest::parse(&MANIFEST.replace("NAME", agent)).unwrap()
}

pub(crate) fn acme(monthly_micro_usd: Option<u64>) -> Account {
    Account { name: "acme".to_owned(), monthly_micro_usd }
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest {
        task: Task { name: "draft".to_owned(), input: json!({}) },
        system: None,
        messages: vec![ChatMessage::text(Role::User, "Write.")],
        max_output_tokens: 100,
        hints: Hints::default(),
        json_schema: None,
    }
}

/// The time of an RFC 3339 text.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The code of an error, and whether it is one that cannot heal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, AgentError>) -> (&'static str, bool) {
    let error = result.unwrap_err();
    (error.code(), matches!(error, AgentError::Fail { .. }))
}
