//! The prompt, and the shape of its answer.

use mesh_contracts::{events::ReviewCompleted, records::WebsiteSettings};
use mesh_core::{
    AgentError, Prompt,
    ports::{ChatMessage, ChatRequest, Hints, Role, Task},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

const SYSTEM: &str = include_str!("../prompts/system-v1.md");
const PLAN: &str = include_str!("../prompts/image-plan-v1.j2");
const EXAMPLE: &str = include_str!("../prompts/image-plan-v1.example.json");
/// Asks for a plan of an article's images.
pub(crate) static PROMPT: Prompt = Prompt::new("image-plan-v1", SYSTEM, PLAN, EXAMPLE);

/// Room in tokens for one image, and for what stands around them.
const TOKENS_PER_IMAGE: i64 = 400;

/// What the model is asked for. It is read leniently; what rules can mend is mended afterwards.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Suggested {
    /// The images.
    pub(crate) images: Vec<SuggestedImage>,
}

/// One image as the model suggests it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, !default)]
pub(crate) struct SuggestedImage {
    /// What is to be seen.
    pub(crate) prompt: String,
    /// What it shows, for those who cannot see it: 11 to 199 characters.
    pub(crate) alt_text: String,
    /// 0 for the top of the article, n for its n-th section.
    #[schemars(schema_with = "whole_number")]
    pub(crate) section: i64,
}

/// Providers know `integer`, but not all of them the formats of it.
fn whole_number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer"})
}

/// Input of the task `image_plan`.
#[derive(Serialize)]
struct Material<'a> {
    title: &'a str,
    topic: &'a str,
    sections: &'a [String],
    summary: &'a str,
    count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<&'a str>,
    colors: Vec<&'a str>,
    language: &'a str,
}

/// The request for a plan of the images of an article.
pub(crate) fn request(
    review: &ReviewCompleted,
    website: &WebsiteSettings,
    sections: &[String],
    markdown: &str,
) -> Result<ChatRequest, AgentError> {
    let count = website.images_per_article.get();
    let input = json!(Material {
        title: &review.title,
        topic: &review.content_topic,
        sections,
        summary: &review.summary,
        count,
        style: website.image_style_prompt.as_deref(),
        colors: website.brand_colors.iter().map(|color| color.as_str()).collect(),
        language: &review.language,
    });
    let mut material = input.clone();
    material["article"] = json!(markdown);
    let prompt = PROMPT.fill(&json!({"material": material}))?;
    Ok(ChatRequest {
        task: Task { name: "image_plan".into(), input },
        system: Some(PROMPT.system().to_owned()),
        messages: vec![ChatMessage::text(Role::User, prompt)],
        max_output_tokens: u32::try_from((count + 1) * TOKENS_PER_IMAGE).unwrap_or(u32::MAX),
        hints: Hints::default(),
        json_schema: None,
    })
}
