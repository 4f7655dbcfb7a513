//! The provider is down for ten minutes while requests wait: the circuit keeps their attempts from being burnt.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Settings, Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, ModelErrorKind, TextModel, Usage},
};
use mesh_models::OfflineTextModel;
use mesh_testkit::block_on;
use mesh_tests::{World, check};
use serde_json::json;

const REQUESTS: usize = 12;

#[derive(Debug, Default)]
struct Moody {
    well: AtomicBool,
    calls: AtomicU32,
    model: OfflineTextModel,
}

#[async_trait]
impl TextModel for Moody {
    fn name(&self) -> &str {
        "test/moody"
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.well.load(Ordering::Relaxed) {
            return self.model.complete(request, deadline).await;
        }
        Err(ModelError {
            kind: ModelErrorKind::Overloaded,
            model: "test/moody".into(),
            message: "no capacity".into(),
            retry_after: None,
            provider_request_id: None,
            usage: Usage::default(),
        })
    }
}

#[test]
fn an_outage_costs_three_calls_and_a_probe_a_minute_and_no_request() {
    let model = Arc::new(Moody::default());
    let world = World::with(Settings::default(), None, Some(Arc::clone(&model) as Arc<dyn TextModel>));
    for number in 0..REQUESTS {
        let topic = format!("Bees in quarter {number}");
        world.publish(
            "ContentRequest",
            &json!({"content_topic": topic, "word_count": 300, "request_id": format!("r{number}")}),
        );
    }
    block_on(world.seats[0].round());
    assert_eq!(model.calls.load(Ordering::Relaxed), 3, "then the circuit is open");
    for _ in 0..60 {
        world.clock.advance(Duration::from_secs(10));
        block_on(world.seats[0].round());
    }
    let during = model.calls.load(Ordering::Relaxed);
    assert!((4..=14).contains(&during), "{during} calls in ten minutes: about one probe a minute");
    model.well.store(true, Ordering::Relaxed);
    block_on(world.drain());
    assert_eq!(block_on(check(&world, REQUESTS)), [""; 0]);
    assert_eq!(block_on(world.dead_letters()), 0);
}
