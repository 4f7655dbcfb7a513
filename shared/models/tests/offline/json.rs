//! The tasks whose answer is JSON: of the agreed shape, within the limits of who reads it.

use std::collections::BTreeSet;

use mesh_core::ports::{ChatRequest, Finish, ModelErrorKind};
use mesh_models::OfflineTextModel;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{complete, request};

fn ask(task: &str, input: Value) -> Value {
    let wanted = ChatRequest { json_schema: Some(json!({"type": "object"})), ..request(task, input, 4000) };
    let answer = complete(&OfflineTextModel::new(), &wanted).unwrap();
    assert_eq!((answer.finish, answer.cost_micro_usd), (Finish::Stop, Some(0)));
    serde_json::from_str(&answer.text).unwrap()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The limits of the contract type `Metadata`, and the tighter ones of the task.
fn check_metadata(answer: &Value) {
    let fields: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["description", "keyphrase", "keywords", "og_description", "og_title", "slug", "title"];
    assert_eq!(BTreeSet::from_iter(fields), BTreeSet::from(expected));
    for (field, least, most) in [
        ("title", 1, 60),
        ("description", 121, 156),
        ("slug", 1, 75),
        ("keyphrase", 1, 80),
        ("og_title", 1, 95),
        ("og_description", 1, 200),
    ] {
        let text = text(answer, field);
        assert!((least..=most).contains(&length(text)) && !text.trim().is_empty(), "{field}: {text}");
        assert!(!text.contains(['\n', '<', '`']), "{field}: {text}");
    }
    let slug = text(answer, "slug");
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    assert!(slug.split('-').all(word), "{slug}");
    let keywords = answer["keywords"].as_array().unwrap();
    assert!((1..=20).contains(&keywords.len()), "{keywords:?}");
    assert!(keywords.iter().all(|keyword| (1..=80).contains(&length(keyword.as_str().unwrap()))), "{keywords:?}");
    assert_eq!(keywords[0], answer["keyphrase"]);
}

fn check_plan(answer: &Value, count: usize, sections: usize) {
    let images = answer["images"].as_array().unwrap();
    assert_eq!((answer.as_object().unwrap().len(), images.len()), (1, count));
    let mut places = BTreeSet::new();
    let mut alts = BTreeSet::new();
    for image in images {
        assert_eq!(image.as_object().unwrap().len(), 3, "{image}");
        let alt = text(image, "alt_text");
        assert!((11..=199).contains(&length(alt)) && alts.insert(alt), "{alt}");
        assert!((1..=2000).contains(&length(text(image, "prompt"))));
        let section = usize::try_from(image["section"].as_u64().unwrap()).unwrap();
        assert!(section <= sections, "{image}");
        places.insert(section);
    }
    assert_eq!(places.len(), count.min(sections + 1), "{answer}");
}

#[test]
fn metadata_keeps_to_its_limits() {
    let answer = ask(
        "metadata",
        json!({
            "title": "Small queues beat big meetings: a calm plan for busy people in large companies",
            "topic": "small queues",
            "summary": "Small queues keep work calm. Big meetings drain time, so share the notes early and keep the list short. \
                        People who trim their plans find focus.",
            "keywords": ["queues", "Meetings"],
            "core_keywords": ["queue design", "queues"],
            "site_name": "Work Notes",
            "seo_instructions": "Keep it short.",
            "first_paragraph": "Small queues keep work calm.",
            "language": "en",
        }),
    );
    check_metadata(&answer);
    assert_eq!(text(&answer, "title"), "Small queues beat big meetings");
    assert_eq!(text(&answer, "slug"), "small-queues-beat-big-meetings");
    assert_eq!(text(&answer, "keyphrase"), "queues");
    assert_eq!(answer["keywords"], json!(["queues", "Meetings", "queue design"]));
    assert!(text(&answer, "description").starts_with("Small queues keep work calm."));
    let short = ask("metadata", json!({"title": "Tea", "topic": "tea", "site_name": "Pots", "keywords": []}));
    check_metadata(&short);
    assert_eq!((text(&short, "title"), text(&short, "keyphrase")), ("Tea | Pots", "tea"));
    let keyword = ask("metadata", json!({"title": "Tea", "topic": "tea", "keywords": ["green tea"], "summary": null}));
    assert_eq!(text(&keyword, "keyphrase"), "green tea");
}

#[test]
fn images_are_spread_over_the_article() {
    let input = |count: usize, sections: &[&str]| {
        json!({
            "title": "Tea: a plan", "topic": "Tea", "sections": sections, "summary": "Tea is warm.", "count": count,
            "style": "watercolour", "colors": ["#112233", "red"], "language": "en",
        })
    };
    let sections = ["Green leaves", "Black leaves", "The pot", "Next steps"];
    for count in 1..=10 {
        let plan = ask("image_plan", input(count, &sections));
        check_plan(&plan, count, sections.len());
        check_plan(&ask("image_plan", input(count, &[])), count, 0);
        let prompt = text(&plan["images"][0], "prompt");
        assert!(prompt.contains("watercolour") && prompt.contains("#112233") && !prompt.contains("red,"), "{prompt}");
    }
    assert_eq!(ask("image_plan", input(3, &sections)), ask("image_plan", input(3, &sections)));
}

#[test]
fn a_schema_belongs_to_json_tasks_alone() {
    let schema = Some(json!({"type": "object"}));
    let input = json!({"markdown": "secret", "words_min": 1, "words_max": 9});
    let wanted = ChatRequest { json_schema: schema, ..request("refine", input, 4000) };
    let error = complete(&OfflineTextModel::new(), &wanted).unwrap_err();
    assert!(error.kind == ModelErrorKind::InvalidRequest && !error.to_string().contains("secret"));
}

#[test]
fn malformed_json_comes_once_and_to_json_tasks_alone() {
    let model = OfflineTextModel::from_name("offline/text-v1+fault=malformed_json").unwrap();
    let draft = request("draft", json!({"topic": "Tea", "word_count": 300}), 4000);
    assert_eq!(complete(&model, &draft).unwrap().finish, Finish::Stop);
    let wanted = request("image_plan", json!({"topic": "Tea", "count": 2}), 4000);
    let broken = complete(&model, &wanted).unwrap();
    assert_eq!(broken.finish, Finish::Stop);
    assert!(serde_json::from_str::<Value>(&broken.text).is_err() && broken.text.starts_with('{'));
    assert!(serde_json::from_str::<Value>(&complete(&model, &wanted).unwrap().text).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn metadata_of_anything_is_metadata(
        title in "\\PC{1,200}", summary in "\\PC{0,400}", keywords in proptest::collection::vec("\\PC{0,120}", 0..25), site in "\\PC{0,60}",
    ) {
        let title = format!("Tea {title}");
        check_metadata(&ask("metadata", json!({
            "title": title, "topic": "", "summary": summary, "keywords": keywords, "core_keywords": [], "site_name": site,
            "first_paragraph": summary,
        })));
    }

    #[test]
    fn any_sections_are_planned_for(topic in "\\PC{4,200}", sections in proptest::collection::vec("\\PC{0,150}", 0..12), count in 1..=10_usize) {
        let topic = format!("Tea {topic}");
        check_plan(&ask("image_plan", json!({"topic": topic, "sections": sections, "count": count})), count, sections.len());
    }
}
