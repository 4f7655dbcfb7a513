//! A rule-based stand-in for a language model: honest sample articles, the same ones for the same request, at no cost.
//! Never a claim to be a model: [`TextModel::is_offline`] is true and every article says so in its last paragraph.

mod article;
mod cite;
mod context;
mod fault;
mod grammar;
mod image_plan;
mod mentions;
mod metadata;
mod phrase;
mod refine;
mod seed;
mod stages;
mod subject;
mod task;
mod text;
mod words;
mod writer;

use std::time::Duration;

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, Finish, ModelError, ModelErrorKind, TextModel, Usage},
};
use serde_json::Value;

use self::{
    fault::{Fault, FaultPlan},
    seed::Rng,
    subject::Subject,
    task::DraftInput,
};
use crate::{ConfigError, usage::estimated};

const NAME: &str = "offline/text-v1";

/// Writes sample articles from a grammar whose slots are filled by a hash of the request.
///
/// | task | input | answer |
/// |---|---|---|
/// | `draft` | `{topic, word_count, context?, keywords?, language?, fresh_angle?, sources?}` | a Markdown article |
/// | `continue` | that of `draft`, `section`, `polish` or `refine`, and `text_so_far` (after `refine` and `polish` also `topic`, `word_count`) | what to append to `text_so_far` as it stands |
/// | `outline` | that of `draft` | JSON: `{title, sections: [{heading, points, words}]}` of that draft |
/// | `section` | that of `draft`, and `number` from 1 | that section of that draft, the first with the introduction |
/// | `polish` | `{markdown}` | the article as it is |
/// | `refine` | `{markdown, title?, tone?, audience?, words_min, words_max, keywords?, findings?: [{check, message?, excerpt?}], round?, formatting_notes?, language?}` | the whole article, edited by rules |
/// | `image_plan` | `{topic or title, sections?, count, style?, colors?, summary?, language?}` | JSON: `{"images": [{prompt, alt_text, section}]}` |
/// | `metadata` | `{title or topic, summary?, first_paragraph?, keywords?, core_keywords?, site_name?, seo_instructions?, language?}` | JSON: title, description, slug, keyphrase, keywords, og_title, og_description |
///
/// * The same task and input give the same text on every machine; another `fresh_angle` (of `refine`, another `round`)
///   gives another text.
/// * `continue` returns the very rest of the draft, or of the refined article, when the other fields are those of the
///   request that was cut; else it ends the open sentence and writes further sections.
/// * `refine` knows the tones warm, plain (taken when none is recognised), formal, playful and confident by the words of
///   the wish. It addresses the audience, names the keywords (none in more than 3 of 100 words), and brings the length
///   between its bounds, or within half a sentence of them. Of the findings it heeds those on length, headings,
///   repetition, sentence and paragraph length, openings, passive voice, transitions, banned phrases and density.
///   `formatting_notes` have no effect.
/// * The images of a plan are spread over the introduction (`section` 0) and the sections.
/// * `sources` are the numbers of sources: each is cited, as `[#3]`, as far as there are paragraphs. What they say has no
///   effect.
/// * The text is English whatever `language` says: other languages are for real models.
/// * It states no facts, figures, quotes or addresses; addresses in the topic are left out.
/// * Any other task is refused as [`ModelErrorKind::InvalidRequest`]; so is a `json_schema` with a task whose answer is no
///   JSON.
///
/// # Faults on demand
/// The name may end in `+fault=` and a list of `rate_limit`, `overloaded`, `server_error`, `timeout`, `quota`, `auth`
/// (errors), `truncate` (half an article, [`Finish::Length`]), `refuse` and `filter` (no text) and `malformed_json` (half
/// of an answer's JSON as if it were all), each with an optional `:times`:
/// `offline/text-v1+fault=rate_limit:2,truncate`. Each call consumes one, in this order, for the life of the value; a
/// process holds one. `malformed_json` waits for a task whose answer is JSON, and holds up what comes after it. No fault
/// takes time.
#[derive(Debug, Default)]
pub struct OfflineTextModel {
    faults: FaultPlan,
}

impl OfflineTextModel {
    /// A model without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The model a configuration names: `offline/text-v1`, with or without `+fault=`.
    ///
    /// # Errors
    /// [`ConfigError`] naming what cannot be read.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        let unknown = || ConfigError::UnknownOfflineModel { name: name.to_owned() };
        let suffix = name.strip_prefix(NAME).ok_or_else(unknown)?;
        if suffix.is_empty() {
            return Ok(Self::new());
        }
        let faults = suffix.strip_prefix("+fault=").ok_or_else(unknown)?;
        Ok(Self { faults: FaultPlan::parse(faults)? })
    }

    fn answer(request: &ChatRequest) -> Result<String, String> {
        if request.json_schema.is_some() && !is_json(request) {
            return Err("the offline model writes JSON for `outline`, `image_plan` and `metadata` alone".to_owned());
        }
        let input = &request.task.input;
        match request.task.name.as_str() {
            "draft" => {
                let draft = DraftInput::read(input)?;
                Ok(whole_draft(input, &draft))
            }
            "continue" => continuation(input),
            "outline" => stages::outline(input),
            "section" => stages::section(input),
            "polish" => stages::polish(input),
            "refine" => refine::refine(input),
            "image_plan" => image_plan::image_plan(input),
            "metadata" => metadata::metadata(input),
            _ => Err("the offline model knows `draft`, `outline`, `section`, `polish`, `continue`, `refine`, `image_plan` and `metadata`".to_owned()),
        }
    }
}

