//! What is predicted of a message is what the runner makes of it, over every combination of ledger, fate, verdict and
//! what the payload points at, for agents of every manner.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_contracts::events::{ContentReady, EchoRequested, Echoed};
use mesh_core::{
    Agent, AgentError, Context, Emit, Event, Manifest, Outcome, Policy, Ports, Runner, Settings, Timestamp, envelope,
    ports::{
        BeginRequest, BlobsExt, Clock, Commit, Conclusion, Delivery, DocKey, Entropy, Models, PutCondition, Receipt,
        Suspension, Write,
    },
    runner::{self, Ended, Known, Predicted},
};
use mesh_embedded::{Store, host};
use mesh_models::OfflineTextModel;
use mesh_testkit::{block_on, block_on_advancing, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const EVENT: Uuid = Uuid::from_u128(7);
const OTHER: Uuid = Uuid::from_u128(8);

/// What an agent does with a draft: it reads it, and then...
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    /// ... ends the run.
    Ends,
    /// ... says something, after it has asked a model.
    Asks,
    /// ... says something.
    Says,
    /// ... says nothing, ever.
    Observes,
}

/// Where the message stands with the agent.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ledger {
    Nothing,
    Held,
    Released,
    AllAttemptsDied,
    Suspended,
    Completed,
    Rejected,
    Failed,
    Superseded,
    Reused,
}

/// What the message turns out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Valid,
    Invalid,
    Unhandled,
}

/// What its pointer points at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Draft {
    Alive,
    Missing,
    Changed,
    Foreign,
}

/// What ended its run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Nothing,
    Another,
    Itself,
}

const MANNERS: [Manner; 4] = [Manner::Ends, Manner::Asks, Manner::Says, Manner::Observes];
const LEDGERS: [Ledger; 10] = [
    Ledger::Nothing,
    Ledger::Held,
    Ledger::Released,
    Ledger::AllAttemptsDied,
    Ledger::Suspended,
    Ledger::Completed,
    Ledger::Rejected,
    Ledger::Failed,
    Ledger::Superseded,
    Ledger::Reused,
];

/// What is no event of the agent's points at nothing.
const FORMS: [(Form, Draft); 6] = [
    (Form::Valid, Draft::Alive),
    (Form::Valid, Draft::Missing),
    (Form::Valid, Draft::Changed),
    (Form::Valid, Draft::Foreign),
    (Form::Invalid, Draft::Alive),
    (Form::Unhandled, Draft::Alive),
];

#[derive(Debug, Clone, Copy)]
struct Case {
    manner: Manner,
    ledger: Ledger,
    form: Form,
    draft: Draft,
    fate: Fate,
    starts_run: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (manner, ledger) in MANNERS.into_iter().flat_map(|manner| LEDGERS.map(|ledger| (manner, ledger))) {
        for (form, draft) in FORMS {
            for fate in [Fate::Nothing, Fate::Another, Fate::Itself] {
                cases.extend([true, false].map(|starts_run| Case { manner, ledger, form, draft, fate, starts_run }));
            }
        }
    }
    cases
}

#[derive(Debug)]
struct Reader {
    manifest: Manifest,
    manner: Manner,
}

fn manifest(manner: Manner) -> Manifest {
    let (publishes, asks, notice) = match manner {
        Manner::Ends => (json!(["Echoed"]), json!([]), false),
        Manner::Asks => (json!(["EchoRequested"]), json!(["text_model"]), false),
        Manner::Says => (json!(["EchoRequested"]), json!([]), true),
        Manner::Observes => (json!([]), json!([]), true),
    };
    let manifest = json!({
        "name": "reader", "description": "Reads drafts.", "memory_mb": 128, "timeout_seconds": 10, "concurrency": 1,
        "subscribes": [{"channel": "/content/ready", "types": ["ContentReady"], "asks": asks}],
        "publishes": publishes, "failure": {"event": "EchoFailure", "notice": notice}, "blobs": {"reads": ["drafts/"]}
    });
    Manifest::parse(&manifest.to_string()).expect("a manifest")
}

#[async_trait]
impl Agent for Reader {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let ready = event.payload::<ContentReady>()?;
        let draft = ctx.fetch(&ready.draft).await?;
        let message = mesh_contracts::Text::clip(&String::from_utf8_lossy(&draft));
        Ok(match self.manner {
            Manner::Ends => Outcome::nothing().emit(Emit::of(&Echoed { message })?),
            Manner::Asks | Manner::Says => Outcome::nothing().emit(Emit::of(&EchoRequested { message })?),
            Manner::Observes => Outcome::nothing(),
        })
    }
}

