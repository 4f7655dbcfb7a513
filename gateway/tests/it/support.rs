//! A gateway over a store in memory, with a clock that jumps when everything waits.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use mesh_contracts::{Int, Name, Text, records::Scope};
use mesh_core::{
    Outcome, Ports, Settings,
    ports::{Clock, Entropy, Models, Write},
    submit::submit,
};
use mesh_embedded::{Store, host};
use mesh_gateway::{
    Gateway, GatewayConfig,
    keys::{self, NewKey},
    router,
};
use mesh_testkit::{block_on_advancing, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) struct Bench {
    pub(crate) router: Router,
    pub(crate) ports: Ports,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    /// A key that may do everything everywhere.
    pub(crate) token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Code of a problem, once it has been seen to be one.
    pub(crate) fn code(&self) -> String {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], self.status.as_u16());
        for field in ["type", "title", "detail", "instance"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {problem}");
        }
        problem["code"].as_str().expect("a code").to_owned()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(GatewayConfig::default(), Settings::default())
    }

    pub(crate) fn with(config: GatewayConfig, settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::new());
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&shared), Arc::clone(&entropy)).expect("a store");
        let ports = host::ports(&store, shared, entropy, Models::none(), &settings);
        let router = router(Gateway { ports: ports.clone(), settings, config });
        block_on_advancing(host::declare(&store, &[]), &clock).expect("topics");
        let mut bench = Self { router, ports, store, clock, token: String::new() };
        bench.token = bench.key(&[Scope::Read, Scope::Generate, Scope::Write], None, 1_000).1;
        bench
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        block_on_advancing(future, &self.clock)
    }

    /// Id and secret of a new key.
    pub(crate) fn key(&self, scopes: &[Scope], site: Option<&str>, per_minute: i64) -> (String, String) {
        let new = NewKey {
            name: Text::clip("test"),
            website_id: site.map(|site| Name::new(site).expect("a name")),
            scopes: scopes.iter().copied().collect::<BTreeSet<_>>(),
            requests_per_minute: Int::clamp(per_minute),
        };
        let created = self.run(keys::create(&self.ports, new)).expect("a key");
        (created.record.key_id.to_string(), created.token.reveal().to_owned())
    }

    /// The answer to a request without a key.
    pub(crate) fn bare(&self, request: Request<Body>) -> Told {
        self.run(self.send(request))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Told {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Told { status: parts.status, headers: parts.headers, text }
    }

    /// A request with the key that may do everything.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization" || *name == "x-api-key") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).expect("a request")
    }

    pub(crate) fn get(&self, path: &str) -> Told {
        self.bare(self.request("GET", path, &[], None))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Told {
        self.bare(self.request("PUT", path, &[], Some(body)))
    }

    pub(crate) fn generate(&self, headers: &[(&str, &str)], post: &str) -> Told {
        self.bare(self.request("POST", "/generate", headers, Some(&json!({"postId": post}))))
    }

    /// A site and a post of it.
    pub(crate) fn shop(&self) {
        let site = json!({"websiteName": "The Shop", "targetAudience": "shop keepers", "coreKeywords": ["queues"],
            "additionalContext": "We sell shelves."});
        assert_eq!(self.put("/sites/shop", &site).status, StatusCode::CREATED);
        self.post("p-1");
    }

    pub(crate) fn post(&self, id: &str) {
        let post = json!({"websiteId": "shop", "title": "Small queues", "description": "Why they are better."});
        assert_eq!(self.put(&format!("/posts/{id}"), &post).status, StatusCode::CREATED);
    }

    /// What was published: type and payload.
    pub(crate) fn published(&self) -> Vec<(String, Value)> {
        let journal = self.run(self.store.journal().since(0, None, 100)).expect("a journal");
        let event = |entry: &mesh_embedded::JournalEntry| {
            (entry.event_type.clone().expect("a type"), serde_json::from_str(&entry.body).expect("JSON"))
        };
        journal.iter().map(event).collect()
    }

    /// Stores a record as its agent would.
    pub(crate) fn store(&self, kind: &str, id: &str, record: &Value) {
        self.run(self.store_later(Duration::ZERO, kind, id, record));
    }

    pub(crate) async fn store_later(&self, after: Duration, kind: &str, id: &str, record: &Value) {
        self.clock.sleep_until(self.clock.now().plus(after)).await;
        let spec = mesh_contracts::find_type(kind).expect("a kind");
        mesh_contracts::validate(spec.contract, record).expect("its contract");
        let write = Write::create(kind, id, record).expect("a write");
        let key = format!("{kind}/{id}");
        submit(&self.ports, "test", &key, Outcome::nothing().write(write)).await.expect("stored");
    }
}

pub(crate) const TIME: &str = "2026-01-05T09:00:00.000Z";

pub(crate) fn pointer(name: &str) -> Value {
    json!({"uri": format!("file:///{name}"), "sha256": "a".repeat(64), "bytes": 7, "media_type": "text/markdown"})
}

/// Tracker's record of a run that has ended, or not.
pub(crate) fn generation(run: &str, ended: bool) -> Value {
    let mut record = json!({"run_id": run, "website_id": "shop", "post_id": "p-1", "content_topic": "Small queues",
        "status": "processing", "stage": "ready", "revision": 1, "progress": 40,
        "cost": {"input_tokens": 10, "output_tokens": 5, "micro_usd": 42}, "started_at": TIME, "updated_at": TIME});
    if ended {
        record["status"] = json!("complete");
        record["stage"] = json!("ended");
        record["progress"] = json!(100);
        record["final_markdown"] = pointer("final");
        record["page"] = pointer("page");
        record["url"] = json!("https://shop.test/posts/p-1/");
        record["ended_at"] = json!(TIME);
    }
    record
}
