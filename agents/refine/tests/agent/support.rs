//! The agent on its bench, and what it is told.

use mesh_agent_bench::AgentBench;
use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};

/// The article of every test.
pub(crate) const ID: &str = "02f29235-346e-5ded-8357-179d0c7cfd35";

/// An article of exactly so many words, in sentences of ten.
pub(crate) fn article(title: &str, words: usize) -> String {
    let mut text = format!("# {title}\n\n");
    let first = title.split_whitespace().count() + 1;
    for n in first..=words {
        let last = n == words || n % 10 == 0;
        text.push_str(&format!("word{n}{}", if last { ".\n" } else { " " }));
    }
    text
}

/// The agent, which asks this model.
pub(crate) fn asking(model: ScriptedTextModel) -> AgentBench {
    AgentBench::asking(agent_refine::agent, model)
}

/// The settings of a site.
pub(crate) fn brief() -> Value {
    json!({"website": {
        "websiteId": "finance-weekly", "websiteName": "Finance Weekly", "brandTone": "warm and plain",
        "targetAudience": "owners of small shops", "articleLengthMin": 340, "articleLengthMax": 380,
        "coreKeywords": ["cash flow"], "markdownFormattingNotes": "a list in every section",
        "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
    }})
}

/// What is said of the draft `markdown`, whose brief is `brief`.
pub(crate) fn drafted(bench: &AgentBench, markdown: &str, brief: Option<&Value>) -> Value {
    let mut data = json!({
        "content_id": ID, "revision": 1, "content_topic": "Cloud Computing", "title": "Cloud Computing",
        "summary": "The draft's summary.", "word_count": 350, "measured_word_count": 200,
        "draft": bench.put(&format!("drafts/{ID}.md"), markdown), "models": ["openai/writer"],
        "prompt_version": "draft-v1", "generated": true, "offline": false, "complete": false, "refined": false,
        "cost": {"input_tokens": 7, "output_tokens": 7, "micro_usd": 7}, "parts": ["images", "metadata"],
        "created_at": "2026-01-01T00:00:00.000Z", "request_id": "r1", "website_id": "finance-weekly",
        "post_id": "post-1", "keywords": ["cloud", "cost"], "language": "en",
    });
    if let Some(brief) = brief {
        data["brief"] = json!(bench.put(&format!("briefs/{ID}.r1.json"), &brief.to_string()));
    }
    data
}

/// The review's wish for another draft.
pub(crate) fn revision(ready: &Value) -> Value {
    json!({
        "content_id": ready["content_id"], "revision": ready["revision"], "content_topic": ready["content_topic"],
        "ready": ready, "revisions_left": 1, "website_id": ready["website_id"],
        "findings": [{
            "check": "sentence-length", "severity": "revise", "measured": "40 %", "threshold": "at most 30 %",
            "line": 3, "excerpt": "word4 word5", "message": "Split some of the long sentences.",
        }],
    })
}
