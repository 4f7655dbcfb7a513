//! Handling a `ContentRequest`: validate, prompt, call, store, emit.

use bytes::Bytes;
use mesh_article::{clean, count_words, summary, title, trim};
use mesh_contracts::{
    Detail, Int, List, Pointer, Text,
    events::{ContentDrafted, ContentReady, ContentRequest, ErrorType},
    topic_key,
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, Prompt, Timestamp,
    context::Answer,
    ports::{ChatMessage, ChatRequest, ChatResponse, Finish, Hints, Role, Task},
};
use serde_json::json;

use crate::{
    ContentGen,
    brief::Assignment,
    prompt::{PromptInput, SiteInput, SourceInput},
    record,
    stages::{self, Commission},
};

/// What a model wrote.
pub(crate) struct Draft {
    pub(crate) markdown: String,
    pub(crate) models: Vec<String>,
    pub(crate) prompt_version: String,
    pub(crate) offline: bool,
    pub(crate) complete: bool,
}

impl ContentGen {
    pub(crate) async fn generate(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let request: ContentRequest = event.payload()?;
        self.validate(&request)?;
        let assignment = self.assignment(event, request, ctx).await?;
        let draft = self.write(&assignment, ctx).await?;
        let brief = assignment.keep_brief(ctx).await?;
        let body = Bytes::from(draft.markdown.clone());
        let stored = ctx.put_apart(&stem(&assignment), "md", body, "text/markdown; charset=utf-8").await?;
        let ready = ready(&assignment, &draft, stored, brief, event.time, ctx);
        let write = record::write(&ready, &assignment, event, ctx)?;
        let emit = if assignment.refine() { Emit::of(&ContentDrafted(ready))? } else { Emit::of(&ready)? };
        Ok(Outcome::nothing().write(write).emit(emit.about(assignment.content_id)))
    }

    /// The rules a contract cannot know: this deployment's bounds.
    fn validate(&self, request: &ContentRequest) -> Result<(), AgentError> {
        let words = request.word_count.get();
        if words > i64::from(self.max_words) {
            let limit = format!("at most {} (MAX_WORDS)", self.max_words);
            let details = vec![Detail::new("word_count", Some(&words.to_string()), &limit)];
            return Err(AgentError::reject("WORD_COUNT_OUT_OF_RANGE", format!("word_count must be {limit}"), details));
        }
        let topic = topic_key(&request.content_topic);
        if !self.allowed_topics.is_empty() && !self.allowed_topics.contains(&topic) {
            let limit = "one of the allowed topics (MESH_ALLOWED_TOPICS)";
            let details = vec![Detail::new("content_topic", Some(&request.content_topic), limit)];
            return Err(AgentError::reject("TOPIC_NOT_ALLOWED", format!("content_topic must be {limit}"), details));
        }
        Ok(())
    }

    /// Asks the model, at once or stage by stage.
    async fn write(&self, assignment: &Assignment, ctx: &Context<'_>) -> Result<Draft, AgentError> {
        let asked = if stages::staged(assignment) {
            self.write_staged(&self.commission(assignment)?, ctx).await?
        } else {
            let prompt = if assignment.sources().is_empty() { &self.prompt } else { &self.cited };
            asked(ctx, "draft", prompt.version(), &self.ask(prompt, assignment)?).await?
        };
        let Asked { text, models, versions, finish, offline } = asked;
        let words = usize::try_from(assignment.request.word_count.get()).unwrap_or(0);
        let markdown = trim(&clean(&text, &assignment.request.content_topic), words + words / 10);
        let (models, prompt_version) = (each_once(models), each_once(versions).join("+"));
        Ok(Draft { markdown, models, prompt_version, offline, complete: finish == Finish::Stop })
    }

    /// What is to be written in stages: the same as at once, the sources apart.
    fn commission<'a>(&self, assignment: &'a Assignment) -> Result<Commission<'a>, AgentError> {
        let ask = self.ask(&self.prompt, assignment)?;
        let sources = assignment.sources().iter().map(SourceInput::of).collect();
        let assigned = ask.messages.first().map(ChatMessage::joined_text).unwrap_or_default();
        let words = assignment.request.word_count.get();
        Ok(Commission { assignment: assigned, input: ask.task.input, words, sources })
    }

    fn ask(&self, prompt: &Prompt, assignment: &Assignment) -> Result<ChatRequest, AgentError> {
        let request = &assignment.request;
        let keywords: Vec<&str> = request.keywords.iter().map(|keyword| keyword.as_str()).collect();
        let language = request.language.as_deref().filter(|tag| *tag != "en");
        let words = request.word_count.get();
        let text = prompt.fill(&PromptInput {
            content_topic: &request.content_topic,
            word_count: words,
            prompt_context: request.prompt_context.as_deref().map_or("", str::trim),
            context_placed: self.context_placed,
            keywords: &keywords,
            language,
            site: SiteInput::of(assignment.website()),
            earlier: assignment.earlier,
            sources: assignment.sources().iter().map(SourceInput::of).collect(),
        })?;
        let mut input = json!({
            "topic": request.content_topic,
            "word_count": words,
            "context": request.prompt_context,
            "keywords": keywords,
            "language": language.unwrap_or("en"),
            "fresh_angle": i64::try_from(assignment.earlier).unwrap_or(0) + assignment.revision - 1,
        });
        if !assignment.sources().is_empty() {
            input["sources"] = assignment.sources().iter().map(|source| json!(source.id)).collect();
        }
        Ok(ChatRequest {
            task: Task { name: "draft".into(), input },
            system: Some(prompt.system().to_owned()),
            messages: vec![ChatMessage::text(Role::User, text)],
            max_output_tokens: token_limit(words),
            hints: Hints::default(),
            json_schema: None,
        })
    }
}

