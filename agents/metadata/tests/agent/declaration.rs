//! `agent.json` against the design.

use std::time::Duration;

use mesh_core::{Manifest, Settings};

fn manifest() -> Manifest {
    Manifest::parse(agent_metadata::MANIFEST).expect("a manifest")
}

#[test]
fn it_hears_what_passed_its_review_and_asks_a_model() {
    let manifest = manifest();
    let heard = manifest.handles("ReviewCompleted").expect("handled");
    assert_eq!((heard.channel.as_str(), heard.asks.as_slice()), ("/content/reviewed", &["text_model".to_owned()][..]));
    assert_eq!(manifest.publishes, ["MetadataReady"]);
}

#[test]
fn its_failure_is_a_notice() {
    assert_eq!((manifest().failure.event.as_str(), manifest().failure.notice), ("MetadataFailure", true));
}

#[test]
fn it_reads_drafts_and_briefs_and_writes_nothing() {
    let manifest = manifest();
    assert!(manifest.may_fetch("drafts/x.md") && manifest.may_fetch("briefs/x.json"));
    assert!(!manifest.may_put("drafts/x.md") && manifest.reads.is_empty() && manifest.writes.is_empty());
}

#[test]
fn a_call_fits_into_a_handling_with_time_to_commit() {
    assert!(Settings::default().model_timeout + Duration::from_secs(3) < manifest().timeout());
}

#[test]
fn its_settings_are_those_of_models_and_no_keys() {
    let manifest = manifest();
    assert!(manifest.takes("ANTHROPIC_API_KEY_SECRET") && manifest.takes("TIMEOUT_SECONDS"));
    assert!(!manifest.takes("MESH_HOME") && !manifest.takes("OPENAI_API_KEY"));
}
