//! Handling a `ContentRequest`: validate, prompt, call, store, emit.

use bytes::Bytes;
use mesh_contracts::{
    Detail, Id, Int, List, Name, Text,
    events::{ContentReady, ContentRequest, ErrorType},
    topic_key,
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, Timestamp,
    context::Answer,
    ids,
    ports::{ChatMessage, ChatRequest, ChatResponse, Document, Finish, Hints, Query, QueryBy, Role, Task},
};
use serde_json::json;

use crate::{ContentGen, PromptInput, clean, count_words, record, trim};

/// How far back an article on the same topic counts (ContentGen specification, section 5.2).
const RECENT_DAYS: u64 = 90;

/// A request and what is known about it.
pub(crate) struct Brief {
    pub(crate) request: ContentRequest,
    pub(crate) content_id: Id,
    pub(crate) revision: i64,
    pub(crate) site: Name,
    /// The article's record, when this is a further revision of it.
    pub(crate) stored: Option<Document>,
    pub(crate) earlier: usize,
}

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
        let brief = self.brief(event, request, ctx).await?;
        let draft = self.write(&brief, ctx).await?;
        let stored = ctx
            .put_once(&draft_key(&brief), Bytes::from(draft.markdown.clone()), "text/markdown; charset=utf-8")
            .await?;
        let text = String::from_utf8_lossy(&stored.bytes);
        let ready = ready(&brief, &draft, &text, stored.pointer.clone(), event.time);
        let write = record::write(&ready, &brief, event, ctx)?;
        Ok(Outcome::nothing().write(write).emit(Emit::of(&ready)?.about(brief.content_id)))
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

    /// Which article this is, and what the site has on the topic already. A copy of an earlier request is a further
    /// revision of its article.
    async fn brief(&self, event: &Event, request: ContentRequest, ctx: &Context<'_>) -> Result<Brief, AgentError> {
        let content_id = ids::of_content(event.origin.unwrap_or(event.id));
        let stored = match event.origin {
            Some(_) => ctx.get("content", &content_id.to_string()).await?,
            None => None,
        };
        let revision = match &stored {
            Some(document) => record::read(document)?.revision.get() + 1,
            None => 1,
        };
        let site = request.website_id.clone().unwrap_or_default();
        let earlier = self.earlier(&request, &site, content_id, event.time, ctx).await?;
        Ok(Brief { request, content_id, revision, site, stored, earlier })
    }

    /// Counts the site's articles on the topic within the last 90 days.
    async fn earlier(
        &self,
        request: &ContentRequest,
        site: &Name,
        own: Id,
        now: Timestamp,
        ctx: &Context<'_>,
    ) -> Result<usize, AgentError> {
        let by = QueryBy::Index(record::topic_index(site, &request.content_topic));
        let page = ctx.query(&Query { kind: "content".into(), by, limit: 20, cursor: None }).await?;
        let since = now.minus(std::time::Duration::from_secs(RECENT_DAYS * 24 * 3600)).datetime();
        let records = page.documents.iter().filter_map(|document| record::read(document).ok());
        Ok(records.filter(|record| record.content_id != own && record.created_at.at() >= since).count())
    }

    /// Asks the model, and once more when it was cut off.
    async fn write(&self, brief: &Brief, ctx: &Context<'_>) -> Result<Draft, AgentError> {
        let ask = self.ask(brief);
        let version = self.prompt.version();
        let first = acceptable(ctx.ask("draft", version, &ask).await?)?;
        let prompt_version = first.prompt_version;
        let ChatResponse { mut text, model, mut finish, offline, .. } = first.response;
        let mut models = vec![model];
        if finish == Finish::Length {
            let second = acceptable(ctx.ask("continue", version, &continuation(&ask, &text)).await?)?.response;
            text.push_str(&second.text);
            models.push(second.model);
            finish = second.finish;
        }
        models.dedup();
        let words = usize::try_from(brief.request.word_count.get()).unwrap_or(0);
        let markdown = trim(&clean(&text, &brief.request.content_topic), words + words / 10);
        Ok(Draft { markdown, models, prompt_version, offline, complete: finish == Finish::Stop })
    }

    fn ask(&self, brief: &Brief) -> ChatRequest {
        let request = &brief.request;
        let keywords: Vec<&str> = request.keywords.iter().map(|keyword| keyword.as_str()).collect();
        let language = request.language.as_deref().filter(|tag| *tag != "en");
        let words = request.word_count.get();
        let prompt = self.prompt.compose(&PromptInput {
            content_topic: &request.content_topic,
            word_count: words,
            prompt_context: request.prompt_context.as_deref(),
            keywords: &keywords,
            language,
            earlier: brief.earlier,
        });
        let input = json!({
            "topic": request.content_topic,
            "word_count": words,
            "context": request.prompt_context,
            "keywords": keywords,
            "language": language.unwrap_or("en"),
            "fresh_angle": i64::try_from(brief.earlier).unwrap_or(0) + brief.revision - 1,
        });
        ChatRequest {
            task: Task { name: "draft".into(), input },
            system: Some(self.prompt.system().to_owned()),
            messages: vec![ChatMessage::text(Role::User, prompt)],
            max_output_tokens: token_limit(words),
            hints: Hints::default(),
            json_schema: None,
        }
    }
}

/// The event of a stored draft; what is measured is measured on what is stored.
fn ready(
    brief: &Brief,
    draft: &Draft,
    text: &str,
    pointer: mesh_contracts::Pointer,
    created_at: Timestamp,
) -> ContentReady {
    let request = &brief.request;
    ContentReady {
        content_id: brief.content_id,
        revision: Int::clamp(brief.revision),
        content_topic: request.content_topic.clone(),
        title: Text::clip(title(text)),
        summary: Text::clip(&summary(text)),
        word_count: request.word_count,
        measured_word_count: Int::clamp(i64::try_from(count_words(text)).unwrap_or(i64::MAX)),
        draft: pointer,
        models: List::clip(draft.models.iter().map(|model| Text::clip(model))),
        prompt_version: Text::clip(&draft.prompt_version),
        generated: true,
        offline: draft.offline,
        complete: draft.complete,
        created_at: created_at.datetime().into(),
        request_id: request.request_id.clone(),
        website_id: brief.site.clone(),
        post_id: request.post_id.clone(),
        keywords: request.keywords.clone(),
        language: request.language.clone().unwrap_or_default(),
    }
}

/// Room for the article in tokens: English takes about 1.3 a word, other languages up to 2; the rest is for marks.
fn token_limit(words: i64) -> u32 {
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

/// `drafts/{content_id}.md`; revision n `drafts/{content_id}.r{n}.md`.
fn draft_key(brief: &Brief) -> String {
    match brief.revision {
        1 => format!("drafts/{}.md", brief.content_id),
        n => format!("drafts/{}.r{n}.md", brief.content_id),
    }
}

fn title(markdown: &str) -> &str {
    markdown.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

/// The first sentences, up to 300 characters.
fn summary(markdown: &str) -> String {
    let is_prose = |line: &&str| line.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '"');
    let prose = markdown.lines().find(is_prose).unwrap_or_default();
    let mut summary = String::new();
    for sentence in prose.split_inclusive(['.', '!', '?']) {
        if summary.chars().count() + sentence.chars().count() > 300 {
            break;
        }
        summary.push_str(sentence);
    }
    if summary.trim().is_empty() { prose.to_owned() } else { summary.trim().to_owned() }
}
