//! Images that cannot be made: a part that failed still arrives.

use std::time::Duration;

use bytes::Bytes;
use image::ImageFormat;
use mesh_core::{Fate, ports::ModelErrorKind, runner::Ended};
use mesh_testkit::model::{ScriptedImageModel, picture};
use serde_json::json;

use crate::support::{Bench, drawn, file, png};

#[test]
fn what_the_model_refuses_for_good_is_a_failed_image_among_others() {
    let image = png(512, 288);
    let model =
        ScriptedImageModel::new().failing(ModelErrorKind::ContentPolicy).otherwise(move |_| picture(image.clone()));
    let bench = Bench::new(model);
    bench.plan(&[1, 2], &json!({}));
    let ready = bench.only("ImagesReady");
    assert_eq!((&ready["status"], ready.get("code")), (&json!("degraded"), None));
    let [failed, good] = [&ready["images"][0], &ready["images"][1]];
    assert_eq!((&failed["status"], &failed["code"]), (&json!("failed"), &json!("CONTENT_POLICY")));
    assert!(failed.get("image").is_none() && failed.get("files").is_none() && failed["reason"].is_string());
    assert_eq!(good["status"], "ok");
    assert!(bench.rests());
}

#[test]
fn when_none_is_there_the_event_says_why() {
    for (kind, code) in [
        (ModelErrorKind::QuotaExhausted, "MODEL_QUOTA_EXHAUSTED"),
        (ModelErrorKind::Auth, "MODEL_AUTH"),
        (ModelErrorKind::InvalidRequest, "MODEL_INVALID_REQUEST"),
    ] {
        let bench = Bench::new(ScriptedImageModel::new().otherwise(move |_| kind));
        bench.plan(&[1, 2], &json!({}));
        let ready = bench.only("ImagesReady");
        assert_eq!((&ready["status"], &ready["code"]), (&json!("failed"), &json!(code)));
        assert!(ready["reason"].as_str().is_some_and(|reason| reason.contains("as scripted")), "{ready}");
        assert_eq!(bench.keys("site/"), [] as [&str; 0]);
    }
}

#[test]
fn what_may_heal_is_tried_again_and_says_nothing_until_then() {
    let model = ScriptedImageModel::new().failing(ModelErrorKind::Overloaded).drawing(512, 288);
    let bench = Bench::new(model);
    bench.publish("image 1", &crate::support::request(1, 1, json!({})));
    let fates = bench.round();
    assert!(matches!(fates[..], [Fate::Retry { ended: Ended::SetBack("MODEL_OVERLOADED"), .. }]), "{fates:?}");
    assert_eq!((bench.published(), bench.record()), (Vec::new(), None));
    bench.clock.advance(Duration::from_secs(300));
    bench.round();
    assert_eq!(bench.only("ImagesReady")["status"], "ok");
}

#[test]
fn what_is_no_usable_image_is_a_failed_image() {
    let damaged = png(600, 400);
    let mut claims = png(300, 300).to_vec();
    // A head of 100,000 x 100,000 pixels, and of 9,000 x 9,000: 40 GB and 240 MB, were they unpacked.
    let mut bomb = |side: u32| {
        claims[16..20].copy_from_slice(&side.to_be_bytes());
        claims[20..24].copy_from_slice(&side.to_be_bytes());
        let sum = !claims[12..29].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        });
        claims[29..33].copy_from_slice(&sum.to_be_bytes());
        Bytes::from(claims.clone())
    };
    for (bytes, reason) in [
        (Bytes::from_static(b"this is no image"), "no PNG, JPEG or WebP"),
        (Bytes::new(), "no PNG, JPEG or WebP"),
        (Bytes::from_static(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "no PNG, JPEG or WebP"),
        (damaged.slice(..damaged.len() / 2), "damaged"),
        (png(255, 900), "less than 256"),
        (bomb(100_000), "cannot be read"),
        (bomb(9_000), "more than 10000 on a side or 40 million"),
    ] {
        let bench = Bench::new(ScriptedImageModel::new().responding(picture(bytes)));
        let image = bench.single(json!({}));
        assert_eq!((&image["status"], &image["code"]), (&json!("failed"), &json!("IMAGE_INVALID")), "{image}");
        assert!(image["reason"].as_str().unwrap().contains(reason), "{reason}: {image}");
        assert_eq!(bench.keys("site/"), [] as [&str; 0]);
        let cost = &bench.only("ImagesReady")["cost"]["micro_usd"];
        assert_eq!(cost, &json!(11 + 1_000), "it was paid all the same");
    }
}

#[test]
fn a_preferred_model_that_is_not_there_fails_without_a_call() {
    let bench = Bench::new(ScriptedImageModel::new());
    let brief = bench.brief(json!({"preferredImageModel": "openai/gpt-image-1"}));
    let image = bench.single(json!({"brief": brief, "website_id": "shop"}));
    assert_eq!((&image["code"], bench.model.calls()), (&json!("MODEL_NOT_CONFIGURED"), 0));
}

#[test]
fn the_ratio_asked_for_is_cropped_to_and_that_is_said() {
    let square = file(&drawn(1024, 1024).into(), ImageFormat::Jpeg);
    let bench = Bench::new(ScriptedImageModel::new().responding(picture(square)));
    let image = bench.single(json!({}));
    assert_eq!((&image["status"], &image["code"]), (&json!("degraded"), &json!("IMAGE_RESIZED")));
    assert_eq!(image["reason"], "the model made it 1024 x 1024; it is cropped to 16:9");
    assert_eq!(bench.only("ImagesReady")["status"], "degraded");
    let master = image::load_from_memory(&bench.blob(&format!("images/{}/r1/1.png", crate::support::CONTENT))).unwrap();
    assert_eq!((master.width(), master.height()), (1024, 576));
}
