//! dbg
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use mesh_tests::World;
use serde_json::json;
fn main() {
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).init();
    let world = World::new();
    world.publish("ContentRequest", &json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"}));
    mesh_testkit::block_on(world.drain());
    for e in mesh_testkit::block_on(world.store.journal().since(0, None, 1000)).unwrap() { println!("{} {:?} {}", e.seq, e.event_type, e.body); }
    for c in world.plan.trace() { println!("{c}"); }
}
