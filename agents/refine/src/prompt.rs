//! The prompt: rules, wishes as JSON, and the article between marks that it cannot forge.

use mesh_contracts::{
    events::Finding,
    records::{Brief, NumberedSource, WebsiteSettings},
};
use mesh_core::{
    AgentError, Prompt, ids,
    ports::{ChatMessage, ChatRequest, Hints, Role, Task},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::job::{Job, Window};

const SYSTEM: &str = include_str!("../prompts/system-v1.md");
const REFINE: &str = include_str!("../prompts/refine-v1.j2");
const EXAMPLE: &str = include_str!("../prompts/refine-v1.example.json");
/// Asks for an article to be rewritten.
pub(crate) static PROMPT: Prompt = Prompt::new("refine-v1", SYSTEM, REFINE, EXAMPLE);

const CITED_TEMPLATE: &str = include_str!("../prompts/refine-v2.j2");
const CITED_EXAMPLE: &str = include_str!("../prompts/refine-v2.example.json");
/// The same for an article with sources.
pub(crate) static CITED: Prompt = Prompt::new("refine-v2", SYSTEM, CITED_TEMPLATE, CITED_EXAMPLE);

/// The prompt an article is rewritten by.
pub(crate) fn of(sources: &[NumberedSource]) -> &'static Prompt {
    if sources.is_empty() { &PROMPT } else { &CITED }
}

/// What the site wants; with the article and the round the input of the task `refine`.
#[derive(Serialize)]
struct Wishes<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<&'a str>,
    words_min: i64,
    words_max: i64,
    keywords: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formatting_notes: Option<&'a str>,
    language: &'a str,
    findings: Vec<Remark<'a>>,
}

#[derive(Serialize)]
struct Remark<'a> {
    check: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<&'a str>,
}

impl<'a> Remark<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self { check: &finding.check, message: &finding.message, excerpt: finding.excerpt.as_deref() }
    }
}

/// The request to rewrite `markdown`.
pub(crate) fn request(job: &Job, brief: &Brief, window: Window, markdown: &str) -> Result<ChatRequest, AgentError> {
    let wishes = json!(wishes(job, &brief.website, window));
    let mut input = wishes.clone();
    input["markdown"] = json!(markdown);
    input["round"] = json!(job.revision);
    Ok(ChatRequest {
        task: Task { name: "refine".into(), input },
        system: Some(PROMPT.system().to_owned()),
        messages: vec![ChatMessage::text(Role::User, compose(&wishes, &brief.sources, markdown)?)],
        max_output_tokens: token_limit(window),
        hints: Hints::default(),
        json_schema: None,
    })
}

/// The request for the rest of an answer that was cut off.
pub(crate) fn continuation(job: &Job, ask: &ChatRequest, so_far: &str) -> ChatRequest {
    let mut next = ask.clone();
    next.task.name = "continue".into();
    next.task.input["topic"] = json!(job.ready.content_topic);
    next.task.input["word_count"] = json!(job.ready.word_count);
    next.task.input["text_so_far"] = json!(so_far);
    next.messages.push(ChatMessage::text(Role::Assistant, so_far));
    let please = "Your answer was cut off. Continue exactly where it stopped, without repeating anything.";
    next.messages.push(ChatMessage::text(Role::User, please));
    next
}

fn wishes<'a>(job: &'a Job, website: &'a WebsiteSettings, window: Window) -> Wishes<'a> {
    let keywords = if job.ready.keywords.is_empty() { &website.core_keywords } else { &job.ready.keywords };
    Wishes {
        title: &job.ready.title,
        tone: website.brand_tone.as_deref(),
        audience: website.target_audience.as_deref(),
        words_min: window.min,
        words_max: window.max,
        keywords: keywords.iter().map(|keyword| keyword.as_str()).collect(),
        formatting_notes: website.markdown_formatting_notes.as_deref(),
        language: &job.ready.language,
        findings: job.findings.iter().map(Remark::of).collect(),
    }
}

/// The mark is made from the article's hash, so no text can hold the line that ends it.
fn compose(wishes: &Value, sources: &[NumberedSource], markdown: &str) -> Result<String, AgentError> {
    let hash = ids::sha256_hex(markdown.as_bytes());
    let titles: Vec<Value> = sources.iter().map(|source| json!({"id": source.id, "title": source.title})).collect();
    let input = json!({"wishes": wishes, "sources": titles, "mark": &hash[..16], "article": markdown.trim_end()});
    of(sources).fill(&input)
}

/// Room for the article in tokens: English takes about 1.3 a word, other languages up to 2; the rest is for marks.
fn token_limit(window: Window) -> u32 {
    u32::try_from(window.max * 2 + 256).unwrap_or(u32::MAX)
}
