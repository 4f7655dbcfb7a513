//! Handling a `ContentDrafted` or a `RevisionRequested`: fetch, prompt, call, store, emit.

use bytes::Bytes;
use mesh_article::{clean, count_words, summary, title, trim};
use mesh_contracts::{
    Int, List, Pointer, Text,
    events::{ContentReady, ErrorType},
    records::Brief,
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome,
    context::Answer,
    ports::{ChatResponse, Finish},
};

use crate::{
    job::{Job, Window, account},
    prompt,
};

const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// What a model made of a draft.
struct Rewritten {
    markdown: String,
    models: Vec<String>,
    prompt_version: String,
    offline: bool,
    complete: bool,
}

pub(crate) async fn refine(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let job = Job::of(event)?;
    let draft = String::from_utf8_lossy(&ctx.fetch(&job.ready.draft).await?).into_owned();
    let brief = job.brief(event, ctx).await?;
    let website = &brief.website;
    ctx.charge(account(website));
    ctx.prefer_text_model(website.preferred_text_model.as_deref())?;
    let window = Window::of(&job.ready, website);
    let rewritten = write(&job, &brief, window, &draft, ctx).await?;
    let stored = ctx.put_apart(&job.stem(), "md", Bytes::from(rewritten.markdown.clone()), MARKDOWN).await?;
    let ready = ready(&job, &rewritten, stored, event, ctx);
    Ok(Outcome::nothing().emit(Emit::of(&ready)?.about(ready.content_id)))
}

/// Asks the model, and once more when it was cut off.
async fn write(
    job: &Job,
    brief: &Brief,
    window: Window,
    draft: &str,
    ctx: &Context<'_>,
) -> Result<Rewritten, AgentError> {
    let ask = prompt::request(job, brief, window, draft)?;
    let version = prompt::of(&brief.sources).version();
    let first = acceptable(ctx.ask("refine", version, &ask).await?)?;
    let prompt_version = first.prompt_version;
    let ChatResponse { mut text, model, mut finish, offline, .. } = first.response;
    let mut models = vec![model];
    if finish == Finish::Length {
        let rest = prompt::continuation(job, &ask, &text);
        let second = acceptable(ctx.ask("continue", version, &rest).await?)?.response;
        text.push_str(&second.text);
        models.push(second.model);
        finish = second.finish;
    }
    let markdown = trim(&clean(&text, &job.ready.title), window.limit());
    Ok(Rewritten { markdown, models, prompt_version, offline, complete: finish == Finish::Stop })
}

/// The event of a stored text: what is measured is measured on it, all else is carried over.
fn ready(job: &Job, rewritten: &Rewritten, draft: Pointer, event: &Event, ctx: &Context<'_>) -> ContentReady {
    let text = &*rewritten.markdown;
    ContentReady {
        revision: Int::clamp(job.revision),
        title: Text::clip(title(text)),
        summary: Text::clip(&summary(text)),
        measured_word_count: Int::clamp(i64::try_from(count_words(text)).unwrap_or(i64::MAX)),
        draft,
        models: all_models(&job.ready, rewritten),
        prompt_version: Text::clip(&rewritten.prompt_version),
        // Once a language model has had its hand in it, it is no sample text any more.
        offline: job.ready.offline && rewritten.offline,
        complete: rewritten.complete,
        refined: true,
        cost: ctx.spent(),
        created_at: event.time.datetime().into(),
        ..job.ready.clone()
    }
}

/// The models that had a hand in it, each once, in the order they came.
fn all_models(ready: &ContentReady, rewritten: &Rewritten) -> List<Text<1, 100>, 10> {
    let mut models = ready.models.to_vec();
    for model in &rewritten.models {
        let model = Text::clip(model);
        if !models.contains(&model) {
            models.push(model);
        }
    }
    List::clip(models)
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
