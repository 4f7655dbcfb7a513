//! `agent.json` against the specification.

use std::time::Duration;

use mesh_core::{Manifest, Settings};

fn manifest() -> Manifest {
    Manifest::parse(agent_content_gen::MANIFEST).expect("a manifest")
}

#[test]
fn memory_and_concurrency_are_those_of_the_specification() {
    assert_eq!((manifest().memory_mb, manifest().concurrency), (256, 2));
}

#[test]
fn a_call_fits_into_a_handling_with_time_to_commit() {
    let settings = Settings::default();
    assert_eq!(settings.max_words, 2000);
    assert!(settings.model_timeout + Duration::from_secs(3) < manifest().timeout());
}

#[test]
fn it_hears_requests_and_says_what_became_of_them_and_no_more() {
    let manifest = manifest();
    let heard = manifest.handles("ContentRequest").expect("handled");
    assert_eq!((heard.channel.as_str(), heard.asks.as_slice()), ("/content/request", &["text_model".to_owned()][..]));
    for event in ["ContentReady", "GenFailure", "ValidationError"] {
        assert!(manifest.may_publish(event), "{event}");
    }
    for event in ["ContentRequest", "ReviewCompleted", "ContentPublished", "PublishFailure"] {
        assert!(!manifest.may_publish(event), "{event}");
    }
}

#[test]
fn it_may_write_its_records_and_drafts_and_no_more() {
    let manifest = manifest();
    assert!(manifest.may_write("content") && manifest.may_put("drafts/x.md"));
    assert!(!manifest.may_write("review") && !manifest.may_read("publication"));
    assert!(!manifest.may_put("site/index.html") && !manifest.may_fetch("quarantine/content-gen/x.json"));
}

#[test]
fn its_settings_are_those_of_the_specification_and_our_own() {
    let manifest = manifest();
    for name in ["MAX_WORDS", "OPENAI_MODEL", "TIMEOUT_SECONDS", "OPENAI_API_KEY_SECRET", "PROMPT_TEMPLATE"] {
        assert!(manifest.takes(name), "{name}");
    }
    assert!(!manifest.takes("OPENAI_API_KEY"), "a key is a secret");
}
