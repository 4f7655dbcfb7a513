//! What is sent, and how good answers are read.

use base64::{Engine, engine::general_purpose::STANDARD};
use mesh_core::ports::{ImageModel, RenderRequest};
use serde_json::json;

use crate::{IMAGE, KEY, World, ok, request, server::Answer};

#[tokio::test]
async fn the_request_is_that_of_the_provider() {
    let world = World::new(vec![ok()]);
    let answer = world.ask().await.unwrap();
    let received = world.server.received();
    assert!(received[0].head.starts_with("POST /v1/images/generations HTTP/1.1\r\n"), "{}", received[0].head);
    assert_eq!(received[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(received[0].header("openai-organization"), Some("org-1"));
    let prompt = "The confidential merger of Acme and Initech.\nStyle: flat.\nMain colours: #ff5733, #33ff57.\n\
                  What must not be in the image: crowds.";
    let body = json!({
        "model": "gpt-image-1", "prompt": prompt, "n": 1, "size": "1536x1024",
        "quality": "medium", "output_format": "png",
    });
    assert_eq!(received[0].body, body);
    assert_eq!((&answer.image[..], answer.model.as_str(), answer.offline), (IMAGE, "openai/gpt-image-1", false));
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.estimated), (40, 1568, false));
    assert_eq!((answer.provider_request_id.as_deref(), answer.attempts), (Some("req-ok"), 1));
}

#[tokio::test]
async fn what_the_prompt_says_already_is_not_said_again() {
    let world = World::new(vec![ok()]);
    let whole = "A dog in flat style, #ff5733 and #33ff57, without crowds";
    world.ask_within(&RenderRequest { prompt: whole.into(), ..request() }, 3_000).await.unwrap();
    assert_eq!(world.bodies()[0]["prompt"], whole);
}

#[tokio::test]
async fn older_and_other_models_are_asked_for_the_image_itself() {
    for (model, size, longest) in
        [("dall-e-3", "1792x1024", 4_000), ("dall-e-2", "1024x1024", 1_000), ("flux", "1536x1024", 32_000)]
    {
        let world = World::of(model, vec![ok()]);
        let long = RenderRequest { prompt: "é".repeat(40_000), ..request() };
        world.ask_within(&long, 3_000).await.unwrap();
        let body = &world.bodies()[0];
        assert_eq!((&body["response_format"], &body["size"]), (&json!("b64_json"), &json!(size)), "{model}");
        assert!(body.get("quality").is_none() && body.get("output_format").is_none(), "{model}");
        assert_eq!(body["prompt"].as_str().unwrap().chars().count(), longest, "{model}");
    }
}

#[tokio::test]
async fn a_field_the_server_does_not_take_is_left_out_from_then_on() {
    let no = |field: &str| {
        let error =
            json!({"message": format!("Unknown parameter: '{field}'."), "param": field, "code": "unknown_parameter"});
        Answer::json(400, &json!({"error": error}))
    };
    let world = World::new(vec![no("output_format"), no("quality"), ok(), ok()]);
    assert_eq!(world.ask().await.unwrap().attempts, 3);
    assert_eq!(world.ask().await.unwrap().attempts, 1);
    let bodies = world.bodies();
    assert!(bodies[1].get("output_format").is_none() && bodies[1].get("quality").is_some());
    assert!(bodies[3].get("output_format").is_none() && bodies[3].get("quality").is_none());
    // What was left out already and is still complained about is an error.
    let stubborn = World::new(vec![no("quality"), no("quality"), ok()]);
    stubborn.ask().await.unwrap_err();
    assert_eq!(stubborn.bodies().len(), 2);
}

#[tokio::test]
async fn money_is_counted_by_tokens_and_quoted_by_image() {
    let world = World::new(vec![ok()]);
    let quote = world.model.quote(&request()).unwrap();
    let cost = world.ask().await.unwrap().cost_micro_usd.unwrap();
    // gpt-image-1: 5 and 40 dollars a million tokens; 0.063 dollars for a wide image of medium quality.
    assert_eq!(cost, 40 * 5 + 1568 * 40);
    assert!(quote >= 63_000 && quote >= cost, "{quote}");
    assert_eq!(World::of("flux", Vec::new()).model.quote(&request()), None);
}

#[tokio::test]
async fn usage_that_is_not_told_is_estimated() {
    let bare = json!({"data": [{"b64_json": STANDARD.encode(IMAGE), "revised_prompt": "A merger"}]});
    let world = World::of("dall-e-3", vec![Answer::json(200, &bare)]);
    let answer = world.ask().await.unwrap();
    assert!(answer.usage.estimated && answer.usage.input_tokens > 10 && answer.usage.output_tokens == 0);
    assert_eq!((answer.revised_prompt.as_deref(), answer.cost_micro_usd), (Some("A merger"), None));
}
