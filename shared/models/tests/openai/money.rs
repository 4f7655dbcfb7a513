//! What a call costs, and what it can cost at most.

use mesh_core::ports::{TextModel, Usage};
use mesh_models::PriceTable;
use serde_json::json;

use crate::{
    server::Answer,
    world::{PROMPT, World, completion, ok, request},
};

const TABLE: &str = r#"{
    "currency": "USD",
    "text": {
        "openai/small": {"input": 250000, "cached_input": 25000, "output": 2000000},
        "openai/small-2026-01-02": {"input": 1000000, "cached_input": 1000000, "output": 1000000},
        "openai/large": {"input": 1000000, "cached_input": 100000, "cache_write": 1250000, "output": 5000000,
            "long_context_above": 1000}
    },
    "images": {
        "openai/pictures": {"input": 5000000, "output": 40000000, "per_image": {
            "low": {"1024x1024": 11000}, "high": {"1024x1024": 167000, "1536x1024": 250000}}}
    }
}"#;

fn usage(input_tokens: u64, cached_tokens: u64, output_tokens: u64) -> Usage {
    Usage { input_tokens, output_tokens, cached_tokens, ..Usage::default() }
}

#[test]
fn the_table_of_this_crate_can_be_read() {
    let table = PriceTable::built_in().unwrap();
    for model in ["openai/gpt-6-luna", "openai/gpt-5-mini", "openai/gpt-4o-mini", "openai/gpt-5.6-terra"] {
        assert!(table.text(model).is_some(), "{model}");
    }
    assert_eq!(table.text("openai/gpt-5-mini").unwrap().cost(&usage(1_000_000, 0, 1_000_000)), Some(2_250_000));
    let image = table.image("openai/gpt-image-1", "1536x1024", "medium").unwrap();
    assert_eq!(image.quote(""), Some(63_000));
}

#[test]
fn a_price_is_rounded_up_once() {
    let table = PriceTable::parse(TABLE).unwrap();
    let small = table.text("openai/small").unwrap();
    // 10 * 0.25 + 5 * 0.025 + 7 * 2 = 16.625 millionths.
    assert_eq!(small.cost(&usage(15, 5, 7)), Some(17));
    assert_eq!(small.cost(&usage(4, 0, 0)), Some(1));
    assert_eq!(small.cost(&Usage::default()), Some(0));
    // A provider that counts more cached tokens than tokens is not owed less than nothing.
    assert_eq!(small.cost(&usage(40, 80, 0)), Some(1));
    assert_eq!(small.cost(&usage(u64::MAX, 0, u64::MAX)), None);
}

#[test]
fn writing_to_the_cache_and_long_contexts_cost_extra() {
    let large = PriceTable::parse(TABLE).unwrap().text("openai/large").unwrap();
    assert_eq!(large.cost(&usage(1000, 200, 10)), Some(1000 + 20 + 50));
    assert_eq!(large.cost(&usage(1001, 200, 10)), Some((801 * 5 / 2 + 40 + 75) + 1));
}

#[test]
fn snapshots_find_their_model_and_nothing_else_does() {
    let table = PriceTable::parse(TABLE).unwrap();
    assert_eq!(table.text("openai/small-2025-08-07"), table.text("openai/small"));
    assert_ne!(table.text("openai/small-2026-01-02"), table.text("openai/small"));
    for stranger in
        ["openai/small-pro", "openai/small-2025-8-07", "openai/smal", "small", "", "openai/small-pro-2025-08-07"]
    {
        assert_eq!(table.text(stranger), None, "{stranger}");
    }
}

#[test]
fn images_cost_by_size_and_quality_and_by_tokens_once_they_are_counted() {
    let table = PriceTable::parse(TABLE).unwrap();
    let quote = |size, quality| table.image("openai/pictures-2025-04-15", size, quality).unwrap().quote("0123456789");
    assert_eq!(quote("1024x1024", "low"), Some(11_000 + 15));
    assert_eq!(quote("1024x1024", "auto"), Some(167_000 + 15));
    assert_eq!(quote("1536x1024", "low"), None);
    assert_eq!(quote("1x1", "auto"), None);
    assert_eq!(table.image("openai/other", "1024x1024", "low"), None);
    let wide = table.image("openai/pictures", "1536x1024", "low").unwrap();
    assert_eq!(
        (wide.cost(&usage(20, 0, 100)), wide.cost(&Usage { estimated: true, ..usage(20, 0, 100) })),
        (Some(4_100), None)
    );
    let square = table.image("openai/pictures", "1024x1024", "low").unwrap();
    assert_eq!(square.cost(&Usage { estimated: true, ..usage(20, 0, 0) }), Some(11_100));
}

#[test]
fn a_table_that_cannot_be_read_says_where() {
    for (table, word) in [
        ("{", "JSON"),
        (r#"{"currency": "EUR"}"#, "USD"),
        (r#"{"currency": "USD", "text": {}}"#, "images"),
        (r#"{"currency": "USD", "text": {"openai/x": {"input": 0.5}}, "images": {}}"#, "openai/x"),
        (r#"{"currency": "USD", "text": {}, "images": {"openai/y": {"input": 1, "output": 1}}}"#, "openai/y"),
    ] {
        assert!(PriceTable::parse(table).unwrap_err().to_string().contains(word), "{table}");
    }
}

#[tokio::test]
async fn a_call_tells_its_price_when_one_is_known() {
    // 12 tokens in, 5 of them cached, 34 out: 7 * 0.25 + 5 * 0.025 + 34 * 2 = 69.875 millionths.
    let world = World::of_model("gpt-5-mini-2025-08-07", vec![ok()]);
    assert_eq!(world.ask().await.unwrap().cost_micro_usd, Some(70));
    assert_eq!(World::new(vec![ok()]).ask().await.unwrap().cost_micro_usd, None);
}

#[tokio::test]
async fn the_model_that_answered_decides_where_it_has_a_price() {
    let mut other = completion("x", "stop");
    other["model"] = json!("gpt-5-nano-2025-08-07");
    // 7 * 0.05 + 5 * 0.005 + 34 * 0.4 = 13.975 millionths.
    let world = World::of_model("gpt-5-mini", vec![Answer::json(200, &other)]);
    assert_eq!(world.ask().await.unwrap().cost_micro_usd, Some(14));
}

#[test]
fn a_quote_is_never_less_than_the_call() {
    let world = World::of_model("gpt-5-mini", Vec::new());
    let quote = world.model.quote(&request()).unwrap();
    // The prompt at a token for four characters, and 321 tokens of answer.
    let prompt = u64::try_from(PROMPT.len() + "You are a careful writer.".len()).unwrap();
    let price = PriceTable::built_in().unwrap().text("openai/gpt-5-mini").unwrap();
    assert!(quote >= price.cost(&usage(prompt.div_ceil(4), 0, 321)).unwrap(), "{quote}");
    assert!(quote <= 2 * price.cost(&usage(prompt.div_ceil(4), 0, 321)).unwrap(), "{quote}");
    let mut dearer = request();
    dearer.json_schema = Some(json!({"type": "object", "description": "x".repeat(4000)}));
    assert!(world.model.quote(&dearer).unwrap() > quote);
    assert_eq!(World::new(Vec::new()).model.quote(&request()), None);
}