/// The article of a `draft`, citing the sources it was given.
fn whole_draft(input: &Value, draft: &DraftInput<'_>) -> String {
    let article = article::draft(Rng::new(NAME, "draft", input), &Subject::of(draft), draft.word_count);
    cite::cited(&article, &draft.sources)
}

/// Whether the answer is JSON.
fn is_json(request: &ChatRequest) -> bool {
    matches!(request.task.name.as_str(), "outline" | "image_plan" | "metadata")
}

/// The rest of what `text_so_far` begins, or a new end to it.
fn continuation(input: &Value) -> Result<String, String> {
    let draft = DraftInput::read(input)?;
    let so_far = task::text_so_far(input)?;
    let subject = Subject::of(&draft);
    let mut original = input.clone();
    if let Some(fields) = original.as_object_mut() {
        fields.remove("text_so_far");
    }
    let whole = match input.get("markdown") {
        Some(_) if input.get("words_min").is_none() => stages::polish(&original)?,
        Some(_) => refine::refine(&original)?,
        None if input.get("number").is_some() => stages::section(&original)?,
        None => whole_draft(&original, &draft),
    };
    match whole.strip_prefix(so_far) {
        Some(rest) => Ok(rest.to_owned()),
        None => Ok(article::rest(Rng::new(NAME, "continue", input), &subject, draft.word_count, so_far)),
    }
}

#[async_trait]
impl TextModel for OfflineTextModel {
    fn name(&self) -> &str {
        NAME
    }

    fn is_offline(&self) -> bool {
        true
    }

    fn quote(&self, _: &ChatRequest) -> Option<u64> {
        Some(0)
    }

    async fn complete(&self, request: &ChatRequest, _deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let fault = self.faults.next(is_json(request));
        if let Some(error) = fault.and_then(error_of) {
            return Err(error);
        }
        let text = match fault {
            Some(Fault::Refuse | Fault::Filter) => String::new(),
            _ => Self::answer(request).map_err(|message| error(ModelErrorKind::InvalidRequest, &message, None))?,
        };
        let half = matches!(fault, Some(Fault::Truncate | Fault::MalformedJson)).then_some(text.chars().count() / 2);
        let (text, cut) = cut(text, request.max_output_tokens, half);
        let finish = match fault {
            Some(Fault::Refuse) => Finish::Refusal,
            Some(Fault::Filter) => Finish::ContentFilter { categories: vec!["injected".to_owned()] },
            Some(Fault::MalformedJson) => Finish::Stop,
            _ if cut => Finish::Length,
            _ => Finish::Stop,
        };
        Ok(response(request, text, finish))
    }
}

fn response(request: &ChatRequest, text: String, finish: Finish) -> ChatResponse {
    ChatResponse {
        usage: estimated(request, &text),
        text,
        finish,
        cost_micro_usd: Some(0),
        model: NAME.to_owned(),
        offline: true,
        provider_request_id: None,
        attempts: 1,
    }
}

/// The text within the limit, four characters a token, cut between words; and whether it was cut.
fn cut(mut text: String, max_tokens: u32, half: Option<usize>) -> (String, bool) {
    let limit = usize::try_from(max_tokens).unwrap_or(usize::MAX).saturating_mul(4).min(half.unwrap_or(usize::MAX));
    // No text has more characters than bytes: most are done here.
    if text.len() <= limit {
        return (text, false);
    }
    match text.char_indices().nth(limit) {
        None => (text, false),
        Some((end, _)) => {
            let end = text[..end].rfind(char::is_whitespace).unwrap_or(end);
            text.truncate(end);
            (text, true)
        }
    }
}

/// The error a fault stands for, if it stands for one.
fn error_of(fault: Fault) -> Option<ModelError> {
    let (kind, wait) = match fault {
        Fault::RateLimit => (ModelErrorKind::RateLimited, Some(Duration::from_secs(1))),
        Fault::Overloaded => (ModelErrorKind::Overloaded, None),
        Fault::ServerError => (ModelErrorKind::ServerError, None),
        Fault::Timeout => (ModelErrorKind::Timeout, None),
        Fault::Quota => (ModelErrorKind::QuotaExhausted, None),
        Fault::Auth => (ModelErrorKind::Auth, None),
        Fault::Truncate | Fault::Refuse | Fault::Filter | Fault::MalformedJson => return None,
    };
    Some(error(kind, "injected by the name of the model", wait))
}

fn error(kind: ModelErrorKind, message: &str, retry_after: Option<Duration>) -> ModelError {
    ModelError {
        kind,
        model: NAME.to_owned(),
        message: message.to_owned(),
        retry_after,
        provider_request_id: None,
        usage: Usage { estimated: true, ..Usage::default() },
        cost_micro_usd: Some(0),
    }
}