/// Each name once, in the order they came.
fn each_once(names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

/// What came of a question, and of the one for its rest.
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) models: Vec<String>,
    /// Versions of the prompts.
    pub(crate) versions: Vec<String>,
    pub(crate) finish: Finish,
    pub(crate) offline: bool,
}

impl Asked {
    pub(crate) fn of(answer: Answer) -> Self {
        let ChatResponse { text, model, finish, offline, .. } = answer.response;
        Self { text, models: vec![model], versions: vec![answer.prompt_version], finish, offline }
    }
}

/// Asks the model, and once more when it was cut off.
pub(crate) async fn asked(
    ctx: &Context<'_>,
    step: &str,
    version: &str,
    request: &ChatRequest,
) -> Result<Asked, AgentError> {
    let mut asked = Asked::of(acceptable(ctx.ask(step, version, request).await?)?);
    if asked.finish == Finish::Length {
        let rest = if step == "draft" { "continue".to_owned() } else { format!("{step}-continue") };
        let second = acceptable(ctx.ask(&rest, version, &continuation(request, &asked.text)).await?)?.response;
        asked.text.push_str(&second.text);
        asked.models.push(second.model);
        asked.finish = second.finish;
    }
    Ok(asked)
}

/// The event of a stored draft.
fn ready(
    assignment: &Assignment,
    draft: &Draft,
    stored: Pointer,
    brief: Option<Pointer>,
    created_at: Timestamp,
    ctx: &Context<'_>,
) -> ContentReady {
    let request = &assignment.request;
    let text = &*draft.markdown;
    ContentReady {
        content_id: assignment.content_id,
        revision: Int::clamp(assignment.revision),
        content_topic: request.content_topic.clone(),
        title: Text::clip(title(text)),
        summary: Text::clip(&summary(text)),
        word_count: request.word_count,
        measured_word_count: Int::clamp(i64::try_from(count_words(text)).unwrap_or(i64::MAX)),
        draft: stored,
        models: List::clip(draft.models.iter().map(|model| Text::clip(model))),
        prompt_version: Text::clip(&draft.prompt_version),
        generated: true,
        offline: draft.offline,
        complete: draft.complete,
        refined: false,
        cost: ctx.spent(),
        brief,
        parts: assignment.parts(),
        created_at: created_at.datetime().into(),
        request_id: request.request_id.clone(),
        website_id: assignment.site.clone(),
        post_id: request.post_id.clone(),
        keywords: request.keywords.clone(),
        language: request.language.clone().unwrap_or_default(),
    }
}

/// Room for the article in tokens: English takes about 1.3 a word, other languages up to 2; the rest is for marks.
pub(crate) fn token_limit(words: i64) -> u32 {
    u32::try_from(words * 2 + 256).unwrap_or(u32::MAX)
}

fn continuation(ask: &ChatRequest, so_far: &str) -> ChatRequest {
    let mut next = ask.clone();
    next.task.name = "continue".into();
    next.task.input["text_so_far"] = json!(so_far);
    next.messages.push(ChatMessage::text(Role::Assistant, so_far));
    let please = "Your answer was cut off. Continue exactly where it stopped, without repeating anything.";
    next.messages.push(ChatMessage::text(Role::User, please));
    next
}

/// Refuses an answer there is nothing to make of. It is stored, so asking again would not change it.
fn acceptable(answer: Answer) -> Result<Answer, AgentError> {
    match &answer.response.finish {
        Finish::ContentFilter { categories } => {
            let message = format!("the provider's filter withheld the answer ({})", categories.join(", "));
            Err(AgentError::fail("CONTENT_POLICY", ErrorType::Model, message))
        }
        Finish::Refusal => Err(AgentError::fail("CONTENT_POLICY", ErrorType::Model, "the model declined")),
        _ if answer.response.text.trim().is_empty() => {
            Err(AgentError::fail("MODEL_MALFORMED_OUTPUT", ErrorType::Model, "the answer is empty"))
        }
        _ => Ok(answer),
    }
}

/// `drafts/{content_id}`; of revision n `drafts/{content_id}.r{n}`.
fn stem(assignment: &Assignment) -> String {
    match assignment.revision {
        1 => format!("drafts/{}", assignment.content_id),
        n => format!("drafts/{}.r{n}", assignment.content_id),
    }
}
