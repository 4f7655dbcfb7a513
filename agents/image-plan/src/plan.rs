//! Handling a `ReviewCompleted`: fetch, prompt, call, mend, emit. A part that fails is said, not thrown: publish decides
//! what it means.

use mesh_article::headings;
use mesh_contracts::{
    Int, List, Text,
    events::{ErrorType, ImageRequested, ImagesReady, Part, PartStatus, ReviewCompleted},
    records::{Brief, WebsiteSettings},
};
use mesh_core::{AgentError, Context, Emit, Event, Outcome, context::Account};

use crate::{
    mend::{Article, Planned, mend},
    prompt::{self, PROMPT, Suggested},
};

/// What was planned.
struct Plan {
    images: Vec<Planned>,
    offline: bool,
}

/// How it ended, in the words of the contract.
struct Ending<'a> {
    status: PartStatus,
    code: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Ending<'a> {
    /// The site wants none, and none it gets.
    const NONE_WANTED: Self = Self { status: PartStatus::Ok, code: None, reason: None };

    fn failed(code: &'a str, reason: &'a str) -> Self {
        Self { status: PartStatus::Failed, code: Some(code), reason: Some(reason) }
    }
}

pub(crate) async fn plan(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let review: ReviewCompleted = event.payload()?;
    if !review.parts.contains(&Part::Images) {
        return Ok(Outcome::nothing());
    }
    let ended = |ending| ended(&review, ending, event, ctx);
    match images(&review, event, ctx).await {
        Ok(None) => ended(Ending::NONE_WANTED),
        Ok(Some(plan)) => requested(&review, &plan, ctx),
        Err(AgentError::Fail { code, message, .. }) => ended(Ending::failed(code, &message)),
        Err(other) => Err(other),
    }
}

/// The plan, of one image at least; `None` when the site wants none.
async fn images(review: &ReviewCompleted, event: &Event, ctx: &Context<'_>) -> Result<Option<Plan>, AgentError> {
    let website = website(review, event, ctx).await?;
    let count = usize::try_from(website.images_per_article.get()).unwrap_or(0);
    if count == 0 {
        return Ok(None);
    }
    let markdown = String::from_utf8_lossy(&ctx.fetch(&review.reviewed).await?).into_owned();
    ctx.charge(account(&website));
    ctx.prefer_text_model(website.preferred_text_model.as_deref())?;
    let sections = headings(&markdown);
    let ask = prompt::request(review, &website, &sections, &markdown)?;
    let (suggested, answer) = ctx.ask_json::<Suggested>("image-plan", PROMPT.version(), &ask).await?;
    let article = Article { title: &review.title, summary: &review.summary, sections: &sections };
    let images = mend(&suggested.images, count, article);
    if images.is_empty() {
        return Err(AgentError::fail("MODEL_MALFORMED_OUTPUT", ErrorType::Model, "the plan holds no image"));
    }
    Ok(Some(Plan { images, offline: answer.response.offline }))
}

/// The site as it was when the article was asked for; without a brief the defaults.
async fn website(review: &ReviewCompleted, event: &Event, ctx: &Context<'_>) -> Result<WebsiteSettings, AgentError> {
    let site = &review.website_id;
    Ok(match &review.brief {
        Some(brief) => ctx.fetch_json::<Brief>(brief).await?.website,
        None => WebsiteSettings::unset(site.clone(), site, event.time.datetime().into()),
    })
}

/// Whose money is spent.
fn account(website: &WebsiteSettings) -> Account {
    Account {
        name: website.website_id.to_string(),
        monthly_micro_usd: website.monthly_budget_micro_usd.map(|budget| budget.count()),
    }
}

/// One event for each image; the last one to be rendered gathers them.
fn requested(review: &ReviewCompleted, plan: &Plan, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let of = Int::clamp(whole(plan.images.len()));
    let mut outcome = Outcome::nothing();
    for (n, image) in plan.images.iter().enumerate() {
        let requested = ImageRequested {
            content_id: review.content_id,
            revision: review.revision,
            content_topic: review.content_topic.clone(),
            number: Int::clamp(whole(n + 1)),
            of,
            prompt: Text::clip(&image.prompt),
            alt_text: Text::clip(&image.alt_text),
            section: Int::clamp(whole(image.section)),
            brief: review.brief.clone(),
            plan_cost: ctx.spent(),
            offline: plan.offline,
            request_id: review.request_id.clone(),
            website_id: review.website_id.clone(),
            post_id: review.post_id.clone(),
            language: review.language.clone(),
        };
        outcome = outcome.emit(Emit::of(&requested)?.about(review.content_id));
    }
    Ok(outcome)
}

/// The part as it ended without anything to render.
fn ended(
    review: &ReviewCompleted,
    ending: Ending<'_>,
    event: &Event,
    ctx: &Context<'_>,
) -> Result<Outcome, AgentError> {
    let ready = ImagesReady {
        content_id: review.content_id,
        revision: review.revision,
        content_topic: review.content_topic.clone(),
        status: ending.status,
        images: List::default(),
        code: ending.code.map(Text::clip),
        reason: ending.reason.map(Text::clip),
        cost: ctx.spent(),
        ready_at: event.time.datetime().into(),
        request_id: review.request_id.clone(),
        website_id: review.website_id.clone(),
        post_id: review.post_id.clone(),
    };
    Ok(Outcome::nothing().emit(Emit::of(&ready)?.about(review.content_id)))
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
