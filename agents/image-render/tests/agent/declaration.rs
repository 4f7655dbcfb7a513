//! `agent.json` against what the agent does.

use std::time::Duration;

use mesh_core::{Manifest, Settings, ports::MAX_IMAGE_BYTES};

fn manifest() -> Manifest {
    Manifest::parse(agent_image_render::MANIFEST).expect("a manifest")
}

#[test]
fn it_hears_requests_and_says_when_all_are_there() {
    let manifest = manifest();
    let heard = manifest.handles("ImageRequested").expect("handled");
    assert_eq!((heard.channel.as_str(), heard.asks.as_slice()), ("/image/requested", &["image_model".to_owned()][..]));
    assert!(manifest.may_publish("ImagesReady") && manifest.may_publish("ImageFailure"));
    assert!(!manifest.may_publish("ImageRequested") && !manifest.may_publish("ContentPublished"));
    assert!(manifest.failure.notice, "publish decides what a missing image means");
}

#[test]
fn it_may_write_images_and_no_more() {
    let manifest = manifest();
    assert!(manifest.may_write("image_set") && !manifest.may_write("publication"));
    assert!(manifest.may_put("images/x.png") && manifest.may_put("site/images/x.jpg"));
    assert!(manifest.may_fetch("briefs/x.json") && !manifest.may_put("briefs/x.json"));
    assert!(!manifest.may_fetch("drafts/x.md") && !manifest.may_fetch("answers/x"));
}

#[test]
fn a_call_and_an_image_fit_into_a_handling() {
    let manifest = manifest();
    assert!(Settings::default().model_timeout + Duration::from_secs(60) < manifest.timeout());
    // The answer in base64 and decoded, 40 megapixels of four bytes, and the same without transparency.
    let most = MAX_IMAGE_BYTES * 3 + 40_000_000 * 4 + 40_000_000 * 3;
    assert!(most < manifest.memory_mb as usize * 1_000_000 / 2);
    assert!(manifest.takes("MESH_IMAGE_MODEL") && !manifest.takes("OPENAI_API_KEY"));
}
