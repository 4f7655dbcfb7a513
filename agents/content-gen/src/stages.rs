//! An article in stages: an outline, each section, a polish of the whole. Each is a step with its own stored answer, so an
//! attempt goes on where the last one ended.

use mesh_article::{clean, without_citations};
use mesh_contracts::{events::ErrorType, records::ArticleStages};
use mesh_core::{
    AgentError, Context, Prompt, ids,
    ports::{ChatMessage, ChatRequest, Finish, Hints, Role, Task},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ContentGen,
    brief::Assignment,
    generate::{Asked, asked, token_limit},
    prompt::SourceInput,
};

/// Words from which on an article is written in stages, unless its site says otherwise.
const STAGED_FROM: i64 = 1200;
/// Words of a usual section; the review asks for a subheading every 350.
const SECTION_WORDS: i64 = 300;
/// Most sections that are written, each with a call of its own.
const MOST_SECTIONS: usize = 12;
/// Room for an outline, in tokens.
const OUTLINE_TOKENS: u32 = 2000;
/// Most characters of a section that the next one is shown.
const BEFORE_CHARS: usize = 400;

const OUTLINE: Prompt = Prompt::new(
    "outline-v1",
    include_str!("../prompts/system-outline-v1.md"),
    include_str!("../prompts/outline-v1.j2"),
    include_str!("../prompts/outline-v1.example.json"),
);
const SECTION: Prompt = Prompt::new(
    "section-v1",
    include_str!("../prompts/system-section-v1.md"),
    include_str!("../prompts/section-v1.j2"),
    include_str!("../prompts/section-v1.example.json"),
);
const POLISH: Prompt = Prompt::new(
    "polish-v1",
    include_str!("../prompts/system-polish-v1.md"),
    include_str!("../prompts/polish-v1.j2"),
    include_str!("../prompts/polish-v1.example.json"),
);
/// The prompts of the stages, in their order.
pub(crate) static STAGES: [Prompt; 3] = [OUTLINE, SECTION, POLISH];

/// What a model plans. It is read leniently: what rules can mend is mended afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Outline {
    /// Title of the article.
    title: String,
    /// Its sections, in order.
    sections: Vec<Planned>,
}

/// A section as it is planned.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Planned {
    /// Its heading, at most eight words.
    heading: String,
    /// What it says, two to four points.
    points: Vec<String>,
    /// Its share of the words.
    #[schemars(schema_with = "whole_number")]
    words: i64,
}

/// Providers know `integer`, but not all of them the formats of it.
fn whole_number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer"})
}

/// What every stage is told.
pub(crate) struct Commission<'a> {
    /// What is to be written, as it is asked for at once.
    pub(crate) assignment: String,
    /// Input of the task `draft`.
    pub(crate) input: Value,
    pub(crate) words: i64,
    pub(crate) sources: Vec<SourceInput<'a>>,
}

/// Whether an article is written in stages.
pub(crate) fn staged(assignment: &Assignment) -> bool {
    match assignment.website().map(|website| website.article_stages).unwrap_or_default() {
        ArticleStages::Auto => assignment.request.word_count.get() >= STAGED_FROM,
        ArticleStages::Single => false,
        ArticleStages::Staged => true,
    }
}

impl ContentGen {
    /// Writes the article stage by stage; the last one's text is the article.
    pub(crate) async fn write_staged(
        &self,
        commission: &Commission<'_>,
        ctx: &Context<'_>,
    ) -> Result<Asked, AgentError> {
        let (outline, mut all) = outline(commission, ctx).await?;
        let mut text = format!("# {}\n", one_line(&outline.title));
        let mut before = String::new();
        for at in 0..outline.sections.len() {
            let written = section(commission, &outline, at, &before, ctx).await?;
            let body = body(&written.text, &outline.sections[at].heading);
            before = ending(&body);
            text.push_str(&format!("\n{body}\n"));
            all.join(written);
        }
        ctx.next_step()?;
        let mut polished = asked(ctx, "polish", POLISH.version(), &polish(commission, &text)?).await?;
        polished.models = [all.models, polished.models].concat();
        polished.versions = [vec![self.prompt.version().to_owned()], all.versions, polished.versions].concat();
        polished.offline = polished.offline && all.offline;
        Ok(polished)
    }
}

async fn outline(commission: &Commission<'_>, ctx: &Context<'_>) -> Result<(Outline, Asked), AgentError> {
    let sections = (commission.words / SECTION_WORDS).clamp(3, 6);
    let prompt = OUTLINE.fill(&json!({
        "assignment": commission.assignment,
        "sections": sections,
        "word_count": commission.words,
        "sources": commission.sources,
    }))?;
    let request = request("outline", commission.input.clone(), &OUTLINE, prompt, OUTLINE_TOKENS);
    let (mut outline, answer) = ctx.ask_json::<Outline>("outline", OUTLINE.version(), &request).await?;
    outline.sections.truncate(MOST_SECTIONS);
    if outline.sections.is_empty() || outline.title.trim().is_empty() {
        let message = "the outline has no title or no sections";
        return Err(AgentError::fail("MODEL_MALFORMED_OUTPUT", ErrorType::Model, message));
    }
    share_out(&mut outline.sections, commission.words);
    Ok((outline, Asked::of(answer)))
}

