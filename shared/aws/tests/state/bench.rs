//! A store on tables of its own, and what tests do with it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{Builder, ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef},
    error::BoxError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, ScalarAttributeType::N, ScalarAttributeType::S,
    },
};
use mesh_aws::{DynamoState, Names, clients};
use mesh_core::{
    message::Message,
    ports::{
        BeginRequest, Begun, Clock, Commit, CommitAnswer, Conclusion, DocKey, Document, OutboxEntry, StateStore, Write,
        WriteMode,
    },
};
use mesh_testkit::{
    clock::ManualClock,
    suite::state_store::{AGENTS, KINDS},
};
use serde_json::json;
use uuid::Uuid;

pub(crate) const AGENT: &str = AGENTS[0];
pub(crate) const KIND: &str = KINDS[0];

/// A store on fresh tables.
pub(crate) struct Bench {
    pub(crate) store: DynamoState,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
    pub(crate) names: Names,
    calls: Calls,
}

/// The operations that were sent, attempts included.
#[derive(Debug, Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.0.lock().expect("no panic while counting").push(operation);
        Ok(())
    }
}

impl Bench {
    /// Tables under a prefix nobody else has.
    pub(crate) async fn new() -> Self {
        let config = clients::config().await;
        let endpoint =
            config.endpoint_url().expect("AWS_ENDPOINT_URL is missing: it names the endpoint to test against");
        let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        assert!(local.iter().any(|start| endpoint.starts_with(start)), "AWS_ENDPOINT_URL is not on this machine");
        let calls = Calls::default();
        let client = Client::from_conf(Builder::from(&config).interceptor(calls.clone()).build());
        let names = Names::new(format!("test-{}", random().simple()), "000000000000", "eu-central-1");
        for kind in KINDS {
            documents(&client, names.table(kind)).await;
        }
        for agent in AGENTS {
            ledger(&client, names.ledger(agent)).await;
        }
        let clock = Arc::new(ManualClock::new());
        let store = DynamoState::new(client.clone(), names.clone(), Arc::clone(&clock) as Arc<dyn Clock>);
        calls.0.lock().expect("no panic while counting").clear();
        Self { store, clock, client, names, calls }
    }

    /// The operations since the last question.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.0.lock().expect("no panic while counting"))
    }

    pub(crate) fn request(&self, n: u128, token: u128) -> BeginRequest {
        BeginRequest {
            agent: AGENT.to_owned(),
            event_id: Uuid::from_u128(n),
            fingerprint: "f".repeat(64),
            correlation_id: Uuid::from_u128(7),
            event_type: "WidgetOrdered".to_owned(),
            token: Uuid::from_u128(token),
            lease_until: self.clock.now().plus(Duration::from_secs(60)),
            afresh: false,
        }
    }

    pub(crate) async fn begin(&self, n: u128, token: u128) -> Begun {
        self.store.begin(&self.request(n, token)).await.expect("begin")
    }

    /// A first attempt under the token `n`, and its commit.
    pub(crate) async fn handled(&self, n: u128, writes: Vec<Write>, outbox: Vec<OutboxEntry>) {
        assert_eq!(self.begin(n, n).await, Begun::Started { attempt: 1, suspensions: 0 });
        let answer = self.store.commit(&commit(n, n, writes, outbox)).await.expect("commit");
        assert_eq!(answer, CommitAnswer::Committed);
    }
}

#[allow(clippy::disallowed_methods, reason = "a name nobody else has")]
fn random() -> Uuid {
    Uuid::new_v4()
}

pub(crate) fn commit(n: u128, token: u128, writes: Vec<Write>, outbox: Vec<OutboxEntry>) -> Commit {
    Commit {
        agent: AGENT.to_owned(),
        event_id: Uuid::from_u128(n),
        token: Uuid::from_u128(token),
        writes,
        outbox,
        conclusion: Conclusion::Completed,
    }
}

pub(crate) fn write(mode: WriteMode, id: &str) -> Write {
    let key = DocKey::new(KIND, id);
    let body = json!({ "made": id });
    Write { mode, document: Document { key, version: 0, owner: None, index: None, sort: None, expires_at: None, body } }
}

pub(crate) fn outbox(indices: impl IntoIterator<Item = u32>) -> Vec<OutboxEntry> {
    let message = |index: u32| Message {
        channel: "/widget/made".to_owned(),
        subject: "WidgetMade".to_owned(),
        attributes: BTreeMap::from([("ce-id".to_owned(), index.to_string())]),
        body: format!("{{\"n\": {index}}}"),
    };
    indices
        .into_iter()
        .map(|index| OutboxEntry { index, message: message(index), due: None, dispatched: false })
        .collect()
}

type Key<'a> = (&'a str, ScalarAttributeType);

/// The table of a kind of documents.
async fn documents(client: &Client, name: String) {
    let indexes = [
        index("by-owner", &[("owner", S), ("sort", S)], ProjectionType::All),
        index("by-index", &[("index", S), ("sort", S)], ProjectionType::All),
    ];
    let attributes = [("partition", S), ("id", S), ("owner", S), ("index", S), ("sort", S)];
    table(client, name, &[("partition", S), ("id", S)], &attributes, indexes).await;
}

/// The table of an agent's ledger.
async fn ledger(client: &Client, name: String) {
    let indexes = [
        index("due", &[("pending", S), ("due_at", N)], ProjectionType::KeysOnly),
        index("by-run", &[("correlation_id", S), ("begun_at", N)], ProjectionType::KeysOnly),
    ];
    let attributes = [("event_id", S), ("pending", S), ("due_at", N), ("correlation_id", S), ("begun_at", N)];
    table(client, name, &[("event_id", S)], &attributes, indexes).await;
}

async fn table(
    client: &Client,
    name: String,
    keys: &[Key<'_>],
    attributes: &[Key<'_>],
    indexes: [GlobalSecondaryIndex; 2],
) {
    let define = |(name, kind): &Key<'_>| {
        AttributeDefinition::builder().attribute_name(*name).attribute_type(kind.clone()).build().expect("complete")
    };
    let request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(schema(keys)))
        .set_attribute_definitions(Some(attributes.iter().map(define).collect()))
        .set_global_secondary_indexes(Some(indexes.to_vec()));
    request.send().await.expect("a table");
}

fn index(name: &str, keys: &[Key<'_>], projection: ProjectionType) -> GlobalSecondaryIndex {
    let projection = Projection::builder().projection_type(projection).build();
    let index = GlobalSecondaryIndex::builder().index_name(name).set_key_schema(Some(schema(keys)));
    index.projection(projection).build().expect("complete")
}

fn schema(keys: &[Key<'_>]) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let element = |((name, _), kind): (&Key<'_>, KeyType)| {
        KeySchemaElement::builder().attribute_name(*name).key_type(kind).build().expect("complete")
    };
    keys.iter().zip(kinds).map(element).collect()
}
