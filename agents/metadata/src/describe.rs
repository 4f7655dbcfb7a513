//! Handling a `ReviewCompleted`: fetch, prompt, call, mend, emit. A part that fails is said, not thrown: publish decides
//! what it means.

use mesh_contracts::{
    Text,
    events::{ErrorType, Metadata, MetadataReady, Part, PartStatus, ReviewCompleted},
    records::{Brief, WebsiteSettings},
};
use mesh_core::{AgentError, Context, Emit, Event, Outcome, context::Account};

use crate::{
    MetadataAgent,
    prompt::{self, PROMPT, Suggested},
    rules::{self, Article},
};

/// What a model wrote, within the rules.
struct Described {
    metadata: Metadata,
    /// The fields that rules had to change.
    mended: Vec<&'static str>,
    model: String,
    prompt_version: String,
    offline: bool,
}

/// What the metadata fall short of.
struct Shortfall<'a> {
    status: PartStatus,
    code: &'a str,
    reason: String,
}

impl MetadataAgent {
    pub(crate) async fn describe(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let review: ReviewCompleted = event.payload()?;
        if !review.parts.contains(&Part::Metadata) {
            return Ok(Outcome::nothing());
        }
        let ready = match self.metadata(&review, event, ctx).await {
            Ok(described) => {
                let shortfall = mended(&described.mended);
                ready(&review, Some(described), shortfall, event, ctx)
            }
            Err(AgentError::Fail { code, message, .. }) => {
                let shortfall = Shortfall { status: PartStatus::Failed, code, reason: message };
                ready(&review, None, Some(shortfall), event, ctx)
            }
            Err(other) => return Err(other),
        };
        Ok(Outcome::nothing().emit(Emit::of(&ready)?.about(review.content_id)))
    }

    async fn metadata(
        &self,
        review: &ReviewCompleted,
        event: &Event,
        ctx: &Context<'_>,
    ) -> Result<Described, AgentError> {
        let website = self.website(review, event, ctx).await?;
        let markdown = String::from_utf8_lossy(&ctx.fetch(&review.reviewed).await?).into_owned();
        ctx.charge(account(&website));
        ctx.prefer_text_model(website.preferred_text_model.as_deref())?;
        let ask = prompt::request(review, &website, &markdown)?;
        let (suggested, answer) = ctx.ask_json::<Suggested>("metadata", PROMPT.version(), &ask).await?;
        let article = Article::of(review, &website, &markdown);
        let (metadata, mended) = rules::bring_within(&suggested, &article).ok_or_else(|| {
            let message = "neither the answer nor the article gives a description of 121 characters";
            AgentError::fail("MODEL_MALFORMED_OUTPUT", ErrorType::Model, message)
        })?;
        let (model, offline) = (answer.response.model, answer.response.offline);
        Ok(Described { metadata, mended, model, prompt_version: answer.prompt_version, offline })
    }

    /// The site as it was when the article was asked for; without a brief the defaults.
    async fn website(
        &self,
        review: &ReviewCompleted,
        event: &Event,
        ctx: &Context<'_>,
    ) -> Result<WebsiteSettings, AgentError> {
        Ok(match &review.brief {
            Some(brief) => ctx.fetch_json::<Brief>(brief).await?.website,
            None => {
                let at = event.time.datetime().into();
                WebsiteSettings::unset(review.website_id.clone(), &self.site_name, at)
            }
        })
    }
}

/// Whose money is spent.
fn account(website: &WebsiteSettings) -> Account {
    Account {
        name: website.website_id.to_string(),
        monthly_micro_usd: website.monthly_budget_micro_usd.map(|budget| budget.count()),
    }
}

/// Metadata that rules had to change are usable, and say so.
fn mended(fields: &[&str]) -> Option<Shortfall<'static>> {
    let reason = format!("rules had to change {}", fields.join(", "));
    (!fields.is_empty()).then_some(Shortfall { status: PartStatus::Degraded, code: "METADATA_MENDED", reason })
}

fn ready(
    review: &ReviewCompleted,
    described: Option<Described>,
    shortfall: Option<Shortfall<'_>>,
    event: &Event,
    ctx: &Context<'_>,
) -> MetadataReady {
    let version = described.as_ref().map_or(PROMPT.version(), |described| &described.prompt_version);
    MetadataReady {
        content_id: review.content_id,
        revision: review.revision,
        content_topic: review.content_topic.clone(),
        status: shortfall.as_ref().map_or(PartStatus::Ok, |shortfall| shortfall.status),
        code: shortfall.as_ref().map(|shortfall| Text::clip(shortfall.code)),
        reason: shortfall.map(|shortfall| Text::clip(&shortfall.reason)),
        prompt_version: Text::clip(version),
        model: described.as_ref().map(|described| Text::clip(&described.model)),
        offline: described.as_ref().is_some_and(|described| described.offline),
        metadata: described.map(|described| described.metadata),
        cost: ctx.spent(),
        ready_at: event.time.datetime().into(),
        request_id: review.request_id.clone(),
        website_id: review.website_id.clone(),
        post_id: review.post_id.clone(),
    }
}