struct Bench {
    case: Case,
    clock: Arc<ManualClock>,
    store: Store,
    ports: Ports,
    manifest: Manifest,
    runner: Runner,
    delivery: Delivery,
}

impl Bench {
    fn new(case: Case) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(5));
        let time: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let store = Store::in_memory(Arc::clone(&time), Arc::clone(&entropy)).expect("a store");
        let models = Models::none().with_text(Arc::new(OfflineTextModel::new()));
        let ports = host::ports(&store, time, entropy, models, &Settings::default());
        let manifest = manifest(case.manner);
        let agent: Arc<dyn Agent> = Arc::new(Reader { manifest: manifest.clone(), manner: case.manner });
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let runner = Runner::new(agent, ports.clone(), Arc::new(store.queue("reader-dlq")), Policy::default());
        let delivery = delivery(case, pointer(case.draft, &store));
        let bench = Self { case, clock, store, ports, manifest, runner, delivery };
        bench.set_ledger();
        bench.set_fate();
        bench
    }

    fn run(&self) -> Uuid {
        if self.case.starts_run { EVENT } else { OTHER }
    }

    fn set_fate(&self) {
        let event = match self.case.fate {
            Fate::Nothing => return,
            Fate::Another => OTHER,
            Fate::Itself => EVENT,
        };
        let end = json!({"event_type": "Echoed", "event_id": event});
        let write = Write::create("fates", self.run().to_string(), &end).expect("a document");
        assert!(block_on(self.ports.state.put(&write)).expect("a write"));
    }

    fn begin(&self, attempt: u128) -> Uuid {
        let arrival = envelope::decode(&self.delivery, &self.manifest);
        let reused = self.case.ledger == Ledger::Reused;
        let token = Uuid::from_u128(100 + attempt);
        let request = BeginRequest {
            agent: "reader".into(),
            event_id: EVENT,
            fingerprint: if reused { "another".into() } else { arrival.fingerprint },
            correlation_id: arrival.correlation_id,
            event_type: "ContentReady".into(),
            token,
            lease_until: self.clock.now().plus(std::time::Duration::from_secs(9)),
            afresh: false,
        };
        block_on(self.ports.state.begin(&request)).expect("a lease");
        token
    }

    fn set_ledger(&self) {
        let state = &self.ports.state;
        let code = || "X".to_owned();
        let conclusion = match self.case.ledger {
            Ledger::Nothing => return,
            Ledger::Held => {
                self.begin(1);
                return;
            }
            Ledger::Released => {
                let token = self.begin(1);
                return block_on(state.release("reader", EVENT, token, true)).expect("released");
            }
            Ledger::AllAttemptsDied => {
                return (0..5).for_each(|attempt| {
                    self.begin(attempt);
                    self.clock.advance(std::time::Duration::from_secs(10));
                });
            }
            Ledger::Suspended => {
                let (agent, token) = ("reader".to_owned(), self.begin(1));
                let suspension = Suspension { agent, event_id: EVENT, token, code: code(), outbox: Vec::new() };
                assert!(block_on(state.suspend(&suspension)).expect("suspended"));
                return;
            }
            Ledger::Completed | Ledger::Reused => Conclusion::Completed,
            Ledger::Rejected => Conclusion::Rejected { code: code() },
            Ledger::Failed => Conclusion::Failed { code: code() },
            Ledger::Superseded => Conclusion::Superseded,
        };
        let (agent, token) = ("reader".to_owned(), self.begin(1));
        let commit = Commit { agent, event_id: EVENT, token, writes: vec![], outbox: vec![], conclusion };
        block_on(state.commit(&commit)).expect("committed");
    }

    fn predict(&self) -> Predicted {
        let arrival = envelope::decode(&self.delivery, &self.manifest);
        let entry = block_on(self.ports.state.entry("reader", EVENT)).expect("a read");
        let looks = runner::pointers(&arrival);
        let mut looks = looks
            .iter()
            .map(|one| block_on(runner::look_at(one, &self.manifest, &self.store.blobs())).expect("a look"));
        runner::predict(&Known {
            manifest: &self.manifest,
            arrival: &arrival,
            entry: entry.as_ref(),
            ended_by: self.ended_by(),
            payload_alive: looks.all(runner::Pointed::is_alive),
            now: self.clock.now(),
        })
    }

    fn ended_by(&self) -> Option<Uuid> {
        let row = block_on(self.ports.state.get(&DocKey::new("fates", self.run().to_string()))).expect("a read");
        row.and_then(|row| row.body["event_id"].as_str().and_then(|id| id.parse().ok()))
    }

    /// What a replay does, after its plan.
    fn process(&self) -> Ended {
        if let Some(entry) = block_on(self.ports.state.entry("reader", EVENT)).expect("a read") {
            block_on(runner::start_afresh(&*self.ports.state, &entry, self.clock.now(), OTHER)).expect("a write");
        }
        block_on_advancing(self.runner.process(&self.delivery, None), &self.clock).ended()
    }
}

