//! Handlers that run again: nothing is asked, drawn or stored twice.

use std::sync::{Arc, OnceLock};

use mesh_agent_bench::Store;
use mesh_core::ports::{DocKey, Document, StateStore, Write, WriteMode};
use mesh_testkit::{
    block_on,
    faulty::Fault,
    model::{ScriptedImageModel, picture},
};
use serde_json::json;

use crate::support::{Bench, CONTENT, png, request};

/// How often a blob was put.
fn puts(bench: &Bench, key: &str) -> usize {
    bench.blobs.trace().iter().filter(|call| call.operation == "put" && call.detail.contains(key)).count()
}

/// The record as another handler leaves it with the first image.
fn first_image() -> Write {
    let body = json!({
        "content_id": CONTENT, "revision": 1, "of": 2,
        "images": [{"number": 1, "status": "failed", "section": 0, "alt_text": "A queue", "offline": false, "code": "X"}],
        "cost": {"input_tokens": 100, "output_tokens": 100, "micro_usd": 100}, "updated_at": "2026-11-20T12:00:00.000Z",
    });
    let key = DocKey::new("image_set", format!("{CONTENT}#1"));
    let document = Document { key, version: 0, owner: None, index: None, sort: None, expires_at: None, body };
    Write { mode: WriteMode::Create, document }
}

#[test]
fn of_two_that_come_at_once_one_runs_again_and_draws_nothing() {
    let store: Arc<OnceLock<Store>> = Arc::default();
    let other = Arc::clone(&store);
    let image = png(512, 288);
    let model = ScriptedImageModel::new().with(move |_| {
        // While this one is drawn, the other is recorded.
        let store = other.get().expect("a store");
        assert!(block_on(store.state().put(&first_image())).expect("a write"));
        picture(image)
    });
    let bench = Bench::new(model);
    assert!(store.set(bench.store.clone()).is_ok());
    bench.publish("second", &request(2, 2, json!({})));
    bench.round();
    let ready = bench.only("ImagesReady");
    assert_eq!(ready["status"], "degraded");
    assert_eq!(ready["images"].as_array().unwrap().len(), 2);
    assert_eq!(ready["cost"]["micro_usd"], json!(100 + 1_000), "its cost is counted once, and the plan's not again");
    assert_eq!(bench.model.calls(), 1);
    for key in ["r1/2.png", "r1/2-480.jpg", "r1/2.json", "answers/image-render/"] {
        assert_eq!(puts(&bench, key), 1, "{key}");
    }
}

#[test]
fn an_attempt_that_broke_off_is_gone_on_with() {
    let bench = Bench::new(ScriptedImageModel::new().drawing(512, 288));
    let mut broken = false;
    bench.blobs.rule(move |call| {
        let now = !broken && call.operation == "put" && call.detail.contains("1-share.jpg");
        broken |= now;
        now.then_some(Fault::FailBefore)
    });
    bench.publish("first", &request(1, 1, json!({})));
    bench.round();
    assert_eq!(bench.published(), []);
    bench.clock.advance(std::time::Duration::from_secs(3600));
    bench.round();
    let ready = bench.only("ImagesReady");
    assert_eq!((&ready["images"][0]["status"], bench.model.calls()), (&json!("ok"), 1));
    assert_eq!(ready["cost"]["micro_usd"], json!(11 + 1_000), "the stored answer is paid for once");
}
