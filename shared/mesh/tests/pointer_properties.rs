//! What a handler gets by a pointer: the object the pointer tells of, if its own declaration lets it, and nothing else.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use mesh_contracts::{Int, Pointer, Sha256Hex, Text};
use mesh_core::{
    AgentError, Context, Event, Manifest, Ports, Settings,
    ports::{Blobs, BlobsExt, Clock, Entropy, Models, PutCondition, check_key},
    runner::Lease,
};
use mesh_embedded::{Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

/// Reads `drafts/`, writes `briefs/`, and has no business elsewhere.
const MANIFEST: &str = r#"{
  "name": "reader", "description": "Reads.",
  "subscribes": [{ "channel": "/echo/requested", "types": ["EchoRequested"] }],
  "publishes": ["Echoed"], "failure": { "event": "EchoFailure" },
  "blobs": { "reads": ["drafts/"], "writes": ["briefs/"] },
  "memory_mb": 128, "timeout_seconds": 60, "concurrency": 1
}"#;

struct Bench {
    store: Store,
    ports: Ports,
    manifest: Manifest,
}

impl Bench {
    fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let store = Store::in_memory(Arc::clone(&clock), Arc::clone(&entropy)).expect("a store");
        let ports = host::ports(&store, clock, entropy, Models::none(), &Settings::default());
        Self { store, ports, manifest: Manifest::parse(MANIFEST).expect("a manifest") }
    }

    fn put(&self, key: &str, body: &[u8]) -> Pointer {
        let blobs = self.store.blobs();
        let body = Bytes::copy_from_slice(body);
        block_on(blobs.put_bytes(key, body, "text/plain", PutCondition::Any)).expect("stored");
        blobs.pointer(&block_on(blobs.head(key)).expect("a head").expect("there"))
    }

    fn fetch(&self, pointer: &Pointer) -> Result<Bytes, AgentError> {
        let now = self.ports.clock.now();
        let event = Event {
            id: Uuid::from_u128(1),
            event_type: "EchoRequested",
            source: "/test".to_owned(),
            subject: None,
            time: now,
            correlation_id: Uuid::from_u128(1),
            contract: "echo-requested-v1",
            traceparent: None,
            origin: None,
            data: Value::Null,
        };
        let lease = Lease { token: Uuid::from_u128(1), deadline: now.plus(Duration::from_secs(60)) };
        block_on(Context::new(&self.manifest, &self.ports, &event, lease).fetch(pointer))
    }

    fn refused(&self, pointer: &Pointer) -> &'static str {
        self.fetch(pointer).expect_err("refused").code()
    }
}

fn at(pointer: &Pointer, uri: &str) -> Pointer {
    Pointer { uri: Text::new(uri).expect("a text"), ..pointer.clone() }
}

/// Segments that a path may be made to climb, or to end, with.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9.-]{1,8}",
        1 => prop::sample::select(vec!["..", ".", "", "...", "%2e%2e", "..\\..", "drafts", "answers", "\u{202e}x", "a b"])
            .prop_map(str::to_owned),
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..6).prop_map(|segments| segments.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_stored_is_what_the_pointer_leads_to(name in "[a-z0-9.]{0,8}[a-z]", body in any::<Vec<u8>>(), own in any::<bool>()) {
        let bench = Bench::new();
        let key = format!("{}/{name}", if own { "briefs" } else { "drafts" });
        let pointer = bench.put(&key, &body);
        prop_assert_eq!(bench.store.blobs().key_of(&pointer.uri), Some(key));
        prop_assert_eq!(bench.fetch(&pointer).expect("there"), body);
    }

    #[test]
    fn what_is_not_what_the_pointer_says_is_refused(body in any::<Vec<u8>>(), other in any::<Vec<u8>>(), longer in 1i64..100) {
        let bench = Bench::new();
        let pointer = bench.put("drafts/a.md", &body);
        let digest = Sha256Hex::from_digest(&mesh_core::ids::sha256(&other));
        let forged = Pointer { sha256: digest, ..pointer.clone() };
        if body == other {
            prop_assert!(bench.fetch(&forged).is_ok());
        } else {
            prop_assert_eq!(bench.refused(&forged), "PAYLOAD_CORRUPT");
        }
        let bytes = Int::clamp(pointer.bytes.get() + longer);
        prop_assert_eq!(bench.refused(&Pointer { bytes, ..pointer }), "PAYLOAD_CORRUPT");
    }

    #[test]
    fn a_key_out_of_bounds_is_never_read(path in path(), body in any::<Vec<u8>>()) {
        let bench = Bench::new();
        let ours = bench.put("drafts/a.md", &body);
        for secret in ["answers/reader/x", "quarantine/reader/x.json", "site/index.html"] {
            bench.put(secret, &body);
        }
        let stem = ours.uri.strip_suffix("drafts/a.md").expect("a root").to_owned();
        let listed = ["drafts/", "briefs/"].iter().any(|prefix| path.starts_with(prefix));
        let pointer = at(&ours, &format!("{stem}{path}"));
        match bench.fetch(&pointer) {
            Ok(_) => prop_assert_eq!(path.as_str(), "drafts/a.md"),
            Err(error) => {
                let expected: &[&str] = match (check_key(&path).is_ok(), listed) {
                    (false, _) => &["POINTER_FOREIGN"],
                    (true, false) => &["NOT_DECLARED"],
                    (true, true) => &["PAYLOAD_GONE"],
                };
                prop_assert!(expected.contains(&error.code()), "{path}: {error}");
            }
        }
        for climbing in [format!("drafts/../{path}"), format!("drafts/{path}/../../answers/reader/x"), format!("drafts//{path}")] {
            prop_assert_eq!(bench.refused(&at(&ours, &format!("{stem}{climbing}"))), "POINTER_FOREIGN");
        }
    }

    #[test]
    fn another_store_is_never_asked(host in "[a-z0-9-]{1,12}", path in path(), body in any::<Vec<u8>>()) {
        let bench = Bench::new();
        let ours = bench.put("drafts/a.md", &body);
        let stem = ours.uri.strip_suffix("drafts/a.md").expect("a root").to_owned();
        let foreign = [
            format!("s3://{host}/drafts/a.md"),
            format!("https://{host}/drafts/a.md"),
            format!("file:///{path}"),
            format!("/{path}"),
            format!("drafts/a.md?{host}"),
            "drafts/a.md".to_owned(),
            format!("{}-{host}/drafts/a.md", stem.trim_end_matches('/')),
            format!("{stem}/drafts/a.md"),
            format!(" {}", ours.uri.as_str()),
            ours.uri.to_uppercase(),
        ];
        for uri in foreign {
            prop_assert_eq!(bench.refused(&at(&ours, &uri)), "POINTER_FOREIGN", "{}", uri);
        }
    }
}
