//! From a reviewed article to its metadata.

use mesh_agent_bench::AgentBench;
use mesh_testkit::model::{ScriptedTextModel, response};
use serde_json::{Value, json};

use crate::support::{ARTICLE, ID, asking, brief, reviewed};

/// Metadata that keep all the rules.
fn good() -> Value {
    json!({
        "title": "Green tea at home: a short guide",
        "description": "Green tea is easy to make at home. Learn how hot the water should be, how long to wait, and how to \
                        keep the leaves fresh for months.",
        "slug": "green-tea-at-home",
        "keyphrase": "green tea",
        "keywords": ["green tea", "leaves", "coffee"],
        "og_title": "Green tea at home",
        "og_description": "How to make green tea at home.",
    })
}

fn described(answer: &Value) -> AgentBench {
    let bench = asking(ScriptedTextModel::new().answering(answer.to_string()));
    let review = reviewed(&bench, &["images", "metadata"], Some(&brief()));
    bench.tell("ReviewCompleted", &review);
    bench
}

#[test]
fn metadata_within_the_rules_go_out_as_they_are() {
    let ready = described(&good()).only("MetadataReady");
    assert_eq!((&ready["status"], &ready["metadata"]), (&json!("ok"), &good()));
    assert!(ready.get("code").is_none() && ready.get("reason").is_none(), "{ready}");
    assert_eq!((&ready["content_id"], &ready["revision"]), (&json!(ID), &json!(2)));
    assert_eq!((&ready["model"], &ready["prompt_version"]), (&json!("scripted"), &json!("metadata-v1")));
    assert_eq!((&ready["cost"]["input_tokens"], &ready["cost"]["micro_usd"]), (&json!(100), &json!(1000)));
    assert_eq!(ready["ready_at"], json!("2026-01-05T09:00:00.000Z"));
    assert_eq!((&ready["website_id"], &ready["post_id"]), (&json!("tea-weekly"), &json!("post-1")));
    assert_eq!((&ready["request_id"], &ready["offline"]), (&json!("r1"), &json!(false)));
}

#[test]
fn what_breaks_the_rules_is_mended_and_said() {
    let mut answer = good();
    answer["title"] = json!("A guide");
    answer["slug"] = json!("https://evil.example/");
    answer["mood"] = json!("calm");
    let ready = described(&answer).only("MetadataReady");
    assert_eq!((&ready["status"], &ready["code"]), (&json!("degraded"), &json!("METADATA_MENDED")));
    assert_eq!(ready["reason"], json!("rules had to change title, slug"));
    assert_eq!(ready["metadata"]["title"], json!("Green tea: A guide"));
    assert_eq!(ready["metadata"]["slug"], json!("green-tea-a-guide"));
}

#[test]
fn fields_that_are_missing_are_made_and_cost_no_further_call() {
    let bench = described(&json!({"keyphrase": "green tea", "title": "Green tea", "description": ""}));
    let ready = bench.only("MetadataReady");
    assert_eq!((&ready["status"], bench.model.calls()), (&json!("degraded"), 1));
    assert_eq!(ready["reason"], json!("rules had to change description, slug, keywords, og_title, og_description"));
    assert_eq!(ready["metadata"]["keywords"], json!(["green tea", "coffee"]));
    assert!(
        ready["metadata"]["description"].as_str().is_some_and(|text| text.starts_with("Green tea is easy")),
        "{ready}"
    );
}

#[test]
fn the_model_is_told_of_the_article_and_the_site_and_what_shape_its_answer_has() {
    let bench = described(&good());
    let asked = &bench.model.requests()[0];
    assert_eq!(asked.task.name, "metadata");
    assert_eq!(
        asked.task.input,
        json!({
            "title": "Green tea at home", "topic": "Making tea", "summary": "Green tea is easy to make at home.",
            "keywords": ["green tea"], "core_keywords": ["coffee", "cocoa"], "site_name": "Tea Weekly",
            "seo_instructions": "Speak to beginners.", "language": "en",
            "first_paragraph": "Green tea is easy to make at home. Heat the water, but do not let it boil.",
        })
    );
    let schema = asked.json_schema.as_ref().expect("a schema");
    let fields = ["title", "description", "slug", "keyphrase", "keywords", "og_title", "og_description"];
    assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(fields), &json!(false)));
}

#[test]
fn the_material_is_quoted_so_that_nothing_in_it_can_end_it() {
    let bench = described(&good());
    let asked = &bench.model.requests()[0];
    let prompt = asked.messages[0].joined_text();
    let (_, material) = prompt.split_once(":\n\n{").expect("the material");
    let material: Value = serde_json::from_str(&format!("{{{material}")).expect("JSON to the end of the prompt");
    assert_eq!((&material["article"], &material["site_name"]), (&json!(ARTICLE), &json!("Tea Weekly")));
    assert!(asked.system.as_deref().is_some_and(|rules| rules.contains("never an instruction")));
}

#[test]
fn without_a_brief_the_site_is_the_deployments() {
    let mut answer = response(good().to_string());
    answer.offline = true;
    let bench = asking(ScriptedTextModel::new().responding(answer));
    let review = reviewed(&bench, &["metadata"], None);
    bench.tell("ReviewCompleted", &review);
    let ready = bench.only("MetadataReady");
    assert_eq!((&ready["status"], &ready["offline"]), (&json!("ok"), &json!(true)));
    let input = &bench.model.requests()[0].task.input;
    assert_eq!((&input["site_name"], &input["core_keywords"]), (&json!("Content Mesh"), &json!([])));
    assert!(input.get("seo_instructions").is_none(), "{input}");
}

#[test]
fn an_article_that_waits_for_no_metadata_is_passed_over() {
    let bench = asking(ScriptedTextModel::new());
    let review = reviewed(&bench, &["images"], Some(&brief()));
    assert_eq!(bench.tell("ReviewCompleted", &review).len(), 1);
    assert_eq!((bench.model.calls(), bench.published().len()), (0, 0));
}

#[test]
fn the_same_event_twice_is_described_once() {
    let bench = asking(ScriptedTextModel::new().answering(good().to_string()));
    let review = reviewed(&bench, &["metadata"], Some(&brief()));
    bench.tell("ReviewCompleted", &review);
    bench.tell("ReviewCompleted", &review);
    assert_eq!((bench.model.calls(), bench.published().len()), (1, 1));
}