/// The pointer of the message, and what is there.
fn pointer(draft: Draft, store: &Store) -> Value {
    let blobs = store.blobs();
    let put = |text: &str, condition| {
        let put = blobs.put_bytes("drafts/d.md", text.to_owned().into(), "text/markdown", condition);
        block_on(put).expect("a write");
    };
    put("A draft.", PutCondition::IfAbsent);
    let meta = block_on(mesh_core::ports::Blobs::head(&blobs, "drafts/d.md")).expect("a read").expect("it is there");
    let mut pointer = serde_json::to_value(blobs.pointer(&meta)).expect("JSON");
    match draft {
        Draft::Alive => {}
        Draft::Missing => pointer["uri"] = json!("mesh://local/drafts/gone.md"),
        Draft::Changed => put("A dtaft.", PutCondition::Any),
        Draft::Foreign => pointer["uri"] = json!("s3://somebody/drafts/d.md"),
    }
    pointer
}

fn delivery(case: Case, pointer: Value) -> Delivery {
    let example = include_str!("../../../contracts/examples/content-ready-v1/minimal.json");
    let mut data: Value = serde_json::from_str(example).expect("JSON");
    data["draft"] = pointer;
    if case.form == Form::Invalid {
        data["word_count"] = json!("many");
    }
    let run = if case.starts_run { EVENT } else { OTHER };
    let event_type = if case.form == Form::Unhandled { "ReviewCompleted" } else { "ContentReady" };
    let (event, run) = (EVENT.to_string(), run.to_string());
    let attributes =
        [("ce-id", event.as_str()), ("ce-type", event_type), ("ce-source", "/mesh/test"), ("ce-correlationid", &run)];
    Delivery {
        message_id: "m".into(),
        receipt: Receipt("r".into()),
        body: data.to_string(),
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        receive_count: 1,
        sent_at: NOW,
    }
}

/// Whether the runner did what was predicted of a message.
fn holds(case: Case, predicted: Predicted, ended: Ended) -> bool {
    use Ledger::{Completed, Failed, Rejected, Superseded};
    let concluded = matches!(case.ledger, Completed | Rejected | Failed | Superseded);
    match predicted {
        Predicted::WillComplete => matches!(ended, Ended::Completed | Ended::Noted),
        Predicted::AlreadyComplete | Predicted::AlreadyFailed => ended == Ended::AlreadyDone,
        Predicted::Superseded if concluded => ended == Ended::AlreadyDone,
        // What only pays for nothing is not dropped, but it leaves the run's end as it is; that is asserted of all.
        Predicted::Superseded
            if case.manner == Manner::Asks && case.form == Form::Valid && case.draft == Draft::Alive =>
        {
            ended == Ended::Completed
        }
        Predicted::Superseded => ended == Ended::Superseded,
        Predicted::StillInvalid if concluded => ended == Ended::AlreadyDone,
        Predicted::StillInvalid => matches!(ended, Ended::Rejected(_)),
        Predicted::PayloadGone => {
            matches!(ended, Ended::Failed("PAYLOAD_GONE" | "PAYLOAD_CORRUPT" | "POINTER_FOREIGN"))
        }
        Predicted::UnderWay => ended == Ended::Held,
        Predicted::Ignored => ended == Ended::Ignored,
    }
}

#[test]
fn the_runner_does_what_was_predicted() {
    let (mut wrong, mut seen) = (Vec::new(), std::collections::BTreeMap::new());
    for case in cases() {
        let bench = Bench::new(case);
        let (predicted, end) = (bench.predict(), bench.ended_by());
        let ended = bench.process();
        *seen.entry(predicted).or_insert(0) += 1;
        let end_stays = end.is_none() || bench.ended_by() == end;
        if !holds(case, predicted, ended) || !end_stays {
            wrong.push(format!("{case:?}: {predicted} was predicted, and it {ended:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong, such as\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert_eq!(seen.len(), 8, "every prediction was made: {seen:?}");
}