/// Makes the sections' words those of the article; a section has at least half of an equal share.
fn share_out(sections: &mut [Planned], words: i64) {
    let count = i64::try_from(sections.len()).unwrap_or(1).max(1);
    let least = words / count / 2;
    sections.iter_mut().for_each(|section| section.words = section.words.clamp(least, words));
    let planned = sections.iter().map(|section| section.words).sum::<i64>().max(1);
    sections.iter_mut().for_each(|section| section.words = section.words * words / planned);
}

async fn section(
    commission: &Commission<'_>,
    outline: &Outline,
    at: usize,
    before: &str,
    ctx: &Context<'_>,
) -> Result<Asked, AgentError> {
    ctx.next_step()?;
    let words = outline.sections[at].words;
    let prompt = SECTION.fill(&json!({
        "assignment": commission.assignment,
        "outline": outline,
        "number": at + 1,
        "sections": outline.sections.len(),
        "words": words,
        "before": before,
        "sources": commission.sources,
    }))?;
    let mut input = commission.input.clone();
    input["number"] = json!(at + 1);
    let request = request("section", input, &SECTION, prompt, token_limit(words));
    asked(ctx, &format!("section-{}", at + 1), SECTION.version(), &request).await
}

fn polish(commission: &Commission<'_>, text: &str) -> Result<ChatRequest, AgentError> {
    let hash = ids::sha256_hex(text.as_bytes());
    let prompt = POLISH.fill(&json!({
        "assignment": commission.assignment,
        "word_count": commission.words,
        "cited": !commission.sources.is_empty(),
        "mark": &hash[..16],
        "article": text.trim_end(),
    }))?;
    let mut input = json!({"markdown": text});
    for field in ["topic", "word_count"] {
        input[field] = commission.input[field].clone();
    }
    Ok(request("polish", input, &POLISH, prompt, token_limit(commission.words)))
}

fn request(task: &str, input: Value, prompt: &Prompt, text: String, max_output_tokens: u32) -> ChatRequest {
    ChatRequest {
        task: Task { name: task.to_owned(), input },
        system: Some(prompt.system().to_owned()),
        messages: vec![ChatMessage::text(Role::User, text)],
        max_output_tokens,
        hints: Hints::default(),
        json_schema: None,
    }
}

/// A section as a model wrote it, with its heading and without a title.
fn body(answer: &str, heading: &str) -> String {
    let cleaned = clean(answer, heading);
    let body = cleaned.split_once('\n').map_or("", |(_, body)| body).trim();
    if body.lines().any(|line| line.starts_with("## ")) {
        return body.to_owned();
    }
    format!("## {}\n\n{body}", one_line(heading))
}

/// The last words of a section, for who goes on.
fn ending(body: &str) -> String {
    let last = body.rsplit("\n\n").next().unwrap_or_default();
    let plain = without_citations(last);
    let skip = plain.chars().count().saturating_sub(BEFORE_CHARS);
    plain.chars().skip(skip).collect()
}

fn one_line(text: &str) -> String {
    without_citations(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Asked {
    /// Adds what a further stage took; its text is kept apart.
    fn join(&mut self, other: Self) {
        self.models.extend(other.models);
        self.versions.extend(other.versions);
        self.offline &= other.offline;
        if other.finish != Finish::Stop {
            tracing::debug!("A section was cut off twice; the polish has its rest.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(words: &[i64]) -> Vec<Planned> {
        words.iter().map(|words| Planned { heading: "H".into(), points: Vec::new(), words: *words }).collect()
    }

    #[test]
    fn the_words_of_the_sections_are_those_of_the_article() {
        for (words, asked) in [(&[300, 300, 300][..], 1500), (&[0, -5, 9000], 1200), (&[1], 1200), (&[100; 12], 2000)] {
            let mut sections = planned(words);
            share_out(&mut sections, asked);
            let sum: i64 = sections.iter().map(|section| section.words).sum();
            assert!((asked - 12..=asked).contains(&sum), "{words:?}: {sum}");
            assert!(sections.iter().all(|section| section.words > asked / 40), "{words:?}: {sections:?}");
        }
    }

    #[test]
    fn a_section_has_its_heading_and_no_title() {
        assert_eq!(body("## Tea\n\nHot.\n", "Tea"), "## Tea\n\nHot.");
        assert_eq!(body("```markdown\nIntro.\n\n## Tea\n\nHot.\n```", "Tea"), "Intro.\n\n## Tea\n\nHot.");
        assert_eq!(body("# Title\n\n## Tea [#1]\n\nHot [#1].", "Tea"), "## Tea\n\nHot [#1].");
        assert_eq!(body("Hot.", "Tea [#1]\nand"), "## Tea and\n\nHot.");
        assert_eq!(ending("## Tea\n\nOne.\n\nTwo [#1]."), "Two.");
    }
}
