//! The prompt, and the shape of its answer.

use mesh_article::first_paragraph;
use mesh_contracts::{events::ReviewCompleted, records::WebsiteSettings};
use mesh_core::{
    AgentError, Prompt,
    ports::{ChatMessage, ChatRequest, Hints, Role, Task},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const SYSTEM: &str = include_str!("../prompts/system-v1.md");
const METADATA: &str = include_str!("../prompts/metadata-v1.j2");
const EXAMPLE: &str = include_str!("../prompts/metadata-v1.example.json");
/// Asks for an article's metadata.
pub(crate) static PROMPT: Prompt = Prompt::new("metadata-v1", SYSTEM, METADATA, EXAMPLE);

/// Room for the answer, in tokens.
const MAX_TOKENS: u32 = 1500;

/// What the model is asked for: the metadata of the contract, without its bounds. Rules see to those, and make what
/// is left out but for title, description and keyphrase.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Suggested {
    /// Title for search results, at most 60 characters, the keyphrase first.
    pub(crate) title: String,
    /// Description for search results, 121 to 156 characters, with the keyphrase once or twice.
    pub(crate) description: String,
    /// Lower-case words of the title with hyphens between them.
    #[serde(default)]
    #[schemars(!default)]
    pub(crate) slug: String,
    /// The phrase it should be found by, at most four words that matter.
    pub(crate) keyphrase: String,
    /// Tags, most important first.
    #[serde(default)]
    #[schemars(!default)]
    pub(crate) keywords: Vec<String>,
    /// Title for link previews, at most 95 characters.
    #[serde(default)]
    #[schemars(!default)]
    pub(crate) og_title: String,
    /// Description for link previews, at most 200 characters.
    #[serde(default)]
    #[schemars(!default)]
    pub(crate) og_description: String,
}

/// Input of the task `metadata`.
#[derive(Serialize)]
struct Material<'a> {
    title: &'a str,
    topic: &'a str,
    summary: &'a str,
    keywords: Vec<&'a str>,
    core_keywords: Vec<&'a str>,
    site_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seo_instructions: Option<&'a str>,
    first_paragraph: String,
    language: &'a str,
}

/// The request for the metadata of an article.
pub(crate) fn request(
    review: &ReviewCompleted,
    website: &WebsiteSettings,
    markdown: &str,
) -> Result<ChatRequest, AgentError> {
    let input = json!(Material {
        title: &review.title,
        topic: &review.content_topic,
        summary: &review.summary,
        keywords: review.keywords.iter().map(|keyword| keyword.as_str()).collect(),
        core_keywords: website.core_keywords.iter().map(|keyword| keyword.as_str()).collect(),
        site_name: &website.website_name,
        seo_instructions: website.seo_instructions.as_deref(),
        first_paragraph: first_paragraph(markdown),
        language: &review.language,
    });
    let mut material = input.clone();
    material["article"] = json!(markdown);
    let prompt = PROMPT.fill(&json!({"material": material}))?;
    Ok(ChatRequest {
        task: Task { name: "metadata".into(), input },
        system: Some(PROMPT.system().to_owned()),
        messages: vec![ChatMessage::text(Role::User, prompt)],
        max_output_tokens: MAX_TOKENS,
        hints: Hints::default(),
        json_schema: None,
    })
}
