//! `agent.json` against the design.

use std::time::Duration;

use mesh_core::{Manifest, Settings};

fn manifest() -> Manifest {
    Manifest::parse(agent_refine::MANIFEST).expect("a manifest")
}

#[test]
fn it_hears_drafts_and_wishes_for_revisions_and_asks_a_model_for_both() {
    let manifest = manifest();
    for (event, channel) in [("ContentDrafted", "/content/drafted"), ("RevisionRequested", "/content/revise")] {
        let heard = manifest.handles(event).expect("handled");
        assert_eq!((heard.channel.as_str(), heard.asks.as_slice()), (channel, &["text_model".to_owned()][..]));
    }
    assert!(manifest.handles("ContentReady").is_none());
}

#[test]
fn its_failure_ends_the_run() {
    let manifest = manifest();
    assert_eq!((manifest.failure.event.as_str(), manifest.failure.notice), ("RefineFailure", false));
    assert_eq!(manifest.publishes, ["ContentReady"]);
}

#[test]
fn it_touches_drafts_and_reads_briefs_and_no_more() {
    let manifest = manifest();
    assert!(
        manifest.may_put("drafts/x.md") && manifest.may_fetch("drafts/x.md") && manifest.may_fetch("briefs/x.json")
    );
    assert!(!manifest.may_put("briefs/x.json") && !manifest.may_put("site/index.html"));
    assert!(manifest.reads.is_empty() && manifest.writes.is_empty());
}

#[test]
fn a_call_fits_into_a_handling_with_time_to_commit() {
    assert!(Settings::default().model_timeout + Duration::from_secs(3) < manifest().timeout());
    assert_eq!((manifest().memory_mb, manifest().concurrency), (256, 2));
}

#[test]
fn its_settings_are_those_of_models_and_no_keys() {
    let manifest = manifest();
    assert!(manifest.takes("ANTHROPIC_API_KEY_SECRET") && manifest.takes("TIMEOUT_SECONDS"));
    assert!(!manifest.takes("MESH_HOME") && !manifest.takes("OPENAI_API_KEY"));
}
