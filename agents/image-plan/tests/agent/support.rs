//! The agent on its bench, and what it is told.

use mesh_agent_bench::AgentBench;
use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};

/// The article of every test.
pub(crate) const ID: &str = "02f29235-346e-5ded-8357-179d0c7cfd35";

/// The reviewed text of every test, with two sections.
pub(crate) const ARTICLE: &str =
    "# Tea at home\n\nTea is easy.\n\n## Brewing\n\nBoil the water.\n\n## Serving\n\nPour it.\n";

/// The agent, which asks this model.
pub(crate) fn asking(model: ScriptedTextModel) -> AgentBench {
    AgentBench::asking(agent_image_plan::agent, model)
}

/// The settings of a site that wants so many images.
pub(crate) fn brief(images: usize) -> Value {
    json!({"website": {
        "websiteId": "tea-weekly", "websiteName": "Tea Weekly", "imagesPerArticle": images,
        "imageStylePrompt": "flat illustration", "brandColors": ["#FF5733", "#33FF57"],
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }})
}

/// What the review says of [`ARTICLE`], which waits for `parts`.
pub(crate) fn reviewed(bench: &AgentBench, parts: &[&str], brief: Option<&Value>) -> Value {
    let mut data = json!({
        "content_id": ID, "revision": 2, "content_topic": "Making tea", "title": "Tea at home",
        "summary": "Tea is easy.", "reviewed": bench.put(&format!("drafts/{ID}.r2.md"), ARTICLE), "fixed": false,
        "scores": {"word_count": 10, "long_sentences_percent": 0, "originality_percent": 100, "revise": 0, "warn": 0},
        "findings": [], "parts": parts, "models": ["openai/writer"], "prompt_version": "draft-v1", "offline": false,
        "created_at": "2026-01-01T00:00:00.000Z", "reviewed_at": "2026-01-01T00:00:00.000Z", "request_id": "r1",
        "website_id": "tea-weekly", "post_id": "post-1", "keywords": ["green tea"], "language": "en",
    });
    if let Some(brief) = brief {
        data["brief"] = json!(bench.put(&format!("briefs/{ID}.r2.json"), &brief.to_string()));
    }
    data
}
