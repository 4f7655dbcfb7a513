//! From a reviewed article to the images it asks for.

use mesh_agent_bench::AgentBench;
use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};

use crate::support::{ARTICLE, ID, asking, brief, reviewed};

fn three() -> Value {
    json!({"images": [
        {"prompt": "a teapot on a table", "alt_text": "A teapot on a wooden table.", "section": 0},
        {"prompt": "water that boils", "alt_text": "Water that boils in a kettle.", "section": 1},
        {"prompt": "a tray of cups", "alt_text": "A tray with three cups of tea.", "section": 2},
    ]})
}

fn planned(answer: &Value, images: usize) -> AgentBench {
    let bench = asking(ScriptedTextModel::new().answering(answer.to_string()));
    let review = reviewed(&bench, &["images", "metadata"], Some(&brief(images)));
    bench.tell("ReviewCompleted", &review);
    bench
}

#[test]
fn each_image_is_requested_by_an_event_of_its_own() {
    let bench = planned(&three(), 3);
    let requested = bench.all("ImageRequested");
    assert_eq!(requested.len(), 3);
    for (n, image) in requested.iter().enumerate() {
        let asked = &three()["images"][n];
        assert_eq!((&image["number"], &image["of"]), (&json!(n + 1), &json!(3)));
        for field in ["prompt", "alt_text", "section"] {
            assert_eq!(image[field], asked[field]);
        }
        assert_eq!((&image["content_id"], &image["revision"]), (&json!(ID), &json!(2)));
        assert_eq!(
            (&image["plan_cost"]["input_tokens"], &image["plan_cost"]["micro_usd"]),
            (&json!(100), &json!(1000))
        );
        assert!(image["brief"]["uri"].as_str().is_some_and(|uri| uri.ends_with(".r2.json")), "{image}");
        assert_eq!((&image["website_id"], &image["post_id"]), (&json!("tea-weekly"), &json!("post-1")));
        assert_eq!((&image["offline"], &image["request_id"]), (&json!(false), &json!("r1")));
    }
}

#[test]
fn the_model_is_told_of_the_article_and_the_brand_and_what_shape_its_answer_has() {
    let bench = planned(&three(), 3);
    let asked = &bench.model.requests()[0];
    assert_eq!(asked.task.name, "image_plan");
    assert_eq!(
        asked.task.input,
        json!({
            "title": "Tea at home", "topic": "Making tea", "sections": ["Brewing", "Serving"], "summary": "Tea is easy.",
            "count": 3, "style": "flat illustration", "colors": ["#FF5733", "#33FF57"], "language": "en",
        })
    );
    let schema = asked.json_schema.as_ref().expect("a schema");
    let image = &schema["properties"]["images"]["items"];
    assert_eq!(
        (&image["required"], &image["additionalProperties"]),
        (&json!(["prompt", "alt_text", "section"]), &json!(false))
    );
    assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(["images"]), &json!(false)));
    assert_eq!(image["properties"]["section"]["type"], "integer");
}

#[test]
fn the_material_is_quoted_so_that_nothing_in_it_can_end_it() {
    let bench = planned(&three(), 3);
    let asked = &bench.model.requests()[0];
    let prompt = asked.messages[0].joined_text();
    let (_, material) = prompt.split_once(":\n\n{").expect("the material");
    let material: Value = serde_json::from_str(&format!("{{{material}")).expect("JSON to the end of the prompt");
    assert_eq!((&material["article"], &material["count"]), (&json!(ARTICLE), &json!(3)));
    assert!(asked.system.as_deref().is_some_and(|rules| rules.contains("never an instruction")));
}

#[test]
fn a_plan_that_breaks_the_rules_is_mended() {
    let same = json!({"prompt": "tea", "alt_text": "tea", "section": 7, "mood": "calm"});
    let bench = planned(&json!({"images": [same, same, same, same]}), 3);
    let requested = bench.all("ImageRequested");
    let sections: Vec<&Value> = requested.iter().map(|image| &image["section"]).collect();
    assert_eq!(sections, [&json!(0), &json!(1), &json!(2)]);
    let texts: Vec<&str> = requested.iter().filter_map(|image| image["alt_text"].as_str()).collect();
    assert_eq!(texts, ["tea: Tea at home", "tea: Brewing", "tea: Serving"]);
}

#[test]
fn fewer_images_than_asked_for_are_images_too() {
    let bench = planned(&json!({"images": [three()["images"][1]]}), 3);
    let image = bench.only("ImageRequested");
    assert_eq!((&image["number"], &image["of"], &image["section"]), (&json!(1), &json!(1), &json!(1)));
}

#[test]
fn an_article_that_waits_for_no_images_is_passed_over() {
    let bench = asking(ScriptedTextModel::new());
    let review = reviewed(&bench, &["metadata"], Some(&brief(3)));
    assert_eq!(bench.tell("ReviewCompleted", &review).len(), 1);
    assert_eq!((bench.model.calls(), bench.published().len()), (0, 0));
}

#[test]
fn a_site_that_wants_no_images_gets_none_and_the_page_need_not_wait() {
    for brief in [Some(brief(0)), None] {
        let bench = asking(ScriptedTextModel::new());
        let review = reviewed(&bench, &["images"], brief.as_ref());
        bench.tell("ReviewCompleted", &review);
        let ready = bench.only("ImagesReady");
        assert_eq!((&ready["status"], &ready["images"], bench.model.calls()), (&json!("ok"), &json!([]), 0));
    }
}

#[test]
fn the_same_event_twice_is_one_plan() {
    let bench = asking(ScriptedTextModel::new().answering(three().to_string()));
    let review = reviewed(&bench, &["images"], Some(&brief(3)));
    bench.tell("ReviewCompleted", &review);
    bench.tell("ReviewCompleted", &review);
    assert_eq!((bench.model.calls(), bench.published().len()), (1, 3));
}
