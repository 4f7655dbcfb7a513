//! The parts of an article's images, in every order and more than once.

use mesh_testkit::model::{ScriptedImageModel, picture};
use serde_json::{Value, json};

use crate::support::{Bench, CONTENT, png, request};

/// A model that always draws, 512 pixels wide.
fn drawing() -> ScriptedImageModel {
    let image = png(512, 288);
    ScriptedImageModel::new().otherwise(move |_| picture(image.clone()))
}

fn numbers(ready: &Value) -> Vec<i64> {
    ready["images"].as_array().unwrap().iter().map(|image| image["number"].as_i64().unwrap()).collect()
}

#[test]
fn whatever_comes_last_says_that_all_are_there() {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let bench = Bench::new(drawing());
        bench.plan(&order[..2], &json!({"of": 3}));
        assert_eq!(bench.published(), [], "{order:?}");
        assert_eq!(bench.record().unwrap().body["images"].as_array().unwrap().len(), 2);
        bench.publish("last", &request(order[2], 3, json!({})));
        bench.round();
        let ready = bench.only("ImagesReady");
        assert_eq!((numbers(&ready), &ready["status"]), (vec![1, 2, 3], &json!("ok")), "{order:?}");
        // The plan once, and three images at 50 and 1000 tokens and a tenth of a cent.
        let cost = json!({"input_tokens": 7 + 150, "output_tokens": 3 + 3000, "micro_usd": 11 + 3000});
        assert_eq!(ready["cost"], cost);
        assert_eq!((bench.model.calls(), bench.rests()), (3, true));
    }
}

#[test]
fn the_event_carries_what_the_requests_said() {
    let bench = Bench::new(drawing());
    bench.plan(&[1, 2], &json!({}));
    let ready = bench.only("ImagesReady");
    for (field, value) in [("content_id", json!(CONTENT)), ("revision", json!(1)), ("website_id", json!("default"))] {
        assert_eq!(ready[field], value);
    }
    assert_eq!((&ready["request_id"], &ready["post_id"]), (&json!("r1"), &json!("p1")));
    assert_eq!(ready["images"][1]["alt_text"], "A queue of 2 \"people\" & a dog");
    assert_eq!((&ready["images"][1]["section"], &ready["images"][1]["model"]), (&json!(1), &json!("scripted/test")));
    assert!(ready.get("code").is_none() && ready["images"][0].get("code").is_none());
    assert_eq!(bench.record().unwrap().owner.as_deref(), Some("default"));
}

#[test]
fn the_same_request_twice_is_one_image() {
    let bench = Bench::new(drawing());
    for _ in 0..2 {
        bench.plan(&[1, 2], &json!({}));
    }
    assert_eq!(numbers(&bench.only("ImagesReady")), [1, 2]);
    assert_eq!(bench.model.calls(), 2);
}

#[test]
fn a_second_plan_of_the_same_draft_changes_nothing() {
    let bench = Bench::new(drawing());
    bench.plan(&[1, 2], &json!({}));
    for number in [2, 1, 3] {
        bench.publish(&format!("second {number}"), &request(number, 3, json!({"prompt": "Another scene"})));
        bench.round();
    }
    assert_eq!(numbers(&bench.only("ImagesReady")), [1, 2]);
    assert_eq!(bench.model.calls(), 2, "what is there is not paid for again");
}

#[test]
fn another_revision_has_images_of_its_own() {
    let bench = Bench::new(drawing());
    bench.plan(&[1], &json!({}));
    bench.publish("next", &request(1, 1, json!({"revision": 2})));
    bench.round();
    assert_eq!((bench.published().len(), bench.model.calls()), (2, 2));
    assert_eq!(bench.keys("images/").len(), 4, "two images and what is known of them");
}

#[test]
fn a_number_beyond_the_plan_is_rejected() {
    let bench = Bench::new(drawing());
    bench.publish("beyond", &request(3, 2, json!({})));
    bench.round();
    let error = bench.only("ValidationError");
    assert_eq!(error["details"][0]["limit"], "at most 2 (of)");
    assert_eq!((bench.model.calls(), bench.record()), (0, None));
}
