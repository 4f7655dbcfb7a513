//! What the models of every provider cost.

use mesh_core::ports::Usage;
use mesh_models::PriceTable;

fn cost(model: &str, usage: Usage) -> u64 {
    PriceTable::built_in().unwrap().text(model).unwrap().cost(&usage).unwrap()
}

fn usage(input_tokens: u64, cached_tokens: u64, output_tokens: u64) -> Usage {
    Usage { input_tokens, cached_tokens, output_tokens, ..Usage::default() }
}

#[test]
fn tokens_put_into_the_cache_cost_what_they_are_kept_for() {
    let told = |written, for_an_hour| Usage {
        cache_write_tokens: Some(written),
        cache_write_hour_tokens: for_an_hour,
        ..usage(1_000, 100, 10)
    };
    let model = "anthropic/claude-opus-4-8";
    // 5, 6.25, 10 and 0.50 dollars a million, 25 for what is written.
    assert_eq!(cost(model, told(0, None)), 900 * 5 + 50 + 250);
    assert_eq!(cost(model, told(400, None)), 500 * 5 + 400 * 25 / 4 + 50 + 250);
    assert_eq!(cost(model, told(400, Some(300))), 500 * 5 + 100 * 25 / 4 + 300 * 10 + 50 + 250);
    // More than there is: at most all that is new.
    assert_eq!(cost(model, told(5_000, Some(9_000))), 900 * 10 + 50 + 250);
    // Not told: all that is new may have been written.
    assert_eq!(cost(model, usage(1_000, 100, 10)), 900 * 25 / 4 + 50 + 250);
}

#[test]
fn a_long_context_has_the_prices_of_its_own_where_there_are_some() {
    let plain = |input| Usage { cache_write_tokens: Some(0), ..usage(input, 0, 1_000) };
    let haiku = "anthropic/claude-haiku-5-5";
    assert_eq!(cost(haiku, plain(100_000)), 10_000 + 500);
    assert_eq!(cost(haiku, plain(100_001)), 50_001 + 2_500);
    let gemini = "gemini/gemini-2.5-pro";
    assert_eq!(cost(gemini, usage(200_000, 0, 1_000)), 250_000 + 10_000);
    assert_eq!(cost(gemini, usage(400_000, 200_000, 1_000)), 500_000 + 50_000 + 15_000);
}

#[test]
fn models_are_found_under_the_names_that_answers_tell() {
    let table = PriceTable::built_in().unwrap();
    assert_eq!(table.text("anthropic/claude-haiku-4-5-20251001"), table.text("anthropic/claude-haiku-4-5"));
    assert_eq!(table.text("azure/gpt-4o-mini-2024-07-18"), table.text("openai/gpt-4o-mini"));
    for stranger in ["azure/writer", "azure/claude-haiku-4-5", "anthropic/claude-haiku-9", "ollama/gpt-4o-mini"] {
        assert_eq!(table.text(stranger), None, "{stranger}");
    }
}

#[test]
fn a_profile_of_bedrock_has_its_own_price_or_none() {
    let table = PriceTable::built_in().unwrap();
    let model = |id: &str| table.text(&format!("bedrock/{id}"));
    // 3 and 15 dollars a million anywhere, a tenth more at home.
    assert_eq!(model("global.anthropic.claude-sonnet-4-5-20250929-v1:0"), table.text("anthropic/claude-sonnet-4-5"));
    for id in ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"] {
        let usage = Usage { cache_write_tokens: Some(0), ..usage(1_000, 0, 1_000) };
        assert_eq!(model(id).unwrap().cost(&usage), Some(3_300 + 16_500), "{id}");
    }
    assert_eq!(model("eu.anthropic.claude-opus-4-6-v1"), model("anthropic.claude-opus-4-6"));
    assert!(model("us.amazon.nova-pro-v1:0").is_some());
    // In other regions it costs something else.
    for id in [
        "eu.amazon.nova-pro-v1:0",
        "amazon.nova-pro-v1:0",
        "us.anthropic.claude-opus-9",
        "ca.anthropic.claude-opus-4-6-v1",
    ] {
        assert_eq!(model(id), None, "{id}");
    }
}

#[test]
fn an_image_is_quoted_by_its_ratio() {
    let table = PriceTable::built_in().unwrap();
    let price = table.image("gemini/gemini-2.5-flash-image", "16:9", "standard").unwrap();
    assert_eq!(price.quote(""), Some(39_000));
    assert_eq!(table.image("gemini/gemini-2.5-flash-image", "7:5", "standard").unwrap().quote(""), None);
}
